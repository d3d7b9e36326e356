"""The language of filters: prefixes, opposites, and words that are not finished."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.render.terms import SearchField, Term, matches, terms

PLACES = (SearchField("job:", 1), SearchField("state:", 2, "\n"))
ANYWHERE = 0

typed = st.text("abJ !:\n", max_size=5).map("".join) | st.sampled_from(
    ["job:a", "!job:b", "state:a", "!state:", "JOB:A", "!"]
)
texts = st.tuples(*[st.text("ab\n", max_size=6)] * 3)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Orders", (Term(0, "orders", required=True),)),
        ("!Orders", (Term(0, "orders", required=False),)),
        ("job:EU", (Term(1, "eu", required=True),)),
        ("!JOB:eu", (Term(1, "eu", required=False),)),
        ("state:run", (Term(2, "\nrun", required=True),)),
        ("form:a", (Term(0, "form:a", required=True),)),
        ("job:job:a", (Term(1, "job:a", required=True),)),
        ("!!a", (Term(0, "!a", required=False),)),
        ("", ()),
        ("!", ()),
        ("job:", ()),
        ("!state:", ()),
    ],
)
def test_examples(word: str, expected: tuple[Term, ...]) -> None:
    assert terms([word], PLACES, ANYWHERE) == expected


@given(st.lists(typed, max_size=3), st.lists(typed, max_size=3), texts)
def test_more_words_find_what_each_finds(
    some: list[str], more: list[str], where: tuple[str, ...]
) -> None:
    def found(words: list[str]) -> bool:
        return matches(terms(words, PLACES, ANYWHERE), where)

    assert found(some + more) is (found(some) and found(more))


@given(typed, texts)
def test_a_word_finds_what_its_opposite_does_not(word: str, where: tuple[str, ...]) -> None:
    word = word.removeprefix("!")
    asked, opposite = (terms([one], PLACES, ANYWHERE) for one in (word, f"!{word}"))
    if word.startswith("!"):
        return
    assert len(asked) == len(opposite) <= 1
    assert not asked or matches(asked, where) is not matches(opposite, where)


def test_nothing_asked_finds_everything() -> None:
    assert matches((), ("", "", ""))
