"""A window with its alerts, and channels that keep what they take."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.monitor.stage import ScriptedApi, Stage, jobs
from tests.support.contexts import PROFILE
from tests.support.jobs import watched
from tests.support.virtual_time import virtual_now
from zcbulk_tui.domain.alerts import Alert, AlertKind, AlertRules, QuietHours, Severity
from zcbulk_tui.domain.insertion import QueuedFile, QueueStop
from zcbulk_tui.domain.job import Counts, JobReading, JobRef, JobState
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.monitor.alerts import TICK, Alerts, Sources
from zcbulk_tui.monitor.events import AlertCleared, AlertNotSent, AlertRaised
from zcbulk_tui.store.alerts import AlertStore
from zcbulk_tui.store.results import Results

S, K = JobState, AlertKind
REF = watched("1").ref
WARNING, INFO = Severity.WARNING, Severity.INFO
RULES = AlertRules(no_progress=timedelta(minutes=2))
STUCK = "Its counts have not moved for 2 minutes"
FOR_ALL = 5 * TICK + 1
"""Seconds within which all jobs are looked at."""


class CountedApi(ScriptedApi):
    """Answers with counts that stand still until they are set.

    Attributes:
        counts: What every status says; None for counts that move each time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counts | None = None

    async def _status(self, ref: JobRef) -> JobReading:
        reading = await super()._status(ref)
        return reading if self.counts is None else replace(reading, counts=self.counts)


class Channel:
    """Takes alerts, and keeps them; may hang or fail.

    Attributes:
        taken: What it was given, with when.
        error: Why it fails; None where it does not.
        hangs: Whether it never ends.
    """

    def __init__(self, name: str = "command", error: Exception | None = None) -> None:
        self.name = name
        self.taken: list[tuple[Alert, float]] = []
        self.error = error
        self.hangs = False

    async def send(self, alert: Alert) -> None:
        self.taken.append((alert, asyncio.get_running_loop().time()))
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error

    def kinds(self) -> list[AlertKind]:
        return [alert.kind for alert, _ in self.taken]


class Window:
    """A window with its alerts."""

    def __init__(
        self,
        stage: Stage,
        *channels: tuple[Channel, Severity | None],
        rules: AlertRules = RULES,
        quiet_hours: QuietHours | None = None,
        now: Callable[[], datetime] = virtual_now,
    ) -> None:
        self.alone = False
        self.stage = stage
        self.files: Sequence[QueuedFile] | None = ()
        self.stop: QueueStop | None = None
        self.service: Callable[[], ServiceSnapshot] = lambda: stage.monitor.service.own
        self.store = AlertStore(stage.database, PROFILE)
        self.alerts = Alerts(
            self.store,
            Sources(
                stage.monitor.snapshots,
                lambda: self.service(),
                lambda: self.files,
                Results(stage.database, PROFILE),
                lambda: self.stop,
            ),
            stage.context.memory,
            stage,
            rules=rules,
            now=now,
            polls=lambda: stage.monitor.polls_for_all,
            channels=channels,
            quiet_hours=quiet_hours,
            alone=lambda: self.alone,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Window"]:
        async with self.stage.running():
            task = asyncio.create_task(self.alerts.run())
            try:
                yield self
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    def said(self) -> list[tuple[str, AlertKind]]:
        """What it has published, in order."""
        names = {AlertRaised: "raised", AlertCleared: "cleared", AlertNotSent: "not sent"}
        return [
            (names[type(event)], event.alert.kind)
            for event in self.stage.events
            if isinstance(event, AlertRaised | AlertCleared | AlertNotSent)
        ]

    def log(self) -> list[str]:
        """The alerts in the log, oldest first."""
        self.stage.database.flush()
        entries = self.stage.archive.log()
        found = [it for it in entries if isinstance(it, JobEvent) and it.kind is EventKind.ALERT]
        return [it.text for it in reversed(found)]

    def sent(self, kind: AlertKind) -> dict[str, str]:
        """What became of the first alert of a kind on each of its ways."""
        alert = next(it for it in self.store.newer_than(0) if it.kind is kind)
        return self.store.sent(alert)


def window(*channels: tuple[Channel, Severity | None], **more: Any) -> Window:
    """A window on its own, with a running job whose counts can stand still."""
    return Window(Stage(jobs(1), api=CountedApi()), *channels, **more)


def api_of(window: Window) -> CountedApi:
    assert isinstance(window.stage.api, CountedApi)
    return window.stage.api
