"""Reads the terminal: what is passed to the app, and when."""

import asyncio
import os
from collections.abc import Callable, Collection, Iterable
from math import inf
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import Any, NamedTuple

from textual import constants, events
from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from zcbulk_tui.tui.control_sequences import Kind
from zcbulk_tui.tui.input_filter import Arrival, InputFilter
from zcbulk_tui.tui.input_lexer import InputLexer
from zcbulk_tui.tui.signals import LOST
from zcbulk_tui.tui.textual_internals import Parser, key_sequences, parser_class

_READ = 4096

MOST_WAITING = 200
"""Messages that wait for the app while repeats still join them: a flood must not fill memory."""

_LOOK_AGAIN = 0.1
"""Seconds between two looks at whether the terminal is to be left."""


class Key(events.Key):
    """A key that was pressed on a terminal.

    Args:
        key: Textual's name of it.
        character: What it types.
        at: When it came, in seconds of the monotonic clock.
        alone: Whether nothing came together with it.
        quiet: Seconds since the last text before it; 0 while it may be the rest of something.
    """

    def __init__(
        self, key: str, character: str | None, *, at: float, alone: bool, quiet: float = inf
    ) -> None:
        super().__init__(key, character)
        self.at = at
        self.alone = alone
        self.quiet = quiet


class Paste(events.Paste):
    """Characters that came faster than anybody types, and that no terminal has called a paste."""


def driver_class(
    moving: Collection[str], fault: Callable[[BaseException], None]
) -> type[Driver] | None:
    """Returns what drives the terminal; None for Textual's own.

    Args:
        moving: The characters that do no more than move the cursor.
        fault: Called on the app's loop when the terminal can no longer be read.
    """
    parser = parser_class()
    if parser is None or "TEXTUAL_DRIVER" in os.environ:
        return None

    reading = _Reading(frozenset(moving), fault, parser)

    class BoundDriver(InputDriver):
        READING = reading

    return BoundDriver


class _Reading(NamedTuple):
    """What reading takes; see `driver_class`."""

    moving: Collection[str]
    fault: Callable[[BaseException], None]
    parser: type[Parser]


class InputDriver(LinuxDriver):
    """Textual's driver, with a reader that takes no answer and no text for keys."""

    READING: _Reading

    def __init__(self, app: App[Any], **more: Any) -> None:
        super().__init__(app, **more)
        self._app_loop = asyncio.get_running_loop()
        self._sent = self._arrived = 0
        self._last: Message | None = None

    def run_input_thread(self) -> None:
        """Reads until the terminal is left."""
        try:
            self._read_terminal()
        except Exception as error:  # noqa: BLE001  # whatever it is, keys do nothing from now on
            self._app_loop.call_soon_threadsafe(self.READING.fault, error)

    def end_of_input(self) -> None:
        """There is nobody any more who could press a key."""
        self._app_loop.call_soon_threadsafe(self._app.exit, None, LOST)

    def _read_terminal(self) -> None:
        lexer = InputLexer(key_sequences(), constants.ESCAPE_DELAY)
        arriving = InputFilter(lexer, self.READING.moving)
        parser = self.READING.parser()
        with DefaultSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            while not self.exit_event.is_set():
                deadline = arriving.deadline
                left = _LOOK_AGAIN if deadline is None else deadline - monotonic()
                ready = selector.select(min(max(left, 0.0), _LOOK_AGAIN))
                arrivals: list[Arrival] = []
                if ready:
                    try:
                        data = os.read(self.fileno, _READ)
                    except BlockingIOError:
                        continue
                    except OSError:
                        data = b""
                    if not data:
                        self.end_of_input()
                        return
                    arrivals = arriving.feed(data, monotonic())
                for arrival in (*arrivals, *arriving.tick(monotonic())):
                    for message in messages_of(arrival, parser):
                        self._pass_on(message)

    def _pass_on(self, message: Message) -> None:
        """Passes a message to the app; a repeat only while few others wait for it."""
        waiting = self._sent - self._arrived + self._app.message_queue_size
        before, self._last = self._last, message
        if waiting > MOST_WAITING and is_repeat(message, before, self.READING.moving):
            return
        self._sent += 1
        self.process_message(message)
        self._app_loop.call_soon_threadsafe(self._arrive)

    def _arrive(self) -> None:
        self._arrived += 1


def is_repeat(message: Message, before: Message | None, moving: Collection[str]) -> bool:
    """Whether a message may be left out where many wait: one more move, or one more of a key.

    Args:
        message: The message.
        before: The one before it.
        moving: The characters that do no more than move the cursor.
    """
    if isinstance(message, events.Key):
        again = isinstance(before, events.Key) and before.key == message.key
        return again or message.character in moving
    return isinstance(message, events.MouseMove | events.MouseScrollDown | events.MouseScrollUp)


def messages_of(arrival: Arrival, parser: Parser) -> Iterable[Message]:
    """Returns what the app gets of something that came."""
    token, at, alone, quiet = arrival
    match token.kind:
        case Kind.PASTE:
            return [events.Paste(token.text)]
        case Kind.BURST:
            return [Paste(token.text)]
        case Kind.ESCAPE:
            return [Key("escape", "\x1b", at=at, alone=alone, quiet=quiet)]
    keys = parser.feed(token.text)
    if token.kind is Kind.ALT:
        return [
            Key(f"alt+{_with_shift(message.key)}", None, at=at, alone=alone, quiet=quiet)
            for message in keys
            if isinstance(message, events.Key)
        ]
    return [
        Key(message.key, message.character, at=at, alone=alone, quiet=quiet)
        if isinstance(message, events.Key)
        else message
        for message in keys
    ]


def _with_shift(key: str) -> str:
    return f"shift+{key.lower()}" if len(key) == 1 and key.isupper() else key
