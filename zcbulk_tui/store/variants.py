"""The ways of putting start and abort that worked, as a file; losing it costs a call, no more."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import json_file

FILE_NAME = "control-variants.json"


class VariantFile:
    """Keeps what worked.

    Args:
        path: The file; it is made when something is kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Mapping[str, object]:
        """Returns what was kept; nothing where the file is missing or damaged."""
        with suppress(ConfigError):
            content = json_file.read(self._path)
            if isinstance(content, dict):
                return content
        return {}

    def save(self, values: Mapping[str, object]) -> None:
        """Keeps `values`; where that fails, the next start tries all ways again."""
        with suppress(ConfigError):
            json_file.write(self._path, dict(values))
