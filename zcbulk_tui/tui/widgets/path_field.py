"""A field for the path of a file, which offers how it may go on."""

import asyncio
import os
from pathlib import Path
from typing import Any

from textual.suggester import Suggester

from zcbulk_tui.tui.widgets.field import Field

_MOST_ENTRIES = 5_000
"""Entries of a folder that are looked through."""


class PathField(Field):
    """A field for a path; the right arrow takes what is offered.

    Args:
        more: See `textual.widgets.Input`.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(suggester=_Paths(), **more)

    @property
    def path(self) -> Path:
        """What was typed, with ``~`` as the home folder."""
        # Path.expanduser() raises where nobody has the name; such a file may be here as well.
        return Path(os.path.expanduser(self.value.strip()))  # noqa: PTH111


class _Paths(Suggester):
    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(completion, value) if value.strip() else None


def completion(typed: str) -> str | None:
    """Returns the path that a beginning leads to: the first folder or file in it; None for none."""
    folder, _, beginning = typed.rpartition("/")
    shown = f"{folder}/" if "/" in typed else ""
    try:
        with os.scandir(os.path.expanduser(shown) or ".") as entries:  # noqa: PTH111 - shown stays as typed
            found = []
            for count, entry in enumerate(entries):
                if count >= _MOST_ENTRIES:
                    return None
                if entry.name.startswith(beginning) and entry.name.isprintable():
                    hidden = entry.name.startswith(".") and not beginning
                    rank = (not entry.name.lower().endswith((".csv", ".zip")), entry.name)
                    found += [] if hidden else [(rank, entry.name, entry.is_dir())]
    except (OSError, ValueError):
        return None
    if not found:
        return None
    _, name, is_folder = min(found)
    return f"{shown}{name}{'/' if is_folder else ''}"
