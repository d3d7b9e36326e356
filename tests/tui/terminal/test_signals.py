"""Each signal that would end the process ends the app, and no other one does."""

import signal
from collections.abc import Iterator

import pytest
from textual.app import App

from zcbulk_tui.tui.terminal.signals import SignalHandling

DEADLY = [
    *(signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1),
    *(signal.SIGUSR2, signal.SIGALRM, signal.SIGABRT, signal.SIGVTALRM, signal.SIGRTMIN + 3),
]
HARMLESS = [
    *(signal.SIGCHLD, signal.SIGWINCH, signal.SIGCONT, signal.SIGTSTP, signal.SIGTTIN),
    *(signal.SIGTTOU, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGSEGV),
]
"""What ends nothing, stops the process, is an error of what is written, or a fault."""


@pytest.fixture
def codes() -> Iterator[list[int]]:
    """The exit codes that the handlers ask for; all signals are as before in the end."""
    found = {number: signal.getsignal(number) for number in signal.valid_signals()}
    for number in DEADLY:  # what is not handled must not end the tests
        signal.signal(number, lambda *_: None)
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    asked: list[int] = []
    SignalHandling(App(), asked.append).install()
    yield asked
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    for number, handler in found.items():
        if handler is not None and number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, handler)


def test_each_deadly_signal_is_heard_also_one_that_was_held_back(codes: list[int]) -> None:
    for number in DEADLY:
        signal.raise_signal(number)
    assert codes == [128 + number for number in DEADLY]


@pytest.mark.parametrize("number", HARMLESS)
def test_no_other_one_is(codes: list[int], number: signal.Signals) -> None:
    handler = signal.getsignal(number)
    assert not callable(handler)
    handling = SignalHandling(App(), codes.append)
    handling.handle(number)
    assert codes == []
