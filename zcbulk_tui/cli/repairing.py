"""What a job is repaired from: its results on this disk, and the file that was sent."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from zcbulk_tui.data.repair import Repair
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.insertion import SourceFile
from zcbulk_tui.domain.job import Counts, JobRef
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage
from zcbulk_tui.domain.text import counted
from zcbulk_tui.errors import DataError
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.results import Results


class JobFiles(NamedTuple):
    """The files that a job is repaired from.

    Attributes:
        failure: The result with the failed records; None where there are none.
        unprocessed: The result with the records that were not reached; None where there are none.
        source: The file that was sent; None where that is not known.
        notes: What is missing in them, as sentences.
    """

    failure: Path | None
    unprocessed: Path | None
    source: SourceFile | None
    notes: tuple[str, ...] = ()

    def repair(self) -> Repair:
        """Reads them.

        Raises:
            DataError: One of them cannot be read.
        """
        return Repair(self.failure, self.unprocessed, self.source)


def job_files(database: Database, profile: str, ref: JobRef, name: str) -> JobFiles:
    """Returns the files that a job is repaired from.

    Args:
        database: Says where they stand.
        profile: Whose job it is.
        ref: The job.
        name: What the user calls it.

    Raises:
        DataError: Results that it must have are not on this disk.
        ConfigError: The memory cannot be read.
    """
    history = Archive(database, profile).history(ref)
    counts = history.readings[-1].counts if history is not None and history.readings else Counts()
    source = history.insertion.source if history is not None and history.insertion else None
    return files_of(
        Results(database, profile).of(ref),
        counts,
        source,
        command(f"results {shlex.quote(name)}", profile),
    )


def files_of(
    results: Sequence[Result], counts: Counts, source: SourceFile | None, fetch: str
) -> JobFiles:
    """Returns the files that a job is repaired from.

    Args:
        results: What is known of its results.
        counts: Those of its last reading.
        source: The file that was sent; None where that is not known.
        fetch: The command that fetches its results.

    Raises:
        DataError: Results that it must have are not on this disk.
    """
    by_kind = {it.kind: it for it in results}
    expected = {ResultKind.FAILURE: counts.failed, ResultKind.UNPROCESSED: counts.left}
    paths: dict[ResultKind, Path | None] = {}
    notes: list[str] = []
    for kind, count in expected.items():
        result, words = by_kind.get(kind), kind.word
        paths[kind] = None
        if result is not None and result.file is not None and result.stage is ResultStage.ON_DISK:
            paths[kind] = result.file.path
            if result.is_short:
                has = counted(result.file.records, f"{words} record")
                notes.append(f"The result has {has}, and the job counted {result.expected:,}.")
        elif count == 0:
            continue
        elif result is not None and result.stage is ResultStage.GONE:
            lost = "" if count is None else counted(count, f"{words} record")
            known = f": {lost} cannot be sent again" if lost else ""
            notes.append(f"Zoho has no file with {words} records, or none any more{known}.")
        else:
            raise DataError(
                f"The {words} records of the job are not on this disk",
                "What is sent again is made of both results: failed and unprocessed.",
                f"Fetch them, for 1 call each: {fetch}",
            )
    return JobFiles(paths[ResultKind.FAILURE], paths[ResultKind.UNPROCESSED], source, tuple(notes))
