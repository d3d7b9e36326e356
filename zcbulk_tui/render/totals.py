"""What several jobs add up to: the headings of groups, and the total."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zcbulk_tui.domain.job import Counts
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.snapshot import Listed
from zcbulk_tui.render import columns as widths
from zcbulk_tui.render import figures
from zcbulk_tui.render.bar import bar
from zcbulk_tui.render.columns import Columns
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.order import SortBy
from zcbulk_tui.render.row import Row, merged
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, width

_UNKNOWN = Counts()

_SHORTEST_TITLE = 6


class Sum(NamedTuple):
    """What several jobs add up to, as they were last read; nothing of it is estimated.

    Attributes:
        jobs: How many there are.
        incomplete: How many of them lack some of the four counts; these are left out of `counts`.
        counts: Counts of the others; None where there are no others.
        rate: Records a second of all that move; 0 where all stand still, None where none is known
            to do either.
    """

    jobs: int
    incomplete: int
    counts: Counts
    rate: float | None


def share(listed: Listed) -> Sum:
    """Returns what one job adds, which stays the same as long as its snapshot does."""
    snapshot = listed.snapshot
    last, moves = snapshot.last, snapshot.motion
    if last is None:
        return Sum(1, 1, _UNKNOWN, None)
    rate = None if moves is None else 0.0 if moves.still else moves.rate
    counts, left = last.counts, last.counts.left
    if None in (counts.total, counts.success, counts.failed, left):
        return Sum(1, 1, _UNKNOWN, rate)
    if counts.unprocessed is None:
        counts = counts._replace(unprocessed=left)
    return Sum(1, 0, counts, rate)


def share_of_chain(chain: Chain, jobs: Sequence[Listed]) -> Sum:
    """Returns what a chain adds: its records once, and the rates of its jobs."""
    counts, count = chain.counts, len(jobs)
    rates = [it for it in (share(listed).rate for listed in jobs) if it is not None]
    rate = sum(rates) if rates else None
    if None in (counts.total, counts.failed):
        return Sum(count, count, _UNKNOWN, rate)
    return Sum(count, 0, counts, rate)


class Tally:
    """Adds jobs up, one by one; what a job adds can be taken off again."""

    def __init__(self, shares: Iterable[Sum] = ()) -> None:
        self._jobs = self._untold = self._rated = 0
        self._counts = (0, 0, 0, 0)
        self._rate = 0.0
        for one in shares:
            self.add(one)

    def add(self, one: Sum) -> None:
        """Adds what a job adds."""
        self._change(one, 1)

    def take(self, one: Sum) -> None:
        """Takes off what a job has added."""
        self._change(one, -1)

    def _change(self, one: Sum, by: int) -> None:
        self._jobs += by * one.jobs
        self._untold += by * one.incomplete
        counts = one.counts
        total, success, failed, left = self._counts
        self._counts = (
            total + by * (counts.total or 0),
            success + by * (counts.success or 0),
            failed + by * (counts.failed or 0),
            left + by * (counts.unprocessed or 0),
        )
        if one.rate is not None:
            self._rated += by
            self._rate += by * one.rate

    @property
    def sum(self) -> Sum:
        """What it all adds up to."""
        counts = Counts(*self._counts) if self._untold < self._jobs else _UNKNOWN
        return Sum(self._jobs, self._untold, counts, self._rate if self._rated else None)


def sum_row(title: str, total: Sum, at: Columns, glyphs: Glyphs, *, of: int | None = None) -> Row:
    """Draws a sum in the columns of its jobs; its first span is two blanks, as a job's is.

    Args:
        title: What it is the sum of.
        total: The sum.
        at: The columns.
        glyphs: The characters.
        of: How many jobs there are, where it is the sum of some of them.
    """
    jobs = f" {figures.number(total.jobs)} {'job' if total.jobs == 1 else 'jobs'}"
    if of is not None:
        jobs = f" {figures.number(total.jobs)} of {figures.number(of)}"
    return Row(_names(title, jobs, at, glyphs), _bar(total, at, glyphs), _numbers(total, at))


def _names(title: str, jobs: str, at: Columns, glyphs: Glyphs) -> Line:
    room = at.names_width - widths.LEAD - 1
    shown = min(width(title), room - width(jobs))
    spans = [Span("  "), Span(f"{glyphs.sum} ", Look.STRONG)]
    if shown >= min(width(title), _SHORTEST_TITLE):
        spans += [Span(fit(title, shown), Look.STRONG), Span(jobs, Look.DIM)]
    else:
        spans.append(Span(fit(title, room), Look.STRONG))
    return fit_line(spans, at.names_width)


def _bar(total: Sum, at: Columns, glyphs: Glyphs) -> Line:
    drawn = bar(total.counts, 0, at.bar, glyphs)
    text = "no counts" if total.counts.total is None else "no records"
    return drawn or fit_line([Span(text, Look.DIM)], at.bar)


def _numbers(total: Sum, at: Columns) -> Line:
    counts = total.counts
    texts = {
        SortBy.PERCENT: figures.percent(counts.share_done),
        SortBy.OK: figures.number(counts.success, widths.DONE),
        SortBy.FAILED: figures.number(counts.failed, widths.FAILED),
        SortBy.LEFT: figures.number(counts.left, widths.LEFT),
        SortBy.RATE: figures.rate(total.rate),
    }
    spans = []
    for column in at.numbers:
        if column.by is SortBy.ENDS and total.incomplete:
            incomplete = f"+{total.incomplete}" if total.incomplete < 1000 else ">999"
            text, look = f"{incomplete} unknown", Look.DIM
        else:
            text, look = texts.get(column.by, ""), Look.STRONG
        spans.append(Span(" " + fit(text, column.cells, right=True), look))
    spans.append(Span(" "))
    return merged(spans)
