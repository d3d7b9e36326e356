"""What of a reason is a value, and what its words are."""

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.csv_files import cells as any_cells
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.data.masking import Masker, _is_apart, _NamesIn, name_of

NAMES = ("Email", "Full_Name", "Phone", "Phone2", "Name.first_name", "Line 2")
MASKER = Masker(NAMES)


def masked(reason: str, *row: str) -> str:
    """The plain reading, as it is shown."""
    return name_of(MASKER.read(reason, row).templates[0].text)


def readings(reason: str, *row: str) -> list[str]:
    return [name_of(it.text) for it in MASKER.read(reason, row).templates]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("Row 17: Duplicate value 'x@y.z'", "Row <value>: Duplicate value <value>"),
        ("Enter a valid number for Phone (12,50)", "Enter a valid number for Phone (<value>)"),
        ('The value "a ""b"" c" is too long', "The value <value> is too long"),
        ("Value 'O'Brien' is taken", "Value <value> is taken"),
        ("Value 'it''s, 3 o'clock' is taken", "Value <value> is taken"),
        ("Value “李雷” is taken", "Value <value> is taken"),
        ("Value «Ольга» is taken", "Value <value> is taken"),
        ("Value „Müller“ is taken", "Value <value> is taken"),
        ("Value '' is not allowed", "Value <value> is not allowed"),
        ("Value `x' is not allowed", "Value <value> is not allowed"),
        ("Don't enter users' names", "Don't enter users' names"),
        ("x@y.z is no address.", "<value> is no address."),
        ("See https://x.eu/?a=1&b=2 for Email", "See <value> for Email"),
        ("www.x.eu is no URL", "<value> is no URL"),
        ("2026-01-31 is no date", "<value> is no date"),
        ("31 Jan 2026 is no date", "<value> is no date"),
        ("January 31, 2026 is no date", "<value> is no date"),
        ("At 10:30:00 PM it failed", "At <value> it failed"),
        ("31-Jan-2026 10:30 is no date", "<value> is no date"),
        ("1 234,50 EUR is too much", "<value> EUR is too much"),
        ("ID 3888833000000114027 exists", "ID <value> exists"),
        ("٣٤٥ is no number", "<value> is no number"),
        ("C-17 exists", "<value> exists"),
        ("Enter a number for Phone2", "Enter a number for Phone2"),
        ("Enter a number for phone2.", "Enter a number for phone2."),
        ("Enter a text for Line 2", "Enter a text for Line 2"),
        ("'Phone' is mandatory", "'Phone' is mandatory"),
        ("Error 3070: not valid", "Error 3070: not valid"),
        ("Failed with code 8011 in row 8011", "Failed with code 8011 in row <value>"),
        ("  two\t spaces \r\n", "two spaces"),
        ("", ""),
        ("'Enter a valid number'", "Enter a valid number"),
        ('{"code": 3070, "error": {"Email": "Wrong"}}', "code: 3070; Email: Wrong"),
        ("{not JSON 17}", "{not JSON <value>}"),
    ],
)  # fmt: skip
def test_values(reason: str, expected: str) -> None:
    assert masked(reason) == expected


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("INVALID_DATA-Phone", "INVALID_DATA-Phone"),
        ("INVALID_DATA-Phone2,Email", "INVALID_DATA-Email,Phone2"),
        ("INVALID_DATA-Phone:DUPLICATE_DATA-Email", "DUPLICATE_DATA-Email:INVALID_DATA-Phone"),
        ("INVALID_DATA-Phone:INVALID_DATA-Email", "INVALID_DATA-Email,Phone"),
        ("NOT_APPROVED", "NOT_APPROVED"),
        ("INVALID_DATA-Not_Known:BLOCKED_RECORD", "BLOCKED_RECORD:INVALID_DATA-Not_Known"),
        ("INVALID_DATA-email", "INVALID_DATA-Email"),
        ("INVALID_DATA-Name.first_name", "INVALID_DATA-Name.first_name"),
        ("INVALID_DATA-'x', 17", "INVALID_DATA-<value>"),
    ],
)
def test_codes(reason: str, expected: str) -> None:
    assert masked(reason) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Enter a name. 'x' is no city.", "'y' is no city. Enter a name."),
        ("Enter a name; Enter a city", "Enter a city; Enter a name"),
        ("Enter a name\nEnter a city", "Enter a city\r\nEnter a name"),
        ("Enter a name | Enter a city", "Enter a city | Enter a name"),
    ],
)
def test_the_order_of_sentences_does_not_matter(one: str, other: str) -> None:
    assert masked(one) == masked(other)


def test_a_clause_stays_in_its_place() -> None:
    assert masked("Wrong amount; enter a number") == "Wrong amount; enter a number"


