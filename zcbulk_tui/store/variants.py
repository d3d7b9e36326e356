"""The request variants that worked, as a file; losing it costs one call, no more."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from zcbulk_tui import user_files
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import files

FILE_NAME = "control-variants.json"
RESULT_FILE_NAME = "result-variants.json"


class VariantFile:
    """Stores how start and abort were last put with success, or results asked for, by base URL.

    Args:
        path: The file; `save` creates it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Mapping[str, object]:
        """Returns the stored variants; empty where the file is missing or damaged."""
        with suppress(OSError, user_files.BadFileError, ValueError, RecursionError):
            content = json.loads(user_files.read_text(self._path))
            if isinstance(content, dict):
                return content
        return {}

    def save(self, values: Mapping[str, object]) -> None:
        """Stores `values`; where that fails, the next start tries every variant again."""
        with suppress(ConfigError):
            files.replace(self._path, json.dumps(values, indent=1))
