"""Every private name of Textual that the dashboard uses, and what happens without each.

A name that Textual does not document may be gone with any of its releases. All of them are listed
in `PRIVATE_NAMES`; a contract test compares the list with the installed Textual. Without most of
them the dashboard does a little less. Without a required one it refuses to start (see
`check_required_names`).
"""

import functools
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple, Protocol, cast

import rich.cells
import rich.color
import rich.style
from rich.console import Console, RenderableType
from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.css.scalar import Scalar
from textual.dom import DOMNode
from textual.driver import Driver
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.message import Message
from textual.notifications import Notification, Notifications, SeverityLevel
from textual.strip import Strip
from textual.style import Style

from zcbulk_tui.errors import IncompatibleError

SUPPORTED = "textual>=8.2.7,<9"
"""The releases that have every name, as pip writes them."""


class PrivateName(NamedTuple):
    """A private name of Textual.

    Attributes:
        owner: The module, or the module and the class ("module:Class"), that defines the name.
        name: The name; of an attribute or a method without the object.
        without: What happens without it.
        is_required: Whether the dashboard refuses to start without it.
    """

    owner: str
    name: str
    without: str
    is_required: bool = False


_SENT_WHOLE = "Frames are sent as Textual makes them: about three times the bytes."
_NO_BACKLOG = "A slow terminal is not noticed: drawing does not wait for it."
_READ_BY_TEXTUAL = "Textual reads the terminal: text that is not a bracketed paste acts as keys."

PRIVATE_NAMES = (
    PrivateName(
        "textual.app:App",
        "_fatal_error",
        "Textual would print a traceback with the values of every frame, access tokens included.",
        is_required=True,
    ),
    PrivateName(
        "textual.app:App",
        "_display",
        "It would not be known when a question is on screen, so no answer could count.",
        is_required=True,
    ),
    PrivateName("textual.app:App", "_driver", f"{_NO_BACKLOG} The program cannot be suspended."),
    PrivateName("textual.app:App", "_batch_count", "A frame that is held back counts as drawn."),
    PrivateName("textual.drivers.linux_driver:LinuxDriver", "_writer_thread", _NO_BACKLOG),
    PrivateName("textual.drivers._writer_thread:WriterThread", "_queue", _NO_BACKLOG),
    PrivateName(
        "textual.drivers._writer_thread:WriterThread",
        "textual-output",
        "A forced exit may leave a terminal that hangs in the alternate screen.",
    ),
    PrivateName("textual._compositor", "CompositorUpdate", _SENT_WHOLE),
    PrivateName("textual._compositor", "LayoutUpdate", _SENT_WHOLE),
    PrivateName("textual._compositor", "ChopsUpdate", _SENT_WHOLE),
    PrivateName("textual._xterm_parser", "XTermParser", _READ_BY_TEXTUAL),
    PrivateName(
        "textual._ansi_sequences",
        "ANSI_SEQUENCES_KEYS",
        "Only the key sequences of the kitty protocol are recognised.",
    ),
    PrivateName(
        "textual._styles_cache", "StylesCache", "Closed screens stay in memory: 0.25 MiB for each."
    ),
    PrivateName("textual.widgets._toast", "ToastHolder", "The holders of old toasts stay mounted."),
    PrivateName("textual.app:App", "_notifications", "Toasts pile up, and lie before the list."),
)
"""Overridden in `DashboardApp`: `_fatal_error` and `_display`. All others are read here alone."""


def check_required_names() -> None:
    """Checks that Textual has the methods that the dashboard cannot do without.

    Raises:
        IncompatibleError: One is missing; to override it would have no effect.
    """
    for owner, name, without, is_required in PRIVATE_NAMES:
        if is_required and not hasattr(_attribute(*owner.split(":")), name):
            raise IncompatibleError(
                "The installed Textual does not work with this version of zcbulk-tui",
                f"It has no {owner.replace(':', '.')}.{name}. {without}",
                f"Install one that does: pip install '{SUPPORTED}'",
            )


# Reading the terminal.


class Parser(Protocol):
    """Turns what a terminal sends into messages."""

    def feed(self, data: str) -> Iterable[Message]:
        """Returns the messages of a text."""
        ...


def parser_class() -> type[Parser] | None:
    """Returns Textual's parser, or None without it."""
    return cast("type[Parser] | None", _attribute("textual._xterm_parser", "XTermParser"))


def key_sequences() -> Mapping[str, object]:
    """Returns the escape sequences that are keys; no entry without Textual's table."""
    found = _attribute("textual._ansi_sequences", "ANSI_SEQUENCES_KEYS")
    return found if isinstance(found, Mapping) else {}


# Writing to the terminal.


def driver_of(app: App[Any]) -> Driver | None:
    """Returns what reads and writes an app's terminal; None before it runs."""
    return getattr(app, "_driver", None)


def queued_writes(driver: Driver | None) -> int:
    """Returns how many writes the terminal has not taken yet."""
    queue = getattr(getattr(driver, "_writer_thread", None), "_queue", None)
    return queue.qsize() if queue is not None else 0


def writer_threads() -> list[threading.Thread]:
    """Returns the threads of Textual that write to the terminal: one while the app runs."""
    return [thread for thread in threading.enumerate() if thread.name == "textual-output"]


