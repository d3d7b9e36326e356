"""What this window learns from the others on its profile, and whether it is the one that polls."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import JobReading, JobRef
from zcbulk_tui.domain.records import ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.windows import News, WindowStatus
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.events import CommandEnded, JobChanged, JobRemoved, Sink
from zcbulk_tui.monitor.plan import Plan
from zcbulk_tui.monitor.polled_job import PolledJob
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.monitor.service import Service

TICK = 1.0
"""Seconds between two looks at what others have written."""

_TICKS_PER_HEARTBEAT = 2

_LIST_CHANGES = frozenset({EventKind.ADDED, EventKind.EDITED, EventKind.REMOVED})


_CALLS = frozenset({EventKind.FAULT, EventKind.COMMAND, EventKind.INSERT, EventKind.RESULT})
"""What is written down of failed calls to Zoho, whichever process made them."""


class Follower:
    """Applies what other windows have written, as if it had happened here.

    Every window does so, the one that polls too: keys and scripts ask elsewhere.

    Args:
        context: What the windows share.
        polled_jobs: The jobs that are polled; this adds and removes them as others do.
        plan: Plans anew what others have read.
        service: Receives this window's status.
        quota: Receives what others have spent, and whether a window has the focus.
        recorder: Records when this window takes the place of another.
        sink: Takes the events.
        accepted: Called with a job to which another process has sent a command, when it is known
            that this was accepted; and whether that process has a window, and so reads the job.
        now: The time of day; aware.

    Attributes:
        focused: Whether somebody looks at this window.
    """

    def __init__(
        self,
        context: ProfileContext,
        polled_jobs: dict[JobRef, PolledJob],
        plan: Plan,
        service: Service,
        quota: QuotaTracker,
        recorder: Recorder,
        sink: Sink,
        accepted: Callable[[PolledJob, bool], None],
        now: Callable[[], datetime],
    ) -> None:
        self.focused = True
        self._context = context
        self._polled_jobs = polled_jobs
        self._plan = plan
        self._service = service
        self._quota = quota
        self._recorder = recorder
        self._sink = sink
        self._accepted = accepted
        self._now = now
        self._ticks = 0
        self._by_scripts: set[JobRef] = set()

    @property
    def polls(self) -> bool:
        """Whether this window polls for all, as far as it knows."""
        return self._context.windows.status.polls

    def surely_polls(self) -> bool:
        """Whether no other window can have taken its place; asks anew where that is not sure."""
        if self.polls and not self._context.windows.is_sure:
            self.heartbeat()
        return self.polls

    def tick(self) -> bool:
        """Looks at what others have done; returns whether that changes what is planned here."""
        changed = self._ticks % _TICKS_PER_HEARTBEAT == 0 and self.heartbeat()
        self._ticks += 1
        changed |= self.catch_up()
        # Who sent them may have no window, or be of another profile.
        open_ones = [it for it in self._polled_jobs.values() if it.record and it.record.is_unclear]
        return sum(map(self.learn, open_ones)) > 0 or changed

    def learn(self, polled_job: PolledJob) -> bool:
        """Takes what other processes know of the last command of a job; returns whether it is more.

        What this process has sent itself is known before it is written down.
        """
        before, stored = polled_job.record, self._context.memory.last_command(polled_job.job.ref)
        if stored is None:
            return False
        is_same = before is not None and before.key == stored.key
        if before is not None and not is_same and stored.at < before.at and not stored.is_unclear:
            return False
        polled_job.note(stored)
        known = polled_job.record
        if known is None or (before is not None and is_same and _alike(before, known)):
            return False
        self.tell(polled_job)
        if before is not None and _is_settled_since(before, known):
            self._sink.publish(CommandEnded(polled_job.job, known.command))
        self._read_if_commanded(polled_job)
        return True

    def heartbeat(self) -> bool:
        """Sends this window's heartbeat; returns whether its status has changed."""
        windows = self._context.windows
        before = windows.status
        status = windows.heartbeat(self._service.own, focused=self.focused)
        self._service.take_status(status)
        self._quota.focused = self.focused or status.focused
        if status.pace is not None and before.pace is None:
            self._quota.pace = status.pace
        if status.polls and not before.polls and before.poller:
            was = "makes way" if before.poller_yields else "is gone"
            self._recorder.event(EventKind.POLLER, f"{before.poller} {was}: polled from here now")
        if status.windows != before.windows:
            # One that is gone needs no polls.
            self.sync()
        return _terms(status) != _terms(before)

    def catch_up(self) -> bool:
        """Applies what others have written; returns whether there was anything."""
        news = self._context.memory.news()
        if not news.is_any:
            return False
        listed = [event for event in news.events if event.kind in _LIST_CHANGES]
        known = {event.ref for event in listed if event.ref in self._polled_jobs}
        self._by_scripts -= {event.ref for event in news.events if event.kind is EventKind.COMMAND}
        self._by_scripts |= set(news.by_scripts)
        if news.other_wishes or listed:
            self.sync()
        self.reword(known & self._polled_jobs.keys())
        for item in _in_order(news):
            if isinstance(item, JobEvent):
                self._apply(item)
            else:
                self._read(*item)
        self._quota.look()
        self._service.report_quota()
        return True

    def sync(self) -> None:
        """Watches the jobs that the windows want polled, and no others."""
        try:
            polled = self._context.memory.polled()
        except ConfigError:
            return  # it is tried again when the list or the windows change
        for ref in [ref for ref in self._polled_jobs if ref not in polled]:
            gone = self._polled_jobs.pop(ref)
            self._plan.discard(ref)
            # One that was polled for others only is not on the screen.
            if gone.is_shown:
                self._sink.publish(JobRemoved(ref))
        new = [ref for ref in polled if ref not in self._polled_jobs]
        for recalled in self._context.memory.recall(new) if new else ():
            polled_job = PolledJob(
                recalled, self._now(), self._context.memory.form_past, self._context.contract
            )
            self._polled_jobs[polled_job.job.ref] = polled_job
            self._plan.by_rule(polled_job)
            self.tell(polled_job)
            self._read_if_commanded(polled_job)
        self._show(polled)

    def reword(self, refs: Collection[JobRef]) -> None:
        """Takes what the list says of jobs that are watched already, and publishes it."""
        for recalled in self._context.memory.recall(refs) if refs else ():
            polled_job = self._polled_jobs[recalled.snapshot.ref]
            polled_job.take(recalled.snapshot.job, self._now())
            if polled_job.reason is not None:
                self._plan.by_rule(polled_job)  # its start deadline may be another one
            self.tell(polled_job)

    def tell(self, polled_job: PolledJob) -> None:
        """Publishes a job, if this window shows it."""
        if polled_job.is_shown:
            self._sink.publish(JobChanged(polled_job.snapshot()))

    def _read_if_commanded(self, polled_job: PolledJob) -> None:
        """Has a job read whose last command was accepted, and has not been seen to act."""
        record = polled_job.record
        if record is None or record.command.outcome is not Outcome.ACCEPTED or record.settled:
            return
        self._accepted(polled_job, polled_job.job.ref not in self._by_scripts)

    def _show(self, polled: Mapping[JobRef, bool]) -> None:
        for ref, polled_job in self._polled_jobs.items():
            before, polled_job.is_shown = polled_job.is_shown, polled.get(ref, False)
            if before and not polled_job.is_shown:
                self._sink.publish(JobRemoved(ref))
            elif polled_job.is_shown and not before:
                self.tell(polled_job)

    def _read(self, ref: JobRef, reading: JobReading) -> None:
        polled_job = self._polled_jobs.get(ref)
        if polled_job is None or polled_job.last == reading:
            return
        # What it shows of a command, who has read it knows: it may have been requested before.
        polled_job.read(reading, self._now())
        self._plan.by_rule(polled_job)
        self.tell(polled_job)

    def _apply(self, event: JobEvent) -> None:
        match event.kind:
            case EventKind.PAUSED | EventKind.RESUMED:
                self._service.pause(paused=event.kind is EventKind.PAUSED)
            case EventKind.PACE:
                self._quota.pace = Pace(event.text)
            case kind if kind in _CALLS and event.error is not None:
                self._service.take_hold(event.error, event.at)
        polled_job = self._polled_jobs.get(event.ref) if event.ref else None
        if polled_job is None:
            return
        if event.kind is EventKind.FAULT and event.error is not None:
            polled_job.fail(event.error, min(event.at, self._now()))
            if polled_job.is_given_up:
                self._plan.never(polled_job)
            self.tell(polled_job)
        elif event.kind is EventKind.COMMAND:
            self.learn(polled_job)


def _alike(one: ControlRecord, other: ControlRecord) -> bool:
    return one.certainty == other.certainty and one.settled == other.settled


def _is_settled_since(before: ControlRecord, now: ControlRecord) -> bool:
    """Whether it has become known what became of a command whose answer was lost."""
    outcomes = (before.command.outcome, now.command.outcome)
    lost = (Outcome.NO_EFFECT, Outcome.UNPROVEN, Outcome.TOOK_EFFECT)
    return before.key == now.key and outcomes[0] is not outcomes[1] and outcomes[1] in lost


def _terms(status: WindowStatus) -> tuple[bool, bool, Pace | None]:
    """What of a standing changes which polls are made."""
    return status.polls, status.focused, status.pace


def _in_order(news: News) -> list[JobEvent | tuple[JobRef, JobReading]]:
    """Readings and events in the order of their times: a fault comes before or after a reading."""
    timed: list[tuple[datetime, JobEvent | tuple[JobRef, JobReading]]] = [
        *((reading.read_at, (ref, reading)) for ref, reading in news.readings),
        *((event.at, event) for event in news.events),
    ]
    return [item for _, item in sorted(timed, key=lambda pair: pair[0])]
