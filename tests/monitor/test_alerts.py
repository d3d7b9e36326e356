"""Alerts as a window raises, logs and sends them: each once for its crossing."""

import asyncio
from datetime import timedelta
from pathlib import Path

from tests.monitor.alert_stage import (
    FOR_ALL,
    INFO,
    REF,
    RULES,
    STUCK,
    WARNING,
    Channel,
    CountedApi,
    K,
    S,
    Window,
    api_of,
    window,
)
from tests.monitor.insert_stage import QueueStage
from tests.monitor.stage import Clock, Stage, jobs
from tests.monitor.windows import shared_profile
from tests.support.contexts import PROFILE
from tests.support.insertions import insertion
from tests.support.jobs import NOW, watched
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.alerts import Alert, AlertKind, QuietHours, Severity
from zcbulk_tui.domain.insertion import QueuedFile, QueueStop
from zcbulk_tui.domain.insertion import Stage as FileStage
from zcbulk_tui.domain.job import Counts
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.errors import RefusedError, ServiceError, SignedOutError
from zcbulk_tui.monitor.alerts import (
    LOG,
    NOT_SENT,
    QUIET,
    SENT,
    TICK,
    WRITTEN,
    Alerts,
    profile_sources,
)
from zcbulk_tui.monitor.events import AlertNotSent
from zcbulk_tui.store.alerts import LOST, AlertStore
from zcbulk_tui.store.results import Results


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
        job = watched("1")._replace(alert_on_end=asked)
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


def test_a_machine_that_has_slept_reads_before_it_calls_its_jobs_stale() -> None:
    async def scene() -> Window:
        clock = Clock()
        stage = Stage(jobs(1), api=CountedApi(), now=clock, elapsed=clock.elapsed)
        made = Window(stage, now=clock)
        async with made.running():
            await asyncio.sleep(60)
            stage.api.latency = 30.0
            clock.sleep(36_000.0)
            await asyncio.sleep(300)
        assert stage.api.times()[-1] > 60
        return made

    assert run_virtual(scene()).said() == []


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


def test_what_the_rules_look_at_is_what_a_window_has() -> None:
    async def scene() -> list[Alert]:
        stage = QueueStage(insertion())
        stage.inserting.create_answers.append(RefusedError("No such column"))
        sources = profile_sources(
            stage.monitor, stage.quota, stage.queue, Results(stage.database, PROFILE)
        )
        assert sources.files() is None, "not read yet is not empty"
        store = AlertStore(stage.database, PROFILE)
        alerts = Alerts(
            store,
            sources,
            stage.context.memory,
            stage,
            rules=RULES,
            now=virtual_now,
            polls=lambda: stage.monitor.polls_for_all,
        )
        async with stage.working():
            await asyncio.sleep(10)
            alerts.look()
            stage.monitor.enter_true_figure(950_000)
            alerts.look()
        return store.active()

    queue, quota = run_virtual(scene())
    assert (queue.kind, queue.text) == (K.QUEUE, "The queue needs you for File one")
    assert (quota.kind, quota.text) == (K.QUOTA, "50,000 of the day's 1,000,000 calls are left")


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
    assert made.sent(K.STUCK) == {LOG: WRITTEN, "command": QUIET}
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
    assert made.sent(K.STARTED) == {LOG: WRITTEN, "hangs": LOST, "works": SENT}  # its end is known


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


def test_a_fault_in_a_channel_ends_nothing_else() -> None:
    async def scene() -> Window:
        broken, works = Channel("webhook"), Channel("command")
        broken.error = KeyError("a secret")
        made = window((broken, INFO), (works, INFO))
        made.stage.api.script("1", S.READY, S.IN_PROGRESS, S.COMPLETED)
        async with made.running():
            await asyncio.sleep(150)
            assert made.stage.job.state is S.COMPLETED
        assert works.kinds() == broken.kinds() == [K.STARTED, K.ENDED_WELL]
        return made

    made = run_virtual(scene())
    failed = [event for event in made.stage.events if isinstance(event, AlertNotSent)]
    assert [event.channel for event in failed] == ["webhook", "webhook"]
    said = str(failed[0].error)
    assert said.startswith("The webhook of alerts failed: a fault in this program. KeyError at ")
    assert "secret" not in said
    assert made.sent(K.STARTED)["command"] == SENT
    assert made.sent(K.STARTED)["webhook"].startswith("not sent: The webhook of alerts failed")
    assert made.log().count("Alert not sent by webhook") == 2
