"""The files on their way into forms, as lines below the list and on a screen of their own."""

from collections.abc import Sequence

from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.insertion import QueuedFile, Stage, Step
from zcbulk_tui.domain.job import Action, Environment
from zcbulk_tui.render.figures import duration, number
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line

_BAR = 12
"""Cells of the bar of an upload."""

_NAME, _FORM, _ROWS = 22, 16, 11
"""Cells of the columns before the words."""

LOOKS = {
    Stage.WAITS: Look.DIM,
    Stage.HELD: Look.WARNING,
    Stage.SENDING: Look.RUNNING,
    Stage.CREATED: Look.RUNNING,
    Stage.UPLOADED: Look.RUNNING,
    Stage.UNCLEAR: Look.ERROR,
    Stage.TRIES_AGAIN: Look.WARNING,
    Stage.REFUSED: Look.ERROR,
    Stage.OVER: Look.DIM,
}
"""Of where a file stands."""


def lines(files: Sequence[QueuedFile], glyphs: Glyphs, width: int, most: int) -> list[Line]:
    """Returns the queue in at most so many lines; what has no line is counted in the last one.

    Those that somebody has to decide on, and those that are on their way, come first.
    """
    ordered = sorted(files, key=_urgency)
    shown = ordered if len(ordered) <= most else ordered[: most - 1]
    drawn = [line(file, glyphs, width) for file in shown]
    if len(shown) < len(ordered):
        more = f"   and {len(ordered) - len(shown):,} more files in the queue"
        drawn.append(fit_line([Span(more, Look.DIM)], width))
    return drawn


def line(file: QueuedFile, glyphs: Glyphs, width: int) -> Line:
    """Returns a file in one line: its name, its form, its records, and where it stands."""
    form = file.insertion.form
    in_production = form.environment is Environment.PRODUCTION
    where = form.form if in_production else f"{form.form} ({form.environment.value})"
    look = LOOKS[file.stage]
    is_wide = width >= 100
    parts = [
        Span(f" {_glyph(file, glyphs)} ", look),
        Span(f"{fit(file.insertion.label, _NAME if is_wide else _NAME - 6)} "),
        Span(f"{fit(where, _FORM if is_wide else _FORM - 6)} ", Look.DIM),
    ]
    if is_wide:
        rows = f"{number(file.insertion.upload_file.rows, 9)} rec"
        parts.append(Span(f"{fit(rows, _ROWS + 2, right=True)}  ", Look.DIM))
    parts += _progress(file, glyphs)
    parts.append(Span(said(file), look))
    return fit_line(parts, width)


def said(file: QueuedFile) -> str:
    """Returns where a file stands, in words without full stop."""
    insertion, slot = file.insertion, file.slot
    last = insertion.last_step
    step, record = last if last else (Step.CREATE, None)
    error = record.error if record else None
    match file.stage:
        case Stage.WAITS if file.behind:
            files = "file" if file.behind == 1 else "files"
            return f"waits: {file.behind:,} {files} for this form before it"
        case Stage.WAITS if slot.taken_by:
            return f"waits for the form's slot: {slot.taken_by} is active"
        case Stage.WAITS:
            return f"waits: {file.trouble}" if file.trouble else "next"
        case Stage.HELD:
            return f"held: {slot.ended_badly} ended badly"
        case Stage.SENDING if step is Step.CREATE:
            return file.trouble or "creating the job"
        case Stage.SENDING:
            return file.trouble or _upload_words(file)
        case Stage.CREATED:
            return f"job created; {file.trouble or 'the upload comes next'}"
        case Stage.UPLOADED:
            return f"uploaded; {file.trouble or _start_words(file.start)}"
        case Stage.UNCLEAR if step is Step.CREATE:
            return "unclear: a job may exist, and the form be busy, for up to 3 h"
        case Stage.UNCLEAR:
            return "unclear: the job may have the file"
        case Stage.TRIES_AGAIN | Stage.REFUSED:
            if file.stage is Stage.TRIES_AGAIN:
                tries = "tries again"
            else:
                is_of_zoho = error is None or error.answer is not None
                tries = f"{step} refused" if is_of_zoho else "stopped"
            return f"{tries}: {error.title}" if error else tries
    return "over"


def _start_words(start: Command | None) -> str:
    if start is None or start.action is not Action.START:
        return "the start comes next"
    if start.outcome is Outcome.REFUSED:
        return f"start refused: {start.error.title}" if start.error else "start refused"
    if start.outcome is Outcome.SENT:
        is_lost = start.error is not None
        return (
            "the answer to its start is unclear" if is_lost else "its start was sent; no answer yet"
        )
    return "its start was sent"


def _upload_words(file: QueuedFile) -> str:
    if file.sent is None:
        return "uploading, in another window or process"
    size = file.insertion.upload_file.size
    told = f"{_megabytes(file.sent)} of {_megabytes(size)} MB"
    if file.sent >= size:
        return f"{told}, waits for Zoho's answer"
    if file.rate:
        left = duration((size - file.sent) / file.rate)
        told += f", {_megabytes(file.rate)} MB/s, {left} left"
    return told


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.1f}"


def _progress(file: QueuedFile, glyphs: Glyphs) -> list[Span]:
    if file.sent is None:
        return []
    done = min(int(_BAR * file.sent / max(file.insertion.upload_file.size, 1)), _BAR)
    return [
        Span(glyphs.success * done, Look.RUNNING),
        Span(glyphs.left * (_BAR - done), Look.LEFT),
        Span("  "),
    ]


def _glyph(file: QueuedFile, glyphs: Glyphs) -> str:
    if file.stage in (Stage.UNCLEAR, Stage.REFUSED, Stage.HELD):
        return glyphs.trouble
    return glyphs.separator if file.stage.is_before_create else glyphs.up


def _urgency(file: QueuedFile) -> int:
    if file.stage.needs_user:
        return 0
    return 2 if file.stage.is_before_create else 1
