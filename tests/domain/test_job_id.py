"""What spreadsheets make of ids is told from ids, and what may be rounded is doubted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import REF
from zcbulk_tui.domain.job_id import doubts, grouped, is_number, looks_rounded, read_id
from zcbulk_tui.errors import UsageError

ID = "3888833000000114027"


@given(st.from_regex(r"[0-9]{1,30}", fullmatch=True))
def test_digits_are_an_id(digits: str) -> None:
    assert is_number(digits)
    assert read_id(digits) == digits


@pytest.mark.parametrize("text", [f"'{ID}", f'"{ID}"', f" ‘{ID}’ ", f"“{ID}”", f"`{ID}`\t"])
def test_quotes_are_left_out(text: str) -> None:
    assert is_number(text)
    assert read_id(text) == ID


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("3.8E+18", "first digits"),
        ("3,888833E+18", "first digits"),
        ("3.88883300000011E+18", "first digits"),
        ("3888833e12", "first digits"),
        ("4E18", "first digits"),
        ("+3.9e+018", "first digits"),
        ("'3.8E+18", "first digits"),
        ("3.888833 E+18", "first digits"),
        (f"{ID}.0", "decimals"),
        (f"{ID}.00", "decimals"),
        (f"{ID},0", "decimals"),
        (f"{ID}.", "decimals"),
        ("3,888,833,000,000,114,027", "groups"),
        ("3.888.833.000.000.114.000", "groups"),
        ("3'888'833'000'000'114'000", "groups"),
        ("3 888 833 000 000 114 027", "groups"),
        ("3\u202f888\u202f833\u202f000\u202f000\u202f114\u202f027", "groups"),
        ("3\xa0888\xa0833,00", "groups"),
        ("3,888,833,000,000,114,000.00", "groups"),
        (f'"{ID}.0"', "decimals"),
    ],
)
def test_what_a_spreadsheet_has_made_of_it_is_named(text: str, why: str) -> None:
    assert is_number(text)
    with pytest.raises(UsageError, match="is not a job id") as caught:
        read_id(text)
    assert why in caught.value.cause
    assert "as text" in caught.value.next_step


@pytest.mark.parametrize("text", ["", "-1", "x", "١٢٣", "https://www.zohoapis.com", "E+18", "1e"])
def test_what_is_no_id_at_all(text: str) -> None:
    with pytest.raises(UsageError):
        read_id(text)


@pytest.mark.parametrize(
    ("job_id", "is_rounded"),
    [
        ("3888833000000110000", True),
        ("3888833000000000000", True),
        ("38888330000001100", True),
        ("3888833000001000", True),
        ("3888833000000114000", False),
        ("3888833000000111000", False),
        (ID, False),
        ("388883300000000", False),
        ("1000", False),
        ("0", False),
    ],
)
def test_zeros_after_fifteen_digits_may_be_rounded(job_id: str, is_rounded: bool) -> None:
    assert looks_rounded(job_id) is is_rounded


def test_a_line_that_begins_with_a_number_in_groups() -> None:
    assert grouped("3 888 833 000 000 114 027 Orders") == "3 888 833 000 000 114 027"
    assert grouped("3888833000000114027 100 days") == ""
    assert grouped("1 200 jobs") == ""


def test_the_same_id_on_two_forms_is_doubted() -> None:
    other = REF._replace(form="Orders")
    found = doubts([REF, other])
    assert list(found) == [other]
    assert "form Employee_Details" in found[other]
    assert doubts([other], [REF]).keys() == {other}
    assert doubts([other], [REF, other]) == {}
    assert doubts([REF, REF]) == {}


def test_both_doubts_are_told() -> None:
    one, other = (REF._replace(job_id="3888833000000110000", form=form) for form in ("A", "B"))
    found = doubts([one, other])
    assert "only zeros" in found[one]
    assert "only zeros" in found[other]
    assert "form A" in found[other]
