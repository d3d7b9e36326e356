"""Alerts as windows raise, publish and hand them on: each once for its crossing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.monitor.stage import ScriptedApi, Stage, jobs
from tests.monitor.windows import SharedProfile, shared_profile
from tests.store.failing_database import unreadable, unwritable
from tests.support.contexts import PROFILE
from tests.support.insertions import insertion
from tests.support.jobs import NOW, watched
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.alerts import Alert, AlertKind, AlertRules, QuietHours, Severity
from zcbulk_tui.domain.insertion import QueuedFile, QueueStop
from zcbulk_tui.domain.insertion import Stage as FileStage
from zcbulk_tui.domain.job import Counts, JobReading, JobRef, JobState
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.errors import ServiceError, SignedOutError
from zcbulk_tui.monitor.alerts import LOG, NOT_SENT, SENT, TICK, WRITTEN, Alerts, Sources
from zcbulk_tui.monitor.events import AlertCleared, AlertNotSent, AlertRaised
from zcbulk_tui.store.alerts import SENDING, AlertStore
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

    def __init__(self, name: str = "command", error: ServiceError | None = None) -> None:
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
    ) -> None:
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
            now=virtual_now,
            polls=lambda: stage.monitor.polls_for_all,
            channels=channels,
            quiet_hours=quiet_hours,
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


def test_a_crossing_is_raised_once_cleared_and_raised_again() -> None:
    async def scene() -> Window:
        made = window()
        async with made.running():
            for still in (True, False, True):
                api_of(made).counts = Counts(10_000, 500, 0) if still else None
                await asyncio.sleep(300 if still else 60)
        return made

    made = run_virtual(scene())
    assert made.said() == [("raised", K.STUCK), ("cleared", K.STUCK), ("raised", K.STUCK)]
    assert made.log() == [STUCK, f"{STUCK}: no more", STUCK]
    first, second = made.store.since(NOW)
    assert (first.severity, first.label, first.ref) == (WARNING, "Job 1", REF)
    assert first.at - NOW < timedelta(minutes=2, seconds=30)
    assert (first.cleared_at is None, second.cleared_at is None) == (False, True)


def test_what_a_reading_shows_is_raised_within_two_seconds() -> None:
    async def scene() -> Window:
        made = window()
        made.stage.api.script("1", S.READY, S.IN_PROGRESS, S.COMPLETED)
        async with made.running():
            await asyncio.sleep(150)
        return made

    made = run_virtual(scene())
    assert made.said() == [
        ("raised", K.STARTED),
        ("cleared", K.STARTED),
        ("raised", K.ENDED_WELL),
    ]
    states = [it for it in made.stage.archive.log() if getattr(it, "kind", 0) is EventKind.STATE]
    for alert, seen in zip(made.store.since(NOW), reversed(states[:2]), strict=True):
        assert timedelta(0) <= alert.at - seen.at <= timedelta(seconds=TICK)
    assert made.log() == ["It runs: 1,000,000 records", made.store.active()[0].text]


def test_a_list_of_old_jobs_raises_nothing_on_the_first_run(tmp_path: Path) -> None:
    async def scene() -> list[tuple[str, AlertKind]]:
        with shared_profile(tmp_path) as profile:
            before = profile.window(jobs=jobs(8))
            states = [S.COMPLETED, S.SYSTEM_ABORTED, S.FAILED, S.USER_ABORTED]
            for number, state in enumerate(states, 1):
                before.api.script(str(number), S.IN_PROGRESS, state)
                before.api.script(str(number + 4), state)
            async with before.running():
                await asyncio.sleep(60)
            opened = Window(profile.window("pts/2"))
            async with opened.running():
                await asyncio.sleep(600)
            return opened.said()

    assert run_virtual(scene()) == []


def test_an_end_that_was_asked_for_is_raised_though_its_kind_is_off() -> None:
    async def scene(asked: bool) -> list[Alert]:
        job = replace(watched("1"), alert_on_end=asked)
        rules = RULES._replace(off=frozenset({K.ENDED_WELL, K.STARTED}))
        made = Window(Stage([job], api=CountedApi()), rules=rules)
        made.stage.api.script("1", S.IN_PROGRESS, S.COMPLETED)
        async with made.running():
            await asyncio.sleep(60)
        return made.store.since(NOW)

    assert run_virtual(scene(asked=False)) == []
    (alert,) = run_virtual(scene(asked=True))
    assert (alert.kind, alert.is_asked, alert.severity) == (K.ENDED_WELL, True, INFO)


def test_a_job_that_is_taken_off_the_list_takes_its_alerts_along() -> None:
    async def scene() -> Window:
        made = window()
        api_of(made).counts = Counts(10_000, 500, 501)
        async with made.running():
            await asyncio.sleep(20)
            made.stage.monitor.remove(REF)
            await asyncio.sleep(FOR_ALL)
        return made

    made = run_virtual(scene())
    kinds = {kind for word, kind in made.said() if word == "raised"}
    assert K.FAILED_SHARE in kinds
    assert {kind for word, kind in made.said() if word == "cleared"} == kinds
    assert made.store.active() == []
    assert not any("no more" in text for text in made.log())


def test_an_end_is_not_said_again_of_a_job_that_comes_back_to_the_list() -> None:
    async def scene() -> Window:
        made = window()
        made.stage.api.script("1", S.IN_PROGRESS, S.FAILED)
        async with made.running():
            await asyncio.sleep(30)
            made.stage.monitor.remove(REF)
            await asyncio.sleep(FOR_ALL)
            made.stage.monitor.add(watched("1"))
            await asyncio.sleep(30)
        return made

    made = run_virtual(scene())
    assert made.said() == [("raised", K.ENDED_BADLY), ("cleared", K.ENDED_BADLY)]


def test_a_queue_that_stops_while_a_file_waits_is_another_alert() -> None:
    async def scene() -> Window:
        made = window()
        made.files = [QueuedFile(insertion(), FileStage.REFUSED)]
        async with made.running():
            await asyncio.sleep(10)
            made.stop = QueueStop(virtual_now(), "500 records failed", "error budget")
            await asyncio.sleep(10)
            made.files, made.stop = None, None
            await asyncio.sleep(10)
            made.files = ()
            await asyncio.sleep(10)
        return made

    made = run_virtual(scene())
    assert [it.severity for it in made.store.since(NOW)] == [WARNING, Severity.CRITICAL]
    assert made.said() == [
        *(("raised", K.QUEUE), ("cleared", K.QUEUE)),
        *(("raised", K.QUEUE), ("cleared", K.QUEUE)),
    ]


# Channels.


def test_each_channel_takes_what_is_loud_enough_and_the_outcome_is_kept() -> None:
    async def scene() -> tuple[Window, list[Channel]]:
        channels = [Channel(name) for name in ("all", "loud", "off")]
        loud, off = (channels[1], Severity.CRITICAL), (channels[2], None)
        made = window((channels[0], INFO), loud, off)
        made.service = lambda: ServiceSnapshot(held_by=SignedOutError("Revoked"))
        made.stage.api.script("1", S.READY, S.IN_PROGRESS)
        async with made.running():
            await asyncio.sleep(150)
        return made, channels

    made, channels = run_virtual(scene())
    assert [channel.kinds() for channel in channels] == [[K.SIGN_IN, K.STARTED], [K.SIGN_IN], []]
    assert made.sent(K.SIGN_IN) == {LOG: WRITTEN, "all": SENT, "loud": SENT, "off": NOT_SENT}
    assert made.sent(K.STARTED) == {LOG: WRITTEN, "all": SENT, "loud": NOT_SENT, "off": NOT_SENT}


def test_in_quiet_hours_what_is_not_critical_goes_nowhere_and_not_later_either() -> None:
    async def scene() -> tuple[Window, Channel]:
        channel, begins = Channel(), NOW.astimezone().time()
        ends = (NOW + timedelta(minutes=20)).astimezone().time()
        made = window((channel, INFO), quiet_hours=QuietHours(begins, ends))
        api_of(made).counts = Counts(10_000, 500, 0)
        async with made.running():
            await asyncio.sleep(300)
        return made, channel

    made, channel = run_virtual(scene())
    assert made.sent(K.STUCK) == {LOG: WRITTEN, "command": NOT_SENT}
    assert channel.taken == []
    assert made.log() == [STUCK]


def test_a_channel_that_hangs_holds_up_nothing() -> None:
    async def scene() -> tuple[Window, Channel, Channel]:
        hangs, works = Channel("hangs"), Channel("works")
        hangs.hangs = True
        made = window((hangs, INFO), (works, INFO))
        made.stage.api.script("1", S.READY, S.IN_PROGRESS, S.COMPLETED)
        async with made.running():
            await asyncio.sleep(150)
        return made, hangs, works

    made, hangs, works = run_virtual(scene())
    assert works.kinds() == hangs.kinds() == [K.STARTED, K.ENDED_WELL]
    assert [at for _, at in works.taken] == [at for _, at in hangs.taken]
    assert made.sent(K.STARTED) == {LOG: WRITTEN, "hangs": SENDING, "works": SENT}


def test_a_channel_that_fails_is_named_in_the_log_and_in_an_event() -> None:
    async def scene() -> tuple[Window, Channel]:
        channel = Channel("webhook", ServiceError("The server said 503"))
        made = window((channel, WARNING))
        api_of(made).counts = Counts(10_000, 500, 0)
        async with made.running():
            await asyncio.sleep(180)
        return made, channel

    made, channel = run_virtual(scene())
    assert made.said() == [("raised", K.STUCK), ("not sent", K.STUCK)]
    assert made.log() == [STUCK, "Alert not sent by webhook"]
    assert made.sent(K.STUCK)["webhook"] == "not sent: The server said 503"
    assert len(channel.taken) == 1


# Several windows.


def opened(profile: SharedProfile, name: str, *more: tuple[Channel, Severity | None]) -> Window:
    return Window(profile.window(name, jobs(1), api=CountedApi()), *more)


def kill(window: Window) -> None:
    """Ends a window as SIGKILL does: nothing of what it would say at its end is written."""
    window.stage.database.connection.close()


def test_every_window_says_once_what_one_of_them_raises(tmp_path: Path) -> None:
    async def scene() -> tuple[list[Window], list[Channel]]:
        with shared_profile(tmp_path) as profile:
            channels = [Channel(), Channel()]
            windows = [
                opened(profile, f"pts/{number}", (channel, INFO))
                for number, channel in enumerate(channels)
            ]
            api_of(windows[0]).counts = Counts(10_000, 500, 0)
            async with windows[0].running(), windows[1].running():
                await asyncio.sleep(180)
                api_of(windows[0]).counts = None
                await asyncio.sleep(60)
        return windows, channels

    windows, channels = run_virtual(scene())
    expected = [("raised", K.STUCK), ("cleared", K.STUCK)]
    assert [it.said() for it in windows] == [expected, expected]
    assert [channel.kinds() for channel in channels] == [[K.STUCK], []]


def test_the_next_window_goes_on_where_one_was_killed(tmp_path: Path) -> None:
    async def scene() -> tuple[Window, list[Alert], list[Channel]]:
        with shared_profile(tmp_path) as profile:
            channels = [Channel(), Channel()]
            one = opened(profile, "pts/1", (channels[0], INFO))
            two = opened(profile, "pts/2", (channels[1], INFO))
            for it in (one, two):
                api_of(it).counts = Counts(10_000, 500, 0)
            async with two.running():
                async with one.running():
                    await asyncio.sleep(180)
                    kill(one)
                await asyncio.sleep(180)
                api_of(two).counts = None
                await asyncio.sleep(60)
            return two, two.store.since(NOW), channels

    two, kept, channels = run_virtual(scene())
    assert [it.kind for it in kept] == [K.STUCK]
    assert two.said() == [("raised", K.STUCK), ("cleared", K.STUCK)]
    assert [channel.kinds() for channel in channels] == [[K.STUCK], []]


@pytest.mark.parametrize(
    ("age", "has_begun", "is_sent"), [(5, False, True), (61, False, False), (5, True, False)]
)
def test_what_a_killed_window_has_stored_and_not_handed_on(
    tmp_path: Path, age: int, has_begun: bool, is_sent: bool
) -> None:
    async def scene() -> tuple[Window, Channel]:
        with shared_profile(tmp_path) as profile:
            before = opened(profile, "pts/1")
            at = NOW - timedelta(minutes=age)
            before.store.kept_since(at)
            alert = before.store.raise_alert(K.STUCK, WARNING, STUCK, at, REF)
            assert alert is not None
            if has_begun:
                before.store.begin_sending(alert, {LOG: WRITTEN, "command": SENDING})
            kill(before)
            channel = Channel()
            next_one = opened(profile, "pts/2", (channel, INFO))
            api_of(next_one).counts = Counts(10_000, 500, 0)
            async with next_one.running():
                await asyncio.sleep(60)
            assert next_one.said() == [], "it is older than this window"
            assert next_one.log() == ([STUCK] if is_sent else [])
            return next_one, channel

    _, channel = run_virtual(scene())
    assert channel.kinds() == ([K.STUCK] if is_sent else [])


def test_an_end_is_raised_that_was_read_before_the_window_opened(tmp_path: Path) -> None:
    async def scene() -> list[Alert]:
        with shared_profile(tmp_path) as profile:
            before = opened(profile, "pts/1")
            before.store.kept_since(NOW)
            before.stage.api.script("1", S.IN_PROGRESS, S.FAILED)
            async with before.stage.running():
                await asyncio.sleep(60)
                kill(before)
            later = opened(profile, "pts/2")
            async with later.running():
                await asyncio.sleep(FOR_ALL)
            assert later.said() == [("raised", K.ENDED_BADLY)]
            return later.store.active()

    (alert,) = run_virtual(scene())
    assert alert.text.startswith("It has failed")


def test_a_window_says_that_an_older_alert_is_cleared(tmp_path: Path) -> None:
    async def scene() -> list[tuple[str, AlertKind]]:
        with shared_profile(tmp_path) as profile:
            opened(profile, "pts/1").store.raise_alert(K.STUCK, WARNING, STUCK, NOW, REF)
            later = opened(profile, "pts/2")
            async with later.running():
                await asyncio.sleep(60)
            return later.said()

    assert run_virtual(scene()) == [("cleared", K.STUCK)]


# A database that fails.


@pytest.mark.parametrize("fails", [unwritable, unreadable])
def test_a_database_that_fails_for_a_while_ends_and_doubles_nothing(
    fails: Callable[..., contextlib.AbstractContextManager[None]],
) -> None:
    async def scene() -> tuple[Window, Channel]:
        channel = Channel()
        made = window((channel, WARNING))
        api_of(made).counts = Counts(10_000, 500, 0)
        async with made.running():
            await asyncio.sleep(100)
            with fails(made.stage.database):
                await asyncio.sleep(100)
                assert made.said() == []
            await asyncio.sleep(100)
            with fails(made.stage.database):
                await asyncio.sleep(100)
            api_of(made).counts = None
            await asyncio.sleep(100)
        return made, channel

    made, channel = run_virtual(scene())
    assert made.said() == [("raised", K.STUCK), ("cleared", K.STUCK)]
    assert channel.kinds() == [K.STUCK]


def test_an_outcome_that_cannot_be_written_is_written_later() -> None:
    class Slow(Channel):
        async def send(self, alert: Alert) -> None:
            await asyncio.sleep(30)
            await super().send(alert)

    async def scene() -> dict[str, str]:
        made = window((Slow(), WARNING))
        api_of(made).counts = Counts(10_000, 500, 501)
        async with made.running():
            await asyncio.sleep(20)
            with unwritable(made.stage.database):
                await asyncio.sleep(60)
                assert made.sent(K.FAILED_SHARE)["command"] == SENDING
            await asyncio.sleep(TICK + 1)
            return made.sent(K.FAILED_SHARE)

    assert run_virtual(scene())["command"] == SENT
