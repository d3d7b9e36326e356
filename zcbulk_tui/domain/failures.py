"""Why records of a job failed: the reasons in groups, with values masked."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from zcbulk_tui.domain.batch_rule import BATCH, BatchVerdict

SAMPLES = 5
"""Rows that are kept of each group, to be shown at once."""

VALUE = "<value>"
"""Stands in a masked reason where each record has a value of its own."""

NO_REASON = "no reason given"
"""Names the group of the records without a reason."""

OTHER_REASONS = "other reasons"
"""Names the group of the records whose reasons are too many to be told apart; the last one."""

_FEWER = 0.2
"""Share of the expected blocks that must be without a failure before that is said."""

_PLACED = 0.5
"""Share of the failures whose place must be known before anything is said of all."""

_WORTH_IT = 0.9
"""Share of the failures from which on it is worth to say that some groups make them up."""

_FEW_GROUPS = 3


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
        is_packed: Whether suspect records were packed behind all others before the upload: then
            blocks show that, and not where failures stand in the source.
    """

    records: int
    groups: tuple[FailureGroup, ...]
    columns: tuple[str, ...]
    assumed: tuple[str, ...] = ()
    placed: int = 0
    ambiguous: int = 0
    blocks: Sequence[int] = ()
    is_packed: bool = False

    def saved_by(self, groups: int) -> float:
        """Returns which share of the failures the largest groups are, from 0 to 1."""
        if not self.records:
            return 0.0
        return sum(group.records for group in self.groups[:groups]) / self.records


def fewest_groups(
    report: FailureReport, share: float = _WORTH_IT, most: int = _FEW_GROUPS
) -> int | None:
    """Returns how many of the largest groups make up a share of the failures.

    Args:
        report: The failures.
        share: From 0 to 1.
        most: More groups than this are not worth to be said.

    Returns:
        From 1 to `most`; None where so few do not, or where what ails those that do is not known.
    """
    for groups in range(1, min(most, len(report.groups)) + 1):
        if report.groups[groups - 1].reason in (NO_REASON, OTHER_REASONS):
            return None
        if report.saved_by(groups) >= share:
            return groups
    return None


@dataclass(frozen=True, slots=True)
class Clustering:
    """How failures are spread over the blocks of 200 records of an upload.

    Attributes:
        failures: Those whose place is known.
        blocks: Blocks of the upload.
        holding: Those with a failure.
        expected: As many as would have one, were the failures spread at random.
    """

    failures: int
    blocks: int
    holding: int
    expected: float

    @property
    def is_clustered(self) -> bool:
        """Whether they stand in far fewer blocks than chance would give them."""
        if self.expected <= 0:
            return False
        # More than the scatter of chance: which is less than that of independent blocks.
        scatter = math.sqrt(self.expected * max(1 - self.expected / self.blocks, 0))
        missing = self.expected - self.holding
        return missing > _FEWER * self.expected and missing > max(3 * scatter, 1.0)


def clustering(report: FailureReport) -> Clustering | None:
    """Returns how failures are spread; None where the places of too few are known."""
    failures = sum(report.blocks)
    if failures < 2 or failures < _PLACED * report.records:
        return None
    blocks = len(report.blocks)
    holding = sum(map(bool, report.blocks))
    verdict = BatchVerdict(max(blocks * BATCH, failures), failures, holding, 0)
    return Clustering(failures, blocks, holding, verdict.expected_at_random)
