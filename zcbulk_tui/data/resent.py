"""Which records of a job its repairs have sent again, so that none of them is sent twice.

A repair file says nothing of where its records came from, and rules change them. So a row map of it
stands with the job's results: which line of the file that was sent each of its records came from.
"""

import contextlib
from pathlib import Path

from zcbulk_tui.data.new_files import NamedFile
from zcbulk_tui.data.row_map import RowMap, RunWriter

_SHOWN = 32
"""Digits of the SHA-256 of a repair file that name its row map."""


class ResentLines:
    """The lines of a repair file's records, as they are written to it.

    Args:
        folder: Where the results of the job are.

    Attributes:
        is_complete: Whether the line of each record is known; else there is no row map.
    """

    def __init__(self, folder: Path) -> None:
        self.is_complete = True
        self._folder = folder
        self._data = bytearray()
        self._runs = RunWriter(self._data.extend)

    def add(self, line: int) -> None:
        """Takes the line of the next record."""
        self._runs.add(line)

    def write(self, sha256: str) -> None:
        """Writes the row map of a repair file with this SHA-256; the same file has the same.

        Raises:
            DataError: It cannot be written.
        """
        path = _path(self._folder, sha256)
        if not self.is_complete or path.exists():
            return
        self._runs.close()
        with contextlib.suppress(OSError):  # what is in the way is said by what follows
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedFile(path) as write:
            write(bytes(self._data))


def read_resent(folder: Path, sha256: str) -> RowMap | None:
    """Returns the row map of a repair file of a job; None where none was written.

    Args:
        folder: Where the results of the job are.
        sha256: The SHA-256 of the repair file.

    Raises:
        DataError: It cannot be read.
    """
    path = _path(folder, sha256)
    return RowMap.read(path) if path.exists() else None


def _path(folder: Path, sha256: str) -> Path:
    return folder / f"repair-{sha256[:_SHOWN]}.lines.csv"
