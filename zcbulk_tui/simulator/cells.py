"""What makes a cell bad: one check for each column, by the type of its field.

Which values Creator takes for which type is documented for another call, Add Records [ADD], and
only in part; what is stricter here is invented. The codes are those of the bulk write of other Zoho
products, for Creator's own are in no source.
"""

import re
from collections.abc import Callable, Collection, Iterable
from enum import Enum
from typing import NamedTuple

from zcbulk_tui.simulator.clock import MONTHS
from zcbulk_tui.simulator.fields import Field, Kind

MISSING = "MANDATORY_NOT_FOUND"
INVALID = "INVALID_DATA"
DUPLICATE = "DUPLICATE_DATA"
TOO_LONG = "LIMIT_EXCEEDED"
NOT_ALONE = "CANNOT_PROCESS"
"""Of a record that fails with others of its batch."""


class Flaw(NamedTuple):
    """What is wrong with a cell."""

    code: str
    column: str = ""
    """Empty where it is the record, or its batch."""


class DateFormat(Enum):
    """How a date may be written; which of them Creator reads is in no source."""

    NAMED_MONTH = "dd-MMM-yyyy"
    """As the samples of all calls write dates."""
    ISO = "yyyy-MM-dd"
    US = "MM/dd/yyyy"

    def pattern(self, day: str) -> str:
        """Returns an expression for dates whose day matches another, with groups by name."""
        day = f"(?P<day>{day})"
        if self is DateFormat.NAMED_MONTH:
            return f"{day}-(?P<month>{'|'.join(MONTHS)})-(?P<year>\\d{{4}})"
        month, year = r"(?P<month>0[1-9]|1[0-2])", r"(?P<year>\d{4})"
        return f"{year}-{month}-{day}" if self is DateFormat.ISO else f"{month}/{day}/{year}"


SAMPLE_DATES = frozenset({DateFormat.NAMED_MONTH})
"""The formats that are read where nothing else is said."""

Check = Callable[[str], str | None]
"""Takes a cell; returns the code of what is wrong with it, or None."""

_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;.]+(\.[^@\s,;.]+)+")
_URL = re.compile(r"https?://[^\s/]+\S*")
_WHOLE = re.compile(r"[+-]?(\d+)", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+)(\.\d+)?", re.ASCII)
_DAY = r"0[1-9]|[12]\d|3[01]"
_DAY_OF_ALL_MONTHS = r"0[1-9]|1\d|2[0-8]"
_NAMED_GROUP = re.compile(r"\?P<\w+>")
_TIME = r" (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_PATTERNS = {
    Kind.EMAIL: _EMAIL,
    Kind.URL: _URL,
    Kind.NUMBER: _WHOLE,
    Kind.DECIMAL: _DECIMAL,
    Kind.PERCENT: _DECIMAL,
    Kind.CURRENCY: _DECIMAL,
    Kind.DECISION_BOX: re.compile("true|false"),
}
DIGITS = frozenset({Kind.NUMBER, Kind.DECIMAL, Kind.PERCENT, Kind.CURRENCY})
"""Types whose length is that of the number before the point."""
_DAYS = frozenset({Kind.DATE, Kind.DATE_TIME})
_SHORT_MONTHS = {4: 30, 6: 30, 9: 30, 11: 30}


def check_of(field: Field, dates: Collection[DateFormat] = SAMPLE_DATES) -> Check:
    """The check of a field's columns; whether a value is unique is for others to see."""
    value_check = _date_check(field, dates) if field.kind in _DAYS else _value_check(field)
    # The parts of a name may be empty one by one.
    empty = MISSING if field.mandatory and not field.subfields else None

    def check(cell: str) -> str | None:
        # Most cells of most files are filled: blanks are looked at only where nothing is left.
        if not cell or not cell.strip():
            return empty
        return value_check(cell)

    return check


def quick_pattern(field: Field, dates: Collection[DateFormat] = SAMPLE_DATES) -> re.Pattern[str]:
    """Matches most good cells of a field's columns, and no bad one.

    A file of 100 MB has ten million cells: a check of each takes many seconds.
    """
    limit = field.max_char
    fits = "" if limit is None else rf"(?=.{{0,{limit}}}\Z)"
    if field.choices:
        one = "|".join(map(re.escape, field.choices))
        return re.compile(rf"(?:{one})(?:,(?:{one}))*" if field.kind is Kind.MULTI_SELECT else one)
    if field.kind is Kind.AUTO_NUMBER:
        return re.compile("(?!)")
    if field.kind in _DAYS:
        one = "|".join(_NAMED_GROUP.sub("?:", form.pattern(_DAY_OF_ALL_MONTHS)) for form in dates)
        return re.compile(f"(?:{one}){_time(field)}", re.ASCII)
    if field.kind in DIGITS:
        fits = "" if limit is None else rf"(?=[+-]?\d{{1,{limit}}}(?:\.|\Z))"
        return re.compile(fits + _PATTERNS[field.kind].pattern, re.ASCII)
    if field.kind in _PATTERNS:
        return re.compile(fits + _PATTERNS[field.kind].pattern)
    return re.compile(rf"(?s:{fits}\S.*)")


def _value_check(field: Field) -> Check:
    pattern, limit = _PATTERNS.get(field.kind), field.max_char
    if field.kind is Kind.AUTO_NUMBER:
        return lambda _: INVALID
    if field.choices:
        choices = frozenset(field.choices)
        if field.kind is Kind.MULTI_SELECT:
            return lambda cell: None if _all_in(cell.split(","), choices) else INVALID
        return lambda cell: None if cell in choices else INVALID
    if pattern is None:
        return lambda cell: TOO_LONG if limit is not None and len(cell) > limit else None
    matches = pattern.fullmatch
    if field.kind not in DIGITS:
        return lambda cell: INVALID if matches(cell) is None else _too_long(len(cell), limit)
    return lambda cell: (
        INVALID if (number := matches(cell)) is None else _too_long(len(number[1]), limit)
    )


def _date_check(field: Field, dates: Collection[DateFormat]) -> Check:
    patterns = [re.compile(form.pattern(_DAY) + _time(field), re.ASCII) for form in dates]

    def check(cell: str) -> str | None:
        found = (pattern.fullmatch(cell) for pattern in patterns)
        return None if any(date is not None and _exists(date) for date in found) else INVALID

    return check


def _time(field: Field) -> str:
    return _TIME if field.kind is Kind.DATE_TIME else ""


def _too_long(length: int, limit: int | None) -> str | None:
    return TOO_LONG if limit is not None and length > limit else None


def _all_in(chosen: Iterable[str], choices: frozenset[str]) -> bool:
    return all(choice.strip() in choices for choice in chosen)


def _exists(date: re.Match[str]) -> bool:
    day, month, year = int(date["day"]), date["month"], int(date["year"])
    number = int(month) if month.isdecimal() else MONTHS.index(month) + 1
    if number == 2:
        leaps = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return day <= (29 if leaps else 28)
    return day <= _SHORT_MONTHS.get(number, 31)
