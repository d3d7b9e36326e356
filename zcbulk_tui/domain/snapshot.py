"""What is known at one moment, as frozen values that may be handed anywhere."""

from dataclasses import dataclass, field
from datetime import datetime
from types import EllipsisType
from typing import NamedTuple

from zcbulk_tui.domain.budget import Reason, Spent
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.progress import Motion, motion
from zcbulk_tui.errors import BusyError, QuotaSpentError, SignInBusyError, ZcbulkError


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the last poll brought no reading.

    Attributes:
        error: What went wrong.
        since: When the first failure of this row of failures happened; aware.
    """

    error: ZcbulkError
    since: datetime


@dataclass(frozen=True, slots=True)
class JobSnapshot:
    """A watched job and all that is known of it.

    Attributes:
        job: The job.
        readings: The recent good readings, oldest first.
        fault: Why the newest poll failed; None when it did not.
        next_poll_at: When it is asked next, if nothing comes in between; aware; None for never.
        reason: What that poll is for; None where it only tries again what failed.
        command: The last start or abort from here.
    """

    job: WatchedJob
    readings: tuple[JobReading, ...] = ()
    fault: Fault | None = None
    next_poll_at: datetime | None = None
    reason: Reason | None = None
    command: Command | None = None
    _motion: Motion | EllipsisType | None = field(
        default=..., init=False, repr=False, compare=False
    )

    @property
    def ref(self) -> JobRef:
        """Which job."""
        return self.job.ref

    @property
    def last(self) -> JobReading | None:
        """The newest good reading."""
        return self.readings[-1] if self.readings else None

    @property
    def state(self) -> JobState | None:
        """The state as last read; None before the first reading."""
        return self.readings[-1].state if self.readings else None

    @property
    def motion(self) -> Motion | None:
        """How its counts move."""
        if self._motion is ...:
            # Worked out once, when it is first asked for: what it follows from is frozen.
            object.__setattr__(self, "_motion", motion(self.readings, self.job.started_at))
        return self._motion  # type: ignore[return-value]  # it is no ellipsis any more

    @property
    def is_final(self) -> bool:
        """Whether the job is known to be over."""
        return self.state is not None and self.state.is_final

    def allows(self, action: Action) -> bool:
        """Whether asking `action` of it now can make sense.

        While it is not known what became of the last command, another one could be one too many.
        """
        unsettled = self.command is not None and self.command.outcome is Outcome.SENT
        return not unsettled and action.fits(self.state)


class JobKey(NamedTuple):
    """Which job of which profile: two profiles may watch the same job."""

    profile: str
    ref: JobRef


class Listed(NamedTuple):
    """A job on the list of a profile."""

    profile: str
    snapshot: JobSnapshot

    @property
    def key(self) -> JobKey:
        """Which it is."""
        return JobKey(self.profile, self.snapshot.ref)


@dataclass(frozen=True, slots=True)
class ServiceSnapshot:
    """How the calls to Zoho go, whichever job they are for.

    Attributes:
        spent: How today's calls stand; None until there is a connection.
        paused: Whether the user has paused the polls.
        answered: Whether the last call was answered; None before the first.
        changed_at: When `answered` last changed; aware.
        held_until: No poll before this moment, since Zoho asked for peace, or no call can be
            signed; aware.
        held_by: The error that tells why.
        poller: The name of the window that polls; empty where it is this one.
        windows: How many windows are open on the profile.
        unkept: Why what happens is not kept, as one line; None while it is.
    """

    spent: Spent | None = None
    paused: bool = False
    answered: bool | None = None
    changed_at: datetime | None = None
    held_until: datetime | None = None
    held_by: ZcbulkError | None = None
    poller: str = ""
    windows: int = 1
    unkept: str | None = None

    @property
    def no_token(self) -> ZcbulkError | None:
        """Why no call can be signed; None where nothing is known of that."""
        about_calls = isinstance(self.held_by, QuotaSpentError) or (
            isinstance(self.held_by, BusyError) and not isinstance(self.held_by, SignInBusyError)
        )
        return None if about_calls else self.held_by
