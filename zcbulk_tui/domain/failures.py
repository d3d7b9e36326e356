"""Why records of a job failed: the reasons in groups, with values masked."""

from collections.abc import Sequence
from dataclasses import dataclass

SAMPLES = 5
"""Rows that are kept of each group, to be shown at once."""

VALUE = "<value>"
"""Stands in a masked reason where each record has a value of its own."""

NO_REASON = "no reason given"
"""Names the group of the records without a reason."""

OTHER_REASONS = "other reasons"
"""Names the group of the records whose reasons are too many to be told apart; the last one."""


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A record that failed, as it stands in the result.

    Attributes:
        record: Its number in the result, from 1.
        reason: Why, in Zoho's words; sanitised, but neither cut nor masked.
        cells: Its cells, under `FailureReport.columns`; as they are, not sanitised.
        lines: The lines of the source in which it may begin: none where that is not known, several
            where its content stands in several.
    """

    record: int
    reason: str
    cells: tuple[str, ...]
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Records that failed for the same reason, whatever their values.

    Attributes:
        reason: The reason, its values masked, as in ``INVALID_DATA-Phone`` or ``Enter a valid
            number for Phone (<value>)``; sanitised. It names the group.
        fields: The columns that it concerns, as far as it names any.
        records: How many.
        samples: The first of them, at most `SAMPLES`.
    """

    reason: str
    fields: tuple[str, ...]
    records: int
    samples: tuple[FailedRow, ...]


@dataclass(frozen=True, slots=True)
class FailureReport:
    """The failures of a job.

    Attributes:
        records: How many there are.
        groups: The groups, the largest first.
        columns: The columns of the rows: those of the file that was uploaded, as far as the result
            has them.
        assumed: What was taken for granted of the result's columns, as sentences: no document
            names them.
        placed: Records whose line in the source is known for certain.
        ambiguous: Records that may stand in several lines.
        blocks: Failures in each 200 records of the upload, in its order, as far as their places
            are known; empty where the source is not known.
    """

    records: int
    groups: tuple[FailureGroup, ...]
    columns: tuple[str, ...]
    assumed: tuple[str, ...] = ()
    placed: int = 0
    ambiguous: int = 0
    blocks: Sequence[int] = ()

    def saved_by(self, groups: int) -> float:
        """Returns which share of the failures the largest groups are, from 0 to 1."""
        if not self.records:
            return 0.0
        return sum(group.records for group in self.groups[:groups]) / self.records
