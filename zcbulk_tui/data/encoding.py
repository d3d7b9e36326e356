"""Which characters the bytes of a CSV are: by its mark, else UTF-8, else by what the user says.

UTF-8 is recognised by being without fault to the last byte; no other encoding can be. So nothing is
guessed: where it is not UTF-8 the user is shown what a line would read in others.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from zcbulk_tui.data.signatures import is_utf16_without_bom
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import DataError, EncodingUnknownError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    # Before UTF-16: the mark of the one begins with that of the other.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_CODECS = {
    "utf-8": "utf-8",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "utf-32-le": "utf-32-le",
    "utf-32-be": "utf-32-be",
    "latin-1": "iso8859-1",
    **{f"windows-{n}": f"cp{n}" for n in range(1250, 1259)},
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in range(2, 17) if n != 12},
    **{name: name for name in ("cp437", "cp850", "cp852", "cp866", "mac-roman", "koi8-r")},
    **{name: name for name in ("shift_jis", "cp932", "euc_jp", "euc_kr", "gb18030", "big5")},
}
"""Python's codecs by the names that the user may give."""

ENCODINGS = tuple(_CODECS)
"""Names of encodings that a file may be in."""

_EXAMPLES = ("utf-8", "utf-16", "windows-1252", "latin-1")
_PREVIEWED = ("windows-1252", "latin-1")
_PREVIEWED_WIDE = ("utf-16-le", "utf-16-be")

_BEFORE, _AFTER = 40, 80
"""Bytes around the first bad one that a preview shows."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes become characters.

    Attributes:
        name: Its name, as in `ENCODINGS`.
        bom: The mark that the file begins with, which is no part of its text; may be empty.
        is_given: Whether the user named it; else the file says so, or it is UTF-8 throughout.
    """

    name: str
    bom: bytes = b""
    is_given: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the bytes are UTF-8 without a mark, as they are uploaded."""
        return self.name == "utf-8" and not self.bom


def find_encoding(beginning: bytes, given: str | None = None) -> Encoding:
    """Returns the encoding of a file, which is UTF-8 only as long as no byte speaks against it.

    Args:
        beginning: The file's first bytes.
        given: The name that the user gave; it counts for more than a mark.

    Raises:
        EncodingUnknownError: It looks like UTF-16 and does not say in which order.
        DataError: There is no encoding of the given name.
    """
    mark = next(((bom, name) for bom, name in _BOMS if beginning.startswith(bom)), None)
    if given is not None:
        name = _named(given, beginning)
        return Encoding(name, mark[0] if mark and mark[1] == name else b"", is_given=True)
    if mark:
        return Encoding(mark[1], mark[0])
    if is_utf16_without_bom(beginning):
        end = 2 * _AFTER
        raise EncodingUnknownError(
            "The file looks like UTF-16, and does not say in which order its bytes are",
            "Every second byte of its beginning is null, and there is no mark before them.",
            _name_it(_PREVIEWED_WIDE[0]),
            offset=beginning.index(0),
            previews=_previews(beginning[:end], _PREVIEWED_WIDE),
        )
    return Encoding("utf-8")


class TextDecoder:
    """Turns the bytes of a file into text, piece by piece, and says where it cannot."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(_CODECS[encoding.name])("strict")
        self._read = 0
        """Bytes given so far."""

    def decode(self, data: bytes, *, is_last: bool = False) -> str:
        """Returns the text of the next bytes; of a character cut in two, nothing yet.

        Raises:
            UndecodableError: A byte cannot be.
        """
        before, self._read = self._read, self._read + len(data)
        if not before:
            data = data.removeprefix(self._encoding.bom)
            before = self._read - len(data)
        try:
            return self._decoder.decode(data, is_last)
        except UnicodeDecodeError as error:
            # It counts from the bytes that were kept of the piece before.
            start = before - (len(error.object) - len(data))
            prefix = error.object[: error.start].decode(_CODECS[self._encoding.name])
            raise UndecodableError(start + error.start, prefix, error.object[error.start :]) from (
                error
            )

    def size(self, text: str) -> int:
        """Returns how many bytes a text takes that was decoded here."""
        return len(text.encode(_CODECS[self._encoding.name]))

    def failure(self, error: "UndecodableError", line: int, line_so_far: str) -> DataError:
        """Returns what to say of a byte that cannot be.

        Args:
            error: Where.
            line: The line that it is in, from 1.
            line_so_far: The text of that line before it.
        """
        name = self._encoding.name
        where = f"Byte {error.offset:,}, in line {line:,}, is {error.rest[0]:02X}"
        if name != "utf-8" or self._encoding.is_given:
            return DataError(
                f"Line {line:,} is not in {name}",
                f"{where}, which cannot stand there in {name}.",
                "Name another encoding, as in --encoding latin-1, in which any byte can stand."
                if self._encoding.is_given
                else "Save the file anew as CSV UTF-8.",
            )
        raw = line_so_far.encode("utf-8")[-_BEFORE:]
        # A character is not shown by half.
        raw = raw.lstrip(bytes(range(0x80, 0xC0))) + error.rest[:_AFTER]
        raw = raw.replace(b"\r", b"\n").partition(b"\n")[0]
        return EncodingUnknownError(
            "The file is not in UTF-8, and does not say in which encoding it is",
            f"{where}, which is no character in UTF-8.",
            _name_it(_PREVIEWED[0]),
            offset=error.offset,
            line=line,
            previews=_previews(raw, _PREVIEWED),
        )


class UndecodableError(ValueError):
    """A byte cannot be in this encoding.

    Attributes:
        offset: The byte, counted from 0.
        prefix: The text of the last piece before it.
        rest: The bytes of the last piece from there on.
    """

    def __init__(self, offset: int, prefix: str, rest: bytes) -> None:
        super().__init__(offset)
        self.offset = offset
        self.prefix = prefix
        self.rest = rest


def _named(given: str, beginning: bytes) -> str:
    name = given.strip().lower().replace("_", "-")
    if name in ("utf-16", "utf16"):
        # Of either order: the mark says which, else the nulls, else what the name means by itself.
        marked = next((n for b, n in _BOMS if beginning.startswith(b) and "16" in n), "")
        return marked or is_utf16_without_bom(beginning) or "utf-16-be"
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):  # ValueError: a null in it
        codec = ""
    for known, its_codec in _CODECS.items():
        if codec and codecs.lookup(its_codec).name == codec:
            return known
    if codec in ("utf-8-sig", "ascii"):
        return "utf-8"
    raise DataError(
        f"There is no encoding “{one_line(given, 40)}” here",
        f"Known are {', '.join(_EXAMPLES)}, other "
        "windows-125x and iso-8859-x, and some of East Asia.",
        "Name one of these: --encoding windows-1252.",
    )


def _previews(raw: bytes, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    def read(name: str) -> str:
        text = raw.decode(_CODECS[name], "replace")
        return one_line(next(_lines(text), ""), _BEFORE + _AFTER)

    return tuple((name, read(name)) for name in names)


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.replace("\r", "\n").split("\n") if line.strip())


def _name_it(example: str) -> str:
    return (
        f"Name the encoding in which the preview reads right, as in --encoding {example}, or "
        "another that you know it is in."
    )
