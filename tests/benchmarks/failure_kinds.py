"""Results made up to be hard to group: each failure with values of its own, and its true kind.

The values are whatever people type: with quotes, commas, digits, other alphabets, the names of the
form's fields, nothing at all, or very much. Some are in the row as they are, some trimmed, in other
capitals or cut, and some are in no cell of it.
"""

import csv
import random
import string
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

COLUMNS = (
    "Email", "Full_Name", "Phone", "Country", "Amount", "Since", "Customer_No", "Website",
    "Address.city", "Phone2", "Note", "Active",
)  # fmt: skip
"""Of the upload."""

OF_ZOHO = ("STATUS", "RECORD_ID", "ERRORS")

_WORDS = (
    "Müller", "O'Brien", "D'Angelo-Smith", "李雷", "Ольга", "محمد", "Søren", "Anna", "x", "valid",
    "number", "value", "Email", "Phone", "Phone2", "Country", "for", "a", "Duplicate", "null",
    "N/A", "-", "?", "🙂", "ẞtraße", "12", "3.5", "true", "Full_Name", "Enter",
)  # fmt: skip

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_COUNTRIES = ("FR", "DE", "ES", "Germany", "Deutschland", "Phone", "active", "U.S.A.", "n/a")

Row = list[str]


class Style(Enum):
    """How a result is written."""

    CODES = "codes"
    """``CODE-Column,Column:CODE-Column``, parts and columns in any order."""

    QUOTED = "quoted"
    """Sentences with values in quotes, as far as these have such."""

    BARE = "bare"
    """Sentences with values that nothing sets apart."""

    ELSEWHERE = "elsewhere"
    """As `QUOTED`, but the result has only three columns, so that few values are in their row."""


class Failure(NamedTuple):
    """A failed record.

    Attributes:
        kind: The true one, from 0.
        reason: What the result says.
        cells: Of the record, under `COLUMNS`.
    """

    kind: int
    reason: str
    cells: Row


class Maker:
    """Makes failures.

    Args:
        style: How their reasons are written.
        kinds: How many kinds there are; at most 12.
        seed: Another one makes other failures.
    """

    def __init__(self, style: Style, kinds: int = 12, seed: int = 1) -> None:
        self._chance = random.Random(f"{style}:{seed}")
        self._style = style
        self._kinds = kinds

    def failures(self, count: int) -> Iterator[Failure]:
        """Yields failures of all kinds; the first kinds are many times as frequent as the last."""
        weights = [1 / (kind + 1) for kind in range(self._kinds)]
        for number in range(1, count + 1):
            (kind,) = self._chance.choices(range(self._kinds), weights)
            cells = self.row(number)
            yield Failure(kind, self._reason(kind, number, cells), cells)

    def row(self, number: int) -> Row:
        """Returns the cells of a record."""
        chance = self._chance
        return [
            chance.choice((f"u{number}@x{number % 97}.eu", f"u{number}(at)x.eu", self.text(), "")),
            self.text(),
            chance.choice((f"+49 {number % 1000} {number}", f"(0{number % 99}) {number}", "none")),
            chance.choice(_COUNTRIES),
            chance.choice((f"{number},50", f"1.{number:03},00", f"{number} EUR", "12,50")),
            chance.choice(
                (
                    f"20{number % 90 + 10}-{number % 12 + 1:02}-{number % 28 + 1:02}",
                    f"{number % 28 + 1}/{number % 12 + 1}/2026",
                    f"{number % 28 + 1} {chance.choice(_MONTHS)} 2026",
                    "tomorrow",
                )
            ),
            f"C-{number}",
            chance.choice((f"http://x{number}.eu/?q={number}", f"www.x{number}.eu", self.text())),
            self.text(),
            f"{number}",
            self.long_text() if number % 50 == 0 else self.text(),
            chance.choice(("yes", "no", "active", "x")),
        ]

    def text(self) -> str:
        """Returns a text as somebody typed it."""
        chance = self._chance
        words = chance.choices(_WORDS, k=chance.choice((1, 1, 1, 2, 3)))
        if chance.random() < 0.5:
            words.append("".join(chance.choices(string.ascii_letters, k=5)))
        if chance.random() < 0.1:
            words = [f'"{words[0]}"', *words[1:]]
        joined = chance.choice((" ", " ", ", ", "-", "/")).join(words)
        return chance.choice((joined, joined, joined, f" {joined} ", joined.upper()))

    def long_text(self) -> str:
        """Returns a text of some thousand characters."""
        return " ".join([self.text() for _ in range(40)] * 10)

    def _reason(self, kind: int, number: int, cells: Row) -> str:
        if self._style is Style.CODES:
            return self._in_codes(kind)
        write = (_BARE if self._style is Style.BARE else _QUOTED)[kind]
        return write(self._chance, number, cells)

    def _in_codes(self, kind: int) -> str:
        parts = [
            (code, self._chance.sample(columns, len(columns))) for code, columns in _CODES[kind]
        ]
        self._chance.shuffle(parts)
        return ":".join(f"{code}-{','.join(columns)}" for code, columns in parts)


