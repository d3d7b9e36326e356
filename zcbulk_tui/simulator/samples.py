"""Files to practise with: records that a form takes, and, by a share, such as it does not."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from zcbulk_tui.simulator.cells import DIGITS
from zcbulk_tui.simulator.clock import MONTHS
from zcbulk_tui.simulator.fields import Field, Kind

_FIRST_NAMES = ("Ana", "Björn", "Chidi", "Divya", "Elif", "Femi", "Grace", "Hiro", "Inés", "Jan")
_LAST_NAMES = ("Abe", "Böhm", "Costa", "Diaz", "Evans", "Fischer", "Gupta", "Haddad", "Ito", "Kim")
_WORDS = ("north", "blue, large", "spare", 'the "old" one', "first", "summer", "steel", "Zürich")

_Values = Callable[[random.Random, int], str]
"""Makes the cell of the record with that number."""


class Spoiler(NamedTuple):
    """One way to make a record bad, with another value in each."""

    place: int
    """Of the cell."""
    spoil: _Values
    is_duplicate: bool = False
    """Whether the value is that of another record, and good by itself."""


_PATTERNS = 997
"""Records that `SampleRows` makes in full; a prime, so that runs of records do not look alike."""


class SampleRows:
    """Records of a form by their numbers, from 1, in any order: the same each time.

    One of a million costs as little as one of ten: all but the values that only one record has are
    those of one of a thousand patterns.

    Attributes:
        columns: The header.
        spoilers: What can be wrong with a record, each of another kind: type of check and column.
    """

    def __init__(self, fields: Sequence[Field], seed: str) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - repeatable records, not cryptography
        columns = _columns(fields)
        self.columns = [name for _, name in columns]
        makers = [_maker(one, name) for one, name in columns]
        self._patterns = [
            [make(self._rng, number) for make in makers] for number in range(1, _PATTERNS + 1)
        ]
        self._own = [
            (place, make)
            for place, (make, (one, _)) in enumerate(zip(makers, columns, strict=True))
            if one.unique or one.kind in (Kind.EMAIL, Kind.URL)
        ]
        self.spoilers = kinds_of_flaws(fields)

    def row(self, number: int) -> list[str]:
        """The record of that number."""
        row = self._patterns[number % _PATTERNS].copy()
        for place, make in self._own:
            row[place] = make(self._rng, number)
        return row


def kinds_of_flaws(fields: Sequence[Field]) -> list[Spoiler]:
    """What can be wrong with the records of a form, each of another kind."""
    return [
        found
        for place, (one, name) in enumerate(_columns(fields))
        for found in _spoilers_of_all_kinds(place, one, name)
    ]


def _columns(fields: Sequence[Field]) -> list[tuple[Field, str]]:
    return [
        (one, name) for one in fields if one.kind is not Kind.AUTO_NUMBER for name in one.columns()
    ]


def sample(
    fields: Sequence[Field],
    records: int,
    *,
    bad: float = 0.0,
    seed: int = 1,
    kinds: int | None = None,
    runs: bool = False,
) -> Iterator[list[str]]:
    """A file for a form, row by row, the header first.

    Args:
        fields: Those of the form.
        records: How many there are below the header.
        bad: Share of the records with one bad cell each, from 0 to 1.
        seed: Another one makes other records.
        kinds: In how many ways they are bad, each as often as the others and each with a value of
            its own in every record; None for some ways, with values that come again.
        runs: Whether the bad records lie side by side, those of one kind together; they lie at
            random otherwise. Only with `kinds`.

    Raises:
        ValueError: There are not so many kinds, or none for runs.
    """
    if runs and kinds is None:
        raise ValueError("runs are of so many kinds")
    rng = random.Random(seed)  # noqa: S311 - repeatable records, not cryptography
    columns = _columns(fields)
    yield [name for _, name in columns]
    makers = [_maker(one, name) for one, name in columns]
    if kinds is not None:
        planned = _planned(fields, records, round(records * bad), kinds, runs=runs, rng=rng)
        yield from _records_of_kinds(makers, records, planned, rng)
        return
    spoilers = [
        (place, spoil) for place, (one, _) in enumerate(columns) for spoil in _spoilers(one)
    ]
    bad_places = set(rng.sample(range(records), round(records * bad))) if spoilers else set()
    first: list[str] | None = None
    for number in range(records):
        row = [make(rng, number) for make in makers]
        if number in bad_places:
            place, spoil = rng.choice(spoilers)
            row[place] = spoil(rng, number)
            if columns[place][0].unique and first is not None and rng.random() < 0.5:
                row[place] = first[place]
        elif first is None:
            first = row
        yield row


_RUN = 60
"""Bad records side by side, on an average."""


def _planned(
    fields: Sequence[Field],
    records: int,
    bad: int,
    kinds: int,
    *,
    runs: bool,
    rng: random.Random,
) -> dict[int, Spoiler]:
    """What is wrong with which record, by its number from 0."""
    # Whether the value of another record is bad depends on what becomes of that one.
    there = [kind for kind in kinds_of_flaws(fields) if not kind.is_duplicate]
    if not 1 <= kinds <= len(there):
        raise ValueError(f"there are {len(there)} kinds")
    chosen = rng.sample(there, kinds)
    if not runs:
        places = rng.sample(range(records), bad)
        return {place: chosen[turn % kinds] for turn, place in enumerate(places)}
    if bad == 0:
        return {}
    pieces = min(bad, max(kinds, -(-bad // _RUN)))
    ends = [*sorted(rng.sample(range(1, bad), pieces - 1)), bad]
    # So many good records stand before each piece.
    good = sorted(rng.randint(0, records - bad) for _ in range(pieces))
    planned: dict[int, Spoiler] = {}
    begin = 0
    for turn, (before, end) in enumerate(zip(good, ends, strict=True)):
        kind = chosen[turn % kinds]
        planned.update((before + place, kind) for place in range(begin, end))
        begin = end
    return planned


def _records_of_kinds(
    makers: Sequence[_Values], records: int, planned: dict[int, Spoiler], rng: random.Random
) -> Iterator[list[str]]:
    for number in range(records):
        row = [make(rng, number) for make in makers]
        if number in planned:
            place, spoil, _ = planned[number]
            row[place] = spoil(rng, number)
        yield row


def _maker(field: Field, column: str) -> _Values:
    kind, choices, limit = field.kind, field.choices, field.max_char or 255
    if kind is Kind.EMAIL:
        return lambda _, number: f"person{number:07}@example.com"
    if field.unique:
        mark = column[0].upper()
        return lambda _, number: f"{mark}{number:07}"[:limit]
    if kind is Kind.MULTI_SELECT:
        return lambda rng, _: ",".join(rng.sample(choices, rng.randint(1, len(choices))))
    if choices:
        return lambda rng, _: rng.choice(choices)
    if kind in _MAKERS:
        return _MAKERS[kind]
    if kind is Kind.NUMBER:
        most = 10 ** min(limit, 5) - 1
        return lambda rng, _: str(rng.randint(0, most))
    if column.endswith(".first_name"):
        return lambda rng, _: rng.choice(_FIRST_NAMES)
    if column.endswith(".last_name"):
        return lambda rng, _: rng.choice(_LAST_NAMES)
    return lambda rng, _: rng.choice(_WORDS)[:limit]


def _date(rng: random.Random, _: int = 0) -> str:
    return f"{rng.randint(1, 28):02}-{rng.choice(MONTHS)}-{rng.randint(2019, 2026)}"


_MAKERS: dict[Kind, _Values] = {
    Kind.DATE: _date,
    Kind.DATE_TIME: lambda rng, _: (
        f"{_date(rng)} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}:00"
    ),
    Kind.DECIMAL: lambda rng, _: f"{rng.uniform(0, 9999):.2f}",
    Kind.CURRENCY: lambda rng, _: f"{rng.uniform(0, 9999):.2f}",
    Kind.PERCENT: lambda rng, _: str(rng.randint(0, 100)),
    Kind.DECISION_BOX: lambda rng, _: rng.choice(("true", "false")),
    Kind.URL: lambda _, number: f"https://www.example.com/{number}",
}

_WRONG: dict[Kind, tuple[str, ...]] = {
    Kind.EMAIL: ("nobody", "two@example.com two", "@example.com"),
    Kind.NUMBER: ("many", "12.5", "1,200"),
    Kind.DECIMAL: ("12,50", "n/a"),
    Kind.PERCENT: ("19 %",),
    Kind.CURRENCY: ("€ 10", "1.000,00"),
    Kind.DATE: ("2024-05-17", "31-Feb-2024", "17/05/2024"),
    Kind.DATE_TIME: ("2024-05-17T10:00:00Z", "17-May-2024"),
    Kind.DECISION_BOX: ("perhaps",),
    Kind.URL: ("example", "www.example.com"),
}
"""Cells that no field of these types takes."""


def _spoilers(field: Field) -> Iterator[_Values]:
    """What can be wrong with a field's cell, each as often as the others."""
    if field.mandatory and not field.subfields:
        yield lambda *_: ""
    if field.kind in _WRONG:
        wrong = _WRONG[field.kind]
        yield lambda rng, _: rng.choice(wrong)
    elif field.choices:
        yield lambda *_: "None of these"
    elif field.max_char is not None:
        length = field.max_char + 1
        yield lambda _, number: f"{number:07} ".ljust(length, "x")


