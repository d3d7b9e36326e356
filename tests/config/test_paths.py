"""Where the program's files are."""

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
    assert paths.state_dir({"ZCBULK_STATE_DIR": value}) == expected


def test_the_home_of_nobody_is_named() -> None:
    with pytest.raises(ConfigError, match="ZCBULK_STATE_DIR"):
        paths.state_dir({"ZCBULK_STATE_DIR": "~nobody-has-this-name/state"})