@pytest.mark.parametrize(
    "value", ["O'Brien's 'best'", 'say "hi", 3 times', "a' for Phone", "[x](y)", "1' 2\" 3"]
)
@pytest.mark.parametrize("marks", ["''", '""', "“”", "«»"])
def test_a_cell_in_quotes_is_a_value_whatever_it_holds(value: str, marks: str) -> None:
    reason = f"Duplicate value {marks[0]}{value}{marks[1]} for Email"
    for row in ([value], [f" {value} "], ["x", value, "y"]):
        assert masked(reason, *row) == "Duplicate value <value> for Email"


@pytest.mark.parametrize(
    ("reason", "row", "expected"),
    [
        ("Value Müller is taken", ["Müller"], "Value <value> is taken"),
        ("Value müller is taken", [" MÜLLER "], "Value <value> is taken"),
        ("Value de la Cruz is taken", ["de la Cruz"], "Value <value> is taken"),
        ("No 12 High Street known", ["12 High Street"], "No <value> known"),
        ("Value Lorem ipsum dolor... is long", ["Lorem ipsum dolor sit"], "Value <value> is long"),
        ("Value for Email (nobody)", ["x"], "Value for Email (<value>)"),
        ("Value null for Email", ["x"], "Value <value> for Email"),
        ("'Email' is taken", ["x"], "<value> is taken"),
    ],
)
def test_what_may_be_a_value(reason: str, row: list[str], expected: str) -> None:
    assert expected in readings(reason, *row)[1:]


def test_a_part_of_a_word_is_no_cell() -> None:
    assert readings("Value Annabel is taken", "Ann") == ["Value Annabel is taken"]


def test_readings_do_not_grow_with_the_doubts() -> None:
    words = ["Choose", "one", "of", "these", "words", "for", "it"]
    assert len(readings(" ".join(words), *words)) <= 8


@pytest.mark.parametrize(
    ("reason", "fields"),
    [
        ("Enter a valid number for Phone2", ("Phone2",)),
        ("INVALID_DATA-Email,Phone", ("Email", "Phone")),
        ("'Full Name' and email are wrong", ("Full_Name", "Email")),
        ("Name.first_name is too long", ("Name.first_name",)),
        ("Phoney", ()),
        ("INVALID_DATA-Not_Known", ("Not_Known",)),
    ],
)
def test_fields(reason: str, fields: tuple[str, ...]) -> None:
    assert MASKER.fields_of(MASKER.read(reason, ()).templates[0].text) == fields


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_a_reason_holds_does_no_harm(text: str) -> None:
    for reason in (text, f"Value '{text}' for Email", f"{text}: not valid"):
        for reading in MASKER.read(reason, [text]).templates:
            assert is_one_safe_line(name_of(reading.text))


@given(st.text(max_size=80), st.lists(any_cells, max_size=4))
def test_any_reason_has_readings(reason: str, row: list[str]) -> None:
    found = MASKER.read(reason, row)
    assert found.templates
    assert found == MASKER.read(reason, row)
    assert len({it.text for it in found.templates}) == len(found.templates)


@given(any_cells.filter(lambda it: it.strip().casefold() not in {n.casefold() for n in NAMES}))
@example("'\x1f")
def test_a_cell_in_quotes_never_shows(value: str) -> None:
    found = masked(f"Duplicate value '{value}' for Email", value)
    if "\n" not in value and "\r" not in value and "\0" not in value and len(value) > 1:
        assert found == "Duplicate value <value> for Email"


def test_a_very_long_value() -> None:
    value = "x" * 200_000
    assert masked(f"Value '{value}' is too long", "y") == "Value <value> is too long"
    assert masked(f"Value '{value}' is too long", value) == "Value <value> is too long"


def _plainly(text: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """What a search for every name finds, the longest first: slow, and plain to see."""
    found: list[tuple[int, int, str]] = []
    for form in sorted(names, key=len, reverse=True):
        at = text.find(form)
        while at >= 0:
            end = at + len(form)
            if _is_apart(text, at, end) and all(end <= s or e <= at for s, e, _ in found):
                found.append((at, end, names[form]))
            at = text.find(form, end)
    return tuple(dict.fromkeys(name for _, _, name in sorted(found)))


def test_names_are_found_by_their_words_as_by_a_search_for_each() -> None:
    luck = Random(41)
    words = ["name", "first", "of", "größe", "no_1", "nr", "№", "(x)", "a-b", "no"]
    for _ in range(300):
        some = {luck.choice("  _-").join(luck.sample(words, luck.randint(1, 3))) for _ in range(6)}
        names = {form: form.upper() for form in some}
        text = luck.choice(["", " ", "_"]).join(luck.choice([*words, *some, "."]) for _ in range(9))
        for said in (text, " ".join(luck.choices([*words, *some], k=9))):
            assert _NamesIn(names).of(said) == _plainly(said, names), said


def test_of_many_names_few_are_looked_for() -> None:
    names = _NamesIn({f"field_{number}": str(number) for number in range(1000)})

    class Counted(str):
        finds = 0

        def find(self, *given: Any) -> int:
            Counted.finds += 1
            return super().find(*given)

    assert names.of(Counted("Enter a number for field_7, or leave field_12 empty.")) == ("7", "12")
    assert Counted.finds <= 4
