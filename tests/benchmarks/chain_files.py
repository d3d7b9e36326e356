"""Files that are hard to repair: forms, records with faults, and records that are like others."""

import csv
import io
import random
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from zcbulk_tui.simulator.fields import Field, Form, Kind

IDENT = "Ident"
"""The column with the id of a record; no rule is for it, and copies of a record share it."""

Row = list[str]

_Make = Callable[[random.Random], str]

_WORDS = ("north", "blue, large", "spare", 'the "old" one', "first", "Zürich", "  two  words ")
_NOTES = ("", "one line", "two\nlines", 'three\r\nlines,\r\nof "them"', " padded ", "ends in\n")
_MONTHS = ("Jan", "Mar", "Jul", "Dec")

_PLAIN_COLUMNS: tuple[tuple[Field, _Make], ...] = (
    (
        Field("Region", Kind.DROP_DOWN, choices=("North", "South")),
        lambda chance: chance.choice(("North", "South")),
    ),
    (
        Field("Active", Kind.DECISION_BOX, mandatory=True),
        lambda chance: chance.choice(("true", "false")),
    ),
    (Field("Title", max_char=40), lambda chance: chance.choice(_WORDS[:3])),
    (Field("City", mandatory=True, max_char=60), lambda chance: chance.choice(_WORDS)),
    (
        Field("Email", Kind.EMAIL, max_char=120),
        lambda chance: f"p{chance.randrange(40)}@example.com",
    ),
    (
        Field("Quantity", Kind.NUMBER, mandatory=True, max_char=9),
        lambda chance: str(chance.randrange(30)),
    ),
    (
        Field("Amount", Kind.DECIMAL, max_char=9),
        lambda chance: f"{chance.uniform(0, 50):.1f}",
    ),
    (
        Field("Day", Kind.DATE),
        lambda chance: (
            f"{chance.randint(1, 28):02}-{chance.choice(_MONTHS)}-{chance.randint(2024, 2026)}"
        ),
    ),
    (Field("Notes", Kind.MULTI_LINE, max_char=300), lambda chance: chance.choice(_NOTES)),
)

_OF_FEW_VALUES = 6
"""The first so many of them have at most 40 values."""

_ODD_NAMES = ("Status", "Error", "Errors", "Record_ID", "Reason")
"""Columns of a form whose names are like those of a result."""

_DAYS = ("{2}-{1:02}-{0:02}", "{0:02}.{1:02}.{2}", "{2}/{1:02}/{0:02}")
"""Dates as no form takes them, each readable in one way where the day is above 12."""


class Dress(Enum):
    """How a file is written."""

    AS_IS = "as it is uploaded"
    NEWLINES = "with other ends of lines"
    SEMICOLONS = "with semicolons"
    WITH_MARK = "with a mark of UTF-8"
    LATIN = "in Windows-1252"
    ZIPPED = "in a ZIP"

    @property
    def encoding(self) -> str | None:
        """What the user says of its encoding; None for nothing."""
        return "cp1252" if self is Dress.LATIN else None

    @property
    def delimiter(self) -> str | None:
        """What the user says of its delimiter; None for nothing."""
        return ";" if self is Dress.SEMICOLONS else None


@dataclass(frozen=True)
class Made:
    """A source that was made.

    Attributes:
        path: Where it stands.
        form: The form that it is for.
        header: Its columns.
        rows: Its records.
        dress: How it is written.
    """

    path: Path
    form: Form
    header: tuple[str, ...]
    rows: list[Row]
    dress: Dress

    @property
    def idents(self) -> Counter[str]:
        """How often it has each id."""
        return idents(self.header, self.rows)


