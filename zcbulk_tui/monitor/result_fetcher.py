"""The results of jobs that have ended: fetched by themselves, in the order of their deadlines."""

import asyncio
import random
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from zcbulk_tui.domain import backoff
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.call_limits import MINUTE
from zcbulk_tui.domain.deadlines import Kind, deadlines
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage, on_disk, wanted
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import ConfigError, HeldError, ResultNotReadyError, ZcbulkError
from zcbulk_tui.monitor.events import ResultChanged, Sink
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.parts import Part
from zcbulk_tui.monitor.ports import ResultApi, ResultFolder
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.monitor.result_download import ResultDownload, Wanted
from zcbulk_tui.store.results import RESULTS, Results, is_there

PER_MINUTE = 5
"""Results that are called for within a minute; derived: half of what bulk read allows a user."""

TICK = 5.0
"""Seconds between two looks, at most."""

_LEAST_TICK = 0.5

_REREAD = 60.0
"""Seconds after which all results are read again, though nothing is known to have changed."""

_UNWRITABLE = 15.0
"""Seconds until a result is tried again of which nothing could be written down."""

_LONGEST = timedelta(seconds=backoff.LONGEST)

_MANY_JOBS = 50
"""Jobs from which on one look at all results takes less time than one at those of each."""

_Key = tuple[JobRef, ResultKind]


