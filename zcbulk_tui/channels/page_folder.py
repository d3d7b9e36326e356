"""The folder that a web server serves: files that appear whole, and that others may read."""

import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError

_PREFIX = ".zcbulk-"
"""What the names of files begin with that are not whole yet."""

_ABANDONED = 600.0
"""Seconds after which such a file is one of a process that was ended."""

_FILE_MODE, _FOLDER_MODE = 0o644, 0o755


class PageFolder:
    """Replaces files in a folder, each as a whole.

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
            ConfigError: They cannot be.
        """
        try:
            self._make()
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise self._unwritable(error) from error

    def write(self, files: Mapping[str, str]) -> None:
        """Replaces files: all are written before the first of them takes its place.

        Args:
            files: What they are to hold, by their names.

        Raises:
            ConfigError: They cannot be written. What was there before is still there, whole.
        """
        temporary: list[Path] = []
        try:
            self._make()
            self._sweep()
            for text in files.values():
                temporary.append(self._written(text))
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

    def _written(self, text: str) -> Path:
        descriptor, name = tempfile.mkstemp(dir=self.path, prefix=_PREFIX)
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
        for path in self.path.glob(f"{_PREFIX}*"):
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
