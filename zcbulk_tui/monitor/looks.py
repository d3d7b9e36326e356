"""When it is looked at what became of a command whose answer was lost."""

import asyncio
from collections.abc import Callable

from zcbulk_tui.monitor.aftermath import Aftermath
from zcbulk_tui.monitor.following import Follower
from zcbulk_tui.monitor.polled_job import PolledJob
from zcbulk_tui.monitor.service import Service

_SHORTLY = 0.1
"""Seconds that are always before a look."""

_AGAIN = 1.0
"""Seconds until it is tried again where a look is not possible yet, or another window's to make."""


class Looks:
    """Plans the looks of this window: at its own commands, and at others' if it polls.

    Args:
        aftermath: Knows when they are due.
        service: Knows for how long Zoho is to be left in peace.
        follower: Knows whether this window polls.
        look: Makes one; returns whether that could be done.
    """

    def __init__(
        self,
        aftermath: Aftermath,
        service: Service,
        follower: Follower,
        look: Callable[[PolledJob], bool],
    ) -> None:
        self._aftermath = aftermath
        self._service = service
        self._follower = follower
        self._look = look

    def are_to_come(self, polled_job: PolledJob) -> bool:
        """Whether some of the planned looks are not over yet."""
        if polled_job.record is None or not polled_job.record.is_unclear:
            return False
        return (
            polled_job.is_waiting
            or polled_job.lock.locked()
            or self._aftermath.is_looking(polled_job.record)
        )

    def later(self, polled_job: PolledJob) -> None:
        """Plans the next look at a job's last command, if it is not known what became of it."""
        polled_job.stop_looking()
        record = polled_job.record
        due = self._aftermath.next_look_at(record) if record and record.is_unclear else None
        if due is not None:
            loop = asyncio.get_running_loop()
            # Zoho is left in peace where it asks for it; what is due then comes after that.
            wait = max(self._service.held_for, _SHORTLY)
            polled_job.look = loop.call_at(max(due, loop.time() + wait), self._now, polled_job)

    def missed(self, polled_job: PolledJob) -> None:
        """After a poll that could not be made: plans the next look, if it was one."""
        if polled_job.record is not None and polled_job.record.is_unclear:
            self._aftermath.looked(polled_job.record)
            self.later(polled_job)

    def _now(self, polled_job: PolledJob) -> None:
        polled_job.look = None
        record = polled_job.record
        is_ours = record is not None and (self._aftermath.is_own(record) or self._follower.polls)
        if not (is_ours and self._look(polled_job)):
            polled_job.look = asyncio.get_running_loop().call_later(_AGAIN, self.later, polled_job)
