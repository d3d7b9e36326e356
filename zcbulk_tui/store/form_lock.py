"""Which process inserts into a form: one at a time, and none after it has ended."""

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path

from zcbulk_tui.domain.form import FormRef


class FormLocks:
    """Locks on files in the state folder, which end with the process, however that ends.

    Where the file system has no locks, nothing is excluded but what this process does itself.

    Args:
        folder: The state folder; None for a memory that no other process has.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._held: dict[FormRef, int | None] = {}

    def take(self, form: FormRef) -> bool:
        """Returns whether this process may insert into a form now; `release` ends that."""
        if form in self._held:
            return False
        descriptor = None
        if self._folder is not None:
            with suppress(OSError):
                descriptor = os.open(
                    self._folder / _name(form), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
                )
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(descriptor)
                    return False
        self._held[form] = descriptor
        return True

    def release(self, form: FormRef) -> None:
        """Lets others insert into a form."""
        descriptor = self._held.pop(form, None)
        if descriptor is not None:
            os.close(descriptor)


def _name(form: FormRef) -> str:
    parts = "\n".join((form.origin, form.owner, form.app, form.form, form.environment.value))
    return f"form-{hashlib.sha256(parts.encode()).hexdigest()[:16]}.lock"
