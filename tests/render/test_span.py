"""Text in exactly so many cells, whatever it is made of."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.render.strategies import lines
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.span import (
    Line,
    Look,
    Span,
    fit,
    fit_line,
    line_width,
    width,
    wrap,
)

CELLS = st.integers(0, 80)
LOOKED = st.lists(st.builds(Span, lines, st.sampled_from(Look)), max_size=6)


def prints(character: str) -> bool:
    """Whether text from outside may hold this character, known to this Python's Unicode."""
    return one_line(f"a{character}") == f"a{character}"


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


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(" ", "~", id="ASCII"),
        pytest.param("\u00a1", "\u024f", id="Latin"),
        pytest.param("\u0300", "\u036f", id="accents"),
        pytest.param("\u0370", "\u052f", id="Greek and Cyrillic"),
        pytest.param("\u0591", "\u06ff", id="Hebrew and Arabic"),
        pytest.param("\u0900", "\u097f", id="Devanagari"),
        pytest.param("\u0b80", "\u0bff", id="Tamil"),
        pytest.param("\u0e00", "\u0e7f", id="Thai"),
        pytest.param("\u1100", "\u11ff", id="Hangul letters"),
        pytest.param("\u2010", "\u205e", id="punctuation"),
        pytest.param("\u20d0", "\u20f0", id="enclosing marks"),
        pytest.param("\u2190", "\u25ff", id="arrows, boxes, blocks"),
        pytest.param("\u3041", "\u30ff", id="kana"),
        pytest.param("\u4e00", "\u9fff", id="Chinese characters"),
        pytest.param("\uac00", "\ud7a3", id="Hangul syllables"),
        pytest.param("\ufe00", "\ufe0f", id="variation selectors"),
        pytest.param("\uff01", "\uff9f", id="full and half width"),
        pytest.param("\U0001f300", "\U0001f64f", id="emoji"),
    ],
)
def test_a_character_is_as_wide_as_the_terminal_library_takes_it_for(first: str, last: str) -> None:
    assert [
        f"U+{number:04X} {unicodedata.name(chr(number))}: {width(chr(number))}"
        for number in range(ord(first), ord(last) + 1)
        if prints(chr(number)) and width(chr(number)) != cell_len(chr(number))
    ] == []


@pytest.mark.parametrize(
    "word",
    [
        "ग्राहक सूची",
        "รายการลูกค้า",
        "வாடிக்கையாளர்",
        "قائمة العملاء",
        "Ελλάδα e\u0301te\u0301",
        "顧客リスト",
        "고객 목록",
        "👍🏽",
    ],
)
def test_a_word_is_as_wide_as_the_terminal_library_takes_it_for(word: str) -> None:
    assert one_line(word) == word
    assert width(word) == cell_len(word)


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
