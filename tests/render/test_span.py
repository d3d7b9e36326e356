"""Text in exactly so many cells, whatever it is made of."""

import os
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from tests.render.strategies import lines
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.span import (
    Line,
    Look,
    Span,
    divide,
    fit,
    fit_line,
    line_width,
    sequences,
    width,
    wrap,
)

CELLS = st.integers(0, 80)
LOOKED = st.lists(st.builds(Span, lines, st.sampled_from(Look)), max_size=6)


def text(line: Line) -> str:
    return "".join(span.text for span in line)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("", 0),
        ("abc", 3),
        ("Größe", 5),
        ("e\u0301", 1),
        ("名前", 4),
        ("ＡＢ", 4),
        ("🙂", 2),
        ("█▚▓░", 4),
        ("\N{REPLACEMENT CHARACTER}", 1),
    ],
)
def test_widths(shown: str, expected: int) -> None:
    assert width(shown) == expected


CHARACTERS = [
    *map(chr, range(0x32400)),  # the planes with letters and signs, and what follows them
    *map(chr, range(0x32400, sys.maxunicode, 0x400)),
    *map(chr, range(0xE0000, 0xE1010)),  # tags and selectors
    *(
        chr(plane + last)
        for plane in range(0x30000, 0x110000, 0x10000)
        for last in (0xFFFD, 0xFFFF)
    ),
]
"""Whatever has a width of its own, and a few of those planes that hold nothing or private signs."""


def test_the_table_is_that_of_the_terminal_library() -> None:
    sizes = {each: width(each) for each in CHARACTERS}
    differing = [
        f"U+{ord(each):04X}: {size}, not {cell_len(each)}"
        for each, size in sizes.items()
        if size != cell_len(each)
    ]
    assert differing == []
    as_emoji = [
        each for each, size in sizes.items() if size == 1 and cell_len(f"{each}\ufe0f") == 2
    ]
    assert [each for each in as_emoji if width(f"{each}\ufe0f") != 2] == []
    assert len(as_emoji) > 200


SEQUENCES = (
    *("e\u0301", "ग्राहक", "ราย", "உஷ்", "고객", "각", "قائمة"),
    *("❤️", "☎️", "1️⃣", "#️⃣", "☺︎", "👍🏽", "☝🏿", "🇩🇪", "🏴\U000e0067\U000e0062\U000e007f"),
    *("👨‍👩‍👧‍👦", "🧑🏽‍🚀", "🏳️‍🌈", "🏴‍☠️", "❤️‍🔥", "🧑🏻‍❤️‍💋‍🧑🏿", "👁️‍🗨️"),
)
"""Each is several characters, and seen as one word or sign."""

SIGNS = SEQUENCES[7:]


@given(st.lists(st.sampled_from([*SEQUENCES, "a", " ", "名"]), max_size=8).map("".join))
def test_sequences_are_as_wide_as_the_terminal_library_takes_them_for(shown: str) -> None:
    assert width(shown) == cell_len(shown) == Strip([Segment(shown)]).cell_length
    parts = list(sequences(shown))
    assert "".join(part for part, _ in parts) == shown
    assert [cells for _, cells in parts] == [cell_len(part) for part, _ in parts]


@given(st.text("a1❤👨名\u1100\u1161\u0301\u200d\ufe0e\ufe0f🏽🇩🇪\x1b"))
def test_whatever_stands_in_a_row_is_as_wide_as_there(shown: str) -> None:
    assert width(shown) == cell_len(shown)
    assert all(cells == cell_len(part) for part, cells in sequences(shown))


@given(st.lists(st.sampled_from(SIGNS), max_size=6), st.integers(0, 12))
def test_no_sequence_is_cut_in_two(signs: list[str], cells: int) -> None:
    shown = "".join(signs)
    heads = {"".join(signs[:count]) for count in range(len(signs) + 1)}
    assert fit(shown, cells).rstrip(" ").removesuffix("…") in heads
    (before, _) = divide([Span(shown)], cells)
    assert text(before) in heads
    assert {line for line in wrap(shown, max(cells, 2), 99) if line} <= {
        "".join(signs[first:last])
        for first in range(len(signs))
        for last in range(first, len(signs) + 1)
    }


@given(lines, CELLS, st.booleans())
@example("名前", 2, False)  # a wide character does not fit beside the ellipsis
def test_fitted_text_takes_exactly_its_cells(shown: str, cells: int, right: bool) -> None:
    assert width(fit(shown, cells, right=right)) == cells


