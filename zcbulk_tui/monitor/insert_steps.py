"""The steps of an insertion: create, upload and start, each written down before it is sent."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import (
    Insertion,
    Step,
    StepRecord,
    interrupted,
    left_alone,
    passes,
)
from zcbulk_tui.domain.job import Action, WatchedJob
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.domain.upload import UploadFile
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import (
    ConfigError,
    DataError,
    FormBusyError,
    HeldError,
    QuotaSpentError,
    RefusedError,
    SignedOutError,
    UndocumentedError,
    UnreachableError,
    UsageError,
    ZcbulkError,
)
from zcbulk_tui.monitor.call_limiter import Priority
from zcbulk_tui.monitor.calls import Slots
from zcbulk_tui.monitor.control import Sender
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.ports import InsertApi
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.store.insertions import Insertions

_BETWEEN_REPORTS = 0.5
"""Seconds between two reports of how much of a file has left."""

_BETWEEN_TRIES = 1.0
"""Seconds between two tries to write down what Zoho has answered."""


class Sending(NamedTuple):
    """An upload that is on its way.

    Attributes:
        sent: Bytes of the file that have left.
        began: When, in the loop's time.
    """

    sent: int
    began: float


class InsertSteps:
    """Takes the steps of insertions; whoever does holds the lock of the form.

    Args:
        api: Zoho Creator.
        monitor: Watches the jobs that come of it, starts them, and makes the calls.
        context: Where this window works.
        insertions: Keeps what is known of them.
        now: The time of day; aware.
        check: See `Sender`.
        changed: Called when a step begins.
        moved_on: Called when more of a file has left, now and then.

    Attributes:
        sending: The uploads that are on their way, by the keys of the insertions.
        cancelled: The keys of those whose upload the user has cancelled.
        sender: How it sends a start.
        unwritten: What Zoho has answered and cannot be written down, in words, by their keys.
    """

    def __init__(
        self,
        api: InsertApi,
        monitor: Monitor,
        context: ProfileContext,
        insertions: Insertions,
        now: Callable[[], datetime],
        check: Callable[[], None],
        changed: Callable[[], None],
        moved_on: Callable[[], None],
    ) -> None:
        self.sending: dict[str, Sending] = {}
        self.cancelled: set[str] = set()
        self.unwritten: dict[str, str] = {}
        self._api = api
        self._monitor = monitor
        self._context = context
        self._insertions = insertions
        self._now = now
        self._check = check
        self._changed = changed
        self._moved_on = moved_on
        self._recorder = Recorder(context.memory, now)
        self._failures = 0
        self.sender = Sender(passes, insertions.stops, check)

    async def create(self, insertion: Insertion) -> StepRecord:
        """Creates the job of an insertion; returns what became of that.

        Raises:
            HeldError: It was sent already; nothing was sent now.
            ConfigError: It cannot be written down before, so nothing was sent.
        """
        record = StepRecord(self._now())
        if changed := _why_not_uploaded(insertion.upload_file):
            # A job without its file would block the form.
            return await self._failed(insertion, Step.CREATE, record.ended_by(changed))
        insertion = self._begin(insertion, Step.CREATE, record)
        calls = self._slots(insertion, Step.CREATE)
        try:
            created = await self._api.create(insertion.form, calls)
        except ZcbulkError as error:
            self._note_failure(error)
            refusal = self._as_known(error, insertion.form)
            return await self._failed(insertion, Step.CREATE, record.ended_by(refusal))
        except BaseException:
            self._cut_short(insertion, Step.CREATE, record, sent=calls.may_have_left)
            raise
        self._note_success()
        done = record._replace(outcome=Outcome.ACCEPTED, said=created.answer.text)
        known = insertion._replace(create=done, job_id=created.job_id)
        job = _job_of(known, self._now())
        await self._write(
            known, f"job {created.job_id} is there", lambda: self._insertions.created(known, job)
        )
        self.say(known, f"Created for {known.source}")
        # From now on it is on the list, and others may read it, whenever this window begins to.
        self._recorder.event(EventKind.ADDED, "Watched from now on", job)
        return done

    async def upload(self, insertion: Insertion) -> StepRecord:
        """Uploads the file of an insertion that has its job; returns what became of that.

        Raises:
            HeldError: It was sent already; nothing was sent now.
            ConfigError: It cannot be written down before, so nothing was sent.
        """
        record = StepRecord(self._now())
        began = reported = _time()
        self.sending[insertion.key] = Sending(0, began)

        def progress(sent: int) -> None:
            nonlocal reported
            self.sending[insertion.key] = Sending(sent, began)
            if _time() - reported >= _BETWEEN_REPORTS:
                reported = _time()
                self._moved_on()

        try:
            begun = self._begin(insertion, Step.UPLOAD, record)
            calls = self._slots(begun, Step.UPLOAD)
            try:
                ref = begun.form.job(begun.job_id)
                said = await self._api.upload(ref, begun.upload_file, calls, progress)
            except ZcbulkError as error:
                self._note_failure(error)
                return await self._failed(begun, Step.UPLOAD, record.ended_by(error))
            except BaseException:
                self._cut_short(begun, Step.UPLOAD, record, sent=calls.may_have_left)
                raise
        finally:
            self.sending.pop(insertion.key)
            self.cancelled.discard(insertion.key)
        self._note_success()
        done = record._replace(outcome=Outcome.ACCEPTED, said=said.text)
        known = begun._replace(upload=done)
        # Both in one: what is not to be started is over with its upload.
        write = self._insertions.keep if known.starts else self._insertions.end
        await self._write(known, "the file is there", lambda: write(known))
        self.say(known, f"Uploaded {known.source}")
        if not known.starts:
            self._watch(known)
        return done

    def _as_known(self, error: ZcbulkError, form: FormRef) -> ZcbulkError:
        """Returns the refusal of a job, in the words that fit where a probe has seen why."""
        answer = error.answer
        if not isinstance(error, UndocumentedError) or answer is None:
            return error
        if not self._context.contract(form.origin).is_busy_form(answer):
            return error
        return FormBusyError(
            "The form has another active job, as far as a probe shows",
            f"{answer.with_sender}.",
            "The file waits, and tries again by itself; or take it off.",
            answer=answer,
        )

    def _note_failure(self, error: ZcbulkError) -> None:
        """Has it known how calls go, also where no poll would meet it: no job is watched yet."""
        if isinstance(error, HeldError | DataError):
            return  # nothing was sent
        self._failures += 1
        service = self._monitor.service
        if isinstance(error, SignedOutError):
            service.note_no_token(error, self._failures)
        else:
            service.note_failure(error)
            service.hold_if_asked(error, self._failures)

    def _note_success(self) -> None:
        self._failures = 0
        self._monitor.service.note_success()

    async def start(self, insertion: Insertion) -> str | None:
        """Starts the job of an insertion that has its file; it is over then.

        Returns:
            Why it is to be tried again later; None where it is over.
        """
        ref = insertion.form.job(insertion.job_id)
        last = self._context.memory.last_command(ref)
        if last is None or last.command.outcome is Outcome.REFUSED:
            self._watch(insertion)
            try:
                command = await self._monitor.command(ref, Action.START, sender=self.sender)
            except HeldError as error:
                return error.cause
            except UsageError as error:
                self.say(insertion, f"Not started: {insertion.source}", error=error)
            else:
                if command.outcome is Outcome.REFUSED and passes(command.error):
                    return command.error.title if command.error else ""
        # Of anything else the row of the job speaks: it has the command, and the key for another.
        self._insertions.end(insertion)
        return None

    def give_up(self, insertion: Insertion) -> None:
        """Writes down that it is not known what became of a step whose sender is gone."""
        known = left_alone(insertion)
        if known.last_step is None:
            return
        step, record = known.last_step
        self._insertions.keep(known)
        self.say(known, f"{step.value} interrupted", error=record.error)
        self._watch(known)

    def lose_job(self, insertion: Insertion, raw_state: str) -> None:
        """Writes down that a job ended before its start: its file waits for the user."""
        error = RefusedError(
            f"Job {insertion.job_id} ended before it was started",
            f"Its status is “{raw_state}”.",
            "Look at the job; then let the file go on, with a new job, or take it off.",
        )
        self.say(insertion, f"Not inserted: {insertion.source}", error=error)
        record = StepRecord(self._now()).ended_by(error)
        self._insertions.keep(insertion._replace(create=record, upload=None, job_id=""))

    def say(self, insertion: Insertion, text: str, *, error: ZcbulkError | None = None) -> None:
        """Writes down something that happened to an insertion."""
        job = _job_of(insertion, self._now()) if insertion.job_id else None
        self._recorder.event(EventKind.INSERT, text, job, error=error)

    def _begin(self, insertion: Insertion, step: Step, record: StepRecord) -> Insertion:
        begun = insertion.with_step(step, record)
        self._insertions.begin(begun, step)
        self.say(begun, f"{step.value} begins for {begun.source}")
        self._changed()
        return begun

    def _slots(self, insertion: Insertion, step: Step) -> Slots:
        about = _job_of(insertion, self._now()) if insertion.job_id else insertion.form.form
        return Slots(
            self._monitor.calls,
            about,
            Cause.COMMAND,
            step.value,
            Priority.COMMAND,
            check=self._check,
        )

    async def _write(self, known: Insertion, what: str, write: Callable[[], None]) -> None:
        """Writes down what Zoho has done, however long that takes: nobody else knows it."""
        while True:
            try:
                write()
            except ConfigError as error:
                self.unwritten[known.key] = f"{what}, which cannot be written down: {error.title}"
                self._changed()
                await asyncio.sleep(_BETWEEN_TRIES)
            else:
                self.unwritten.pop(known.key, None)
                return

    async def _failed(self, insertion: Insertion, step: Step, record: StepRecord) -> StepRecord:
        known = insertion.with_step(step, record)
        outcome = "unclear" if record.is_unclear else "refused"
        await self._write(known, f"{step} {outcome}", lambda: self._insertions.keep(known))
        self.say(known, f"{step.value} {outcome} for {known.source}", error=record.error)
        self._watch(known)
        return record

    def _cut_short(
        self, insertion: Insertion, step: Step, record: StepRecord, *, sent: bool
    ) -> None:
        """Writes down what is known where a step is cancelled, as at the end of the program."""
        is_cancelled = insertion.key in self.cancelled
        if not sent and not is_cancelled:
            record = record.ended_by(UnreachableError("Interrupted before its first byte left"))
        elif step is Step.UPLOAD and not (sent and self._has_left(insertion)):
            # Without its end no server takes it for a file.
            record = record.ended_by(
                RefusedError("The upload was ended before all of the file had left")
            )
        else:
            record = interrupted(record, step)
        known = insertion.with_step(step, record)
        self._insertions.keep(known)
        self._watch(known)

    def _has_left(self, insertion: Insertion) -> bool:
        """Whether all of a file may have left."""
        return self.sending[insertion.key].sent >= insertion.upload_file.size

    def _watch(self, insertion: Insertion) -> None:
        """Has its job watched, and so read: what is on its way to its start needs no reading."""
        ref = insertion.ref
        if ref is None:
            return
        if self._monitor.snapshot(ref) is None:
            job = _job_of(insertion, insertion.create.sent_at if insertion.create else self._now())
            self._monitor.watch([Recalled(JobSnapshot(job))])
        elif insertion.upload is not None and insertion.upload.is_unclear:
            with suppress(QuotaSpentError):  # the plan reads it
                self._monitor.poll_now([ref], key=EventKind.INSERT.value)


def _why_not_uploaded(file: UploadFile) -> DataError | None:
    """Returns why a file cannot be uploaded any more; None where it can."""
    again = "Check it again, and insert it anew."
    try:
        found = file.path.stat()
    except OSError as error:
        reason = one_line(error.strerror or str(error))
        return DataError(f"{file.name} cannot be read any more", f"{reason}.", again)
    is_same = found.st_size == file.size and file.modified_ns in (None, found.st_mtime_ns)
    return None if is_same else DataError(f"{file.name} has changed since its check", "", again)


def _job_of(insertion: Insertion, created_at: datetime) -> WatchedJob:
    """The job of an insertion that has one, as it is watched."""
    ref, by = insertion.form.job(insertion.job_id), f"{insertion.operator}, insert"
    return WatchedJob(
        ref,
        insertion.label,
        created_at,
        created_at,
        added_by=by,
        tags=insertion.tags,
        repairs=insertion.repairs,
    )


def _time() -> float:
    return asyncio.get_running_loop().time()
