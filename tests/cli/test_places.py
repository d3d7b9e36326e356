"""Where the page and the heartbeat go, and what is said before the screen is up."""

from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from zcbulk_tui.cli import dashboard, places
from zcbulk_tui.config.settings import HeartbeatSettings, PublishSettings, Settings
from zcbulk_tui.errors import ConfigError


def settings(folder: Path | str, profile: str = "default") -> Settings:
    return Settings(profile=profile, publish=PublishSettings(str(folder)))


@pytest.mark.parametrize(("profile", "place"), [("default", ""), ("eu", "eu"), ("us", "us")])
def test_a_profile_with_a_name_has_a_folder_of_its_own(
    tmp_path: Path, profile: str, place: str
) -> None:
    folder = places.page_folder(settings(tmp_path, profile))
    assert folder is not None
    assert folder.path == tmp_path / place


def test_without_settings_nothing_goes_anywhere() -> None:
    assert places.page_folder(Settings()) is None
    assert places.heartbeat_file(Settings()) is None


def test_a_url_goes_before_a_file() -> None:
    both = HeartbeatSettings(url="https://hc.example.com/x", file="/nowhere/beat")
    assert places.heartbeat_file(Settings(heartbeat=both)) is None


def test_the_home_folder_may_be_meant(home: Path) -> None:
    found = places.heartbeat_file(Settings(heartbeat=HeartbeatSettings(file="~/beat")))
    assert found == home / "beat"
    with pytest.raises(ConfigError, match=r"\[publish\] directory cannot be"):
        places.page_folder(settings("~no-such-user/x"))


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("ZCBULK_PUBLISH_DIRECTORY", "The folder of the page, {}, is not there"),
        ("ZCBULK_HEARTBEAT_FILE", "The heartbeat's file cannot be {}"),
    ],
)
def test_a_dashboard_does_not_begin_with_what_cannot_be(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, said: str
) -> None:
    monkeypatch.setattr(dashboard, "_check_terminal", lambda: None)
    monkeypatch.setenv(variable, str(tmp_path / "gone" / "x"))
    ended = cli()
    assert ended.code == 2
    assert said.format(tmp_path / "gone" / "x") in ended.err
