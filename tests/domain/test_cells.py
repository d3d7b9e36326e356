"""No cell is a formula, and every text comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.text import from_cell, to_cell

RISKY = "=+-@\t\r"

texts = st.text(alphabet=RISKY + "'a1 ", max_size=6) | st.text(max_size=20)


@given(texts)
def test_a_text_comes_back(text: str) -> None:
    assert from_cell(to_cell(text)) == text


@given(texts)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert not to_cell(text).startswith(tuple(RISKY))


@pytest.mark.parametrize("text", ["", "Orders", "'quoted'", "a=b", "1-2", " =1"])
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert to_cell(text) == text


def test_a_formula_gets_an_apostrophe() -> None:
    assert to_cell('=HYPERLINK("http://x")') == '\'=HYPERLINK("http://x")'
