"""Where the program's files are."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

import platformdirs

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

    return platformdirs.user_config_path(_APP) / "config.toml"


def state_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The state folder: ``ZCBULK_STATE_DIR``, else the platform's own; absolute.

    What is kept there names other files in it, and is read from other working folders.

    Raises:
        ConfigError: The variable names the home of a user that there is not, or others than this
            user can write the folder.
    """
    if environ.get(STATE_DIR):
        folder = _expanded(STATE_DIR, environ)
    else:
        folder = platformdirs.user_state_path(_APP)
    folder = folder.absolute()
    _check_own(folder)
    return folder


def _check_own(folder: Path) -> None:
    """Checks that no other user can put files there: a watch list, a sign-in, a database.

    Folders above it may be others': whoever moves this one away has to put one of their own there.
    """
    try:
        found = folder.stat()
    except OSError:
        return  # whoever uses it next has more to say
    if found.st_uid not in (os.geteuid(), 0):
        raise ConfigError(
            f"The state folder {folder} belongs to another user",
            "Who owns it can read and replace all that is kept there.",
            f"Set {STATE_DIR} to a folder of yours.",
        )
    if found.st_mode & stat.S_ISVTX and found.st_mode & stat.S_IWOTH:
        raise ConfigError(
            f"The state folder {folder} is everybody's",
            "Others can put files there that would be taken for yours.",
            f"Make a folder of your own in it, and set {STATE_DIR} to that: mkdir -m 700 "
            f"'{folder}/zcbulk-tui'",
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ConfigError(
            f"Others can write the state folder {folder}",
            f"Its mode is {stat.S_IMODE(found.st_mode):o}: they can replace what is kept there.",
            f"Write: chmod go-w '{folder}'",
        )


def _expanded(name: str, environ: Mapping[str, str]) -> Path:
    try:
        return Path(environ[name]).expanduser()
    except RuntimeError as error:
        raise ConfigError(
            f"{name} cannot be {one_line(repr(environ[name]), 80)}",
            f"{one_line(str(error))}",
            "Write the whole path.",
        ) from error
