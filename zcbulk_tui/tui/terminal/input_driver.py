"""Reads the terminal in a thread, and passes keys, pastes and reports on to the app."""

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

from zcbulk_tui.render.notification import TerminalSays
from zcbulk_tui.tui.terminal.control_sequences import Kind
from zcbulk_tui.tui.terminal.input_filter import Arrival, InputFilter
from zcbulk_tui.tui.terminal.input_lexer import InputLexer
from zcbulk_tui.tui.terminal.notification import TerminalAnswer
from zcbulk_tui.tui.terminal.signals import TERMINAL_LOST
from zcbulk_tui.tui.textual_internals import Parser, key_sequences, parser_class

_READ_SIZE = 4096

MAX_QUEUED = 200
"""Messages that may wait for the app before repeats are dropped: a flood must not fill memory."""

_CHECK_INTERVAL = 0.1
"""Seconds between two checks whether the terminal is to be left."""


class Key(events.Key):
    """A key that was pressed on a terminal.

    Args:
        key: Textual's name of it.
        character: The character that it types; None if it types none.
        at: When it arrived, in seconds of the monotonic clock.
        alone: Whether nothing arrived together with it.
        quiet: Seconds since the last text before it; 0 while it may be the rest of a sequence that
            was cut off.
    """

    def __init__(
        self, key: str, character: str | None, *, at: float, alone: bool, quiet: float = inf
    ) -> None:
        super().__init__(key, character)
        self.at = at
        self.alone = alone
        self.quiet = quiet


class Paste(events.Paste):
    """Characters that arrived faster than anybody types, without the brackets of a paste."""


def driver_class(
    moving: Collection[str], on_fault: Callable[[BaseException], None]
) -> type[Driver] | None:
    """Returns the class of the app's driver; None for Textual's own.

    Args:
        moving: The characters that only move the cursor.
        on_fault: Called on the app's loop with the error when the terminal can no longer be read.
    """
    parser = parser_class()
    if parser is None or "TEXTUAL_DRIVER" in os.environ:
        return None

    options = _Options(frozenset(moving), on_fault, parser)

    class BoundDriver(InputDriver):
        OPTIONS = options

    return BoundDriver


class _Options(NamedTuple):
    """See `driver_class`; Textual makes drivers itself, so their class carries these."""

    moving: Collection[str]
    on_fault: Callable[[BaseException], None]
    parser: type[Parser]


class InputDriver(LinuxDriver):
    """Textual's driver, with a reader that never takes a report or pasted text for keys."""

    OPTIONS: _Options

    def __init__(self, app: App[Any], **more: Any) -> None:
        super().__init__(app, **more)
        self._dashboard = app
        self._app_loop = asyncio.get_running_loop()
        self._sent = self._received = 0  # messages, by this thread and by the app's loop
        self._last: Message | None = None

    def run_input_thread(self) -> None:
        """Reads until the terminal is left."""
        try:
            self._read_terminal()
        except Exception as error:  # noqa: BLE001  # whatever it is, no key works from now on
            self._app_loop.call_soon_threadsafe(self.OPTIONS.on_fault, error)

    def end_of_input(self) -> None:
        """Ends the app: the terminal sends nothing any more."""
        self._app_loop.call_soon_threadsafe(self._dashboard.exit, None, TERMINAL_LOST)

    def _read_terminal(self) -> None:
        lexer = InputLexer(key_sequences(), constants.ESCAPE_DELAY)
        input_filter = InputFilter(lexer, self.OPTIONS.moving)
        parser = self.OPTIONS.parser()
        with DefaultSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            while not self.exit_event.is_set():
                deadline = input_filter.deadline
                left = _CHECK_INTERVAL if deadline is None else deadline - monotonic()
                ready = selector.select(min(max(left, 0.0), _CHECK_INTERVAL))
                arrivals: list[Arrival] = []
                if ready:
                    try:
                        data = os.read(self.fileno, _READ_SIZE)
                    except BlockingIOError:
                        continue
                    except OSError:
                        data = b""
                    if not data:
                        self.end_of_input()
                        return
                    arrivals = input_filter.feed(data, monotonic())
                for arrival in (*arrivals, *input_filter.tick(monotonic())):
                    for message in messages_of(arrival, parser):
                        self._pass_on(message)

    def _pass_on(self, message: Message) -> None:
        """Passes a message to the app; a repeat only while few others wait."""
        queued = self._sent - self._received + self._dashboard.message_queue_size
        previous, self._last = self._last, message
        if queued > MAX_QUEUED and is_repeat(message, previous, self.OPTIONS.moving):
            return
        self._sent += 1
        self.process_message(message)
        self._app_loop.call_soon_threadsafe(self._count_received)

    def _count_received(self) -> None:
        self._received += 1


def is_repeat(message: Message, previous: Message | None, moving: Collection[str]) -> bool:
    """Whether a message may be dropped while many wait: a move, an answer, or the same key again.

    Args:
        message: The message.
        previous: The one before it.
        moving: The characters that only move the cursor.
    """
    if isinstance(message, events.Key):
        same = isinstance(previous, events.Key) and previous.key == message.key
        return same or message.character in moving
    return isinstance(
        message,
        events.MouseMove | events.MouseScrollDown | events.MouseScrollUp | TerminalAnswer,
    )


def messages_of(arrival: Arrival, parser: Parser) -> Iterable[Message]:
    """Returns the messages that the app gets for a token."""
    token, at, alone, quiet = arrival
    match token.kind:
        case Kind.PASTE:
            return [events.Paste(token.text)]
        case Kind.BURST:
            return [Paste(token.text)]
        case Kind.NAME:
            return [TerminalAnswer(TerminalSays(token.text))]
        case Kind.OSC_99:
            return [TerminalAnswer(TerminalSays(takes_osc_99=True))]
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
