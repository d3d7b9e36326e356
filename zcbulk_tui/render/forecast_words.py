"""Forecasts in words: the uncertainty of a job's end, and the risk of an abort."""

from zcbulk_tui.domain.form_past import FormPast
from zcbulk_tui.domain.job import JobReading, JobState
from zcbulk_tui.domain.progress import Motion, finish
from zcbulk_tui.domain.risk import Level, Risk
from zcbulk_tui.render.figures import duration, number
from zcbulk_tui.render.span import Look

RISK_LOOK = {Level.NONE: Look.TEXT, Level.AMBER: Look.WARNING, Level.RED: Look.ERROR}

_VERDICT = {
    Level.NONE: "",
    Level.AMBER: "May be aborted if failures go on like this: ",
    Level.RED: "May be aborted at any moment: ",
}

RANGE = "A range: Zoho reports failed records, not failed batches."
"""Why the failed batches are a range."""

_VARIED, _SHORT = 0.1, 15.0
"""How far off a forecast may be for what was seen to be called steady: a share of the seconds that
are left, or of so many where fewer are."""


def last_jobs(count: int) -> str:
    """Returns the past jobs of a form that something rests on, as in "the last 5 jobs"."""
    return "the last job" if count == 1 else f"the last {count} jobs"


def explain_range(
    moves: Motion | None, last: JobReading, readings: int, past: FormPast | None = None
) -> str:
    """Explains the width of a job's forecast, or its absence, as a sentence.

    Args:
        moves: How the counts moved up to the last reading.
        last: That reading: of a job that is neither to be started nor over.
        readings: How many there are.
        past: That of its form, if the forecast rests on it; None if it does not.
    """
    left = last.counts.left
    if last.state is JobState.UNKNOWN:
        return "No forecast: the state is not documented."
    if left is None:
        return "No forecast: Zoho does not report how many records are left."
    if left <= 0:
        return "No record is left; the next poll may show the end."
    if past is not None and (moves is None or not moves.still):
        own = "" if moves is None else " and its own rate"
        return f"By {last_jobs(past.jobs)} of this form{own}."
    if moves is None:
        if readings < 2:
            return "No rate yet: it takes two readings."
        return "No rate yet: the counts have not moved."
    if moves.still:
        return f"No forecast: the counts have not moved{_lately(moves.still)}."
    if moves.vague:
        return "Wide range: it began to move some time between two readings."
    done = finish(moves, left)
    seen = duration(moves.seconds) if moves.seconds >= 5 else "a few seconds"
    if done.seconds > moves.seconds:
        return f"Wide range: only {seen} of data so far."
    if done.spread > _VARIED * max(done.seconds, _SHORT):
        return f"Wide range: the rate varied over the last {seen}."
    return f"The rate was steady over the last {seen}."


def batches(risk: Risk, state: JobState) -> str:
    """Returns the failed batches of a job against the limit, what may come of it first."""
    total = number(risk.batches)
    if not risk.most:
        failed = f"none of {total} batches failed"
    elif risk.least == risk.most:
        failed = f"{number(risk.least)} of {total} batches failed"
    else:
        failed = f"between {number(risk.least)} and {number(risk.most)} of {total} batches failed"
    may_come = "" if state is JobState.SYSTEM_ABORTED else _VERDICT[risk.level]
    said = f"{may_come}{failed}; Zoho aborts above {number(risk.allowed)}."
    return said[0].upper() + said[1:]


def _lately(seconds: float) -> str:
    return f" for {duration(seconds)}" if seconds >= 5 else ""
