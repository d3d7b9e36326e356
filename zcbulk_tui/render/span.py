"""Styled text, and how many cells it takes."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

# Vowels and finals of a Korean syllable, and the skin tones of an emoji.
_JOINS_THE_LAST = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff\U0001f3fb-\U0001f3ff]")


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
    """Returns the cells that `text` takes: two for wide characters, none for combining ones."""
    return len(text) if text.isascii() else _measured(text)


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
            head = wrapped[-1] or _cut(line, cells) or line[0]
            wrapped[-1:] = [head, ""]
            line = line[len(head) :].lstrip()
        wrapped[-1] = line
    if len(wrapped) > lines:
        wrapped[lines - 1 :] = [fit(" ".join(wrapped[lines - 1 :]), cells).rstrip()]
    return wrapped


def line_width(spans: Iterable[Span]) -> int:
    """Returns the cells that spans take together."""
    return sum(width(span.text) for span in spans)


def _cut(text: str, cells: int) -> str:
    kept = []
    for character in text:
        cells -= _cells(character)
        if cells < 0:
            break
        kept.append(character)
    return "".join(kept)


@lru_cache(maxsize=512)
def _measured(text: str) -> int:
    """The cells of a text beyond ASCII; bars and labels come again and again."""
    return sum(map(_cells, text))


@lru_cache(maxsize=1024)
def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Mc", "Me") or _JOINS_THE_LAST.fullmatch(
        character
    ):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
