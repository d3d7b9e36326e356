"""States, faults and commands in plain words."""

from datetime import datetime, timedelta

from zcbulk_tui.domain.budget import Spent
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.deadlines import start_by
from zcbulk_tui.domain.job import Action, Environment, JobReading, JobState
from zcbulk_tui.domain.planner import Effect
from zcbulk_tui.domain.records import ANSWERED_WITHIN
from zcbulk_tui.domain.risk import Level
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.upload import UploadFile
from zcbulk_tui.errors import (
    Occasion,
    QuotaSpentError,
    RefusedError,
    SignedOutError,
    SignInBusyError,
    SignInError,
    UndocumentedError,
    UnreachableError,
    ZcbulkError,
)
from zcbulk_tui.render import forecast_words
from zcbulk_tui.render.figures import clock, countdown, duration, number, soon
from zcbulk_tui.render.span import Look, Span

STATE = {
    JobState.CREATED: "created",
    JobState.READY: "ready",
    JobState.IN_PROGRESS: "running",
    JobState.COMPLETED: "done",
    JobState.USER_ABORTED: "user-aborted",
    JobState.SYSTEM_ABORTED: "sys-aborted",
    JobState.ABORTED: "aborted",
    JobState.FAILED: "failed",
    JobState.EXPIRED: "expired",
    JobState.UNKNOWN: "unknown",
}

LOOK = {
    JobState.CREATED: Look.DIM,
    JobState.READY: Look.STRONG,
    JobState.IN_PROGRESS: Look.RUNNING,
    JobState.COMPLETED: Look.SUCCESS,
    JobState.USER_ABORTED: Look.DIM,
    JobState.SYSTEM_ABORTED: Look.ERROR,
    JobState.ABORTED: Look.DIM,
    JobState.FAILED: Look.ERROR,
    JobState.EXPIRED: Look.DIM,
    JobState.UNKNOWN: Look.WARNING,
}


def state(reading: JobReading) -> Span:
    """Returns how a job stands, in the word that every screen, table and line of ours has for it.

    A state that no document names is in the server's own word. What quotes the server (history,
    log, answers) has that word for the others, too, and JSON has both: ``state``, ``raw_state``.
    """
    is_known = reading.state is not JobState.UNKNOWN
    return Span(STATE[reading.state] if is_known else reading.raw_state, LOOK[reading.state])


ENVIRONMENT = {
    Environment.PRODUCTION: "",
    Environment.STAGE: "stage",
    Environment.DEVELOPMENT: "dev",
}

_ENDED = {
    JobState.COMPLETED: "Done",
    JobState.USER_ABORTED: "Aborted by a user",
    JobState.SYSTEM_ABORTED: "Aborted by Zoho: more than 5 % of its batches failed",
    JobState.ABORTED: "Aborted; Zoho does not say by whom",
    JobState.FAILED: "Failed",
    JobState.EXPIRED: "Expired: not started within 3 hours of its creation",
}


def reset(spent: Spent, *, zone: bool = True) -> str:
    """Returns the time of day at which the quota resets, in the quota's time zone."""
    at = spent.resets_at.astimezone(spent.budget.quota_plan.zone)
    return f"{at:%H:%M %Z}" if zone else f"{at:%H:%M}"


def calls_left(spent: Spent) -> str:
    """Returns the calls left today, as a sentence."""
    budget = spent.budget
    left = budget.left_for_polls + budget.reserve_left
    return f"{number(left)} calls left today ({number(budget.reserve_left)} reserved)."


def effect(of: Effect, spent: Spent) -> str:
    """Returns the effect of a pace, as a sentence."""
    seen = "" if of.within is None else f"an end is seen within about {about(of.within)}, "
    left = spent.budget.left - of.calls
    return (
        f"{of.pace}: {seen}{number(of.calls)} calls for these jobs, "
        f"{number(left)} left until {reset(spent)}"
    )


def about(seconds: float) -> str:
    """Returns an approximate duration."""
    return duration(max(round(seconds), 1) if seconds < 20 else round(seconds / 10) * 10)


def is_refused(snapshot: JobSnapshot) -> bool:
    """Whether the last poll was refused, which replaces the job's bar."""
    error = snapshot.fault and snapshot.fault.error
    # The first two concern all jobs, and the top line shows them.
    others = isinstance(error, QuotaSpentError | SignedOutError | UndocumentedError)
    return isinstance(error, RefusedError | SignInError) and not others


_ROOMY = 21
"""Cells for the longest text about a job that waits."""