def write(path: Path, failures: Iterator[Failure], style: Style) -> list[int]:
    """Writes a result; returns the true kind of each record."""
    kinds = []
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        is_short = style is Style.ELSEWHERE
        out.writerow([*COLUMNS[:3], *OF_ZOHO] if is_short else [*COLUMNS, "Error"])
        for failure in failures:
            cells = [*failure.cells[:3], "SKIPPED", ""] if is_short else failure.cells
            out.writerow([*cells, failure.reason])
            kinds.append(failure.kind)
    return kinds


_CODES: Sequence[Sequence[tuple[str, list[str]]]] = (
    [("INVALID_DATA", ["Phone"])],
    [("DUPLICATE_DATA", ["Email"])],
    [("MANDATORY_NOT_FOUND", ["Full_Name"])],
    [("INVALID_DATA", ["Phone", "Phone2"])],
    [("INVALID_DATA", ["Amount", "Since"]), ("MANDATORY_NOT_FOUND", ["Full_Name"])],
    [("INVALID_DATA", ["Since"])],
    [("DUPLICATE_DATA", ["Email"]), ("INVALID_DATA", ["Phone"])],
    [("LIMIT_EXCEEDED", ["Note"])],
    [("INVALID_DATA", ["Phone2"])],
    [("BLOCKED_RECORD", ["Customer_No"])],
    [("INVALID_DATA", ["Address.city"])],
    [("CANNOT_PROCESS", ["Website", "Address.city", "Note"])],
)

_Writer = Callable[[random.Random, int, Row], str]


def _cut(text: str, size: int) -> str:
    return f"{text[:size]}..." if len(text) > size else text


_QUOTED: Sequence[_Writer] = (
    lambda _, number, row: f"Row {number}: Duplicate value '{row[0]}' for Email",
    lambda _, __, row: f"Enter a valid number for Phone ({row[2]})",
    lambda _, __, row: f'The value "{row[1].strip()}" is not allowed in Full_Name',
    lambda _, __, row: f"Enter a valid number for Phone2 ({row[2]})",
    lambda _, __, row: f"“{row[4]}” is no valid amount; enter a number for Amount",
    lambda _, __, row: f"Enter a date as dd-MMM-yyyy for Since: '{row[5]}'",
    lambda _, __, row: f"'{row[6].lower()}' already exists in Customer_No",
    lambda _, __, row: f"Note takes up to 255 characters: '{_cut(row[10], 40)}'",
    lambda _, number, __: f"Line {number}: 'Full_Name' is mandatory",
    lambda _, __, row: f"Invalid URL for Website: {row[7].strip() or 'null'}",
    lambda chance, number, _: (
        f"Lookup failed for Country, no record with ID "
        f"{3_890_000_000_000_000_000 + number * 7919 + chance.randrange(1000)}"
    ),
    lambda chance, __, row: " ".join(
        chance.sample(
            [f"'{row[8]}' is no city.", f"Enter true or false for 'Active': '{row[11]}'."], 2
        )
    ),
)

_BARE: Sequence[_Writer] = (
    lambda _, number, row: f"Row {number}: Duplicate value {row[0]} for Email",
    lambda _, __, row: f"Enter a valid number for Phone, not {row[2]}",
    lambda _, __, row: f"The value {row[1].strip()} is not allowed in Full_Name",
    lambda _, __, row: f"Enter a valid number for Phone2, not {row[2]}",
    lambda _, __, row: f"{row[4]} is no valid amount",
    lambda _, __, row: f"Enter a date as dd-MMM-yyyy for Since: {row[5]}",
    lambda _, __, row: f"{row[6].lower()} already exists in Customer_No",
    lambda _, __, row: f"Note takes up to 255 characters: {_cut(row[10], 40)}",
    lambda _, number, __: f"Line {number}: Full_Name is mandatory",
    lambda _, __, row: f"Invalid URL for Website: {row[7]}",
    lambda _, __, row: f"Choose one of the countries for Country, not {row[3]}",
    lambda _, __, row: f"{row[8]} is no city we know",
)
