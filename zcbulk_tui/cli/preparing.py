"""From a file to insertions: checked, written as it is uploaded, and cut into parts."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from zcbulk_tui.data.inspection import inspect
from zcbulk_tui.data.outgoing import Limits, Outgoing, prepare
from zcbulk_tui.data.row_map import RowMap, sent_records
from zcbulk_tui.data.rows import OnProgress
from zcbulk_tui.data.source import Source, open_source
from zcbulk_tui.data.trial import choose
from zcbulk_tui.domain.contract import UNKNOWN, Contract
from zcbulk_tui.domain.form import FormFields, FormRef
from zcbulk_tui.domain.insertion import Insertion, InsertPlan, Prepared, SourceFile
from zcbulk_tui.domain.preflight import Preflight
from zcbulk_tui.domain.record_set import RecordSet
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.domain.trial import Selection, Trial
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.errors import ConfigError, DataError
from zcbulk_tui.store.insertions import Insertions, remove_copies

_LONGEST_LABEL = 60

_KEPT = 3600.0
"""Seconds for which a file stays in the folder of uploads, though no insertion names it."""


class CheckedFile:
    """A file that was checked, and can be inserted as it was then.

    Args:
        source: The file, as it was opened before the check.
        found: What the check found.
        encoding: The encoding that was given; None where none was.
    """

    def __init__(self, source: Source, found: Preflight, encoding: str | None) -> None:
        self._source = source
        self.found = found
        self._encoding = encoding

    def prepare(
        self,
        plan: InsertPlan,
        folder: Path,
        operator: str,
        now: datetime,
        on_progress: OnProgress | None = None,
        *,
        selection: Selection | None = None,
    ) -> Prepared:
        """Writes what is uploaded, where that is not the file itself.

        Args:
            plan: How it is inserted.
            folder: Where files are written; it is made where it is missing.
            operator: Login and host of who does it.
            now: The time of day; aware.
            on_progress: Called with the bytes read, and the bytes in all.
            selection: The records that are inserted; None for all.

        Raises:
            DataError: The file has changed since the check, or files cannot be written.
        """
        facts = self.found.facts
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(
                f"The folder {one_line(str(folder))} cannot be made",
                f"{one_line(str(error))}.",
                "Make room for it, or set ZCBULK_STATE_DIR.",
            ) from error
        is_trial = selection is not None and selection.is_trial
        outgoing = prepare(
            self._source,
            folder,
            encoding=self._encoding,
            delimiter=facts.delimiter,
            suspects=self.found.suspects,
            treatment=plan.suspects,
            selection=selection,
            limits=Limits(
                records=None if is_trial else plan.part_records,
                zip_counts_packed=bool(self.found.zip_counts_packed),
            ),
            on_progress=on_progress,
        )
        if is_trial and len(outgoing.files) > 1:
            _remove(outgoing)
            raise DataError(
                f"The trial of {facts.name} is too large",
                "Its records do not fit in one job.",
                "Try fewer.",
            )
        originals = [it.upload for it in outgoing.files if not it.upload.is_copy]
        if any(it.sha256 != facts.sha256 for it in originals):
            _remove(outgoing)
            raise DataError(
                f"{facts.name} has changed since it was checked", next_step="Check it again."
            )
        return self._prepared(outgoing, plan, operator, now, selection)

    def choose(self, most: int, plan: InsertPlan, on_progress: OnProgress | None = None) -> Trial:
        """Returns the records of a trial; see `data.trial.choose`."""
        is_without = plan.suspects is Suspects.LEAVE_OUT
        return choose(
            self._source,
            self.found,
            most,
            encoding=self._encoding,
            without=self.found.suspects if is_without else None,
            on_progress=on_progress,
        )

    def sent_records(
        self, row_maps: Sequence[RowMap], on_progress: OnProgress | None = None
    ) -> RecordSet:
        """Returns the records that uploads had; see `data.row_map.sent_records`."""
        return sent_records(
            self._source,
            row_maps,
            encoding=self._encoding,
            delimiter=self.found.facts.delimiter,
            on_progress=on_progress,
        )

    def _prepared(
        self,
        outgoing: Outgoing,
        plan: InsertPlan,
        operator: str,
        now: datetime,
        selection: Selection | None,
    ) -> Prepared:
        facts, parts = self.found.facts, len(outgoing.files)
        whole = SourceFile(
            self._source.path.absolute(),
            facts.name,
            facts.disk_bytes,
            facts.sha256,
            facts.records,
            is_trial=selection is not None and selection.is_trial,
            rest_of=selection.rest_of if selection is not None else "",
            encoding=self._encoding,
            delimiter=facts.delimiter,
        )
        made = []
        for part, file in enumerate(outgoing.files, start=1):
            source = whole._replace(row_map=file.row_map)
            suffix = ", trial" if whole.is_trial else ""
            if parts > 1:
                source = source._replace(part=part, parts=parts)
                suffix = f" {part}/{parts}"
            label = one_line(plan.label or facts.name, _LONGEST_LABEL - len(suffix)) + suffix
            made.append(
                Insertion(
                    uuid4().hex,
                    plan.form,
                    source,
                    file.upload,
                    label,
                    now,
                    operator,
                    plan.tags,
                    plan.starts,
                    # Its user knows how the job ended that it repairs.
                    goes_on=bool(plan.repairs),
                    repairs=plan.repairs,
                )
            )
        left_out = outgoing.left_out
        if left_out is None:
            return Prepared(tuple(made))
        return Prepared(tuple(made), left_out.records, left_out.path, left_out.row_map)


def check_file(
    path: Path,
    fields: FormFields | None,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    contract: Contract = UNKNOWN,
    on_progress: OnProgress | None = None,
) -> CheckedFile:
    """Checks a file, so that it can be inserted as it is now.

    For arguments and errors see `data.inspection.inspect`.
    """
    source = open_source(path)
    found = inspect(
        path,
        fields,
        encoding=encoding,
        delimiter=delimiter,
        contract=contract,
        on_progress=on_progress,
    )
    return CheckedFile(source, found, encoding)


class LocalFiles:
    """The files of this machine, for the dialogs of the dashboard.

    Args:
        folder: Where what is uploaded is written.
        operator: Login and host of who does it.
        now: The time of day; aware.
        contract: Returns what is known that concerns the files of a form; called in the thread of
            a check.
    """

    def __init__(
        self,
        folder: Path,
        operator: str,
        now: Callable[[], datetime],
        contract: Callable[[FormRef], Contract] = lambda _: UNKNOWN,
    ) -> None:
        self._folder = folder
        self._operator = operator
        self._now = now
        self._contract = contract

    def check(
        self,
        path: Path,
        form: FormRef,
        fields: FormFields | None,
        encoding: str | None,
        on_progress: OnProgress,
    ) -> "_LocalFile":
        """Checks a file; see `check_file`."""
        checked = check_file(
            path, fields, encoding=encoding, contract=self._contract(form), on_progress=on_progress
        )
        return _LocalFile(checked, self._folder, self._operator, self._now)

    def discard(self, prepared: Prepared) -> None:
        """Removes what was written for insertions that nobody wants any more."""
        discard(prepared)


class _LocalFile:
    """A file that was checked, with where it is prepared."""

    def __init__(
        self, checked: CheckedFile, folder: Path, operator: str, now: Callable[[], datetime]
    ) -> None:
        self._checked = checked
        self._folder = folder
        self._operator = operator
        self._now = now

    @property
    def found(self) -> Preflight:
        """What the check found."""
        return self._checked.found

    def prepare(self, plan: InsertPlan, on_progress: OnProgress) -> Prepared:
        """Writes what is uploaded; see `CheckedFile.prepare`."""
        return self._checked.prepare(plan, self._folder, self._operator, self._now(), on_progress)


def sweep(folder: Path, insertions: Insertions, now: datetime) -> None:
    """Removes what was left in the folder by processes that were killed; raises nothing.

    Args:
        folder: Where uploads are written.
        insertions: Say which of the files are wanted.
        now: Aware; what was written within the last hour stays.
    """
    with suppress(OSError, ConfigError):
        # The folder may be reached by another path than when they were written.
        wanted = {path.name for path in insertions.files()}
        for path in folder.iterdir():
            is_old = path.lstat().st_mtime < now.timestamp() - _KEPT
            if is_old and path.name not in wanted and not path.is_dir():
                path.unlink()


def discard(prepared: Prepared) -> None:
    """Removes what was written for insertions that nobody wants any more."""
    for insertion in prepared.insertions:
        remove_copies(insertion, with_row_map=True)
    left_out = (prepared.left_out_path, prepared.left_out_lines)
    _unlink([path for path in left_out if path is not None])


def _remove(outgoing: Outgoing) -> None:
    copies = [it.upload.path for it in outgoing.files if it.upload.is_copy]
    _unlink([*copies, *(it.row_map for it in outgoing.files)])


def _unlink(paths: list[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()
