"""A history in order: moments, steps, what happened between, and what counts as a change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.histories import event, histories, history, read, start
from zcbulk_tui.domain.job import JobReading, JobState
from zcbulk_tui.domain.records import History
from zcbulk_tui.render.timeline import Step, changes, timeline


@given(histories())
def test_moments_never_go_back_and_nothing_moves_backwards(of: History) -> None:
    line = timeline(of)
    assert len(line.moments) == len(line.steps) == len(of.readings)
    assert list(line.moments) == sorted(line.moments)
    for step in line.steps:
        assert step is None or (step.seconds > 0 and step.records >= 0)


@given(histories(), st.data())
def test_jumps_stay_in_range_and_go_the_right_way(of: History, data: st.DataObject) -> None:
    line = timeline(of)
    if line.last < 0:
        assert line.change_after(-1) == line.change_before(-1) == -1
        return
    index = data.draw(st.integers(0, line.last))
    after, before = line.change_after(index), line.change_before(index)
    assert index < after <= line.last or index == after == line.last
    assert 0 <= before < index or index == before == 0


@given(histories())
def test_each_thing_that_happened_stands_beside_one_place(of: History) -> None:
    line = timeline(of)
    found = [i for index in range(line.last + 2) for i in line.beside(index)]
    assert found == list(range(len(of.events) + len(of.commands)))


def test_a_clock_that_is_set_back_does_not_turn_time_around() -> None:
    line = timeline(history(read(0, 0), read(100, 10), read(40, 20), read(70, 50), read(130, 60)))
    assert list(line.moments) == [0, 100, 100, 100, 130]
    assert list(line.steps) == [None, Step(100, 10), None, Step(30, 30), Step(60, 10)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (read(0, 100), read(10, 40)),
        (read(0, 100), read(0, 140)),
        (read(0, 100), read(10, None)),
        (read(0, None), read(10, 100)),
        (read(0, 100, None), read(10, 140)),
    ],
    ids=["shrank", "no time", "not told", "not told before", "no failed count"],
)
def test_no_rate_where_it_is_not_known(before: JobReading, after: JobReading) -> None:
    assert timeline(history(before, after)).steps == (None, None)


def test_standing_still_is_a_rate_of_none_a_second() -> None:
    (_, step) = timeline(history(read(0, 100), read(10, 100))).steps
    assert step is not None
    assert step.rate == 0


READY = JobState.READY


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([read(0, 0), read(1, 5), read(2, 9), read(3, 20)], []),
        ([read(0, 0, state=READY), read(1, 0, state=READY), read(2, 5), read(3, 9)], [2]),
        ([read(0, 0), read(1, 5), read(2, 9, 1), read(3, 12, 2), read(4, 15, 3)], [2]),
        ([read(0, 0), read(1, 5, 1), read(2, 9, 1), read(3, 12, 2)], [1, 3]),
        ([read(0, 0, 3), read(1, 5, 4)], []),
        ([read(0, 5), read(1, 5), read(2, 5), read(3, 9), read(4, 12)], [3]),
        ([read(0, 5), read(1, 9), read(2, 2), read(3, 4)], [2]),
        ([read(0, 5), read(1, None, None), read(2, 5), read(3, 9)], [3]),
    ],
    ids=[
        "moves on",
        "state",
        "failures grow",
        "failures grow again",
        "failures grew before",
        "moves again",
        "began anew",
        "counts not told",
    ],
)
def test_changes(readings: list[JobReading], expected: list[int]) -> None:
    assert changes(readings) == expected


def test_another_word_of_the_server_is_a_change() -> None:
    one, two = read(0, 5), read(1, 9)
    other = JobReading(two.state, "Running hot", two.counts, two.read_at)
    assert changes([one, other]) == [1]


def test_what_happened_makes_the_reading_after_it_a_change() -> None:
    readings = [read(at, at) for at in (0, 10, 20, 30)]
    events = (event(-5, "before all"), event(20, "at the third"), event(99, "after all"))
    line = timeline(history(*readings, events=events, commands=(start(4),)))
    assert line.changes == (1, 2)
    assert [line.positions[i] for i in range(4)] == [0, 1, 2, 4]
    assert (line.change_after(0), line.change_after(2)) == (1, 3), "no more: the last reading"
    assert (line.change_before(2), line.change_before(1)) == (1, 0), "no more: the first reading"


def test_a_reading_is_found_again_when_others_are_dropped() -> None:
    readings = [read(at, at) for at in range(0, 100, 10)]
    kept = timeline(history(*readings[::2]))
    assert kept.find(readings[4], 4) == 2
    assert kept.find(readings[5], 5) == 2, "the one before it, where it is gone"
    assert kept.find(read(-50, 0), 3) == 0


def test_a_reading_that_came_twice_is_found_where_it_was() -> None:
    same = read(0, 5)
    assert timeline(history(same, same, same, read(9, 9))).find(same, 2) == 2
