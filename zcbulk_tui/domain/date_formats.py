"""Dates as files have them, read by formats as for `strptime`, and written as Zoho takes them.

Names of months are English, whatever the locale is: nothing here depends on the machine.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from zcbulk_tui.domain.contract import Contract, Question
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_LONG_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_MONTH_NAMES = "|".join((*_LONG_MONTHS, *_MONTHS))

_PATTERNS = {
    "d": "(?P<day>[0-9]{1,2})",
    "m": "(?P<month>[0-9]{1,2})",
    "b": f"(?P<name>{_MONTH_NAMES})",
    "B": f"(?P<name>{_MONTH_NAMES})",
    "Y": "(?P<year>[0-9]{4})",
    "y": "(?P<short>[0-9]{2})",
    "H": "(?P<hour>[0-9]{1,2})",
    "I": "(?P<twelfth>[0-9]{1,2})",
    "p": "(?P<half>AM|PM)",
    "M": "(?P<minute>[0-9]{1,2})",
    "S": "(?P<second>[0-9]{1,2})",
    "%": "%",
}

_PIECES = re.compile(r"%(.)|\s+|[^%\s]+|%", re.DOTALL)

_TOUCHING = re.compile(r"%[a-zA-Z]%[a-zA-Z]")

_LETTERS = re.compile(r"([A-Za-z])\1*")

_BY_LETTERS = {
    "d": "%d",
    "dd": "%d",
    "M": "%m",
    "MM": "%m",
    "MMM": "%b",
    "MMMM": "%B",
    "yy": "%y",
    "yyyy": "%Y",
    "H": "%H",
    "HH": "%H",
    "h": "%I",
    "hh": "%I",
    "m": "%M",
    "mm": "%M",
    "s": "%S",
    "ss": "%S",
    "a": "%p",
}
"""Pieces of a format as Zoho writes it, and as `strptime` does."""

_CENTURY_ENDS = 69
"""From this year of two digits on it is the last century, as POSIX has it."""


def check_format(text: str) -> None:
    """Makes sure that a format can be used: it has a day, a month and a year, each once.

    Raises:
        UsageError: It has not, or something that is not read here.
    """
    _compiled(text)


def has_time(text: str) -> bool:
    """Whether a format has the time of day, too."""
    return bool({"hour", "twelfth"} & _compiled(text).groupindex.keys())


def read_date(text: str, date_format: str) -> datetime | None:
    """Returns the date that a text is by a format; None where it is none. Spaces around count not.

    Raises:
        UsageError: The format cannot be used.
    """
    match = _compiled(date_format).fullmatch(text.strip())
    if match is None:
        return None
    found = match.groupdict()
    try:
        return datetime(  # noqa: DTZ001 - a cell has no zone, and is written as it is read
            _year(found),
            _month(found),
            int(found["day"]),
            _hour(found),
            int(found.get("minute") or 0),
            int(found.get("second") or 0),
        )
    except ValueError:
        return None


def rewritten(text: str, date_formats: Sequence[str]) -> str | None:
    """Returns a date as ``dd-MMM-yyyy``, and its time as ``HH:mm:ss`` where the format has one.

    Returns:
        None where no format reads it, or where two of them read something else in it.

    Raises:
        UsageError: A format cannot be used.
    """
    found = set()
    for each in date_formats:
        if (read := read_date(text, each)) is not None:
            day = f"{read.day:02}-{_MONTHS[read.month - 1]}-{read.year:04}"
            found.add(f"{day} {read:%H:%M:%S}" if has_time(each) else day)
    return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class KnownDates:
    """The formats, as for `strptime`, of which it is known whether a server reads them.

    Attributes:
        read: It does.
        refused: It does not.
    """

    read: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def are_read(self, text: str) -> bool:
        """Whether a text is a date in a format that is read."""
        return any(read_date(text, each) is not None for each in self.read)

    def are_refused(self, text: str) -> bool:
        """Whether it is one in a format that is refused, and in none that is read."""
        if self.are_read(text):
            return False
        return any(read_date(text, each) is not None for each in self.refused)


def known_dates(contract: Contract, *, with_time: bool) -> KnownDates:
    """Returns what is known of the formats of dates, or of those of dates with a time of day."""
    finding = contract.findings.get(Question.DATE_FORMATS)
    formats: dict[str, list[str]] = {"read": [], "refused": []}
    for name, how in finding.values.items() if finding is not None else ():
        written = _from_letters(name)
        if how in formats and written is not None and has_time(written) is with_time:
            formats[how].append(written)
    return KnownDates(tuple(formats["read"]), tuple(formats["refused"]))


def _from_letters(text: str) -> str | None:
    """Returns a format such as ``dd-MMM-yyyy`` as for `strptime`; None for one with more."""
    written = _LETTERS.sub(lambda found: _BY_LETTERS.get(found[0], "%?"), text.replace("%", "%%"))
    try:
        check_format(written)
    except UsageError:
        return None
    return written


def formats_of(texts: Iterable[str], date_formats: Sequence[str]) -> list[str]:
    """Returns those of the formats by which every text is a date."""
    samples = list(texts)
    return [each for each in date_formats if all(read_date(it, each) for it in samples)]


def _year(found: dict[str, str | None]) -> int:
    if (year := found.get("year")) is not None:
        return int(year)
    short = int(found["short"] or 0)
    return short + (1900 if short >= _CENTURY_ENDS else 2000)


def _month(found: dict[str, str | None]) -> int:
    if (name := found.get("name")) is not None:
        return _MONTHS.index(name[:3].title()) + 1
    return int(found["month"] or 0)


def _hour(found: dict[str, str | None]) -> int:
    if (twelfth := found.get("twelfth")) is None:
        return int(found.get("hour") or 0)
    hour = int(twelfth)
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + 12 * ((found["half"] or "").upper() == "PM")


@lru_cache(maxsize=64)
def _compiled(text: str) -> re.Pattern[str]:
    pattern = ""
    for piece in _PIECES.finditer(text.strip()):
        letter = piece[1]
        if letter is not None:
            if letter not in _PATTERNS:
                raise _unusable(text, f"%{one_line(letter)} is not read here.")
            pattern += _PATTERNS[letter]
        elif piece[0] == "%":
            raise _unusable(text, "It ends with a single %.")
        else:
            pattern += r"\s+" if piece[0].isspace() else re.escape(piece[0])
    if _TOUCHING.search(text):
        pattern = pattern.replace("{1,2}", "{2}")  # else 2026131 were two days
    try:
        compiled = re.compile(pattern, re.IGNORECASE | re.ASCII)
    except re.error as error:
        raise _unusable(text, "It names a part twice.") from error
    groups = compiled.groupindex.keys()
    for needed, words in (
        ({"day"}, "day: %d"),
        ({"month", "name"}, "month: %m, or %b for its name"),
        ({"year", "short"}, "year: %Y, or %y for two digits"),
    ):
        if len(needed & groups) != 1:
            raise _unusable(text, f"It must have one {words}.")
    if ("half" in groups) != ("twelfth" in groups) or {"hour", "twelfth"} <= groups:
        raise _unusable(text, "It must have %H, or %I with %p, for the hour.")
    if {"minute", "second"} & groups and not {"hour", "twelfth"} & groups:
        raise _unusable(text, "It has minutes or seconds, but no hour.")
    return compiled


def _unusable(text: str, why: str) -> UsageError:
    return UsageError(
        f"“{one_line(text, 40)}” is no format of a date",
        why,
        "Write it as in %d/%m/%Y, %Y-%m-%d or %Y-%m-%d %H:%M:%S.",
    )
