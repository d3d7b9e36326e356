"""A terminal that is too small to read: it says so, and takes no key but those that leave."""

from collections.abc import Callable, Mapping
from typing import Any

from textual import events
from textual.app import App
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

LEAST = Size(60, 15)
"""The smallest useful size."""


class SmallScreen:
    """Covers whatever screen is shown while the terminal is too small.

    Below the cover everything stays as it is: dialogs, the focus, what has been typed.

    Args:
        app: Whose screens.
        keys: The keys that still do something, and what.
    """

    def __init__(self, app: App[Any], keys: Mapping[str, Callable[[], object]]) -> None:
        self._app = app
        self._keys = keys
        self._covers: dict[Screen[Any], _Cover] = {}
        self._is_readable = True
        self._newest: Size | None = None

    def takes(self, event: Message) -> bool:
        """Whether the app must not see an event: nobody can read what it would do."""
        if isinstance(event, events.Resize):
            self._newest = event.size
            # A size counts for keys before it has been laid out, and the cover until it is gone.
            self._is_readable = self._is_readable and not self._is_small()
        if not isinstance(event, events.InputEvent | events.Paste) or self._is_readable:
            return False
        if isinstance(event, events.Key) and event.key in self._keys:
            self._keys[event.key]()
        return True

    def after_frame(self) -> None:
        """To be called after every frame, be it drawn or not."""
        if self._is_small():
            self._is_readable = False
            self._cover_screen()
        elif self._covers:
            for screen, cover in self._covers.items():
                screen.styles.overflow_x = screen.styles.overflow_y = None
                cover.remove()
            self._covers.clear()
        else:
            self._is_readable = True

    def _cover_screen(self) -> None:
        screen = self._shown()
        if screen is None or screen in self._covers:
            return
        cover = _Cover()
        cover.styles.layer = screen.layers[-1]
        # A scrollbar has no room here; at two columns its coming and going would never end.
        screen.styles.overflow_x = screen.styles.overflow_y = "hidden"
        self._covers[screen] = cover
        screen.mount(cover)

    def _shown(self) -> Screen[Any] | None:
        stack = self._app.screen_stack
        return stack[-1] if stack and stack[-1].is_mounted else None

    def _is_small(self) -> bool:
        size = self._newest or self._app.size
        return size.width < LEAST.width or size.height < LEAST.height


def too_small(size: Size) -> str:
    """The sentence about it."""
    return (
        f"This needs {LEAST.width}x{LEAST.height} at least; "
        f"the terminal has {size.width}x{size.height}."
    )


class _Cover(Widget):
    """Shows the sentence, above all that is on a screen."""

    DEFAULT_CSS = """
    _Cover {
        position: absolute;
        width: 100%;
        height: 100%;
        background: $background;
        color: $foreground;
        content-align: center middle;
        text-align: center;
    }
    """

    def render(self) -> str:
        """The sentence; it holds nothing that could be markup."""
        return too_small(self.app.size)
