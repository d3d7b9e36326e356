"""Reads the terminal: what is passed to the app, and when."""

import asyncio
import os
from collections.abc import Callable, Collection, Iterable
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

_LOOK_AGAIN = 0.1
"""Seconds between two looks at whether the terminal is to be left."""


class Key(events.Key):
    """A key that was pressed on a terminal.

    Args:
        key: Textual's name of it.
        character: What it types.
        at: When it came, in seconds of the monotonic clock.
        alone: Whether nothing came together with it.
    """

    def __init__(self, key: str, character: str | None, *, at: float, alone: bool) -> None:
        super().__init__(key, character)
        self.at = at
        self.alone = alone


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
                        self.process_message(message)


def messages_of(arrival: Arrival, parser: Parser) -> Iterable[Message]:
    """Returns what the app gets of something that came."""
    token, at, alone = arrival
    match token.kind:
        case Kind.PASTE:
            return [events.Paste(token.text)]
        case Kind.BURST:
            return [Paste(token.text)]
        case Kind.ESCAPE:
            return [Key("escape", "\x1b", at=at, alone=alone)]
    keys = parser.feed(token.text)
    if token.kind is Kind.ALT:
        return [
            Key(f"alt+{_with_shift(message.key)}", None, at=at, alone=alone)
            for message in keys
            if isinstance(message, events.Key)
        ]
    return [
        Key(message.key, message.character, at=at, alone=alone)
        if isinstance(message, events.Key)
        else message
        for message in keys
    ]


def _with_shift(key: str) -> str:
    return f"shift+{key.lower()}" if len(key) == 1 and key.isupper() else key
