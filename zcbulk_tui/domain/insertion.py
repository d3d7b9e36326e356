"""Insertions: a file on its way into a form, from the local queue to the start of its job.

A form has one active job at a time [LIMB], so files wait here for its slot; and a job has to be
started within three hours of its creation, so it is created only when the slot is free. Create and
upload are each sent once. An answer that proves that nothing happened lets the step be tried again;
after a lost answer it is for the user to say what is to be done.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum, StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import JobRef, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.upload import Suspects, UploadFile
from zcbulk_tui.errors import (
    BetweenError,
    BusyError,
    FormBusyError,
    HeldError,
    QuotaSpentError,
    SignInError,
    UnclearError,
    UnreachableError,
    UsageError,
    ZcbulkError,
)

CALLS = 3
"""Calls from a file to a running job: create, upload, start."""

CREATES_PER_MINUTE = 5
"""What bulk read allows a user; nothing is said of insert, so it is taken for this, too."""


class Step(StrEnum):
    """The steps that are recorded with an insertion; the start is recorded with its job."""

    CREATE = "create"
    UPLOAD = "upload"


class StepRecord(NamedTuple):
    """A create or an upload, and what became of it.

    Attributes:
        sent_at: When it began; aware.
        outcome: `Outcome.SENT`, `ACCEPTED` or `REFUSED`.
        said: The server's words on success; empty where there are none.
        error: Why it was refused, or why its answer is unclear.
    """

    sent_at: datetime
    outcome: Outcome = Outcome.SENT
    said: str = ""
    error: ZcbulkError | None = None

    @property
    def is_unclear(self) -> bool:
        """Whether its answer was lost."""
        return self.outcome is Outcome.SENT and self.error is not None

    def ended_by(self, error: ZcbulkError) -> "StepRecord":
        """Returns the record after an error: unclear where that is, else refused."""
        is_unclear = isinstance(error, UnclearError)
        outcome = Outcome.SENT if is_unclear else Outcome.REFUSED
        return self._replace(outcome=outcome, error=error.kept())


class SourceFile(NamedTuple):
    """The file that the user named; what is uploaded may be made of it.

    Attributes:
        path: Where it stood.
        name: Its name; sanitised.
        size: Its size in bytes.
        sha256: Its SHA-256, in hexadecimal.
        rows: Records in it, without the header.
        part: Which part of it this is, from 1; 0 where it was not cut.
        parts: Into how many it was cut; 0 where it was not.
        row_map: Where it stands which line each uploaded record came from; None where the file
            was uploaded as it was.
        encoding: The name of its encoding, as its user gave it; None where the file says it, or is
            UTF-8.
        delimiter: The character between its cells.
        is_trial: Whether the upload has the records of a trial only.
        rest_of: The id of the trial's job, of the same form, where the upload has other records
            than those of the trial; empty where there was none.
    """

    path: Path
    name: str
    size: int
    sha256: str
    rows: int
    part: int = 0
    parts: int = 0
    row_map: Path | None = None
    encoding: str | None = None
    delimiter: str = ","
    is_trial: bool = False
    rest_of: str = ""

    def __str__(self) -> str:
        if self.is_trial:
            return f"{self.name}, trial"
        return f"{self.name}, part {self.part} of {self.parts}" if self.parts else self.name


class Insertion(NamedTuple):
    """A file that is to be inserted into a form.

    Attributes:
        key: Names it, whatever becomes of it.
        form: Where it goes.
        source: The file that the user named.
        upload_file: The file that is uploaded.
        label: What its job is called.
        queued_at: When it was queued; aware.
        operator: Login and host of who did, as in ``anna@jump1``.
        tags: The tags of its job.
        starts: Whether its job is started once the file is there.
        create: The create call; None until it is sent.
        upload: The upload; None until it is sent.
        job_id: The id of its job; empty until that is known.
        goes_on: Whether it goes on, although the job before it in the form ended badly.
        is_over: Whether nothing more is to be done for it: it was started, dropped, or is left as
            uploaded.
        repairs: The id of the job, of the same form, whose failed and unprocessed records it sends
            again; empty for none.
    """

    key: str
    form: FormRef
    source: SourceFile
    upload_file: UploadFile
    label: str
    queued_at: datetime
    operator: str
    tags: tuple[str, ...] = ()
    starts: bool = True
    create: StepRecord | None = None
    upload: StepRecord | None = None
    job_id: str = ""
    goes_on: bool = False
    is_over: bool = False
    repairs: str = ""

    @property
    def ref(self) -> JobRef | None:
        """Its job; None until that exists, as far as is known."""
        return self.form.job(self.job_id) if self.job_id else None

    @property
    def last_step(self) -> tuple[Step, StepRecord] | None:
        """The step that was begun last; None for none."""
        if self.upload is not None:
            return Step.UPLOAD, self.upload
        return None if self.create is None else (Step.CREATE, self.create)

    @property
    def uploaded_at(self) -> datetime | None:
        """When the upload began, where Zoho accepted it; aware."""
        is_in = self.upload is not None and self.upload.outcome is Outcome.ACCEPTED
        return self.upload.sent_at if self.upload is not None and is_in else None

    @property
    def done(self) -> tuple[object, ...]:
        """What was done for it, to be compared: errors that are read anew are other objects."""
        steps = (
            step and (step.sent_at, step.outcome, str(step.error))
            for step in (self.create, self.upload)
        )
        return (self.key, self.job_id, self.goes_on, self.is_over, *steps)

    def released(self) -> "Insertion":
        """Returns it as it goes on after its user has said so: the last step may be sent again."""
        last, changed = self.last_step, self._replace(goes_on=True)
        needs_user = stage(self).needs_user
        return changed.with_step(last[0], None) if last is not None and needs_user else changed

    def with_step(self, step: Step, record: StepRecord | None) -> "Insertion":
        """Returns it with another record of a step; None for none, so that it may be sent."""
        if step is Step.CREATE:
            return self._replace(create=record)
        return self._replace(upload=record)


class InsertPlan(NamedTuple):
    """How a file is to be inserted.

    Attributes:
        form: Where it goes.
        label: What its job is called; empty for the name of the file.
        tags: The tags of its job.
        suspects: What becomes of the records that would probably fail.
        part_records: The most records that one job is to have; None for any number.
        starts: Whether its job is started once the file is there.
        repairs: See `Insertion.repairs`.
    """

    form: FormRef
    label: str = ""
    tags: tuple[str, ...] = ()
    suspects: Suspects = Suspects.AS_THEY_ARE
    part_records: int | None = None
    starts: bool = True
    repairs: str = ""


class Prepared(NamedTuple):
    """What a file has become.

    Attributes:
        insertions: One for each part, in their order.
        left_out: Records that were left out.
        left_out_path: The file that these are in; None where none were.
        left_out_lines: The file with their lines in the source; None where none were.
    """

    insertions: tuple[Insertion, ...]
    left_out: int = 0
    left_out_path: Path | None = None
    left_out_lines: Path | None = None


class Stage(Enum):
    """Where an insertion stands."""

    WAITS = "waits"
    """For the form's slot, or for its turn."""

    HELD = "held"
    """The job before it in the form ended badly: the user decides."""

    SENDING = "sending"
    """A step is on its way, or its sender was ended before the answer was written down."""

    CREATED = "created"
    """The upload comes next."""

    UPLOADED = "uploaded"
    """The start comes next, where one is wanted."""

    UNCLEAR = "unclear"
    """The answer to a step was lost: the user decides."""

    TRIES_AGAIN = "tries again"
    """A step was not carried out for a reason that passes."""

    REFUSED = "refused"
    """A step was refused: the user decides."""

    OVER = "over"
    """Nothing more is to be done for it."""

    @property
    def needs_user(self) -> bool:
        """Whether nothing happens until the user decides."""
        return self in (Stage.HELD, Stage.UNCLEAR, Stage.REFUSED)

    @property
    def is_before_create(self) -> bool:
        """Whether there is certainly no job yet, and none is on its way."""
        return self in (Stage.WAITS, Stage.HELD)


