"""Leaving the terminal: in order, and only where it can be left."""

import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver

from zcbulk_tui.tui.terminal import suspension
from zcbulk_tui.tui.terminal.suspension import Suspension

HAPPENED: list[str] = []


class _Leaves(HeadlessDriver):
    """A terminal that can be left."""

    @property
    def can_suspend(self) -> bool:
        return True

    def suspend_application_mode(self) -> None:
        HAPPENED.append("left")

    def resume_application_mode(self) -> None:
        HAPPENED.append("taken")


class _Suspends(App[None]):
    def __init__(self, driver: type[HeadlessDriver]) -> None:
        super().__init__(driver_class=driver)
        self.suspension = Suspension(
            self,
            on_leave=lambda: HAPPENED.append("leaving"),
            on_return=lambda: HAPPENED.append("back"),
        )

    def on_mount(self) -> None:
        self.suspension.begin()


@pytest.fixture(autouse=True)
def _signals(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Takes down the signals instead of stopping the tests, and leaves no handler behind."""
    HAPPENED.clear()
    found = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}

    def kill(process: int, number: signal.Signals) -> None:
        assert process == 0, "all of the job"
        assert signal.getsignal(signal.SIGCONT) is signal.SIG_IGN
        HAPPENED.append(number.name)

    # What is not taken must not stop the tests either.
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    monkeypatch.setattr(os, "kill", kill)
    monkeypatch.setattr(suspension, "_is_in_foreground", lambda: True)
    yield
    for number, handler in found.items():
        signal.signal(number, handler)


ORDER = ["leaving", "left", "SIGTSTP", "taken", "back"]


async def test_a_key_leaves_the_terminal_stops_and_takes_it_again() -> None:
    app = _Suspends(_Leaves)
    async with app.run_test(headless=False):
        handler = signal.getsignal(signal.SIGTSTP)
        app.suspension.suspend()
        assert HAPPENED == ORDER
        assert signal.getsignal(signal.SIGTSTP) == handler


async def test_a_signal_does_the_same() -> None:
    app = _Suspends(_Leaves)
    async with app.run_test(headless=False) as pilot:
        signal.raise_signal(signal.SIGTSTP)
        assert HAPPENED == [], "not in the middle of anything"
        await pilot.pause()
        assert HAPPENED == ORDER


async def test_the_terminal_is_taken_again_after_a_stop_that_could_not_be_seen() -> None:
    app = _Suspends(_Leaves)
    async with app.run_test(headless=False) as pilot:
        signal.raise_signal(signal.SIGCONT)
        await pilot.pause()
        assert HAPPENED == ["leaving", "left", "taken", "back"]


async def test_it_stays_stopped_while_it_is_in_the_background(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_front = iter([False, False, True])
    monkeypatch.setattr(suspension, "_is_in_foreground", lambda: next(in_front))
    app = _Suspends(_Leaves)
    async with app.run_test(headless=False):
        app.suspension.suspend()
        assert [*ORDER[:3], "SIGSTOP", "SIGSTOP", *ORDER[3:]] == HAPPENED


async def test_what_cannot_be_left_is_not_left() -> None:
    app = _Suspends(HeadlessDriver)
    found: Any = signal.getsignal(signal.SIGTSTP)
    async with app.run_test(headless=False):
        app.suspension.suspend()
        assert HAPPENED == []
        assert signal.getsignal(signal.SIGTSTP) == found


async def test_a_terminal_that_was_given_back_is_not_taken_again() -> None:
    app = _Suspends(_Leaves)
    async with app.run_test(headless=False):
        pass
    app.suspension.suspend()
    assert HAPPENED == []


def test_without_a_terminal_nothing_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(sys, "__stdin__", None)
    assert suspension._is_in_foreground()
