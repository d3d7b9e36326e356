"""Rules in a file: read as they were written, and refused with the line and what is allowed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.data.repair_rules import parse_rules, read_rules, rules_text
from zcbulk_tui.domain.repair import Change, Rule
from zcbulk_tui.errors import DataError

TEXT = """\
# Notes are too long.
[[rule]]
reason = "LIMIT_EXCEEDED-Notes"
change = "truncate"
field = "Notes"
length = 2000

[[rule]]
change = "date"
field = "Date"
formats = ["%d/%m/%Y", "%Y-%m-%d"]

[[rule]]
change = "copy"
field = "Name"
from = "Label"

[[rule]]
change = "set"
field = "City"
value = ""

[[rule]]
reason = "DUPLICATE_DATA-Email"
change = "drop"
"""

RULES = (
    Rule(Change.TRUNCATE, "LIMIT_EXCEEDED-Notes", "Notes", length=2000),
    Rule(Change.DATE, field="Date", formats=("%d/%m/%Y", "%Y-%m-%d")),
    Rule(Change.COPY, field="Name", value="Label"),
    Rule(Change.SET, field="City"),
    Rule(Change.DROP, "DUPLICATE_DATA-Email"),
)


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(TEXT)
    assert read_rules(file) == RULES
    assert rules_text(RULES, ["Notes are too long."]) == TEXT


def test_a_file_may_have_no_rule() -> None:
    assert parse_rules("# Nothing is proposed.\n") == ()


def test_one_format_needs_no_list() -> None:
    text = '[[rule]]\nchange = "date"\nfield = "Date"\nformats = "%d/%m/%Y"\n'
    assert parse_rules(text)[0].formats == ("%d/%m/%Y",)


texts = st.text(st.characters(exclude_categories=["Cs"]))
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def rule(change: Change) -> st.SearchStrategy[Rule]:
    """Rules that a file may hold."""
    reason, fixed = texts, st.just(change)
    match change:
        case Change.SET:
            return st.builds(Rule, fixed, reason, names, texts)
        case Change.REPLACE:
            return st.builds(Rule, fixed, reason, names, texts, names)
        case Change.TRUNCATE:
            return st.builds(Rule, fixed, reason, names, length=st.integers(1, 10**9))
        case Change.DATE:
            formats = st.lists(st.sampled_from(["%d/%m/%Y", '%Y "%m" %d']), min_size=1)
            return st.builds(Rule, fixed, reason, names, formats=formats.map(tuple))
        case Change.COPY:
            return st.builds(Rule, fixed, reason, names, names)
        case Change.DROP | Change.KEEP:
            return st.builds(Rule, fixed, reason)
        case _:
            return st.builds(Rule, fixed, reason, names)


@given(st.lists(st.sampled_from(Change).flatmap(rule), min_size=1), st.lists(texts, max_size=3))
def test_what_is_written_is_read(rules: list[Rule], notes: list[str]) -> None:
    written = rules_text(rules, notes)
    assert parse_rules(written) == tuple(rules)
    assert rules_text(parse_rules(written), notes) == written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rule = 1", "no list of tables"),
        ("[rule]\nchange = 'trim'", "no list of tables"),
        ("rules = []", "It has “rules”, and only rules belong into it"),
        ("[[rule]\n", "cannot be read as TOML"),
        ("[[rule]]\nfield = 'A'", "It has no change. There are trim, upper,"),
        ("[[rule]]\nchange = 'shout'", "There is no change “shout”. There are trim, upper,"),
        ("[[rule]]\nchange = ['trim']", "There is no change “['trim']”"),
        ("[[rule]]\nchange = 'trim'", "It has no field, which trim needs. Write it as in field ="),
        ("[[rule]]\nchange = 'trim'\nfield = ''", "Its field is empty"),
        ("[[rule]]\nchange = 'trim'\nfield = 1", "Its field is no text"),
        ("[[rule]]\nchange = 'drop'\nfield = 'A'", "It has “field”. Known with drop are reason,"),
        ("[[rule]]\nchange = 'drop'\nreason = 1", "Its reason is no text"),
        ("[[rule]]\nchange = 'truncate'\nfield = 'A'\nlength = 0", "is no number from 1 on"),
        ("[[rule]]\nchange = 'truncate'\nfield = 'A'\nlength = true", "is no number from 1 on"),
        ("[[rule]]\nchange = 'replace'\nfield = 'A'\nfind = ''\nvalue = ''", "Its find is empty"),
        ("[[rule]]\nchange = 'date'\nfield = 'A'\nformats = []", "Its formats are none"),
        ("[[rule]]\nchange = 'date'\nfield = 'A'\nformats = [1]", "are no list of texts"),
        ("[[rule]]\nchange = 'date'\nfield = 'A'\nformats = ['%q']", "is no format of a date"),
    ],
)
def test_what_is_no_rule(text: str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_rules(text, "rules.toml")
    assert said in str(caught.value)
    assert "rules.toml" in caught.value.title
    assert caught.value.next_step


def test_the_rule_is_named_with_its_line() -> None:
    with pytest.raises(DataError) as caught:
        parse_rules(f"{TEXT}\n  [[ rule ]]\nchange = 'trim'\n", "rules.toml")
    assert caught.value.title == "Rule 6 (line 27) of rules.toml cannot be used"
    several = "[[rule]]\nchange = 'set'\nfield = 'A'\nvalue = '''\n[[rule]]\n'''\n[[rule]]\n"
    with pytest.raises(DataError) as caught:
        parse_rules(several, "rules.toml")
    assert caught.value.title == "Rule 2 of rules.toml cannot be used"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_rules(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff")
    with pytest.raises(DataError, match="not text in UTF-8"):
        read_rules(tmp_path / "bad.toml")