class Slot(NamedTuple):
    """What stands between a file and its form; of several things the first.

    Attributes:
        taken_by: The label of the job that is active in the form, or may be; empty for none.
        ended_badly: The label of the last job of the form that was inserted from here, where it
            ended badly; empty for none.
    """

    taken_by: str = ""
    ended_badly: str = ""


def slot_of(form: FormRef, jobs: Iterable[JobSnapshot], last: Insertion | None) -> Slot:
    """Returns what stands between the files for a form and that form.

    Args:
        form: The form.
        jobs: What is known of the jobs that are watched, and of the job of the last insertion.
        last: The last insertion of the form that has a job; None for none.
    """
    of_form = [it for it in jobs if FormRef.of(it.ref) == form]
    active = next((it for it in of_form if not it.is_final), None)
    if active is not None:
        return Slot(taken_by=active.job.label)
    before = next((it for it in of_form if last is not None and it.ref == last.ref), None)
    ended_badly = before is not None and before.state in BAD_ENDS
    return Slot(ended_badly=before.job.label if before is not None and ended_badly else "")


_PASSES = (
    UnreachableError,
    BusyError,
    SignInError,
    QuotaSpentError,
    BetweenError,
    FormBusyError,
    HeldError,  # a call that was not to be made any more when its turn came
)

_NOT_COMPLETE = 11350
"""Creator's code for a start before the upload is complete: wait, and start then [OAS]."""


