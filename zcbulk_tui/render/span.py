"""Styled text, and how many cells it takes."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from zcbulk_tui.render import cell_table

_JOINER = "\N{ZERO WIDTH JOINER}"
_AS_EMOJI = "\N{VARIATION SELECTOR-16}"

# Two of them are one flag.
_FLAG_LETTERS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))


class Look(StrEnum):
    """What a piece of text means; the theme says how that looks."""

    TEXT = "text"
    DIM = "dim"
    STRONG = "strong"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    ESTIMATE = "estimate"
    LEFT = "left"
    WARNING = "warning"
    ERROR = "error"
    BADGE = "badge"
    PRODUCTION = "production"


class Span(NamedTuple):
    """A piece of one line."""

    text: str
    look: Look = Look.TEXT


Line = tuple[Span, ...]


def width(text: str) -> int:
    """Returns the cells that `text` takes, as Textual measures it."""
    return len(text) if text.isascii() and text.isprintable() else _measured(text)


def sequences(text: str) -> Iterator[tuple[str, int]]:
    """Yields what is seen as one character and must not be cut, with the cells that it takes."""
    begin = cells = 0
    last = ""  # of those that take cells
    is_joined = is_half_flag = False
    for at, character in enumerate(text):
        was_joined, is_joined = is_joined, character == _JOINER and not is_joined
        was_half_flag, is_half_flag = is_half_flag, False
        if was_joined or is_joined:
            continue  # What is joined makes the sequence no wider.
        if character == _AS_EMOJI:
            cells += last in _TWO_AS_EMOJI
            last = ""
        elif size := _cells(character):
            is_letter = character in _FLAG_LETTERS
            ends_flag = is_letter and was_half_flag
            if at > begin and not ends_flag:
                yield text[begin:at], cells
                begin, cells = at, 0
            is_half_flag = is_letter and not ends_flag
            cells, last = cells + size, character
    if text:
        yield text[begin:], cells


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """Returns `text` in exactly `cells` cells, padded, or cut with an ellipsis."""
    taken = width(text)
    if taken > cells:
        text = _cut(text, cells - 1) + "…" if cells > 0 else ""
        taken = width(text)
    padding = " " * (cells - taken)
    return padding + text if right else text + padding


def fit_line(spans: Iterable[Span], cells: int) -> Line:
    """Returns spans that take exactly `cells` cells together, padded, or cut at the end."""
    fitted: list[Span] = []
    room = cells
    for span in spans:
        taken = width(span.text)
        if taken > room:
            fitted.append(Span(fit(span.text, room), span.look))
            room = 0
            break
        fitted.append(span)
        room -= taken
    if room:
        fitted.append(Span(" " * room))
    return tuple(fitted)


def divide(spans: Iterable[Span], cells: int) -> tuple[Line, Line]:
    """Returns the first cells of spans, and what stands behind them."""
    before: list[Span] = []
    behind: list[Span] = []
    for span in spans:
        head = span.text if width(span.text) <= cells else _cut(span.text, cells)
        cells = 0 if len(head) < len(span.text) else cells - width(head)
        before += [Span(head, span.look)] if head else []
        tail = span.text[len(head) :]
        behind += [Span(tail, span.look)] if tail else []
    return tuple(before), tuple(behind)


def wrap(text: str, cells: int, lines: int) -> list[str]:
    """Returns `text` in at most so many lines of at most so many cells, broken between words.

    What does not fit is cut, with an ellipsis; a word longer than a line is broken.
    """
    wrapped = [""]
    for word in text.split():
        line = f"{wrapped[-1]} {word}".strip()
        while width(line) > cells:
            head = wrapped[-1] or _cut(line, cells) or next(sequences(line))[0]
            wrapped[-1:] = [head, ""]
            line = line[len(head) :].lstrip()
        wrapped[-1] = line
    if len(wrapped) > lines:
        wrapped[lines - 1 :] = [fit(" ".join(wrapped[lines - 1 :]), cells).rstrip()]
    return wrapped


def plain(line: Line) -> str:
    """Returns a line without its looks."""
    return "".join(span.text for span in line)


def line_width(spans: Iterable[Span]) -> int:
    """Returns the cells that spans take together."""
    return sum(width(span.text) for span in spans)


def _cut(text: str, cells: int) -> str:
    kept = []
    for sequence, taken in sequences(text):
        cells -= taken
        if cells < 0:
            break
        kept.append(sequence)
    return "".join(kept)


def _ranges(written: str) -> Iterator[tuple[int, int]]:
    """The first and the last of each range of a table."""
    for part in written.split():
        first, _, last = part.partition("-")
        yield int(first, 16), int(last or first, 16)


_TWO_AS_EMOJI = frozenset(
    chr(number)
    for first, last in _ranges(cell_table.TWO_AS_EMOJI)
    for number in range(first, last + 1)
)

_SIZES = sorted(
    (first, last, size)
    for size, written in ((0, cell_table.NONE), (2, cell_table.TWO))
    for first, last in _ranges(written)
)
_FIRSTS = [first for first, _, _ in _SIZES]


@lru_cache(maxsize=1024)
def _measured(text: str) -> int:
    """The cells of a text beyond ASCII; bars and labels come again and again."""
    if _JOINER not in text and _AS_EMOJI not in text:
        return sum(map(_cells, text))
    return sum(cells for _, cells in sequences(text))


@lru_cache(maxsize=1024)
def _cells(character: str) -> int:
    number = ord(character)
    _, last, size = _SIZES[bisect_right(_FIRSTS, number) - 1]
    return size if number <= last else 1
