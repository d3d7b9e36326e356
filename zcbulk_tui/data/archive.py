"""ZIP archives with one CSV in them; only streams come out, never files on the disk."""

import io
import re
import zipfile
from pathlib import Path
from typing import IO, BinaryIO, cast

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import DataError

MOST_UNPACKED = 2 * 10**9
"""Bytes that a CSV in a ZIP may have: twenty uploads [LIMB]. More is taken for a ZIP bomb."""

_LONGEST_READ = 2**20
"""Bytes of the longest read: the directory of an archive is read at once, and is short."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How members may be packed. Others may claim gigabytes to unpack, and no document names them."""

_ENCRYPTED = 0x1
_LEAVES = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)")
_LITTER = re.compile(r"^__MACOSX/|(?:^|/)(?:\.DS_Store|Thumbs\.db|desktop\.ini)$")
"""What file managers put into archives unasked."""

_ONE_CSV = "Zoho takes one CSV, or a ZIP with exactly one CSV in it."


class BoundedFile(io.FileIO):
    """A raw file of which nobody reads much at once, least of all because the file says so."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Reads as `io.FileIO.read` does.

        Raises:
            zipfile.BadZipFile: More is to be read than a ZIP with one member has a reason for.
        """
        if size is not None and size > _LONGEST_READ:
            raise zipfile.BadZipFile("its directory is too long for a ZIP with one file")
        return super().read(size)


def find_member(file: BinaryIO, path: Path, rule: str = _ONE_CSV) -> tuple[zipfile.ZipInfo, bool]:
    """Returns the one CSV of an archive, and whether nothing else is in the archive.

    Folders, and what file managers leave behind, do not count as files.

    Args:
        file: The archive; it stays open.
        path: Where it stands, for the words of an error.
        rule: What is said where there is not exactly one file in it.

    Raises:
        DataError: It is broken or encrypted, has no file or several, or one that cannot be used.
    """
    shown = one_line(str(path))
    with _open_archive(file, path) as archive:
        entries = archive.infolist()
    if office := _office(entries):
        name, next_step = office
        raise DataError(f"{shown} is no CSV, but {name}", "Its content says so.", next_step)
    leaving = next((it.filename for it in entries if _LEAVES.search(it.filename)), None)
    if leaving is not None:
        raise DataError(
            f"{shown} is no ordinary ZIP",
            f"A name in it leads out of its folder: {one_line(leaving, 80)}.",
            "Do not unpack it. Ask who made it, and make a ZIP of the CSV alone.",
        )
    files = [it for it in entries if not it.is_dir() and not _LITTER.search(it.filename)]
    if len(files) != 1:
        names = ", ".join(one_line(it.filename, 40) for it in files[:3])
        raise DataError(
            f"{shown} has {len(files):,} files in it" if files else f"{shown} has no file in it",
            f"{rule} It has {names}{', …' if len(files) > 3 else ''}." if files else rule,
            "Make a ZIP of the CSV alone, or give the CSV.",
        )
    (info,) = files
    _check_member(info, shown)
    is_alone = len(entries) == 1 and "/" not in info.filename
    return info, is_alone and info.filename.lower().endswith(".csv")


def open_member(file: BinaryIO, path: Path, member: str) -> BinaryIO:
    """Returns the bytes of a member as a stream; reading it raises what `zipfile` does.

    Raises:
        DataError: It cannot be opened.
    """
    archive = _open_archive(file, path)
    try:
        # The archive is not needed any more, and does not close the file that it was given.
        return cast(BinaryIO, archive.open(member))
    except (OSError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise _broken(path, error) from error


def _open_archive(file: IO[bytes], path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    # A name in it may be no text, a number too large; NotImplementedError is a RuntimeError.
    except (OSError, ValueError, OverflowError, RuntimeError, zipfile.BadZipFile) as error:
        raise _broken(path, error) from error


def _broken(path: Path, error: Exception) -> DataError:
    return DataError(
        f"{one_line(str(path))} begins like a ZIP, and cannot be opened as one",
        f"The library for it says: {one_line(str(error))}.",
        "If it is incomplete, fetch it again. Else make the ZIP again, or give the CSV.",
    )


def _check_member(info: zipfile.ZipInfo, shown: str) -> None:
    name = one_line(info.filename, 80)
    if info.flag_bits & _ENCRYPTED:
        raise DataError(
            f"{name} in {shown} is encrypted",
            "Nobody asks for its password here, and Zoho documents none.",
            "Unpack it, and give the CSV.",
        )
    if info.compress_type not in _METHODS:
        raise DataError(
            f"{name} in {shown} is packed in a way that is not used here",
            f"Its method has the number {info.compress_type}; 0 and 8 are the usual ones.",
            "Make the ZIP again with the usual settings, or give the CSV.",
        )
    if info.file_size > MOST_UNPACKED:
        raise DataError(
            f"{name} in {shown} would be {info.file_size:,} bytes long",
            f"The file on the disk has {info.compress_size:,}, and more than {MOST_UNPACKED:,} are "
            "not unpacked.",
            "If that is right, cut the CSV, and give its parts one after the other.",
        )


def _office(entries: list[zipfile.ZipInfo]) -> tuple[str, str] | None:
    names = {it.filename for it in entries}
    next_step = "Save it as CSV UTF-8 in the program that made it, and give that file."
    if "[Content_Types].xml" in names:
        is_excel = any(name.startswith("xl/") for name in names)
        return "an Excel workbook" if is_excel else "an Office document", next_step
    if {"mimetype", "content.xml"} <= names:
        return "an OpenDocument file", next_step
    return None
