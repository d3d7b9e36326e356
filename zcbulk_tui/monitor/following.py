"""What this window learns from the others on its profile, and whether it is the one that polls."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import JobReading, JobRef
from zcbulk_tui.domain.records import ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.windows import News, Standing
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.desk import Desk
from zcbulk_tui.monitor.events import CommandEnded, JobChanged, JobRemoved, Sink
from zcbulk_tui.monitor.plan import Plan
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.monitor.service import Service
from zcbulk_tui.monitor.spending import Spending
from zcbulk_tui.monitor.track import Track

TICK = 1.0
"""Seconds between two looks at what others have written."""

_TICKS_A_BEAT = 2

_LIST_CHANGES = frozenset({EventKind.ADDED, EventKind.EDITED, EventKind.REMOVED})


class Follower:
    """Applies what other windows have written, as if it had happened here.

    Every window does so, the one that polls too: keys and scripts ask elsewhere.

    Args:
        desk: What the windows share.
        tracks: The jobs that are polled; this adds and removes them as others do.
        plan: Plans anew what others have read.
        service: Is told how this window stands.
        spending: Is told what others have spent, and whether somebody looks.
        recorder: Is told when this window takes the place of another.
        sink: Takes the events.
        accepted: Called with a job to which another process has sent a command, when it is known
            that this was accepted.
        now: The time of day; aware.

    Attributes:
        focused: Whether somebody looks at this window.
    """

    def __init__(
        self,
        desk: Desk,
        tracks: dict[JobRef, Track],
        plan: Plan,
        service: Service,
        spending: Spending,
        recorder: Recorder,
        sink: Sink,
        accepted: Callable[[Track], None],
        now: Callable[[], datetime],
    ) -> None:
        self.focused = True
        self._desk = desk
        self._tracks = tracks
        self._plan = plan
        self._service = service
        self._spending = spending
        self._recorder = recorder
        self._sink = sink
        self._accepted = accepted
        self._now = now
        self._ticks = 0

    @property
    def polls(self) -> bool:
        """Whether this window polls for all, as far as it knows."""
        return self._desk.windows.standing.polls

    def surely_polls(self) -> bool:
        """Whether no other window can have taken its place; asks anew where that is not sure."""
        if self.polls and not self._desk.windows.is_sure:
            self.beat()
        return self.polls

    def tick(self) -> bool:
        """Looks at what others have done; returns whether that changes what is planned here."""
        changed = self._ticks % _TICKS_A_BEAT == 0 and self.beat()
        self._ticks += 1
        changed |= self.catch_up()
        # Who sent them may have no window, or be of another profile.
        open_ones = [it for it in self._tracks.values() if it.record and it.record.is_unclear]
        return sum(map(self.learn, open_ones)) > 0 or changed

    def learn(self, track: Track) -> bool:
        """Takes what other processes know of the last command of a job; returns whether it is more.

        What this process has sent itself is known before it is written down.
        """
        before, stored = track.record, self._desk.memory.last_command(track.job.ref)
        if stored is None:
            return False
        is_same = before is not None and before.key == stored.key
        if before is not None and not is_same and stored.at < before.at and not stored.is_unclear:
            return False
        track.note(stored)
        known = track.record
        if known is None or (before is not None and is_same and _alike(before, known)):
            return False
        self.tell(track)
        if before is not None and _is_settled_since(before, known):
            self._sink.publish(CommandEnded(track.job, known.command))
        if known.command.outcome is Outcome.ACCEPTED and known.settled is None:
            self._accepted(track)
        return True

    def beat(self) -> bool:
        """Tells the others that this window lives; returns whether it stands otherwise now."""
        windows = self._desk.windows
        before = windows.standing
        standing = windows.beat(self._service.own, focused=self.focused)
        self._service.stand(standing)
        self._spending.focused = self.focused or standing.focused
        if standing.pace is not None and before.pace is None:
            self._spending.pace = standing.pace
        if standing.polls and not before.polls and before.poller:
            self._recorder.event(EventKind.POLLER, f"{before.poller} is gone: polled from here now")
        if standing.windows != before.windows:
            # One that is gone wants nothing more.
            self.sync()
        return _terms(standing) != _terms(before)

    def catch_up(self) -> bool:
        """Applies what others have written; returns whether there was anything."""
        news = self._desk.memory.news()
        if not news.is_any:
            return False
        listed = [event for event in news.events if event.kind in _LIST_CHANGES]
        known = {event.ref for event in listed if event.ref in self._tracks}
        if news.other_wishes or listed:
            self.sync()
        self.reword(known & self._tracks.keys())
        for item in _in_order(news):
            if isinstance(item, JobEvent):
                self._apply(item)
            else:
                self._read(*item)
        self._spending.look()
        self._service.tell_spending()
        return True

    def sync(self) -> None:
        """Watches the jobs that the windows want polled, and no others."""
        try:
            polled = self._desk.memory.polled()
        except ConfigError:
            return  # it is tried again when the list or the windows change
        for ref in [ref for ref in self._tracks if ref not in polled]:
            gone = self._tracks.pop(ref)
            self._plan.discard(ref)
            # One that was polled for others only is not on the screen.
            if gone.is_shown:
                self._sink.publish(JobRemoved(ref))
        new = [ref for ref in polled if ref not in self._tracks]
        for recalled in self._desk.memory.recall(new) if new else ():
            track = Track(recalled, self._now())
            self._tracks[track.job.ref] = track
            self._plan.by_rule(track)
            self.tell(track)
        self._show(polled)

    def reword(self, refs: Collection[JobRef]) -> None:
        """Takes what the list says of jobs that are watched already, and tells."""
        for recalled in self._desk.memory.recall(refs) if refs else ():
            track = self._tracks[recalled.snapshot.ref]
            track.take(recalled.snapshot.job, self._now())
            self.tell(track)

    def tell(self, track: Track) -> None:
        """Tells of a job, if this window shows it."""
        if track.is_shown:
            self._sink.publish(JobChanged(track.snapshot()))

    def _show(self, polled: Mapping[JobRef, bool]) -> None:
        for ref, track in self._tracks.items():
            before, track.is_shown = track.is_shown, polled.get(ref, False)
            if before and not track.is_shown:
                self._sink.publish(JobRemoved(ref))
            elif track.is_shown and not before:
                self.tell(track)

    def _read(self, ref: JobRef, reading: JobReading) -> None:
        track = self._tracks.get(ref)
        if track is None or track.last == reading:
            return
        # What it shows of a command, who has read it knows: it may have been asked for before.
        track.read(reading, self._now())
        self._plan.by_rule(track)
        self.tell(track)

    def _apply(self, event: JobEvent) -> None:
        match event.kind:
            case EventKind.PAUSED | EventKind.RESUMED:
                self._service.pause(paused=event.kind is EventKind.PAUSED)
            case EventKind.PACE:
                self._spending.pace = Pace(event.text)
        track = self._tracks.get(event.ref) if event.ref else None
        if track is None:
            return
        if event.kind is EventKind.FAULT and event.error is not None:
            track.fail(event.error, min(event.at, self._now()))
            if track.is_given_up:
                self._plan.never(track)
            self.tell(track)
        elif event.kind is EventKind.COMMAND:
            self.learn(track)


def _alike(one: ControlRecord, other: ControlRecord) -> bool:
    return one.certainty == other.certainty and one.settled == other.settled


def _is_settled_since(before: ControlRecord, now: ControlRecord) -> bool:
    """Whether it has become known what became of a command whose answer was lost."""
    outcomes = (before.command.outcome, now.command.outcome)
    lost = (Outcome.NO_EFFECT, Outcome.UNPROVEN, Outcome.TOOK_EFFECT)
    return before.key == now.key and outcomes[0] is not outcomes[1] and outcomes[1] in lost


def _terms(standing: Standing) -> tuple[bool, bool, Pace | None]:
    """What of a standing changes which polls are made."""
    return standing.polls, standing.focused, standing.pace


def _in_order(news: News) -> list[JobEvent | tuple[JobRef, JobReading]]:
    """Readings and events in the order of their times: a fault comes before or after a reading."""
    timed: list[tuple[datetime, JobEvent | tuple[JobRef, JobReading]]] = [
        *((reading.read_at, (ref, reading)) for ref, reading in news.readings),
        *((event.at, event) for event in news.events),
    ]
    return [item for _, item in sorted(timed, key=lambda pair: pair[0])]
