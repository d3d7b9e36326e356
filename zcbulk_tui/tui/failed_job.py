"""A job whose failures are shown, and what their screens need of it."""

from collections.abc import Callable, MutableMapping
from datetime import datetime
from typing import NamedTuple

from zcbulk_tui.domain.form import FormFields, FormRef
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.tui.availability import Availability
from zcbulk_tui.tui.failing import FailureRows, Failures, OnProgress
from zcbulk_tui.tui.inserting import Inserting
from zcbulk_tui.tui.repairing import LeftRules


class FailedJob(NamedTuple):
    """A job whose failures are shown.

    Attributes:
        snapshot: The job.
        chain: The chain that it belongs to; None for none.
        failures: The results of the profile's jobs.
        inserting: Brings files into forms; None where that cannot be.
        repair: Whether it can be repaired.
        calls_left: Returns how many calls are left today, as a sentence.
        now: The time of day; aware.
        left_rules: Rules that were set for repairs and not used yet, by job.
    """

    snapshot: JobSnapshot
    chain: Chain | None
    failures: Failures
    inserting: Inserting | None
    repair: Availability
    calls_left: Callable[[], str]
    now: Callable[[], datetime]
    left_rules: MutableMapping[JobRef, LeftRules]

    @property
    def label(self) -> str:
        """What the job is called."""
        return self.snapshot.job.label

    @property
    def form(self) -> FormRef:
        """Its form."""
        return FormRef.of(self.snapshot.ref)

    @property
    def fields(self) -> FormFields | None:
        """The fields of its form, as they were listed last; None where they are not known."""
        return self.inserting.lists.known_fields(self.form) if self.inserting is not None else None

    def open(self, on_progress: OnProgress) -> FailureRows:
        """Reads its failures; takes long.

        Raises:
            DataError: They are not on the disk, or cannot be read.
        """
        return self.failures.open(self.snapshot.ref, on_progress)
