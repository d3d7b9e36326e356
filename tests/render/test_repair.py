"""Rules in words, and records before and after them."""

from pathlib import Path

import pytest

from zcbulk_tui.domain.repair import Change, Preview, RepairFile, Rule, preview
from zcbulk_tui.render.glyphs import ASCII, to_ascii
from zcbulk_tui.render.repair import outcome_lines, preview_lines, rule_text, rules_lines
from zcbulk_tui.render.span import Line, Look, line_width


def texts(lines: list[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rule(Change.TRIM, field="Name"), "trim spaces around Name"),
        (Rule(Change.UPPER, field="Name"), "change Name to upper case"),
        (Rule(Change.LOWER, field="Name"), "change Name to lower case"),
        (Rule(Change.SET, field="Name", value="x"), "set Name to “x”"),
        (Rule(Change.SET, field="Name"), "empty Name"),
        (Rule(Change.REPLACE, field="Name", find=" ", value=""), "replace “␣” by “” in Name"),
        (Rule(Change.TRUNCATE, field="Notes", length=2000), "truncate Notes to 2,000 characters"),
        (Rule(Change.TRUNCATE, field="Notes", length=1), "truncate Notes to 1 character"),
        (
            Rule(Change.DATE, field="Day", formats=("%d/%m/%Y", "%Y-%m-%d")),
            "write Day as dd-MMM-yyyy, read as %d/%m/%Y or %Y-%m-%d",
        ),
        (Rule(Change.COPY, field="Name", value="Label"), "set Name to the value of Label"),
        (Rule(Change.DROP), "leave the record out"),
        (Rule(Change.KEEP), "send the record again as it is"),
        (Rule(Change.SET, field="Na\x1bme", value="\x1b[2J"), "set Na\ufffdme to “\ufffd[2J”"),
    ],
)
def test_a_rule_in_words(rule: Rule, text: str) -> None:
    assert rule_text(rule) == text


def test_rules_with_their_reasons() -> None:
    rules = [Rule(Change.DROP, "DUPLICATE_DATA-Email"), Rule(Change.TRIM, field="Name")]
    assert texts(rules_lines(rules, 80)) == [
        "1. leave the record out  for DUPLICATE_DATA-Email",
        "2. trim spaces around Name  for every failed record",
    ]
    assert all(line_width(line) <= 40 for line in rules_lines(rules, 40))


ROW = {"Name": " Ada ", "City": "Paris", "Notes": "x" * 2100}
RULES = [
    Rule(Change.TRIM, field="Name"),
    Rule(Change.TRIM, field="City"),
    Rule(Change.TRUNCATE, field="Notes", length=2000),
]


@pytest.mark.parametrize("cells", [40, 80, 120])
def test_before_and_after(cells: int) -> None:
    lines = preview_lines(preview(RULES, "", ROW), cells)
    assert all(line_width(line) <= cells for line in lines)
    name, city, *notes = texts(lines)
    assert name == "• Name      ␣Ada␣ → Ada"
    assert city == "  City      Paris"
    assert notes[0].startswith("• Notes     xxx")
    assert notes[0].endswith("… (2,100 characters)")
    assert notes[1].startswith("          → xxx")
    assert notes[1].endswith("… (2,000 characters)")
    changed = [span.text for span in lines[0] if span.look is Look.SUCCESS]
    assert changed == ["Ada"]


def test_cells_that_become_empty_or_are_only_spaces() -> None:
    before = Preview(("A", "B"), ("", "    "), ("x", ""))
    assert texts(preview_lines(before, 80)) == [
        "• A         (empty) → x",
        "• B         ␣␣␣ → (empty)",
    ]


def test_a_record_that_is_left_out() -> None:
    (line,) = preview_lines(Preview(("A", "B"), ("1", "2\n3"), None), 80)
    assert texts([line]) == ["▚ left out: A 1 · B 2 3"]
    assert line_width(preview_lines(Preview(("A",), ("y" * 99,), None), 40)[0]) == 40


def test_in_ascii() -> None:
    lines = texts(preview_lines(preview(RULES, "", ROW), 80, ASCII))
    assert to_ascii(lines[0]) == "& Name      _Ada_ > Ada"


def test_nothing_of_a_cell_reaches_the_terminal_as_it_is() -> None:
    lines = preview_lines(Preview(("A\x1b",), ("\x1b[2J\u202e",), ("ok\r\n",)), 80)
    assert all(text.isprintable() for text in texts(lines))


def test_what_became_of_every_record() -> None:
    made = RepairFile(Path("x"), 1312, 1200, 12, 100, 1, 30, 2, notes=("It is in another order.",))
    assert texts(outcome_lines(made, 80)) == [
        "  1,200 repaired by rules",
        "     12 failed, sent again as they are",
        "    100 unprocessed, sent again",
        "      1 left out by a rule",
        "     30 failed, changed by no rule: not in the file",
        "      2 not told apart in the source: not in the file",
        "  It is in another order.",
    ]
    assert all(line_width(line) <= 40 for line in outcome_lines(made, 40))
