"""A time of creation is what was typed, or is refused with the reason."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.creation_time import read_created, write_created
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
"""Where it is 11:30 at `NOW`."""

JOB = watched()
SEEN = NOW - timedelta(hours=1)


def read(text: str, now: datetime = NOW) -> datetime | None:
    return read_created(text, JOB._replace(added_at=now), now, BERLIN)


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("10:05", timedelta(hours=1, minutes=25)),
        (" 9:05 ", timedelta(hours=2, minutes=25)),
        ("11:30", timedelta(0)),
        ("2026-03-11 10:05", timedelta(hours=1, minutes=25)),
        ("2026-03-10T11:30", timedelta(days=1)),
        ("2h ago", timedelta(hours=2)),
        ("1d 2h 5m ago", timedelta(days=1, hours=2, minutes=5)),
        ("2h10m AGO", timedelta(hours=2, minutes=10)),
        ("0m ago", timedelta(0)),
    ],
)
def test_a_time(text: str, ago: timedelta) -> None:
    assert read(text) == NOW - ago


@pytest.mark.parametrize("text", ["", "  ", "\t"])
def test_nothing_is_unknown(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("11:31", "is still to come For another day, write it as in 2026-03-10 14:05."),
        ("2027-01-01 00:00", "is still to come"),
        ("2026-02-01 10:00", "more than 30 days ago"),
        ("99d ago", "more than 30 days ago"),
        ("25:00", "is not a time Write it as in 14:05,"),
        ("2026-02-30 10:00", "is not a time"),
        ("0001-01-01 00:00", ""),
        ("ago", "is not a time"),
        (" ago", "is not a time"),
        ("tomorrow", "is not a time"),
        ("\x1b[31m", "is not a time"),
    ],
)
def test_what_cannot_be_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    assert reason in f"{caught.value.title} {caught.value.cause}{caught.value.next_step}"


@pytest.mark.parametrize(
    "job",
    [JOB._replace(added_at=SEEN), JOB._replace(started_at=SEEN)],
    ids=["on the list", "started"],
)
def test_a_job_was_created_before_it_was_seen(job: WatchedJob) -> None:
    with pytest.raises(UsageError, match="It was there already at 2026-03-11 10:30"):
        read_created("30m ago", job, NOW, BERLIN)
    assert read_created("10:30", job, NOW, BERLIN) == SEEN


@pytest.mark.parametrize("text", ["2026-03-29 02:30", "2026-10-25 02:30"])
def test_a_time_that_the_clocks_have_shown_twice_or_never_is_not_guessed(text: str) -> None:
    now = datetime.fromisoformat(text[:10]).replace(hour=23, tzinfo=BERLIN)
    with pytest.raises(UsageError, match="Clocks were set"):
        read(text, now)


@given(st.integers(0, 30 * 24 * 60))
def test_what_is_written_is_read(minutes: int) -> None:
    moment = NOW - timedelta(minutes=minutes)
    assert read(write_created(moment, BERLIN)) == moment


@given(st.text())
def test_any_text_is_a_time_or_a_usage_error(text: str) -> None:
    try:
        moment = read(text)
    except UsageError:
        return
    assert moment is None or moment <= NOW
