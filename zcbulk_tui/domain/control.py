"""What became of a start or an abort, as far as it can be told."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.errors import ZcbulkError


class Outcome(StrEnum):
    """How a command ended."""

    SENT = "sent"
    """On its way, or the answer is unclear and the status has not told yet."""

    ACCEPTED = "accepted"
    """The server said yes."""

    REFUSED = "refused"
    """The server said no, or the command was never sent."""

    TOOK_EFFECT = "took effect"
    """The answer was unclear; the status shows that it was carried out."""

    NO_EFFECT = "no effect"
    """The answer was unclear; the status shows that it was not carried out so far."""


@dataclass(frozen=True, slots=True)
class Command:
    """A start or an abort and what became of it.

    Attributes:
        action: What was asked.
        sent_at: When; aware.
        outcome: How it ended.
        said: The server's words on success; empty when there are none.
        error: Why it was refused, or why its answer is unclear.
    """

    action: Action
    sent_at: datetime
    outcome: Outcome = Outcome.SENT
    said: str = ""
    error: ZcbulkError | None = None

    def ended(
        self, outcome: Outcome, said: str = "", error: ZcbulkError | None = None
    ) -> "Command":
        """The same command with what is now known of it; an error known before stays."""
        return replace(self, outcome=outcome, said=said, error=error or self.error)


def told_by(state: JobState, action: Action) -> Outcome:
    """Tells from a status what became of a command whose answer is unclear.

    A state that we do not know tells nothing: the command then stays as it was.
    """
    if state is JobState.UNKNOWN:
        return Outcome.SENT
    effects = _STARTED if action is Action.START else _ABORTED
    return Outcome.TOOK_EFFECT if state in effects else Outcome.NO_EFFECT


_STARTED = frozenset(
    {JobState.IN_PROGRESS, JobState.COMPLETED, JobState.SYSTEM_ABORTED, JobState.FAILED}
)
_ABORTED = frozenset({JobState.USER_ABORTED, JobState.ABORTED})
