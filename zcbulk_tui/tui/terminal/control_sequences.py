"""Classifies the control sequences that a terminal sends: key, report, or neither.

A token's text is written anew, with no more in it than Textual's parser can read.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

_MOUSE = re.compile(r"\x1b\[<\d{1,4};-?\d{1,5};-?\d{1,5}[Mm]")
_FOCUS = re.compile(r"\x1b\[[IO]")
_MODE = re.compile(r"\x1b\[\?(2026|2048);([0-4])\$y")
_SIZE = re.compile(r"\x1b\[48;(\d{1,5})[:\d]*;(\d{1,5})[:\d]*;(\d{1,6})[:\d]*;(\d{1,6})[:\d]*t")
_MODIFIED = re.compile(
    r"\x1b\[(?:1;(\d{1,3})(?::(\d))?([ABCDEFHPQS])|(\d{1,3});(\d{1,3})(?::(\d))?~)"
)
_KITTY = re.compile(
    r"\x1b\[(\d{1,7})(?::[\d:]*)?(?:;(\d{0,3})(?::(\d))?)?(?:;(\d{1,7}(?::\d{1,7})*)?)?u"
)
_REPORT = re.compile(r"\x1b\[.*[Rnp-tv-y]")
"""Endings of reports; no terminal of today sends a key with one of these."""

_NAME = re.compile(r"\x1bP>\|([ -~]{1,100})")
_OSC_99 = re.compile(r"\x1b\]99;i=zcbulk:p=\?(?::[!-:<-~]{0,200})?;[!-~]{0,200}")

MAX_STRING = 512
"""Characters of a control string that may be an answer; longer ones are none."""

_RELEASED = "3"
_KITTY_KEYS = frozenset({9, 13, 27, 127})
"""Code points below the blank, and that of backspace, that are keys."""
_LOCKS = 64 | 128
_SHIFT = 1
_PRIVATE_USE = range(57344, 63744)
_MODIFIERS = frozenset({*range(57358, 57361), *range(57441, 57455)})


class Kind(Enum):
    """The kind of a token.

    Attributes:
        CHARACTER: A key that types a character; `text` is what the terminal sent.
        KEY: Any other key; `text` is what the terminal sent.
        ALT: A character with alt.
        ESCAPE: The escape key.
        PASTE: Text that the terminal pasted, with brackets.
        BURST: Characters that arrived faster than anybody types; see `InputFilter`.
        REPORT: Mouse, focus, sizes and modes; `text` is what the terminal sent.
        NAME: The terminal's name and version, which it was asked for, as `text`.
        OSC_99: The terminal's answer that it takes OSC 99; it has no text.
        DROPPED: A control string without a meaning here; it has no text.
        BROKEN: A control string of 8 bits, cut off or malformed: what follows may be its rest.
    """

    CHARACTER = auto()
    KEY = auto()
    ALT = auto()
    ESCAPE = auto()
    PASTE = auto()
    BURST = auto()
    REPORT = auto()
    NAME = auto()
    OSC_99 = auto()
    DROPPED = auto()
    BROKEN = auto()


class Token(NamedTuple):
    """A unit of input.

    Attributes:
        kind: Its kind.
        text: See `Kind`.
        typed: The characters that a `Kind.CHARACTER` types.
    """

    kind: Kind
    text: str = ""
    typed: str = ""


_DROPPED = Token(Kind.DROPPED)


def known(sequence: str, sequences: Mapping[str, object]) -> Token:
    """Returns the token of an escape sequence that is a key."""
    typed = sequences[sequence]
    if isinstance(typed, str):
        return Token(Kind.CHARACTER, sequence, typed)
    return Token(Kind.KEY, sequence)


def classify(sequence: str, sequences: Mapping[str, object]) -> Token:
    """Returns the token of a control sequence.

    Args:
        sequence: All of it, with the introducer of 7 bits.
        sequences: The escape sequences that are keys; those of characters have them as values.
    """
    if any(each.fullmatch(sequence) for each in (_MOUSE, _FOCUS, _MODE)):
        return Token(Kind.REPORT, sequence)
    if key := _KITTY.fullmatch(sequence):
        return _kitty(key)
    if key := _MODIFIED.fullmatch(sequence):
        return _modified(key, sequences)
    if sequence in sequences and not _REPORT.fullmatch(sequence):
        return known(sequence, sequences)
    return _DROPPED


def answer(string: str) -> Token | None:
    """Returns the token of a control string, without its end; None if it is no known answer."""
    if name := _NAME.fullmatch(string):
        return Token(Kind.NAME, name[1])
    return Token(Kind.OSC_99) if _OSC_99.fullmatch(string) else None


def announces_size_reports(sequence: str) -> bool:
    """Whether a terminal announces that it reports its size by control sequences."""
    mode = _MODE.fullmatch(sequence)
    return mode is not None and mode[1] == "2048" and mode[2] != "0"


def size_report(sequence: str) -> Token | None:
    """Returns the token of a reported size; None if the sequence is no such report."""
    if (size := _SIZE.fullmatch(sequence)) is None:
        return None
    lines, columns, height, width = map(int, size.groups())
    if not lines or not columns:
        return _DROPPED
    pixels = f"{max(height, lines)};{max(width, columns)}"  # Textual divides by them
    return Token(Kind.REPORT, f"\x1b[48;{lines};{columns};{pixels}t")


def _modified(key: re.Match[str], sequences: Mapping[str, object]) -> Token:
    modifiers, event, final, number, number_modifiers, number_event = key.groups()
    base = f"\x1b[{number}~" if number else f"\x1b[{final}"
    is_key = base in sequences or final in ("P", "Q", "S")
    if not is_key or _RELEASED in (event, number_event):
        return _DROPPED
    if number:
        return Token(Kind.KEY, f"\x1b[{number};{number_modifiers}~")
    return Token(Kind.KEY, f"\x1b[1;{modifiers}{final}")


def _kitty(key: re.Match[str]) -> Token:
    code, modifiers = int(key[1]), int(key[2] or "1") or 1
    texts = [int(part) for part in (key[4] or "").split(":") if part]
    held = (modifiers - 1) & ~_LOCKS
    if (
        key[3] == _RELEASED
        or not all(map(_is_character, texts))
        or not (_is_character(code) or code in _KITTY_KEYS)
    ):
        return _DROPPED
    parts = [str(code), str(modifiers), ":".join(map(str, texts))]
    sequence = f"\x1b[{';'.join(parts).rstrip(';')}u" if texts or held else f"\x1b[{code}u"
    typed = "".join(map(chr, texts))
    if not typed and held in (0, _SHIFT) and code not in _PRIVATE_USE:
        typed = {27: "", 127: "", 9: "\t" if not held else ""}.get(code, chr(code))
    if code in _MODIFIERS:
        return Token(Kind.REPORT, sequence)
    return Token(Kind.CHARACTER if typed else Kind.KEY, sequence, typed)


def _is_character(code: int) -> bool:
    """Whether a code point is a character, and no control character."""
    return 32 <= code <= 0x10FFFF and not 0x7F <= code <= 0x9F and not 0xD800 <= code <= 0xDFFF
