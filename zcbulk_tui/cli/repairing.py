"""What a job is repaired from: its results on this disk, and the file that was sent."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from zcbulk_tui.data.repair import Repair
from zcbulk_tui.data.resent import read_resent
from zcbulk_tui.data.result_columns import NOT_KNOWN, ServerColumns
from zcbulk_tui.data.result_folder import ResultFolder
from zcbulk_tui.data.row_map import RowMap
from zcbulk_tui.data.rows import OnProgress
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.insertion import SourceFile
from zcbulk_tui.domain.job import Counts, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage
from zcbulk_tui.domain.text import counted
from zcbulk_tui.errors import DataError
from zcbulk_tui.store import recall
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.results import Results, is_there


class JobFiles(NamedTuple):
    """The files that a job is repaired from.

    Attributes:
        failure: The result with the failed records; None where there are none.
        unprocessed: The result with the records that were not reached; None where there are none.
        source: The file that was sent; None where that is not known.
        folder: Where the results are. A repair file that is written there stays as long as they
            do: it is what the job that it becomes may be repaired from.
        resent: The row maps of the repairs that were sent before.
        notes: What is missing in them, as sentences.
        known: Columns that the server is known to add to results.
    """

    failure: Path | None
    unprocessed: Path | None
    source: SourceFile | None
    folder: Path
    resent: tuple[RowMap, ...] = ()
    notes: tuple[str, ...] = ()
    known: ServerColumns = NOT_KNOWN

    def repair(self, *, with_places: bool = False, on_progress: OnProgress | None = None) -> Repair:
        """Reads them; for arguments see `Repair`.

        Raises:
            DataError: One of them cannot be read.
        """
        return Repair(
            self.failure,
            self.unprocessed,
            self.source,
            folder=self.folder,
            resent=self.resent,
            with_places=with_places,
            known=self.known,
            on_progress=on_progress,
        )


def job_files(
    database: Database, profile: str, ref: JobRef, name: str, results: ResultFolder
) -> JobFiles:
    """Returns the files that a job is repaired from.

    Args:
        database: Says where they stand.
        profile: Whose job it is.
        ref: The job.
        name: What the user calls it.
        results: Keeps its results.

    Raises:
        DataError: Results that it must have are not on this disk, or an earlier repair sent some of
            its records, and which is not known.
        ConfigError: The memory cannot be read.
    """
    history = Archive(database, profile).history(ref)
    counts = history.readings[-1].counts if history is not None and history.readings else Counts()
    folder = results.folder_of(ref)
    source = history.insertion.source if history is not None and history.insertion else None
    files = files_of(
        Results(database, profile).of(ref),
        counts,
        source,
        folder,
        command(f"results {shlex.quote(name)}", profile),
    )
    return files._replace(resent=tuple(_resent(database, profile, ref, folder)))


def _resent(database: Database, profile: str, ref: JobRef, folder: Path) -> Iterator[RowMap]:
    """The row maps of the repairs of a job that were sent, or are on their way."""
    for repair in Insertions(database, profile).repairs_of(ref):
        if repair.ref is not None:
            job = WatchedJob(repair.ref, repair.label, repair.queued_at)
            if recall.known(database, profile, job).state is JobState.EXPIRED:
                continue  # it was not started in time: none of its records was sent
        row_map = read_resent(folder, repair.source.sha256)
        if row_map is None:
            raise DataError(
                f"The job was repaired before, by {repair.label}",
                "Which of its records were sent again is not known: some might be sent twice.",
                f"Repair that one: {command(f'repair {shlex.quote(repair.label)}', profile)}",
            )
        yield row_map


def files_of(
    results: Sequence[Result], counts: Counts, source: SourceFile | None, folder: Path, fetch: str
) -> JobFiles:
    """Returns the files that a job is repaired from.

    Args:
        results: What is known of its results.
        counts: Those of its last reading.
        source: The file that was sent; None where that is not known.
        folder: Where the results are.
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
        if (
            result is not None
            and result.file is not None
            and result.stage is ResultStage.ON_DISK
            and is_there(result.file)
        ):
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
    failure, unprocessed = paths[ResultKind.FAILURE], paths[ResultKind.UNPROCESSED]
    return JobFiles(failure, unprocessed, source, folder, notes=tuple(notes))
