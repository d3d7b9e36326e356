"""Forecasts in words: the uncertainty of a job's end, and the risk of an abort."""

from zcbulk_tui.domain.job import JobReading, JobState
from zcbulk_tui.domain.progress import Motion, finish
from zcbulk_tui.domain.risk import Level, Risk
from zcbulk_tui.render.figures import duration, number
from zcbulk_tui.render.span import Look

RISK_LOOK = {Level.NONE: Look.TEXT, Level.AMBER: Look.WARNING, Level.RED: Look.ERROR}

_VERDICT = {
    Level.NONE: "It is not passed.",
    Level.AMBER: "It may be passed.",
    Level.RED: "It is passed if a bad row fails its batch: Zoho may abort at any moment.",
}

RANGE = (
    "No closer: Zoho tells failed records, not failed batches, nor whether one bad row fails its "
    "batch."
)
"""Why the failed batches are a range."""

_VARIED, _SHORT = 0.1, 15.0
"""How far off a forecast may be for what was seen to be called steady: a share of the seconds that
are left, or of so many where fewer are."""


def explain_range(moves: Motion | None, last: JobReading, readings: int) -> str:
    """Explains the width of a job's forecast, or its absence, as a sentence.

    Args:
        moves: How the counts moved up to the last reading.
        last: That reading: of a job that is neither to be started nor over.
        readings: How many there are.
    """
    left = last.counts.left
    if last.state is JobState.UNKNOWN:
        return "The state is not documented, so nothing is forecast from it."
    if left is None:
        return "Zoho does not tell how many records are left."
    if left <= 0:
        return "No record is left; only a poll can show that it is over."
    if moves is None:
        if readings < 2:
            return "One reading tells no rate; the next one may."
        return "No reading has shown its counts move so far."
    if moves.still:
        return f"Its counts stand still {_lately(moves.still)}: it may take any time."
    if moves.vague:
        return "It began to move at an unknown moment between two readings."
    done = finish(moves, left)
    seen = duration(moves.seconds) if moves.seconds >= 5 else "a few seconds"
    if done.seconds > moves.seconds:
        return f"Its rate was seen for {seen} only, and there is longer to go."
    if done.spread > _VARIED * max(done.seconds, _SHORT):
        return f"Its rate varied over the last {seen}."
    return f"Its rate was steady over the last {seen}, but may still change."


def batches(risk: Risk, state: JobState) -> str:
    """Returns the failed batches of a job against the limit, in sentences."""
    total = number(risk.batches)
    if not risk.most:
        failed = f"None of {total} batches failed"
    elif risk.least == risk.most:
        failed = f"{number(risk.least)} of {total} batches failed"
    else:
        failed = f"{number(risk.least)} to {number(risk.most)} of {total} batches failed"
    limit = f"{failed}, limit {number(risk.allowed)}."
    return limit if state is JobState.SYSTEM_ABORTED else f"{limit} {_VERDICT[risk.level]}"


def _lately(seconds: float) -> str:
    return f"for {duration(seconds)}" if seconds >= 5 else "now"
