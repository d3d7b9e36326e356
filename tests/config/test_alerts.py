"""The table ``[alerts]``: what cannot be is named with its place."""

import pytest

from tests.config.conftest import Write, refusal
from zcbulk_tui.config.load import load


def test_quiet_hours_are_kept_as_they_are_written(write: Write) -> None:
    settings = load(write("alerts.quiet_hours = '22:00-07:00'"))
    assert settings.alerts.quiet_hours == "22:00-07:00"


@pytest.mark.parametrize(
    ("content", "key", "value", "hint"),
    [
        ("alerts.quiet_hours = 'night'", "alerts.quiet_hours", "'night'", '"22:00-07:00"'),
        ("alerts.quiet_hours = '22:00-24:00'", "alerts.quiet_hours", "'22:00-24:00'", "two times"),
        ("alerts.bell = 'loud'", "alerts.bell", "'loud'", '"warning" or "critical"'),
    ],
)
def test_what_cannot_be_is_named_with_file_and_key(
    write: Write, content: str, key: str, value: str, hint: str
) -> None:
    environ = write(content)
    error = refusal(environ)
    assert error.title == f"{environ['ZCBULK_CONFIG']}, line 1: {key} cannot be {value}"
    assert hint in error.next_step
