"""ASCII for everything, without moving a cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.glyphs import to_ascii
from zcbulk_tui.render.span import width


@given(st.text().map(one_line))
def test_the_width_stays(text: str) -> None:
    plain = to_ascii(text)
    assert plain.isascii()
    assert width(plain) == width(text)


def test_likenesses() -> None:
    assert to_ascii("“5–7” … Straße 東京") == '"5-7" . Stra?e ????'


@pytest.mark.parametrize(
    ("text", "plain"), [("❤️ Orders", "?? Orders"), ("1️⃣", "1 "), ("e\u0301", "e"), ("👨‍👩‍👧", "??")]
)
def test_a_sequence_keeps_its_cells(text: str, plain: str) -> None:
    assert to_ascii(text) == plain
    assert width(plain) == width(text)
