"""Text from outside becomes one printable line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.text import counted, one_line, tags_in

texts = st.text() | st.text(st.sampled_from("ab \t\n\x1b\x00\u202e\u2028…"), max_size=60)


@given(texts, st.integers(1, 30))
def test_it_is_safe_short_and_final(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert is_one_safe_line(line)
    assert len(line) <= limit
    assert one_line(line, limit) == line


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=50))
def test_printable_text_stays_as_it_is(text: str) -> None:
    assert one_line(text) == text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_does_not_print_leaves_a_mark_or_a_space(text: str) -> None:
    line = one_line(f"a{text}z")
    assert is_one_safe_line(line)
    assert "\N{REPLACEMENT CHARACTER}" in line or " " in line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        (" \r\n\t ", ""),
        ("  a \n  b  ", "a b"),
        ("Größe 名前 🙂", "Größe 名前 🙂"),
        ("12345", "12345"),
        ("123456", "1234…"),
        ("\x1b[31m", "\ufffd[31m"),
    ],
)
def test_examples(text: str, line: str) -> None:
    assert one_line(text, 5 if text.startswith("1") else 200) == line


def test_text_behind_much_white_space_does_not_vanish_unmarked() -> None:
    assert one_line("refused:" + " " * 5000 + "why") in ("refused: why", "refused:…", "refused: …")


def test_text_of_four_times_the_limit_is_read_to_its_end() -> None:
    assert one_line("a" + " " * 38 + "b", 10) == "a b"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("abce\u0301\u0302 and more", "abc…"),
        ("abc🇩🇪🇫🇷🇮🇹", "abc…"),
        ("a🇩🇪🇫🇷🇮🇹", "a🇩🇪…"),
        ("abc👍🏽 and more", "abc…"),
        ("abc❤️ and more", "abc…"),
        ("\u0301\u0302\u0303\u0304\u0305\u0306", "…"),
    ],
)
def test_what_is_seen_as_one_is_not_cut_in_two(text: str, line: str) -> None:
    assert one_line(text, 5) == line


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", ()),
        ("#", ()),
        ("eu #hr", ("eu", "hr")),
        ("eu #eu", ("eu",)),
        ("  new\tyear\n", ("new", "year")),
        ("c#", ("c#",)),
    ],
)
def test_each_word_is_a_tag_once(text: str, tags: tuple[str, ...]) -> None:
    assert tags_in(text) == tags


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (0, ["record"], "0 records"),
        (1, ["record"], "1 record"),
        (12_345, ["record"], "12,345 records"),
        (1, ["batch", "batches"], "1 batch"),
        (2, ["batch", "batches"], "2 batches"),
        (1_000, ["record is", "records are"], "1,000 records are"),
    ],
)
def test_a_count_goes_with_its_noun(count: int, words: list[str], said: str) -> None:
    assert counted(count, *words) == said
