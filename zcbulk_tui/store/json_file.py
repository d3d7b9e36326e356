"""Values in JSON files."""

import json
from pathlib import Path
from typing import Any

from zcbulk_tui import user_files
from zcbulk_tui.domain.text import json_problem
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import files


def read(path: Path) -> Any:
    """Returns the value in the file; None when there is no file.

    Raises:
        ConfigError: The file cannot be read, or is not JSON.
    """
    try:
        text = user_files.read_text(path)
    except FileNotFoundError:
        return None
    except (OSError, user_files.BadFileError) as error:
        raise ConfigError(
            f"{path} cannot be read", f"{error}.", "Correct it or move it away."
        ) from error
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{path} is not JSON", json_problem(error), "Correct it, or move it away to begin anew."
        ) from error


def write(path: Path, value: Any) -> None:
    """Replaces the file's content as a whole; only this user may read it.

    Raises:
        ConfigError: The file cannot be written; what it held before is still there.
    """
    files.replace(path, json.dumps(value, indent=1))
