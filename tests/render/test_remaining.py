"""How long a job still takes: a range that can be trusted, or none."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import seconds_of
from zcbulk_tui.domain.progress import Remaining
from zcbulk_tui.render import figures

MANY_DAYS = 1000 * 86400
"""Seconds from which on a range is no longer told."""


@pytest.mark.parametrize(
    ("least", "most", "since", "text"),
    [
        (180, 240, 0, "3m–4m"),
        (780, 960, 0, "13m–16m"),
        (24, 26, 0, "20s–30s"),
        (25.5, 26, 0, "~30s"),
        (0, 4, 0, "soon"),
        (0, 30, 0, "0s–30s"),
        (180, 240, 3600, "soon"),
        (180, 240, 60, "2m–3m"),
        (50, 56, 0, "50s–1m"),
        (4200, 4800, 0, "1h10m–1h20m"),
        (36000, 72000, 0, "10h–20h"),
        (3_600_000, 3_620_000, 0, "~42d"),
    ],
)
def test_remaining(least: float, most: float, since: float, text: str) -> None:
    assert figures.remaining(Remaining(least, most), since) == text


@pytest.mark.parametrize(
    ("least", "text"),
    [
        (4, "unknown"),
        (24, ">20s"),
        (300, ">5m"),
        (4200, ">1h10m"),
        (36000, ">10h"),
        (1e9, ">1000d"),
    ],
)
@pytest.mark.parametrize("since", [0, 60, 1e6])
def test_a_job_that_stands_still_has_no_upper_end(least: float, text: str, since: float) -> None:
    assert figures.remaining(Remaining(least, math.inf), since) == text


def standing(text: str) -> int:
    """The seconds that a job takes at least that stands still."""
    return 0 if text == "unknown" else seconds_of(text.removeprefix(">"))


@given(st.floats(0, 1e12), st.floats(0, 1e6))
def test_the_time_that_a_standing_job_takes_does_not_pass(least: float, since: float) -> None:
    text = figures.remaining(Remaining(least, math.inf), since)
    assert text == figures.remaining(Remaining(least, math.inf), 0)
    said = standing(text)
    assert text.startswith(">") or text == "unknown"
    if least < MANY_DAYS - 1800:
        assert abs(said - least) <= max(5, 0.5 * min(least, 3600), 0.03 * least)


@given(st.floats(0, 1e12), st.floats(0, 1e12))
def test_more_to_do_never_reads_as_less(one: float, other: float) -> None:
    less, more = (
        standing(figures.remaining(Remaining(least, math.inf), 0)) for least in sorted((one, other))
    )
    assert less <= more


def test_remaining_is_unknown_without_a_forecast() -> None:
    assert figures.remaining(None, 0) == "unknown"


@st.composite
def forecasts(draw: st.DrawFn) -> Remaining:
    least = draw(st.floats(0, 1e6) | st.floats(0, 1e8))
    return Remaining(least, least * draw(st.floats(1, 5)))


def bounds(text: str) -> tuple[int, int]:
    """The seconds of both ends of a range."""
    if text == "soon":
        return 0, 0
    if text.startswith("over"):
        return MANY_DAYS, MANY_DAYS
    ends = [seconds_of(end) for end in text.removeprefix("~").split("–")]
    return ends[0], ends[-1]


@given(forecasts(), st.floats(0, 1e6))
def test_a_range_is_in_order_and_names_no_range_of_nothing(
    forecast: Remaining, since: float
) -> None:
    text = figures.remaining(forecast, since)
    least, most = bounds(text)
    assert least < most if "–" in text else least == most


@given(forecasts())
def test_a_range_is_about_the_forecast(forecast: Remaining) -> None:
    said = bounds(figures.remaining(forecast, 0))
    for exact, end in zip((forecast.least, forecast.most), said, strict=True):
        if forecast.most < MANY_DAYS - 1800:
            assert abs(end - exact) <= max(5, 0.5 * min(exact, 3600), 0.03 * exact)


@given(forecasts(), st.floats(0, 1e5), st.floats(0, 1e5))
def test_a_range_never_goes_up_as_time_passes(
    forecast: Remaining, one: float, other: float
) -> None:
    earlier, later = sorted((one, other))
    before = bounds(figures.remaining(forecast, earlier))
    after = bounds(figures.remaining(forecast, later))
    assert after[0] <= before[0]
    assert after[1] <= before[1]
