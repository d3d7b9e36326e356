"""What the monitor needs from outside."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from zcbulk_tui.domain.alerts import Alert
from zcbulk_tui.domain.call_limits import Slot
from zcbulk_tui.domain.form import FormFields, FormRef, NamedLink
from zcbulk_tui.domain.job import Action, Environment, JobReading, JobRef
from zcbulk_tui.domain.night import Night
from zcbulk_tui.domain.probe import Exchange, Step
from zcbulk_tui.domain.result import ResultFile, ResultKind
from zcbulk_tui.domain.upload import CreatedJob, UploadFile
from zcbulk_tui.errors import Answer, ZcbulkError


class JobApi(Protocol):
    """Zoho Creator, as far as the monitor uses it."""

    async def sign_in(self) -> None:
        """Makes sure that calls can be signed, which costs no call.

        Raises:
            ZcbulkError: They cannot be signed now.
        """

    async def status(self, ref: JobRef, slot: Slot) -> JobReading:
        """Asks for a job's status; every call it takes is made within a `slot` of its own.

        Raises:
            ZcbulkError: There is no reading.
        """

    async def control(self, ref: JobRef, action: Action, slot: Slot) -> Answer:
        """Starts or aborts a job; every call it takes is made within a `slot` of its own.

        Returns:
            What the server said.

        Raises:
            UnclearError: It may or may not have been carried out.
            ZcbulkError: It was not carried out.
        """


class InsertApi(Protocol):
    """Zoho Creator, as far as new jobs need it; neither call is ever repeated after no answer."""

    async def create(self, form: FormRef, slot: Slot) -> CreatedJob:
        """Creates a job; every call it takes is made within a `slot` of its own.

        Raises:
            UnclearError: A job may exist, whose id nobody knows.
            ZcbulkError: No job was created.
        """

    async def upload(
        self, ref: JobRef, file: UploadFile, slot: Slot, on_progress: Callable[[int], None]
    ) -> Answer:
        """Uploads a job's file; every call it takes is made within a `slot` of its own.

        May be cancelled. Its time has no limit as long as bytes are taken.

        Args:
            ref: The job.
            file: What is sent; it is checked once more, before its end is sent.
            slot: Opens the context of a call.
            on_progress: Takes the bytes of the file that were sent so far, many times a second;
                begins with 0, anew where the call is made once more with another token.

        Returns:
            What the server said.

        Raises:
            DataError: The file is not the one that was checked; it was not uploaded.
            UnclearError: Whether the job has its file is not known: its status may say it.
            ZcbulkError: The job did not take it.
        """


class FormApi(Protocol):
    """Zoho Creator's Meta API; each list costs a call, which is made within a `slot` of its own."""

    async def fields(self, form: FormRef, slot: Slot) -> FormFields:
        """Returns the fields of a form.

        Raises:
            ZcbulkError: There is no list.
        """

    async def forms(
        self, origin: str, owner: str, app: str, environment: Environment, slot: Slot
    ) -> tuple[NamedLink, ...]:
        """Returns the forms of an application that store records; empty where there are none.

        Raises:
            ZcbulkError: There is no list.
        """

    async def applications(self, origin: str, slot: Slot) -> tuple[NamedLink, ...]:
        """Returns the applications that the user may see; empty where there are none.

        Raises:
            ZcbulkError: There is no list.
        """


class ResultApi(Protocol):
    """Zoho Creator, as far as the results of jobs are fetched."""

    async def result(
        self, ref: JobRef, kind: ResultKind, write: Callable[[bytes], None], slot: Slot
    ) -> Answer:
        """Fetches a result; every call it takes is made within a `slot` of its own.

        What is no ZIP, whatever its HTTP status, is an answer in words, and not written.

        Args:
            ref: The job.
            kind: Which result.
            write: Takes the bytes of the ZIP, piece by piece; may raise a `DataError`, which ends
                the call and is raised as it is.
            slot: Opens the context of a call.

        Returns:
            What the server said with the file.

        Raises:
            ResultNotReadyError: It is still being made (code 11110).
            ResultGoneError: There is no such file, or none any more (code 11130).
            UnclearError: The file was cut off; what was written of it is worth nothing.
            ZcbulkError: There is no file.
        """


class ProbeApi(Protocol):
    """Zoho Creator, as far as a probe calls it: each step is one call, put in one way."""

    async def exchange(
        self,
        form: FormRef,
        step: Step,
        job_id: str,
        file: UploadFile | None,
        sent_at: datetime,
        slot: Slot,
    ) -> tuple[Exchange, ZcbulkError | None]:
        """Makes a step, within a `slot`.

        Args:
            form: The form.
            step: What to do.
            job_id: The id of its job; empty for a create and the fields.
            file: What is uploaded; None for other calls.
            sent_at: When the step was written down; aware.
            slot: Opens the context of a call.

        Returns:
            What came of it, and why that is no answer of Zoho's to it; None where it is one.

        Raises:
            UsageError: It cannot be sent at all; nothing was.
        """


class ResultWriter(Protocol):
    """A ZIP that is being fetched, beside its place."""

    def write(self, data: bytes) -> None:
        """Appends bytes.

        Raises:
            DataError: It is too large, or cannot be written.
        """

    def finish(self) -> ResultFile:
        """Takes the CSV out of the ZIP, checks and counts it, and gives it its place; takes long.

        Raises:
            DataError: It is no ZIP with exactly one CSV, or cannot be written; nothing is left.
        """

    def discard(self) -> None:
        """Removes what was written; does nothing after `finish`."""


class ResultFolder(Protocol):
    """Where the results of jobs are kept."""

    def begin(self, ref: JobRef, kind: ResultKind) -> ResultWriter:
        """Begins a result.

        Raises:
            DataError: Nothing can be written there.
        """

    def find(self, ref: JobRef, kind: ResultKind) -> ResultFile | None:
        """Returns the whole result that stands in its place; None for none; takes long.

        That may be one whose process was ended before it could write down that it is there.
        """

    def remove(self, ref: JobRef) -> None:
        """Removes the results of a job, and what was made of them.

        Raises:
            DataError: They cannot be removed.
        """


class AlertChannel(Protocol):
    """A way that alerts take to somebody who does not look at the screen."""

    @property
    def name(self) -> str:
        """What the log and the user call it, as in ``webhook``."""

    async def send(self, alert: Alert) -> None:
        """Sends an alert; may take as long as the channel's own time limit.

        Raises:
            ZcbulkError: It did not arrive, as far as that is known.
        """


class NightReports(Protocol):
    """What writes the reports of nights."""

    def path_for(self, until: datetime) -> Path:
        """Returns where the report of a night goes that ends at a moment, unless said otherwise."""

    def check(self, report: Path) -> None:
        """Looks whether a report can be written in its place, as far as that can be seen now.

        Raises:
            UsageError: It cannot.
        """

    def write(self, night: Night, no_token: ZcbulkError | None) -> None:
        """Writes the report of a night, in the place of one that is there; may take long.

        Args:
            night: The night.
            no_token: Why no call can be signed now; None where that is not so.

        Raises:
            ZcbulkError: It is not written.
        """
