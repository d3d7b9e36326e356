"""Results that are fetched into a folder: what tests write there, and look at."""

import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.csv_files import zip_of
from tests.support.jobs import REF
from tests.support.text import is_one_safe_line
from zcbulk_tui.data.result_folder import ResultFolder
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.result import ResultFile, ResultKind
from zcbulk_tui.errors import DataError
from zcbulk_tui.monitor import ports

CELL = "Canary"
CSV = f"Name,ERRORS\r\n{CELL},INVALID\r\n{CELL} 2,INVALID\r\n".encode()
ZIP = zip_of([("failure.csv", CSV)])
KIND = ResultKind.FAILURE
HOUR = timedelta(hours=1)


def in_folder(folder: Path) -> ports.ResultFolder:
    """What the monitor takes it for."""
    return ResultFolder(folder)


def later(by: timedelta) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + by


def fetch(folder: ports.ResultFolder, data: bytes = ZIP, ref: JobRef = REF) -> ResultFile:
    writer = folder.begin(ref, KIND)
    for at in range(0, len(data), 100):
        writer.write(data[at : at + 100])
    found = writer.finish()
    writer.discard()
    return found


def refused(folder: Path, data: bytes) -> DataError:
    """The error of a ZIP of which nothing is kept, and nothing of its cells said."""
    with pytest.raises(DataError) as caught:
        fetch(in_folder(folder), data)
    error = caught.value
    assert left(folder) == []
    assert is_one_safe_line(str(error))
    assert not error.title.endswith(".")
    assert all(text.endswith(".") for text in (error.cause, error.next_step))
    assert CELL not in str(error)
    assert CELL not in "".join(traceback.format_exception(error))
    return error


def left(folder: Path) -> list[str]:
    """The files below a folder."""
    return sorted(str(it.relative_to(folder)) for it in folder.rglob("*") if not it.is_dir())


def place(folder: Path, ref: JobRef = REF) -> Path:
    return ResultFolder(folder).folder_of(ref) / f"{KIND.value}.csv"
