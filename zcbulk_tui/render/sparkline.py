"""How a job moved, in one line: its rate and its failures over the readings that are remembered."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zcbulk_tui.domain.job import JobReading
from zcbulk_tui.render.chart import joined
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span


class Moved(NamedTuple):
    """What moved between two readings.

    Attributes:
        begin: When the time begins, in seconds since the trail does.
        end: When it ends; later.
        records: How many records were processed; none in some, but never fewer.
    """

    begin: float
    end: float
    records: int


class Trail(NamedTuple):
    """The readings of a job from when its records began to move.

    Attributes:
        readings: Oldest first; two at least.
        moments: Of each: seconds since the first; never less than of the one before.
        moves: What moved between them, where that is known.
    """

    readings: Sequence[JobReading]
    moments: Sequence[float]
    moves: Sequence[Moved]

    @property
    def seconds(self) -> float:
        """The time that it spans; above 0."""
        return self.moments[-1]

    @property
    def mean(self) -> float:
        """Records a second over all of that time that is known."""
        return sum(m.records for m in self.moves) / sum(m.end - m.begin for m in self.moves)


def trail(readings: Sequence[JobReading]) -> Trail | None:
    """Returns the part of a job's readings in which records moved; None where none did."""
    moments: list[float] = []
    moves: list[Moved] = []
    first: int | None = None
    latest: float | None = None
    before: int | None = None
    for index, reading in enumerate(readings):
        at, done = reading.read_at.timestamp(), reading.counts.processed
        begin = latest
        latest = at if begin is None else max(at, begin)
        moments.append(latest)
        if begin is not None and before is not None and done is not None:
            has_moved = done > before
            if latest > begin and (has_moved or (first is not None and done == before)):
                first = index - 1 if first is None else first
                origin = moments[first]
                moves.append(Moved(begin - origin, latest - origin, done - before))
        before = done
    if first is None:
        return None
    return Trail(readings[first:], [at - moments[first] for at in moments[first:]], moves)


def rates(of: Trail, cells: int) -> list[float | None]:
    """Returns the records a second in each of `cells` parts of the time; None for not known."""
    seconds, records = [0.0] * cells, [0.0] * cells
    size = of.seconds / cells
    for begin, end, moved in of.moves:
        first, last = min(int(begin / size), cells - 1), min(int(end / size), cells - 1)
        if first == last:
            seconds[first] += end - begin
            records[first] += moved
            continue
        for cell in range(first, last + 1):
            shared = min(end, (cell + 1) * size) - max(begin, cell * size)
            if shared > 0:
                seconds[cell] += shared
                records[cell] += moved * shared / (end - begin)
    return [r / s if s else None for r, s in zip(records, seconds, strict=True)]


def failures(of: Trail, cells: int) -> list[float | None]:
    """Returns how many records had failed at the end of each of `cells` parts of the time."""
    found: list[float | None] = []
    known: int | None = None
    index = 0
    for cell in range(1, cells + 1):
        end = of.seconds * cell / cells if cell < cells else of.seconds
        while index < len(of.moments) and of.moments[index] <= end:
            failed = of.readings[index].counts.failed
            known = known if failed is None else failed
            index += 1
        found.append(known)
    return found


def sparkline(values: Iterable[float | None], glyphs: Glyphs, look: Look) -> Line:
    """Returns a cell for each value.

    The lowest level is for nothing, the highest for the greatest value; what is not known is blank.
    """
    values = list(values)
    peak = max((value for value in values if value is not None), default=0.0)
    return joined(_cell(value, peak, glyphs.levels, look) for value in values)


def _cell(value: float | None, peak: float, levels: str, look: Look) -> Span:
    if value is None:
        return Span(" ")
    if value <= 0:
        return Span(levels[0], Look.LEFT)
    above = len(levels) - 1
    return Span(levels[min(max(int(value / peak * above + 0.5), 1), above)], look)
