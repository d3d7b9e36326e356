"""What the values of a column must be, by the type of its field.

Values come as a slice of a column. Each check first judges the whole slice by something cheap, and
looks for the single values only where that fails.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from zcbulk_tui.data.columns import CHOICE_TYPES
from zcbulk_tui.domain.contract import UNKNOWN, Contract
from zcbulk_tui.domain.date_formats import KnownDates, known_dates
from zcbulk_tui.domain.form import FieldType, FormField
from zcbulk_tui.domain.preflight import Kind, Severity

_SINGLE_LINE_LIMIT = 255
"""Characters of a single line whose limit is not known (section 8b: Add Records)."""

_EXACT_DIGITS = 17
"""Digits from which on trailing zeros look rounded: spreadsheets keep 15."""

_REMEMBERED = 10_000
"""Values of a column that are known to be fine."""


class Slice(NamedTuple):
    """Some values of a column.

    Attributes:
        values: In the order of the file.
        joined: The same with a space in between.
        longest: Characters of the longest.
    """

    values: Sequence[str]
    joined: str
    longest: int


@dataclass(frozen=True, slots=True)
class ValueCheck:
    """One thing that values must be.

    Attributes:
        kind: What is found where they are not.
        severity: What that means.
        passes: Returns something true for a value that is fine.
        all_pass: Whether all of a slice are fine; may say no where it does not know.
        hint: What is expected; empty where the kind says it.
    """

    kind: Kind
    severity: Severity
    passes: Callable[[str], object]
    all_pass: Callable[[Slice], bool]
    hint: str = ""

    @property
    def is_doubt(self) -> bool:
        """Whether it is an exception, so that the record is suspect, where few values are so."""
        return self.kind in _DOUBTS

    def failing(self, part: Slice) -> list[int]:
        """Returns the places of the values that are not fine."""
        if self.all_pass(part):
            return []
        passes = self.passes
        return [at for at, value in enumerate(part.values) if not passes(value)]


_DOUBTS = frozenset(
    {
        Kind.TOO_LONG,
        Kind.TOO_MANY_DIGITS,
        Kind.NOT_WHOLE,
        Kind.NO_SCHEME,
        Kind.DATE_FORMAT,
        Kind.DATE_TIME_FORMAT,
        Kind.NOT_A_CHOICE,
    }
)
"""Kinds that a form may take or refuse as a whole: by its settings, or by what no source says."""


def character_checks() -> tuple[ValueCheck, ...]:
    """Returns the checks for characters, which hold for each column."""
    return _CHARACTERS


def checks_of(field: FormField | None, contract: Contract = UNKNOWN) -> tuple[ValueCheck, ...]:
    """Returns the checks for a field's values; for None those that need to know nothing of it.

    Args:
        field: The field.
        contract: What is known of the server that the values go to.
    """
    return tuple(_unknown() if field is None else _known(field, contract))


def _known(field: FormField, contract: Contract) -> Iterator[ValueCheck]:
    if field.is_mandatory:
        yield _each(Kind.MANDATORY_EMPTY, Severity.BLOCKS, str.strip)
    yield from _limit(field)
    match field.type:
        case kind if kind in _NUMBERS:
            yield ValueCheck(
                Kind.NOT_A_NUMBER, Severity.BLOCKS, _NUMBER.fullmatch, _are_all_numbers
            )
            yield _SCIENTIFIC_NUMBERS
            yield _ROUNDED
            if field.type == FieldType.NUMBER:
                yield _WHOLE
        case FieldType.EMAIL:
            yield _each(Kind.NOT_AN_EMAIL, Severity.BLOCKS, _EMAIL.fullmatch)
        case FieldType.URL:
            yield _each(Kind.NOT_A_URL, Severity.BLOCKS, _URL.fullmatch)
            yield _each(Kind.NO_SCHEME, Severity.WARNS, _has_scheme)
        case FieldType.DATE:
            known = known_dates(contract, with_time=False)
            yield from _dates(Kind.DATE_FORMAT, _DATE.fullmatch, known)
        case FieldType.DATE_TIME:
            known = known_dates(contract, with_time=True)
            yield from _dates(Kind.DATE_TIME_FORMAT, _DATE_TIME.fullmatch, known)
        case FieldType.DECISION_BOX:
            yield _one_of(Kind.NOT_A_DECISION, Severity.BLOCKS, _DECISIONS, _is_decision)
        case kind if kind in CHOICE_TYPES:
            if field.choices:
                yield _choices(field)
            yield from _unknown()
        case FieldType.SINGLE_LINE:
            yield from _unknown()
        case FieldType.MULTI_LINE | FieldType.RICH_TEXT | FieldType.IMAGE:
            pass
        case _:
            yield from _unknown()


def _limit(field: FormField) -> Iterator[ValueCheck]:
    """Yields the check for the limit of a field, of which no source says that Zoho enforces it."""
    limit = field.max_char or 0
    if limit <= 0:  # none is stated
        if field.type == FieldType.SINGLE_LINE:
            yield _at_most(_SINGLE_LINE_LIMIT, f"the usual {_SINGLE_LINE_LIMIT}")
    elif field.type in _TEXTS:
        yield _at_most(limit, f"{limit:,}")
    elif field.type in _NUMBERS:
        yield _digits(limit)


def _unknown() -> tuple[ValueCheck, ...]:
    return (_SCIENTIFIC_IDS, _ROUNDED)


def _each(kind: Kind, severity: Severity, passes: Callable[[str], object]) -> ValueCheck:
    return ValueCheck(kind, severity, passes, lambda part: all(map(passes, part.values)))


def _repeated(kind: Kind, severity: Severity, passes: Callable[[str], object]) -> ValueCheck:
    """Returns a check for values of which many are the same, such as dates: three times as fast."""
    fine: set[str] = set()

    def all_pass(part: Slice) -> bool:
        new = set(part.values) - fine
        if not all(map(passes, new)):
            return False
        if len(fine) < _REMEMBERED:
            fine.update(new)
        return True

    return ValueCheck(kind, severity, passes, all_pass)


def _dates(
    kind: Kind, is_documented: Callable[[str], object], known: KnownDates
) -> Iterator[ValueCheck]:
    """Yields the checks for dates: what is known of a format counts for more than the documents."""

    def is_refused(value: str) -> bool:
        return bool(value.strip()) and known.are_refused(value)

    def passes(value: str) -> bool:
        if is_documented(value):
            return True  # One that is refused after all has a finding of its own.
        return known.are_read(value) or is_refused(value)

    yield _repeated(kind, Severity.WARNS, passes)
    if known.refused:
        yield _repeated(Kind.DATE_REFUSED, Severity.BLOCKS, lambda value: not is_refused(value))


def _at_most(limit: int, hint: str) -> ValueCheck:
    return ValueCheck(
        Kind.TOO_LONG,
        Severity.WARNS,
        lambda value: len(value) <= limit,
        lambda part: part.longest <= limit,
        hint,
    )


def _digits(limit: int) -> ValueCheck:
    """Returns a check for the digits before the point; whether others count, no source says."""

    def passes(value: str) -> bool:
        return len(value) <= limit or (
            (number := _NUMBER.fullmatch(value)) is None or len(number[1] or "") <= limit
        )

    return ValueCheck(
        Kind.TOO_MANY_DIGITS,
        Severity.WARNS,
        passes,
        lambda part: part.longest <= limit,
        f"{limit:,}",
    )


def _one_of(
    kind: Kind, severity: Severity, known: frozenset[str], passes: Callable[[str], object]
) -> ValueCheck:
    return ValueCheck(kind, severity, passes, lambda part: known.issuperset(part.values))


def _choices(field: FormField) -> ValueCheck:
    known = frozenset((*field.choices, ""))
    if field.type in (FieldType.DROP_DOWN, FieldType.RADIO):
        return _one_of(Kind.NOT_A_CHOICE, Severity.WARNS, known, known.__contains__)

    def are_known(value: str) -> bool:
        # No source says how several choices stand in one value; a comma is what exports have.
        return value in known or all(part.strip() in known for part in value.split(","))

    return _one_of(Kind.NOT_A_CHOICE, Severity.WARNS, known, are_known)


def _are_all_numbers(part: Slice) -> bool:
    digits = "".join(part.values)
    if digits.isascii() and digits.isdigit():
        return True
    return all(map(_NUMBER.fullmatch, part.values))


def _has_scheme(value: str) -> bool:
    """Whether a value has a scheme, or is no URL at all, which another check finds."""
    return "://" in value or not value.strip() or not _URL.fullmatch(value)


def _is_decision(value: str) -> bool:
    return value.strip().casefold() in _DECISIONS


_DECISIONS = frozenset({"true", "false", ""})

# No pattern can be matched in two ways, so that none takes long, whatever the value is. All let
# empty values pass, which are for `Kind.MANDATORY_EMPTY`, and spaces around, since no source says
# what Zoho does with them.

_NUMBER = re.compile(
    r"\s*(?:[+-]?(?:([0-9]+)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*)?", re.ASCII
)
"""Its group is what stands before the point. Scientific notation is found by another check."""

_NUMBERS = (FieldType.NUMBER, FieldType.DECIMAL, FieldType.PERCENT, FieldType.CURRENCY)

_TEXTS = (
    FieldType.SINGLE_LINE,
    FieldType.MULTI_LINE,
    FieldType.RICH_TEXT,
    FieldType.EMAIL,
    FieldType.URL,
)

_FRACTION = re.compile(r"\s*[+-]?[0-9]*\.0*[1-9][0-9]*\s*", re.ASCII)

_EMAIL = re.compile(r"\s*(?:[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+\s*)?")

_URL = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*://\S+\s*|[^\s.:/]+\.\S+\s*)?")

_LONG_MONTHS = "Jan|Mar|May|Jul|Aug|Oct|Dec"
_SHORT_MONTHS = "Apr|Jun|Sep|Nov"
_LEAP_YEAR = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DAY = (
    rf"(?:(?:(?:0?[1-9]|1[0-9]|2[0-8])-(?:{_LONG_MONTHS}|{_SHORT_MONTHS}|Feb)"
    rf"|(?:29|30)-(?:{_LONG_MONTHS}|{_SHORT_MONTHS})|31-(?:{_LONG_MONTHS}))-[0-9]{{4}}"
    rf"|29-Feb-{_LEAP_YEAR})"
)
_DATE = re.compile(rf"\s*(?:{_DAY}\s*)?", re.IGNORECASE)
_DATE_TIME = re.compile(
    rf"\s*(?:{_DAY} (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\s*)?", re.IGNORECASE
)

_EXPONENT = re.compile(r"[0-9][eE][+-]?[0-9]")
_BIG_EXPONENT = re.compile(r"\s*[+-]?[0-9](?:[.,][0-9]+)?[eE]\+(?:1[1-9]|[2-9][0-9]|[0-9]{3})\s*")
_SOME_ZEROS = re.compile(r"\s*[+-]?[1-9][0-9]{14}00+\s*")

_SCIENTIFIC_NUMBERS = ValueCheck(
    Kind.SCIENTIFIC,
    Severity.BLOCKS,
    lambda value: not (_EXPONENT.search(value) and _NUMBER.fullmatch(value)),
    lambda part: "E" not in part.joined and "e" not in part.joined,
)

_WHOLE = ValueCheck(
    Kind.NOT_WHOLE,
    Severity.WARNS,
    lambda value: not _FRACTION.fullmatch(value),
    lambda part: "." not in part.joined,
)

_SCIENTIFIC_IDS = ValueCheck(
    Kind.SCIENTIFIC,
    Severity.BLOCKS,
    lambda value: not _BIG_EXPONENT.fullmatch(value),
    lambda part: "E+" not in part.joined and "e+" not in part.joined,
)
"""From 12 digits on a spreadsheet writes numbers that way."""

_ROUNDED = ValueCheck(
    Kind.ROUNDED,
    Severity.WARNS,
    lambda value: not _SOME_ZEROS.fullmatch(value),
    lambda part: part.longest < _EXACT_DIGITS or "00" not in part.joined,
)

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LINE_BREAK = re.compile(r"[\r\n]")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


_CHARACTERS = (
    ValueCheck(
        Kind.NUL,
        Severity.BLOCKS,
        lambda value: "\0" not in value,
        lambda part: "\0" not in part.joined,
    ),
    ValueCheck(
        Kind.CONTROL_CHARACTER,
        Severity.WARNS,
        lambda value: not _CONTROL.search(value),
        lambda part: part.joined.isprintable() or not _CONTROL.search(part.joined),
    ),
    ValueCheck(
        Kind.LINE_BREAK,
        Severity.WARNS,
        lambda value: not _LINE_BREAK.search(value),
        lambda part: "\n" not in part.joined and "\r" not in part.joined,
    ),
    ValueCheck(
        Kind.REPLACEMENT_CHARACTER,
        Severity.WARNS,
        lambda value: _REPLACEMENT not in value,
        lambda part: _REPLACEMENT not in part.joined,
    ),
)
