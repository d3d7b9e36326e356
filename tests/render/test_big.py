"""Codes in large letters: every sign is told from every other, in both sets of characters."""

from itertools import combinations
from string import ascii_uppercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.text import HOSTILE
from zcbulk_tui.render.big import big
from zcbulk_tui.render.span import width

ALPHABET = ascii_uppercase + digits + "-"

codes = st.text(ALPHABET)


def drawn(text: str, *, ascii_only: bool = False) -> list[str]:
    lines = big(text, ascii_only=ascii_only)
    assert lines is not None
    return lines


def test_a_code_in_half_blocks() -> None:
    assert drawn("AB-0") == [
        "▄▀▀▀▄ █▀▀▀▄       ▄▀▀█▄",
        "█▀▀▀█ █▀▀▀▄  ▀▀▀  █▄▀ █",
        "▀   ▀ ▀▀▀▀         ▀▀▀ ",
    ]


def test_a_code_in_ascii() -> None:
    assert drawn("S5O0", ascii_only=True) == [
        " #### #####  ###   ### ",
        "#     #     #   # #  ##",
        " ###  ##### #   # # # #",
        "    #     # #   # ##  #",
        "####  #####  ###   ### ",
    ]


@pytest.mark.parametrize("ascii_only", [False, True], ids=["unicode", "ascii"])
def test_no_two_signs_are_alike(ascii_only: bool) -> None:
    for one, other in combinations(ALPHABET, 2):
        assert drawn(one, ascii_only=ascii_only) != drawn(other, ascii_only=ascii_only), one + other


@pytest.mark.parametrize("pair", ["0O", "0D", "0Q", "1I", "5S", "8B", "2Z", "6G"])
def test_signs_that_are_taken_for_one_another_differ_in_several_pixels(pair: str) -> None:
    one, other = ("".join(drawn(sign, ascii_only=True)) for sign in pair)
    assert sum(a != b for a, b in zip(one, other, strict=True)) >= 3


@pytest.mark.parametrize("sign", ALPHABET)
def test_half_blocks_show_every_pixel(sign: str) -> None:
    upper = str.maketrans("▀▄█", "# #")
    lower = str.maketrans("▀▄█", " ##")
    pixels = [line.translate(half) for line in drawn(sign) for half in (upper, lower)]
    assert pixels == [*drawn(sign, ascii_only=True), "     "]


@given(codes, st.booleans())
def test_all_lines_are_as_wide_as_the_letters_with_a_column_between(
    code: str, ascii_only: bool
) -> None:
    lines = drawn(code, ascii_only=ascii_only)
    assert len(lines) == (5 if ascii_only else 3)
    assert {width(line) for line in lines} == {max(6 * len(code) - 1, 0)}
    assert set("".join(lines)) <= set(" #" if ascii_only else " ▀▄█")


@given(codes, codes, st.booleans())
def test_a_sign_looks_the_same_wherever_it_stands(head: str, tail: str, ascii_only: bool) -> None:
    parts = (drawn(part, ascii_only=ascii_only) for part in (head, "X", tail))
    together = [" ".join(filter(None, line)) for line in zip(*parts, strict=True)]
    assert drawn(f"{head}X{tail}", ascii_only=ascii_only) == together


@given(codes)
def test_lower_case_looks_like_upper_case(code: str) -> None:
    assert big(code.lower()) == big(code)


@pytest.mark.parametrize("text", ["A B", "A_B", "Ä", "ß", "ı", "ſ", "Ａ", "٣", *HOSTILE.values()])
@pytest.mark.parametrize("ascii_only", [False, True], ids=["unicode", "ascii"])
def test_what_has_no_picture_is_not_drawn(text: str, ascii_only: bool) -> None:
    assert big(text, ascii_only=ascii_only) is None
