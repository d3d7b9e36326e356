"""Text that could harm a terminal, and how to recognise it."""

import re
import unicodedata

HOSTILE = {
    "escape sequence": "\x1b[2J\x1b]0;owned\x07",
    "8-bit control sequence": "\x9b31m",
    "new lines": "one\r\ntwo\nthree",
    "backspaces": "good\b\b\b\bevil",
    "null and delete": "a\x00b\x7fc",
    "bidirectional override": "\u202eabc\u2066def\u2069",
    "line separators": "a\u2028b\u2029c",
    "zero width": "a\u200bb\ufeffc",
    "private use": "\ue000\U000f0000",
}
"""Kinds of harmful text by name."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

_PRINTABLE = frozenset("LMNPS")


def is_one_safe_line(text: str) -> bool:
    """Whether every character prints: letters, marks, numbers, punctuation, symbols, spaces."""
    return all(unicodedata.category(c)[0] in _PRINTABLE or c == " " for c in text)


def uncoloured(text: str) -> str:
    """The text without the escape sequences of its colours."""
    return _COLOUR.sub("", text)
