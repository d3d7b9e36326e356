"""Detects that the terminal is gone.

The kernel sends SIGHUP, but only to the session whose terminal it was: a program under `su`,
`setsid` or `nohup` gets none. Textual then reads nothing, again and again. And `script`, which
records a session on a terminal of its own, keeps that one when it has lost the user's.
"""

import os
import select
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from threading import Thread

_CHECK_INTERVAL = 1000
"""Milliseconds between two checks whether the session is still there: no event reports that."""

_RECORDER = "script"

_GONE = " (deleted)"
"""What Linux appends to the path of a terminal that no longer exists."""


def watch(descriptors: Collection[int], lost: Callable[[], None]) -> None:
    """Watches in a thread of its own until the terminal is gone.

    Args:
        descriptors: Those of the terminal.
        lost: Called once, in that thread, when the terminal is gone.
    """
    Thread(target=_watch, args=(descriptors, lost), name="hangup", daemon=True).start()


def _watch(descriptors: Collection[int], lost: Callable[[], None]) -> None:
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, 0)  # a hangup is always reported
    controlling = [descriptor for descriptor in descriptors if _is_session_terminal(descriptor)]
    recorders = _recorders()
    while True:
        for descriptor, event in poll.poll(_CHECK_INTERVAL):
            if event & (select.POLLHUP | select.POLLERR):
                lost()
                return
            poll.unregister(descriptor)  # the system cannot watch it
        # The leader of the session has ended, and took the terminal from all others.
        if not all(map(_is_session_terminal, controlling)) or any(
            map(_has_lost_its_terminal, recorders)
        ):
            lost()
            return


def _is_session_terminal(descriptor: int) -> bool:
    """Whether a descriptor is the controlling terminal of this session."""
    try:
        os.tcgetpgrp(descriptor)
    except OSError:
        return False
    return True


def _recorders() -> list[Path]:
    """The `script` processes that record this session, where the system lists processes (Linux)."""
    found, pid = [], os.getppid()
    with suppress(OSError, ValueError):
        while pid > 1:
            process = Path(f"/proc/{pid}")
            name, _, rest = (process / "stat").read_text().rpartition(")")
            if name.partition("(")[2] == _RECORDER:
                found.append(process)
            pid = int(rest.split()[1])
    return found


def _has_lost_its_terminal(process: Path) -> bool:
    try:
        return str((process / "fd/0").readlink()).endswith(_GONE)
    except OSError:  # of another user, or ended; then a hang-up follows
        return False
