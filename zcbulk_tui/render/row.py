"""A job as one row, in three parts that are drawn apart: names, bar, numbers."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from zcbulk_tui.domain.concern import Assessment, assess, assess_chain
from zcbulk_tui.domain.deadlines import Urgency, upcoming
from zcbulk_tui.domain.job import Counts, Environment, JobState
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.progress import Motion, estimated_since
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.render import columns as widths
from zcbulk_tui.render import concerns, figures, words
from zcbulk_tui.render.bar import bar
from zcbulk_tui.render.columns import Columns
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.order import Order, SortBy
from zcbulk_tui.render.span import Line, Look, Span, divide, fit, fit_line, width

_OVERDUE = 30.0
"""Seconds after which a poll that has not come makes its row stale."""


_NOT_DUE, _PAST = (text.rjust(widths.DUE) for text in ("–", "past"))
_LOOK = {Urgency.CALM: Look.TEXT, Urgency.SOON: Look.WARNING, Urgency.NOW: Look.ERROR}


class Row(NamedTuple):
    """The three parts of a row; what changes together stands together."""

    names: Line
    bar: Line
    numbers: Line


def row(
    listed: Listed,
    now: datetime,
    at: Columns,
    glyphs: Glyphs,
    *,
    chain: Chain | None = None,
    branch: str = "",
    label: str = "",
) -> Row:
    """Draws a job at a moment; its first span is two blanks, for the cursor and the mark.

    Args:
        listed: The job; for a chain its newest one.
        now: Aware.
        at: The columns.
        glyphs: The characters.
        chain: The chain whose net result is drawn in the place of the job's own; None for none.
        branch: The glyph before the name; empty for none.
        label: The name; empty for the label of the job.
    """
    snapshot = listed.snapshot
    moves = snapshot.motion
    name = label or listed.snapshot.job.label
    names = _names(listed, at, glyphs, f"{branch} {name}" if branch else name)
    numbers = _numbers(snapshot, moves, now, at, glyphs, chain)
    if chain is not None:
        return Row(names, _net_bar(chain, snapshot, now, at, glyphs), numbers)
    if snapshot.fault is not None and snapshot.last is None:
        # No figure is known, so the error has their room, too.
        error = Span(snapshot.fault.error.title, Look.WARNING)
        ages = divide(numbers, at.numbers_width - at.ages_width)[1]
        room = at.bar + at.numbers_width - at.ages_width
        bar, rest = divide(fit_line([error], room), at.bar)
        return Row(names, bar, merged([*rest, *ages]))
    return Row(names, _bar(snapshot, moves, now, at, glyphs), numbers)


def header(at: Columns, order: Order, glyphs: Glyphs) -> Row:
    """The titles of the columns, with an arrow beside the one that the list is sorted by."""
    arrow = glyphs.down if order.descending else glyphs.up
    # The list's own order has no column; only its reverse is worth a sign.
    is_reversed = order == (SortBy.ADDED, True)
    names = [Span(f"  {arrow} " if is_reversed else " " * widths.LEAD, Look.DIM)]
    for column in at.names:
        before = " " * at.badge if column.by is SortBy.JOB else ""
        is_sorted = order.by is column.by
        title = f"{before}{column.title}{f' {arrow}' if is_sorted else ''}"
        look = Look.STRONG if is_sorted else Look.DIM
        names.append(Span(fit(title, column.cells + 1), look))
    numbers = []
    for column in at.numbers:
        is_sorted = order.by is column.by
        if column.by is SortBy.RISK:
            title = f"{column.title} {arrow}".lstrip() if is_sorted else column.title
            look = Look.STRONG if is_sorted else Look.DIM
            numbers.append(Span(" " + fit(title, column.cells), look))
            continue
        title = f"{arrow if is_sorted else ''}{column.title}"
        look = Look.STRONG if is_sorted else Look.DIM
        numbers.append(Span(" " + fit(title, column.cells, right=True), look))
    bar = Span(fit("PROGRESS", at.bar), Look.DIM)
    return Row(merged(names), (bar,), merged(numbers))


def is_stale(snapshot: JobSnapshot, now: datetime) -> bool:
    """Whether the row may be out of date."""
    if snapshot.is_failing:
        return True
    if snapshot.is_final or not snapshot.readings:
        return False
    due = snapshot.next_poll_at
    return due is None or (now - due).total_seconds() > _OVERDUE


def _names(listed: Listed, at: Columns, glyphs: Glyphs, name: str) -> Line:
    snapshot = listed.snapshot
    job = snapshot.job
    if snapshot.is_failing:
        state = Span(glyphs.trouble, Look.WARNING)
    elif snapshot.state is None:
        state = Span(glyphs.unread, Look.DIM)
    else:
        state = Span(glyphs.states[snapshot.state], words.LOOK[snapshot.state])
    spans = [Span("  "), state]
    text = " "
    if at.mixed and job.ref.environment is Environment.PRODUCTION:
        spans += [Span(" "), Span("P", Look.PRODUCTION)]
    elif at.mixed:
        text += " " * widths.BADGE
    if job.alert_on_end and not snapshot.is_final:
        text += fit(name, at.name - 1) + glyphs.alert + " "
    else:
        text += fit(name, at.name) + " "
    if at.profile:
        text += fit(listed.profile, widths.PROFILE) + " "
    if at.form:
        environment = words.ENVIRONMENT[job.ref.environment]
        if environment:
            form = fit(job.ref.form, widths.FORM - len(environment) - 1).rstrip()
            gap = widths.FORM - width(form) - len(environment)
            spans += [Span(text + form + " "), Span(environment, Look.WARNING)]
            text = " " * gap
        else:
            text += fit(job.ref.form, widths.FORM) + " "
    spans.append(Span(text))
    return tuple(spans)


def _bar(
    snapshot: JobSnapshot, moves: Motion | None, now: datetime, at: Columns, glyphs: Glyphs
) -> Line:
    last, fault = snapshot.last, snapshot.fault
    if fault is not None and snapshot.is_failing and words.is_refused(snapshot):
        return fit_line([Span(fault.error.title, Look.WARNING)], at.bar)
    if last is None:
        return fit_line([], at.bar)
    state = last.state
    if state.is_waiting or state is JobState.EXPIRED:
        waits = words.waiting(snapshot, now, cells=at.bar) if state.is_waiting else ""
        text = waits or "not started in time"
        return fit_line([Span(text, words.LOOK[state])], at.bar)
    drawn = bar(last.counts, estimated_since(moves, last, now), at.bar, glyphs)
    if drawn is not None:
        return drawn
    text = words.state(last).text
    return fit_line([Span(f"{text} {glyphs.separator} no counts", Look.DIM)], at.bar)


def _net_bar(
    chain: Chain, snapshot: JobSnapshot, now: datetime, at: Columns, glyphs: Glyphs
) -> Line:
    """The bar of a chain; estimated is only what its newest job has processed since."""
    last = snapshot.last
    estimate = estimated_since(snapshot.motion, last, now) if last is not None else 0
    drawn = bar(chain.counts, estimate, at.bar, glyphs)
    return drawn or fit_line([Span("net result not known yet", Look.DIM)], at.bar)


def _numbers(
    snapshot: JobSnapshot,
    moves: Motion | None,
    now: datetime,
    at: Columns,
    glyphs: Glyphs,
    chain: Chain | None,
) -> Line:
    last = snapshot.last
    counts = last.counts if last else Counts()
    if chain is not None:
        counts = chain.counts
    assessment = assess(snapshot) if chain is None else assess_chain(snapshot, chain)
    spans = [Span(" "), *_risk(assessment, snapshot, now, at, glyphs)]
    text = " " + fit(figures.percent(counts.share_done), widths.PERCENT, right=True)
    if at.done:
        text += " " + fit(figures.number(counts.success), widths.DONE, right=True)
    if at.failed:
        failed = fit(figures.number(counts.failed, widths.FAILED), widths.FAILED, right=True)
        spans += [Span(text + " "), Span(failed, concerns.failed_look(assessment.concern))]
        text = ""
    text += " " + fit(figures.number(counts.left), widths.LEFT, right=True)
    if at.rate:
        text += " " + fit(rate(moves), widths.RATE, right=True)
    end = ends(snapshot, now, chain)
    spans += [Span(text + " "), Span(fit(end.text, widths.ENDS, right=True), end.look), Span(" ")]
    if at.due:
        spans += [_due(snapshot, now), Span(" ")]
    read = fit(_read(snapshot, now), widths.AGE, right=True)
    spans.append(Span(read, Look.WARNING if is_stale(snapshot, now) else Look.TEXT))
    text = " "
    if at.next:
        poll = snapshot.next_poll_at
        soon = "–" if poll is None else figures.soon((poll - now).total_seconds())
        text += fit(soon, widths.NEXT, right=True) + " "
    spans.append(Span(text))
    return merged(spans)


def rate(moves: Motion | None) -> str:
    """Returns the records a second of a job: none while it stands still."""
    return figures.rate((0.0 if moves.still else moves.rate) if moves else None)


def ends(snapshot: JobSnapshot, now: datetime, chain: Chain | None = None) -> Span:
    """Returns when a job ends, or how it has ended; that an attempt is unclear goes before it.

    Args:
        snapshot: The job; of a chain the newest one.
        now: Aware.
        chain: The chain that is shown in the place of the job; None for none.
    """
    if chain is not None and chain.unclear:
        return Span(f"{chain.unclear:,} unclear", Look.WARNING)
    if snapshot.command is not None and snapshot.command.is_unclear:
        return Span("unclear", Look.WARNING)
    return Span(_end(snapshot, now))


def _risk(
    assessment: Assessment, snapshot: JobSnapshot, now: datetime, at: Columns, glyphs: Glyphs
) -> list[Span]:
    sign = concerns.sign(assessment, snapshot, now, glyphs)
    if not at.words:
        return [sign]
    said = concerns.in_words(assessment, snapshot, now)
    return [sign, Span(" " + fit(said.text, widths.RISK - widths.SIGN - 1), said.look)]


def _end(snapshot: JobSnapshot, now: datetime) -> str:
    last = snapshot.last
    if last is None or last.state.is_waiting:
        return "–"
    if last.state is JobState.IN_PROGRESS:
        since = (now - last.read_at).total_seconds()
        return figures.remaining(snapshot.remaining, since)
    return words.state(last).text


def _due(snapshot: JobSnapshot, now: datetime) -> Span:
    deadline = upcoming(snapshot)
    if deadline is None:
        return Span(_NOT_DUE)
    urgency = deadline.urgency(now)
    if urgency is Urgency.PAST:
        # Of a job that is over nothing is lost any more that could still be saved.
        return Span(_PAST, Look.DIM if snapshot.is_final else Look.ERROR)
    left = figures.countdown((deadline.at - now).total_seconds())
    return Span(fit(left if deadline.exact else f"<{left}", widths.DUE, right=True), _LOOK[urgency])


def _read(snapshot: JobSnapshot, now: datetime) -> str:
    last = snapshot.last
    if last is None:
        return "–"
    if snapshot.is_final:
        return figures.clock(last.read_at, now)
    return figures.age((now - last.read_at).total_seconds())


def merged(spans: Iterable[Span]) -> Line:
    """Neighbours of one look as one span: each span costs an escape sequence on the wire."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].look is span.look:
            found[-1] = Span(found[-1].text + span.text, span.look)
        else:
            found.append(span)
    return tuple(found)
