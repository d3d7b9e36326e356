"""The rules of a repair as their user switches them, and the file on its way back."""

from pathlib import Path

import pytest

from tests.support.insertions import FORM
from tests.tui.failing import KINDS, Rows
from zcbulk_tui.domain.failures import FailureReport
from zcbulk_tui.domain.repair import Change, RepairFile, Rule
from zcbulk_tui.tui.repairing import Repairing, Resent

DATE, EMAIL, NUMBER, DUPLICATE, NEIGHBOUR, MISSING = (kind.reason for kind in KINDS)


@pytest.fixture
def repairing(tmp_path: Path) -> Repairing:
    rows = Rows(1_000, tmp_path)
    return Repairing(rows.report, rows.suggest(None))


def changes(repairing: Repairing) -> dict[str, Change]:
    return {rule.reason: rule.change for rule in repairing.rules}


def line_of(repairing: Repairing, reason: str, place: int = 0) -> int:
    lines = repairing.lines
    return next(at for at, it in enumerate(lines) if (it.reason, it.place) == (reason, place))


def test_what_is_proposed_counts_at_first(repairing: Repairing) -> None:
    assert changes(repairing) == {
        DATE: Change.DATE,
        EMAIL: Change.TRIM,
        DUPLICATE: Change.DROP,
        NEIGHBOUR: Change.KEEP,
    }
    assert [line.reason for line in repairing.lines] == [
        group.reason for group in repairing.report.groups
    ]
    assert repairing.ruled == 580 + 330 + 20 + 20


def test_what_is_kept_has_a_rule_that_changes_nothing(repairing: Repairing) -> None:
    assert repairing.has_rule(NEIGHBOUR)
    assert not repairing.changes(NEIGHBOUR)
    assert repairing.changes(EMAIL)
    assert not repairing.has_rule(NUMBER)
    assert not repairing.with_unchanged


def test_a_rule_is_switched_off_and_on_again(repairing: Repairing) -> None:
    before = repairing.rules
    repairing.switch(repairing.lines[line_of(repairing, EMAIL)])
    assert EMAIL not in changes(repairing)
    assert not repairing.has_rule(EMAIL)
    repairing.switch(repairing.lines[line_of(repairing, EMAIL)])
    assert repairing.rules == before


def test_a_line_without_a_rule_has_nothing_to_switch(repairing: Repairing) -> None:
    before = repairing.rules
    repairing.switch(repairing.lines[line_of(repairing, NUMBER)])
    assert repairing.rules == before


def test_rules_are_made_changed_and_added_for_the_group_of_their_line(
    repairing: Repairing,
) -> None:
    made = Rule(Change.REPLACE, field="Quantity", find=" pcs")
    repairing.change(repairing.lines[line_of(repairing, NUMBER)], made)
    assert changes(repairing)[NUMBER] is Change.REPLACE
    repairing.add(repairing.lines[line_of(repairing, NUMBER)], Rule(Change.TRIM, field="Quantity"))
    second = line_of(repairing, NUMBER, 1)
    repairing.change(repairing.lines[second], Rule(Change.UPPER, field="Quantity"))
    of_number = [rule.change for rule in repairing.rules if rule.reason == NUMBER]
    assert of_number == [Change.REPLACE, Change.UPPER]
    repairing.switch(repairing.lines[line_of(repairing, NUMBER)])
    assert repairing.has_rule(NUMBER), "the second still counts"


def test_rules_of_a_file_come_in_the_place_of_all(repairing: Repairing) -> None:
    everywhere = Rule(Change.TRIM, field="Notes")
    own = Rule(Change.SET, MISSING, "Warehouse", "Lyon")
    left_out = repairing.take([own, everywhere, Rule(Change.DROP, "ANOTHER")])
    assert left_out == 1
    assert list(repairing.rules) == [everywhere, own]
    first = repairing.lines[0]
    assert (first.group, first.reason) == (None, "")
    assert repairing.ruled == repairing.report.records
    repairing.switch(first)
    assert list(repairing.rules) == [own]


def test_where_nothing_failed_there_is_no_line() -> None:
    repairing = Repairing(FailureReport(0, (), ()), {})
    assert (repairing.lines, repairing.rules, repairing.ruled) == ([], (), 0)
    assert not repairing.with_unchanged


def test_a_file_that_nobody_inserts_goes(tmp_path: Path) -> None:
    path = tmp_path / "repair.csv"
    path.write_text("Article\nA-1\n")
    resent = Resent(RepairFile(path, 1), FORM, "1", "Stock (repair)")
    resent.discard()
    assert not path.exists()
    resent.discard()  # it has gone already
    assert list(tmp_path.iterdir()) == []


def test_what_its_user_has_changed_is_left_for_the_next_time(tmp_path: Path) -> None:
    rows = Rows(1_000, tmp_path)
    first, second = (Repairing(rows.report, rows.suggest(None)) for _ in range(2))
    first.switch(first.lines[line_of(first, EMAIL)])
    first.add(first.lines[line_of(first, NUMBER)], Rule(Change.TRIM, field="Amount"))
    first.with_unchanged = True
    left = first.left
    assert left is not None
    second.go_on(left)
    assert (second.rules, second.with_unchanged) == (first.rules, True)
    assert second.lines == first.lines
    second.with_unchanged = False
    second.take(it.rule for it in rows.suggest(None).values())
    assert second.left is None, "what is proposed is proposed again"
