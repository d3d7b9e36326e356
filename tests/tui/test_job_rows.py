"""The model of the list: whatever happens to jobs, filter, order and groups, it shows what it must.

Everything is worked out anew here after each change, and compared with what the model has kept.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.jobs import NOW, reading, watched
from zcbulk_tui.domain.job import Environment, JobReading, JobState
from zcbulk_tui.domain.snapshot import JobKey, JobSnapshot, Listed
from zcbulk_tui.render import job_search, order
from zcbulk_tui.render.order import GroupBy, Order, SortBy, arranged
from zcbulk_tui.tui.job_rows import JobRows

READINGS = (
    (),
    (reading(0, 2_000),),
    (reading(-10, 1_000), reading(0, 7_000)),
    (reading(5, 10_000, state=JobState.COMPLETED),),
    (reading(1, None, state=JobState.READY),),
)
FILTERS = (
    *("", "job", "eu", "!eu", "state:completed", "env:production", "job 1", "nowhere"),
    *("risk:start", "left:<5k", "!ok:>1000 eu", "age:>1m", "age:<=1m us", "left:"),
)


def listed(
    number: int,
    profile: str = "eu",
    readings: tuple[JobReading, ...] = READINGS[1],
    tags: tuple[str, ...] = (),
) -> Listed:
    """Job number so-and-so; every third one is in production."""
    job = watched(str(number), f"Job {number} {'eu' if number % 2 else 'us'}")
    environment = Environment.STAGE if number % 3 else Environment.PRODUCTION
    ref = job.ref._replace(environment=environment, form=("Orders", "Prices")[number % 2])
    return Listed(profile, JobSnapshot(job._replace(ref=ref, tags=tags), readings))


def rows(*jobs: Listed) -> JobRows:
    made = JobRows()
    for job in jobs:
        made.put(job)
    return made


def numbers(made: JobRows) -> list[int]:
    """The jobs that are shown, in their order."""
    return [int(key.ref.job_id) for key in made.jobs]


def selected(made: JobRows) -> int | None:
    """The job under the cursor."""
    return int(made.selected.snapshot.ref.job_id) if made.selected else None


class Twin:
    """The same list, worked out anew each time that it is asked for."""

    def __init__(self) -> None:
        self.jobs: dict[JobKey, Listed] = {}
        self.asked = ""
        self.now = NOW
        self.order = Order()
        self.group_by: GroupBy | None = None
        self.marked: set[JobKey] = set()
        self.chosen: JobKey | None = None

    def shown(self) -> list[Listed]:
        """The jobs that pass, in order."""
        asked = job_search.job_filter(self.asked)
        passing = [
            one
            for one in self.jobs.values()
            if asked.finds(job_search.searchable(one), job_search.figures(one.snapshot), self.now)
        ]
        keys = [order.key(one, self.order.by) for one in passing]
        passing = order.ordered(passing, self.order, keys)
        if self.group_by is None:
            return passing
        return [one for group in arranged(passing, self.group_by) for one in group.rows]

    def added_up(self) -> tuple[int, int, int, int]:
        """How many jobs are shown, how many tell their counts, their records, and those in."""
        jobs = self.shown()
        counts = [one.snapshot.last.counts for one in jobs if one.snapshot.last]
        told = [one for one in counts if one.success is not None]
        return (
            len(jobs),
            len(told),
            sum(one.total or 0 for one in told),
            sum(one.success or 0 for one in told),
        )


Change = Callable[[JobRows, Twin], None]


def _put(job: Listed) -> Change:
    def change(made: JobRows, twin: Twin) -> None:
        made.put(job)
        twin.jobs[job.key] = job

    return change


def _drop(list_line: int) -> Change:
    def change(made: JobRows, twin: Twin) -> None:
        if twin.jobs:
            key = list(twin.jobs)[list_line % len(twin.jobs)]
            made.drop(key)
            del twin.jobs[key]
            twin.marked.discard(key)

    return change


def _filter(text: str) -> Change:
    def change(made: JobRows, twin: Twin) -> None:
        made.filter(text)
        twin.asked = text

    return change


def _pass(seconds: float) -> Change:
    def change(made: JobRows, twin: Twin) -> None:
        twin.now += timedelta(seconds=seconds)
        made.set_time(twin.now)

    return change


def _sort(by: SortBy, descending: bool) -> Change:
    def change(made: JobRows, twin: Twin) -> None:
        twin.order = Order(by, descending)
        made.sort(twin.order)

    return change


def _group(by: GroupBy | None) -> Change:
    def change(made: JobRows, twin: Twin) -> None:
        made.group(by)
        twin.group_by = by

    return change


def _select(list_line: int) -> Change:
    def change(made: JobRows, twin: Twin) -> None:
        shown = twin.shown()
        made.select(list_line)
        if shown:
            twin.chosen = shown[min(list_line, len(shown) - 1)].key

    return change


def _mark(list_line: int | None) -> Change:
    def change(made: JobRows, twin: Twin) -> None:
        keys = [one.key for one in twin.shown()]
        meant = keys if list_line is None or not keys else [keys[list_line % len(keys)]]
        made.mark(meant)
        if twin.marked.issuperset(meant):
            twin.marked.difference_update(meant)
        else:
            twin.marked.update(meant)

    return change


_jobs = st.builds(
    listed,
    st.integers(0, 4),
    st.sampled_from(["eu", "us"]),
    st.sampled_from(READINGS),
    st.sampled_from([(), ("sales",), ("stock", "sales")]),
)
_changes = st.one_of(
    st.builds(_put, _jobs),
    st.builds(_put, _jobs),
    st.builds(_drop, st.integers(0, 9)),
    st.builds(_filter, st.sampled_from(FILTERS)),
    st.builds(_pass, st.integers(0, 40)),
    st.builds(_sort, st.sampled_from(SortBy), st.booleans()),
    st.builds(
        _group, st.none() | st.sampled_from([by for by in GroupBy if by is not GroupBy.NONE])
    ),
    st.builds(_mark, st.none() | st.integers(0, 9)),
    st.builds(_select, st.integers(0, 9)),
)


@settings(max_examples=60)
@given(st.lists(_jobs, max_size=8), st.lists(_changes, min_size=1, max_size=12))
def test_after_any_changes_the_list_is_what_it_must_be(
    jobs: list[Listed], changes: list[Change]
) -> None:
    made, twin = JobRows(), Twin()
    made.set_time(twin.now)
    for change in [*map(_put, jobs), *changes]:
        change(made, twin)
        keys = [one.key for one in twin.shown()]
        assert list(made.jobs) == keys
        assert list(made) == list(twin.jobs.values())
        assert set(made.marked) == twin.marked
        assert made.states == Counter(one.snapshot.state for one in made)
        assert made.environments == Counter(one.snapshot.ref.environment for one in made)
        assert [
            list_line for list_line in made.list_lines if not isinstance(list_line, str)
        ] == keys
        total = made.total()
        told = (total.counts.total or 0, total.counts.success or 0)
        assert (total.jobs, total.jobs - total.incomplete, *told) == twin.added_up()


@settings(max_examples=60)
@given(
    st.lists(_jobs, min_size=1, max_size=8, unique_by=lambda job: job.key),
    st.integers(0, 7),
    st.lists(_changes, max_size=12),
)
def test_the_cursor_stays_on_its_job(
    jobs: list[Listed], list_line: int, changes: list[Change]
) -> None:
    made, twin = JobRows(), Twin()
    made.set_time(twin.now)
    for job in jobs:
        _put(job)(made, twin)
    _select(list_line)(made, twin)
    for change in changes:
        change(made, twin)
        mine = twin.chosen
        if mine is None or mine not in made:
            return  # what then follows has tests of its own
        if mine in made.jobs:
            assert made.selected is not None
            assert made.selected.key == mine
            assert made.list_lines[made.line] == made.jobs[made.cursor] == mine
        else:
            assert (made.selected is None) == (not made.jobs)
    made.filter("")
    assert made.selected is not None
    assert made.selected.key == twin.chosen, "it is back once the filter is gone"


@settings(max_examples=60)
@given(
    st.lists(_jobs, min_size=1, max_size=8, unique_by=lambda job: job.key),
    st.integers(0, 7),
    st.data(),
)
def test_the_next_job_that_is_left_takes_the_place_of_those_that_go(
    jobs: list[Listed], list_line: int, data: st.DataObject
) -> None:
    made = rows(*jobs)
    made.select(list_line)
    at = made.cursor
    gone = data.draw(st.lists(st.sampled_from(jobs), unique=True))
    # Together, as it is with marked jobs: nothing is shown in between.
    for job in gone:
        made.drop(job.key)
    left = [job for job in jobs[at:] if job not in gone] or [
        job for job in reversed(jobs[:at]) if job not in gone
    ]
    assert made.selected == (left[0] if left else None)
    made.sort(Order(SortBy.ADDED, descending=True))
    assert made.selected == (left[0] if left else None), "from now on it is the selected one"


def test_a_job_that_is_left_out_gives_the_cursor_to_another_and_gets_it_back() -> None:
    made = rows(*map(listed, range(10)))
    made.select(5)
    made.filter("us")
    assert numbers(made) == [0, 2, 4, 6, 8]
    assert selected(made) == 6, "the next one that is shown"
    made.filter("nowhere")
    assert (selected(made), made.select(3), made.line) == (None, False, 0)
    made.filter("")
    assert selected(made) == 5


def test_a_job_that_is_chosen_while_another_is_left_out_keeps_the_cursor() -> None:
    made = rows(*map(listed, range(10)))
    made.select(5)
    made.filter("us")
    made.select(1)
    assert selected(made) == 2
    made.filter("")
    assert selected(made) == 2


def test_a_filter_takes_no_mark_off() -> None:
    made = rows(*map(listed, range(6)))
    made.mark([listed(number).key for number in (1, 2, 4)])
    made.filter("eu")
    assert [int(key.ref.job_id) for key in made.marked] == [1, 2, 4]
    made.mark(made.jobs)
    assert [int(key.ref.job_id) for key in made.marked] == [1, 2, 4, 3, 5]
    made.mark(made.jobs)  # all that are shown have one: those are taken off, and no others
    assert [int(key.ref.job_id) for key in made.marked] == [2, 4]
    made.drop(listed(2).key)
    made.put(listed(2))
    assert [int(key.ref.job_id) for key in made.marked] == [4], "it is new on the list"


@pytest.mark.parametrize(
    ("by", "headings"),
    [
        (GroupBy.PROFILE, ["eu", "us"]),
        (GroupBy.FORM, ["Orders", "Prices"]),
        (GroupBy.TAG, ["sales", "no tag"]),
    ],
)
def test_each_group_stands_below_its_heading_and_adds_up(by: GroupBy, headings: list[str]) -> None:
    jobs = [
        listed(0, "us"),
        listed(1, "eu", tags=("sales",)),
        listed(2, "eu", READINGS[0]),
        listed(3, "us", READINGS[2], tags=("sales",)),
    ]
    made = rows(*jobs)
    made.group(by)
    assert [list_line for list_line in made.list_lines if isinstance(list_line, str)] == headings
    sums = [made.total(title) for title in headings]
    everything = made.total()
    assert [one.jobs for one in sums] == [2, 2]
    assert sum(one.incomplete for one in sums) == everything.incomplete == 1
    assert sum(one.counts.success or 0 for one in sums) == everything.counts.success == 11_000
    made.put(listed(1, "eu", READINGS[3], tags=("sales",)))
    assert made.total().counts.success == 19_000, "what is read counts at once"


def test_two_profiles_may_watch_the_same_job() -> None:
    made = rows(listed(1, "eu"), listed(1, "us"))
    made.put(listed(1, "us", READINGS[3]))
    assert [one.snapshot.state for one in made] == [JobState.IN_PROGRESS, JobState.COMPLETED]
    made.drop(listed(1, "eu").key)
    assert [one.profile for one in made] == ["us"]
