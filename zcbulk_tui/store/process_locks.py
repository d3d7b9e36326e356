"""Which process does a thing that one alone may do, and none after it has ended."""

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path

from zcbulk_tui.domain.form import FormRef


class ProcessLocks:
    """Locks by name, on files in the state folder; they end with the process, however that ends.

    Where the file system has no locks, nothing is excluded but what this process does itself.

    Args:
        folder: The state folder; None for a memory that no other process has.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._held: dict[str, int | None] = {}

    def take(self, name: str) -> bool:
        """Returns whether this process alone has a lock now; `release` ends that.

        Args:
            name: That of the lock; a part of a file's name.
        """
        if name in self._held:
            return False
        descriptor = None
        if self._folder is not None:
            with suppress(OSError):
                descriptor = os.open(
                    self._folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
                )
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(descriptor)
                    return False
        self._held[name] = descriptor
        return True

    def release(self, name: str) -> None:
        """Lets others have a lock."""
        descriptor = self._held.pop(name, None)
        if descriptor is not None:
            os.close(descriptor)


class FormLocks:
    """Which process inserts into a form: one at a time.

    Args:
        folder: See `ProcessLocks`.
    """

    def __init__(self, folder: Path | None) -> None:
        self._locks = ProcessLocks(folder)

    def take(self, form: FormRef) -> bool:
        """Returns whether this process may insert into a form now; `release` ends that."""
        return self._locks.take(_name(form))

    def release(self, form: FormRef) -> None:
        """Lets others insert into a form."""
        self._locks.release(_name(form))


def _name(form: FormRef) -> str:
    parts = "\n".join((form.origin, form.owner, form.app, form.form, form.environment.value))
    return f"form-{hashlib.sha256(parts.encode()).hexdigest()[:16]}"
