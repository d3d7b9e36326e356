"""Alerts in several windows, of which some are killed, and with databases that fail."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.monitor.alert_stage import (
    FOR_ALL,
    INFO,
    REF,
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
from tests.monitor.stage import jobs
from tests.monitor.windows import SharedProfile, shared_profile
from tests.store.failing_database import unreadable, unwritable
from tests.support.jobs import NOW
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.alerts import Alert, AlertKind, Severity
from zcbulk_tui.domain.job import Counts
from zcbulk_tui.monitor.alerts import LOG, SENT, TICK, WRITTEN
from zcbulk_tui.store.alerts import LOST, SENDING

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


def test_what_is_raised_while_a_window_opens_is_said_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> Window:
        with shared_profile(tmp_path) as profile:
            one, two = opened(profile, "pts/1"), opened(profile, "pts/2")
            read = two.store.active

            def active_just_before() -> list[Alert]:
                found = read()
                one.store.raise_alert(K.QUEUE, WARNING, "The queue needs you", NOW)
                return found

            monkeypatch.setattr(two.store, "active", active_just_before)
            two.alerts.look()
            two.alerts.look()
        return two

    assert run_virtual(scene()).said() == [("raised", K.QUEUE)]


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


def leave_alert(profile: SharedProfile, age: timedelta, sent: Mapping[str, str]) -> None:
    """Has a window raise an alert, begin to send it, unless by no way, and be killed."""
    before = opened(profile, "pts/1")
    before.store.kept_since(NOW - age)
    alert = before.store.raise_alert(K.STUCK, WARNING, STUCK, NOW - age, REF)
    assert alert is not None
    if sent:
        before.store.begin_sending(alert, sent)
    kill(before)


@pytest.mark.parametrize(
    ("age", "has_begun", "is_sent"), [(5, False, True), (61, False, False), (5, True, False)]
)
def test_what_a_killed_window_has_stored_and_not_handed_on(
    tmp_path: Path, age: int, has_begun: bool, is_sent: bool
) -> None:
    async def scene() -> tuple[Window, Channel]:
        with shared_profile(tmp_path) as profile:
            sent = {LOG: WRITTEN, "command": SENDING} if has_begun else {}
            leave_alert(profile, timedelta(minutes=age), sent)
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


@pytest.mark.parametrize(
    ("age", "alone", "after"), [(5, True, 60), (5, False, 4300), (70, False, 400)]
)
def test_what_a_killed_window_was_sending_is_settled_as_unknown_and_not_sent_again(
    tmp_path: Path, age: int, alone: bool, after: float
) -> None:
    """At once where no other window is open; else when none can be at it any more."""

    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            sent = {LOG: WRITTEN, "command": SENDING, "other": "sent"}
            leave_alert(profile, timedelta(minutes=age), sent)
            channel = Channel()
            next_one = opened(profile, "pts/2", (channel, INFO))
            next_one.alone = alone
            api_of(next_one).counts = Counts(10_000, 500, 0)
            async with next_one.running():
                if not alone:
                    await asyncio.sleep(240)
                    assert next_one.sent(K.STUCK)["command"] == SENDING
                await asyncio.sleep(after)
            assert channel.taken == []
            assert next_one.sent(K.STUCK) == {LOG: WRITTEN, "command": LOST, "other": "sent"}
            assert next_one.said() == [("not sent", K.STUCK)]
            assert next_one.log() == ["It is not known whether the alert arrived by command"]

    run_virtual(scene())


def test_what_is_on_its_way_here_is_not_settled_and_its_sender_knows_better() -> None:
    async def scene() -> None:
        channel = Channel()
        channel.hangs = True
        made = window((channel, INFO))
        made.alone = True
        api_of(made).counts = Counts(10_000, 500, 0)
        async with made.running():
            await asyncio.sleep(400)
            assert made.sent(K.STUCK)["command"] == SENDING
            (alert,) = made.store.active()
            made.store.note_lost(alert, "command")
            assert made.sent(K.STUCK)["command"] == LOST
            made.store.note_sent(alert, "command", "sent")
            made.store.note_lost(alert, "command")
            assert made.sent(K.STUCK)["command"] == "sent"

    run_virtual(scene())


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
