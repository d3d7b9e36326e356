"""The two sets of characters: every one takes one cell and means one thing."""

import pytest
from rich.cells import cell_len

from zcbulk_tui.domain.concern import Concern
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.render import concerns
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.span import width

SETS = pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])


def bar_parts(glyphs: Glyphs) -> list[str]:
    return [glyphs.success, glyphs.failed, glyphs.trace, glyphs.estimate, glyphs.left, glyphs.kept]


def marks(glyphs: Glyphs) -> list[str]:
    """What may stand before a name."""
    return [*glyphs.states.values(), glyphs.unread, glyphs.trouble]


@SETS
def test_every_character_takes_one_cell(glyphs: Glyphs) -> None:
    others = [glyphs.cursor, glyphs.rule, glyphs.separator]
    for character in [*bar_parts(glyphs), *marks(glyphs), *others, *glyphs.concerns.values()]:
        assert len(character) == 1
        assert width(character) == cell_len(character) == 1, character


@SETS
def test_every_state_has_a_mark(glyphs: Glyphs) -> None:
    assert list(glyphs.states) == list(JobState)


@SETS
def test_no_two_marks_are_the_same(glyphs: Glyphs) -> None:
    assert len(set(marks(glyphs))) == len(JobState) + 2


@SETS
def test_the_parts_of_a_bar_differ_without_colour(glyphs: Glyphs) -> None:
    assert len(set(bar_parts(glyphs))) == 6


@SETS
def test_each_concern_that_is_said_has_a_sign_of_its_own(glyphs: Glyphs) -> None:
    assert list(glyphs.concerns) == list(Concern)
    signs = {concern: sign for concern, sign in glyphs.concerns.items() if sign != " "}
    assert signs.keys() == {concern for concern in Concern if concerns.WORDS[concern]}
    assert len(set(signs.values())) == len(signs)


@SETS
def test_the_cursor_is_no_mark(glyphs: Glyphs) -> None:
    assert glyphs.cursor not in marks(glyphs)
    assert glyphs.cursor != " "


def test_the_ascii_set_is_ascii() -> None:
    others = [ASCII.cursor, ASCII.rule, ASCII.separator]
    others += ASCII.concerns.values()
    assert all(one.isascii() for one in [*bar_parts(ASCII), *marks(ASCII), *others])
