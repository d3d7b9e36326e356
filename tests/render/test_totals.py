"""What jobs add up to, and how that is drawn."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import fields, text
from tests.render.strategies import COLUMNS, SETS, lines, listed
from tests.support.jobs import NOW, reading, watched
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.render.columns import Columns, columns
from zcbulk_tui.render.glyphs import UNICODE, Glyphs
from zcbulk_tui.render.span import Look, Span, line_width
from zcbulk_tui.render.totals import Sum, Tally, share, sum_row

WIDE = columns(160)


def job(*readings: JobReading) -> Listed:
    return Listed("eu", JobSnapshot(watched(), readings))


def told(state: JobState, *counts: int | None) -> Listed:
    return job(JobReading(state, "", Counts(*counts), NOW))


RUNNING = job(reading(-20, 2_000), reading(-10, 3_000), reading(0, 4_000))
STILL = job(reading(-20, 2_000), reading(-10, 3_000), reading(0, 3_000))
ENDED = told(JobState.SYSTEM_ABORTED, 1_000, 100, 50, 850)
UNREAD = job()


def sum_of(jobs: Iterable[Listed]) -> Sum:
    return Tally(map(share, jobs)).sum


def test_the_counts_of_all_jobs_are_added() -> None:
    assert sum_of([RUNNING, ENDED]) == Sum(2, 0, Counts(11_000, 4_100, 50, 6_850), 100.0)


@pytest.mark.parametrize(
    "listed",
    [
        UNREAD,
        told(JobState.IN_PROGRESS, 1_000, None, 0, 900),
        told(JobState.IN_PROGRESS, None, 100, 0, 900),
        told(JobState.IN_PROGRESS, 1_000, 100, None, 900),
    ],
)
def test_a_job_that_has_not_told_all_is_in_no_count(listed: Listed) -> None:
    assert sum_of([listed, ENDED]) == sum_of([ENDED])._replace(jobs=2, incomplete=1)
    assert sum_of([listed]) == Sum(1, 1, Counts(), None)


def test_what_is_left_may_follow_from_the_rest() -> None:
    assert sum_of([told(JobState.READY, 10, 1, 2, None)]).counts == Counts(10, 1, 2, 7)


def test_the_rate_is_of_those_that_are_seen_to_run() -> None:
    assert sum_of([RUNNING, RUNNING, STILL, ENDED, UNREAD]).rate == 200
    assert sum_of([STILL]).rate == 0
    assert sum_of([ENDED, UNREAD]).rate is None


def test_nothing_adds_up_to_nothing() -> None:
    assert sum_of([]) == Sum(0, 0, Counts(), None)


@given(st.lists(listed(), max_size=3), st.lists(listed(), max_size=3))
def test_what_was_added_can_be_taken_off(some: list[Listed], more: list[Listed]) -> None:
    tally = Tally(map(share, some + more))
    for one in more:
        tally.take(share(one))
    left, right = tally.sum, sum_of(some)
    assert left._replace(rate=None) == right._replace(rate=None)
    assert (left.rate is None) is (right.rate is None)
    assert left.rate == pytest.approx(right.rate)


@given(st.lists(listed(), max_size=4), st.lists(listed(), max_size=3))
def test_a_sum_of_sums_is_the_sum_of_all(some: list[Listed], more: list[Listed]) -> None:
    one, other, both = (sum_of(rows) for rows in (some, more, some + more))
    assert both.jobs == len(some) + len(more)
    assert Tally([one, other]).sum._replace(rate=None) == both._replace(rate=None)
    assert both.incomplete == one.incomplete + other.incomplete
    for name in ("total", "success", "failed", "unprocessed"):
        parts = [getattr(part.counts, name) for part in (one, other)]
        known = [part for part in parts if part is not None]
        assert getattr(both.counts, name) == (sum(known) if known else None)


# How it is drawn.


@given(lines, st.lists(listed(), max_size=3), COLUMNS, SETS, st.none() | st.integers(0, 10**6))
def test_a_sum_stands_in_the_columns_of_its_jobs(
    title: str, rows: list[Listed], at: Columns, glyphs: Glyphs, of: int | None
) -> None:
    drawn = sum_row(title, sum_of(rows), at, glyphs, of=of)
    assert line_width(drawn.names) == at.names_width
    assert line_width(drawn.bar) == at.bar
    assert line_width(drawn.numbers) == at.numbers_width
    assert drawn.names[:2] == (Span("  "), Span(f"{glyphs.sum} ", Look.STRONG))
    assert all(is_one_safe_line(text(part)) for part in drawn)
    assert text(drawn.names).endswith(" ")
    for name, field in fields(drawn.numbers, at).items():
        assert not field.text.strip() or not field.text.endswith(" "), name


def shown(total: Sum, at: Columns = WIDE) -> dict[str, str]:
    numbers = sum_row("Total", total, at, UNICODE).numbers
    return {name: field.text.strip() for name, field in fields(numbers, at).items()}


def test_a_sum_shows_what_was_measured() -> None:
    total = sum_of([RUNNING, ENDED])
    assert shown(total) == {
        "risk": "",
        "percent": "37",
        "done": "4,100",
        "failed": "50",
        "left": "6,850",
        "rate": "100",
        "ends": "",
        "due": "",
        "age": "",
        "next": "",
    }
    looks = [span.look for span in sum_row("", total, WIDE, UNICODE).bar]
    assert looks == [Look.SUCCESS, Look.FAILED, Look.LEFT]


def test_a_sum_of_some_says_of_how_many() -> None:
    names = sum_row("“eu”", sum_of([RUNNING]), WIDE, UNICODE, of=12).names
    assert text(names).split() == ["Σ", "“eu”", "1", "of", "12"]


@pytest.mark.parametrize(
    ("incomplete", "expected"),
    [(0, ""), (1, "+1 unknown"), (999, "+999 unknown"), (1_000, ">999 unknown")],
)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_sum_says_that_it_is_not_of_all(width: int, incomplete: int, expected: str) -> None:
    total = sum_of([ENDED])._replace(incomplete=incomplete)
    assert shown(total, columns(width))["ends"] == expected


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (sum_of([UNREAD]), "no counts"),
        (sum_of([]), "no counts"),
        (sum_of([told(JobState.READY, 0, 0, 0, 0)]), "no records"),
    ],
)
def test_a_sum_of_nothing_has_no_bar(total: Sum, expected: str) -> None:
    assert text(sum_row("Total", total, WIDE, UNICODE).bar).strip() == expected


@pytest.mark.parametrize(
    ("title", "jobs", "width", "expected"),
    [
        ("Total", 1, 80, "Total 1 job"),
        ("Total", 2, 80, "Total 2 jobs"),
        ("Total", 1_200, 80, "Total 1,200 jobs"),
        ("jason18/zylker-store", 12, 80, "jason18… 12 jobs"),
        ("jason18/zylker-store", 12, 140, "jason18/zylker-store 12 jobs"),
        ("Total", 12, 60, "Total"),
        ("eu", 12, 66, "eu 12 jobs"),
        ("nightly", 12, 55, "night…"),
    ],
)
def test_a_title_says_how_many_jobs_there_are(
    title: str, jobs: int, width: int, expected: str
) -> None:
    total = sum_of([])._replace(jobs=jobs)
    names = sum_row(title, total, columns(width), UNICODE).names
    assert text(names).strip() == f"{UNICODE.sum} {expected}"