class ResultFetcher(Part):
    """Fetches the results of a profile's jobs, one at a time.

    By itself it fetches what failed and what was not reached, each once; success only on demand.

    Args:
        api: Zoho Creator.
        monitor: Watches the jobs, and makes the calls.
        context: Where this window works.
        quota: What may be spent on calls.
        results: Keeps where the results stand.
        folder: Keeps their files.
        sink: Takes the events.
        now: The time of day; aware.
        by_itself: Returns whether results are fetched here that nobody asks for.
        cause: What the calls for those are counted as that the user asks for.
        luck: Random numbers from 0 to 1.
    """

    part = "result fetcher"
    without_it = "No results are fetched here any more."

    def __init__(
        self,
        api: ResultApi,
        monitor: Monitor,
        context: ProfileContext,
        quota: QuotaTracker,
        results: Results,
        folder: ResultFolder,
        sink: Sink,
        *,
        now: Callable[[], datetime],
        by_itself: Callable[[], bool],
        cause: Cause = Cause.KEY,
        luck: Callable[[], float] = random.random,
    ) -> None:
        self._monitor = monitor
        self._quota = quota
        self._results = results
        self._sink = sink
        self._now = now
        self._by_itself = by_itself
        self._cause = cause
        self._recorder = Recorder(context.memory, now)
        self._download = ResultDownload(
            api, monitor, quota, results, folder, now, luck, self._publish
        )
        self._tasks: asyncio.TaskGroup | None = None
        self._working: _Key | None = None
        self._known: dict[_Key, Result] | None = None
        self._version: tuple[int, ...] = ()
        self._asked: dict[_Key, None] = {}
        self._waits: dict[_Key, datetime] = {}
        self._unsaid: set[JobRef] = set()
        self._woken = asyncio.Event()

    # What the user can ask for.

    def results(self, ref: JobRef) -> Sequence[Result]:
        """Returns what is known of the results of a job; raises nothing."""
        try:
            found = self._results.as_known(self._results.of(ref))
        except ConfigError:
            return ()
        return [_as_it_is(it) for it in found]

    def price(self, refs: Sequence[JobRef], kinds: Sequence[ResultKind]) -> int:
        """Returns how many calls it costs to fetch those that are not on the disk.

        Where Zoho still makes one, each other try costs one more.
        """
        return len(list(self._missing(refs, kinds)))

    def fetch(self, refs: Sequence[JobRef], kinds: Sequence[ResultKind]) -> None:
        """Has results fetched as soon as may be; `ResultChanged` says how that ends.

        Raises:
            QuotaSpentError: The day's calls do not allow it.
            ConfigError: It cannot be written down.
            FaultError: Nothing would fetch them.
        """
        self.check_runs()
        missing = list(self._missing(refs, kinds))
        self._quota.check(len(missing))
        # What was said of an earlier try is not true of the next one. One that another process has
        # begun meanwhile ends as well.
        self._results.change_some(
            [
                (it._replace(stage=ResultStage.DUE, next_try=None, file=None, error=None), it)
                for _, _, it in missing
                if it is not None and it.stage is not ResultStage.FETCHING
            ]
        )
        for ref, kind, _ in missing:
            self._asked[ref, kind] = None
            self._waits.pop((ref, kind), None)
        self.look()
        self._woken.set()

    def is_asked(self, ref: JobRef, kind: ResultKind) -> bool:
        """Whether the user has asked for a result that is not there yet."""
        return (ref, kind) in self._asked

    def _missing(
        self, refs: Sequence[JobRef], kinds: Sequence[ResultKind]
    ) -> Iterator[tuple[JobRef, ResultKind, Result | None]]:
        """Those that are not on the disk, and may hold something that Zoho has."""
        stored = self._stored(refs)
        known = {_key(it): _as_it_is(it) for it in self._results.as_known(stored.values())}
        for ref in dict.fromkeys(refs):
            snapshot = self._monitor.snapshot(ref)
            if snapshot is None or not snapshot.is_final:
                continue
            for kind in dict.fromkeys(kinds):
                result = known.get((ref, kind))
                there = result and result.stage in (ResultStage.ON_DISK, ResultStage.GONE)
                if not there and kind.records_of(snapshot) != 0:
                    yield ref, kind, stored.get((ref, kind))

    def _stored(self, refs: Collection[JobRef]) -> dict[_Key, Result]:
        """What is written down of the results of jobs; nothing where it cannot be read."""
        try:
            if len(refs) > _MANY_JOBS:
                found = self._results.all()
            else:
                found = [it for ref in refs for it in self._results.of(ref)]
        except ConfigError:
            return {}
        return {_key(it): it for it in found}

    # The loop.

    async def run(self) -> None:
        """Fetches until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            try:
                while True:
                    self._woken.clear()
                    self.look()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._pause()):
                            await self._woken.wait()
            finally:
                self._tasks = None

    def look(self) -> None:
        """Looks at the jobs, publishes what has changed, and fetches what is due."""
        try:
            self._read()
            if self._tasks is None or self._working is not None:
                return
            due = self._due()
            if due is None or self._minute_is_full():
                return
        except ConfigError:
            return  # it is tried again with the next look
        if self._results.locks.take(RESULTS):
            self._working = (due.snapshot.ref, due.kind)
            self._tasks.create_task(self._fetch(due))

    async def _fetch(self, due: Wanted) -> None:
        """Fetches one result; has the lock."""
        key = (due.snapshot.ref, due.kind)
        try:
            if await self._download.fetch(due) is not None:
                self._note(due)
            else:
                self._waits[key] = self._now() + timedelta(seconds=TICK)
        except HeldError:  # whoever was quicker says how it ends
            self._waits[key] = self._now() + timedelta(seconds=TICK)
        except ConfigError:
            self._waits[key] = self._now() + timedelta(seconds=_UNWRITABLE)
        finally:
            self._download.release()
            self._working = None
            self._woken.set()

    def _note(self, due: Wanted) -> None:
        """Publishes and writes down what a try has brought.

        Raises:
            ConfigError: It cannot be read.
        """
        ref, kind = due.snapshot.ref, due.kind
        result = self._results.find(ref, kind)
        if result is None:
            return
        before = (self._known or {}).get((ref, kind))
        self._publish(result)
        if not result.stage.is_open:
            self._asked.pop((ref, kind), None)
        if result.stage is ResultStage.ON_DISK:
            self._unsaid.add(ref)
        elif _is_worth_saying(result, before):
            text = f"{kind.word.capitalize()} records not fetched"
            self._recorder.event(EventKind.RESULT, text, due.job, error=result.error)
        if ref in self._unsaid and not self._is_open(due.snapshot):
            self._unsaid.discard(ref)
            text = f"Results on disk: {on_disk(due.snapshot, self._stored([ref]).values())}"
            self._recorder.event(EventKind.RESULT, text, due.job)

    # What is due.

    def _due(self) -> Wanted | None:
        """The result that is fetched next; None where none is due, or none may be fetched."""
        now, budget = self._now(), self._quota.budget
        if budget.left_for(self._cause):
            for ref, kind in list(self._asked):
                snapshot = self._monitor.snapshot(ref)
                if snapshot is None:
                    del self._asked[ref, kind]
                elif self._is_time(ref, kind, now):
                    return Wanted(snapshot, kind, self._cause)
        service = self._monitor.service
        rests = service.paused or service.held_for > 0
        if rests or not self._by_itself() or not budget.left_for(Cause.PLAN):
            return None
        found = [
            (at, snapshot, kind)
            for at, snapshot, kind in self._by_deadline(now)
            if self._is_time(snapshot.ref, kind, now)
        ]
        if not found:
            return None
        _, snapshot, kind = min(found, key=lambda it: it[0])
        return Wanted(snapshot, kind, Cause.PLAN)

    def _by_deadline(self, now: datetime) -> Iterator[tuple[datetime, JobSnapshot, ResultKind]]:
        """What is fetched by itself and not there yet, with when Zoho deletes it."""
        known = self._known or {}
        for snapshot in self._monitor.snapshots():
            if not snapshot.is_final:
                continue
            ends = next((it.at for it in deadlines(snapshot) if it.kind is Kind.RESULT), now)
            if ends <= now:
                continue
            for kind in wanted(snapshot):
                result = known.get((snapshot.ref, kind))
                if result is None or result.stage.is_open:
                    yield ends, snapshot, kind

    def _is_time(self, ref: JobRef, kind: ResultKind, now: datetime) -> bool:
        result = (self._known or {}).get((ref, kind))
        at = result.next_try if result is not None else None
        times = (at, self._waits.get((ref, kind)))
        # Later than any wait is what was planned before the clock was set back.
        return not any(at is not None and now < at <= now + _LONGEST for at in times)

    def _is_open(self, snapshot: JobSnapshot) -> bool:
        """Whether another result of a job is still to be fetched."""
        ref, known = snapshot.ref, self._known or {}
        if any(asked == ref for asked, _ in self._asked):
            return True
        rows = [known.get((ref, kind)) for kind in wanted(snapshot)]
        return self._by_itself() and any(it is None or it.stage.is_open for it in rows)

    def _minute_is_full(self) -> bool:
        since = self._now() - timedelta(seconds=MINUTE)
        return len(self._results.calls_since(since)) >= PER_MINUTE

    def _pause(self) -> float:
        """Seconds until the next look."""
        if self._working is not None:
            return TICK
        now = self._now()
        times = [it.next_try for it in (self._known or {}).values() if it.stage.is_open]
        left = [(at - now).total_seconds() for at in times if at is not None and at > now]
        return min(TICK, max(min(left, default=TICK), _LEAST_TICK))

    # What is said of it.

    def _read(self) -> None:
        """Reads what is known of all results, and publishes what others have changed."""
        version, before = (*self._results.version, int(_time() / _REREAD)), self._known
        if version == self._version:
            return
        self._known = {_key(it): it for it in self._results.all()}
        self._version = version
        # Another process may have fetched what was asked for here.
        for key in [it for it in self._asked if it in self._known]:
            if not self._known[key].stage.is_open:
                del self._asked[key]
        if before is None:
            return
        for key, result in self._known.items():
            # What is read again is the same object, and errors that are read anew are others.
            if key != self._working and _seen(before.get(key)) != _seen(result):
                self._sink.publish(ResultChanged(result))

    def _publish(self, result: Result, got: int | None = None) -> None:
        if self._known is not None:
            self._known[_key(result)] = result
        self._sink.publish(ResultChanged(result, got))


def _time() -> float:
    return asyncio.get_running_loop().time()


def _key(result: Result) -> _Key:
    return result.ref, result.kind


def _as_it_is(result: Result) -> Result:
    """A result whose file somebody has removed by hand is not on the disk."""
    if result.file is None or is_there(result.file):
        return result
    return result._replace(stage=ResultStage.REMOVED, file=None)


def _is_worth_saying(result: Result, before: Result | None) -> bool:
    """Whether a try that brought nothing has an entry in the log, beside that of its call."""
    if not result.stage.is_open:
        return True
    if result.error is None or isinstance(result.error, ResultNotReadyError):
        return False
    return _title(before.error if before else None) != _title(result.error)


def _title(error: ZcbulkError | None) -> str:
    return "" if error is None else error.title


def _seen(result: Result | None) -> tuple[object, ...]:
    if result is None:
        return ()
    return (
        result.stage,
        result.tries,
        result.next_try,
        result.file,
        _title(result.error),
    )
