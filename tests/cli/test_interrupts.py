"""Every Ctrl-C after the first is nothing new, whatever the first one is about to do."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator

import pytest

from zcbulk_tui.cli import event_loop, interrupts


@pytest.fixture(autouse=True)
def _as_in_a_process() -> Iterator[None]:
    """Has Ctrl-C handled as in a process of its own."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    said = sys.unraisablehook
    interrupts.install()
    yield
    signal.signal(signal.SIGINT, before)
    sys.unraisablehook = said


def press() -> None:
    """Presses Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)


def test_only_the_first_raises() -> None:
    assert not interrupts.begun()
    with pytest.raises(KeyboardInterrupt):
        press()
    press()
    assert interrupts.begun()


def test_in_a_loop_the_first_cancels_and_the_others_do_not_disturb_the_end() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            press()
            await asyncio.Event().wait()
        finally:
            press()
            await asyncio.sleep(0)
            press()
            ended.append("in order")

    with pytest.raises(KeyboardInterrupt):
        event_loop.run(work())
    assert ended == ["in order"]
    assert interrupts.begun()


def test_a_task_that_is_cancelled_otherwise_is_not_taken_for_interrupted() -> None:
    async def work() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.Event().wait()

    with pytest.raises(asyncio.CancelledError):
        event_loop.run(work())
    with pytest.raises(KeyboardInterrupt):
        press()


def test_one_that_is_lost_where_nothing_can_be_raised_counts_in_silence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Gone:
        def __del__(self) -> None:
            press()

    Gone()
    assert interrupts.begun()
    assert capsys.readouterr().err == ""


def test_who_ignores_it_goes_on_ignoring_it() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interrupts.install()
    press()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    assert not interrupts.begun()
