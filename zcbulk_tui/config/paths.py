"""Where the program's files are."""

import os
from collections.abc import Mapping
from pathlib import Path

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError

CONFIG = "ZCBULK_CONFIG"
STATE_DIR = "ZCBULK_STATE_DIR"

_APP = "zcbulk-tui"


def config_file(environ: Mapping[str, str] = os.environ) -> Path:
    """The configuration file: ``ZCBULK_CONFIG``, else in the platform's configuration folder.

    Raises:
        ConfigError: The variable names the home of a user that there is not.
    """
    if environ.get(CONFIG):
        return _expanded(CONFIG, environ)
    import platformdirs

    return platformdirs.user_config_path(_APP) / "config.toml"


def state_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The state folder: ``ZCBULK_STATE_DIR``, else the platform's own.

    Raises:
        ConfigError: The variable names the home of a user that there is not.
    """
    if environ.get(STATE_DIR):
        return _expanded(STATE_DIR, environ)
    import platformdirs

    return platformdirs.user_state_path(_APP)


def _expanded(name: str, environ: Mapping[str, str]) -> Path:
    try:
        return Path(environ[name]).expanduser()
    except RuntimeError as error:
        raise ConfigError(
            f"{name} cannot be {one_line(repr(environ[name]), 80)}",
            f"{one_line(str(error))}",
            "Write the whole path.",
        ) from error
