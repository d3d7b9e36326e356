"""When a night ends, as it is typed; clocks that go forward and back among it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.night_text import (
    LONGEST,
    is_span,
    read_failed,
    read_report,
    read_share,
    read_until,
)
from zcbulk_tui.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
EVENING = datetime(2026, 11, 30, 21, 0, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "text", "until"),
    [
        (EVENING, "07:00", "2026-12-01T06:00"),
        (EVENING, "7:00", "2026-12-01T06:00"),
        (EVENING, "22:30", "2026-11-30T21:30"),
        (EVENING, "22:00", "2026-12-01T21:00"),
        (EVENING, "2026-12-01T07:00", "2026-12-01T06:00"),
        (EVENING, "2026-12-01 07:00", "2026-12-01T06:00"),
        (EVENING, "2026-12-01T07:00+00:00", "2026-12-01T07:00"),
        (EVENING, "8h", "2026-12-01T05:00"),
        (EVENING, "7h30m", "2026-12-01T04:30"),
        (EVENING, " 45m ", "2026-11-30T21:45"),
        (EVENING, "1d2h", "2026-12-01T23:00"),
        # The clock goes back at 01:00 UTC: 02:30 comes twice, 07:00 an hour later.
        (utc("2026-10-24T21:00"), "07:00", "2026-10-25T06:00"),
        (utc("2026-10-24T21:00"), "02:30", "2026-10-25T00:30"),
        (utc("2026-10-25T00:45"), "02:30", "2026-10-25T01:30"),
        (utc("2026-10-25T00:45"), "2026-10-25T02:30", "2026-10-25T01:30"),
        # It goes forward at 01:00 UTC: 02:30 is skipped, and meant as 03:30.
        (utc("2027-03-27T22:00"), "07:00", "2027-03-28T05:00"),
        (utc("2027-03-27T22:00"), "02:30", "2027-03-28T01:30"),
        (utc("2027-03-28T01:10"), "02:30", "2027-03-28T01:30"),
        # A span counts hours, whatever the clock does.
        (utc("2026-10-24T21:00"), "8h", "2026-10-25T05:00"),
    ],
)
def test_when_a_night_ends(now: datetime, text: str, until: str) -> None:
    assert read_until(text, now, BERLIN) == utc(until)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no time"),
        ("soon", "is no time"),
        ("25:00", "is no time"),
        ("07:61", "is no time"),
        ("h", "is no time"),
        ("0h", "is in the past"),
        ("2026-11-30T20:00+00:00", "is in the past"),
        ("2026-11-30", "is in the past"),
        ("200h", "too far ahead"),
        ("999999w", "is no time"),
        ("2027-11-30T20:00", "too far ahead"),
        ("99999-01-01", "is no time"),
        ("\x1b[31m07:00", "is no time"),
    ],
)
def test_what_is_no_end(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        read_until(text, EVENING, BERLIN)
    assert "\x1b" not in str(caught.value)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - UTC comes next
    st.times().map(lambda it: it.replace(second=0, microsecond=0)),
)
def test_a_time_of_day_is_the_next_one_that_the_clock_shows(now: datetime, clock: object) -> None:
    moment = now.replace(tzinfo=UTC)
    until = read_until(f"{clock:%H:%M}", moment, BERLIN)
    # A day of 25 hours, and a time that it skips on the day after.
    assert timedelta(0) < until - moment <= timedelta(hours=26) < LONGEST
    shown = until.astimezone(BERLIN)
    is_skipped = (shown - timedelta(hours=1)).utcoffset() != shown.utcoffset()
    assert f"{shown:%H:%M}" == f"{clock:%H:%M}" or is_skipped


def test_a_span_is_told_from_a_time() -> None:
    assert [is_span(it) for it in ("8h", " 45m", "07:00", "", "off")] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "failed"), [("500", 500), ("1,000", 1_000), (" 7 ", 7), ("off", None), ("", None)]
)
def test_a_number_of_failed_records(text: str, failed: int | None) -> None:
    assert read_failed(text) == failed


@pytest.mark.parametrize("text", ["0", "-1", "many", "1e3", "٣", "9" * 30, "0" * 11 + "1" * 30])
def test_what_is_no_number_of_records(text: str) -> None:
    with pytest.raises(UsageError):
        read_failed(text)


@pytest.mark.parametrize(
    ("text", "share"),
    [("3%", 0.03), ("3 %", 0.03), ("0.03", 0.03), ("100%", 1.0), ("Off", None)],
)
def test_a_share(text: str, share: float | None) -> None:
    assert read_share(text) == share


@pytest.mark.parametrize("text", ["0", "101%", "3", "nan", "%", "-1%"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(UsageError):
        read_share(text)


@pytest.mark.parametrize("text", ["", "  ", "report.json", "a\0b.md"])
def test_where_no_report_can_go(text: str) -> None:
    with pytest.raises(UsageError):
        read_report(text)
