"""The title of the terminal: what counts, in a few characters."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, reading, watched
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.errors import UnreachableError
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.window_title import NAME, TitleState, faults_and_share, title_state

States = dict[JobState | None, int]

RUNS, DONE, FAILED = JobState.IN_PROGRESS, JobState.COMPLETED, JobState.FAILED
ABORTED = JobState.SYSTEM_ABORTED

states_of_jobs = st.dictionaries(
    st.none() | st.sampled_from(list(JobState)), st.integers(0, 1_000), max_size=5
)
shares = st.none() | st.floats(0, 1)


@pytest.mark.parametrize(
    ("states", "faults", "share", "expected"),
    [
        ({}, 0, None, TitleState(NAME, None, trouble=False)),
        ({RUNS: 0, FAILED: 0}, 0, None, TitleState(NAME, None, trouble=False)),
        ({RUNS: 2, ABORTED: 1}, 0, 0.41, TitleState("2▶ 41% 1✗", 41, trouble=True)),
        ({RUNS: 2, DONE: 3}, 0, 0.419, TitleState("2▶ 41%", 41, trouble=False)),
        ({RUNS: 1}, 0, 0.0, TitleState("1▶ 0%", 0, trouble=False)),
        ({RUNS: 1}, 0, 0.999, TitleState("1▶ 99%", 99, trouble=False)),
        ({RUNS: 1}, 0, None, TitleState("1▶", None, trouble=False)),
        ({RUNS: 3, FAILED: 1, ABORTED: 1}, 2, 0.5, TitleState("3▶ 50% 4✗", 50, trouble=True)),
        ({DONE: 12}, 0, None, TitleState("12✓", None, trouble=False)),
        ({DONE: 10, FAILED: 2}, 0, None, TitleState("10✓ 2✗", None, trouble=True)),
        ({DONE: 2, None: 1}, 0, None, TitleState(NAME, None, trouble=False)),
        ({JobState.READY: 3}, 0, None, TitleState(NAME, None, trouble=False)),
        ({JobState.READY: 3}, 1, None, TitleState("1✗", None, trouble=True)),
        ({JobState.USER_ABORTED: 1}, 0, None, TitleState(NAME, None, trouble=False)),
    ],
)
def test_examples(states: States, faults: int, share: float | None, expected: TitleState) -> None:
    assert title_state(Counter(states), faults, share, UNICODE) == expected


def test_an_ascii_title_is_ascii() -> None:
    assert title_state(Counter({RUNS: 2, ABORTED: 1}), 0, 0.41, ASCII).title == "2* 41% 1F"
    assert title_state(Counter({DONE: 12}), 0, None, ASCII).title == "12+"


@given(states_of_jobs, st.integers(0, 5), shares, st.sampled_from([ASCII, UNICODE]))
def test_it_is_short_and_safe(
    states: States, faults: int, share: float | None, glyphs: Glyphs
) -> None:
    said = title_state(Counter(states), faults, share, glyphs)
    assert is_one_safe_line(said.title)
    assert 0 < len(said.title) <= 24
    assert not any(part.startswith("0") and part != "0%" for part in said.title.split())
    assert said.percent is None or 0 <= said.percent <= 100


def test_what_runs_weighs_by_its_records() -> None:
    large = JobSnapshot(watched("1"), (reading(0, 100, 900),))
    small = JobSnapshot(watched("2"), (reading(0, 100, 100),))
    assert faults_and_share([large, small]) == (0, 0.2)


def test_only_what_runs_and_is_known_counts() -> None:
    counted = JobSnapshot(watched("1"), (reading(0, 50, 100),))
    others = [
        JobSnapshot(watched("2")),
        JobSnapshot(watched("3"), (reading(0, None, 100),)),
        JobSnapshot(watched("4"), (reading(0, 5, None),)),
        JobSnapshot(watched("5"), (reading(0, 5, 0),)),
        JobSnapshot(watched("6"), (reading(0, 100, 100, JobState.COMPLETED),)),
    ]
    assert faults_and_share(others) == (0, None)
    assert faults_and_share([counted, *others]) == (0, 0.5)


def test_a_fault_counts_while_the_job_is_not_over() -> None:
    fault = Fault(UnreachableError("No answer"), NOW)
    running = JobSnapshot(watched("1"), (reading(0, 50, 100),), fault)
    over = replace(running, readings=(reading(0, 100, 100, JobState.COMPLETED),))
    assert faults_and_share([running, over, JobSnapshot(watched("2"), (), fault)]) == (2, 0.5)
