"""The events that the monitor publishes, and where they go."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from zcbulk_tui.domain.alerts import Alert
from zcbulk_tui.domain.control import Command
from zcbulk_tui.domain.insertion import QueuedFile, QueueStop
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.night import Night
from zcbulk_tui.domain.result import Result
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot
from zcbulk_tui.errors import ZcbulkError

if TYPE_CHECKING:  # loaded by what compares answers with it
    from zcbulk_tui.domain.contract import Contradiction


class JobChanged(NamedTuple):
    """A job is new, was read, failed to be read, or was commanded."""

    snapshot: JobSnapshot


class JobRemoved(NamedTuple):
    """A job is no longer watched."""

    ref: JobRef


class ServiceChanged(NamedTuple):
    """Something changed that concerns all jobs."""

    service: ServiceSnapshot


class CommandEnded(NamedTuple):
    """It is now known what became of a start or an abort, or that it is not known yet."""

    job: WatchedJob
    command: Command


class QueueChanged(NamedTuple):
    """The queue of files is another one, or one of its files has moved on.

    Attributes:
        files: All that are not over, in the order of their turns.
        stop: Why none of them goes on; None where they do.
    """

    files: tuple[QueuedFile, ...]
    stop: QueueStop | None = None


class ResultChanged(NamedTuple):
    """A result of a job is being fetched, is on the disk, or cannot be had.

    Attributes:
        result: How it stands.
        got: Bytes that have come so far; None while no call is under way here.
    """

    result: Result
    got: int | None = None


class AlertRaised(NamedTuple):
    """An alert was raised, by whichever window evaluates the rules; once for each crossing."""

    alert: Alert


class AlertCleared(NamedTuple):
    """What an alert was about is no longer so: the next crossing raises another one."""

    alert: Alert


class AlertNotSent(NamedTuple):
    """An alert has not arrived by one of its channels, as far as that is known.

    Attributes:
        alert: The alert.
        channel: The name of the channel.
        error: Why not.
    """

    alert: Alert
    channel: str
    error: ZcbulkError


class NightChanged(NamedTuple):
    """A night was armed, or has ended.

    Attributes:
        night: The one that is armed; None where none is.
        ended: The one that has ended now; None where none has.
    """

    night: Night | None
    ended: Night | None = None


class ReportNotWritten(NamedTuple):
    """The report of a night could not be written; it is tried again. Said once for each reason.

    Attributes:
        error: Why not.
    """

    error: ZcbulkError


class PartFailed(NamedTuple):
    """A part of this window failed as nobody has foreseen, and has ended; all others go on.

    Attributes:
        part: What it is called.
        error: Why.
    """

    part: str
    error: ZcbulkError


class ContractContradicted(NamedTuple):
    """An answer is not what was known of the server, which was noted.

    Attributes:
        contradiction: What was known, and what was seen.
        known_since: When the first was found; aware.
    """

    contradiction: "Contradiction"
    known_since: datetime


Event = (
    JobChanged
    | JobRemoved
    | ServiceChanged
    | CommandEnded
    | QueueChanged
    | ResultChanged
    | AlertRaised
    | AlertCleared
    | AlertNotSent
    | NightChanged
    | ReportNotWritten
    | PartFailed
    | ContractContradicted
)


class Sink(Protocol):
    """Where the monitor's events go."""

    def publish(self, event: Event) -> None:
        """Takes an event; must return at once."""
