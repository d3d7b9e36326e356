"""What a file is by its first bytes, when it is no CSV."""

import codecs
import re

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
"""Beginnings of a ZIP: of a member, of an empty one, of one in volumes."""

_EXPORT = "Save it as CSV UTF-8 in the program that made it, and give that file."
_UNPACK = "Unpack it, and give the CSV or a ZIP with the CSV alone in it."
_WRONG = "Give the CSV itself."

_BINARY = (
    # One at the top has been looked into.
    *((signature, "another ZIP, or an Office file", _UNPACK) for signature in ZIP),
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"\xfd7zXZ\x00", "an xz archive", _UNPACK),
    (b"(\xb5/\xfd", "a Zstandard archive", _UNPACK),
    (b"7z\xbc\xaf'\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook, or another Office file", _EXPORT),
    (b"SQLite format 3\x00", "an SQLite database", _EXPORT),
    (b"PAR1", "a Parquet file", _EXPORT),
    (b"%PDF-", "a PDF", _EXPORT),
    (b"{\\rtf", "a text of a word processor", _EXPORT),
    (b"\x89PNG\r\n\x1a\n", "a picture", _WRONG),
    (b"\xff\xd8\xff", "a picture", _WRONG),
    (b"\x7fELF", "a program", _WRONG),
)

# No header of a CSV begins like these, whatever white space stands before them.
_TEXT = (
    (
        re.compile(
            rb"\s*<(?:!doctype\s+html|html|head|body|table|div|style|meta)\b", re.IGNORECASE
        ),
        "a web page",
    ),
    (re.compile(rb"\s*<\?xml\b"), "XML"),
    (re.compile(rb'\s*(?:\{\s*"|\[\s*[\[{])'), "JSON"),
)
_WEB_PAGE = (
    "It may be a sign-in page that was saved in place of the file, or a table that is meant for "
    "Excel. Fetch or export the CSV again."
)

_BZIP2 = re.compile(rb"BZh[1-9]1AY&SY")

_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def other_format(beginning: bytes) -> tuple[str, str] | None:
    """Returns what a file is and what to do with it; None when it may be a CSV.

    Args:
        beginning: Its first bytes, some thousands where it has as many.
    """
    for signature, name, next_step in _BINARY:
        if beginning.startswith(signature):
            return name, next_step
    if _BZIP2.match(beginning):
        return "a bzip2 archive", _UNPACK
    for pattern, name in _TEXT:
        if pattern.match(beginning.removeprefix(codecs.BOM_UTF8)):
            return name, _WEB_PAGE if name == "a web page" else _EXPORT
    if _is_binary(beginning):
        return "a file of binary data", _EXPORT
    return None


def is_utf16_without_bom(beginning: bytes) -> str:
    """Returns ``utf-16-le`` or ``utf-16-be`` when each second byte is mostly null; else nothing.

    Of text in most alphabets the line ends, delimiters, digits and spaces alone make it so.
    """
    if beginning.startswith(_BOMS) or not _has_null_in_first_line(beginning):
        return ""
    pairs = len(beginning) // 2
    even = beginning[: 2 * pairs : 2].count(0)
    odd = beginning[1 : 2 * pairs : 2].count(0)
    for many, few, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if many * 4 >= pairs > 0 and few * 20 <= many:
            return name
    return ""


def _is_binary(beginning: bytes) -> bool:
    if beginning.startswith(_BOMS) or is_utf16_without_bom(beginning):
        return False
    return _has_null_in_first_line(beginning)


def _has_null_in_first_line(beginning: bytes) -> bool:
    """Whether it is no header in plain characters; in a later line a null is its record's fault."""
    return 0 in beginning.partition(b"\n")[0]
