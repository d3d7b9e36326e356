"""The day that calls are counted by, in whatever time zone: when it begins anew."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from zcbulk_tui.domain.budget import QuotaPlan

MOMENT = timedelta(microseconds=1)

moments = st.integers(0, 180 * 366 * 86_400_000).map(
    lambda milliseconds: datetime.fromtimestamp(milliseconds / 1000, UTC)
)
"""From 1970 to 2150."""

zones = (
    st.timezones()
    | st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    | st.none()
)


def counted_in(zone: tzinfo | None) -> QuotaPlan:
    return QuotaPlan(250, 1.0, 20, zone)


def in_utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def examples() -> list[tuple[str, str, str]]:
    """Zone, moment, and the moment at which the next day begins there."""
    return [
        ("UTC", "2026-03-11T10:30:00+00:00", "2026-03-12T00:00:00+00:00"),
        ("Asia/Kolkata", "2026-03-11T18:29:59+00:00", "2026-03-11T18:30:00+00:00"),
        ("Asia/Kolkata", "2026-03-11T18:30:00+00:00", "2026-03-12T18:30:00+00:00"),
        # Days of 23 and of 25 hours.
        ("America/New_York", "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00"),
        ("America/New_York", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"),
        # Midnight is skipped: the day begins at 01:00.
        ("America/Sao_Paulo", "2018-11-03T12:00:00-03:00", "2018-11-04T01:00:00-02:00"),
        ("Africa/Cairo", "2026-04-23T12:00:00+02:00", "2026-04-24T01:00:00+03:00"),
        # The hour before midnight comes twice, and midnight after the second one.
        ("America/Sao_Paulo", "2018-02-17T12:00:00-02:00", "2018-02-18T00:00:00-03:00"),
        ("America/Sao_Paulo", "2018-02-17T23:30:00-03:00", "2018-02-18T00:00:00-03:00"),
        # The hour after midnight comes twice: the day begins with the first one.
        ("America/Havana", "2025-11-01T12:00:00-04:00", "2025-11-02T00:00:00-04:00"),
        ("America/Havana", "2025-11-02T00:30:00-04:00", "2025-11-03T00:00:00-05:00"),
        ("America/Havana", "2025-11-02T00:30:00-05:00", "2025-11-03T00:00:00-05:00"),
        # One minute after midnight the clocks go back to the day before: it begins twice.
        ("America/St_Johns", "2010-11-06T12:00:00-02:30", "2010-11-07T00:00:00-02:30"),
        ("America/St_Johns", "2010-11-07T00:00:30-02:30", "2010-11-08T00:00:00-03:30"),
        ("America/St_Johns", "2010-11-06T23:30:00-03:30", "2010-11-07T00:00:00-03:30"),
        # A day is left out of the calendar.
        ("Pacific/Apia", "2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00"),
    ]


@pytest.mark.parametrize(("zone", "now", "resets_at"), examples())
def test_the_next_day_begins(zone: str, now: str, resets_at: str) -> None:
    quota_plan = counted_in(ZoneInfo(zone))
    assert quota_plan.resets_at(in_utc(now)) == in_utc(resets_at)
    # However the moment is written.
    assert quota_plan.resets_at(in_utc(now).astimezone(ZoneInfo(zone))) == in_utc(resets_at)


SKIPPED = {"1993-08-21", "1994-12-31", "2011-12-30"}
"""Days since 1970 that some island's calendar leaves out, to change over to Asia's day."""


@given(moments, zones)
@example(in_utc("2010-11-07T02:30:30+00:00"), ZoneInfo("America/St_Johns"))
@example(in_utc("2010-11-07T03:15:00+00:00"), ZoneInfo("America/St_Johns"))
def test_a_day_ends_where_the_next_one_begins(now: datetime, zone: tzinfo | None) -> None:
    quota_plan = counted_in(zone)
    today = quota_plan.day(now)
    assume(str(today + timedelta(days=1)) not in SKIPPED)
    resets_at = quota_plan.resets_at(now)
    assert resets_at > now
    assert resets_at.utcoffset() == timedelta(0)
    assert resets_at - now <= timedelta(hours=26)
    assert quota_plan.day(resets_at) == today + timedelta(days=1)
    assert quota_plan.day(resets_at - MOMENT) == today


@given(moments, zones, zones)
def test_it_does_not_matter_in_which_zone_the_moment_is_written(
    now: datetime, zone: tzinfo | None, written_in: tzinfo | None
) -> None:
    quota_plan = counted_in(zone)
    written = now.astimezone(written_in)
    assert quota_plan.day(written) == quota_plan.day(now)
    assert quota_plan.resets_at(written) == quota_plan.resets_at(now)


@pytest.fixture(params=sorted({zone for zone, _, _ in examples()}))
def machine_zone(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ZoneInfo]:
    """The machine's time zone for a test."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", request.param)
        time.tzset()
        yield ZoneInfo(request.param)
    time.tzset()


def test_without_a_zone_that_of_the_machine_counts(machine_zone: ZoneInfo) -> None:
    here, there = counted_in(None), counted_in(machine_zone)
    for _, now, _ in examples():
        moment = in_utc(now)
        assert here.day(moment) == there.day(moment)
        assert here.resets_at(moment) == there.resets_at(moment)


def test_a_day_is_that_of_the_zone() -> None:
    now = datetime(2026, 3, 11, 20, 0, tzinfo=UTC)
    days = [counted_in(ZoneInfo(zone)).day(now) for zone in ("Asia/Kolkata", "Europe/Berlin")]
    assert days == [date(2026, 3, 12), date(2026, 3, 11)]
