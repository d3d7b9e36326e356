"""What is said beside the list, as values: in a toast, in a dialog, or by the terminal."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from zcbulk_tui.domain.commands import login
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.insertion import QueuedFile, QueueStop
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.night import Night
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage, on_disk
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot
from zcbulk_tui.errors import (
    Occasion,
    QuotaSpentError,
    ServiceError,
    SignedOutError,
    ZcbulkError,
)
from zcbulk_tui.monitor.events import (
    AlertNotSent,
    ContractContradicted,
    PartFailed,
    ReportNotWritten,
)
from zcbulk_tui.render import queue as render_queue
from zcbulk_tui.render import words
from zcbulk_tui.render.clipboard import Clipboard, toast
from zcbulk_tui.render.night import ended, stopped
from zcbulk_tui.render.span import wrap


class Toast(NamedTuple):
    """Something that is said in passing.

    Attributes:
        text: What is said.
        title: Stands above it; empty for nothing.
        severity: Whether something is wrong.
        seconds: For how long it is shown; None for as long as is usual.
    """

    text: str
    title: str = ""
    severity: Literal["information", "warning", "error"] = "information"
    seconds: float | None = None


class ErrorDialog(NamedTuple):
    """An error that must be read.

    Attributes:
        error: The error.
        title: Stands above it; None for its own.
        occasion: What caused the call, where another try is to be mentioned.
        more: Stands at its end.
        once: Whether it is left out while another dialog about such an error is open.
        then: What is said once it is closed, since it would stand before it.
    """

    error: ZcbulkError
    title: str | None = None
    occasion: Occasion | None = None
    more: str = ""
    once: bool = False
    then: tuple[Toast, ...] = ()


class Announcement(NamedTuple):
    """Something that the terminal says, to somebody who may not look at it.

    Attributes:
        title: What it is about.
        body: What is so.
        bell: Whether the terminal rings.
        notification: Whether a terminal that has notifications shows one.
    """

    title: str
    body: str
    bell: bool
    notification: bool


Notice = Toast | ErrorDialog | Announcement

MOST_TOASTS = 2
"""Toasts that are shown at a time."""

_LINES = 2
"""Lines of a toast."""

_BESIDE = 3
"""Cells of a toast's line that its text has not: the border, and the space around the text."""

_SEVERITIES = ("information", "warning", "error")


def toast_text(title: str, text: str, cells: int) -> str:
    """Returns what a toast shows on a screen of so many cells: what does not fit is cut."""
    said = f"{title}: {text}" if title and text else title or text
    return " ".join(wrap(said, max(cells - _BESIDE, 1), _LINES))


def in_turn(toasts: Sequence[Toast], log_key: str) -> list[Toast]:
    """Returns what is shown of toasts that come at once; the last is the most severe.

    Args:
        toasts: The toasts.
        log_key: What shows the log; empty for no key.
    """
    ranked = sorted(toasts, key=lambda it: _SEVERITIES.index(it.severity))
    if len(ranked) <= MOST_TOASTS:
        return ranked
    *others, most = ranked
    where = f"{log_key} shows the log" if log_key else "the log has what happened"
    return [others[-1]._replace(title="", text=f"{len(others)} more messages: {where}."), most]


UNSETTLED = Toast(
    "The outcome of the last start or abort is not known yet. Try again in a moment.",
    severity="warning",
)
"""Why another profile cannot be shown now."""


def at_start(problem: ZcbulkError | None, warning: str) -> list[Notice]:
    """Returns what is said of a profile once it is connected.

    Args:
        problem: What of its memory could not be used; None for nothing.
        warning: What else there is to say; empty for nothing.
    """
    said = (Toast(warning, severity="warning", seconds=15),) if warning else ()
    return [ErrorDialog(problem, then=said)] if problem is not None else list(said)


