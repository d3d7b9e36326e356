"""The first Ctrl-C begins the end of this process; those after it find that it has begun.

Python raises an exception for each, also in the middle of the handling of the one before: that
ends in a traceback and with another exit code. Who hangs is ended in time by `Shutdown`.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

CODE = 128 + signal.SIGINT
"""The exit code after a Ctrl-C."""


def install() -> None:
    """Has only the first Ctrl-C raise an exception; to be called in the main thread."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _first)
        said = sys.unraisablehook

        def say(unraisable: "sys.UnraisableHookArgs") -> None:
            # Raised where nobody can catch it, it is lost: that the end has begun is not.
            if not issubclass(unraisable.exc_type, KeyboardInterrupt):
                said(unraisable)

        sys.unraisablehook = say


def begun() -> bool:
    """Whether there was a Ctrl-C."""
    return signal.getsignal(signal.SIGINT) is _later


@contextmanager
def calling(begin: Callable[[], None]) -> Iterator[None]:
    """Has the first Ctrl-C call a function within the context, instead of raising."""

    def called(_number: int, _: FrameType | None) -> None:
        signal.signal(signal.SIGINT, _later)
        begin()

    # Somebody ignores it, or handles it himself, or this is no main thread of a program of ours.
    is_ours = signal.getsignal(signal.SIGINT) is _first
    if is_ours:
        signal.signal(signal.SIGINT, called)
    try:
        yield
    finally:
        if is_ours and signal.getsignal(signal.SIGINT) is called:
            signal.signal(signal.SIGINT, _first)


def _first(_number: int, _: FrameType | None) -> None:
    signal.signal(signal.SIGINT, _later)
    raise KeyboardInterrupt


def _later(_number: int, _: FrameType | None) -> None:
    # Not SIG_IGN, which children would inherit.
    pass
