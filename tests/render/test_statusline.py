"""A summary in 40 cells: what is said, what gives way, and how it is coloured."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.summary import WORST_FIRST, Summary, Trouble
from zcbulk_tui.render import glyphs, span
from zcbulk_tui.render.statusline import (
    ASCII,
    CELLS,
    UNICODE,
    WORDS,
    Signs,
    ansi,
    line,
    plain,
    tmux,
)

STUCK = (Trouble("stuck", job=1), Trouble("slow", job=2))
BUSY = Summary(3, 1, share=0.615, troubles=STUCK, calls_left=163, age=30.0, is_polled=True)


@pytest.mark.parametrize(
    ("summary", "text"),
    [
        (Summary(), "no jobs"),
        (BUSY, "3▶ 61% 1○ 2! stuck 163 left"),
        (BUSY._replace(is_polled=False), "3▶ 61% 1○ 2! stuck 163 left"),
        (BUSY._replace(is_polled=False, age=725.0), "3▶ 61% 1○ 2! stuck 163 left unpolled 12m"),
        (BUSY._replace(age=725.0), "3▶ 61% 1○ 2! stuck 163 left"),
        (BUSY._replace(age=1500.0), "3▶ 61% 1○ 2! stuck 163 left 25m old"),
        (BUSY._replace(is_paused=True), "3▶ 61% 1○ 2! stuck 163 left paused"),
        (BUSY._replace(is_paused=True, age=7300.0), "3▶ 61% 1○ 2! stuck 163 left paused 2h"),
        (Summary(1, age=200_000.0), "1▶ unpolled 2d"),
        (Summary(unread=2), "2? unpolled"),
        (Summary(1, share=0.9999, is_polled=True), "1▶ 99%"),
        (Summary(1, share=1.0, is_polled=True), "1▶ 100%"),
        (Summary(completed=4, calls_left=1200), "4✓ 1,200 left"),
        (Summary(completed=4, ended=1, troubles=(Trouble("ended-badly"),)), "4✓ 1! ended badly"),
        (Summary(ended=1, troubles=(Trouble("ended-badly"),)), "1! ended badly"),
        (Summary(ended=1), "0✓"),
        (Summary(1, completed=4, is_polled=True), "1▶"),
        (Summary(1, troubles=(Trouble("later"),), is_polled=True), "1▶ 1!"),
        (Summary(12_345, is_polled=True), "999+▶"),
    ],
)
def test_what_is_said(summary: Summary, text: str) -> None:
    assert plain(line(summary, UNICODE)) == text


def test_the_calls_that_are_left_give_way_first() -> None:
    long = BUSY._replace(troubles=(Trouble("over-limit"),), is_polled=False, age=725.0)
    assert plain(line(long, UNICODE)) == "3▶ 61% 1○ 1! over the limit unpolled 12m"


summaries = st.builds(
    Summary,
    *[st.integers(0, 10**9)] * 5,
    st.none() | st.floats(0, 1),
    st.lists(
        st.builds(Trouble, st.sampled_from(WORST_FIRST), st.booleans(), st.none() | st.integers(0))
    ).map(tuple),
    st.none() | st.integers(0, 10**6),
    st.none() | st.floats(0, 1e9),
    st.booleans(),
    st.booleans(),
)


@given(summaries, st.sampled_from([UNICODE, ASCII]))
def test_it_is_one_short_line_in_every_case(summary: Summary, signs: Signs) -> None:
    pieces = line(summary, signs)
    text = plain(pieces)
    assert 0 < span.width(text) <= CELLS
    assert text.isprintable()
    assert signs is UNICODE or text.isascii()
    assert re.sub(r"\x1b\[\d+m", "", ansi(pieces)) == text
    assert re.sub(r"#\[[a-z=]+\]", "", tmux(pieces)) == text


@given(summaries)
def test_a_trouble_is_said_whatever_gives_way(summary: Summary) -> None:
    if summary.jobs and summary.troubles:
        assert "! " in plain(line(summary, UNICODE))


def test_what_is_critical_is_red() -> None:
    pieces = line(BUSY._replace(troubles=(Trouble("stuck", is_critical=True),)), UNICODE)
    assert "\x1b[31m1! stuck\x1b[0m" in ansi(pieces)
    assert "#[fg=red]1! stuck#[default]" in tmux(pieces)


def test_the_glyphs_are_those_of_the_dashboard() -> None:
    states = (JobState.IN_PROGRESS, JobState.READY, JobState.COMPLETED)
    assert tuple(glyphs.UNICODE.states[state] for state in states) == UNICODE
    assert tuple(glyphs.ASCII.states[state] for state in states) == ASCII


def test_every_trouble_has_its_words() -> None:
    assert tuple(WORDS) == WORST_FIRST
