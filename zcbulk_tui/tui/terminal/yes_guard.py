"""Rejects a yes to a question that nobody can have read, or that was part of pasted text."""

from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.message import Message
from textual.screen import Screen

from zcbulk_tui.tui.terminal.input_driver import Key
from zcbulk_tui.tui.textual_internals import is_batching

READING_TIME = 0.4
"""Seconds that a question must have been on the terminal before a yes counts."""

QUIET = 1.0
"""Seconds without text before a yes: over a slow line a paste arrives as single characters."""

QUIET_AFTER_NAME = 0.3
"""The same where a name was typed into the question: no accidental text has just that name."""

_CHECK_INTERVAL = 0.05
"""Seconds between two checks whether the terminal has read the question."""


@runtime_checkable
class Question(Protocol):
    """A screen that asks for a confirmation."""

    @property
    def asks_for_name(self) -> bool:
        """Whether a name must have been typed before a key can confirm."""
        ...

    def would_say_yes(self, key: str) -> bool:
        """Whether a key, by Textual's name, would confirm now."""
        ...

    def say_too_soon(self) -> None:
        """Shows that a yes did not count."""
        ...


class YesGuard:
    """Lets a yes pass only where the question was readable and the key came alone.

    Args:
        app: Its screens are the questions.
        lags: Whether the terminal has not read all that was drawn.
        clock: Returns seconds, on the clock of `Key.at`.
    """

    def __init__(
        self,
        app: App[Any],
        lags: Callable[[], bool],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._app = app
        self._lags = lags
        self._clock = clock
        self._drawn: Screen[Any] | None = None  # the question that was drawn last
        self._readable_since: float | None = None

    def intercepts(self, event: Message) -> bool:
        """Whether the app must not see an event, since it may be an accidental yes."""
        stack = self._app.screen_stack
        question: object = stack[-1] if stack else None
        if not isinstance(question, Question):
            return False
        if isinstance(event, events.MouseDown | events.MouseUp):
            # Others paste, or belong to the terminal.
            is_plain = event.button == 1 and not (event.ctrl or event.shift or event.meta)
            return not (is_plain and self._can_be_read(question, event.time))
        if not isinstance(event, Key) or not question.would_say_yes(event.key):
            return False
        quiet = QUIET_AFTER_NAME if question.asks_for_name else QUIET
        is_deliberate = event.alone and event.quiet >= quiet
        if is_deliberate and self._can_be_read(question, event.at):
            return False
        question.say_too_soon()
        return True

    def _can_be_read(self, question: object, at: float) -> bool:
        return (
            self._drawn is question
            and self._readable_since is not None
            and at - self._readable_since >= READING_TIME
        )

    def screen_drawn(self, screen: Screen[Any]) -> None:
        """To be called after a screen was drawn."""
        if screen is self._drawn or is_batching(self._app):
            return
        self._drawn = self._readable_since = None
        if isinstance(screen, Question):
            self._drawn = screen
            self._start_when_read(screen)

    def invalidate(self) -> None:
        """Assumes that no question is on the terminal until one is drawn again."""
        self._drawn = None

    def _start_when_read(self, screen: Screen[Any]) -> None:
        if screen is not self._drawn:
            return
        if self._lags():
            self._app.set_timer(_CHECK_INTERVAL, lambda: self._start_when_read(screen))
        else:
            self._readable_since = self._clock()
