import random

import pytest

from zcbulk_tui.simulator.cells import (
    DUPLICATE,
    INVALID,
    MISSING,
    NOT_ALONE,
    TOO_LONG,
    Flaw,
    check_of,
)
from zcbulk_tui.simulator.fields import FORMS, Field, Kind
from zcbulk_tui.simulator.reasons import Reasons, ReasonStyle
from zcbulk_tui.simulator.samples import SampleRows

FIELDS = (
    Field("Key", unique=True, max_char=3),
    Field("Pages", Kind.NUMBER, max_char=1000),
    Field("Kind", Kind.DROP_DOWN, choices=("A", "B")),
    Field("Line", Kind.AUTO_NUMBER),
    Field("Paid", Kind.DECISION_BOX),
)
COLUMNS = ("Line", "Key", "Pages", "Kind", "Paid")
CELLS = ("7", "K'1", "12,50", "C", "perhaps")


@pytest.mark.parametrize(
    ("flaw", "sentence"),
    [
        (Flaw(MISSING, "Key"), "Enter a value for 'Key'."),
        (Flaw(DUPLICATE, "Key"), "'Key' must be unique, and 'K'1' is there already."),
        (Flaw(TOO_LONG, "Key"), "'Key' takes up to 3 characters: 'K'1'"),
        (Flaw(TOO_LONG, "Pages"), "'Pages' takes up to 1,000 digits: '12,50'"),
        (Flaw(INVALID, "Pages"), "Enter a valid number for 'Pages': '12,50'"),
        (Flaw(INVALID, "Kind"), "'C' is none of the choices of 'Kind'."),
        (Flaw(INVALID, "Line"), "'Line' is numbered by itself and takes no value: '7'"),
        (Flaw(INVALID, "Paid"), "Enter true or false for 'Paid': 'perhaps'"),
        (Flaw(INVALID), "The record has more values than there are columns."),
        (Flaw(NOT_ALONE), "Another record of the batch failed."),
    ],
)
def test_sentences(flaw: Flaw, sentence: str) -> None:
    assert Reasons(ReasonStyle.SENTENCES, COLUMNS, FIELDS).of(CELLS, [flaw]) == sentence


@pytest.mark.parametrize(
    ("flaws", "codes"),
    [
        ([Flaw(NOT_ALONE)], "CANNOT_PROCESS-"),
        ([Flaw(INVALID, "Pages")], "INVALID_DATA-Pages"),
        (
            [Flaw(INVALID, "Pages"), Flaw(TOO_LONG, "Key"), Flaw(INVALID, "Kind")],
            "INVALID_DATA-Pages,Kind:LIMIT_EXCEEDED-Key",
        ),
    ],
)
def test_codes(flaws: list[Flaw], codes: str) -> None:
    assert Reasons(ReasonStyle.CODES, COLUMNS, FIELDS).of(CELLS, flaws) == codes


@pytest.mark.parametrize("style", ReasonStyle)
def test_contacts_fail_for_fifteen_reasons(style: ReasonStyle) -> None:
    fields = FORMS["Contacts"].fields
    rows = SampleRows(fields, "1")
    checks = {name: check_of(one) for one in fields for name in one.columns()}
    reasons = Reasons(style, rows.columns, fields)
    found = set()
    for place, spoil, _ in rows.spoilers:
        cells = rows.row(7)
        cells[place] = spoil(random.Random(1), 7)
        column = rows.columns[place]
        flaw = Flaw(checks[column](cells[place]) or DUPLICATE, column)
        found.add(reasons.of(cells, [flaw]))
    assert len(found) == 15
