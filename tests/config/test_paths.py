"""Where the program's files are."""

import os
from pathlib import Path

import pytest

from zcbulk_tui.config import paths
from zcbulk_tui.errors import ConfigError


@pytest.fixture(autouse=True)
def platform_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for kind in ("config", "state"):
        folder = tmp_path / kind
        monkeypatch.setattr(f"platformdirs.user_{kind}_path", lambda app, base=folder: base / app)


@pytest.mark.parametrize("environ", [{}, {"ZCBULK_CONFIG": "", "ZCBULK_STATE_DIR": ""}])
def test_the_platform_decides(tmp_path: Path, environ: dict[str, str]) -> None:
    assert paths.config_file(environ) == tmp_path / "config" / "zcbulk-tui" / "config.toml"
    assert paths.state_dir(environ) == tmp_path / "state" / "zcbulk-tui"


@pytest.mark.parametrize(
    ("value", "place"), [("/a/b", "/a/b"), ("a/b", "a/b"), ("~/a", "{home}/a")]
)
def test_the_environment_decides_first(tmp_path: Path, value: str, place: str) -> None:
    expected = Path(place.format(home=tmp_path / "home"))
    assert paths.config_file({"ZCBULK_CONFIG": value}) == expected
    assert paths.state_dir({"ZCBULK_STATE_DIR": value}) == expected.absolute()


def test_the_home_of_nobody_is_named() -> None:
    with pytest.raises(ConfigError, match="ZCBULK_STATE_DIR"):
        paths.state_dir({"ZCBULK_STATE_DIR": "~nobody-has-this-name/state"})


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (0o700, None),
        (0o755, None),
        (0o770, "chmod go-w"),
        (0o777, "chmod go-w"),
        (0o702, "chmod go-w"),
        (0o1777, "mkdir -m 700"),
    ],
)
def test_a_state_folder_that_others_can_write_is_refused(
    tmp_path: Path, mode: int, words: str | None
) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(mode)
    environ = {paths.STATE_DIR: str(folder)}
    if words is None:
        assert paths.state_dir(environ) == folder
        return
    with pytest.raises(ConfigError) as caught:
        paths.state_dir(environ)
    assert str(folder) in caught.value.title
    assert words in caught.value.next_step
    assert str(folder) in caught.value.next_step


def test_a_state_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    if tmp_path.stat().st_uid == 0:
        os.chown(tmp_path, 4712, -1)
    with pytest.raises(ConfigError, match="belongs to another user") as caught:
        paths.state_dir({paths.STATE_DIR: str(tmp_path)})
    assert "ZCBULK_STATE_DIR" in caught.value.next_step
