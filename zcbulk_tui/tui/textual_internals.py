"""Private names of Textual that the program leans on, each guarded."""

from typing import Any

from rich.segment import Segment
from textual._styles_cache import StylesCache
from textual.color import Color
from textual.css.scalar import Scalar
from textual.dom import DOMNode
from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style

# What is not let go of.

_MOST_CACHED = 512
"""Entries that a cache of texts, places and styles may have. A screen needs fewer; the limits that
Textual and Rich set, of up to 16,384, are reached after hours, and cost a tenth of all memory."""


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


def _caches(*owners: type) -> list[Any]:
    """The caches among the methods of classes, which functools makes."""
    methods = (getattr(owner, name) for owner in owners for name in vars(owner))
    return [method for method in methods if hasattr(method, "cache_clear")]


_OF_WIDGETS = _caches(StylesCache)
_OF_VALUES = _caches(Region, Segment, Strip, Style, Color, Scalar)


def remove_empty_toasts(screen: DOMNode) -> None:
    """Removes what is left of toasts.

    Of a toast that is taken down before its own clock does so, Textual leaves the widget around it,
    and its task, for as long as the screen lives.
    """
    for holder in screen.query("ToastHolder"):
        if holder.is_mounted and not holder.children:
            holder.remove()
