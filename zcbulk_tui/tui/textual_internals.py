"""The private names of Textual that this leans on, and what happens without each."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any, Protocol, cast

from textual.app import App
from textual.message import Message


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


def _name(module: str, name: str) -> object:
    try:
        return getattr(import_module(module), name, None)
    except ImportError:
        return None
