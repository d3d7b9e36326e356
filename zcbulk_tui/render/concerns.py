"""What may be wrong with a job, as a sign and a few words."""

from datetime import datetime

from zcbulk_tui.domain.concern import Assessment, Concern
from zcbulk_tui.domain.deadlines import Deadline, Urgency, start_by
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.render import deadline_words
from zcbulk_tui.render.figures import duration
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Look, Span

LOOK = {
    Concern.OVER_LIMIT: Look.ERROR,
    Concern.MAY_BE_ABORTED: Look.WARNING,
    Concern.UNCLEAR: Look.WARNING,
    Concern.NO_ANSWER: Look.WARNING,
    Concern.STUCK: Look.WARNING,
    Concern.START: Look.TEXT,
    Concern.SLOW: Look.WARNING,
    Concern.ENDED_BADLY: Look.TEXT,
    Concern.FAILURES: Look.DIM,
    Concern.NONE: Look.TEXT,
}

WORDS = {
    Concern.OVER_LIMIT: "over the limit",
    Concern.MAY_BE_ABORTED: "may be aborted",
    Concern.UNCLEAR: "unclear",
    Concern.NO_ANSWER: "no answer",
    Concern.STUCK: "stuck",
    Concern.START: "start",
    Concern.SLOW: "slow",
    Concern.ENDED_BADLY: "",
    Concern.FAILURES: "failed",
    Concern.NONE: "",
}
"""What each begins with; ``risk:`` in a filter finds it by that."""

_FAILED = {Concern.OVER_LIMIT: Look.FAILED, Concern.MAY_BE_ABORTED: Look.WARNING}


def failed_look(concern: Concern) -> Look:
    """Returns what the count of failed records looks like: Zoho may abort the job for them."""
    return _FAILED.get(concern, Look.TEXT)


def sign(assessment: Assessment, snapshot: JobSnapshot, now: datetime, glyphs: Glyphs) -> Span:
    """Returns the sign of a concern, in one cell."""
    return Span(glyphs.concerns[assessment.concern], _look(assessment, snapshot, now))


def in_words(assessment: Assessment, snapshot: JobSnapshot, now: datetime) -> Span:
    """Returns a concern in 14 cells at most."""
    text = WORDS[assessment.concern]
    match assessment.concern:
        case Concern.STUCK:
            text = f"{text} {duration(assessment.weight // 60 * 60)}"
        case Concern.START:
            text = _start(start_by(snapshot.job), now)
        case Concern.FAILURES:
            text = f"{text} {share(assessment.weight)}"
    return Span(text, _look(assessment, snapshot, now))


def share(part: float) -> str:
    """Returns a share in percent with one decimal; never none and never all unless it is so."""
    tenths = int(part * 1000 + 1e-9)
    if not tenths:
        return "<0.1 %"
    return f"{tenths / 10:.1f} %" if tenths < 1000 else "100 %"


def _start(deadline: Deadline, now: datetime) -> str:
    """The time of day alone, also across midnight: it is three hours away at most."""
    if deadline.urgency(now) is Urgency.PAST:
        return "start overdue"
    return f"start {'by ' if deadline.exact else '<'}{deadline.at.astimezone():%H:%M}"


def _look(assessment: Assessment, snapshot: JobSnapshot, now: datetime) -> Look:
    if assessment.concern is Concern.START:
        return deadline_words.LOOK[start_by(snapshot.job).urgency(now)]
    return LOOK[assessment.concern]
