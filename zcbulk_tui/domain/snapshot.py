"""Immutable snapshots of jobs and of the connection, safe to share."""

from dataclasses import dataclass, field
from datetime import datetime
from types import EllipsisType
from typing import NamedTuple

from zcbulk_tui.domain.budget import Reason, Spent
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.form_forecast import forecast, is_slow
from zcbulk_tui.domain.form_past import FormPast
from zcbulk_tui.domain.job import Action, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.progress import Forecast, Motion, Remaining, motion, remaining
from zcbulk_tui.domain.risk import Risk, risk
from zcbulk_tui.errors import BusyError, ExitCode, QuotaSpentError, SignInBusyError, ZcbulkError


class Fault(NamedTuple):
    """Why the last poll failed.

    Attributes:
        error: What went wrong.
        since: When the first of the consecutive failures happened; aware.
    """

    error: ZcbulkError
    since: datetime


@dataclass(frozen=True, slots=True)
class JobSnapshot:
    """A watched job with its readings, faults and commands.

    Attributes:
        job: The job.
        readings: The recent good readings, oldest first.
        fault: Why the newest poll failed; None when it did not.
        next_poll_at: When it is polled next, unless plans change; aware; None for never.
        reason: Why that poll is scheduled; None for a retry.
        command: The last start or abort sent from here.
        past: What past jobs of its form show; None where there are none, or it is over.
        one_fails_its_batch: What is known of the rule that ends jobs; see `Contract`.
    """

    job: WatchedJob
    readings: tuple[JobReading, ...] = ()
    fault: Fault | None = None
    next_poll_at: datetime | None = None
    reason: Reason | None = None
    command: Command | None = None
    past: FormPast | None = None
    one_fails_its_batch: bool | None = None
    _motion: Motion | EllipsisType | None = field(
        default=..., init=False, repr=False, compare=False
    )
    _forecast: Forecast | EllipsisType | None = field(
        default=..., init=False, repr=False, compare=False
    )
    _risk: Risk | EllipsisType | None = field(default=..., init=False, repr=False, compare=False)

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
        """Movement of its counts; None if none was observed, or nobody asks after it any more."""
        if self._motion is ...:
            # Computed at first use and cached: its inputs are frozen.
            started = self.job.started_at
            moves = None if self.is_given_up else motion(self.readings, started)
            object.__setattr__(self, "_motion", moves)
        return self._motion  # type: ignore[return-value]  # no ellipsis after the assignment

    @property
    def forecast(self) -> Forecast | None:
        """When it may end, from its last reading; None where nothing is known of that."""
        if self._forecast is ...:
            past = None if self.is_given_up else self.past
            found = forecast(self.job, self.readings, self.motion, past)
            object.__setattr__(self, "_forecast", found)
        return self._forecast  # type: ignore[return-value]  # as above

    @property
    def risk(self) -> Risk | None:
        """That Zoho aborts it for its failures; None if it is not known, or not at risk."""
        if self._risk is ...:
            object.__setattr__(self, "_risk", risk(self.readings, self.one_fails_its_batch))
        return self._risk  # type: ignore[return-value]  # as above

    @property
    def rests_on_past(self) -> bool:
        """Whether the forecast rests on past jobs of the form, on them alone or among others."""
        return self.forecast is not None and self.past is not None and self.past.rate is not None

    @property
    def is_slow_for_form(self) -> bool:
        """Whether 9 of 10 jobs of its form, as far as known, would have come this far sooner."""
        return self.last is not None and is_slow(self.job, self.last, self.past)

    @property
    def remaining(self) -> Remaining | None:
        """The time that it still takes, from its last reading; None where that is not known."""
        last = self.last
        return None if last is None else remaining(self.motion, last, self.forecast)

    @property
    def is_final(self) -> bool:
        """Whether the job is known to be finished."""
        return self.state is not None and self.state.is_final

    @property
    def is_failing(self) -> bool:
        """Whether its last poll failed, and its state may have changed since the last reading."""
        return self.fault is not None and not self.is_final

    @property
    def is_given_up(self) -> bool:
        """Whether no poll follows the one that failed."""
        return self.fault is not None and (self.fault.error.ends_polls or self.is_final)

    @property
    def exit_code(self) -> ExitCode | None:
        """How it has ended, or that it cannot be read; None while neither is known.

        A job that is completed, and whose answer does not say how many of its records failed, is
        fine: nothing says otherwise.
        """
        last = self.last
        if last is not None and last.state.is_final:
            if last.state is not JobState.COMPLETED:
                return ExitCode.ENDED_BADLY
            return ExitCode.FAILED_RECORDS if last.counts.failed else ExitCode.FINE
        if self.fault is not None and self.fault.error.ends_polls:
            return self.fault.error.exit_code
        return None

    def allows(self, action: Action) -> bool:
        """Whether `action` can make sense now.

        False while the outcome of the last command is unknown: another could be one too many.
        """
        unsettled = self.command is not None and self.command.outcome is Outcome.SENT
        return not unsettled and action.fits(self.state)


class JobKey(NamedTuple):
    """A job within a profile: two profiles may watch the same job."""

    profile: str
    ref: JobRef


class Listed(NamedTuple):
    """A job on a profile's watch list."""

    profile: str
    snapshot: JobSnapshot

    @property
    def key(self) -> JobKey:
        """Its key."""
        return JobKey(self.profile, self.snapshot.ref)


class ServiceSnapshot(NamedTuple):
    """The state of a profile's connection to Zoho.

    Attributes:
        spent: Today's quota and pace; None until there is a connection.
        paused: Whether the user has paused polling.
        answered: Whether the last call was answered; None before the first.
        changed_at: When `answered` last changed; aware.
        held_until: End of the hold on polls, after a rate limit or without a token; aware.
        held_by: The error that caused the hold.
        poller: The name of the window that polls; empty where it is this one.
        windows: Number of windows open on the profile; commands that wait are none.
        unkept: Why nothing is being stored, as one line; None while it is.
        unpublished: Why the page of this window is not written, as one line; None while it is.
        failed: The names of the parts that have failed, of this window and of the one that polls.
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
    unpublished: str | None = None
    failed: tuple[str, ...] = ()

    @property
    def no_token(self) -> ZcbulkError | None:
        """Why there is no access token; None unless that is what holds the polls."""
        about_calls = isinstance(self.held_by, QuotaSpentError) or (
            isinstance(self.held_by, BusyError) and not isinstance(self.held_by, SignInBusyError)
        )
        return None if about_calls else self.held_by
