"""The files that a probe uploads: few records, each of which asks one thing.

Every record begins with a marker that names its role, so that results can be read whatever they
leave out. Some results may show the first three columns alone: the marker, the date and the number
are these.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from zcbulk_tui.domain.form import FieldType, FormField, FormFields
from zcbulk_tui.domain.probe import Act, Exchange

CONTROLS_1252 = "controls-1252.csv"
"""A known bad record or two, known good ones, and one for each date format; in Windows-1252."""

CONTROLS = "controls.csv"
"""The same in UTF-8."""

GOOD = "good.csv"
"""Good records alone, of three batches."""

SEMICOLON = "semicolon.csv"
"""A few good records with semicolons."""

LARGE = "large.zip"
"""A ZIP of few kilobytes with more than 100 MB in it."""

BAD = "bad.csv"
"""Bad records alone."""

DATES = {
    "dd-MMM-yyyy": "23-Feb-2026",
    "yyyy-MM-dd": "2026-02-23",
    "dd/MM/yyyy": "23/02/2026",
    "MM/dd/yyyy": "02/23/2026",
    "dd.MM.yyyy": "23.02.2026",
}
"""The formats that are tried, each with a date that no other of them reads."""

ACCENT = "é"
"""What the encodings differ in: one byte of Windows-1252, two of UTF-8."""

GOOD_RECORDS = 410
"""More than two batches of 200, as the order of one batch says nothing of several."""

_FEW = 20

BAD_DATE, BAD_NUMBER, BAD_TEXT = "xd", "xn", "xt"
BAD_ROLES = (BAD_DATE, BAD_NUMBER, BAD_TEXT)
CONTROL_ROLES = ("k1", "k2", "k3")
ACCENT_ROLES = {CONTROLS: "e1", CONTROLS_1252: "e1", GOOD: "e2"}
"""The role of the record with an accent, by file: no two files have the same good records."""
DATE_ROLES = {f"d{number}": name for number, name in enumerate(DATES, start=1)}
"""The date formats by the roles of the records that ask for them."""

_BAD_DATE_CELL, _BAD_NUMBER_CELL = "not a date", "abc"

_TEXTS = (FieldType.SINGLE_LINE, FieldType.MULTI_LINE)
_NUMBERS = (FieldType.NUMBER, FieldType.DECIMAL, FieldType.CURRENCY, FieldType.PERCENT)
_CHOICES = (FieldType.DROP_DOWN, FieldType.RADIO, FieldType.MULTI_SELECT, FieldType.CHECK_BOX)
_SPARE = (*_TEXTS, FieldType.EMAIL, FieldType.URL, *_NUMBERS)
"""Types of fields that are added, empty, so that a file has more than three columns."""

_LONGEST_MARKER = 14

_LONGEST_TEXT = 10_000
"""Characters of a text that is too long for its field; where more may be in it, none is tried."""

_ENOUGH_COLUMNS = 5

_LINE_BYTES = 4_000
_LARGE_BYTES = 106_000_000
"""Above 100 MB, whether they are counted by the thousand or by 1,024."""

_STEP_OF_ORDER = 149
"""Shares no factor with `GOOD_RECORDS`: the records of a file stand in no order of their own."""


@dataclass(frozen=True, slots=True)
class ProbeFile:
    """The content of a file, so that a large one needs no memory.

    Attributes:
        name: Its name; a ZIP holds one CSV of the same name.
        head: What it begins with.
        line: What follows, again and again.
        times: How often it does.
        is_zip: Whether all this is to be packed into a ZIP.
        records: How many there are.
    """

    name: str
    head: bytes
    line: bytes = b""
    times: int = 0
    is_zip: bool = False
    records: int = 0

    @property
    def size(self) -> int:
        """Bytes, unpacked."""
        return len(self.head) + len(self.line) * self.times

    def pieces(self) -> Iterator[bytes]:
        """Yields the content, unpacked, in pieces of some kilobytes."""
        yield self.head
        for _ in range(self.times):
            yield self.line


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a probe's files.

    Attributes:
        marker: A text field, of which each record has another value.
        date: A field that takes dates; None for none.
        number: One that takes numbers; None for none.
        others: Those that must have a value, and some that are left empty.
    """

    marker: FormField
    date: FormField | None
    number: FormField | None
    others: tuple[FormField, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The first row of the files [UPLOAD]."""
        return tuple(name for it in self._fields for name in _names(it))

    @property
    def bad_roles(self) -> tuple[str, ...]:
        """The roles of records that cannot be good; empty where no field allows one."""
        if self.date is not None:
            return (BAD_NUMBER, BAD_DATE) if self.number is not None else (BAD_DATE,)
        if self.number is not None:
            return (BAD_NUMBER,)
        longest = self.marker.max_char
        return (BAD_TEXT,) if longest is not None and longest < _LONGEST_TEXT else ()

    @property
    def fits_windows_1252(self) -> bool:
        """Whether `ACCENT` is all that has other bytes in Windows-1252 than in UTF-8."""
        return all(it.isascii() for it in (*self.header, *self.row("p", CONTROL_ROLES[0])))

    def row(self, stamp: str, role: str) -> list[str]:
        """Returns the cells of a record."""
        marker = marker_of(stamp, role)
        if role == BAD_TEXT:
            marker += "-" + "x" * (self.marker.max_char or 0)
        cells = [marker]
        if self.date is not None:
            base = DATES["dd-MMM-yyyy"] if self.date.is_mandatory else ""
            format_name = DATE_ROLES.get(role)
            cells.append(
                _BAD_DATE_CELL
                if role == BAD_DATE
                else base
                if format_name is None
                else DATES[format_name]
            )
        if self.number is not None:
            base = _value(self.number, marker) if self.number.is_mandatory else ""
            cells.append(_BAD_NUMBER_CELL if role == BAD_NUMBER else base)
        for each in self.others:
            value = _value(each, marker) if each.is_mandatory else ""
            cells.extend([value] * len(_names(each)))
        return cells

    @property
    def _fields(self) -> tuple[FormField, ...]:
        return (self.marker, *filter(None, (self.date, self.number)), *self.others)


_ALL_COLUMNS = Columns(
    FormField("", "", FieldType.SINGLE_LINE),
    FormField("", "", FieldType.DATE),
    FormField("", "", FieldType.NUMBER),
    (),
)
"""Those that ask for all roles."""


def columns_of(form: FormFields) -> Columns | None:
    """Returns which fields a probe fills; None where the form has none for a marker."""
    # Of two fields with one name the first counts.
    fields = list({it.link_name: it for it in reversed(form.fields)}.values())[::-1]
    markers = [
        it
        for it in fields
        if it.type in _TEXTS
        and not it.choices
        and not it.subfields
        and (it.max_char is None or it.max_char >= _LONGEST_MARKER)
    ]
    if not markers:
        return None
    marker = min(markers, key=lambda it: (not it.is_mandatory, it.type))
    date = _first(fields, (FieldType.DATE,))
    number = _first(fields, _NUMBERS)
    taken = {it.link_name for it in (marker, date, number) if it is not None}
    rest = [it for it in fields if it.link_name not in taken]
    others = [it for it in rest if it.is_mandatory and it.type != FieldType.AUTO_NUMBER]
    spare = [it for it in rest if not it.is_mandatory and it.type in _SPARE and not it.subfields]
    missing = max(0, _ENOUGH_COLUMNS - len(taken) - sum(len(_names(it)) for it in others))
    return Columns(marker, date, number, (*others, *spare[:missing]))


def probe_file(name: str, form: FormFields, begun: datetime) -> ProbeFile:
    """Returns the file of an upload.

    Args:
        name: As the step's detail has it.
        form: The fields of the form; see `form_of`.
        begun: When the probe made its first step: values of unique fields follow from it.

    Raises:
        ValueError: There is no such file, or the form allows none.
    """
    columns = columns_of(form)
    if columns is None:
        raise ValueError("the form has no field for a marker")
    stamp = stamp_of(begun)
    if name == LARGE:
        head = _line(columns.header, ",").encode("utf-8", "replace")
        cells = _line(columns.row(stamp, "z1"), ",").encode("utf-8", "replace")
        line = cells[:-2].ljust(_LINE_BYTES - 2) + b"\r\n"
        times = -(-_LARGE_BYTES // _LINE_BYTES)
        return ProbeFile(name, head, line, times, is_zip=True, records=times)
    roles = roles_of(name, columns)
    delimiter = ";" if name == SEMICOLON else ","
    encoding = "cp1252" if name == CONTROLS_1252 else "utf-8"
    rows = [columns.header, *(columns.row(stamp, role) for role in roles)]
    text = "".join(_line(row, delimiter) for row in rows)
    return ProbeFile(name, text.encode(encoding, "replace"), records=len(roles))


@lru_cache(maxsize=16)
def roles_of(name: str, columns: Columns) -> tuple[str, ...]:
    """Returns the roles of a file's records, in their order.

    Raises:
        ValueError: There is no such file.
    """
    if name in (CONTROLS, CONTROLS_1252):
        first, last = columns.bad_roles[:-1], columns.bad_roles[-1:]
        dates = DATE_ROLES if columns.date is not None else ()
        accent = ACCENT_ROLES[name]
        return (*first, *CONTROL_ROLES[:2], accent, *dates, CONTROL_ROLES[2], *last)
    if name == GOOD:
        numbers = (at * _STEP_OF_ORDER % GOOD_RECORDS for at in range(1, GOOD_RECORDS))
        return (ACCENT_ROLES[name], *(f"g{number:03}" for number in numbers))
    if name == SEMICOLON:
        return tuple(f"s{number}" for number in range(_FEW))
    if name == BAD:
        return columns.bad_roles
    raise ValueError(f"no file of a probe: {name}")


def most_records(name: str) -> int:
    """Returns how many records a file inserts, whatever the form; a ZIP is never started."""
    return 0 if name == LARGE else len(roles_of(name, _ALL_COLUMNS))


def marker_of(stamp: str, role: str) -> str:
    """Returns the first cell of a record."""
    return f"{stamp}-{role}" + (ACCENT if role.startswith("e") else "")


def stamp_of(begun: datetime) -> str:
    """Returns what all markers of a probe begin with."""
    seconds, digits = int(begun.astimezone(UTC).timestamp()), ""
    while seconds:
        seconds, digit = divmod(seconds, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return f"p{digits}"


def form_of(transcript: Sequence[Exchange]) -> FormFields | None:
    """Returns the fields that a probe has read; None where it has not."""
    for exchange in transcript:
        if exchange.step.act is Act.FIELDS and "fields" in exchange.seen:
            return FormFields(_fields_of(exchange.seen["fields"]), exchange.sent_at)
    return None


@lru_cache(maxsize=8)
def _fields_of(text: str) -> tuple[FormField, ...]:
    """Fields from their JSON; the plan looks at them again for every step."""
    return tuple(map(FormField.of_object, json.loads(text)))


def _first(fields: Sequence[FormField], types: Sequence[FieldType]) -> FormField | None:
    """The first field of a type; one that may be empty, if there is one."""
    found = [it for it in fields if it.type in types and not it.choices and not it.subfields]
    return min(found, key=lambda it: it.is_mandatory, default=None)


def _names(field: FormField) -> list[str]:
    if field.subfields:
        return [f"{field.link_name}.{part}" for part in field.subfields]
    return [field.link_name]


def _value(field: FormField, marker: str) -> str:
    """A value that a field most likely takes."""
    plain = marker.removesuffix(ACCENT).replace("-", "")
    if field.choices:
        return min(field.choices, key=lambda it: not it.isascii())
    match field.type:
        case FieldType.EMAIL:
            text = f"{plain}@example.com"
        case FieldType.URL:
            text = f"https://example.com/{plain}"
        case FieldType.NUMBER | FieldType.DECIMAL | FieldType.CURRENCY:
            text = str(int(plain[-4:], 36)) if field.is_unique else "1"
        case FieldType.PERCENT:
            text = "1"
        case FieldType.DATE:
            text = DATES["dd-MMM-yyyy"]
        case FieldType.DATE_TIME:
            text = f"{DATES['dd-MMM-yyyy']} 10:00:00"
        case FieldType.DECISION_BOX:
            text = "true"
        case _ if field.type in _CHOICES:
            text = ""
        case _:
            text = plain
    return text


def _line(cells: Sequence[str], delimiter: str) -> str:
    return delimiter.join(_quoted(cell) for cell in cells) + "\r\n"


def _quoted(cell: str) -> str:
    if any(character in cell for character in ',;"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
