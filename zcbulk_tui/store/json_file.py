"""JSON files that are never half written."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from zcbulk_tui.errors import ConfigError


def read(path: Path) -> Any:
    """Returns the value in the file; None when there is no file.

    Raises:
        ConfigError: The file cannot be read, or is not JSON.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read", f"{error}.", "Correct it or move it away."
        ) from error
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{path} is not JSON", f"{error}.", "Correct it, or move it away to begin anew."
        ) from error


def write(path: Path, value: Any) -> None:
    """Replaces the file's content as a whole; only this user may read it.

    Raises:
        ConfigError: The file cannot be written; what it held before is still there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(value, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written",
            f"{error}.",
            "Make room or give write permission, or set ZCBULK_STATE_DIR to another folder.",
        ) from error
