"""Storms of resizes: a window that is dragged wants a few whole screens, not hundreds."""

from time import monotonic
from typing import Any

from textual import events
from textual.app import App
from textual.geometry import Size
from textual.message import Message

_LARGEST = Size(1000, 300)
"""No screen is larger; a terminal may claim 65,535 x 65,535, and each cell takes memory."""

_STORM = 0.05
"""Seconds between two resizes below which a storm is on."""

_QUIET = 0.08
"""Seconds of peace that end it."""

_SOMETIMES = 0.4
"""Seconds after which a screen is drawn all the same."""


class Resizes:
    """Lets through what sizes the app gets to see: in a storm only the newest, now and then.

    Args:
        app: It draws a whole screen for each size.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._came_at = self._passed_at = float("-inf")
        self._newest: events.Resize | None = None
        self._passing: events.Resize | None = None

    def takes(self, event: Message) -> bool:
        """Whether the app must not see an event; if it matters, it comes again."""
        if not isinstance(event, events.Resize):
            return False
        event.size = _clamped(event.size)
        event.virtual_size = _clamped(event.virtual_size)
        if event is self._passing:
            self._passing = None
            return False
        now = monotonic()
        before, self._came_at = self._came_at, now
        if self._newest is None and now > before + _STORM:
            self._passed_at = now
            return False
        if self._newest is None:
            self._app.set_timer(_QUIET, self._look)
        self._newest = event
        return True

    def _look(self) -> None:
        now = monotonic()
        if now < self._came_at + _QUIET and now < self._passed_at + _SOMETIMES:
            self._app.set_timer(_QUIET, self._look)
            return
        self._passed_at = now
        self._passing, self._newest = self._newest, None
        if self._passing is None:
            return
        if self._passing.size == self._app.size:
            # Textual draws nothing for a size that it has; the terminal has lost what it showed.
            self._app.refresh(layout=True)
        self._app.post_message(self._passing)


def _clamped(size: Size) -> Size:
    return Size(min(size.width, _LARGEST.width), min(size.height, _LARGEST.height))
