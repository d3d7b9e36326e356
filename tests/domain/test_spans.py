"""Spans of time as users write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.spans import read_span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        (" 2h ", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("3w", timedelta(weeks=3)),
        ("2h10m", timedelta(hours=2, minutes=10)),
        ("0s", timedelta()),
    ],
)
def test_what_a_span_means(text: str, span: timedelta) -> None:
    assert read_span(text) == span


@pytest.mark.parametrize(
    "text", ["", "90", "m", "1.5h", "-1h", "1 h", "1h 2m", "1y", "1hm", "٣m", "1234567s", "x1h"]
)
def test_what_is_no_span(text: str) -> None:
    assert read_span(text) is None


def test_one_that_is_too_long_to_count_is_none() -> None:
    assert read_span("999999w" * 200) is None


@given(st.lists(st.tuples(st.integers(0, 999_999), st.sampled_from("smhdw")), min_size=1))
def test_a_span_is_the_sum_of_its_parts(parts: list[tuple[int, str]]) -> None:
    whole = read_span("".join(f"{count}{unit}" for count, unit in parts))
    each = [read_span(f"{count}{unit}") or timedelta() for count, unit in parts]
    assert whole is None or whole == sum(each, timedelta())
