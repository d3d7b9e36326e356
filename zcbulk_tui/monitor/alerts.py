"""Alerts: raised once for each crossing, kept, written to the log, and handed on."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from zcbulk_tui.domain.alert_rules import (
    Crossing,
    ProfileState,
    Verdict,
    Watch,
    job_verdicts,
    lacks_past,
    profile_verdicts,
)
from zcbulk_tui.domain.alerts import Alert, AlertRules, QuietHours, Severity, passes
from zcbulk_tui.domain.insertion import QueuedFile, QueueStop
from zcbulk_tui.domain.job import JobReading, JobRef, WatchedJob
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.domain.result import Result
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot
from zcbulk_tui.errors import AlertNotSentError, ConfigError, FaultError, ZcbulkError
from zcbulk_tui.monitor.events import AlertCleared, AlertNotSent, AlertRaised, Sink
from zcbulk_tui.monitor.insert_queue import InsertQueue
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.parts import Part
from zcbulk_tui.monitor.ports import AlertChannel
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store.alerts import SENDING, AlertStore
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.results import Results

TICK = 2.0
"""Seconds between two looks at what has changed."""

_LOOKS_FOR_ALL = 5
"""In so many looks each job has its turn, also those that nothing but time has changed: a part of
them in each, since a thousand at once would hold up the keys."""

_NOT_TOO_LATE = timedelta(hours=1)
"""The age up to which an alert is handed on that its window could not hand on."""

_SETTLES = timedelta(minutes=1)
"""The time between two looks for alerts whose sender is gone."""

_LASTS = timedelta(hours=1, minutes=15)
"""The age of an alert at which no sender can be at it any more: handed on at the latest, and tried
for as long as a webhook does."""

_SLEPT = timedelta(minutes=1)
"""The time between two looks from which on the machine must have slept."""

LOG = "log"
"""The way that all alerts take, beside the channels."""

WRITTEN, SENT, NOT_SENT, QUIET = "written", "sent", "not severe enough", "quiet hours"
"""What becomes of an alert: in the log, by a channel, by one that takes more severe ones only,
and by one that would take it at another time of day."""


class Sources(NamedTuple):
    """What the rules look at; each returns what is known now.

    Attributes:
        jobs: The jobs that are polled.
        service: How the calls go, and what is left of the day's.
        files: The queue of files; None before it was read.
        results: Where the results of the jobs stand.
        queue_stop: Why the queue stands still; None where it does not.
    """

    jobs: Callable[[], Iterable[JobSnapshot]]
    service: Callable[[], ServiceSnapshot]
    files: Callable[[], Sequence[QueuedFile] | None]
    results: Results
    queue_stop: Callable[[], QueueStop | None]


class _Seen(NamedTuple):
    """A job as it was looked at last: what the monitor knew of it, and that with its past."""

    job: WatchedJob
    readings: tuple[JobReading, ...]
    whole: JobSnapshot

    def is_of(self, job: JobSnapshot) -> bool:
        """Whether nothing was read of the job or said of it since."""
        return self.job is job.job and self.readings is job.readings


def profile_sources(
    monitor: Monitor, quota: QuotaTracker, queue: InsertQueue, results: Results
) -> Sources:
    """Returns what the rules look at in a window."""

    def service() -> ServiceSnapshot:
        # What is left of the day changes at midnight, without a call.
        return monitor.service.own._replace(spent=quota.snapshot())

    return Sources(monitor.snapshots, service, lambda: queue.files, results, lambda: queue.stop)


class Alerts(Part):
    """The alerts of a profile, in one of its windows.

    The window that polls evaluates the rules, and hands on what it raises. Every window publishes
    what was raised and cleared since it opened, by whichever window.

    While the database fails, nothing is raised; what is crossed then is raised afterwards.

    Args:
        store: Keeps the alerts; of several windows it lets one alone raise each.
        sources: What the rules look at.
        memory: Keeps the log.
        sink: Takes the events.
        rules: When alerts are raised.
        now: The time of day; aware.
        polls: Returns whether this window polls, and no other one.
        channels: The ways out of the dashboard, each with the severity from which on alerts take
            it; None for none.
        quiet_hours: When only what is critical takes them; None for never.
        alone: Returns whether no other window is open, which may be sending still.
    """

    part = "alerts"
    without_it = "Nothing raises an alert while this window polls, and no heartbeat is sent."

    def __init__(
        self,
        store: AlertStore,
        sources: Sources,
        memory: Memory,
        sink: Sink,
        *,
        rules: AlertRules,
        now: Callable[[], datetime],
        polls: Callable[[], bool],
        channels: Sequence[tuple[AlertChannel, Severity | None]] = (),
        quiet_hours: QuietHours | None = None,
        alone: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._sources = sources
        self._memory = memory
        self._sink = sink
        self._rules = rules
        self._now = now
        self._polls = polls
        self._channels = channels
        self._quiet_hours = quiet_hours
        self._tasks: asyncio.TaskGroup | None = None
        self._looks = 0
        self._looked_at: datetime | None = None
        self._awake_since: datetime | None = None
        self._seen: dict[JobRef, _Seen] = {}
        self._results: Mapping[JobRef, Sequence[Result]] = {}
        self._results_version: tuple[int, int] | None = None
        # What was published last; nothing that is older than this window.
        self._version: tuple[int, int] | None = None
        self._last: int | None = None
        self._active: dict[int, Alert] = {}
        self._unwritten: list[tuple[Alert, str, str]] = []
        self._alone = alone
        self._sending: set[tuple[int, str]] = set()
        self._settled_at: datetime | None = None

    async def run(self) -> None:
        """Looks until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            try:
                while True:
                    self.look()
                    await asyncio.sleep(TICK)
            finally:
                self._tasks = None

    def look(self) -> None:
        """Evaluates the rules where this window polls, and publishes what is new."""
        polls, now = self._polls(), self._now()
        awake_since = self._stay_awake(now) if polls else None
        try:
            self._read()
            if awake_since is not None:
                self._evaluate(Watch(now, self._store.kept_since(now), awake_since))
                self._settle(now)
                self._hand_on(now)
                self._read()
        except ConfigError:
            # It is tried again with the next look, all of it.
            self._seen.clear()

    def _stay_awake(self, now: datetime) -> datetime:
        """Returns since when this window polls without the machine having slept."""
        before, self._looked_at = self._looked_at, now
        is_new = before is None or not timedelta(0) <= now - before < _SLEPT
        if is_new or self._awake_since is None:
            self._awake_since = now
        return self._awake_since

    # The rules.

    def _evaluate(self, watch: Watch) -> None:
        jobs = list(self._sources.jobs())
        self._looks += 1
        active = {(it.kind, it.ref): it for it in self._active.values()}
        seen, self._seen = self._seen, {}
        for place, job in enumerate(jobs, self._looks):
            before = seen.get(job.ref)
            is_same = before is not None and before.is_of(job)
            whole = before.whole if before is not None and is_same else self._whole(job, watch)
            if whole.last is not None:  # else it is looked up again
                self._seen[job.ref] = _Seen(job.job, job.readings, whole)
            if not is_same or place % _LOOKS_FOR_ALL == 0:
                results = self._results_of(job) if job.is_final else ()
                for verdict in job_verdicts(whole, results, self._rules, watch):
                    self._apply(verdict, job.job, active.get((verdict.kind, job.ref)), watch.now)
        profile = ProfileState(
            jobs, self._sources.service(), self._sources.files(), self._sources.queue_stop()
        )
        for verdict in profile_verdicts(profile, self._rules, watch):
            self._apply(verdict, None, active.get((verdict.kind, None)), watch.now)
        watched = {it.ref for it in jobs}
        if any(it.ref and it.ref not in watched for it in self._active.values()):
            # A job that is missing here may only not have been read.
            self._store.clear_unwatched(watch.now)

    def _whole(self, job: JobSnapshot, watch: Watch) -> JobSnapshot:
        """A job with its past; without any reading where that cannot be read now."""
        return self._memory.known(job.job) if lacks_past(job, watch) else job

    def _results_of(self, job: JobSnapshot) -> Sequence[Result] | None:
        """What is known of the results of a job; None where that cannot be read."""
        version = self._sources.results.version
        if version != self._results_version:
            found: dict[JobRef, list[Result]] = {}
            try:
                for result in self._sources.results.all():
                    found.setdefault(result.ref, []).append(result)
            except ConfigError:
                return None
            self._results, self._results_version = found, version
        return self._results.get(job.ref, ())

    def _apply(
        self, verdict: Verdict, job: WatchedJob | None, active: Alert | None, now: datetime
    ) -> None:
        """Raises or clears an alert, as a verdict says.

        Raises:
            ConfigError: It cannot be written.
        """
        if verdict.crossing is Crossing.CROSSED:
            # One that has come to matter more, or less, is another one.
            if active is None or active.severity is not verdict.severity:
                self._store.raise_alert(
                    verdict.kind,
                    verdict.severity,
                    verdict.text,
                    now,
                    job.ref if job is not None else None,
                    is_asked=verdict.is_asked,
                    happened_at=verdict.happened_at,
                    instead_of=active,
                )
        elif verdict.crossing is Crossing.CLEAR and active is not None:
            is_cleared = self._store.clear(active, now)
            if is_cleared and verdict.recurs:
                self._log(active, f"{active.text}: no more", now)

    def _log(self, alert: Alert, text: str, at: datetime, error: ZcbulkError | None = None) -> None:
        self._memory.happened(JobEvent(at, EventKind.ALERT, text, alert.ref, alert.label, error))

    # Which way they take.

    def _hand_on(self, now: datetime) -> None:
        """Hands on what nobody has handed on: also what a window raised that was ended then."""
        self._write_outcomes()
        for alert in self._store.not_handed_on(now - _NOT_TOO_LATE):
            ways = [(channel, self._way(alert, least, now)) for channel, least in self._channels]
            known = {channel.name: way for channel, way in ways}
            if not self._store.begin_sending(alert, {LOG: WRITTEN, **known}):
                continue
            self._log(alert, alert.text, alert.at)
            for channel, way in ways:
                if way is SENDING and self._tasks is not None:
                    self._sending.add((alert.id, channel.name))
                    self._tasks.create_task(self._send(alert, channel))

    def _way(self, alert: Alert, least: Severity | None, now: datetime) -> str:
        """What becomes of an alert by a channel that takes those from a severity on."""
        if passes(alert, least, self._quiet_hours, now):
            return SENDING
        return QUIET if passes(alert, least, None, now) else NOT_SENT

    async def _send(self, alert: Alert, channel: AlertChannel) -> None:
        try:
            await channel.send(alert)
        except ZcbulkError as error:
            outcome = self._not_sent(alert, channel.name, error)
        except asyncio.CancelledError:
            with suppress(ConfigError):  # whoever polls next settles it
                self._lose(alert, channel.name)
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the monitor goes on without it
            fault = FaultError.of(f"The {channel.name} of alerts", error)
            outcome = self._not_sent(alert, channel.name, fault)
        else:
            outcome = SENT
        finally:
            self._sending.discard((alert.id, channel.name))
        self._unwritten.append((alert, channel.name, outcome))
        with suppress(ConfigError):  # it is tried again with the next look
            self._write_outcomes()

    def _not_sent(self, alert: Alert, channel: str, error: ZcbulkError) -> str:
        """Says that an alert was not sent; returns the outcome."""
        self._log(alert, f"Alert not sent by {channel}", self._now(), error)
        self._sink.publish(AlertNotSent(alert, channel, error.kept()))
        return f"not sent: {error.title}"

    def _settle(self, now: datetime) -> None:
        """Settles what processes were sending that are gone: it may have arrived, or not."""
        if self._settled_at is not None and timedelta(0) <= now - self._settled_at < _SETTLES:
            return
        is_alone = self._alone()
        for alert, channels in self._store.left_sending():
            if is_alone or now - alert.at >= _LASTS:
                for channel in channels:
                    if (alert.id, channel) not in self._sending:
                        error = self._lose(alert, channel)
                        self._sink.publish(AlertNotSent(alert, channel, error))
        self._settled_at = now

    def _lose(self, alert: Alert, channel: str) -> ZcbulkError:
        """Writes down that the sender of an alert is gone; returns what to say of that."""
        self._store.note_lost(alert, channel)
        text = f"It is not known whether the alert arrived by {channel}"
        error = AlertNotSentError(
            text, "zcbulk-tui was ended while it was sent.", "It is not sent again."
        )
        self._log(alert, text, self._now(), error)
        return error

    def _write_outcomes(self) -> None:
        while self._unwritten:
            self._store.note_sent(*self._unwritten[0])
            del self._unwritten[0]

    # What is new.

    def _read(self) -> None:
        """Reads the alerts where they may have changed, and publishes how.

        Raises:
            ConfigError: They cannot be read; nothing is published then.
        """
        version = self._store.version
        if version == self._version:
            return
        # Before the active ones: what another window raises meanwhile is new with the next look.
        last = self._store.newest() if self._last is None else self._last
        new = self._store.newer_than(last)
        active = {it.id: it for it in self._store.active()}
        gone = [self._cleared(it) for number, it in self._active.items() if number not in active]
        self._last = max([last, *(it.id for it in new)])
        self._version, self._active = version, active
        for alert in gone:
            self._sink.publish(AlertCleared(alert))
        for alert in new:
            self._sink.publish(AlertRaised(alert))
            if alert.cleared_at is not None:
                self._sink.publish(AlertCleared(alert))

    def _cleared(self, alert: Alert) -> Alert:
        """An alert that is not active any more, as it was cleared."""
        return self._store.find(alert.id) or alert._replace(cleared_at=self._now())
