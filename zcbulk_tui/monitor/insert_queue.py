"""The queue of files: each is created, uploaded and started when its form's slot is free."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.call_limits import MINUTE
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import (
    CALLS,
    CREATES_PER_MINUTE,
    Insertion,
    QueuedFile,
    Slot,
    Stage,
    Step,
    StepRecord,
    firsts,
    interrupted,
    passes,
    queued_files,
    slot_of,
    stage,
)
from zcbulk_tui.domain.job import Action, JobState, WatchedJob
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import (
    ConfigError,
    HeldError,
    QuotaSpentError,
    RefusedError,
    UnreachableError,
    UsageError,
    ZcbulkError,
)
from zcbulk_tui.monitor.call_limiter import Priority
from zcbulk_tui.monitor.calls import Slots
from zcbulk_tui.monitor.events import QueueChanged
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.ports import InsertApi, Sink
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.store.insertions import Insertions

TICK = 1.0
"""Seconds between two looks at the queue."""

_FIRST_WAIT, _LONGEST_WAIT = 15.0, 900.0
"""Seconds until a step that was not carried out is tried again; twice as long each time."""

_BETWEEN_REPORTS = 0.5
"""Seconds between two reports of how much of a file has left."""

_STARTED = frozenset(JobState) - {JobState.CREATED, JobState.READY, JobState.UNKNOWN}


class InsertQueue:
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
    """

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
    ) -> None:
        self._api = api
        self._monitor = monitor
        self._context = context
        self._quota = quota
        self._insertions = insertions
        self._sink = sink
        self._now = now
        self._works = works
        self._only = only
        self._recorder = Recorder(context.memory, now)
        self._tasks: asyncio.TaskGroup | None = None
        self._published: tuple[QueuedFile, ...] = ()
        self._sending: dict[str, tuple[int, float]] = {}  # bytes, and when it began
        self._working: dict[str, asyncio.Task[None]] = {}
        self._waits: dict[str, tuple[float, int, str]] = {}  # until when, tries so far, why

    # What the user can ask for.

    def add(self, *insertions: Insertion) -> None:
        """Puts files at the end of the queue.

        Raises:
            ConfigError: The queue cannot be written; none of them is in it then.
        """
        self._insertions.add(insertions)
        for insertion in insertions:
            rows = f"{insertion.upload_file.rows:,} records"
            self._say(insertion, f"Queued for {insertion.form.form}: {insertion.source}, {rows}")
        self.look()

    def move(self, key: str, *, up: bool) -> None:
        """Lets a file change places with the one before it, or after it, for the same form.

        Raises:
            ConfigError: The queue cannot be written; nothing is changed then.
        """
        self._insertions.move(key, up=up)
        self.look()

    def drop(self, key: str) -> None:
        """Takes a file off the queue; a job that it has stays, and stays watched.

        Raises:
            UsageError: A step of it is on its way.
            ConfigError: The queue cannot be written; nothing is changed then.
        """
        insertion = self._insertions.find(key)
        if insertion is None or insertion.is_over:
            return
        self._insertions.drop(insertion)
        self._say(insertion, f"Taken off the queue: {insertion.source}")
        self.look()

    def cancel(self, key: str) -> None:
        """Ends the upload of a file that is on its way from here; it waits for the user then."""
        if key in self._sending and key in self._working:
            self._working[key].cancel()

    def go_on(self, key: str) -> None:
        """Lets a file go on that waits for the user: its step may be sent once more.

        Raises:
            ConfigError: The queue cannot be written; nothing is changed then.
        """
        insertion = self._insertions.find(key)
        if insertion is None or insertion.is_over:
            return
        changed = insertion.released()
        self._insertions.keep(changed)
        self._waits.pop(key, None)
        self._say(changed, f"Goes on: {changed.source}")
        self.look()

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
        except ConfigError:
            return  # it is tried again with the next look
        self._publish(known, slots)
        if self._tasks is None or not self._works():
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
        until = self._waits.get(insertion.key, (0.0, 0, ""))[0]
        if until > _time():
            return False
        where = stage(insertion, slot)
        if self._was_started(insertion):
            return where is not Stage.SENDING
        return not where.needs_user and not (where is Stage.WAITS and slot.taken_by)

    def _was_started(self, insertion: Insertion) -> bool:
        """Whether its job is past its start, whoever has started it."""
        snapshot = self._monitor.snapshot(insertion.ref) if insertion.ref else None
        return snapshot is not None and snapshot.state in _STARTED

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
        if self._was_started(insertion):
            self._insertions.end(insertion)
            return False
        match stage(insertion, self._slot(insertion.form)):
            case Stage.SENDING:
                # This process holds the lock of the form, so whoever sent it is gone.
                self._give_up(insertion)
                return False
            case Stage.WAITS:
                return await self._create(insertion)
            case Stage.CREATED:
                return await self._upload(insertion)
            case Stage.UPLOADED:
                return await self._start(insertion)
            case Stage.TRIES_AGAIN:
                last = insertion.last_step
                assert last is not None  # noqa: S101 - for the type checker: a step was refused
                self._insertions.keep(insertion.with_step(last[0], None))
                return True
            case _:
                return False

    def _give_up(self, insertion: Insertion) -> None:
        last = insertion.last_step
        if last is not None:
            step, record = last
            known = insertion.with_step(step, interrupted(record, step))
            self._insertions.keep(known)
            self._say(known, f"{step.value} interrupted", error=interrupted(record, step).error)
            self._watch(known)

    # The steps.

    async def _create(self, insertion: Insertion) -> bool:
        if self._slot(insertion.form).taken_by or not self._may_create(insertion):
            return False
        record = StepRecord(self._now())
        insertion = self._begin(insertion, Step.CREATE, record)
        calls = self._slots(insertion, Step.CREATE)
        try:
            created = await self._api.create(insertion.form, calls)
        except ZcbulkError as error:
            return self._failed(insertion, Step.CREATE, record.ended_by(error))
        except BaseException:
            self._cut_short(insertion, Step.CREATE, record, sent=calls.may_have_left)
            raise
        said = created.answer.text
        known = replace(
            insertion,
            create=replace(record, outcome=Outcome.ACCEPTED, said=said),
            job_id=created.job_id,
        )
        job = _job_of(known, self._now())
        self._insertions.created(known, job)
        self._waits.pop(known.key, None)
        self._recorder.event(EventKind.INSERT, f"Created for {known.source}", job)
        return True

    async def _upload(self, insertion: Insertion) -> bool:
        ref = insertion.ref
        if ref is None:
            return False
        record = StepRecord(self._now())
        began, reported = _time(), 0.0
        self._sending[insertion.key] = (0, began)
        insertion = self._begin(insertion, Step.UPLOAD, record)

        def progress(sent: int) -> None:
            nonlocal reported
            self._sending[insertion.key] = (sent, began)
            if _time() - reported >= _BETWEEN_REPORTS:
                reported = _time()
                self._republish()

        calls = self._slots(insertion, Step.UPLOAD)
        try:
            said = await self._api.upload(ref, insertion.upload_file, calls, progress)
        except ZcbulkError as error:
            self._sending.pop(insertion.key)
            return self._failed(insertion, Step.UPLOAD, record.ended_by(error))
        except BaseException:
            self._cut_short(insertion, Step.UPLOAD, record, sent=calls.may_have_left)
            self._sending.pop(insertion.key)
            self._watch(insertion)
            raise
        self._sending.pop(insertion.key)
        known = replace(insertion, upload=replace(record, outcome=Outcome.ACCEPTED, said=said.text))
        self._insertions.keep(known)
        self._waits.pop(known.key, None)
        self._say(known, f"Uploaded {known.source}")
        if not known.starts:
            self._insertions.end(known)
            self._watch(known)
        return known.starts

    async def _start(self, insertion: Insertion) -> bool:
        ref = insertion.ref
        if ref is None:
            return False
        last = self._context.memory.last_command(ref)
        was_sent = last is not None and last.command.outcome is not Outcome.REFUSED
        if not insertion.starts or was_sent:
            self._insertions.end(insertion)
            return False
        self._watch(insertion)
        try:
            command = await self._monitor.command(ref, Action.START, is_sent_again=passes)
        except HeldError as error:
            self._wait(insertion.key, error.cause)
            return False
        except UsageError as error:
            self._say(insertion, f"Not started: {insertion.source}", error=error)
            self._insertions.end(insertion)
            return False
        if command.outcome is Outcome.REFUSED and passes(command.error):
            self._wait(insertion.key, command.error.title if command.error else "")
            return False
        # Of anything else the row of the job speaks: it has the command, and the key for another.
        self._insertions.end(insertion)
        return False

    def _begin(self, insertion: Insertion, step: Step, record: StepRecord) -> Insertion:
        begun = insertion.with_step(step, record)
        self._insertions.begin(begun, step)
        self._say(begun, f"{step.value} sent for {begun.source}")
        self.look()
        return begun

    def _failed(self, insertion: Insertion, step: Step, record: StepRecord) -> bool:
        known = insertion.with_step(step, record)
        self._insertions.keep(known)
        outcome = "unclear" if record.is_unclear else "refused"
        self._say(known, f"{step.value} {outcome} for {known.source}", error=record.error)
        if passes(record.error):
            self._wait(known.key, "")
        self._watch(known)
        return False

    def _cut_short(
        self, insertion: Insertion, step: Step, record: StepRecord, *, sent: bool
    ) -> None:
        """Writes down what is known where this program ends in the middle of a step."""
        if sent:
            known = insertion.with_step(step, interrupted(record, step))
        else:
            error = UnreachableError("Interrupted before its first byte left")
            known = insertion.with_step(step, record.ended_by(error))
        if sent and step is Step.UPLOAD and not self._has_left(insertion):
            # Without its end no server takes it for a file.
            part = RefusedError("The upload was ended before all of the file had left")
            known = insertion.with_step(step, record.ended_by(part))
        self._insertions.keep(known)

    def _has_left(self, insertion: Insertion) -> bool:
        """Whether all of a file may have left."""
        sent, _ = self._sending.get(insertion.key, (0, 0.0))
        return sent >= insertion.upload_file.size

    def _watch(self, insertion: Insertion) -> None:
        """Has its job watched, and so read: what is on its way to its start needs no reading."""
        ref = insertion.ref
        if ref is None:
            return
        if self._monitor.snapshot(ref) is None:
            job = _job_of(insertion, insertion.create.sent_at if insertion.create else self._now())
            self._monitor.watch([Recalled(JobSnapshot(job))])
            self._recorder.event(EventKind.ADDED, "Watched from now on", job)
        elif insertion.upload is not None and insertion.upload.is_unclear:
            with suppress(QuotaSpentError):  # the plan reads it
                self._monitor.poll_now([ref], key=EventKind.INSERT.value)

    # What stands in the way.

    def _slot(self, form: FormRef) -> Slot:
        return slot_of(form, self._monitor.snapshots(), self._insertions.last_of(form))

    def _may_create(self, insertion: Insertion) -> bool:
        if self._quota.budget.left_for(Cause.COMMAND) < CALLS:
            self._wait(insertion.key, f"Fewer than {CALLS} calls are left today")
            return False
        since = self._now() - timedelta(seconds=MINUTE)
        if len(self._insertions.creates_since(since)) >= CREATES_PER_MINUTE:
            self._wait(insertion.key, f"{CREATES_PER_MINUTE} jobs were created within a minute")
            return False
        return True

    def _wait(self, key: str, why: str) -> None:
        tries = self._waits.get(key, (0.0, 0, ""))[1]
        seconds = min(_FIRST_WAIT * 2**tries, _LONGEST_WAIT)
        self._waits[key] = (_time() + seconds, tries + 1, why)

    # What is said of it.

    def _slots(self, insertion: Insertion, step: Step) -> Slots:
        ref = insertion.ref
        about = _job_of(insertion, insertion.queued_at) if ref else insertion.form.form
        return Slots(self._monitor.calls, about, Cause.COMMAND, step.value, Priority.COMMAND)

    def _say(self, insertion: Insertion, text: str, *, error: ZcbulkError | None = None) -> None:
        job = _job_of(insertion, self._now()) if insertion.ref else None
        self._recorder.event(EventKind.INSERT, text, job, error=error)

    def _republish(self) -> None:
        self._publish(
            [it.insertion for it in self._published],
            {it.insertion.form: it.slot for it in self._published},
        )

    def _publish(self, queue: Sequence[Insertion], slots: Mapping[FormRef, Slot]) -> None:
        files = tuple(map(self._with_progress, queued_files(queue, slots)))
        before, self._published = self._published, files
        if list(map(_seen, files)) != list(map(_seen, before)):
            self._sink.publish(QueueChanged(files))

    def _with_progress(self, file: QueuedFile) -> QueuedFile:
        key = file.insertion.key
        sent, began = self._sending.get(key, (None, 0.0))
        seconds = _time() - began
        return file._replace(
            sent=sent,
            rate=sent / seconds if sent and seconds >= 1 else None,
            trouble=self._waits.get(key, (0.0, 0, ""))[2],
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
    insertion = file.insertion
    steps = tuple(
        step and (step.sent_at, step.outcome, str(step.error))
        for step in (insertion.create, insertion.upload)
    )
    return (insertion.key, insertion.job_id, insertion.label, steps, *file[1:])


def _job_of(insertion: Insertion, created_at: datetime) -> WatchedJob:
    ref = insertion.ref
    assert ref is not None  # noqa: S101 - for the type checker: the callers look
    by = f"{insertion.operator}, insert"
    return WatchedJob(
        ref, insertion.label, created_at, created_at, added_by=by, tags=insertion.tags
    )


def _time() -> float:
    return asyncio.get_running_loop().time()
