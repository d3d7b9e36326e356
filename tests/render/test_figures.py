"""Numbers and times as short texts: true, and quiet while nothing is new."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import seconds_of
from tests.render.strategies import MOST_RECORDS
from zcbulk_tui.render import figures

SECONDS = st.floats(0, 1e6) | st.integers(0, 400_000)


@pytest.mark.parametrize(
    ("value", "cells", "text"),
    [
        (None, 9, "–"),
        (0, 9, "0"),
        (999, 9, "999"),
        (61_204, 9, "61,204"),
        (1_000_000, 9, "1,000,000"),
        (99_999_999, 9, "100.0M"),
        (123_456_789, 9, "123.5M"),
        (1_000_000, 8, "1.0M"),
        (999_999, 8, "999,999"),
        (99_999_999, 5, "100M"),
        (123_456_789, 15, "123,456,789"),
    ],
)
def test_number(value: int | None, cells: int, text: str) -> None:
    assert figures.number(value, cells) == text


@given(st.integers(0, MOST_RECORDS), st.sampled_from([8, 9]))
def test_a_number_fits_its_column(value: int, cells: int) -> None:
    assert len(figures.number(value, cells)) <= cells


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "–"), (0.0, "0"), (0.009, "0"), (0.5, "50"), (0.999, "99"), (1.0, "100")],
)
def test_percent(share: float | None, text: str) -> None:
    assert figures.percent(share) == text


@given(st.integers(1, 10**8), st.data())
def test_percent_is_what_is_done_rounded_down(total: int, data: st.DataObject) -> None:
    done = data.draw(st.integers(0, total))
    assert figures.percent(done / total) == str(done * 100 // total)


def test_percent_of_a_hundred() -> None:
    assert [figures.percent(done / 100) for done in range(101)] == [str(n) for n in range(101)]


@given(st.integers(1, MOST_RECORDS))
def test_percent_says_100_only_when_nothing_is_missing(total: int) -> None:
    assert figures.percent((total - 1) / total) != "100"
    assert figures.percent(total / total) == "100"


@pytest.mark.parametrize(
    ("speed", "text"),
    [
        (None, "–"),
        (0.0, "0"),
        (0.25, "0.2"),
        (9.94, "9.9"),
        (9.95, "10"),
        (183.6, "184"),
        (1234.0, "1,234"),
        (9999.4, "9,999"),
        (9999.5, "10k"),
        (10_587.0, "11k"),
        (999_499.0, "999k"),
        (999_500.0, "1.0M"),
        (99_999_999.0, "100M"),
        (1e11, "100B"),
    ],
)
def test_rate(speed: float | None, text: str) -> None:
    assert figures.rate(speed) == text


@given(st.floats(0, 9e14))
def test_a_rate_fits_its_column(speed: float) -> None:
    assert len(figures.rate(speed)) <= 5


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0s"),
        (0, "0s"),
        (59.9, "59s"),
        (60, "1m"),
        (252, "4m12s"),
        (3600, "1h00m"),
        (6480, "1h48m"),
        (86400, "1d"),
        (90000, "1d1h"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert figures.duration(seconds) == text


def test_a_spread_whose_ends_look_the_same_is_no_range() -> None:
    assert figures.spread(60, 95) == "1m to 1m35s"
    assert figures.spread(60.1, 60.9) == "about 1m"


@given(SECONDS)
def test_a_duration_never_says_more(seconds: float) -> None:
    said = seconds_of(figures.duration(seconds))
    assert said <= seconds < said + (3600 if seconds >= 86400 else 60 if seconds >= 3600 else 1)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (10800, "3h00m"),
        (6539, "1h48m"),
        (601, "10m"),
        (599, "9m50s"),
        (61, "1m"),
        (19, "10s"),
        (3, "10s"),
    ],
)
def test_countdown(seconds: float, text: str) -> None:
    assert figures.countdown(seconds) == text


@given(st.floats(10, 1e5))
def test_a_countdown_never_shows_more_than_what_is_left(seconds: float) -> None:
    assert seconds_of(figures.countdown(seconds)) <= seconds


@given(st.floats(0, 1e5), st.floats(0, 1e5))
def test_a_countdown_never_goes_up(one: float, other: float) -> None:
    later, earlier = sorted((one, other))
    assert seconds_of(figures.countdown(later)) <= seconds_of(figures.countdown(earlier))


def test_a_countdown_of_three_hours_is_drawn_anew_229_times() -> None:
    texts = [figures.countdown(seconds) for seconds in range(10_800)]
    assert len(set(texts)) == 170 + 59


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "now"),
        (14.9, "now"),
        (15, "15s"),
        (29, "15s"),
        (59, "30s"),
        (60, "1m"),
        (719, "8m"),
        (3599, "30m"),
        (3600, "1h"),
        (172_799, "47h"),
        (172_800, "2d"),
    ],
)
def test_age(seconds: float, text: str) -> None:
    assert figures.age(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (9_999, "9,999"), (10_000, "10,000+"), (12_399, "12,300+")],
)
def test_what_goes_down_all_the_time_is_told_by_hundreds_while_there_is_plenty(
    value: int, text: str
) -> None:
    assert figures.at_least(value) == text


def age_of(seconds: float) -> int:
    text = figures.age(seconds)
    return 0 if text == "now" else seconds_of(text)


@given(SECONDS, SECONDS)
def test_an_age_never_goes_backwards(one: float, other: float) -> None:
    younger, older = sorted((one, other))
    assert age_of(younger) <= age_of(older)


@given(SECONDS)
def test_an_age_is_at_least_what_it_says_and_not_twice_that(seconds: float) -> None:
    said = age_of(seconds)
    assert said <= seconds
    assert seconds < max(2 * said, 15)


def test_an_age_steps_coarsely() -> None:
    assert len({figures.age(seconds) for seconds in range(3600)}) == 9


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-9, "now"), (1, "now"), (1.1, "15s"), (15, "15s"), (16, "30s"), (61, "2m"), (3600, "1h00m")],
)
def test_soon(seconds: float, text: str) -> None:
    assert figures.soon(seconds) == text


@given(st.floats(1.01, 3600))
def test_soon_is_the_most_it_can_be(seconds: float) -> None:
    assert seconds_of(figures.soon(seconds)) >= seconds


@given(st.floats(0, 1e5), st.floats(0, 1e5))
def test_soon_never_goes_up_as_time_passes(one: float, other: float) -> None:
    later, earlier = (
        0 if text == "now" else seconds_of(text) for text in map(figures.soon, sorted((one, other)))
    )
    assert later <= earlier


INDIA = timezone(timedelta(hours=5, minutes=30))
MIDDAY = datetime(2026, 3, 11, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "zone", "text"),
    [
        (timedelta(0), UTC, "12:31"),
        (timedelta(hours=12), UTC, "00:31"),
        (timedelta(hours=13), UTC, "10 Mar"),
        (timedelta(days=1), UTC, "10 Mar"),
        (timedelta(days=365), UTC, "11 Mar"),
        (timedelta(hours=13), INDIA, "05:01"),
        (timedelta(hours=19), INDIA, "10 Mar"),
    ],
)
def test_clock(before: timedelta, zone: timezone, text: str) -> None:
    assert figures.clock(MIDDAY - before, MIDDAY, zone) == text
