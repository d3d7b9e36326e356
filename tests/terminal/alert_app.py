"""The dashboard over one job whose polls, which `r` asks for, raise alerts.

``python -m tests.terminal.alert_app``: each raises the next one, and says it twice.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from tests.support.databases import memory_database
from tests.support.jobs import reading, watched
from zcbulk_tui.domain.alerts import Alert, AlertKind, Severity
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.monitor.events import AlertRaised, JobChanged, ServiceChanged, Sink
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.connection import Connection
from zcbulk_tui.tui.profile_spec import ProfileSpec

if TYPE_CHECKING:
    from zcbulk_tui.monitor.monitor import Monitor

JOB = JobSnapshot(watched(label="4;1;50"), (reading(0, 2_000),))
"""Its label is what a terminal may take for a command of ConEmu's."""


def text(number: int) -> str:
    """What an alert says, counted from 1."""
    return f"Its counts stand still; time {number}"


class Alerted:
    """Stands in for the monitor.

    Args:
        sink: Takes the events.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._raised = 0

    def watch(self, jobs: Iterable[Recalled]) -> None:
        """Shows the jobs."""
        for recalled in jobs:
            self._sink.publish(JobChanged(recalled.snapshot))
        self._sink.publish(ServiceChanged(ServiceSnapshot(answered=True)))

    def set_focus(self, *, focused: bool) -> None:
        """Goes on as before."""

    def poll_now(self, refs: Iterable[JobRef], *, key: str) -> None:
        """Raises the next alert."""
        assert (list(refs), key) == ([JOB.ref], "r")
        self._raised += 1
        alert = Alert(
            self._raised,
            AlertKind.STUCK,
            Severity.CRITICAL,
            text(self._raised),
            datetime.now(UTC),
            "ALERTED",
            JOB.ref,
            JOB.job.label,
        )
        for _ in range(2):
            self._sink.publish(AlertRaised(alert))

    async def run(self) -> None:
        """Does nothing, until cancelled."""
        await asyncio.Event().wait()


def main() -> None:
    """Shows the dashboard."""

    async def close() -> None:
        """There is nothing to close."""

    def connect(sink: Sink) -> Connection:
        monitor = cast("Monitor", Alerted(sink))
        return Connection(monitor, [Recalled(JOB)], Archive(memory_database(), "ALERTED"), close)

    DashboardApp(ProfileSpec(connect, "ALERTED", [JOB])).run()


if __name__ == "__main__":
    main()
