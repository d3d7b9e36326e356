"""Words of a server without names, ids and addresses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.anonymous import LANGUAGE, MASK, anonymous, common

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
        ("/bulk/jason18/zylker-store/form/Orders/insert", "/bulk/[name]/[name]/form/[name]/insert"),
    ],
)
def test_what_is_left_of_words(said: str, shown: str) -> None:
    assert anonymous(said, NAMES) == shown


def test_the_longer_of_two_names_is_found() -> None:
    assert anonymous("in a-b", ("a", "a-b")) == "in [name]"


def test_a_name_is_found_as_it_stands_in_a_url() -> None:
    assert anonymous("for anna%40x", ("anna@x",)) == "for [name]"


@given(st.text(), st.text(), st.sampled_from([*NAMES, "a@b.example", "3888833000000114027"]))
def test_no_name_survives_between_other_words(before: str, after: str, name: str) -> None:
    shown = anonymous(f"{before} {name} {after}", NAMES)
    assert name not in shown.replace(before, "", 1).replace(after, "", 1)


CANARIES = (
    "jason18",
    "zylker-store",
    "zylker%2Dstore",
    "zylker_store",
    "Zylker’s",
    "Birthday",
    "Größe",
    "氏名",
    "🚀",
    "creator.corp.example.com",
    "10.1.2.3",
    "fe80::1ff:fe23",
    "3888833-000000-115018",
    "3888833.000000.115018",
    "38888 33000 00011 5018",
    "38888, 33000 - 00011",
    "3888833000000114027",
    "jason@corp.example.com",
    "jason (at) corp.example.com",
    "https://creator.zoho.com/jason18",
    "//creator.zoho.com",
    "1000.8cb99dxxxxx.9be93xxxxxxf",
    "Zoho-oauthtoken=1000,8cb99d",
    "eyJhbGciOi/J9+x==",
)
"""Names, addresses, ids and secrets, in forms that no list of known names has."""

DOCUMENTED = (
    "A file has already been uploaded.",
    "File uploaded successfully",
    "Job started successfully",
    "The job has been aborted by the user.",
    "A file cannot be uploaded in the state READY_TO_UPLOAD.",
    "Your daily API call limit has been reached.",
    "The file is larger than 100 MB: 409/11070",
    "in-progress, 5% of 12,345 (of 26500)",
    "[name] of [id], [e-mail], [URL]",
    "InProgress",
)


@pytest.mark.parametrize("text", ["", *DOCUMENTED])
def test_the_language_of_the_api_is_shown(text: str) -> None:
    assert common(text) == text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Form Orders of jason18", "Form […] of […]"),
        ("the job (3888833000000114027).", "the job ([…])."),
        ("Leads spring fair is busy", "[…] is […]"),
        ("by jason (at) corp.example.com", "by […] (at) […]"),
        ("‘Title’; “Day”", "‘[…]’; “Day”"),
        ("job 38888 33000", "job […]"),
        ("at creator.zoho.com.", "at […]."),
    ],
)
def test_all_else_is_masked(said: str, shown: str) -> None:
    assert common(said) == shown


def test_a_name_of_words_of_every_day_is_masked_as_it_is_spelled() -> None:
    said = "Enter a value for 'File' each file: INVALID_DATA-File, FILE"
    shown = "Enter a value for '[…]' each file: […], FILE"
    assert common(said, {"File"}) == shown


SEPARATORS = st.sampled_from([" ", "  ", ", ", "; ", " - ", "“", "(", "[", ": "])
WORDS = st.lists(st.sampled_from(sorted(LANGUAGE)), max_size=5).map(" ".join)


@given(WORDS, SEPARATORS, st.sampled_from(CANARIES), SEPARATORS, WORDS)
def test_no_canary_is_shown(before: str, left: str, name: str, right: str, after: str) -> None:
    shown = common(before + left + name + right + after)
    parts = {it for it in re.findall(r"\w+", name.casefold()) if it not in LANGUAGE}
    left_over = re.findall(r"\w+", shown.casefold())
    assert not parts.intersection(left_over)
    assert MASK in shown


@given(st.sampled_from(CANARIES), st.text(alphabet="abcXYZ019._-%@:/", max_size=6))
def test_no_canary_is_shown_inside_a_word(name: str, around: str) -> None:
    shown = common(f"file{around}{name}{around}job")
    assert not any(it in shown for it in name.split() if common(it) != it)


@given(st.text())
def test_what_is_shown_is_of_the_language(text: str) -> None:
    words = re.findall(r"[^\W\d_]+", common(text))
    parts = {part for word in LANGUAGE for part in re.findall(r"[a-z]+", word)}
    assert {word.lower() for word in words} <= parts
    assert not re.search(r"[0-9]{6}|@|://", common(text))
    assert common(common(text)) == common(text)
