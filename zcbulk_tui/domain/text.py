"""Text from outside (servers, files, users): safe for terminals and spreadsheets; tags, counts."""

import unicodedata
from json import JSONDecodeError

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Control, format (bidirectional overrides), surrogate, private use, unassigned, line and paragraph
# separators: none belongs in one line of text, and several can rewrite the screen.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

_SKIN_TONES = "".join(map(chr, range(0x1F3FB, 0x1F400)))
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))


def one_line(text: str, limit: int = 200) -> str:
    """Returns `text` as one printable line of at most `limit` characters.

    White space is folded; every other unprintable character becomes U+FFFD, so that it leaves a
    visible trace.
    """
    read = text[: limit * 4]  # bounds the work, however long the text is
    safe = " ".join(read.split())
    if not safe.isprintable():  # nothing unsafe is printable; most texts are
        safe = "".join(_REPLACEMENT if unicodedata.category(c) in _UNSAFE else c for c in safe)
    if len(safe) <= limit and len(read) == len(text):
        return safe
    end = min(len(safe), limit - 1)
    while 0 < end < len(safe) and _belongs_to_the_last(safe, end):
        end -= 1
    return safe[:end] + "…"


def _belongs_to_the_last(text: str, at: int) -> bool:
    """Whether a character combines with the one before it: accents, skin tones, flags."""
    character = text[at]
    if character in _FLAG_LETTERS:
        before = text[:at]
        return (len(before) - len(before.rstrip(_FLAG_LETTERS))) % 2 == 1
    return character in _SKIN_TONES or unicodedata.category(character).startswith("M")


def counted(count: int, noun: str, plural: str = "") -> str:
    """Returns how many there are, as in ``1 record`` and ``12,345 records``.

    Args:
        count: How many.
        noun: What one of them is called; may be more words, as in ``record is``.
        plural: The same of several; empty for the noun with an s.
    """
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def json_problem(error: ValueError | RecursionError) -> str:
    """What keeps a text from being JSON, as a sentence that is not Python's."""
    match error:
        case JSONDecodeError():
            return f"It cannot be read from line {error.lineno}, character {error.colno}, on."
        case RecursionError():
            return "It has too many lists and objects in each other."
        case _:
            return "A number in it has too many digits."


_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_cell(text: str) -> str:
    """Returns `text` for a spreadsheet cell: with an apostrophe if it looked like a formula."""
    return f"'{text}" if _is_risky(text) else text


def from_cell(cell: str) -> str:
    """Returns the text of a cell written by `to_cell`."""
    return cell[1:] if cell.startswith("'") and _is_risky(cell[1:]) else cell


def _is_risky(text: str) -> bool:
    # A text that already has apostrophes gets one more, so that `from_cell` is the exact inverse.
    return text.lstrip("'").startswith(_STARTS_A_FORMULA)


def tags_in(text: str) -> tuple[str, ...]:
    """Returns each word of a text once, as a tag: without the number sign before it."""
    words = (word.lstrip("#") for word in one_line(text).split())
    return tuple(dict.fromkeys(filter(None, words)))
