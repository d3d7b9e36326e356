"""Text from outside (servers, files, people) made safe to show in a terminal."""

import unicodedata
from json import JSONDecodeError

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Control, format (bidirectional overrides), surrogate, private use, unassigned, line and paragraph
# separators: none of them has a place in one line of text, and several can rewrite the screen.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

_SKIN_TONES = "".join(map(chr, range(0x1F3FB, 0x1F400)))
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))


def one_line(text: str, limit: int = 200) -> str:
    """Returns `text` as one printable line of at most `limit` characters.

    White space is folded; every other character that does not print becomes U+FFFD, so that it
    can be seen that something was there.
    """
    read = text[: limit * 4]  # no more than this can matter, however long the text is
    folded = " ".join(read.split())
    safe = "".join(_REPLACEMENT if unicodedata.category(c) in _UNSAFE else c for c in folded)
    if len(safe) <= limit and len(read) == len(text):
        return safe
    end = min(len(safe), limit - 1)
    while 0 < end < len(safe) and _belongs_to_the_last(safe, end):
        end -= 1
    return safe[:end] + "…"


def _belongs_to_the_last(text: str, at: int) -> bool:
    """Whether a character is seen as one with that before it: accents, skin tones, flags."""
    character = text[at]
    if character in _FLAG_LETTERS:
        before = text[:at]
        return (len(before) - len(before.rstrip(_FLAG_LETTERS))) % 2 == 1
    return character in _SKIN_TONES or unicodedata.category(character).startswith("M")


def json_problem(error: ValueError | RecursionError) -> str:
    """What keeps a text from being JSON, as a sentence that is not Python's."""
    match error:
        case JSONDecodeError():
            return f"It cannot be read from line {error.lineno}, character {error.colno}, on."
        case RecursionError():
            return "It has too many lists and objects in each other."
        case _:
            return "A number in it has too many digits."
