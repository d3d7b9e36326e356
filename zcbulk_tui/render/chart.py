"""Charts over time, column by column: counts that were read, and how fast they moved.

Nothing is interpolated: a column without a reading of its own holds what the last reading said.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import groupby
from typing import NamedTuple

from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span
from zcbulk_tui.render.timeline import Step, Timeline

_BLANK = Span(" ")

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""Seconds between two times that are written below a chart; further on by whole days."""

_APART = 12
"""Cells from one of these to the next, at least."""


class Column(NamedTuple):
    """What stands in a column.

    Attributes:
        first: The first reading of its own; behind `last` if it has none.
        last: The last reading up to its end.
    """

    first: int
    last: int

    @property
    def is_read(self) -> bool:
        """Whether a reading falls into it."""
        return self.first <= self.last


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns of a chart.

    Attributes:
        width: How many there are.
        seconds: The time that they show.
        edges: Where each column but the first begins, in seconds since the first reading.
    """

    width: int
    seconds: float
    edges: tuple[float, ...]

    def column(self, moment: float) -> int:
        """Returns the column of a moment, or the one at the edge that is next to it."""
        return bisect_right(self.edges, moment)

    def columns(self, moments: Sequence[float]) -> list[Column]:
        """Returns what stands in each column, up to that of the last reading."""
        ends = [bisect_left(moments, edge) for edge in self.edges] + [len(moments)]
        begins = [0, *ends]
        found = [Column(first, end - 1) for first, end in zip(begins, ends, strict=False)]
        return found[: self.column(moments[-1]) + 1] if moments else []


def grid(moments: Sequence[float], width: int) -> Grid:
    """Shares the time from the first reading to the last out among `width` columns."""
    seconds = moments[-1] if moments else 0.0
    # Readings of one moment all stand in the first column.
    edges = [seconds * c / width if seconds else float("inf") for c in range(1, width)]
    return Grid(width, seconds, tuple(edges))


def stack(success: int, failed: int, most: int, height: int, glyphs: Glyphs) -> list[Span]:
    """Returns a column of records, from the bottom: `height` cells.

    Both can be seen where there is room; where fewer failed than half a cell would say, a mark that
    is no share stands for them. Only all of `most` reach the top, unless cells are very few.
    """
    if not failed:
        filled = fill(success, most, height, glyphs.levels, Look.SUCCESS)
        whole = Span(glyphs.success, Look.SUCCESS)
        return [whole if cell.text == glyphs.levels[-1] else cell for cell in filled]
    both = 2 if success and height > 1 else 1
    room = height if success + failed >= most else max(height - 1, both)
    taken = min(max(-(-(success + failed) * height // most), both), room)
    share = (2 * failed * height + most) // (2 * most)
    lost = min(max(share, 1), taken - both + 1) if success else taken
    glyph = glyphs.failed if share else glyphs.trace
    return [
        *[Span(glyphs.success, Look.SUCCESS)] * (taken - lost),
        *[Span(glyph, Look.FAILED)] * lost,
        *[_BLANK] * (height - taken),
    ]


def fill(value: float, most: float, height: int, levels: str, look: Look) -> list[Span]:
    """Returns a column of one thing, from the bottom: `height` cells.

    What is not zero can be seen, and only `most` reaches the top.
    """
    if not value:
        return [_BLANK] * height
    parts = len(levels)
    size = height * parts
    units = size if value >= most else min(max(round(value / most * size), 1), max(size - 1, 1))
    whole, part = divmod(units, parts)
    cells = [Span(levels[-1], look)] * whole
    if part:
        cells.append(Span(levels[part - 1], look))
    return cells + [_BLANK] * (height - len(cells))


def counts_chart(
    timeline: Timeline, columns: Sequence[Column], height: int, glyphs: Glyphs
) -> list[Line]:
    """Returns the records that went in, and on top of them those that failed, from the top."""
    stacks = []
    for column in columns:
        counts = timeline.readings[column.last].counts
        stacks.append(
            stack(counts.success or 0, counts.failed or 0, max(timeline.most, 1), height, glyphs)
        )
    return _rows(stacks, height)


def rates(timeline: Timeline, columns: Sequence[Column]) -> list[float | None]:
    """Returns the records a second in each column: the mean since the reading before it.

    A column without a reading shows the mean up to the next reading.
    """
    found: list[float | None] = []
    for column in columns:
        upto = column.last + 1 if column.is_read else min(column.last + 2, len(timeline.steps))
        steps = [step for step in timeline.steps[column.first : upto] if step is not None]
        found.append(_mean(steps) if steps else None)
    return found


def rate_chart(
    of_columns: Sequence[float | None], most: float, height: int, glyphs: Glyphs
) -> list[Line]:
    """Returns the records a second, from the top."""
    stacks = [fill(rate or 0.0, most, height, glyphs.levels, Look.RUNNING) for rate in of_columns]
    return _rows(stacks, height)


class Label(NamedTuple):
    """A time that is written below a chart, from its column on."""

    column: int
    text: str


def labels(begin: datetime, on: Grid, zone: tzinfo | None) -> list[Label]:
    """Returns the times to be written below: that of the first reading, and round ones.

    Args:
        begin: When the first reading was; aware.
        on: The columns.
        zone: Where the reader is; None for the zone of this machine.
    """
    first = begin.astimezone(zone)
    days = (begin + timedelta(seconds=on.seconds)).astimezone(zone).date() != first.date()
    step = _step(on.seconds * _APART / on.width)
    time = "%H:%M" if step >= 60 else "%H:%M:%S"
    found = [Label(0, f"{first:{'%d %b ' if days else ''}{time}}")]
    told = first
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    passed = (first.replace(tzinfo=None) - midnight).total_seconds()
    since = step - passed % step
    while since < on.seconds:
        moment = (begin + timedelta(seconds=since)).astimezone(zone)
        if moment.date() == told.date():
            text = f"{moment:{time}}"
        else:
            text = f"{moment:%d %b}" if step >= 86400 else f"{moment:%d %b {time}}"
        column = on.column(since)
        is_free = column >= found[-1].column + len(found[-1].text) + 2
        if is_free and column + len(text) <= on.width:
            found.append(Label(column, text))
            told = moment
        since += step
    return found


def joined(cells: Iterable[Span]) -> Line:
    """Returns cells as a line, neighbours of one look as one span."""
    return tuple(
        Span("".join(cell.text for cell in run), look)
        for look, run in groupby(cells, key=lambda cell: cell.look)
    )


def _rows(stacks: Sequence[Sequence[Span]], height: int) -> list[Line]:
    return [joined(column[row] for column in stacks) for row in reversed(range(height))]


def _mean(steps: Sequence[Step]) -> float:
    return sum(step.records for step in steps) / sum(step.seconds for step in steps)


def _step(least: float) -> float:
    """A round time of at least so many seconds."""
    days = -(-least // 86400)
    return next((step for step in _STEPS if step >= least), days * 86400)
