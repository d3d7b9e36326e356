"""What the screens about failures need from beside the screen."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from zcbulk_tui.domain.failures import FailedRow, FailureReport
from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.repair import Preview, RepairFile, Rules
from zcbulk_tui.domain.result import Result, ResultKind
from zcbulk_tui.domain.suggestions import Suggestion

OnProgress = Callable[[int, int], None]
"""Takes the bytes that were read, and the bytes in all."""


class FailureRows(Protocol):
    """The failed records of a job, to be looked at; each method may take long."""

    @property
    def report(self) -> FailureReport:
        """The groups."""

    def rows(self, reason: str | None, start: int, count: int) -> Sequence[FailedRow]:
        """Returns failed records of a group, or of all, in the order of the result.

        Args:
            reason: The masked reason that names the group; None for all.
            start: The first one, from 0.
            count: How many at most.

        Raises:
            DataError: The result cannot be read any more.
        """

    def search(self, reason: str | None, text: str, start: int) -> int | None:
        """Returns the place of the next record of a group that holds a text; None for none.

        Raises:
            DataError: The result cannot be read any more.
        """

    def export(self, reason: str | None, path: Path) -> int:
        """Writes the records of a group, or all, to a new CSV; returns how many.

        Raises:
            DataError: It cannot be written, or is there already.
        """

    def preview(self, rules: Rules, reason: str, count: int) -> Sequence[Preview]:
        """Returns what rules make of records of a group.

        Raises:
            DataError: The result, or the file that was uploaded, cannot be read any more.
        """

    def suggest(self, fields: FormFields | None) -> Mapping[str, Suggestion]:
        """Returns what may repair the records of groups, by their reasons.

        Raises:
            DataError: The file that was uploaded has changed meanwhile.
        """

    def write_repair(
        self, rules: Rules, *, with_unchanged: bool, on_progress: OnProgress
    ) -> RepairFile:
        """Writes the file that is sent again.

        Args:
            rules: What is done to the failed records.
            with_unchanged: Whether failed records are sent again that no rule changes.
            on_progress: Takes how far it is.

        Raises:
            UsageError: A rule is for a column that there is not.
            DataError: Nothing is left to send, or it cannot be written.
        """


class Failures(Protocol):
    """The results of the jobs of a profile."""

    def results(self, ref: JobRef) -> Sequence[Result]:
        """Returns what is known of the results of a job; raises nothing."""

    def price(self, refs: Sequence[JobRef], kinds: Sequence[ResultKind]) -> int:
        """Returns how many calls it costs to fetch those that are not on the disk."""

    def fetch(self, refs: Sequence[JobRef], kinds: Sequence[ResultKind]) -> None:
        """Has results fetched as soon as may be; `ResultChanged` says how that ends.

        Raises:
            QuotaSpentError: The day's calls do not allow it.
            ConfigError: It cannot be written down.
        """

    def open(self, ref: JobRef, on_progress: OnProgress) -> FailureRows:
        """Reads the failures of a job; may take long.

        Raises:
            DataError: They are not on the disk, or cannot be read.
        """

    def read_rules(self, path: Path) -> Rules:
        """Reads a file of rules.

        Raises:
            DataError: It cannot be read, or something in it is no rule.
        """

    def write_rules(self, rules: Rules, path: Path) -> None:
        """Writes a new file of rules.

        Raises:
            DataError: It cannot be written, or is there already.
        """