@given(lines, CELLS)
def test_text_that_fits_is_padded_on_one_side(shown: str, cells: int) -> None:
    room = cells - width(shown)
    if room >= 0:
        assert fit(shown, cells) == shown + " " * room
        assert fit(shown, cells, right=True) == " " * room + shown


@given(lines, st.integers(1, 80), st.booleans())
def test_text_that_does_not_fit_is_cut_and_says_so(shown: str, cells: int, right: bool) -> None:
    if width(shown) > cells:
        head, mark, padding = fit(shown, cells, right=right).strip(" ").rpartition("…")
        assert mark == "…"
        assert padding == ""
        assert shown.startswith(head)


@given(lines, CELLS)
def test_fitted_text_is_as_safe_as_it_was(shown: str, cells: int) -> None:
    assert is_one_safe_line(fit(shown, cells))


@given(LOOKED, CELLS)
def test_a_fitted_line_takes_exactly_its_cells(spans: Line, cells: int) -> None:
    assert line_width(fit_line(spans, cells)) == cells


@given(LOOKED, CELLS)
def test_a_line_that_fits_keeps_every_span(spans: list[Span], cells: int) -> None:
    if line_width(spans) <= cells:
        fitted = fit_line(spans, cells)
        assert list(fitted[: len(spans)]) == spans
        assert text(fitted[len(spans) :]) == " " * (cells - line_width(spans))


@given(LOOKED, CELLS)
def test_a_line_that_does_not_fit_keeps_its_beginning(spans: list[Span], cells: int) -> None:
    if line_width(spans) > cells:
        *whole, cut = fit_line(spans, cells)
        assert whole == spans[: len(whole)]
        assert cut.look is spans[len(whole)].look
        assert cut.text.rstrip(" ").endswith("…") or not cut.text
        assert spans[len(whole)].text.startswith(cut.text.rstrip(" ").removesuffix("…"))


@given(LOOKED)
def test_a_line_is_as_wide_as_its_spans(spans: list[Span]) -> None:
    assert line_width(spans) == sum(width(span.text) for span in spans)


@given(lines, st.integers(2, 60), st.integers(1, 5))
def test_wrapped_text_fits_and_loses_nothing_that_fits(shown: str, cells: int, most: int) -> None:
    wrapped = wrap(shown, cells, most)
    assert 1 <= len(wrapped) <= most
    assert all(width(line) <= cells for line in wrapped)
    all_of_it = wrap(shown, cells, len(shown) + 1)
    assert "".join("".join(all_of_it).split()) == "".join(shown.split())
    assert wrapped == all_of_it or wrapped[-1].endswith("…")


@pytest.mark.parametrize(
    ("shown", "cells", "most", "expected"),
    [
        ("", 10, 2, [""]),
        ("one two", 7, 2, ["one two"]),
        ("one two", 6, 2, ["one", "two"]),
        ("one two three", 7, 1, ["one tw…"]),
        ("incomprehensible", 6, 3, ["incomp", "rehens", "ible"]),
        ("名前です", 5, 2, ["名前", "です"]),
    ],
)
def test_text_is_wrapped_between_words(
    shown: str, cells: int, most: int, expected: list[str]
) -> None:
    assert wrap(shown, cells, most) == expected


@pytest.mark.parametrize(
    ("spans", "cells", "expected"),
    [
        (["ab", "cd"], 6, ["ab", "cd", "  "]),
        (["ab", "cd"], 4, ["ab", "cd"]),
        (["ab", "cd"], 3, ["ab", "…"]),
        (["abc", "d"], 2, ["a…"]),
        (["ab", "cd"], 2, ["ab", ""]),
        (["名前"], 3, ["名…"]),
        (["名前"], 2, ["… "]),
        ([], 2, ["  "]),
        (["a"], 0, [""]),
    ],
)
def test_examples(spans: list[str], cells: int, expected: list[str]) -> None:
    assert [span.text for span in fit_line(map(Span, spans), cells)] == expected


def test_one_line_of_a_family_stays_measurable() -> None:
    # Joiners do not print, so each member stands alone.
    shown = one_line("👨\N{ZERO WIDTH JOINER}👩")
    assert width(shown) == cell_len(shown) == 5


def test_no_variable_brings_another_table() -> None:
    code = (
        "import zcbulk_tui.tui.app; from rich.cells import cell_len; "
        "from zcbulk_tui.render.span import width; "
        "print(*(cell_len(each) == width(each) for each in '🥲🪿❤'), cell_len('❤️') == width('❤️'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "UNICODE_VERSION": "4.1.0"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == ["True"] * 4
