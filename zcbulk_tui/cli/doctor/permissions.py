"""The doctor on files and folders: who may read them, and whether we may write them."""

import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from zcbulk_tui.cli.doctor.findings import Finding, Grade, failure, short_path
from zcbulk_tui.cli.state import RESULTS_FOLDER
from zcbulk_tui.config import paths
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.text import counted
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import database, files, opening, sign_in

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def check(settings: Settings | None) -> Iterator[Finding]:
    """Looks at the configuration file, and at what the state folder holds.

    Args:
        settings: Those of the profile; None where they cannot be read, which leaves its files out.
    """
    yield _checked("config file", _config_file)
    yield _checked("state folder", _state_folder)
    yield _checked("memory", _memory)
    yield _checked("results", lambda: _results(settings))
    if settings is not None:
        profile = settings.profile
        yield _checked("sign-in files", lambda: _sign_in_files(profile))


def _checked(subject: str, look: Callable[[], Finding | str]) -> Finding:
    """What `look` returns or raises, as a line; a text is what is said where all is well."""
    try:
        found = look()
    except ConfigError as error:
        return failure(subject, error)
    except OSError as error:
        return failure(
            subject,
            ConfigError(
                f"{error.filename} cannot be used",
                f"{error.strerror}.",
                "Give yourself the right to read and write it, or set ZCBULK_STATE_DIR to another "
                "folder.",
            ),
        )
    return found if isinstance(found, Finding) else Finding(subject, Grade.PASS, found)


def _config_file() -> Finding | str:
    path = paths.config_file()
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "There is none."
    if mode & _OTHERS_WRITE:
        return Finding(
            "config file",
            Grade.WARN,
            f"Others can write {short_path(path)}, and so decide where the token goes.",
            f"chmod go-w '{path}'",
        )
    return "Nobody else can write it."


def _state_folder() -> str:
    folder = paths.state_dir()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryFile(dir=folder):
        return f"{short_path(folder)} can be written."


def _memory() -> str:
    file = paths.state_dir() / database.FILE_NAME
    if file.exists():
        opening.look(file)
    with closing(database.open_database(file)):
        return f"{database.FILE_NAME} opens."


def _results(settings: Settings | None) -> Finding | str:
    folder = paths.state_dir() / RESULTS_FOLDER
    days = counted(settings.results.days, "day") if settings is not None else ""
    kept = f" They are kept for {days}." if days else ""
    if not folder.exists():
        return f"There are none; {short_path(folder)} is where they would be.{kept}"
    found = [(path, path.lstat()) for path in (folder, *folder.rglob("*"))]
    if any(stat.S_IMODE(it.st_mode) & 0o077 for _, it in found):
        return Finding(
            "results",
            Grade.WARN,
            f"Others can read {short_path(folder)}, which holds records of yours.",
            f"chmod -R go= '{folder}'",
        )
    files = [(path, it) for path, it in found if stat.S_ISREG(it.st_mode)]
    fetched = [it.st_mtime for path, it in files if path.suffix == ".csv"]
    size = sum(it.st_size for _, it in files)
    count = counted(len(files), "file")
    said = f"{short_path(folder)}: {count}, {size:,} bytes, which only you can read.{kept}"
    if settings is not None and fetched:
        first = datetime.fromtimestamp(min(fetched), UTC) + timedelta(days=settings.results.days)
        said += f" The first go on {first.astimezone():%a %d %b}."
    return said


def _sign_in_files(profile: str) -> str:
    folder = paths.state_dir() / sign_in.FOLDER_NAME / profile
    if not folder.exists():
        return "There are none."
    for path in (folder, *_below(folder)):
        files.check_private(path)
    return f"Only you can read {short_path(folder)}."


def _below(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())
