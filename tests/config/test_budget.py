"""The settings of the budget: whole numbers, shares and a time zone."""

import zoneinfo

import pytest

from tests.config.conftest import Write, refusal
from zcbulk_tui.config.load import load

CALLS = "Write a whole number from 1 to 10000000."
SHARE = "Write a number from 0.01 to 1."


@pytest.mark.parametrize(
    ("content", "key", "value", "hint"),
    [
        ("budget.plan = 'gold'", "budget.plan", "'gold'", '"professional" or "enterprise".'),
        ("budget.plan = 250", "budget.plan", "250", '"professional" or "enterprise".'),
        ("budget.users = 0", "budget.users", "0", "Write a whole number from 1 to 100000."),
        ("budget.users = 1.0", "budget.users", "1.0", "Write a whole number"),
        ("budget.users = true", "budget.users", "true", "Write a whole number"),
        ("budget.daily_calls = 2.5", "budget.daily_calls", "2.5", CALLS),
        ("budget.daily_calls = false", "budget.daily_calls", "false", CALLS),
        ("budget.daily_calls = '250'", "budget.daily_calls", "'250'", CALLS),
        ("budget.daily_calls = 0", "budget.daily_calls", "0", CALLS),
        ("budget.daily_calls = 10_000_001", "budget.daily_calls", "10000001", CALLS),
        ("budget.daily_calls = nan", "budget.daily_calls", "nan", CALLS),
        ("budget.share = 0", "budget.share", "0", SHARE),
        ("budget.share = 1.01", "budget.share", "1.01", SHARE),
        ("budget.share = nan", "budget.share", "nan", SHARE),
        ("budget.share = '50 %'", "budget.share", "'50 %'", SHARE),
        ("budget.share = true", "budget.share", "true", SHARE),
        ("budget.reserve = -1", "budget.reserve", "-1", "Write a whole number from 0 to 10000."),
        ("budget.reserve = 1e2", "budget.reserve", "100.0", "Write a whole number"),
        ("budget.reset_timezone = ''", "budget.reset_timezone", "''", 'as in "Asia/Kolkata".'),
        ("budget.reset_timezone = 5.5", "budget.reset_timezone", "5.5", 'as in "Asia/Kolkata".'),
        ("budget.pace = 'fast'", "budget.pace", "'fast'", '"balanced" or "eager".'),
        ("budget.frugal_unfocused = 1", "budget.frugal_unfocused", "1", "Write true or false."),
    ],
)
def test_a_value_that_cannot_be_is_named_with_file_and_key(
    write: Write, content: str, key: str, value: str, hint: str
) -> None:
    environ = write(content)
    error = refusal(environ)
    assert error.title == f"{environ['ZCBULK_CONFIG']}, line 1: {key} cannot be {value}"
    assert hint in error.next_step


@pytest.mark.parametrize("name", ["Asia/Kolkata", "America/St_Johns", "UTC"])
def test_a_time_zone_is_kept_by_its_name(write: Write, name: str) -> None:
    settings = load(write(f"budget.reset_timezone = '{name}'"))
    assert settings.budget.reset_timezone == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        pytest.param("asia/kolkata", "Did you mean Asia/Kolkata?", id="case"),
        pytest.param("Asia/Kolkatta", "Did you mean Asia/Kolkata?", id="misspelt"),
        pytest.param("IST", 'as in "Asia/Kolkata".', id="abbreviation"),
        pytest.param("+05:30", 'as in "Asia/Kolkata".', id="offset"),
        pytest.param("America", "Write", id="folder"),
        pytest.param("zone.tab", "Write", id="other file"),
        pytest.param("../UTC", "", id="way out"),
        pytest.param("/etc/passwd", "Write", id="path"),
        pytest.param(".", "Write", id="dot"),
        pytest.param(" ", "Write", id="space"),
    ],
)
def test_an_unknown_time_zone_is_named_with_file_and_key(
    write: Write, name: str, hint: str
) -> None:
    environ = write(f"budget.reset_timezone = '{name}'")
    error = refusal(environ)
    path = environ["ZCBULK_CONFIG"]
    assert error.title == f"{path}, line 1: budget.reset_timezone cannot be {name!r}"
    assert hint in error.next_step


def test_a_machine_without_time_zones_is_told_what_to_install(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(name: str) -> None:
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", unknown)
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    error = refusal(write("budget.reset_timezone = 'Asia/Kolkata'"))
    assert "budget.reset_timezone" in error.title
    assert "pip install tzdata" in error.next_step