def passes(error: ZcbulkError | None) -> bool:
    """Whether an error proves that nothing happened, for a reason that passes by itself."""
    is_early = error is not None and error.answer is not None and error.answer.code == _NOT_COMPLETE
    return isinstance(error, _PASSES) or is_early


STARTED = frozenset(
    {JobState.IN_PROGRESS, JobState.COMPLETED, JobState.SYSTEM_ABORTED, JobState.FAILED}
)
"""States that no job has which was never started."""

BAD_ENDS = frozenset(
    {
        JobState.USER_ABORTED,
        JobState.SYSTEM_ABORTED,
        JobState.ABORTED,
        JobState.FAILED,
        JobState.EXPIRED,
    }
)
"""States after which the queue of a form waits for the user."""


def stage(insertion: Insertion, slot: Slot = Slot()) -> Stage:  # noqa: B008 - a constant
    """Returns where an insertion stands.

    Args:
        insertion: The insertion.
        slot: The slot of its form; matters only before there is a job.
    """
    if insertion.is_over:
        return Stage.OVER
    last = insertion.last_step
    if last is None:
        is_held = bool(slot.ended_badly) and not insertion.goes_on and not slot.taken_by
        return Stage.HELD if is_held else Stage.WAITS
    step, record = last
    if record.outcome is Outcome.REFUSED:
        return Stage.TRIES_AGAIN if passes(record.error) else Stage.REFUSED
    if record.outcome is Outcome.SENT:
        return Stage.UNCLEAR if record.is_unclear else Stage.SENDING
    return Stage.CREATED if step is Step.CREATE else Stage.UPLOADED


class QueuedFile(NamedTuple):
    """An insertion that is not over, and where it stands.

    Attributes:
        insertion: The insertion.
        stage: Where it stands.
        slot: What stands between it and its form.
        behind: How many files for the same form come before it.
        sent: Bytes of the upload that have left; None while none is under way here.
        rate: Bytes a second, as measured since the upload began; None before it is known.
        trouble: Why it waits, where the reason is neither the slot nor an error of a step.
        start: The start of its job; None until it is sent.
    """

    insertion: Insertion
    stage: Stage
    slot: Slot = Slot()
    behind: int = 0
    sent: int | None = None
    rate: float | None = None
    trouble: str = ""
    start: Command | None = None


class QueueStop(NamedTuple):
    """The queue of a profile stands still: no step of any file is sent.

    Attributes:
        at: Since when; aware.
        why: Why, as a sentence without full stop.
        by: Who or what has stopped it, as in ``anna@jump1`` or ``error budget``.
    """

    at: datetime
    why: str
    by: str


def queued_files(
    queue: Sequence[Insertion], slots: Mapping[FormRef, Slot] = MappingProxyType({})
) -> list[QueuedFile]:
    """Returns the files of a queue with how they stand, in the order of their turns.

    Args:
        queue: Those that are not over.
        slots: What is known of the slots of their forms.
    """
    before: Counter[FormRef] = Counter()
    files = []
    for insertion in queue:
        form = insertion.form
        slot, behind = slots.get(form, Slot()), before[form]
        before[form] += 1
        where = stage(insertion, slot) if not behind else Stage.WAITS
        files.append(QueuedFile(insertion, where, slot, behind))
    return files


def same_form(queue: Sequence[Insertion], key: str) -> list[Insertion]:
    """Returns the files that one may change places with, itself among them, in their order.

    Raises:
        UsageError: It is under way already.
    """
    moved = next((it for it in queue if it.key == key), None)
    if moved is None:
        return []
    same = [it for it in queue if it.form == moved.form and stage(it).is_before_create]
    if moved not in same:
        raise UsageError("It is under way already", next_step="Move one that still waits.")
    return same


def firsts(insertions: Sequence[Insertion]) -> list[Insertion]:
    """Returns the insertions whose turn it is: of each form the first one that is not over."""
    found: dict[FormRef, Insertion] = {}
    for insertion in insertions:
        if not insertion.is_over:
            found.setdefault(insertion.form, insertion)
    return list(found.values())


def left_alone(insertion: Insertion) -> Insertion:
    """Returns an insertion without a sender: what it has sent last is unclear."""
    if insertion.last_step is None or stage(insertion) is not Stage.SENDING:
        return insertion
    step, record = insertion.last_step
    return insertion.with_step(step, interrupted(record, step))


def interrupted(record: StepRecord, step: Step) -> StepRecord:
    """Returns the record of a step whose sender was ended before the answer was written down."""
    what = (
        "a job may exist whose id nobody knows" if step is Step.CREATE else "the file may be there"
    )
    error = UnclearError(
        f"The {step} was interrupted",
        f"The program that sent it was ended before the answer was written down: {what}.",
    )
    return record._replace(error=error)
