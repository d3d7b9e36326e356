"""The history of a job: its charts over time, and one reading in detail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from zcbulk_tui.domain.job import Action, JobReading, WatchedJob
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.records import ControlRecord, EventKind
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render import chart, lineage, words
from zcbulk_tui.render.chart import Grid
from zcbulk_tui.render.figures import age, number, rate
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, line_width, wrap
from zcbulk_tui.render.span import width as cells
from zcbulk_tui.render.timeline import Entry, Timeline

_LEAST = 13
"""Lines that a page is laid out for; on a lower screen the lowest of them are missing."""

_ROOMY = 20
"""Lines from which on there are rules between the parts."""

_AIRY = 30
"""Lines from which on one is left blank above the keys."""

_LEAST_WITH_CHAIN, _LEAST_TABLE = 18, 4
"""Lines that stay to all else beside a table of attempts, and those of the shortest table."""

_FIXED = 8
"""Lines whose number is always the same: all but the charts, the list and the rules."""

_RULES = 3
"""Lines that then part them: two rules, and one that is blank."""

_LONG = 15
"""Cells of the largest count, with its digits grouped."""


_MARK = {
    EventKind.ALERT: "!",
    EventKind.CONTRACT: "!",
    EventKind.FAULT: "!",
    EventKind.STATE: "*",
    EventKind.COMMAND: "*",
}
"""The marks of events; that of the others is a dot."""

_RANK = "SX!*"
"""Marks by their weight, the heaviest first, where several would stand in one column."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """How many lines each part has."""

    charts: int
    rates: int
    entries: int
    has_rules: bool


def _layout(height: int, entries: int) -> _Layout:
    """Shares the lines out; what a short list does not need is for the charts."""
    has_rules = height >= _ROOMY
    rest = max(height, _LEAST) - _FIXED - _RULES * has_rules - (height >= _AIRY)
    listed, rates = max(rest * 3 // 10, 1), max(rest // 7, 1)
    listed = min(listed, max(entries, 1))
    return _Layout(rest - listed - rates, rates, listed, has_rules)


def _chain_room(height: int, chain: Chain) -> int:
    """Lines for a chain: its result on a low screen, a table with its attempts on a higher one."""
    rest = height - _LEAST_WITH_CHAIN
    return min(len(chain.attempts) + 2, rest) if rest >= _LEAST_TABLE else 1


class Page:
    """The page of a history at one size; only what depends on the cursor is drawn with each step.

    Args:
        timeline: The history.
        glyphs: The characters.
        width: Cells.
        height: Lines.
        keys: The line at its foot.
        zone: Where the reader is; None for the zone of this machine.
        chain: The chain that the job belongs to; None for none.
    """

    def __init__(
        self,
        of: Timeline,
        glyphs: Glyphs,
        width: int,
        height: int,
        keys: Line,
        zone: tzinfo | None = None,
        chain: Chain | None = None,
    ) -> None:
        self._of = of
        self._glyphs = glyphs
        self._width = width
        self._height = height
        self._keys = keys
        self._zone = zone
        self._chain = chain
        taken = 0 if chain is None else _chain_room(height, chain)
        self._chain_lines = taken
        self._layout = _layout(height - taken, len(of.entries))
        # The peak of the rates is not known before the columns are, so there is room for any.
        self._gutter = max(cells(number(of.most)), cells("9,999/s")) + 2
        self._grid = chart.grid(of.moments, max(width - self._gutter - 2, 1))
        self._labels = chart.labels(of.readings[0].read_at, self._grid, zone) if of.readings else []
        self._columns = self._grid.columns(of.moments)
        self._above = [*self._counts_chart(), *self._rate_chart()]
        self._below = [self._times(), self._marks()]

    def lines(self, cursor: int, now: datetime) -> list[Line]:
        """Returns the page: lines of the same width.

        Args:
            cursor: The index of the selected reading; ignored where there is none.
            now: Aware.
        """
        lines: list[Line] = [title(self._of.history.job, self._last, self._glyphs, self._width)]
        lines += self._about_chain(now)
        if self._layout.has_rules:
            lines.append(self._rule())
        if self._of.readings:
            lines += [*self._above, self._cursor_line(cursor), *self._below]
            if self._layout.has_rules:
                lines.append(self._rule())
            lines += self._details(cursor, now)
            if self._layout.has_rules:
                lines.append(())
        else:
            lines += [(Span(" Not read yet.", Look.DIM),), ()]
        entries = self._of.entries
        end = len(entries)
        beside = self._of.beside(cursor) if self._of.readings else range(end, end)
        lines += _entry_lines(entries, beside, self._layout.entries, now, self._glyphs, self._zone)
        return _page(lines, self._width, self._height, self._keys)

    def _about_chain(self, now: datetime) -> list[Line]:
        """The chain in exactly the lines that it has."""
        if self._chain is None:
            return []
        room = self._chain_lines
        shown = lineage.lines(
            self._chain, now, self._width - 2, self._glyphs, most=room, zone=self._zone
        )
        return [*((Span(" "), *line) for line in shown), *[()] * room][:room]

    @property
    def _last(self) -> JobReading | None:
        return self._of.readings[-1] if self._of.readings else None

    def _rule(self) -> Line:
        return (Span(self._glyphs.rule * self._width, Look.LEFT),)

    # The charts.

    def _counts_chart(self) -> Iterator[Line]:
        """Yields the chart of counts, and the line that marks columns with a reading."""
        most = number(self._of.most) if self._of.most else ""
        drawn = chart.counts_chart(self._of, self._columns, self._layout.charts, self._glyphs)
        for row, line in enumerate(drawn):
            yield (self._beside(most if row == 0 else "", self._glyphs.side), *line)
        tick, rule = self._glyphs.tick, self._glyphs.rule
        ticks = "".join(tick if column.is_read else rule for column in self._columns)
        yield (self._beside("0", self._glyphs.corner), Span(ticks, Look.DIM))

    def _rate_chart(self) -> Iterator[Line]:
        means = chart.rates(self._of, self._columns)
        peak = max((mean for mean in means if mean is not None), default=None)
        drawn = chart.rate_chart(means, peak or 1.0, self._layout.rates, self._glyphs)
        for row, line in enumerate(drawn):
            label = f"{rate(peak)}/s" if row == 0 else ""
            yield (self._beside(label, self._glyphs.side), *line)

    def _beside(self, label: str, line: str) -> Span:
        return Span(f"{fit(label, self._gutter - 1, right=True)} {line}", Look.DIM)

    def _times(self) -> Line:
        text = " " * (self._gutter + 1)
        for label in self._labels:
            text = fit(text, self._gutter + 1 + label.column) + label.text
        return (Span(text, Look.DIM),)

    def _marks(self) -> Line:
        cells = _marks(self._of, self._grid, self._glyphs)
        return (Span(" " * (self._gutter + 1)), *chart.joined(cells))

    def _cursor_line(self, cursor: int) -> Line:
        """The line below the charts, on which the cursor stands."""
        line = [Span(self._glyphs.rule, Look.LEFT)] * self._grid.width
        for label in self._labels:
            line[label.column] = Span(self._glyphs.notch, Look.DIM)
        line[self._grid.column(self._of.moments[cursor])] = Span(self._glyphs.here, Look.STRONG)
        return (self._beside("", self._glyphs.corner), *chart.joined(line))

    # The reading under the cursor.

    def _details(self, cursor: int, now: datetime) -> Iterator[Line]:
        """When it was read and what it said: two lines."""
        reading, many = self._of.readings[cursor], len(self._of.readings)
        since = age((now - reading.read_at).total_seconds())
        at = Span(moment(reading.read_at, now, self._zone), Look.STRONG)
        dot, state = self._glyphs.separator, reading.state
        word = Span(f"{self._glyphs.states[state]} {words.STATE[state]}", words.LOOK[state])
        raw = f" “{one_line(reading.raw_state)}”"
        code = "no code" if reading.code is None else f"code {reading.code}"
        ago = since if since == "now" else f"{since} ago"
        yield self._fitting(
            (
                Span(f" {cursor + 1:,} of {many:,}  "),
                at,
                Span(f" {dot} {ago}  "),
                word,
                Span(f"{raw}  {code}"),
            ),
            (
                Span(f" {cursor + 1}/{many} "),
                at,
                Span(f" {dot} {since} "),
                word,
                Span(f"{raw} {code}"),
            ),
        )
        yield self._counts(cursor)

    def _counts(self, cursor: int) -> Line:
        counts, step = self._of.readings[cursor].counts, self._of.steps[cursor]
        known = (
            ("total", "total", counts.total, Look.TEXT),
            ("success", "ok", counts.success, Look.SUCCESS),
            ("failed", "failed", counts.failed, Look.FAILED if counts.failed else Look.TEXT),
            ("left", "left", counts.left, Look.TEXT),
        )
        pace = rate(None if step is None else step.rate)
        told = [count for _, _, count, _ in known if count is not None]
        size = cells(number(max(self._of.most, *told, 0), _LONG))
        long: list[Span] = []
        short: list[Span] = []
        for name, brief, count, look in known:
            # Padded, so that nothing moves aside from one reading to the next.
            text = fit(number(count, _LONG), size, right=True)
            long += [Span(f" {name} ", Look.DIM), Span(text, look), Span("  ")]
            short += [Span(f" {number(count)}", look), Span(f" {brief}", Look.DIM)]
        long.append(Span(f" {fit(pace, 5, right=True)}/s", Look.RUNNING))
        short.append(Span(f" {pace}/s", Look.RUNNING))
        since = Span(" since the one before", Look.DIM)
        return self._fitting((*long, since), tuple(long), tuple(short))

    def _fitting(self, *forms: Line) -> Line:
        """The first form that fits, or else the last."""
        return next((form for form in forms if line_width(form) <= self._width), forms[-1])


def failure(
    job: WatchedJob | None, text: str, glyphs: Glyphs, width: int, height: int, keys: Line
) -> list[Line]:
    """Returns the page where there is no history to be shown, but a reason.

    Args:
        job: The job; None where not even that is known.
        text: The reason, in full sentences.
        glyphs: The characters.
        width: Cells.
        height: Lines.
        keys: The line at its foot.
    """
    top = title(job, None, glyphs, width) if job else (Span(" History", Look.STRONG),)
    said = wrap(one_line(text, 1000), max(width - 2, 1), max(height - 4, 1))
    rule = (Span(glyphs.rule * width, Look.LEFT),)
    lines = [top, rule, (), *[(Span(f" {line}", Look.WARNING),) for line in said]]
    return _page(lines, width, height, keys)


def title(job: WatchedJob, last: JobReading | None, glyphs: Glyphs, width: int) -> Line:
    """Returns which job it is, in full, and how it stands if that is known."""
    ref, state = job.ref, Span("")
    if last is not None:
        text = f"  {glyphs.states[last.state]} {words.STATE[last.state]} "
        state = Span(text, words.LOOK[last.state])
    facts = (ref.form, ref.environment.value, ref.job_id)
    rest = "".join(f" {glyphs.separator} {fact}" for fact in facts)
    room = max(width - cells(state.text), 0)
    left = fit_line([Span(f" {job.label}", Look.STRONG), Span(rest, Look.DIM)], room)
    return (*left, state)


def _page(lines: list[Line], width: int, height: int, keys: Line) -> list[Line]:
    """The lines cut and padded to the page, with the keys at its foot."""
    filled = [*lines, *[()] * height][: height - 1]
    return [fit_line(line, width) for line in [*filled, keys][:height]]


def _marks(timeline: Timeline, on: Grid, glyphs: Glyphs) -> list[Span]:
    """Returns a cell for each column: the mark of what happened there, or a blank."""
    found: dict[int, Span] = {}
    for entry, time in zip(timeline.entries, timeline.times, strict=True):
        column, new = on.column(time), _mark(entry, glyphs)
        if column not in found or _weight(new) > _weight(found[column]):
            found[column] = new
    return [found.get(column, Span(" ")) for column in range(on.width)]


def _entry_lines(
    entries: Sequence[Entry],
    beside: range,
    lines: int,
    now: datetime,
    glyphs: Glyphs,
    zone: tzinfo | None = None,
) -> list[Line]:
    """Returns what happened, oldest first: some of it, and around that as much as there is room.

    Args:
        entries: What happened, oldest first.
        beside: Which of them are to be seen, and are marked.
        lines: How many lines there are.
        now: Aware.
        glyphs: The characters.
        zone: Where the reader is; None for the zone of this machine.
    """
    if not entries:
        return [(Span(" No events and no commands.", Look.DIM),)]
    middle = (beside.start + beside.stop - lines + 1) // 2
    top = max(min(middle, beside.start, len(entries) - lines), 0)
    found: list[Line] = []
    for index in range(top, min(top + lines, len(entries))):
        entry, is_here = entries[index], index in beside
        here = Span(glyphs.cursor if is_here else " ", Look.STRONG)
        text = f" {moment(entry.at, now, zone)}  {_entry_text(entry)}"
        look = Look.TEXT if is_here else Look.DIM
        found.append((here, _mark(entry, glyphs), Span(text, look)))
    return found


def _mark(entry: Entry, glyphs: Glyphs) -> Span:
    """Returns the character for an event or a command."""
    if isinstance(entry, ControlRecord):
        return Span("S" if entry.command.action is Action.START else "X", Look.STRONG)
    text = _MARK.get(entry.kind, glyphs.separator)
    return Span(text, Look.WARNING if text == "!" else Look.TEXT)


def _entry_text(entry: Entry) -> str:
    """Returns an event or a command in a few words, as one safe line."""
    if isinstance(entry, ControlRecord):
        command = entry.command
        why = f" “{command.said}”" if command.said else f" {command.error or ''}"
        who = f" by {entry.operator}" if entry.operator else ""
        name = command.action.value.capitalize()
        return one_line(f"{name}{who}: {command.outcome.value}.{why}", 300)
    return one_line(f"Pace: {entry.text}" if entry.kind is EventKind.PACE else entry.text, 300)


def moment(at: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Returns a moment to the second, with the date when it was on another day."""
    local = at.astimezone(zone)
    is_today = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M:%S}" if is_today else f"{local:%d %b %H:%M:%S}"


def _weight(span: Span) -> int:
    return -_RANK.index(span.text) if span.text in _RANK else -len(_RANK)
