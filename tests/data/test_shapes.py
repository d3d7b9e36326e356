"""Shapes of values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.csv_files import cells
from zcbulk_tui.data.shapes import alphabet, shapes


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("", ""),
        ("2024-05-17", "9999-99-99"),
        ("17/05/2024", "99/99/9999"),
        ("17-May-2024", "99-Aa-9999"),
        ("12345", "N"),
        ("1234567890123", "N"),
        ("12.5", "99.9"),
        ("Böhm", "Aéa"),
        ("ÄÖÜ", "é"),
        ("K-1234567", "A-N"),
        ("two  spaces", "a  a"),
        ("no\u00a0break", "a␣a"),
        ("ok 👍", "a ☺"),
        ("„so“", "¤a¤"),
        ("a\tb\n", "a\ta\n"),
        ("x\0y", "a\0a"),
        ("x" * 200 + "1", "a"),
    ],
)
def test_the_kinds_of_its_characters(value: str, shape: str) -> None:
    assert shapes([value]) == [shape]


@given(st.lists(cells | st.text(max_size=90), min_size=1, max_size=8))
def test_values_are_shaped_together_as_each_alone(values: list[str]) -> None:
    assert shapes(values) == [shapes([value])[0] for value in values]


def test_an_alphabet_has_no_order() -> None:
    assert alphabet("99-Aa-9999") == alphabet("Aa-9") == "-9Aa"
