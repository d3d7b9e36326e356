"""The folder that a web server serves: files that appear whole, and that others may read.

A file is replaced only where it is one of this program's, which its beginning shows.
"""

import os
import stat
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from zcbulk_tui.domain.publication import MARKS
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError

_PREFIX, _SUFFIX = ".zcbulk-page-", ".part"
"""What the names of files begin and end with that are not whole yet."""

_ABANDONED = 600.0
"""Seconds after which such a file is one of a process that was ended."""

_FILE_MODE, _FOLDER_MODE = 0o644, 0o755


class PageFolder:
    """Replaces files in a folder, each as a whole; their names and beginnings are those of `MARKS`.

    Args:
        directory: The folder; it must be there.
        name: A folder in it that the files go to, made where there is none; empty for itself.

    Attributes:
        path: Where the files go.
    """

    def __init__(self, directory: Path, name: str = "") -> None:
        self._directory = directory
        self.path = directory / name

    def check(self) -> None:
        """Makes sure that files can be written.

        Raises:
            ConfigError: They cannot be, or a file that is not this program's has their name.
        """
        try:
            self._make()
            with tempfile.TemporaryFile(dir=self.path):
                pass
            self._check_replaceable(MARKS)
        except OSError as error:
            raise self._unwritable(error) from error

    def write(self, files: Mapping[str, str]) -> None:
        """Replaces files: all are written before the first of them takes its place.

        Args:
            files: What they are to hold, by their names.

        Raises:
            ConfigError: They cannot be written, or a file that is not this program's has their
                name. What was there before is still there, whole.
        """
        temporary: list[Path] = []
        try:
            self._make()
            self._sweep()
            for text in files.values():
                temporary.append(self._written(text))
            self._check_replaceable(files)
            for path, name in zip(temporary, files, strict=True):
                path.replace(self.path / name)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            for path in temporary:
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def _make(self) -> None:
        if self.path != self._directory and not self.path.is_dir():
            self.path.mkdir()
            self.path.chmod(_FOLDER_MODE)

    def _check_replaceable(self, names: Iterable[str]) -> None:
        for name in names:
            if not _is_own(self.path / name, MARKS[name].encode()):
                raise ConfigError(
                    f"{one_line(str(self.path / name))} is not a file of this program",
                    "It does not begin as what is published does, so it is not replaced.",
                    "Move it elsewhere, or set [publish] directory to another folder.",
                )

    def _written(self, text: str) -> Path:
        descriptor, name = tempfile.mkstemp(dir=self.path, prefix=_PREFIX, suffix=_SUFFIX)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                os.fchmod(descriptor, _FILE_MODE)
        except OSError:
            with suppress(OSError):
                Path(name).unlink(missing_ok=True)
            raise
        return Path(name)

    def _sweep(self) -> None:
        """Removes what a process that was ended has left half written."""
        for path in self.path.glob(f"{_PREFIX}*{_SUFFIX}"):
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - _ABANDONED:
                    path.unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> ConfigError:
        where = one_line(str(self.path))
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return ConfigError(
                f"The folder of the page, {one_line(str(self._directory))}, is not there",
                next_step="Make it, or set [publish] directory to another one.",
            )
        return ConfigError(
            f"The page cannot be written to {where}",
            f"{error.strerror}.",
            "Make room or give write permission, or set [publish] directory to another folder.",
        )


def _is_own(path: Path, mark: bytes) -> bool:
    """Whether a file may be replaced: it is not there, begins so, or is empty.

    An empty one is what a power cut may leave of it, for the disk is not waited for.
    """
    with suppress(FileNotFoundError):
        # Not opened before: a pipe may never open, and a link is somebody's, wherever it leads.
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            head = file.read(len(mark))
        return head in (b"", mark)
    return True
