"""Fetching one result: written down before the call, and whole on the disk or not there at all."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from zcbulk_tui.domain import backoff
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.result import Result, ResultFile, ResultKind, ResultStage
from zcbulk_tui.domain.result_tries import MOST_TRIES, failed, is_not_over
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import (
    ConfigError,
    DataError,
    QuotaSpentError,
    RefusedError,
    ServiceError,
    ZcbulkError,
)
from zcbulk_tui.monitor.call_limiter import Priority
from zcbulk_tui.monitor.calls import Admission, Slots
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.ports import ResultApi, ResultFolder, ResultWriter
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store.results import CALLED_FOR, RESULTS, Results

_BETWEEN_REPORTS = 0.5
"""Seconds between two reports of how much of a file has come."""


class Wanted(NamedTuple):
    """A result that is to be fetched.

    Attributes:
        snapshot: The job.
        kind: Which result.
        cause: What the calls are counted as.
    """

    snapshot: JobSnapshot
    kind: ResultKind
    cause: Cause

    @property
    def job(self) -> WatchedJob:
        """The job."""
        return self.snapshot.job


class ResultDownload:
    """Fetches one result at a time; whoever does has the lock of the results.

    Before a call is made, its try is written down. A process that is ended in the middle leaves a
    result that the next one finds whole in its place, or fetches anew.

    Args:
        api: Zoho Creator.
        monitor: Makes the calls.
        quota: What may be spent on them.
        results: Keeps where they stand.
        folder: Keeps the files.
        now: The time of day; aware.
        luck: Random numbers from 0 to 1.
        changed: Called with a result that is being fetched, and the bytes that have come so far.
    """

    def __init__(
        self,
        api: ResultApi,
        monitor: Monitor,
        quota: QuotaTracker,
        results: Results,
        folder: ResultFolder,
        now: Callable[[], datetime],
        luck: Callable[[], float],
        changed: Callable[[Result, int], None],
    ) -> None:
        self._api = api
        self._monitor = monitor
        self._quota = quota
        self._results = results
        self._folder = folder
        self._now = now
        self._luck = luck
        self._changed = changed
        self._failures = 0
        self._finishing: asyncio.Future[ResultFile] | None = None

    async def fetch(self, wanted: Wanted) -> Result | None:
        """Fetches a result, unless it is on the disk; returns how it stands then.

        Returns:
            None where no call could be made for want of calls, and nothing is known of it.

        Raises:
            HeldError: Another process was quicker.
            ConfigError: It cannot be written down, before the call or after it.
        """
        ref, kind = wanted.snapshot.ref, wanted.kind
        before = self._results.find(ref, kind)
        if before is not None and not before.stage.is_open:
            return before
        known = before or Result(ref, kind)
        known = known._replace(expected=kind.records_of(wanted.snapshot))
        file = await asyncio.to_thread(self._folder.find, ref, kind)
        if file is not None:
            found = _with_file(known, file)
            self._results.change(wanted.job, found, before)
            return found
        if known.tries >= MOST_TRIES and known.stage is ResultStage.FETCHING:
            refused = known._replace(stage=ResultStage.REFUSED, next_try=None)
            self._results.change(wanted.job, refused, before)
            return refused
        admission = await self._admitted(wanted)
        if admission is None:
            return before
        slots = Slots(
            self._monitor.calls, wanted.job, wanted.cause, CALLED_FOR, _priority(wanted), admission
        )
        try:
            return await self._try(wanted, known, before, slots)
        finally:
            slots.close()

    def release(self) -> None:
        """Lets other processes change the files, at once or when this one has ended to do so."""
        finishing, self._finishing = self._finishing, None
        if finishing is None or finishing.done():
            self._results.locks.release(RESULTS)
            return

        def end(done: asyncio.Future[ResultFile]) -> None:
            self._results.locks.release(RESULTS)
            if not done.cancelled():
                done.exception()  # the next who looks for the file finds it, or finds none

        finishing.add_done_callback(end)

    async def _admitted(self, wanted: Wanted) -> Admission | None:
        """Waits for the turn of a call; None where none is left of the day's by then."""
        calls = self._monitor.calls
        place = await calls.limiter.enter(_priority(wanted))
        if not self._quota.budget.left_for(wanted.cause):
            calls.limiter.give_back(place)
            return None
        return calls.admit(place, wanted.cause)

    async def _try(
        self, wanted: Wanted, known: Result, before: Result | None, slots: Slots
    ) -> Result:
        try:
            writer = self._folder.begin(known.ref, known.kind)
        except DataError as error:
            after = self._after(known, error, is_called=False)
            self._results.change(wanted.job, after, before)
            return after
        begun = known._replace(stage=ResultStage.FETCHING, tries=known.tries + 1, next_try=None)
        try:
            self._results.change(wanted.job, begun, before)
            self._changed(begun, 0)
            return await self._called(begun, known, writer, slots)
        finally:
            if self._finishing is None:
                writer.discard()

    async def _called(
        self, begun: Result, known: Result, writer: ResultWriter, slots: Slots
    ) -> Result:
        got, reported = 0, _time()

        def write(data: bytes) -> None:
            nonlocal got, reported
            writer.write(data)
            got += len(data)
            if _time() - reported >= _BETWEEN_REPORTS:
                reported = _time()
                self._changed(begun, got)

        try:
            await self._api.result(begun.ref, begun.kind, write, slots)
            tried = known._replace(tries=known.tries + slots.made)
            self._monitor.service.note_success()
            file = await self._finished(writer)
        except ZcbulkError as error:
            tried = known._replace(tries=known.tries + slots.made)
            after = self._after(tried, error, is_called=slots.made > 0)
            self._results.keep(after)
            return after
        except BaseException:
            if self._finishing is None:
                # Cut short, as at the end of the program: another process goes on.
                tried = known._replace(stage=ResultStage.DUE, tries=known.tries + slots.made)
                with suppress(ConfigError):
                    self._results.keep(tried)
            raise
        finally:
            self._monitor.service.report_quota()
        self._failures = 0
        found = _with_file(tried, file)
        self._results.keep(found)
        return found

    async def _finished(self, writer: ResultWriter) -> ResultFile:
        """Waits for the file; a thread that makes it cannot be ended, and goes on when this is."""
        self._finishing = asyncio.ensure_future(asyncio.to_thread(writer.finish))
        try:
            file = await asyncio.shield(self._finishing)
        except DataError:
            self._finishing = None
            raise
        self._finishing = None
        return file

    def _after(self, tried: Result, error: ZcbulkError, *, is_called: bool) -> Result:
        service = self._monitor.service
        if isinstance(error, RefusedError) and not isinstance(error, QuotaSpentError):
            service.note_success()  # an answer, if not the one that was hoped for
            self._failures = 0
        else:
            self._failures += 1
            if not isinstance(error, DataError):
                service.note_failure(error)
        wait = service.hold_if_asked(error, max(self._failures, 1))
        if wait is None:
            asked = error.retry_after if isinstance(error, ServiceError) else None
            cap = backoff.COSTLY if is_called else backoff.CAP
            # An answer that may pass is no failure of the line, and each try has its price.
            failures = max(self._failures, tried.tries, 1)
            wait = backoff.delay(failures, self._luck(), asked, cap)
        if is_not_over(error):
            with suppress(QuotaSpentError):
                self._monitor.poll_now([tried.ref], key=CALLED_FOR)
        return failed(tried, error, self._now(), wait, is_called=is_called)


def _with_file(known: Result, file: ResultFile) -> Result:
    return known._replace(stage=ResultStage.ON_DISK, next_try=None, file=file, error=None)


def _priority(wanted: Wanted) -> Priority:
    return Priority.SCHEDULE if wanted.cause is Cause.PLAN else Priority.KEY


def _time() -> float:
    return asyncio.get_running_loop().time()
