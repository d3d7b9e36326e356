"""Which alerts take which way, and when it is quiet."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW
from zcbulk_tui.domain.alerts import Alert, AlertKind, QuietHours, Severity, passes

ALERT = Alert(1, AlertKind.STUCK, Severity.WARNING, "It stands still", NOW, "default")

NIGHT = QuietHours(time(22), time(7))
NOON = QuietHours(time(12), time(13))


def at(clock: time) -> datetime:
    """That time of day in the zone of this machine."""
    return datetime.combine(NOW.astimezone().date(), clock).astimezone()


@pytest.mark.parametrize(
    ("hours", "clock", "quiet"),
    [
        (NIGHT, time(21, 59), False),
        (NIGHT, time(22), True),
        (NIGHT, time(0), True),
        (NIGHT, time(6, 59), True),
        (NIGHT, time(7), False),
        (NOON, time(11, 59), False),
        (NOON, time(12), True),
        (NOON, time(13), False),
    ],
)
def test_when_it_is_quiet(hours: QuietHours, clock: time, quiet: bool) -> None:
    assert hours.are_at(at(clock)) is quiet


@given(st.times(), st.times(), st.times())
def test_quiet_hours_and_those_turned_round_share_the_day(
    begins: time, ends: time, clock: time
) -> None:
    one, other = QuietHours(begins, ends), QuietHours(ends, begins)
    if begins != ends:
        assert one.are_at(at(clock)) is not other.are_at(at(clock))


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("least", [None, *Severity])
def test_a_channel_takes_what_is_loud_enough(severity: Severity, least: Severity | None) -> None:
    alert = ALERT._replace(severity=severity)
    assert passes(alert, least, None, NOW) is (least is not None and severity >= least)


@pytest.mark.parametrize("severity", Severity)
def test_in_quiet_hours_only_what_is_critical_goes_out(severity: Severity) -> None:
    alert = ALERT._replace(severity=severity)
    assert passes(alert, Severity.INFO, NIGHT, at(time(3))) is (severity is Severity.CRITICAL)
    assert passes(alert, Severity.INFO, NIGHT, at(time(12)))


def test_what_was_asked_for_goes_out_through_all_that_is_not_off() -> None:
    asked = ALERT._replace(severity=Severity.INFO, is_asked=True)
    assert passes(asked, Severity.CRITICAL, NIGHT, at(time(3)) + timedelta(minutes=1))
    assert not passes(asked, None, None, NOW)
