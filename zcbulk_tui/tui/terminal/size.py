"""Terminals that are too small to read, and sizes too large to be true."""

from collections.abc import Callable, Mapping
from typing import Any

from textual import events
from textual.app import App
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

SMALLEST = Size(60, 15)
"""The smallest size that can be used."""

_LARGEST = Size(1000, 300)
"""No screen is larger; a terminal may report 65,535 x 65,535, and each cell takes memory."""


def clamp(event: events.Resize) -> None:
    """Reduces a reported size to one that a screen can have."""
    event.size = _clamped(event.size)
    event.virtual_size = _clamped(event.virtual_size)


def _clamped(size: Size) -> Size:
    return Size(min(size.width, _LARGEST.width), min(size.height, _LARGEST.height))


class SmallScreen:
    """Covers the screen with a sentence while the terminal is too small to read.

    Below the cover everything stays as it is: dialogs, the focus, what has been typed.

    Args:
        app: Its screens are covered.
        keys: What is called for the keys that still work, by Textual's names.
    """

    def __init__(self, app: App[Any], keys: Mapping[str, Callable[[], object]]) -> None:
        self._app = app
        self._keys = keys
        self._covers: dict[Screen[Any], _Cover] = {}
        self._is_readable = True
        self._newest: Size | None = None

    def intercepts(self, event: Message) -> bool:
        """Whether the app must not see an event, since nobody can read what it would do."""
        if isinstance(event, events.Resize):
            self._newest = event.size
            # Keys are stopped before the cover is laid out, and until it is gone.
            self._is_readable = self._is_readable and not self._is_small()
        if not isinstance(event, events.InputEvent | events.Paste) or self._is_readable:
            return False
        if isinstance(event, events.Key) and event.key in self._keys:
            self._keys[event.key]()
        return True

    def after_frame(self) -> None:
        """To be called after every frame, drawn or not."""
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
        return size.width < SMALLEST.width or size.height < SMALLEST.height


def too_small(size: Size) -> str:
    """Returns the sentence of the cover."""
    return (
        f"This needs {SMALLEST.width}x{SMALLEST.height} at least; "
        f"the terminal has {size.width}x{size.height}."
    )


class _Cover(Widget):
    """Shows the sentence above everything on a screen."""

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
