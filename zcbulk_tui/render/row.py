"""A job as one row, in three parts that are drawn apart: names, bar, numbers."""

from datetime import datetime
from typing import NamedTuple

from zcbulk_tui.domain.job import Counts, JobState
from zcbulk_tui.domain.progress import Motion, estimated_since, remaining
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.render import columns as widths
from zcbulk_tui.render import figures, words
from zcbulk_tui.render.bar import bar
from zcbulk_tui.render.columns import Columns
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, width

_OVERDUE = 30.0
"""Seconds after which a poll that has not come makes its row stale."""


class Row(NamedTuple):
    """The three parts of a row; what changes together stands together."""

    names: Line
    bar: Line
    numbers: Line


def row(snapshot: JobSnapshot, now: datetime, at: Columns, glyphs: Glyphs) -> Row:
    """Draws a job at a moment."""
    moves = snapshot.motion
    return Row(
        _names(snapshot, at, glyphs),
        _bar(snapshot, moves, now, at, glyphs),
        _numbers(snapshot, moves, now, at),
    )


def header(at: Columns) -> Row:
    """The titles of the columns."""
    names = " " * widths.LEAD + fit("JOB", at.name + 1)
    if at.form:
        names += fit("FORM", widths.FORM + 1)
    numbers = " " + fit("%", widths.PERCENT, right=True)
    if at.counts:
        numbers += " " + fit("OK", widths.DONE, right=True)
        numbers += " " + fit("FAILED", widths.FAILED, right=True)
    numbers += " " + fit("LEFT", widths.LEFT, right=True)
    if at.rate:
        numbers += " " + fit("/s", widths.RATE, right=True)
    numbers += " " + fit("ENDS IN", widths.ENDS, right=True)
    numbers += " " + fit("READ", widths.READ, right=True)
    if at.next:
        numbers += " " + fit("NEXT", widths.NEXT, right=True)
    bar = fit("PROGRESS", at.bar)
    return Row((Span(names, Look.DIM),), (Span(bar, Look.DIM),), (Span(numbers, Look.DIM),))


def is_stale(snapshot: JobSnapshot, now: datetime) -> bool:
    """Whether what the row shows may no longer be so."""
    if snapshot.fault is not None:
        return True
    if snapshot.is_final or not snapshot.readings:
        return False
    due = snapshot.next_poll_at
    return due is None or (now - due).total_seconds() > _OVERDUE


def _names(snapshot: JobSnapshot, at: Columns, glyphs: Glyphs) -> Line:
    if snapshot.fault is not None:
        mark = Span(glyphs.trouble, Look.WARNING)
    elif snapshot.state is None:
        mark = Span(glyphs.unread, Look.DIM)
    else:
        mark = Span(glyphs.states[snapshot.state], words.LOOK[snapshot.state])
    spans = [Span(" "), mark, Span(" " + fit(snapshot.job.label, at.name) + " ")]
    if at.form:
        environment = words.ENVIRONMENT[snapshot.ref.environment]
        tail = f" {environment}" if environment else ""
        form = fit(snapshot.ref.form, widths.FORM - len(tail)) if tail else snapshot.ref.form
        if tail:
            form = form.rstrip()
            gap = " " * (widths.FORM - width(form) - len(tail) + 1)
            spans += [Span(form), Span(tail, Look.WARNING), Span(gap)]
        else:
            spans.append(Span(fit(form, widths.FORM) + " "))
    return tuple(spans)


def _bar(
    snapshot: JobSnapshot, moves: Motion | None, now: datetime, at: Columns, glyphs: Glyphs
) -> Line:
    last, fault = snapshot.last, snapshot.fault
    if fault is not None and (last is None or words.is_given_up(snapshot)):
        return fit_line([Span(fault.error.title, Look.WARNING)], at.bar)
    if last is None:
        return fit_line([], at.bar)
    state = last.state
    if state.is_waiting or state is JobState.EXPIRED:
        text = words.waiting(snapshot, now) if state.is_waiting else "not started in time"
        return fit_line([Span(text, words.LOOK[state])], at.bar)
    drawn = bar(last.counts, estimated_since(moves, last, now), at.bar, glyphs)
    if drawn is not None:
        return drawn
    text = last.raw_state if state is JobState.UNKNOWN else words.STATE[state]
    return fit_line([Span(f"{text} {glyphs.separator} no counts", Look.DIM)], at.bar)


def _numbers(snapshot: JobSnapshot, moves: Motion | None, now: datetime, at: Columns) -> Line:
    last = snapshot.last
    counts = last.counts if last else Counts()
    spans = [Span(" " + fit(figures.percent(counts.share_done), widths.PERCENT, right=True))]
    if at.counts:
        failed = figures.number(counts.failed, widths.FAILED)
        spans += [
            Span(" " + fit(figures.number(counts.success), widths.DONE, right=True) + " "),
            Span(
                fit(failed, widths.FAILED, right=True),
                Look.FAILED if _is_worrying(counts) else Look.TEXT,
            ),
        ]
    spans.append(Span(" " + fit(figures.number(counts.left), widths.LEFT, right=True)))
    if at.rate:
        rate = figures.rate((0.0 if moves.still else moves.rate) if moves else None)
        spans.append(Span(" " + fit(rate, widths.RATE, right=True)))
    spans.append(Span(" " + fit(_ends(snapshot, moves, now), widths.ENDS, right=True)))
    read = Look.WARNING if is_stale(snapshot, now) else Look.TEXT
    spans.append(Span(" " + fit(_read(snapshot, now), widths.READ, right=True), read))
    if at.next:
        due = snapshot.next_poll_at
        text = "–" if due is None else figures.soon((due - now).total_seconds())
        spans.append(Span(" " + fit(text, widths.NEXT, right=True)))
    spans.append(Span(" "))
    return _merged(spans)


def _is_worrying(counts: Counts) -> bool:
    """Whether more of the records failed than Zoho lets batches fail before it aborts a job."""
    return bool(counts.failed and counts.processed and counts.failed / counts.processed > 0.05)


def _ends(snapshot: JobSnapshot, moves: Motion | None, now: datetime) -> str:
    last = snapshot.last
    if last is None or last.state.is_waiting:
        return "–"
    if last.state is JobState.IN_PROGRESS:
        since = (now - last.read_at).total_seconds()
        return figures.remaining(remaining(moves, last), since)
    return last.raw_state if last.state is JobState.UNKNOWN else words.STATE[last.state]


def _read(snapshot: JobSnapshot, now: datetime) -> str:
    last = snapshot.last
    if last is None:
        return "–"
    if snapshot.is_final and snapshot.fault is None:
        return figures.clock(last.read_at, now)
    return figures.age((now - last.read_at).total_seconds())


def _merged(spans: list[Span]) -> Line:
    """Neighbours of one look as one span: each span costs an escape sequence on the wire."""
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].look is span.look:
            merged[-1] = Span(merged[-1].text + span.text, span.look)
        else:
            merged.append(span)
    return tuple(merged)
