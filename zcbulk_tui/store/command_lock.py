"""Which process may send commands while none can be recorded, as on a full disk."""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

_PATIENCE = 0.5
"""Seconds to wait for processes that are about to record a command."""

_BETWEEN_TRIES = 0.02


class CommandLock:
    """A lock on the state folder, which takes no room on the disk, and ends with the process.

    Whoever records a command shares it for that moment. Whoever cannot has it alone, until it can:
    meanwhile no other process sends a command that this one knows nothing of.

    Where the file system has no locks, nothing is excluded.

    Args:
        folder: The state folder; None for a memory that no other process has.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._descriptor: int | None = None
        self._is_alone = False

    def share(self) -> bool:
        """Returns whether a command may be recorded: no other process has the lock alone."""
        return self._is_alone or self._lock(fcntl.LOCK_SH)

    def take_alone(self) -> bool:
        """Returns whether this process alone may send commands now."""
        ends = time.monotonic() + _PATIENCE
        while not (self._is_alone or self._lock(fcntl.LOCK_EX)):
            if time.monotonic() > ends:
                return False
            time.sleep(_BETWEEN_TRIES)
        self._is_alone = True
        return True

    def release(self) -> None:
        """Gives the lock up."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor, self._is_alone = None, False

    def _lock(self, kind: int) -> bool:
        if self._folder is None:
            return True
        with suppress(OSError):
            if self._descriptor is None:
                self._descriptor = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True
