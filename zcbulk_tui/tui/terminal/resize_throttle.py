"""Storms of resizes: a window that is dragged needs a few whole screens, not hundreds.

Without this, 100 sizes in a second cost up to twice the bytes, and more CPU; the right picture
comes as soon either way.
"""

from time import monotonic
from typing import Any

from textual.app import App
from textual.events import Resize
from textual.message import Message

_STORM = 0.05
"""Seconds between two resizes below which a storm is on."""

_QUIET = 0.08
"""Seconds without a resize that end it."""

_LONGEST = 0.4
"""Seconds after which a screen is drawn all the same."""


class ResizeThrottle:
    """Passes on the sizes that the app gets to see: in a storm the newest only, now and then.

    Args:
        app: It draws a whole screen for each size.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._came_at = self._passed_at = float("-inf")
        self._newest: Resize | None = None
        self._passing: Resize | None = None

    def intercepts(self, event: Message) -> bool:
        """Whether the app must not see an event now; the newest size comes again."""
        if not isinstance(event, Resize):
            return False
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
        if now < self._came_at + _QUIET and now < self._passed_at + _LONGEST:
            self._app.set_timer(_QUIET, self._look)
            return
        self._passed_at = now
        self._passing, self._newest = self._newest, None
        if self._passing is not None:
            self._app.post_message(self._passing)
