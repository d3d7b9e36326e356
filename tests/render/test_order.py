"""The order of the list: by any column, both ways, what is not known last."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.strategies import listed
from tests.support.jobs import NOW, reading, watched
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.render.order import Key, Order, SortBy, first, key, ordered

COLUMNS = [by for by in SortBy if by is not SortBy.ADDED]


def job(label: str, *readings: JobReading, profile: str = "eu", **known: object) -> Listed:
    snapshot = JobSnapshot(watched(label=label), readings)
    return Listed(profile, replace(snapshot, **known))  # type: ignore[arg-type]  # any field


def form(listed: Listed, name: str) -> Listed:
    """The job in another form."""
    known = listed.snapshot.job
    ref = known.ref._replace(form=name)
    return listed._replace(snapshot=replace(listed.snapshot, job=known._replace(ref=ref)))


FAST = form(
    job(
        "b fast",
        reading(-10, 3_000),
        reading(0, 4_000),
        next_poll_at=NOW + timedelta(seconds=30),
    ),
    "Alpha",
)
SLOW = job(
    "A slow",
    JobReading(JobState.IN_PROGRESS, "", Counts(1_000, 800, 90), NOW - timedelta(seconds=30)),
    JobReading(JobState.IN_PROGRESS, "", Counts(1_000, 800, 100), NOW - timedelta(seconds=10)),
    profile="US",
    next_poll_at=NOW + timedelta(seconds=20),
)
STILL = job("d still", reading(-30, 400, 900), reading(-20, 500, 900), reading(-9, 500, 900))
WAITS = job("c waits", reading(-60, 0, 5_000, JobState.READY))
DONE = job("e done", reading(-5, 7_000, 7_000, JobState.COMPLETED))
UNREAD = job("f unread")

ROWS = [UNREAD, DONE, WAITS, STILL, SLOW, FAST]


def labels(rows: list[Listed]) -> str:
    return " ".join(row.snapshot.job.label.split()[-1] for row in rows)


def sort(rows: list[Listed], by: SortBy, *, descending: bool = False) -> list[Listed]:
    return ordered(rows, Order(by, descending), [key(row, by) for row in rows])


@pytest.mark.parametrize(
    ("by", "up", "down"),
    [
        (SortBy.ADDED, "unread done waits still slow fast", "fast slow still waits done unread"),
        (SortBy.JOB, "slow fast waits still done unread", "unread done still waits fast slow"),
        (SortBy.PROFILE, "unread done waits still fast slow", "slow unread done waits still fast"),
        (SortBy.FORM, "fast unread done waits still slow", "unread done waits still slow fast"),
        (SortBy.RISK, "slow waits unread done still fast", "unread done still fast waits slow"),
        (SortBy.PERCENT, "waits fast still slow done unread", "done slow still fast waits unread"),
        (SortBy.OK, "waits still slow fast done unread", "done fast slow still waits unread"),
        (SortBy.FAILED, "done waits still fast slow unread", "slow done waits still fast unread"),
        (SortBy.LEFT, "done slow still waits fast unread", "fast waits still slow done unread"),
        (SortBy.RATE, "still slow fast unread done waits", "fast slow still unread done waits"),
        (SortBy.ENDS, "fast slow unread done waits still", "slow fast unread done waits still"),
        (SortBy.AGE, "waits slow still done fast unread", "fast done still slow waits unread"),
        (SortBy.NEXT, "slow fast unread done waits still", "fast slow unread done waits still"),
    ],
)
def test_examples(by: SortBy, up: str, down: str) -> None:
    assert labels(sort(ROWS, by)) == up
    assert labels(sort(ROWS, by, descending=True)) == down


def test_the_next_deadline_is_first() -> None:
    rows = sort(ROWS, SortBy.DUE)
    assert labels(rows[:1]) == "waits"
    assert labels(rows[-1:]) == "unread"
    assert labels(sort(ROWS, SortBy.DUE, descending=True)[-2:]) == "waits unread"


def test_figures_begin_with_the_largest_and_the_rest_with_the_first() -> None:
    descending = {by for by in SortBy if first(by)}
    assert descending == {
        SortBy.PERCENT,
        SortBy.OK,
        SortBy.FAILED,
        SortBy.LEFT,
        SortBy.RATE,
    }


@given(st.lists(listed(), max_size=6), st.sampled_from(COLUMNS))
def test_both_directions_sort_what_is_known_and_leave_the_rest_last(
    rows: list[Listed], by: SortBy
) -> None:
    up, down = (
        [key(row, by) for row in sort(rows, by, descending=descending)]
        for descending in (False, True)
    )
    unknown = up.count(None)
    assert down == up[: len(up) - unknown][::-1] + [None] * unknown
    assert None not in up[: len(up) - unknown]


@given(
    st.lists(st.none() | st.integers(0, 2), max_size=12),
    st.booleans(),
)
def test_ties_keep_their_order(keys: list[Key], descending: bool) -> None:
    places = ordered(range(len(keys)), Order(SortBy.LEFT, descending), keys)
    assert sorted(places) == list(range(len(keys)))
    for one, other in pairwise(places):
        assert keys[one] != keys[other] or one < other


@given(listed(), st.sampled_from(SortBy))
def test_the_key_is_of_the_snapshot_alone(one: Listed, by: SortBy) -> None:
    again = Listed(one.profile, replace(one.snapshot))
    assert key(again, by) == key(one, by)


def test_the_worst_is_first() -> None:
    failing = JobReading(JobState.IN_PROGRESS, "", Counts(20_000, 5_000, 900), NOW)
    over = replace(failing, counts=Counts(20_000, 5_000, 1_001))
    far_over = replace(failing, counts=Counts(20_000, 5_000, 3_000))
    stuck = (reading(-900, 400), reading(0, 400))
    stuck_longer = (reading(-9_000, 400), reading(0, 400))
    aborted = reading(0, 5, state=JobState.SYSTEM_ABORTED)
    worst_first = [
        job("far-over", far_over),
        job("over", over),
        job("endangered", failing),
        job("longer", *stuck_longer),
        job("stuck", *stuck),
        replace_created(WAITS, NOW - timedelta(hours=1)),
        WAITS,
        job("aborted", aborted),
        job("few-failed", replace(failing, counts=Counts(20_000, 15_000, 2))),
        job("fine", reading(0, 100)),
        UNREAD,
    ]
    expected = labels(worst_first)
    assert labels(sort(worst_first[:-2][::-1] + worst_first[-2:], SortBy.RISK)) == expected
    assert not first(SortBy.RISK), "the first press shows it"


def replace_created(one: Listed, created_at: datetime) -> Listed:
    """The job, created at a known moment."""
    known = one.snapshot.job
    created = known._replace(label="sooner", created_at=created_at)
    return one._replace(snapshot=replace(one.snapshot, job=created))
