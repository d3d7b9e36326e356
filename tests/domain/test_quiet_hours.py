"""Quiet hours and severities, as the settings write them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.alerts import QuietHours, Severity

times = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@given(times, times)
def test_two_times_of_day_are_read_as_they_are_written(begins: time, ends: time) -> None:
    written = f"{begins:%H:%M}-{ends:%H:%M}"
    if begins == ends:
        with pytest.raises(ValueError, match=written):
            QuietHours.read(written)
    else:
        assert QuietHours.read(written) == QuietHours(begins, ends)


@pytest.mark.parametrize("written", [" 22:00 - 7:00 ", "22:00–07:00"])
def test_people_write_them_in_several_ways(written: str) -> None:
    assert QuietHours.read(written) == QuietHours(time(22), time(7))


@pytest.mark.parametrize(
    "written", ["", "22:00", "22-7", "24:00-07:00", "22:60-07:00", "night", "22:00-07:00-08:00"]
)
def test_what_is_no_span_is_refused(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are those of whoever found it
        QuietHours.read(written)


def test_a_severity_is_found_by_its_word() -> None:
    assert [Severity.named(it.word) for it in Severity] == list(Severity)
    assert Severity.named("off") is None
