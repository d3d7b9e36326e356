"""Commands run in this process, for somebody who has nothing but an empty home."""

import gc
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CANARY, CommandLine
from zcbulk_tui.config import paths, secrets


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home with the state folder in it."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CONFIG_DIRS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv(paths.STATE_DIR, str(folder / "state"))
    return folder


@pytest.fixture(autouse=True)
def no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here goes by TLS, and reading all certificates takes half of a command's time."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: None)


@pytest.fixture(autouse=True)
def garbage_is_collected_again() -> Iterator[None]:
    """The dashboard turns collection off for its start, and may never come to turn it on."""
    yield
    gc.enable()


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is an access token."""
    monkeypatch.setenv(secrets.ACCESS_TOKEN, CANARY)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """Runs a command in this process."""
    return CommandLine(capsys)
