"""Files that the user names: what may be written in the place of another one, and how.

Data is never written over: an export, failed records, a repaired file, a result need a name that
is free. A report takes the place of an earlier report, which is made anew from what is remembered,
and of no other file.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from zcbulk_tui.data.new_files import NamedFile, is_disk_failure
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, OutputError, UsageError
from zcbulk_tui.store import files

_BEGINNING = 4096
"""Bytes by which an earlier report is known."""


def checked_path(path: Path, option: str) -> Path:
    """Returns a path that a file may be put in the place of; what a link leads to, for the link.

    Args:
        path: As it was typed.
        option: It was typed after this one.

    Raises:
        UsageError: None may.
    """
    shown = one_line(str(path), 200)
    try:
        real = path.resolve()
        if real.exists() and not real.is_file():
            raise UsageError(
                f"{shown} is no file", next_step=f"Name a file, or leave out {option}."
            )
        if not real.parent.is_dir():
            raise UsageError(f"The folder of {shown} does not exist", next_step="Make it first.")
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(
            f"{shown} cannot be written", f"{one_line(str(error))}.", "Name another file."
        ) from error
    return real


def check_replaceable(path: Path, is_report: Callable[[str], bool]) -> None:
    """Makes sure that what a report would take the place of is an earlier one, or empty.

    Args:
        path: Where the report goes.
        is_report: Says by its beginning whether a text is such a report.

    Raises:
        UsageError: It is something else, which would be lost; or it cannot be read.
    """
    shown = one_line(str(path), 200)
    try:
        with path.open("rb") as file:
            beginning = file.read(_BEGINNING).decode(errors="replace")
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(
            f"{shown} cannot be read",
            f"The system says: {one_line(said)}. Only an earlier report is replaced.",
            "Name another file.",
        ) from error
    if beginning and not is_report(beginning):
        raise UsageError(
            f"{shown} is there already, and is no earlier report",
            "Only an earlier report is replaced.",
            "Name another file, or move that one away.",
        )


def write_new(path: Path, pieces: Iterable[str]) -> None:
    """Writes a file under a name that must be free: whole, or not at all.

    Raises:
        ZcbulkError: Something has the name, or it cannot be written; or what the pieces raise.
    """
    with NamedFile(path) as write:
        for piece in pieces:
            write(piece.encode())


def write_over(path: Path, content: str) -> None:
    """Writes a file in the place of one that is there: whole, or not at all.

    Raises:
        ZcbulkError: It cannot be written; what was there still is.
    """
    try:
        files.replace(path, content)
    except ConfigError as error:
        # It is none of the state folder, of which that error speaks.
        kind = OutputError if is_disk_failure(error.__cause__) else UsageError
        said = (one_line(error.title, 300), one_line(error.cause, 300))
        raise kind(*said, "Make room, or name another file.") from error
