"""Words of a server without names, ids and addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.anonymous import anonymous

NAMES = ("jason18", "zylker-store", "Orders")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Form Orders of jason18", "Form [name] of [name]"),
        ("form ORDERS is busy", "form [name] is busy"),
        ("Orders_2019 and Reorders", "[name]_2019 and Reorders"),
        ("by jason@zylker.com.", "by [e-mail]"),
        ("job 3888833000000114027 failed", "job [id] failed"),
        ("code 11070 after 12,345 records", "code 11070 after 12,345 records"),
        ("see https://creator.zoho.com/jason18/x?y=1 for more", "see [URL] for more"),
        ("Title;Day is active", "[name];[name] is active"),
        ("/bulk/jason18/zylker-store/form/Orders/insert", "/bulk/[name]/[name]/form/[name]/insert"),
    ],
)
def test_what_is_left_of_words(said: str, shown: str) -> None:
    assert anonymous(said, NAMES, ("Title", "Day", "Active")) == shown


def test_the_longer_of_two_names_is_found() -> None:
    assert anonymous("in a-b", ("a", "a-b")) == "in [name]"


def test_a_name_is_found_as_it_stands_in_a_url() -> None:
    assert anonymous("for anna%40x", ("anna@x",)) == "for [name]"


@given(st.text(), st.text(), st.sampled_from([*NAMES, "a@b.example", "3888833000000114027"]))
def test_no_name_survives_between_other_words(before: str, after: str, name: str) -> None:
    shown = anonymous(f"{before} {name} {after}", NAMES)
    assert name not in shown.replace(before, "", 1).replace(after, "", 1)
