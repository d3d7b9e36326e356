"""Signals in a loop: a command ends in order, and the end of the process still hears of Ctrl-C."""

import asyncio
import os
import signal
from collections.abc import Iterator
from functools import partial

import pytest

from zcbulk_tui.cli import event_loop
from zcbulk_tui.cli.event_loop import Ending, beside, cancelled_by_signals
from zcbulk_tui.errors import ConfigError


async def interrupted(number: int, ending: Ending) -> None:
    with cancelled_by_signals(ending):
        os.kill(os.getpid(), number)
        await asyncio.Event().wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_cancels_what_runs_and_is_remembered(number: signal.Signals) -> None:
    before, ending = signal.getsignal(number), Ending()
    with pytest.raises(asyncio.CancelledError):
        event_loop.run(interrupted(number, ending))
    assert ending.signal == number
    assert signal.getsignal(number) is before


@pytest.fixture
def wakeup() -> Iterator[int]:
    """Where something else hears of signals, as the end of the process does."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    yield writer
    signal.set_wakeup_fd(before)
    os.close(reader)
    os.close(writer)


def test_whoever_hears_of_signals_goes_on_hearing(wakeup: int) -> None:
    async def heard_by() -> int:
        with cancelled_by_signals(Ending()):
            found = signal.set_wakeup_fd(-1)
            signal.set_wakeup_fd(found, warn_on_full_buffer=False)
        return found

    loop = asyncio.new_event_loop()
    try:
        assert loop.run_until_complete(heard_by()) == wakeup
    finally:
        loop.close()


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)

    async def survives() -> bool:
        with cancelled_by_signals(Ending()):
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.sleep(0)
        return True

    try:
        assert event_loop.run(survives())
    finally:
        signal.signal(signal.SIGHUP, before)


async def test_what_runs_beside_ends_with_the_context_the_last_one_first() -> None:
    ended: list[str] = []

    async def runs(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(name)

    async with beside(partial(runs, "one"), partial(runs, "two")):
        await asyncio.sleep(0)
    assert ended == ["two", "one"]


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), ConfigError("The disk is full")])
async def test_nobody_waits_for_what_has_failed_beside(error: Exception) -> None:
    async def fails() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(raises())
            await asyncio.Event().wait()

    async def raises() -> None:
        raise error

    async def waits() -> None:
        async with beside(asyncio.Event().wait, fails):
            await asyncio.Event().wait()

    with pytest.raises(type(error)) as raised:
        await asyncio.wait_for(waits(), 20)
    assert raised.value is error


async def test_an_error_of_the_context_itself_is_not_put_into_a_group() -> None:
    with pytest.raises(ConfigError):
        async with beside(asyncio.Event().wait):
            raise ConfigError("The disk is full")


async def test_what_runs_beside_is_cancelled_with_its_context() -> None:
    async def waits() -> None:
        async with beside(asyncio.Event().wait):
            await asyncio.Event().wait()

    task = asyncio.create_task(waits())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
