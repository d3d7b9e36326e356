"""What rules make of records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.repair import Change, Repaired, Rule, apply, check, preview
from zcbulk_tui.errors import UsageError

ROW = {"Name": "  Ada ", "City": "Paris", "Date": "2026-01-31"}
REASON = "INVALID_DATA-Date"


@pytest.mark.parametrize(
    ("rule", "field", "made"),
    [
        (Rule(Change.TRIM, field="Name"), "Name", "Ada"),
        (Rule(Change.UPPER, field="City"), "City", "PARIS"),
        (Rule(Change.LOWER, field="City"), "City", "paris"),
        (Rule(Change.SET, field="City", value="Rome"), "City", "Rome"),
        (Rule(Change.SET, field="City"), "City", ""),
        (Rule(Change.REPLACE, field="City", find="ar", value="-"), "City", "P-is"),
        (Rule(Change.TRUNCATE, field="City", length=2), "City", "Pa"),
        (Rule(Change.DATE, field="Date", formats=("%Y-%m-%d",)), "Date", "31-Jan-2026"),
        (Rule(Change.COPY, field="City", value="Name"), "City", "  Ada "),
    ],
)
def test_each_change(rule: Rule, field: str, made: str) -> None:
    assert apply([rule], REASON, ROW) == Repaired({**ROW, field: made}, is_changed=True)


@pytest.mark.parametrize(
    "rule",
    [
        Rule(Change.TRIM, field="City"),
        Rule(Change.SET, "ANOTHER", "City", "Rome"),
        Rule(Change.REPLACE, field="City", find="x", value="y"),
        Rule(Change.REPLACE, field="City", value="y"),
        Rule(Change.TRUNCATE, field="City", length=5),
        Rule(Change.DATE, field="City", formats=("%Y-%m-%d",)),
        Rule(Change.DROP, "ANOTHER"),
    ],
)
def test_what_changes_nothing(rule: Rule) -> None:
    assert apply([rule], REASON, ROW) == Repaired(ROW)


def test_rules_follow_each_other() -> None:
    rules = [
        Rule(Change.TRIM, field="Name"),
        Rule(Change.UPPER, REASON, "Name"),
        Rule(Change.TRUNCATE, REASON, "Name", length=2),
    ]
    assert apply(rules, REASON, ROW).row["Name"] == "AD"
    assert apply(rules, "ANOTHER", ROW).row["Name"] == "Ada"
    assert apply([*rules, Rule(Change.DROP)], REASON, ROW) == Repaired(ROW, is_dropped=True)


def test_a_record_is_kept_whether_changed_or_not() -> None:
    keep = Rule(Change.KEEP, REASON)
    assert apply([keep], REASON, ROW) == Repaired(ROW, is_kept=True)
    assert apply([keep], "ANOTHER", ROW) == Repaired(ROW)
    made = apply([keep, Rule(Change.UPPER, field="City")], REASON, ROW)
    assert (made.is_changed, made.is_kept, made.row["City"]) == (True, True, "PARIS")
    assert apply([keep, Rule(Change.DROP)], REASON, ROW) == Repaired(ROW, is_dropped=True)


def test_what_is_changed_back_is_unchanged() -> None:
    rules = [Rule(Change.UPPER, field="City"), Rule(Change.SET, field="City", value="Paris")]
    assert apply(rules, REASON, ROW) == Repaired(ROW)


TEXTS = st.text(max_size=6)


@given(
    st.lists(
        st.one_of(
            st.builds(
                Rule,
                st.sampled_from([it for it in Change if it is not Change.DATE]),
                st.sampled_from(["", REASON, "ANOTHER"]),
                st.sampled_from(["Name", "City"]),
                st.sampled_from(["Name", "City"]),
                TEXTS,
                st.integers(1, 5),
            ),
        ),
        max_size=5,
    ),
    st.fixed_dictionaries({"Name": TEXTS, "City": TEXTS}),
)
def test_a_row_keeps_its_columns_and_says_whether_it_changed(
    rules: list[Rule], row: dict[str, str]
) -> None:
    before = dict(row)
    made = apply(rules, REASON, row)
    assert row == before
    assert list(made.row) == list(row)
    assert made.is_changed == (dict(made.row) != row)
    drops = any(it.change is Change.DROP and it.is_for(REASON) for it in rules)
    assert made.is_dropped == drops


def test_rules_are_checked() -> None:
    used = Rule(Change.TRIM, REASON, "City")
    unused = Rule(Change.TRIM, "ANOTHER", "Nowhere")
    assert check([used, unused, Rule(Change.DROP, REASON)], list(ROW), [REASON]) == (unused,)
    with pytest.raises(UsageError) as caught:
        check([used, Rule(Change.COPY, REASON, "City", "Town")], list(ROW), [REASON])
    assert caught.value.title == "Rule 2 is for the column “Town”, which the records have not"
    assert caught.value.cause == "They have “Name”, “City”, “Date”."
    with pytest.raises(UsageError, match="is no format of a date"):
        check([Rule(Change.DATE, field="Date", formats=("x",))], list(ROW), [])


def test_a_preview_has_the_columns_that_rules_touch() -> None:
    rules = [
        Rule(Change.TRIM, field="Name"),
        Rule(Change.LOWER, REASON, "City"),
        Rule(Change.TRIM, "ANOTHER", "Date"),
        Rule(Change.TRIM, field="Nowhere"),
    ]
    found = preview(rules, REASON, ROW)
    assert found.columns == ("Name", "City")
    assert (found.before, found.after) == (("  Ada ", "Paris"), ("Ada", "paris"))
    dropped = preview([Rule(Change.DROP)], REASON, ROW)
    assert (dropped.columns, dropped.after) == (tuple(ROW), None)
