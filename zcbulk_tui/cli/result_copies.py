"""Copies of results, in a folder of the user's choice and under the names of their jobs."""

import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from zcbulk_tui.data.new_files import NewFile, claim, is_disk_failure
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.result import ResultFile, ResultKind
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import DataError, NoRoomError

_LONGEST = 80
"""Characters of a label in a name."""

_BLOCK = 2**18

_NO_NAME = re.compile(r"[^\w.-]+")

ENDINGS = {
    ResultKind.FAILURE: "failed",
    ResultKind.UNPROCESSED: "unprocessed",
    ResultKind.SUCCESS: "success",
}
"""What a result is called in names of files, and by the options of the command."""


def names(jobs: Sequence[WatchedJob]) -> Mapping[JobRef, str]:
    """Returns what files of jobs are called, without ending: the label, where it names one alone.

    What cannot stand in a name becomes a hyphen.
    """
    labels = {job.ref: _NO_NAME.sub("-", job.label)[:_LONGEST].strip("-.") for job in jobs}
    many = Counter(label.casefold() for label in labels.values())
    return {
        ref: label
        if label and many[label.casefold()] == 1
        else "-".join(filter(None, (label, ref.job_id)))
        for ref, label in labels.items()
    }


def copy(file: ResultFile, folder: Path, name: str) -> Path:
    """Copies a result, and overwrites nothing; only this user may read it.

    Where the same file is there already, that one is returned.

    Args:
        file: The result.
        folder: Where the copy goes; made where it is not there.
        name: What it is called there, without ending.

    Raises:
        DataError: Another file is there, or it cannot be written, or the result cannot be read.
    """
    place = folder / f"{name}.{ENDINGS[file.kind]}.csv"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = NewFile(folder)
        try:
            with file.path.open("rb") as source:
                while data := source.read(_BLOCK):
                    new.write(data)
            if new.finish() != file.sha256:
                raise DataError(
                    f"{one_line(str(file.path))} is another file than was fetched",
                    "Something has changed it since.",
                    "Remove it, and fetch it again while Zoho has it.",
                )
            _place(new.path, place, file)
        finally:
            with suppress(OSError):
                new.discard()
    except OSError as error:
        raise (NoRoomError if is_disk_failure(error) else DataError)(
            f"{one_line(str(place))} cannot be written",
            f"The system says: {one_line(error.strerror or str(error))}.",
            f"The result itself is at {shlex.quote(one_line(str(file.path)))}.",
        ) from error
    return place


def _place(written: Path, place: Path, file: ResultFile) -> None:
    """Gives a file its name, if no other one has it.

    Raises:
        DataError: Another one has.
        OSError: It cannot be written.
    """
    try:
        claim(place)
    except FileExistsError:
        if place.is_file() and place.stat().st_size == file.size:
            with place.open("rb") as there, file.path.open("rb") as ours:
                if _are_same(there, ours):
                    return
        raise DataError(
            f"{one_line(str(place))} is there already",
            "It is not overwritten.",
            "Move it away, or name another folder with --output.",
        ) from None
    try:
        written.replace(place)
    except OSError:
        place.unlink(missing_ok=True)
        raise


def _are_same(one: BinaryIO, other: BinaryIO) -> bool:
    while data := one.read(_BLOCK):
        if data != other.read(_BLOCK):
            return False
    return True
