"""The lines of the help: every key and sign, aligned, and found by what is said of it."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.job import JobState
from zcbulk_tui.render import words
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.span import Line, line_width
from zcbulk_tui.render.span import width as cells
from zcbulk_tui.tui import help_lines
from zcbulk_tui.tui.keys import KEYS, Key

ALL = help_lines.help_groups(KEYS, UNICODE)


@cache
def sign_cells(width: int) -> int:
    return help_lines.sign_cells(ALL, width)


def drawn(among: list[help_lines.HelpGroup], width: int) -> list[Line]:
    return help_lines.lines(among, sign_cells(width), width)


def texts(among: list[help_lines.HelpGroup], width: int = 120) -> list[str]:
    return ["".join(span.text for span in line) for line in drawn(among, width)]


def found(text: str) -> list[str]:
    """What the filter leaves, without headings."""
    return [entry.text for group in help_lines.matching(ALL, text) for entry in group.entries]


def test_every_key_stands_below_the_heading_of_its_group() -> None:
    groups = {group.title: group.entries for group in ALL}
    for key in KEYS:
        (entry,) = (entry for entry in groups[key.group] if entry.text == key.help)
        assert (entry.sign.text, entry.price) == (key.shown, key.price)


def test_groups_that_are_told_apart_are_one() -> None:
    keys = (Key("a", "a", "a", "A.", group="X"), Key("b", "b", "b", "B.", group="Y"))
    titles = [group.title for group in help_lines.help_groups([*keys, *keys], UNICODE)]
    assert titles[:2] == ["X", "Y"]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_state_and_sign_is_explained(glyphs: Glyphs) -> None:
    said = texts(help_lines.help_groups(KEYS, glyphs))
    for state in JobState:
        sign, word = glyphs.states[state], words.STATE[state].capitalize()
        assert any(line.split() == [sign, f"{word}."] for line in said), state
    for sign in (glyphs.success, glyphs.failed, glyphs.estimate, glyphs.left):
        assert any(line.startswith(f"  {sign * 4} ") for line in said), sign
    for sign in (glyphs.cursor, glyphs.mark, "P", glyphs.trouble, glyphs.sum):
        assert any(line.startswith(f"  {sign} ") for line in said), sign


def test_in_ascii_no_sign_is_of_another_set() -> None:
    legend = help_lines.help_groups([], ASCII)
    assert all(line.isascii() for line in texts(legend))


def test_a_key_has_its_price_beside_it() -> None:
    said = texts(ALL)
    assert "  S         Start the job, after a question. (2 to 5 calls)" in said


def test_an_action_without_a_key_says_so() -> None:
    (group, *_) = help_lines.help_groups([Key("a", "", "do", "Do it.")], UNICODE)
    assert group.entries[0].sign.text == "none"


def test_keys_too_long_for_their_column_have_a_line_of_their_own() -> None:
    keys = [Key("a", ",".join(f"ctrl+f{n}" for n in range(1, 5)), "do", "Do it.", "1 call")]
    among = help_lines.help_groups(keys, UNICODE)[:1]
    assert [line.rstrip() for line in texts(among, 60)] == [
        " Move",
        "  ctrl+F1 ctrl+F2 ctrl+F3 ctrl+F4",
        " " * (4 + sign_cells(60)) + "Do it. (1 call)",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_all_texts_begin_in_one_column_and_fit(width: int) -> None:
    start = 4 + sign_cells(width)
    for line in drawn(ALL, width):
        assert line_width(line) <= width
        if len(line) > 2:
            _, sign, text, *_ = line
            blanks = len(text.text) - len(text.text.lstrip())
            assert 2 + cells(sign.text) + blanks == start


@given(st.text(max_size=80), st.integers(20, 120))
def test_no_word_of_a_text_is_lost(text: str, width: int) -> None:
    group = help_lines.HelpGroup("T", (help_lines.Entry(ALL[0].entries[0].sign, text, "1 call"),))
    said = "".join(texts([group], width)).replace(" ", "")
    assert "".join(text.split()) in said
    assert "(1call)" in said


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ABORT question", ["Abort the job, after a question."]),
        ("ctrl+d", ["Move half a page down."]),
        ("copy_command", ["Copy the command that prints the job's status."]),
        ("estimate", ["An estimate of what has been processed since."]),
        ("nothing has these words", []),
    ],
)
def test_what_the_filter_finds(text: str, wanted: list[str]) -> None:
    assert found(text) == wanted


def test_a_heading_finds_all_below_it() -> None:
    assert {key.help for key in KEYS if key.group == "Calls"} <= set(found("calls"))


def test_an_empty_filter_finds_all() -> None:
    assert help_lines.matching(ALL, " ") == ALL
