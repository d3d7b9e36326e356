"""The files of this machine, for the dashboard: what works on them is loaded when it is wanted."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zcbulk_tui.domain.contract import UNKNOWN, Contract
from zcbulk_tui.domain.form import FormFields, FormRef
from zcbulk_tui.domain.insertion import InsertPlan, Prepared
from zcbulk_tui.tui.inserting import OnProgress

if TYPE_CHECKING:  # loaded with what checks files
    from zcbulk_tui.cli.file_work import FileWork
    from zcbulk_tui.cli.preparing import CheckedFile
    from zcbulk_tui.domain.preflight import Preflight


def file_work() -> "type[FileWork]":
    """Returns what works on files, which is loaded with the first of it.

    Most who watch jobs insert, repair and report nothing; it would be a twelfth of the memory.
    """
    from zcbulk_tui.cli.file_work import FileWork

    return FileWork


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
        checked = file_work().check_file(
            path, fields, encoding=encoding, contract=self._contract(form), on_progress=on_progress
        )
        return _LocalFile(checked, self._folder, self._operator, self._now)

    def discard(self, prepared: Prepared) -> None:
        """Removes what was written for insertions that nobody wants any more."""
        file_work().discard(prepared)


class _LocalFile:
    """A file that was checked, with where it is prepared."""

    def __init__(
        self, checked: "CheckedFile", folder: Path, operator: str, now: Callable[[], datetime]
    ) -> None:
        self._checked = checked
        self._folder = folder
        self._operator = operator
        self._now = now

    @property
    def found(self) -> "Preflight":
        """What the check found."""
        return self._checked.found

    def prepare(self, plan: InsertPlan, on_progress: OnProgress) -> Prepared:
        """Writes what is uploaded; see `CheckedFile.prepare`."""
        return self._checked.prepare(plan, self._folder, self._operator, self._now(), on_progress)
