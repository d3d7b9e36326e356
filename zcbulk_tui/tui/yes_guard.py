"""A yes counts only from somebody who can have read the question."""

from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.message import Message
from textual.screen import Screen

from zcbulk_tui.tui.input_driver import Key
from zcbulk_tui.tui.textual_internals import is_batching

READING_TIME = 0.4
"""Seconds after a question was drawn in which nobody can have read it."""

QUIET = 1.0
"""Seconds without text before a yes: over a slow line a paste comes as single characters."""

_LOOK_AGAIN = 0.05
"""Seconds between two looks at whether the terminal has taken a question."""


@runtime_checkable
class Question(Protocol):
    """A screen that asks something."""

    def would_say_yes(self, key: str) -> bool:
        """Whether a key, by Textual's name, would be a yes now."""
        ...

    def say_too_soon(self) -> None:
        """Says that a yes did not count."""
        ...


class YesGuard:
    """Keeps a yes from a question that was not long enough on the terminal, or that nobody meant.

    Args:
        app: Whose questions.
        lags: Whether the terminal has not taken yet what was drawn.
        clock: Seconds, as keys have them.
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
        self._shown: Screen[Any] | None = None
        self._since: float | None = None

    def takes(self, event: Message) -> bool:
        """Whether the app must not see an event, since it may be a yes that nobody meant."""
        stack = self._app.screen_stack
        question: object = stack[-1] if stack else None
        if not isinstance(question, Question):
            return False
        if isinstance(event, events.MouseDown | events.MouseUp):
            return not self._can_be_read(question, event.time)
        if not isinstance(event, Key) or not question.would_say_yes(event.key):
            return False
        is_meant = event.alone and event.quiet >= QUIET
        if is_meant and self._can_be_read(question, event.at):
            return False
        question.say_too_soon()
        return True

    def _can_be_read(self, question: object, at: float) -> bool:
        return (
            self._shown is question and self._since is not None and at - self._since >= READING_TIME
        )

    def drawn(self, screen: Screen[Any]) -> None:
        """To be called whenever a screen has been drawn."""
        if screen is self._shown or is_batching(self._app):
            return
        self._shown = self._since = None
        if isinstance(screen, Question):
            self._shown = screen
            self._look(screen)

    def forget(self) -> None:
        """What was drawn may have been out of sight."""
        self._shown = None

    def _look(self, screen: Screen[Any]) -> None:
        if screen is not self._shown:
            return
        if self._lags():
            self._app.set_timer(_LOOK_AGAIN, lambda: self._look(screen))
        else:
            self._since = self._clock()
