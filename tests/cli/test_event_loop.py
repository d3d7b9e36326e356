"""Signals in a loop: a command ends in order, and the end of the process still hears of Ctrl-C."""

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from zcbulk_tui.cli import event_loop
from zcbulk_tui.cli.event_loop import Ending, cancelled_by_signals


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
