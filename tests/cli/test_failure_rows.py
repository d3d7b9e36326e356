"""Failures as the screens read them."""

from pathlib import Path

from tests.data.results import write_results
from tests.data.source_files import source_file
from tests.support.jobs import REF
from zcbulk_tui.cli.failure_rows import opener
from zcbulk_tui.cli.repairing import JobFiles
from zcbulk_tui.domain.repair import Change, Rule

HEADER = ["Id", "Name", "City"]
ADA, BOB, CYD = ["1", "Ada", "Paris"], ["2", "Bob", "Rome"], ["3", "Cyd", "Oslo"]
REASON = "INVALID_DATA-City"
RULES = [Rule(Change.UPPER, REASON, "City")]


def test_rows_are_read_and_repaired(tmp_path: Path) -> None:
    source = source_file(tmp_path, [HEADER, ADA, BOB, CYD])
    results = write_results(tmp_path, HEADER, [(CYD, REASON), (ADA, REASON)], [BOB])
    read: list[tuple[int, int]] = []
    rows = opener(lambda _: JobFiles(*results, source, tmp_path))(REF, lambda *it: read.append(it))
    assert read
    assert [it.reason for it in rows.report.groups] == [REASON]
    assert [row.lines for row in rows.rows(REASON, 0, 5)] == [(4,), (2,)]
    assert rows.search(None, "paris", 0) == 1
    assert rows.export(REASON, tmp_path / "export.csv") == 2
    (first, _) = rows.preview(RULES, REASON, 5)
    assert (first.before, first.after) == (("Oslo",), ("OSLO",))
    read.clear()
    for name in ("customers.repair.csv", "customers.repair-2.csv"):
        made = rows.write_repair(RULES, with_unchanged=False, on_progress=lambda *_: None)
        assert made.path == tmp_path / name
        assert made.path.read_text() == "Id,Name,City\n1,Ada,PARIS\n2,Bob,Rome\n3,Cyd,OSLO\n"


def test_records_that_were_not_reached_alone(tmp_path: Path) -> None:
    results = write_results(tmp_path, HEADER, [], [BOB])
    rows = opener(lambda _: JobFiles(*results, None, tmp_path))(REF, lambda *_: None)
    assert (rows.report.records, rows.report.groups) == (0, ())
    assert (rows.rows(None, 0, 5), rows.search(None, "x", 0)) == ([], None)
    assert rows.export(None, tmp_path / "export.csv") == 0
    assert rows.preview([], REASON, 5) == []
    made = rows.write_repair((), with_unchanged=False, on_progress=lambda *_: None)
    assert made.path.name == "records.repair.csv"
    assert (made.records, made.unprocessed) == (1, 1)