def command_ended(job: WatchedJob, command: Command) -> Notice:
    """Says what became of a command: a refusal in a dialog, all else in passing."""
    verb = command.action.value
    if command.outcome is Outcome.REFUSED and command.error is not None:
        title, occasion = f"{job.label}: {verb} failed", Occasion.COMMAND
        return ErrorDialog(command.error, title, occasion)
    said = words.command(command, command.sent_at)
    fine = command.outcome in (Outcome.ACCEPTED, Outcome.TOOK_EFFECT)
    return Toast(said, job.label, "information" if fine else "warning", 6 if fine else 15)


def sign_in(
    profile: str, before: ServiceSnapshot, now: ServiceSnapshot, *, list_is_empty: bool
) -> list[Notice]:
    """Says once that no call can be signed: in passing what passes, in a dialog what lasts.

    Args:
        profile: Its name.
        before: How its calls went.
        now: How they go.
        list_is_empty: Whether there are no jobs; what stands there then says how to sign in.
    """
    error = now.no_token
    if error is None or (before.no_token is not None and before.no_token.title == error.title):
        return []
    if isinstance(error, ServiceError):
        said = f"{error} Polling is paused, and resumes by itself."
        return [Toast(said, "No access token", "warning")]
    out = isinstance(error, SignedOutError)
    if out and list_is_empty:
        return []
    mended = f"after: {login(profile)}" if out else "once that is fixed."
    rest = f"Polling is paused, and resumes by itself {mended}"
    return [ErrorDialog(error, more=rest, once=True)]


def saving(before: ServiceSnapshot, now: ServiceSnapshot, *, is_known: bool) -> list[Notice]:
    """Says in passing that what happens is not kept any more, or is kept again.

    Args:
        before: How it was.
        now: How it is.
        is_known: Whether the dialog at the start has said what is wrong with the memory, so that
            the first report of it is none.
    """
    if (is_known and before.spent is None) or bool(before.unkept) == bool(now.unkept):
        return []
    if now.unkept:
        return [Toast(now.unkept, "Not saved", "warning", 15)]
    return [Toast("The missed changes are saved now.", "Saved again")]


def publishing(before: ServiceSnapshot, now: ServiceSnapshot) -> list[Notice]:
    """Says in passing that the page is not written any more, or is written again."""
    if bool(before.unpublished) == bool(now.unpublished):
        return []
    if now.unpublished:
        return [Toast(now.unpublished, "Not published", "warning", 15)]
    return [Toast("The page is written again.", "Published again")]


def queue(before: Sequence[QueuedFile], now: Sequence[QueuedFile]) -> list[Notice]:
    """Says which files of the queue have come to need the user since it was shown last."""
    known = {file.insertion.key: file.stage for file in before}
    said: list[Notice] = []
    for file in now:
        if file.stage.needs_user and known.get(file.insertion.key) is not file.stage:
            last = file.insertion.last_step
            error = last[1].error if last else None
            title = f"{file.insertion.label}: {render_queue.said(file)}"
            if error is None:
                said.append(Toast("n shows the queue.", title, "warning", 15))
            else:
                said.append(ErrorDialog(error, title, more="n shows the queue."))
    return said


def about_profile(
    profile: str, event: AlertNotSent | ReportNotWritten | ContractContradicted | PartFailed
) -> Notice:
    """Says what somebody should know of a profile; in a dialog, where something has ended."""
    match event:
        case AlertNotSent(alert, channel, error):
            label = alert.label or profile
            said = f"{label}: the alert was not sent by {channel}. {error.title}"
            return Toast(said, severity="warning")
        case ReportNotWritten(error):
            return Toast(str(error), f"{profile}: the report is not written yet", "warning", 15)
        case PartFailed(_, error):
            return ErrorDialog(error, f"{profile}: {error.title}")
        case ContractContradicted(contradiction, _):
            # The words for what hardly ever happens are loaded when it does.
            from zcbulk_tui.domain.contract_text import short_contradiction_text

            said = f"{short_contradiction_text(contradiction)}."
            return Toast(said, f"{profile}: Zoho has changed", "warning", 30)


