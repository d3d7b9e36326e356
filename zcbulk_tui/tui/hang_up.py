"""Notices that the terminal is gone.

The kernel says so with SIGHUP, but only to the session whose terminal it was: what runs under `su`,
`setsid` or `nohup` never hears of it. Textual then reads nothing, again and again.
"""

import os
import select
from collections.abc import Callable, Collection
from threading import Thread

_LOOK_AGAIN = 1000
"""Milliseconds between two looks at whether the session is still there: no event tells."""


def watch(descriptors: Collection[int], lost: Callable[[], None]) -> None:
    """Watches in a thread of its own until the terminal is gone.

    Args:
        descriptors: Of the terminal.
        lost: Called once, in that thread, when it is.
    """
    Thread(target=_watch, args=(descriptors, lost), name="hang-up", daemon=True).start()


def _watch(descriptors: Collection[int], lost: Callable[[], None]) -> None:
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, 0)  # a hang-up is always told
    controlling = [descriptor for descriptor in descriptors if _is_ours(descriptor)]
    while True:
        for descriptor, event in poll.poll(_LOOK_AGAIN):
            if event & (select.POLLHUP | select.POLLERR):
                lost()
                return
            poll.unregister(descriptor)  # a system that cannot watch it
        # The leader of the session has ended, and took the terminal from all others.
        if not all(map(_is_ours, controlling)):
            lost()
            return


def _is_ours(descriptor: int) -> bool:
    """Whether it is the terminal of this session."""
    try:
        os.tcgetpgrp(descriptor)
    except OSError:
        return False
    return True
