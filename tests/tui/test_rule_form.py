"""From the fields of the dialog to a rule, and what is said of those that make none."""

from collections.abc import Mapping

import pytest

from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.repair import Change, Rule
from zcbulk_tui.errors import UsageError
from zcbulk_tui.tui.rule_form import ASKED, NAMES, rule_of

COLUMNS = ("Name", "Born", "Mail")
EMPTY = dict.fromkeys(ASKED, "")


def made(change: Change, **typed: str) -> Rule:
    return rule_of(change, "Name", "Mail", {**EMPTY, **typed}, COLUMNS)


@pytest.mark.parametrize(
    ("change", "typed", "expected"),
    [
        (Change.TRIM, {"value": "left over"}, Rule(Change.TRIM, field="Name")),
        (Change.UPPER, {}, Rule(Change.UPPER, field="Name")),
        (Change.LOWER, {}, Rule(Change.LOWER, field="Name")),
        (Change.SET, {"value": " x "}, Rule(Change.SET, field="Name", value=" x ")),
        (Change.SET, {}, Rule(Change.SET, field="Name")),
        (Change.REPLACE, {"find": ","}, Rule(Change.REPLACE, field="Name", find=",")),
        (Change.TRUNCATE, {"length": " 20 "}, Rule(Change.TRUNCATE, field="Name", length=20)),
        (
            Change.DATE,
            {"formats": "%d/%m/%Y, %Y-%m-%d,"},
            Rule(Change.DATE, field="Name", formats=("%d/%m/%Y", "%Y-%m-%d")),
        ),
        (Change.COPY, {}, Rule(Change.COPY, field="Name", value="Mail")),
        (Change.DROP, {"value": "left over"}, Rule(Change.DROP)),
        (Change.KEEP, {"value": "left over"}, Rule(Change.KEEP)),
    ],
)
def test_a_rule_has_what_its_change_needs(
    change: Change, typed: Mapping[str, str], expected: Rule
) -> None:
    assert made(change, **typed) == expected


@pytest.mark.parametrize(
    ("change", "typed", "said"),
    [
        (Change.REPLACE, {"value": "x"}, "The text that is replaced is missing"),
        (Change.TRUNCATE, {}, "whole number"),
        (Change.TRUNCATE, {"length": "0"}, "whole number"),
        (Change.TRUNCATE, {"length": "ten"}, "whole number"),
        (Change.TRUNCATE, {"length": "²"}, "whole number"),
        (Change.DATE, {"formats": " , "}, "format of the dates is missing"),
        (Change.DATE, {"formats": "yyyy"}, "yyyy"),
    ],
)
def test_what_makes_no_rule_is_said(change: Change, typed: Mapping[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        made(change, **typed)
    assert is_one_safe_line(str(caught.value))


def test_a_column_is_not_taken_from_itself() -> None:
    with pytest.raises(UsageError, match="itself"):
        rule_of(Change.COPY, "Name", "Name", EMPTY, COLUMNS)


def test_every_change_has_a_name() -> None:
    assert set(NAMES) == set(Change)
