"""Signals while something must be put in order first: an end with their code, after it."""

import signal
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from zcbulk_tui.cli.shutdown import ended_by_signals, line_comes_back

DEADLY = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def raise_handled(number: signal.Signals) -> None:
    """Raises a signal that has a handler: without one it would end the tests."""
    assert callable(signal.getsignal(number))
    signal.raise_signal(number)


@pytest.mark.parametrize(
    ("context", "number"),
    [
        *((line_comes_back, number) for number in DEADLY),
        *((ended_by_signals, number) for number in DEADLY[:2]),
    ],
)
def test_a_signal_leaves_the_context_as_an_exception_does(
    context: Callable[[], AbstractContextManager[None]], number: signal.Signals
) -> None:
    before = signal.getsignal(number)
    with pytest.raises(SystemExit) as ended, context():
        raise_handled(number)
    assert ended.value.code == 128 + number
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("context", [line_comes_back, ended_by_signals])
def test_a_signal_that_is_caught_already_stays_so(
    context: Callable[[], AbstractContextManager[None]],
) -> None:
    caught: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: caught.append(number))
    try:
        with context():
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert caught == [signal.SIGTERM]
