"""How soon a filter and a sort are answered while the rows move."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from statistics import median, quantiles
from typing import NamedTuple

from tests.benchmarks.feeder_jobs import watched_jobs
from tests.benchmarks.figures import Figure, alone
from tests.benchmarks.picture import Picture, press, wait_for_line
from tests.benchmarks.plan import Plan
from tests.benchmarks.programs import home
from tests.benchmarks.pty_session import COLUMNS, MeasurementError, PtySession, pump
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.render.columns import LEAD, NAME, columns, shown
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.job_search import Searchable, job_filter, searchable
from zcbulk_tui.render.order import Order, SortBy, first
from zcbulk_tui.render.row import header
from zcbulk_tui.render.terms import matches

_JOBS = 1000
_FILTER_LIMIT, _SORT_LIMIT = 30.0, 50.0

_SAME_PAINTING = 0.02
"""Seconds between two reads of what was painted together, at most."""
_PATIENCE = 5.0

_BACKSPACE, _ESCAPE = b"\x7f", b"\x1b"

_TEXTS = (
    "customers",
    "!orders",
    "stock 0012",
    "form:returns",
    "state:running",
    "env:p !prices",
    "!form:inv regions",
    "4099",
)
"""Each is typed to its end and taken back; short enough to stand in the total in full."""

_AT = columns(COLUMNS)
_WHOLE_NUMBERS = (SortBy.PERCENT, SortBy.OK, SortBy.FAILED, SortBy.LEFT, SortBy.RATE)


def measure(plan: Plan) -> Iterable[Figure]:
    """Filters letter by letter, and sorts by every column, with 1,000 jobs."""
    fields: list[float] = []
    filters: list[list[float]] = []
    sorts: list[list[float]] = []
    for _ in range(plan.rounds):
        with ExitStack() as stack:
            place = stack.enter_context(home())
            session = stack.enter_context(place.feeder(_JOBS))
            picture = Picture()
            wait_for_line(session, picture, rf"\b{_JOBS:,} running\b.* connected", 120)
            pump([session], 5)
            fields.append(_press(session, picture, b"/", _is_filtered(""))[0].taken)
            filters.append(_filter(session, picture))
            sorts.append(_sort(session, picture))
    for what, rounds, limit in (
        (f"filter by a letter, {_JOBS:,} jobs, fed", filters, _FILTER_LIMIT),
        (f"sort, {_JOBS:,} jobs, fed", sorts, _SORT_LIMIT),
    ):
        # What is done for the first time in a program is told apart.
        values = [taken for once in rounds for taken in once[1:]]
        yield alone(f"{what}, p50", "ms", median(values), runs=len(values))
        yield alone(f"{what}, p95", "ms", quantiles(values, n=20)[-1], limit, runs=len(values))
    for what, values in (
        ("the field for the filter, the first time", fields),
        ("the first letter of the first filter", [once[0] for once in filters]),
        ("the first sort", [once[0] for once in sorts]),
    ):
        yield alone(what, "ms", median(values), runs=len(values))


class Shot(NamedTuple):
    """The screen at a moment.

    Attributes:
        taken: Milliseconds after the key.
        lines: From the top.
    """

    taken: float
    lines: list[str]

    @property
    def rows(self) -> list[str]:
        """What stands between the titles and the total; nothing while there is no total."""
        total = f"  {UNICODE.sum} "
        end = next((y for y, line in enumerate(self.lines) if line.startswith(total)), 0)
        return self.lines[3:end]

    @property
    def labels(self) -> list[str]:
        """The names of the jobs on screen."""
        names = [row[LEAD : LEAD + NAME].rstrip() for row in self.rows]
        return [name for name in names if name in _searched()]


def _filter(session: PtySession, picture: Picture) -> list[float]:
    """Types texts and takes them back; returns how long each letter took."""
    taken = []
    for text in _TEXTS:
        growing = [text[:end] for end in range(len(text) + 1)]
        for before, after in pairwise([*growing, *reversed(growing[:-1])]):
            key = after[-1:].encode() if len(after) > len(before) else _BACKSPACE
            shots = _press(session, picture, key, _is_filtered(after))
            if after.strip() != before.strip():  # a blank changes nothing that could be timed
                taken.append(shots[0].taken)
    _press(session, picture, _ESCAPE, lambda shot: "quit" in shot.lines[-1])
    return taken


def _is_filtered(text: str) -> Callable[[Shot], bool]:
    """Returns whether the screen shows what a filter finds, in full."""
    asked = job_filter(text).terms
    found = [label for label, where in _searched().items() if matches(asked, where)]
    total = f"“{text.strip()}” {len(found):,} of {_JOBS:,}" if text else f"Total {_JOBS:,} jobs"

    def is_there(shot: Shot) -> bool:
        rows, labels, field = shot.rows, shot.labels, shot.lines[-1].strip()
        if not rows or len(labels) != min(len(found), len(rows)):
            return False
        start = found.index(labels[0]) if labels and labels[0] in found else 0
        has_cursor = any(row.startswith(UNICODE.cursor) for row in rows)
        return (
            labels == found[start : start + len(labels)]
            and has_cursor == bool(found)
            and any(total in line for line in shot.lines)
            and (field == text.strip() if text else field.startswith("words, "))
        )

    return is_there


def _sort(session: PtySession, picture: Picture) -> list[float]:
    """Sorts by every column, both ways, twice; returns how long each took."""
    taken = []
    for key, order in _orders() * 2:
        shots = _press(session, picture, key, _is_in(order))
        # What the rows show does not always tell whether all of them are there already.
        end = shots[-1].labels
        taken.append(next(shot.taken for shot in shots if shot.labels == end))
    return taken


def _orders() -> list[tuple[bytes, Order]]:
    """The keys that go once round the columns, each with the order that it brings."""
    presses = []
    for by in (*shown(_AT)[1:], SortBy.ADDED):
        order = Order(by, first(by))
        presses += [(b"o", order), (b"O", Order(by, not order.descending))]
    return presses


def _is_in(order: Order) -> Callable[[Shot], bool]:
    """Returns whether the screen shows an order, as far as the rows are precise enough to tell."""
    title = "".join(span.text for part in header(_AT, order, UNICODE) for span in part).rstrip()

    def is_there(shot: Shot) -> bool:
        if not shot.rows or shot.lines[2].rstrip() != title:
            return False
        values = _values(shot.rows, order.by)
        return values == sorted(values, reverse=order.descending)

    return is_there


def _values(rows: Sequence[str], by: SortBy) -> Sequence[str] | Sequence[int]:
    """What the rows show in a column; nothing where that is too rough to be compared."""
    end = LEAD + NAME
    if by is SortBy.ADDED:
        return [row[LEAD:end].split()[1] for row in rows]
    if by is SortBy.JOB:
        return [row[LEAD:end] for row in rows]
    if by is SortBy.FORM:
        return [row[end + 1 : _AT.names_width] for row in rows]
    end = _AT.names_width + _AT.bar
    for column in _AT.numbers:
        end += 1 + column.cells
        if column.by is by and by in _WHOLE_NUMBERS:
            texts = [row[end - column.cells : end].replace(",", "") for row in rows]
            return [int(text) for text in texts if text.strip().isdecimal()]
    return []


def _press(
    session: PtySession, picture: Picture, key: bytes, is_there: Callable[[Shot], bool]
) -> list[Shot]:
    """Presses a key, and returns the screens from when something is there to the painting's end.

    The readings repaint rows all the time, so what counts is the picture. It is made afterwards,
    from what came when, so that making it takes no time.
    """
    seen, pressed = press(session, picture, key)
    shots: list[Shot] = []
    while time.perf_counter() < pressed + _PATIENCE:
        for chunk in session.chunks[seen:]:
            taken = (chunk.at - pressed) * 1000
            if shots and taken > shots[-1].taken + _SAME_PAINTING * 1000:
                return shots
            picture.follow(session, until=chunk.at)
            shot = Shot(taken, picture.lines())
            if shots or is_there(shot):
                shots.append(shot)
        seen = len(session.chunks)
        pump([session], _SAME_PAINTING if shots else _PATIENCE, once=True)
        if shots and len(session.chunks) == seen:
            return shots
    raise MeasurementError(f"{key!r} was not answered within {_PATIENCE:g} s")


@cache
def _searched() -> dict[str, Searchable]:
    """Where words are looked for in the jobs, by their labels."""
    reading = JobReading(JobState.IN_PROGRESS, "In-progress", Counts(), datetime.now(UTC))
    jobs = [JobSnapshot(job, (reading,)) for job in watched_jobs(_JOBS)]
    return {job.job.label: searchable(Listed("FED", job)) for job in jobs}
