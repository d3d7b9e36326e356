"""The failures of a job for the screens: read, searched, repaired; see `tui.failing`."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count as numbers
from pathlib import Path

from zcbulk_tui.cli.contracts import known_contract
from zcbulk_tui.cli.repairing import JobFiles, job_files
from zcbulk_tui.cli.state import open_memory
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.data.result_columns import ResultColumns, server_columns
from zcbulk_tui.data.result_folder import ResultFolder
from zcbulk_tui.domain.failures import FailedRow, FailureReport
from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.repair import Preview, RepairFile, Rules
from zcbulk_tui.domain.suggestions import Suggestion
from zcbulk_tui.tui.failing import FailureRows, OnProgress

_NOTHING = FailureReport(0, (), ())


def files_on_disk(settings: Settings, results: ResultFolder) -> Callable[[JobRef], JobFiles]:
    """Returns what says which files a job is repaired from, with a connection of its own."""

    def read(ref: JobRef) -> JobFiles:
        with open_memory(is_only_read=True) as database:
            files = job_files(database, settings.profile, ref, ref.job_id, results)
        return files._replace(known=server_columns(known_contract(settings, ref.origin)))

    return read


def opener(
    files: Callable[[JobRef], JobFiles],
    note: Callable[[JobRef, ResultColumns], None] = lambda _, _columns: None,
) -> Callable[[JobRef, OnProgress], FailureRows]:
    """Returns what reads the failures of jobs, for `cli.failing.JobFailures`.

    Args:
        files: Returns the files that a job is repaired from; it may be called in any thread.
        note: Takes which columns a result has; in the same thread.
    """

    def read(ref: JobRef, on_progress: OnProgress) -> FailureRows:
        rows = JobFailureRows(files(ref), on_progress)
        if rows.columns is not None:
            note(ref, rows.columns)
        return rows

    return read


class JobFailureRows:
    """The failed records of a job; see `FailureRows`.

    Args:
        files: What it is repaired from.
        on_progress: Takes the bytes that were read of a file, and its bytes in all.

    Raises:
        DataError: They cannot be read.
    """

    def __init__(self, files: JobFiles, on_progress: OnProgress) -> None:
        self._repair = files.repair(with_places=True, on_progress=on_progress)
        self._failures = self._repair.failures
        self._folder = files.folder
        self._stem = "" if files.source is None else files.source.path.stem

    @property
    def columns(self) -> ResultColumns | None:
        """Which columns of the result are what; None where there is none."""
        return None if self._failures is None else self._failures.columns

    @property
    def report(self) -> FailureReport:
        """The groups."""
        return _NOTHING if self._failures is None else self._failures.report

    def rows(self, reason: str | None, start: int, count: int) -> Sequence[FailedRow]:
        """See `FailureRows`."""
        return [] if self._failures is None else self._failures.rows(reason, start, count)

    def search(self, reason: str | None, text: str, start: int) -> int | None:
        """See `FailureRows`."""
        return None if self._failures is None else self._failures.search(reason, text, start)

    def export(self, reason: str | None, path: Path) -> int:
        """See `FailureRows`."""
        return 0 if self._failures is None else self._failures.export(reason, path)

    def preview(self, rules: Rules, reason: str, count: int) -> Sequence[Preview]:
        """See `FailureRows`."""
        return self._repair.preview(rules, reason, count)

    def suggest(self, fields: FormFields | None) -> Mapping[str, Suggestion]:
        """See `FailureRows`."""
        return self._repair.suggest(fields)

    def write_repair(
        self, rules: Rules, *, with_unchanged: bool, on_progress: OnProgress
    ) -> RepairFile:
        """See `FailureRows`."""
        return self._repair.write(
            rules, self._free_path(), with_unchanged=with_unchanged, on_progress=on_progress
        )

    def _free_path(self) -> Path:
        stem = f"{self._stem[:80] or 'records'}.repair"
        names = (f"{stem}{'' if at == 1 else f'-{at}'}.csv" for at in numbers(1))
        return next(path for name in names if not (path := self._folder / name).exists())
