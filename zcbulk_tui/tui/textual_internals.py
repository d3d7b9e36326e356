"""The private names of Textual that this leans on, and what happens without each."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any, Protocol, cast

from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.css.scalar import Scalar
from textual.dom import DOMNode
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.style import Style

_MOST_CACHED = 512
"""Entries that a cache of texts, places and styles may have. A screen needs fewer; the limits that
Textual and Rich set, of up to 16,384, are reached after hours, and cost a tenth of all memory."""


class Parser(Protocol):
    """Makes messages of what a terminal sends."""

    def feed(self, data: str) -> Iterable[Message]:
        """Returns the messages of a text."""
        ...


def parser_class() -> type[Parser] | None:
    """Textual's parser; without it Textual reads the terminal in its own way."""
    return cast("type[Parser] | None", _name("textual._xterm_parser", "XTermParser"))


def key_sequences() -> Mapping[str, object]:
    """The escape sequences that Textual takes for keys; without them there are those of kitty."""
    found = _name("textual._ansi_sequences", "ANSI_SEQUENCES_KEYS")
    return found if isinstance(found, Mapping) else {}


def is_batching(app: App[Any]) -> bool:
    """Whether the app holds back what it draws; without the name it counts as drawn at once."""
    return bool(getattr(app, "_batch_count", 0))


def forget_drawn_widgets() -> None:
    """Lets go of the widgets that were drawn, and of most that was worked out about them.

    Textual caches two styles by the widget's cache of lines, for 1,024 widgets: so those of widgets
    that are gone stay in memory, a quarter of a MiB for each screen. Where there is no such cache,
    as in a version to come, this does nothing.
    """
    for cache in _OF_WIDGETS:
        cache.cache_clear()
    for cache in _OF_VALUES:
        if cache.cache_info().currsize > _MOST_CACHED:
            cache.cache_clear()


def remove_empty_toasts(screen: DOMNode) -> None:
    """Removes what is left of toasts.

    Of a toast that is taken down before its own clock does so, Textual leaves the widget around it,
    and its task, for as long as the screen lives.
    """
    for holder in screen.query("ToastHolder"):
        if holder.is_mounted and not holder.children:
            holder.remove()


def _name(module: str, name: str) -> object:
    try:
        return getattr(import_module(module), name, None)
    except ImportError:
        return None


def _caches(*owners: object) -> list[Any]:
    """The caches among the methods of classes, which functools makes."""
    classes = (owner for owner in owners if isinstance(owner, type))
    methods = (getattr(owner, name) for owner in classes for name in vars(owner))
    return [method for method in methods if hasattr(method, "cache_clear")]


_OF_WIDGETS = _caches(_name("textual._styles_cache", "StylesCache"))
_OF_VALUES = _caches(Region, Segment, Strip, Style, Color, Scalar)
