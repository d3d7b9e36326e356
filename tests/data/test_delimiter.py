"""The delimiter is the one that the form speaks for."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.data.delimiter import HeaderCut, choose, use
from zcbulk_tui.domain.preflight import DELIMITERS
from zcbulk_tui.errors import DataError

NAMES = ("Name.first_name", "Email", "City")


@pytest.mark.parametrize("character", DELIMITERS)
@pytest.mark.parametrize("quoted", [False, True])
def test_the_header_with_the_most_link_names_wins(character: str, quoted: bool) -> None:
    header = character.join(f'"{name}"' if quoted else name for name in NAMES)
    chosen = choose(header, NAMES)
    assert chosen.chosen == HeaderCut(character, 3, 3)


def test_a_link_name_counts_once_whatever_its_case_and_spaces() -> None:
    assert choose("email, EMAIL ;City", NAMES).chosen == HeaderCut(",", 2, 1)
    assert choose("email;Email, x; City,x", NAMES).character == ";"


@pytest.mark.parametrize("names", [(), ("Other",)])
def test_without_a_match_it_is_the_comma_and_others_are_shown(names: tuple[str, ...]) -> None:
    chosen = choose("a;b;c|d", names)
    assert chosen.chosen == HeaderCut(",", 1)
    assert chosen.others[0] == HeaderCut(";", 3)
    assert {cut.character for cut in chosen.others} == set(DELIMITERS) - {","}


def test_one_column_is_one_column() -> None:
    assert {cut.columns for cut in choose("Email", NAMES).others} == {1}
    assert choose("", NAMES).chosen == HeaderCut(",", 0)


@pytest.mark.parametrize(
    ("given_as", "character"),
    [(";", ";"), ("semicolon", ";"), ("TAB", "\t"), ("\t", "\t"), ("\\t", "\t"), (" pipe ", "|")],
)
def test_the_user_may_name_it(given_as: str, character: str) -> None:
    named = use("a;b", given_as)
    assert named.character == character
    assert len(named.others) == len(DELIMITERS) - 1


@pytest.mark.parametrize("given_as", ["", ";;", "x", '"', "\n"])
def test_no_other_is_used(given_as: str) -> None:
    with pytest.raises(DataError, match="is no delimiter"):
        use("a;b", given_as)


@given(st.text(), st.frozensets(st.text(max_size=3)))
def test_any_header_has_a_delimiter(header: str, names: frozenset[str]) -> None:
    chosen = choose(header.replace("\n", "").replace("\r", ""), names)
    assert chosen.chosen.matches == max(cut.matches for cut in (chosen.chosen, *chosen.others))


@pytest.mark.parametrize("header", ["Email," + "x" * 140_000, ",".join(["Email"] * 30_000)])
def test_a_cell_may_be_longer_than_the_csv_module_likes(header: str) -> None:
    limit = csv.field_size_limit(131_072)
    try:
        assert choose(header, NAMES).chosen.matches == 1
        assert use(header, "pipe", NAMES).chosen == HeaderCut("|", 1)
    finally:
        csv.field_size_limit(limit)