def is_batching(app: App[Any]) -> bool:
    """Whether the app holds back what it draws."""
    return bool(getattr(app, "_batch_count", 0))


class WholeScreen(Protocol):
    """An update of every line.

    Attributes:
        region: The part of the screen that it fills.
        strips: The strips of each line, from left to right.
    """

    region: Region
    strips: Sequence[Iterable[Strip]]

    def render_segments(self, console: Console) -> str:
        """Returns what is written to the terminal."""
        ...


class ChangedRegions(Protocol):
    """An update of some regions.

    Attributes:
        spans: The row, first column and end column of each part of a line that has changed.
        chops: For each row the strips by first column; None for a strip that was not drawn.
        chop_ends: For each row the end columns of its strips.
    """

    spans: Sequence[tuple[int, int, int]]
    chops: Sequence[Mapping[int, Strip | None]]
    chop_ends: Sequence[Sequence[int]]


def as_whole_screen(update: object) -> WholeScreen | None:
    """Returns an update if it is one of the whole screen, else None."""
    is_one = type(update) is _attribute("textual._compositor", "LayoutUpdate")
    return cast(WholeScreen, update) if is_one else None


def as_changed_regions(update: object) -> ChangedRegions | None:
    """Returns an update if it is one of some regions, else None."""
    is_one = type(update) is _attribute("textual._compositor", "ChopsUpdate")
    return cast(ChangedRegions, update) if is_one else None


def new_update(render: Callable[[Console], str], on_rendered: Callable[[], None]) -> RenderableType:
    """Returns an update of our own.

    Args:
        render: Returns what is written to the terminal.
        on_rendered: Called after that; Textual renders an update when it writes it.

    Raises:
        AttributeError: Textual has no class of updates.
    """
    # Textual passes updates on as renderables, though it only writes them.
    return cast(RenderableType, _update_class()(render, on_rendered))


@functools.cache
def _update_class() -> type[Any]:
    base: Any = _attribute("textual._compositor", "CompositorUpdate")
    if base is None:
        raise AttributeError("CompositorUpdate")

    class Update(base):  # type: ignore[misc]  # its base is known at run time only
        def __init__(
            self, render: Callable[[Console], str], on_rendered: Callable[[], None]
        ) -> None:
            self._render = render
            self._on_rendered = on_rendered

        def render_segments(self, console: Console) -> str:
            sequence = self._render(console)
            self._on_rendered()
            return sequence

    return Update


# Toasts.

_SEVERITIES: Sequence[SeverityLevel] = ("information", "warning", "error")


def make_room_for_toast(app: App[Any], new: Notification, most: int) -> None:
    """Removes what shows the same as a new toast, and then the least severe, the oldest first.

    Args:
        app: The app that is about to show it.
        new: The toast.
        most: How many there may be with it.
    """
    known = getattr(app, "_notifications", None)
    if not isinstance(known, Notifications):
        return
    shown = list(known)
    alike = [it for it in shown if (it.message, it.severity) == (new.message, new.severity)]
    others = [it for it in shown if it not in alike]
    others.sort(key=lambda it: (_SEVERITIES.index(it.severity), it.raised_at))
    gone = [*alike, *others[: max(len(others) + 1 - most, 0)]]
    for it in gone:
        del known[it]
    # An empty holder takes a line, so that those above it would stand higher.
    ends = tuple(it.identity for it in gone)
    for screen in app.screen_stack:
        for holder in screen.query("ToastHolder"):
            if (holder.id or "").endswith(ends):
                holder.remove()


# Memory.

_MAX_CACHED = 512
"""Entries that a cache of texts, places and styles may have. A screen needs fewer; the limits that
Textual and Rich set, of up to 16,384, are reached after hours, and cost a tenth of all memory."""


def clear_render_caches() -> None:
    """Releases the widgets that were drawn, and most of what was computed for them.

    Textual caches two styles by the widget's cache of lines, for 1,024 widgets: so those of widgets
    that are gone stay in memory, a quarter of a MiB for each screen.
    """
    for cache in _WIDGET_CACHES:
        cache.cache_clear()
    for cache in _VALUE_CACHES:
        if cache.cache_info().currsize > _MAX_CACHED:
            cache.cache_clear()


def remove_empty_toasts(screen: DOMNode) -> None:
    """Removes what is left of toasts.

    Of a toast that is removed before its own timer does so, Textual leaves the widget around it,
    and its task, for as long as the screen lives.
    """
    for holder in screen.query("ToastHolder"):
        if holder.is_mounted and not holder.children:
            holder.remove()


def _attribute(module: str, name: str) -> object:
    try:
        return getattr(import_module(module), name, None)
    except ImportError:
        return None


def _caches(*owners: object) -> list[Any]:
    """The caches among the functions of modules and classes, which functools makes."""
    found = (owner for owner in owners if isinstance(owner, ModuleType | type))
    functions = (getattr(owner, name, None) for owner in found for name in vars(owner))
    return [function for function in functions if hasattr(function, "cache_clear")]


_WIDGET_CACHES = _caches(_attribute("textual._styles_cache", "StylesCache"))
_VALUE_CACHES = _caches(
    rich.cells,
    rich.color.Color,
    rich.style.Style,
    ANSIToTruecolor,
    Region,
    Segment,
    Strip,
    Style,
    Color,
    Scalar,
)
