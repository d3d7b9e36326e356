"""The user's choices for the screen, as the configuration has them."""

from datetime import time
from pathlib import Path

from zcbulk_tui.cli.appearance import preferences
from zcbulk_tui.config import load, paths
from zcbulk_tui.domain.alerts import QuietHours, Severity
from zcbulk_tui.tui.alerting import AlertPreferences


def alerts(tmp_path: Path, content: str) -> AlertPreferences:
    """Which way alerts take by a file of this content."""
    file = tmp_path / "config.toml"
    file.write_text(content, encoding="utf-8")
    return preferences(load.read({paths.CONFIG: str(file)})).alerts


def test_what_is_not_set_is_as_by_default(tmp_path: Path) -> None:
    assert alerts(tmp_path, "") == AlertPreferences()


def test_each_way_has_its_severity(tmp_path: Path) -> None:
    content = """
[alerts]
toast = "warning"
bell = "off"
notification = "critical"
quiet_hours = "22:00-07:00"
"""
    assert alerts(tmp_path, content) == AlertPreferences(
        Severity.WARNING, None, Severity.CRITICAL, QuietHours(time(22), time(7))
    )