def idents(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Counter[str]:
    """Returns how often some records have each id."""
    at = [name.strip() for name in header].index(IDENT)
    return Counter(row[at] for row in rows)


def make_source(folder: Path, records: int, chance: random.Random) -> Made:
    """Writes a file for a form that is made up for it.

    Args:
        folder: Where it is written.
        records: How many it has at least half of, and at most all.
        chance: Makes it another one.
    """
    columns = _columns(chance)
    header = tuple(field.link_name for field, _ in columns)
    at = header.index(IDENT)
    rows: list[Row] = []
    for number in range(chance.randint(max(records // 2, 1), records)):
        row = [make(chance) for _, make in columns]
        row[at] = f"R{number:06}"
        rows.append(row)
    spoilers = _spoilers([field for field, _ in columns], chance)
    share = chance.choice((0.0, 0.002, 0.01, 0.05, 0.15))
    for row in rows if spoilers else ():
        if chance.random() < share:
            chance.choice(spoilers)(row)
    _copy_some(rows, chance)
    dress = chance.choice((*Dress, Dress.AS_IS, Dress.AS_IS, Dress.AS_IS))
    path = folder / ("source.zip" if dress is Dress.ZIPPED else "source.csv")
    _write(path, header, rows, dress)
    return Made(path, Form("Chained", tuple(field for field, _ in columns)), header, rows, dress)


def read_csv(path: Path) -> tuple[list[str], list[Row]]:
    """Returns the header and the records of what is uploaded: a CSV in UTF-8, or a ZIP with one."""
    data = path.read_bytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            data = archive.read(archive.namelist()[0])
    header, *rows = filter(None, csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    return header, rows


def _columns(chance: random.Random) -> list[tuple[Field, _Make]]:
    """The columns of a form: those of few values first, as often as not."""
    chosen = chance.sample(_PLAIN_COLUMNS, chance.randint(5, len(_PLAIN_COLUMNS)))
    if chance.random() < 0.2:
        name = chance.choice(_ODD_NAMES)
        chosen.append((Field(name, max_char=50), lambda chance: chance.choice(_WORDS)))
        chance.shuffle(chosen)
    is_unique = chance.random() < 0.4
    ident = Field(IDENT, mandatory=is_unique, unique=is_unique, max_char=20)
    place = chance.randint(0, len(chosen))
    if chance.random() < 0.6:
        # The first three say little of a record.
        few = chance.sample(_PLAIN_COLUMNS[:_OF_FEW_VALUES], 3)
        chosen = [*few, *(column for column in chosen if column not in few)]
        place = chance.randint(3, len(chosen))
    chosen.insert(place, (ident, lambda _: ""))
    return chosen


def _spoilers(fields: Sequence[Field], chance: random.Random) -> list[Callable[[Row], None]]:
    """What may be wrong with a record of a form; at most four kinds."""
    day_format = chance.choice(_DAYS)
    found: list[Callable[[Row], None]] = []

    def sets(place: int, make: Callable[[str], str]) -> Callable[[Row], None]:
        def spoil(row: Row) -> None:
            if place < len(row):
                row[place] = make(row[place])

        return spoil

    for at, field in enumerate(fields):
        if field.link_name == IDENT:
            continue
        if field.mandatory:
            found.append(sets(at, lambda _: ""))
        match field.kind:
            case Kind.DROP_DOWN:
                found.append(sets(at, lambda _: f"Nowhere {chance.randrange(90)}"))
            case Kind.EMAIL:
                found.append(sets(at, lambda cell: f"  {cell} "))
                found.append(sets(at, lambda _: f"nobody {chance.randrange(900)}"))
            case Kind.NUMBER:
                found.append(sets(at, lambda cell: f"1,{cell}"))
            case Kind.DATE:
                found.append(
                    sets(
                        at,
                        lambda _: day_format.format(
                            chance.randint(13, 28), chance.randint(1, 12), 2025
                        ),
                    )
                )
            case Kind.SINGLE_LINE | Kind.MULTI_LINE if field.max_char:
                found.append(sets(at, partial(_lengthened, length=field.max_char + 9)))
    width = len(fields)
    is_last = fields[-1].link_name == IDENT
    if not is_last:
        found.append(lambda row: row.__delitem__(slice(width - 1, None)))
        found.append(lambda row: row.append("one more") if len(row) == width else None)
    return chance.sample(found, min(chance.randint(1, 4), len(found)))


def _lengthened(cell: str, length: int) -> str:
    return f"{cell} ".ljust(length, "x")


def _copy_some(rows: list[Row], chance: random.Random) -> None:
    """Puts copies of some records among them."""
    share = chance.choice((0.0, 0.01, 0.05, 0.2))
    copies = [list(chance.choice(rows)) for _ in range(round(share * len(rows)))]
    for copy in copies:
        rows.insert(chance.randint(0, len(rows)), copy)


def _write(path: Path, header: Sequence[str], rows: Sequence[Row], dress: Dress) -> None:
    text = io.StringIO(newline="")
    ends = "\n" if dress is Dress.NEWLINES else "\r\n"
    writer = csv.writer(
        text, lineterminator=ends, delimiter=";" if dress is Dress.SEMICOLONS else ","
    )
    writer.writerow(header)
    writer.writerows(rows)
    encodings = {Dress.WITH_MARK: "utf-8-sig", Dress.LATIN: "cp1252"}
    data = text.getvalue().encode(encodings.get(dress, "utf-8"))
    if dress is Dress.ZIPPED:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("source.csv", data)
    else:
        path.write_bytes(data)
