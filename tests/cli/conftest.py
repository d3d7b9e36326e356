"""Commands run in this process, for somebody who has nothing but an empty home."""

import gc
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.signing_in import Zoho, zoho_for
from tests.support.commands import CANARY, CommandLine, files_below
from zcbulk_tui.config import paths, secrets
from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import Reason

OF_THE_NETWORK = (
    *("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC"),
)
"""Variables that the doctor speaks of."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home with the state folder in it."""
    folder = tmp_path / "home"
    folder.mkdir()
    variables = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CONFIG_DIRS")
    for name in (*variables, *OF_THE_NETWORK, *map(str.lower, OF_THE_NETWORK)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv(paths.STATE_DIR, str(folder / "state"))
    return folder


@pytest.fixture(autouse=True)
def no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here goes by TLS, and reading all certificates takes half of a command's time."""
    for name in ("load_default_certs", "load_verify_locations"):
        monkeypatch.setattr(ssl.SSLContext, name, lambda *_, **__: None)


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
def polls_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait polls as soon as it has an answer, or nearly so."""
    monkeypatch.setattr(planner, "wait", lambda *_: (0.05, Reason.ANY_TIME))


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration with the profiles of the tests."""
    names = ["default", "orders", "second", "x", "other", "of-another"]
    names += map("p{}".format, range(200))
    file = tmp_path / "config.toml"
    file.write_text("".join(f"[profiles.{name}]\n" for name in names), encoding="utf-8")
    monkeypatch.setenv(paths.CONFIG, str(file))


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """Runs a command in this process."""
    return CommandLine(capsys)


@pytest.fixture
def zoho(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zoho]:
    """Both servers of Zoho, which the settings lead to."""
    with zoho_for(monkeypatch) as zoho:
        yield zoho


@pytest.fixture(params=["nobody", "somebody"])
def before(request: pytest.FixtureRequest, home: Path) -> dict[str, bytes]:
    """What is kept before the sign-in; without a client that it could use again."""
    if request.param == "somebody":
        folder = home / "state" / "sign-in" / "default"
        folder.mkdir(parents=True, mode=0o700)
        folder.chmod(0o700)
        for name, content in {"credentials.json": b'{"older": 1}', "token.json": b"{}"}.items():
            (folder / name).write_bytes(content)
            (folder / name).chmod(0o600)
    return files_below(home)