def waiting(snapshot: JobSnapshot, now: datetime, *, cells: int = 40) -> str:
    """How long a job that is not started may still wait; "<" where that is the most it can be.

    Args:
        snapshot: The job.
        now: Aware.
        cells: Where there are few, the time stands alone.
    """
    deadline = start_by(snapshot.job)
    left = (deadline.at - now).total_seconds()
    if left <= 0:
        return "past its 3 h to start" if cells >= _ROOMY else "past 3 h"
    within = f"{'' if deadline.exact else '<'}{countdown(left)}"
    return f"start within {within}" if cells >= _ROOMY else within


def refusal(error: ZcbulkError | None) -> str:
    """Returns the outcome of a failed command, in a word or two."""
    unsent = isinstance(error, UnreachableError | SignInBusyError)
    return "not sent" if unsent else "refused"


_SHOWN = {
    Outcome.TOOK_EFFECT: "the status shows that it took effect",
    Outcome.NO_EFFECT: "the status shows no effect so far",
    Outcome.UNPROVEN: "the job is in that state; whether this command did it is not known",
}
"""What a status shows of a command whose answer was unclear."""


def uploaded(upload: UploadFile, records: int) -> str:
    """Returns what was uploaded in the place of a file of so many records, and how it differs."""
    which = "all" if upload.rows == records else f"{upload.rows:,}"
    return (
        f"{which} of its records, {upload.size:,} bytes, written anew: UTF-8, with commas and CRLF "
        "line ends"
    )


def unclear(error: ZcbulkError | None) -> str:
    """Returns why it takes a status to see the outcome of a command."""
    answered = error is not None and error.answer is not None
    return "the answer was unclear" if answered else "the answer was lost"


def shown(outcome: Outcome) -> str:
    """Returns what a status shows of a command without a clear answer; else an empty text."""
    return _SHOWN.get(outcome, "")


def command(sent: Command, now: datetime) -> str:
    """Returns the outcome of a start or an abort."""
    name = "Start" if sent.action is Action.START else "Abort"
    at = clock(sent.sent_at, now)
    if sent.outcome is Outcome.ACCEPTED:
        return f"{name} accepted at {at}" + (
            f": the server said “{sent.said}”." if sent.said else "."
        )
    if sent.outcome in _SHOWN:
        return f"{name} of {at}: {unclear(sent.error)}; {_SHOWN[sent.outcome]}."
    if sent.outcome is Outcome.REFUSED:
        why = sent.error.told(Occasion.COMMAND) if sent.error else ""
        return f"{name} {refusal(sent.error)} at {at}: {why}"
    if sent.error is None:
        until = clock(sent.sent_at + timedelta(seconds=ANSWERED_WITHIN), now)
        return (
            f"{name} sent at {at}; no answer yet. If none is written down by {until}, its sender "
            "was ended: then the status shows what became of it."
        )
    return (
        f"{name} of {at}: the answer is unclear ({sent.error.title}). Nothing is sent again; the "
        "status shows what became of it."
    )


def sentence(snapshot: JobSnapshot, now: datetime) -> Span:
    """Returns the most important fact about a job now."""
    if snapshot.fault is not None and snapshot.is_failing:
        since = clock(snapshot.fault.since, now)
        return Span(f"Since {since}: {snapshot.fault.error.told(Occasion.POLL)}", Look.WARNING)
    if snapshot.command is not None and not snapshot.is_final:
        refused = snapshot.command.outcome is Outcome.REFUSED
        return Span(command(snapshot.command, now), Look.WARNING if refused else Look.TEXT)
    last = snapshot.last
    if last is None:
        return Span("Not read yet.", Look.DIM)
    ended = _ENDED.get(last.state)
    if ended is not None and snapshot.fault is not None:
        at = clock(snapshot.fault.since, now)
        return Span(f"{ended}. At {at}: {snapshot.fault.error.told(Occasion.ONCE)}", Look.WARNING)
    word = f"(Zoho: {last.raw_state})"
    if ended is not None:
        return Span(f"{ended} {word}")
    if last.state.is_waiting:
        return Span(f"Waiting: {waiting(snapshot, now)} {word}")
    if last.state is JobState.UNKNOWN:
        return Span(f"Unknown state {word}: not documented", Look.WARNING)
    danger = snapshot.risk
    if danger is None or danger.level is Level.NONE:
        return Span(f"Running {word}")
    return Span(
        f"{forecast_words.batches(danger, last.state)} Running {word}",
        forecast_words.RISK_LOOK[danger.level],
    )


def next_poll(
    snapshot: JobSnapshot, spent: Spent | None, now: datetime, *, paused: bool = False
) -> str:
    """Returns when the job is polled next."""
    if snapshot.next_poll_at is None:
        return "no more polls" if snapshot.readings or snapshot.fault else "not read yet"
    if paused:
        return "polls paused"
    if spent is not None and not spent.allows_polls:
        return f"next poll {reset(spent)}"
    return f"next poll {soon((snapshot.next_poll_at - now).total_seconds())}"
