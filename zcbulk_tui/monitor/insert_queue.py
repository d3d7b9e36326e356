"""The queue of files: each is created, uploaded and started when its form's slot is free."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from zcbulk_tui.domain.call_limits import MINUTE
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import (
    BAD_ENDS,
    CALLS,
    CREATES_PER_MINUTE,
    STARTED,
    Insertion,
    QueuedFile,
    QueueStop,
    Slot,
    Stage,
    StepRecord,
    firsts,
    passes,
    queued_files,
    stage,
)
from zcbulk_tui.domain.job import Action
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import counted
from zcbulk_tui.errors import (
    ConfigError,
    FaultError,
    FormBusyError,
    HeldError,
    QuotaSpentError,
    ZcbulkError,
)
from zcbulk_tui.monitor.events import QueueChanged, Sink
from zcbulk_tui.monitor.file_waits import BUSY_FORM, STEP, Backoff, FileWaits
from zcbulk_tui.monitor.insert_steps import InsertSteps
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.parts import Part
from zcbulk_tui.monitor.ports import InsertApi
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.store.insertions import Insertions

BY_ITSELF = "queue itself"
"""Who a stop is by that a fault in this program has caused."""

TICK = 1.0
"""Seconds between two looks at the queue."""

_ENDED_EARLY = BAD_ENDS - STARTED
"""States that a job may have at its end without having been started."""


class InsertQueue(Part):
    """Works the queue of a profile, or of some of its files.

    Before a step is sent, it is written down; a process that is ended in the middle leaves a step
    whose answer is not known, which is never sent again by itself.

    Args:
        api: Zoho Creator.
        monitor: Watches the jobs that come of it, starts them, and makes the calls.
        context: Where this window works.
        quota: What may be spent on calls.
        insertions: Keeps the queue.
        sink: Takes the events.
        now: The time of day; aware.
        works: Returns whether steps are to be taken here, not by another window.
        only: The keys of the files to work; None for all.
        judge: Called before each step is taken: it may stop the queue for what was read meanwhile.
    """

    part = "queue"
    without_it = "Nothing is sent from here: the queue is stopped until somebody lets it go on."

    def __init__(
        self,
        api: InsertApi,
        monitor: Monitor,
        context: ProfileContext,
        quota: QuotaTracker,
        insertions: Insertions,
        sink: Sink,
        *,
        now: Callable[[], datetime],
        works: Callable[[], bool],
        only: Collection[str] | None = None,
        judge: Callable[[], object] = lambda: None,
    ) -> None:
        self._judge = judge
        self._monitor = monitor
        self._context = context
        self._quota = quota
        self._insertions = insertions
        self._sink = sink
        self._now = now
        self._works = works
        self._only = only
        self._steps = InsertSteps(
            api, monitor, context, insertions, now, self._check, self.look, self._republish
        )
        self._tasks: asyncio.TaskGroup | None = None
        self._recorder = Recorder(context.memory, now)
        self._published: tuple[QueuedFile, ...] = ()
        self._is_read = False
        self._stop: QueueStop | None = None
        self._working: dict[str, asyncio.Task[None]] = {}
        self._waits = FileWaits()

    # What the user can ask for.

    def add(self, *insertions: Insertion) -> None:
        """Puts files at the end of the queue.

        Raises:
            ConfigError: The queue cannot be written; none of them is in it then.
            FaultError: It has failed.
        """
        self.check_runs()
        self._insertions.add(insertions)
        for insertion in insertions:
            rows = counted(insertion.upload_file.rows, "record")
            self._steps.say(
                insertion, f"Queued for {insertion.form.form}: {insertion.source}, {rows}"
            )
        self.look()

    def move(self, key: str, *, up: bool) -> None:
        """Lets a file change places with the one before it, or after it, for the same form.

        Raises:
            ConfigError: The queue cannot be written; nothing is changed then.
            FaultError: It has failed.
        """
        self.check_runs()
        self._insertions.move(key, up=up)
        self.look()

    def drop(self, shown: Insertion) -> None:
        """Takes a file off the queue; a job that it has stays, and stays watched.

        Args:
            shown: How it stood when its user decided so.

        Raises:
            UsageError: A step of it is on its way, or it has changed meanwhile.
            ConfigError: The queue cannot be written; nothing is changed then.
            FaultError: It has failed.
        """
        self.check_runs()
        self._insertions.drop(shown)
        self._waits.end(shown.key)
        self._steps.say(shown, f"Taken off the queue: {shown.source}")
        self.look()

    def cancel(self, key: str) -> bool:
        """Ends the upload of a file that is on its way from here; it waits for the user then.

        Returns:
            Whether it was still on its way.
        """
        if key not in self._steps.sending or key not in self._working:
            return False
        self._steps.cancelled.add(key)
        return self._working[key].cancel()

    def go_on(self, shown: Insertion) -> None:
        """Lets a file go on that waits for the user: its step may be sent once more.

        Args:
            shown: How it stood when its user decided so.

        Raises:
            UsageError: A step of it is on its way, or it has changed meanwhile.
            ConfigError: The queue cannot be written; nothing is changed then.
            FaultError: It has failed.
        """
        self.check_runs()
        changed = self._insertions.release(shown)
        self._waits.end(changed.key)
        self._steps.say(changed, f"Goes on: {changed.source}")
        self.look()

    def stop_all(self, why: str) -> bool:
        """Stops the queue, in every window: what is on its way ends, and nothing more is sent.

        Args:
            why: Why, as a sentence without full stop.

        Returns:
            Whether it was not stopped before.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        stop = QueueStop(self._now(), why, self._context.operator)
        is_new = self._insertions.stops.stop(stop)
        if is_new:
            self._recorder.event(EventKind.NIGHT, f"Queue stopped by {stop.by}: {why}")
        self.look()
        return is_new

    def resume(self) -> bool:
        """Lets the queue go on that was stopped, in every window; its user has said so.

        Returns:
            Whether it was stopped.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
            FaultError: It has failed.
        """
        self.check_runs()
        was_stopped = self._insertions.stops.go_on()
        if was_stopped:
            self._recorder.event(EventKind.NIGHT, f"Queue goes on: {self._context.operator}")
        self.look()
        return was_stopped

    def read_slots(self, longest: timedelta) -> None:
        """Has the jobs read that are in the way of the files worked here: a call each.

        Args:
            longest: Those are not read whose last reading is younger: another window polls them.
        """
        forms = {
            it.insertion.form
            for it in self._published
            if it.slot.taken_by and (self._only is None or it.insertion.key in self._only)
        }
        since = self._now() - longest
        refs = [
            it.ref
            for it in self._monitor.snapshots()
            if FormRef.of(it.ref) in forms
            and not it.is_final
            and (it.last is None or it.last.read_at < since)
        ]
        with suppress(QuotaSpentError):
            self._monitor.poll_now(refs, key=EventKind.INSERT.value)

    @property
    def files(self) -> tuple[QueuedFile, ...] | None:
        """The files that are not over, as they were published last; None before the first look."""
        return self._published if self._is_read else None

    @property
    def stop(self) -> QueueStop | None:
        """Why none of them goes on, as it was at the last look; None where they do."""
        return self._stop

    def error_of(self, insertion: Insertion) -> ZcbulkError | None:
        """Returns why the last step of a file was not carried out, or is unclear; None for neither.

        That is the start, where it was sent.
        """
        if insertion.ref is not None and insertion.upload is not None:
            last = self._context.memory.last_command(insertion.ref)
            if last is not None and last.command.action is Action.START:
                return last.command.error
        return last_step[1].error if (last_step := insertion.last_step) is not None else None

    def is_looking(self, insertion: Insertion) -> bool:
        """Whether the status is still to be read for what became of its start."""
        return insertion.ref is not None and self._monitor.is_looking(insertion.ref)

    def fail(self, fault: FaultError) -> None:
        """Stops the queue, in every window where it was worked here: none repeats it by itself."""
        super().fail(fault)
        why = f"a fault in this program, {fault.cause.partition('. ')[0]}"
        stop = QueueStop(self._now(), why, BY_ITSELF)
        with suppress(ConfigError):  # then it stands still while this window polls
            if self._works():
                self._insertions.stops.stop(stop)
            stop = self._insertions.stops.current() or stop
        self._stop = stop
        self._published = tuple(
            it._replace(sent=None, rate=None, trouble=fault.title) for it in self._published
        )
        self._sink.publish(QueueChanged(self._published, stop))

    # The loop.

    async def run(self) -> None:
        """Works the queue until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            try:
                while True:
                    self.look()
                    await asyncio.sleep(TICK)
            finally:
                self._tasks = None

    def look(self) -> None:
        """Looks at the queue, publishes what has changed, and takes the steps that are due."""
        try:
            queue = self._insertions.open()
            known = self._insertions.as_known(queue)
            slots = {it.form: self._slot(it.form) for it in firsts(queue)}
            works = self._tasks is not None and self._works()
            if works:
                self._judge()
            stop = self._insertions.stops.current()
        except ConfigError:
            return  # it is tried again with the next look
        is_other_stop, self._stop = stop != self._stop, stop
        if is_other_stop and stop is None:
            self._waits.end_all()  # its user has looked at it
        self._publish(known, slots, in_any_case=is_other_stop)
        self._is_read = True
        if self._tasks is None or not works:
            return
        for insertion in firsts(queue):
            if self._only is not None and insertion.key not in self._only:
                continue
            if self._is_due(insertion, slots[insertion.form]) and self._insertions.locks.take(
                insertion.form
            ):
                task = self._tasks.create_task(self._advance(insertion.key, insertion.form))
                self._working[insertion.key] = task
                task.add_done_callback(partial(self._ended, insertion.key))

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        if self._working.get(key) is task:
            del self._working[key]

    def _is_due(self, insertion: Insertion, slot: Slot) -> bool:
        if self._waits.applies(insertion.key):
            return False
        where = stage(insertion, slot)
        job = self._job(insertion)
        if job is not None and job.state in STARTED | _ENDED_EARLY:
            return where is not Stage.SENDING
        if self._stop is not None or self._rests:
            return False
        return not where.needs_user and not (where is Stage.WAITS and slot.taken_by)

    def _job(self, insertion: Insertion) -> JobSnapshot | None:
        return self._monitor.snapshot(insertion.ref) if insertion.ref else None

    async def _advance(self, key: str, form: FormRef) -> None:
        """Takes the next steps of a file, as long as each is carried out; holds the form's lock."""
        try:
            while (insertion := self._insertions.find(key)) and await self._step(insertion):
                pass
        except (ConfigError, HeldError) as error:
            self._wait(key, error.title)
        finally:
            self._insertions.locks.release(form)
            self.look()

    async def _step(self, insertion: Insertion) -> bool:
        """Takes the next step of a file; returns whether there may be another one at once."""
        job = self._job(insertion)
        if job is not None and job.state in STARTED | _ENDED_EARLY:
            if job.state in STARTED or self._start_was_sent(insertion):
                self._insertions.end(insertion)  # whoever has started it
            else:
                self._steps.lose_job(insertion, job.last.raw_state if job.last else "")
            return False
        self._judge()
        if self._insertions.stops.current() is not None or self._rests:
            return False  # that may have come while the step before was on its way
        match stage(insertion, self._slot(insertion.form)):
            case Stage.SENDING:
                # This process holds the lock of the form, so whoever sent it is gone.
                self._steps.give_up(insertion)
                return False
            case Stage.WAITS:
                is_taken = bool(self._slot(insertion.form).taken_by)
                if is_taken or not self._may_create(insertion):
                    return False
                return self._goes_on(insertion, await self._steps.create(insertion))
            case Stage.CREATED | Stage.UPLOADED if self._quota.budget.day.spent:
                self._wait(insertion.key, "Zoho says that the day's calls are used up")
                return False
            case Stage.CREATED:
                uploaded = await self._steps.upload(insertion)
                return self._goes_on(insertion, uploaded) and insertion.starts
            case Stage.UPLOADED:
                why = await self._steps.start(insertion)
                if why is not None:
                    self._wait(insertion.key, why)
                return False
            case Stage.TRIES_AGAIN if insertion.last_step is not None:
                self._insertions.keep(insertion.with_step(insertion.last_step[0], None))
                return True
            case _:
                return False

    def _goes_on(self, insertion: Insertion, record: StepRecord) -> bool:
        """Whether the next step follows at once; else it waits, where that helps."""
        if record.outcome is Outcome.ACCEPTED:
            self._waits.end(insertion.key)
            return True
        is_busy = isinstance(record.error, FormBusyError)
        if is_busy or passes(record.error):
            self._wait(insertion.key, "", BUSY_FORM if is_busy else STEP)
        return False

    # What stands in the way.

    def _slot(self, form: FormRef) -> Slot:
        return self._insertions.slot(form, self._monitor.snapshots())

    def _start_was_sent(self, insertion: Insertion) -> bool:
        """Whether a start of its job may have had an effect."""
        last = self._context.memory.last_command(insertion.ref) if insertion.ref else None
        return last is not None and last.command.outcome is not Outcome.REFUSED

    def _may_create(self, insertion: Insertion) -> bool:
        if self._quota.budget.left_for_polls < CALLS:
            self._wait(insertion.key, f"Fewer than {CALLS} calls are left today beside the reserve")
            return False
        since = self._now() - timedelta(seconds=MINUTE)
        if len(self._insertions.creates_since(since)) >= CREATES_PER_MINUTE:
            self._wait(insertion.key, f"{CREATES_PER_MINUTE} jobs were created within a minute")
            return False
        return True

    @property
    def _rests(self) -> bool:
        """Whether an answer to whatever call says that no more are to be made for a while."""
        return self._monitor.service.held_for > 0

    @property
    def _why_it_rests(self) -> str:
        error = self._monitor.service.own.held_by
        return f"A pause: {error.title}" if self._rests and error is not None else ""

    def _check(self) -> None:
        """Makes sure that a call may be made that has waited for its turn.

        Raises:
            HeldError: It may not, or that is not known: the queue was stopped meanwhile, or Zoho
                has asked for a pause.
        """
        try:
            self._judge()
            self._insertions.stops.check()
        except ConfigError as error:
            raise HeldError(error.title, f"Nothing was sent. {error.cause}") from error
        if self._rests:
            raise HeldError(self._why_it_rests, "Nothing was sent.", "It is sent after a pause.")

    def _wait(self, key: str, why: str, backoff: Backoff = STEP) -> None:
        # What Zoho says of a pause is more than a guess.
        said = self._monitor.service.held_for if self._rests else None
        self._waits.add(key, why, backoff, said)

    # What is said of it.

    def _republish(self) -> None:
        self._publish(
            [it.insertion for it in self._published],
            {it.insertion.form: it.slot for it in self._published},
        )

    def _publish(
        self,
        queue: Sequence[Insertion],
        slots: Mapping[FormRef, Slot],
        *,
        in_any_case: bool = False,
    ) -> None:
        files = tuple(map(self._with_progress, queued_files(queue, slots)))
        before, self._published = self._published, files
        if in_any_case or list(map(_seen, files)) != list(map(_seen, before)):
            self._sink.publish(QueueChanged(files, self._stop))

    def _with_progress(self, file: QueuedFile) -> QueuedFile:
        key = file.insertion.key
        sending = self._steps.sending.get(key)
        seconds = asyncio.get_running_loop().time() - sending.began if sending else 0.0
        pause = self._why_it_rests if file.stage is not Stage.SENDING else ""
        return file._replace(
            sent=sending.sent if sending else None,
            rate=sending.sent / seconds if sending and sending.sent and seconds >= 1 else None,
            trouble=self._steps.unwritten.get(key) or self._waits.why(key) or pause,
            start=self._start_of(file),
        )

    def _start_of(self, file: QueuedFile) -> Command | None:
        ref = file.insertion.ref
        if ref is None or file.stage is not Stage.UPLOADED:
            return None
        last = self._context.memory.last_command(ref)
        return last.command if last is not None else None


def _seen(file: QueuedFile) -> tuple[object, ...]:
    """What is seen of a file: errors that are read anew are other objects with the same words."""
    return (*file.insertion.done, *file[1:])
