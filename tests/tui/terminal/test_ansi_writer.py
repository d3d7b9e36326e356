"""Cells written with few bytes show what the same strips show when they are written whole."""

from collections.abc import Sequence

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from zcbulk_tui.tui.terminal.ansi_writer import AnsiWriter, Line, cells_of

WIDTH = 24
COLOURS = ColorSystem.TRUECOLOR

_WORDS = st.sampled_from(
    ["12s", "13s", "a", " ", "   ", "日本", "本日", "한", "█▌░", "e\u0301", "🙂", "👨‍👩‍👧", "✔️"]
)
_STYLES = st.sampled_from(
    ["", "bold", "red", "on blue", "bold #ff8711 on #102131", "underline red on blue", "reverse"]
)
_SEGMENTS = st.builds(lambda text, style: Segment(text, Style.parse(style)), _WORDS, _STYLES)
_STRIPS = st.lists(_SEGMENTS, min_size=1, max_size=6).map(
    lambda segments: Strip(segments).adjust_cell_length(WIDTH)
)


def _console() -> Console:
    return Console(color_system="truecolor", force_terminal=True, width=WIDTH)


def _written(line: Line, *strips: tuple[int, Strip]) -> tuple[Line, str]:
    writer = AnsiWriter(_console(), COLOURS)
    shown = writer.write_line(0, line, strips)
    return shown, writer.sequence()


def _line(strip: Strip) -> Line:
    line = Line(WIDTH)
    line.put(0, strip.cell_length, cells_of(strip, COLOURS))
    return line


def _picture(*sequences: str) -> Sequence[pyte.screens.Char]:
    screen = pyte.Screen(WIDTH * 2, 2)  # where the terminal takes more cells, nothing breaks
    stream = pyte.Stream(screen)
    for sequence in sequences:
        stream.feed(f"\x1b[1;1H{sequence}")
    return [screen.buffer[0][x] for x in range(WIDTH)]


def _whole(strip: Strip) -> str:
    return strip.render(_console())


@settings(max_examples=150)
@given(_STRIPS, _STRIPS)
def test_what_differs_makes_the_new_line_of_the_old_one(old: Strip, new: Strip) -> None:
    shown, sequence = _written(_line(old), (0, new))
    assert _picture(_whole(old), sequence) == _picture(_whole(old), _whole(new))
    assert shown.cells == _line(new).cells


@settings(max_examples=100)
@given(_STRIPS, _STRIPS, st.integers(1, WIDTH - 1))
def test_a_piece_of_a_line_leaves_the_rest(old: Strip, new: Strip, x: int) -> None:
    piece = new.crop(x, WIDTH)
    _, sequence = _written(_line(old), (x, piece))
    alone = f"\x1b[1;{x + 1}H{_whole(piece)}"
    assert _picture(_whole(old), sequence) == _picture(_whole(old), alone)


@settings(max_examples=50)
@given(_STRIPS)
def test_the_same_again_costs_nothing_where_all_cells_are_plain(strip: Strip) -> None:
    _, sequence = _written(_line(strip), (0, strip))
    if cells_of(strip, COLOURS) is not None:
        assert sequence == ""
    else:
        assert _whole(strip) in sequence


def _text(text: str, style: str = "") -> Strip:
    return Strip([Segment(text, Style.parse(style))]).adjust_cell_length(WIDTH)


@pytest.mark.parametrize(
    ("old", "new", "sequence"),
    [
        ("read 12s ago", "read 13s ago", "\x1b[1;7H3"),
        ("12s   12s", "13s   13s", "\x1b[1;2H3\x1b[5C3"),
        ("12s 12s", "13s 13s", "\x1b[1;2H3s 13"),
        ("日本", "日月", "\x1b[1;3H月"),
        ("日本x", "ab本x", "\x1b[1;1Hab"),
    ],
)
def test_only_what_differs_is_written(old: str, new: str, sequence: str) -> None:
    assert _written(_line(_text(old)), (0, _text(new)))[1] == sequence


def test_a_style_is_turned_on_once_for_all_that_has_it() -> None:
    old, new = _text("1          1", "bold red on blue"), _text("2          2", "bold red on blue")
    _, sequence = _written(_line(old), (0, new))
    assert sequence == "\x1b[1;1H\x1b[1;31;44m2\x1b[10C2\x1b[m"


@pytest.mark.parametrize(
    ("first", "second", "between"),
    [
        ("red on blue", "green on blue", "\x1b[32m"),
        ("red", "bold red", "\x1b[1m"),
        ("bold red", "red", "\x1b[0;31m"),
        ("red on blue", "red", "\x1b[0;31m"),
        ("red", "", "\x1b[m"),
    ],
)
def test_from_one_style_to_the_next_only_the_difference(
    first: str, second: str, between: str
) -> None:
    strip = Strip([Segment("a", Style.parse(first)), Segment("b", Style.parse(second))])
    _, sequence = _written(_line(_text("")), (0, strip.adjust_cell_length(WIDTH)))
    assert f"a{between}b" in sequence


@pytest.mark.parametrize(
    "strip",
    [
        Strip([Segment("a", Style(link="https://example.com"))]),
        Strip([Segment("a\x1b[2Jb")]),
        Strip([Segment("e\u0301")]),
        Strip([Segment("\U0001f642")]),
    ],
    ids=["a link", "a control", "a combining character", "an emoji"],
)
def test_what_is_not_plainly_cells_is_not_taken_apart(strip: Strip) -> None:
    assert cells_of(strip, COLOURS) is None


def test_a_line_of_which_something_is_not_known_is_written_in_whole_pieces() -> None:
    line = _line(_text("12s"))
    line.cells[20] = None
    shown, sequence = _written(line, (0, _text("12s").crop(0, 5)))
    assert sequence == "\x1b[1;1H12s  "
    assert shown.cells[20] is None


def test_half_a_wide_character_is_not_known() -> None:
    line = _line(_text("日本"))
    shown, _ = _written(line, (1, Strip([Segment("xy")])))
    assert shown.cells[0] is None
    assert shown.cells[3] is None
