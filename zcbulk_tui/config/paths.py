"""Where the program's files are."""

import os
from collections.abc import Mapping
from pathlib import Path

CONFIG = "ZCBULK_CONFIG"
STATE_DIR = "ZCBULK_STATE_DIR"

_APP = "zcbulk-tui"


def config_file(environ: Mapping[str, str] = os.environ) -> Path:
    """The configuration file: ``ZCBULK_CONFIG``, else in the platform's configuration folder."""
    if environ.get(CONFIG):
        return Path(environ[CONFIG]).expanduser()
    import platformdirs

    return platformdirs.user_config_path(_APP) / "config.toml"


def state_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The state folder: ``ZCBULK_STATE_DIR``, else the platform's own."""
    if environ.get(STATE_DIR):
        return Path(environ[STATE_DIR]).expanduser()
    import platformdirs

    return platformdirs.user_state_path(_APP)
