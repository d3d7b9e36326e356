"""How the calls to Zoho go, whichever job they are for."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from zcbulk_tui.domain import backoff
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.domain.windows import WindowStatus
from zcbulk_tui.errors import (
    BusyError,
    QuotaSpentError,
    ServiceError,
    SignedOutError,
    SignInError,
    UnclearError,
    UnreachableError,
    ZcbulkError,
)
from zcbulk_tui.monitor.events import ServiceChanged, Sink
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store.memory import Memory

_LOOK_FOR_SIGN_IN = 15.0
"""Seconds between two looks whether the user has signed in, elsewhere; they cost no call."""


class Service:
    """Notes how calls end, and leaves Zoho in peace where it asks for it.

    Args:
        sink: Receives every change.
        quota: Receives that a day is spent.
        memory: Knows whether what happens is stored.
        now: The time of day; aware.
        luck: Random numbers from 0 to 1.
        outage_ended: Called when an answer ends an outage, with when that began.
    """

    def __init__(
        self,
        sink: Sink,
        quota: QuotaTracker,
        memory: Memory,
        now: Callable[[], datetime],
        luck: Callable[[], float],
        outage_ended: Callable[[datetime], None],
    ) -> None:
        self._sink = sink
        self._quota = quota
        self._memory = memory
        self._now = now
        self._luck = luck
        self._outage_ended = outage_ended
        self._status = WindowStatus(polls=True)
        self._snapshot = ServiceSnapshot(quota.snapshot())
        self._told: ServiceSnapshot | None = None
        self._held_until = 0.0
        # The first of the failed calls since one was carried out.
        self._failing_since: datetime | None = None

    @property
    def own(self) -> ServiceSnapshot:
        """How the calls of this window go."""
        return self._snapshot

    def take_status(self, status: WindowStatus) -> None:
        """Takes how this window stands among the others."""
        before, self._status = self._status.service, status
        # What is known stays known when this window polls from now on.
        other = status.service or before or self._snapshot
        # A pause that is chosen later arrives as an event, sooner than from the window that polls.
        paused = self._snapshot.paused if before else other.paused
        self._change(paused=paused, answered=other.answered, changed_at=other.changed_at)
        told = before or status.service
        if status.polls and told and told.held_by and told.held_until:
            seconds = (told.held_until - self._now()).total_seconds()
            # The clock may have been set since the other one wrote it.
            self._hold(told.held_by, min(seconds, backoff.LONGEST))

    @property
    def paused(self) -> bool:
        """Whether the user has paused the polls."""
        return self._snapshot.paused

    @property
    def held_for(self) -> float:
        """Seconds without polls, since Zoho requested a pause; 0 or less for none."""
        return self._held_until - _time()

    @property
    def awaits_token(self) -> bool:
        """Whether no call could be signed, and it is time to try again."""
        return self._snapshot.no_token is not None and self.held_for <= 0

    def pause(self, *, paused: bool) -> None:
        """Takes whether the user has paused the polls."""
        self._change(paused=paused)

    def report_quota(self) -> None:
        """Publishes today's calls."""
        self._change(spent=self._quota.snapshot())

    def note_unpublished(self, trouble: str | None) -> None:
        """Takes why the page is not written; None where it is, or need not be."""
        self._change(unpublished=trouble)

    def note_failed_part(self, part: str) -> None:
        """Takes that a part of this window has failed."""
        self._change(failed=(*self._snapshot.failed, part))

    def slept(self, seconds: float) -> None:
        """Takes that this machine slept, while Zoho had its peace."""
        self._held_until -= seconds

    def redate(self, step: float) -> None:
        """Takes that the time of day was set by so many seconds."""
        by, known = timedelta(seconds=step), self._snapshot
        self._change(
            changed_at=known.changed_at and known.changed_at + by,
            held_until=known.held_until and known.held_until + by,
            spent=self._quota.snapshot(),
        )

    def note_success(self) -> None:
        """Notes that a call was carried out."""
        self._quota.answered()
        began, self._failing_since = self._failing_since, None
        self._end_outage(self._note_answer(answered=True) or began)

    def note_failure(self, error: ZcbulkError) -> None:
        """Notes how a call failed."""
        if not error.ends_polls:
            self._failing_since = self._failing_since or self._now()
        answered = not isinstance(error, UnreachableError | UnclearError)
        self._end_outage(self._note_answer(answered=answered))

    def _end_outage(self, began: datetime | None) -> None:
        if began is not None:
            self._outage_ended(began)

    def hold_if_asked(self, error: ZcbulkError, failures: int) -> float | None:
        """Leaves Zoho in peace where it asks for it: no scheduled poll of any job for a while.

        Returns:
            Seconds after which to try again; None where the error asks for nothing of the kind.
        """
        if isinstance(error, QuotaSpentError):
            if self._quota.refused():
                return 0.0  # with the first call that the budget allows again
            # Zoho's day begins a little later than ours.
            seconds = backoff.delay(failures, self._luck(), backoff.BUSY)
        elif isinstance(error, BusyError):
            seconds = backoff.delay(failures, self._luck(), error.retry_after or backoff.BUSY)
        elif isinstance(error, SignedOutError):
            seconds = _LOOK_FOR_SIGN_IN
        else:
            return None
        self._hold(error, seconds)
        return seconds

    def take_hold(self, error: ZcbulkError, at: datetime) -> None:
        """Takes that Zoho has asked another process for peace, some time ago."""
        if isinstance(error, BusyError):
            age = max((self._now() - at).total_seconds(), 0.0)
            seconds = min(error.retry_after or backoff.BUSY, backoff.LONGEST) - age
            if seconds > self.held_for:
                self._hold(error, seconds)

    def retry_after(self, error: ZcbulkError, failures: int, failing: int) -> float:
        """Returns the seconds after which a job is polled again.

        Args:
            error: Why the last poll brought no reading.
            failures: Such polls in a row.
            failing: Jobs that fail now, this one included.
        """
        if isinstance(error, UnreachableError):
            return backoff.delay(failures, self._luck(), error.retry_after)
        asked = error.retry_after if isinstance(error, ServiceError) else None
        return backoff.delay(failures, self._luck(), asked, backoff.COSTLY, failing)

    def note_no_token(self, error: ZcbulkError, failures: int) -> None:
        """Holds the polls of all jobs for a while, since no call can be signed."""
        if isinstance(error, UnreachableError | UnclearError):
            self._note_answer(answered=False)
        if self.hold_if_asked(error, failures) is None:
            passes = isinstance(error, ServiceError | SignInError)
            self._hold(
                error, backoff.delay(failures, self._luck()) if passes else _LOOK_FOR_SIGN_IN
            )

    def note_token(self) -> None:
        """Notes that calls can be signed."""
        if self._snapshot.no_token is not None:
            self._held_until = 0.0
            self._change(held_until=None, held_by=None)

    def _hold(self, error: ZcbulkError, seconds: float) -> None:
        self._held_until = max(self._held_until, _time() + seconds)
        self._change(held_until=self._now() + timedelta(seconds=seconds), held_by=error.kept())

    def _note_answer(self, *, answered: bool) -> datetime | None:
        if answered and self.held_for <= 0 and self._snapshot.held_by:
            self._change(held_until=None, held_by=None)
        if answered == self._snapshot.answered:
            return None
        was_out = self._snapshot.answered is False
        outage_began = self._snapshot.changed_at if was_out else None
        self._change(answered=answered, changed_at=self._now())
        return outage_began

    def _change(self, **changes: Any) -> None:
        own = self._snapshot = self._snapshot._replace(**changes)
        status = self._status
        # What counts is how the calls of the window that polls go.
        shown = own
        if status.service:
            failed = tuple(dict.fromkeys((*own.failed, *status.service.failed)))
            shown = status.service._replace(spent=own.spent, paused=own.paused, failed=failed)
        told = shown._replace(
            poller=status.poller,
            windows=status.windows - status.yielding,
            unkept=self._memory.trouble,
        )
        if told != self._told:
            self._told = told
            self._sink.publish(ServiceChanged(told))


def _time() -> float:
    return asyncio.get_running_loop().time()