def queue_stop(before: QueueStop | None, now: QueueStop | None) -> list[Notice]:
    """Says that the queue was stopped, or goes on, since it was shown last."""
    if (before is None) == (now is None):
        return []
    if now is None:
        return [Toast("Files are sent again when their turn comes.", "The queue goes on")]
    said = f"{stopped(now, now.at)}. n shows the queue."
    return [Toast(said, "The queue is stopped", "warning", 30)]


def night_ended(night: Night) -> Toast:
    """Says that a night is over, and where its report is."""
    return Toast(ended(night), "The night has ended", seconds=30)


def results_ended(
    snapshot: JobSnapshot, known: Sequence[Result], ended: Sequence[Result]
) -> list[Notice]:
    """Says how the fetching of results has ended that the user asked for.

    Args:
        snapshot: The job.
        known: What is known of all its results.
        ended: Those that have come, or that cannot be had.
    """
    said: list[Notice] = []
    title = f"Results of {snapshot.job.label}"
    if any(it.stage is ResultStage.ON_DISK for it in ended):
        short = any(it.is_short for it in ended)
        fails = any(it.kind is ResultKind.FAILURE and it.file is not None for it in known)
        why = " f shows why." if fails else ""
        here = on_disk(snapshot, known)
        said.append(Toast(f"{here}.{why}", title, "warning" if short else "information"))
    gone = [it.kind.word for it in ended if it.stage is ResultStage.GONE]
    if gone:
        what = " and ".join(gone)
        said.append(Toast(f"Zoho has none, or none any more: {what}.", title, "warning", 15))
    for result in ended:
        if result.stage is ResultStage.REFUSED and result.error is not None:
            said.append(ErrorDialog(result.error, title, once=True))
    return said


def result_waits(label: str, result: Result) -> Toast:
    """Says that a result has not come yet, and is tried again by itself."""
    why = result.error.title if result.error is not None else "It has not come"
    return Toast(f"{why}. It is tried again by itself, for 1 call.", f"Results of {label}")


def quota(error: QuotaSpentError) -> Toast:
    """Says why the day's calls do not allow the request."""
    said = " ".join(part for part in (error.cause, error.next_step) if part)
    return Toast(said, error.title, "warning", 10)


def listed_already(job: WatchedJob) -> Toast:
    """Says that a job need not be added."""
    return Toast("It is already on the list.", job.label)


def alert_on_end(jobs: Sequence[WatchedJob], *, is_on: bool) -> Toast:
    """Says whether the end of jobs raises an alert from now on."""
    one = len(jobs) == 1
    if is_on:
        said = f"You are alerted when {'it ends' if one else 'each of them ends'}."
    else:
        said = f"No alert when {'it ends' if one else 'they end'}."
    return Toast(said, jobs[0].label if one else f"{len(jobs):,} jobs")


def removed(jobs: Sequence[WatchedJob], undo_key: str) -> Toast:
    """Says what has left the list, and how it comes back."""
    one = len(jobs) == 1
    what = f"{jobs[0].label} is" if one else f"{len(jobs):,} jobs are"
    how = f"{undo_key} brings" if undo_key else "Undo, in the palette, brings"
    return Toast(f"{what} off the list. {how} {'it' if one else 'them'} back.", seconds=8)


def listed_no_more(job: WatchedJob) -> Toast:
    """Says that a job was taken off the list elsewhere, so that it was not changed."""
    return Toast("It is no longer on the list, so nothing was changed.", job.label, "warning")


def copied(known: Clipboard, what: str) -> Toast:
    """Says whether something has got to the clipboard, as far as that is known."""
    if known.works is False:
        return Toast(toast(known, what), severity="warning", seconds=15)
    return Toast(toast(known, what), seconds=4)