def _spoilers_of_all_kinds(place: int, field: Field, column: str) -> Iterator[Spoiler]:
    kind, limit = field.kind, field.max_char
    if field.mandatory and not field.subfields:
        yield Spoiler(place, lambda *_: "")
    if kind in _WRONG_IN_EACH:
        wrong = _WRONG_IN_EACH[kind]
        yield Spoiler(place, lambda rng, number: rng.choice(wrong).format(number))
    elif field.choices:
        yield Spoiler(place, lambda _, number: f"None of these {number}")
    if limit is not None and not field.choices:
        if kind in DIGITS:
            yield Spoiler(place, lambda _, number: f"{number}".rjust(limit + 1, "9"))
        elif kind is Kind.EMAIL:
            yield Spoiler(place, lambda _, number: f"{number}@example.com".rjust(limit + 1, "x"))
        elif kind is Kind.URL:
            yield Spoiler(place, lambda _, n: f"https://example.com/{n}/".ljust(limit + 1, "x"))
        elif kind not in _WRONG_IN_EACH:
            yield Spoiler(place, lambda _, number: f"{number:07} ".ljust(limit + 1, "x"))
    if field.unique:
        make = _maker(field, column)
        yield Spoiler(place, lambda rng, number: make(rng, max(1, number - 1)), is_duplicate=True)


_WRONG_IN_EACH: dict[Kind, tuple[str, ...]] = {
    Kind.EMAIL: ("nobody {0}", "two@example.com {0}", "@{0}.example.com"),
    Kind.NUMBER: ("many {0}", "{0}.5", "{0},200"),
    Kind.DECIMAL: ("{0},50", "n/a {0}"),
    Kind.PERCENT: ("{0} %",),
    Kind.CURRENCY: ("€ {0}", "{0}.000,00"),
    Kind.DATE: ("{0}-05-17", "31-Feb-{0}", "{0}/05/2024"),
    Kind.DATE_TIME: ("2024-05-17T10:00:00.{0}Z", "17-May-{0}"),
    Kind.DECISION_BOX: ("perhaps {0}",),
    Kind.URL: ("example {0}", "www.example.com/{0}"),
}
"""As above, with the number of the record."""
