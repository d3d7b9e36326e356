"""What the monitor needs from outside."""

from collections.abc import Callable
from typing import Protocol

from zcbulk_tui.domain.call_limits import Slot
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Action, JobReading, JobRef
from zcbulk_tui.domain.upload import CreatedJob, UploadFile
from zcbulk_tui.errors import Answer
from zcbulk_tui.monitor.events import Event


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
    """Zoho Creator, as far as files are brought into it."""

    async def create(self, form: FormRef, slot: Slot) -> CreatedJob:
        """Creates a job; every call it takes is made within a `slot` of its own.

        Raises:
            UnclearError: A job may exist whose id nobody knows.
            ZcbulkError: None was created.
        """

    async def upload(
        self, ref: JobRef, file: UploadFile, slot: Slot, on_progress: Callable[[int], None]
    ) -> Answer:
        """Uploads a file to a job; every call it takes is made within a `slot` of its own.

        Args:
            ref: The job.
            file: The file.
            slot: Opens the context of each call.
            on_progress: Takes how many bytes of the file have left.

        Returns:
            What the server said.

        Raises:
            UnclearError: The job may have the file.
            ZcbulkError: It has not.
        """


class Sink(Protocol):
    """Where the monitor's events go."""

    def publish(self, event: Event) -> None:
        """Takes an event; must return at once."""
