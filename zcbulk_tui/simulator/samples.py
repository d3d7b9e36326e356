"""Files to practise with: records that a form takes, and, by a share, such as it does not."""

import random
from collections.abc import Callable, Iterator, Sequence

from zcbulk_tui.simulator.clock import MONTHS
from zcbulk_tui.simulator.fields import Field, Kind

_FIRST_NAMES = ("Ana", "Björn", "Chidi", "Divya", "Elif", "Femi", "Grace", "Hiro", "Inés", "Jan")
_LAST_NAMES = ("Abe", "Böhm", "Costa", "Diaz", "Evans", "Fischer", "Gupta", "Haddad", "Ito", "Kim")
_WORDS = ("north", "blue, large", "spare", 'the "old" one', "first", "summer", "steel", "Zürich")

_Values = Callable[[random.Random, int], str]
"""Makes the cell of the record with that number."""


def sample(
    fields: Sequence[Field], records: int, *, bad: float = 0.0, seed: int = 1
) -> Iterator[list[str]]:
    """A file for a form, row by row, the header first.

    Args:
        fields: Those of the form.
        records: How many there are below the header.
        bad: Share of the records with one bad cell each, from 0 to 1; they lie at random.
        seed: Another one makes other records.
    """
    rng = random.Random(seed)  # noqa: S311 - repeatable records, not cryptography
    columns = [
        (one, name) for one in fields if one.kind is not Kind.AUTO_NUMBER for name in one.columns()
    ]
    yield [name for _, name in columns]
    makers = [_maker(one, name) for one, name in columns]
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
