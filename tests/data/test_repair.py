"""The repair file: no record lost, none doubled, none that went in."""

import csv
import hashlib
import io
import stat
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.results import SHORT, write_results
from tests.data.source_files import source_file
from zcbulk_tui.data.repair import Repair
from zcbulk_tui.data.resent import read_resent
from zcbulk_tui.data.row_map import RowMap, Runs
from zcbulk_tui.domain.repair import Change, RepairFile, Rule
from zcbulk_tui.errors import DataError, UsageError

HEADER = ["Id", "Name", "City", "Notes"]
ADA = ["1", "Ada", "Paris", "a"]
BOB = ["2", "Bob", "Rome", "b"]
CYD = ["3", " Cyd ", "Oslo", "c, d"]
DAN = ["4", "Dan", "Bonn", "e\nf"]
ROWS = [HEADER, ADA, BOB, CYD, DAN]

BAD_CITY, TOO_LONG = "INVALID_DATA-City", "LIMIT_EXCEEDED-Notes"
UPPER = Rule(Change.UPPER, BAD_CITY, "City")
CUT = Rule(Change.TRUNCATE, TOO_LONG, "Notes", length=1)

LAYOUTS = pytest.mark.parametrize("is_short", [False, True])


def read(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(), newline="")))


@LAYOUTS
def test_in_the_order_of_the_source_under_its_header(tmp_path: Path, is_short: bool) -> None:
    source = source_file(tmp_path, ROWS, delimiter=";", encoding="utf-16")
    failed = [(DAN, TOO_LONG), (BOB, BAD_CITY)]
    results = write_results(tmp_path, HEADER, failed, [CYD], is_short=is_short)
    job = Repair(*results, source)
    assert (job.columns, job.records) == (tuple(HEADER), 3)
    made = job.write([UPPER], tmp_path / "again.csv")
    assert made == RepairFile(tmp_path / "again.csv", 2, repaired=1, unprocessed=1, held=1)
    assert read(made.path) == [HEADER, ["2", "Bob", "ROME", "b"], CYD]
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    every = job.write([UPPER, CUT], tmp_path / "all.csv", with_unchanged=True)
    assert read(every.path)[1:] == [["2", "Bob", "ROME", "b"], CYD, ["4", "Dan", "Bonn", "e"]]


@LAYOUTS
def test_what_no_rule_changes_is_sent_again_when_asked(tmp_path: Path, is_short: bool) -> None:
    results = write_results(tmp_path, HEADER, [(DAN, TOO_LONG)], [], is_short=is_short)
    job = Repair(*results, source_file(tmp_path, ROWS))
    with pytest.raises(DataError, match="Nothing is left to send") as caught:
        job.write([UPPER], tmp_path / "again.csv")
    assert caught.value.cause == "1 record is changed by no rule."
    assert "--with-unchanged" in caught.value.next_step
    assert sorted(it.name for it in tmp_path.iterdir()) == ["customers.csv", "failure.csv"]
    made = job.write([UPPER], tmp_path / "again.csv", with_unchanged=True)
    assert (made.records, made.unchanged) == (1, 1)
    assert made.notes == ("Rule 1 is for no failed record: none has its reason.",)
    assert read(made.path) == [HEADER, DAN]


@LAYOUTS
def test_what_an_earlier_repair_has_sent_is_not_sent_again(tmp_path: Path, is_short: bool) -> None:
    source, folder = source_file(tmp_path, ROWS), tmp_path / "results"
    failed = [(DAN, TOO_LONG), (BOB, BAD_CITY)]
    results = write_results(tmp_path, HEADER, failed, [CYD], is_short=is_short)
    first = Repair(*results, source, folder=folder).write([UPPER], tmp_path / "again.csv")
    assert (first.repaired, first.unprocessed, first.held) == (1, 1, 1)
    row_map = read_resent(folder, hashlib.sha256(first.path.read_bytes()).hexdigest())
    assert row_map is not None
    job = Repair(*results, source, folder=folder, resent=[row_map])
    second = job.write([UPPER, CUT], tmp_path / "more.csv")
    assert second == RepairFile(second.path, 1, repaired=1, resent=2)
    assert second.accounted == job.records
    assert read(second.path) == [HEADER, ["4", "Dan", "Bonn", "e"]]
    with pytest.raises(DataError, match="Nothing is left to send") as caught:
        job.write([UPPER], tmp_path / "none.csv")
    assert "2 records are sent again by an earlier repair." in caught.value.cause


def test_without_the_source_nobody_knows_what_was_sent_before(tmp_path: Path) -> None:
    results = write_results(tmp_path, HEADER, [(BOB, BAD_CITY)], [CYD])
    made = Repair(*results, None, folder=tmp_path).write([UPPER], tmp_path / "again.csv")
    assert read_resent(tmp_path, hashlib.sha256(made.path.read_bytes()).hexdigest()) is None
    before = RowMap.of_whole(Runs())
    with pytest.raises(DataError, match="sent again before is not known"):
        Repair(*results, None, folder=tmp_path, resent=[before]).write([], tmp_path / "more.csv")


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    results = write_results(tmp_path, HEADER, [(BOB, BAD_CITY)], [CYD])
    job = Repair(*results, source_file(tmp_path, ROWS))
    made = job.write([Rule(Change.DROP)], tmp_path / "again.csv", is_dry=True)
    assert (made.records, made.dropped, made.unprocessed) == (1, 1, 1)
    assert not made.path.exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    results = write_results(tmp_path, HEADER, [(BOB, BAD_CITY)], [])
    source = source_file(tmp_path, ROWS)
    with pytest.raises(DataError, match="is there already"):
        Repair(*results, source).write([UPPER], source.path)
    with pytest.raises(DataError, match="cannot be written"):
        Repair(*results, source).write([UPPER], tmp_path / "none" / "again.csv")


def test_without_results_there_is_nothing_to_repair(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Nothing is left to send") as caught:
        Repair(None, None, source_file(tmp_path, ROWS)).write([UPPER], tmp_path / "again.csv")
    assert caught.value.cause == "No record failed."


def test_rules_are_checked_first(tmp_path: Path) -> None:
    results = write_results(tmp_path, HEADER, [(BOB, BAD_CITY)], [])
    with pytest.raises(UsageError, match="“Town”"):
        Repair(*results, source_file(tmp_path, ROWS)).write(
            [Rule(Change.TRIM, field="Town")], tmp_path / "again.csv"
        )


def test_without_the_source_whole_records_come_from_the_results(tmp_path: Path) -> None:
    results = write_results(tmp_path, HEADER, [(DAN, BAD_CITY), (BOB, BAD_CITY)], [CYD])
    gone = source_file(tmp_path, ROWS)._replace(path=tmp_path / "gone.csv")
    for source, note in (
        (None, ""),
        (gone, "There is no file"),
        (source_file(tmp_path, ROWS)._replace(sha256="0" * 64), "is another file than"),
    ):
        made = Repair(*results, source).write([UPPER], tmp_path / "again.csv")
        assert (made.repaired, made.unprocessed, made.accounted) == (2, 1, 3)
        assert [row[:2] for row in read(made.path)[1:]] == [["4", "Dan"], ["2", "Bob"], CYD[:2]]
        assert note in made.notes[0]
        made.path.unlink()


def test_without_the_source_three_columns_are_no_record(tmp_path: Path) -> None:
    results = write_results(tmp_path, HEADER, [(DAN, BAD_CITY)], [CYD], is_short=True)
    with pytest.raises(DataError, match="Nothing is left to send") as caught:
        Repair(*results, None).write([UPPER], tmp_path / "again.csv")
    assert "2 records are not told apart" in caught.value.cause
    assert "Put the file" in caught.value.next_step
    other = source_file(tmp_path, ROWS)._replace(sha256="0" * 64)
    with pytest.raises(DataError, match="is another file"):
        Repair(*results, other).write([UPPER], tmp_path / "again.csv")


def test_three_columns_with_one_content_are_told_apart_only_if_all_are_meant(
    tmp_path: Path,
) -> None:
    one, other = ["1", "Ada", "Paris", "x"], ["1", "Ada", "Paris", "y"]
    source = source_file(tmp_path, [HEADER, one, BOB, other])

    def repaired(failed: Sequence[tuple[list[str], str]], left: Sequence[list[str]]) -> RepairFile:
        results = write_results(tmp_path, HEADER, failed, left, is_short=True)
        path = tmp_path / "again.csv"
        path.unlink(missing_ok=True)
        return Repair(*results, source).write([UPPER], path)

    made = repaired([(one, BAD_CITY), (BOB, BAD_CITY)], [])
    assert (made.repaired, made.unknown) == (1, 1)
    made = repaired([(one, BAD_CITY), (other, BAD_CITY)], [])
    assert (made.repaired, made.unknown) == (2, 0)
    # Both are meant; but which of them a rule is for is not known.
    made = repaired([(one, BAD_CITY), (BOB, BAD_CITY)], [other])
    assert (made.repaired, made.unknown) == (1, 2)


def test_white_space_that_the_server_took_away(tmp_path: Path) -> None:
    trimmed = [cell.strip() for cell in CYD]
    results = write_results(tmp_path, HEADER, [(trimmed, BAD_CITY), (BOB, BAD_CITY)], [])
    made = Repair(*results, source_file(tmp_path, ROWS)).write([UPPER], tmp_path / "again.csv")
    assert read(made.path)[1:] == [["2", "Bob", "ROME", "b"], ["3", " Cyd ", "OSLO", "c, d"]]
    assert made.notes == ("1 record was found in customers.csv only without spaces.",)


def test_where_the_server_trims_nothing_is_certain_by_its_spaces(tmp_path: Path) -> None:
    one, other = ["1", "Ada", "Paris", "x"], ["1", " Ada", "Paris", "y"]
    source = source_file(tmp_path, [HEADER, one, other, CYD])
    trimmed = [cell.strip() for cell in CYD]
    results = write_results(
        tmp_path, HEADER, [(one, BAD_CITY), (trimmed, BAD_CITY)], [], is_short=True
    )
    made = Repair(*results, source).write([UPPER], tmp_path / "again.csv")
    assert (made.repaired, made.unknown) == (1, 1)
    assert read(made.path)[1:] == [["3", " Cyd ", "OSLO", "c, d"]]


def test_a_record_that_went_in_is_not_taken_for_one_that_differs_in_spaces(tmp_path: Path) -> None:
    # The server has trimmed the one that failed: so the result has the cells of the other.
    good, bad = ["1", "Ada", "Paris", "x"], ["1", " Ada ", "Paris", "y"]
    source = source_file(tmp_path, [HEADER, good, bad, BOB])
    trimmed = [cell.strip() for cell in bad]
    failed = [(trimmed, BAD_CITY), (BOB, BAD_CITY)]
    results = write_results(tmp_path, HEADER, failed, [], is_short=True)
    job = Repair(*results, source, with_places=True)
    made = job.write([UPPER], tmp_path / "again.csv")
    assert (made.repaired, made.unknown) == (1, 1)
    assert read(made.path)[1:] == [["2", "Bob", "ROME", "b"]]
    assert job.failures is not None
    assert job.failures.rows(None, 0, 1)[0].lines == (2, 3)
    # Whole records are told apart by their other cells.
    results = write_results(tmp_path, HEADER, failed, [])
    made = Repair(*results, source).write([UPPER], tmp_path / "whole.csv")
    assert read(made.path)[1:] == [["1", " Ada ", "PARIS", "y"], ["2", "Bob", "ROME", "b"]]


def test_whole_records_that_the_server_wrote_in_another_way(tmp_path: Path) -> None:
    rewritten = ["2.0", *BOB[1:]]
    source = source_file(tmp_path, ROWS)
    results = write_results(tmp_path, HEADER, [(rewritten, BAD_CITY)], [CYD])
    made = Repair(*results, source).write([UPPER], tmp_path / "again.csv")
    assert read(made.path)[1:] == [CYD, ["2.0", "Bob", "ROME", "b"]]
    assert "1 record is not in customers.csv as the result has it" in made.notes[0]
    results = write_results(tmp_path, HEADER, [(rewritten, BAD_CITY)], [CYD], is_short=True)
    made = Repair(*results, source).write([UPPER], tmp_path / "short.csv")
    assert (made.unprocessed, made.unknown) == (1, 1)


def test_a_record_that_two_results_name_is_sent_once(tmp_path: Path) -> None:
    results = write_results(tmp_path, HEADER, [(BOB, BAD_CITY)], [BOB])
    made = Repair(*results, source_file(tmp_path, ROWS)).write([UPPER], tmp_path / "again.csv")
    assert (made.records, made.unknown) == (1, 1)


def test_records_that_are_too_short_or_too_long(tmp_path: Path) -> None:
    short, long = ["5", "Eve"], ["6", "Fay", "Ulm", "g", "more"]
    source = source_file(tmp_path, [HEADER, short, long])
    results = write_results(tmp_path, HEADER, [(long, BAD_CITY)], [short])
    made = Repair(*results, source).write([UPPER], tmp_path / "again.csv")
    assert read(made.path)[1:] == [short, ["6", "Fay", "ULM", "g", "more"]]


def test_columns_with_one_name(tmp_path: Path) -> None:
    header = ["Id", "A", " A "]
    source = source_file(tmp_path, [header, ["1", "x", "y"]])
    results = write_results(tmp_path, header, [(["1", "x", "y"], BAD_CITY)], [])
    rule = Rule(Change.UPPER, field="A")
    made = Repair(*results, source).write([rule], tmp_path / "again.csv")
    assert read(made.path) == [header, ["1", "X", "y"]]


@LAYOUTS
def test_records_of_one_reason_are_sent_again_as_they_are(tmp_path: Path, is_short: bool) -> None:
    failed = [(DAN, TOO_LONG), (BOB, BAD_CITY), (ADA, "CANNOT_PROCESS")]
    results = write_results(tmp_path, HEADER, failed, [], is_short=is_short)
    job = Repair(*results, source_file(tmp_path, ROWS))
    made = job.write([UPPER, Rule(Change.KEEP, "CANNOT_PROCESS")], tmp_path / "again.csv")
    assert (made.repaired, made.unchanged, made.held) == (1, 1, 1)
    assert read(made.path)[1:] == [ADA, ["2", "Bob", "ROME", "b"]]


@LAYOUTS
def test_proposals_are_made_of_whole_records(tmp_path: Path, is_short: bool) -> None:
    source = source_file(tmp_path, [*ROWS, ["5", "Eve", "Ulm", "  g"]])
    bad = [(["5", "Eve", "Ulm", "  g"], "INVALID_DATA-Notes"), (ADA, "CANNOT_PROCESS")]
    results = write_results(tmp_path, HEADER, [*bad, (BOB, BAD_CITY)], [], is_short=is_short)
    proposed = Repair(*results, source).suggest(None)
    assert {reason: it.rule for reason, it in proposed.items()} == {
        "CANNOT_PROCESS": Rule(Change.KEEP, "CANNOT_PROCESS"),
        "INVALID_DATA-Notes": Rule(Change.TRIM, "INVALID_DATA-Notes", "Notes"),
    }
    changed = Repair(*results, source._replace(sha256="0" * 64)).suggest(None)
    assert "CANNOT_PROCESS" in changed
    assert ("INVALID_DATA-Notes" in changed) != is_short
    assert Repair(None, None, None).suggest(None) == {}


@LAYOUTS
def test_previews_show_whole_records(tmp_path: Path, is_short: bool) -> None:
    source = source_file(tmp_path, ROWS)
    failed = [(DAN, TOO_LONG), (BOB, BAD_CITY)]
    results = write_results(tmp_path, HEADER, failed, [], is_short=is_short)
    (shown,) = Repair(*results, source).preview([UPPER, CUT], TOO_LONG, 3)
    assert (shown.columns, shown.before, shown.after) == (("Notes",), ("e\nf",), ("e",))
    assert Repair(None, results.failure, source).preview([CUT], TOO_LONG, 3) == []


@LAYOUTS
def test_where_the_failed_records_stand(tmp_path: Path, is_short: bool) -> None:
    source = source_file(tmp_path, ROWS)
    results = write_results(tmp_path, HEADER, [(DAN, TOO_LONG)], [CYD], is_short=is_short)
    job = Repair(*results, source, with_places=True)
    assert job.failures is not None
    assert job.failures.rows(None, 0, 1)[0].lines == (5,)
    assert job.write([CUT], tmp_path / "again.csv").records == 2
    job = Repair(*results, source._replace(sha256="0" * 64), with_places=True)
    assert job.report is not None
    assert "The places in the uploaded file are not known" in job.report.assumed[-1]


def test_results_without_records(tmp_path: Path) -> None:
    empty, heads = tmp_path / "failure.csv", tmp_path / "unprocessed.csv"
    empty.write_bytes(b"")
    heads.write_text("Id,Name,City,Notes\n")
    source = source_file(tmp_path, ROWS)
    for results in ((empty, heads), (heads, empty)):
        job = Repair(*results, source, with_places=True)
        assert (job.records, job.columns) == (0, tuple(HEADER))
        assert job.write([], tmp_path / "again.csv", is_dry=True).accounted == 0


def test_progress_is_that_of_all_passes(tmp_path: Path) -> None:
    results = write_results(tmp_path, HEADER, [(BOB, BAD_CITY)], [CYD])
    seen: list[tuple[int, int]] = []
    source = source_file(tmp_path, ROWS)
    Repair(*results, source).write(
        [UPPER], tmp_path / "again.csv", on_progress=lambda *it: seen.append(it)
    )
    assert seen == [(source.size, 2 * source.size), (2 * source.size, 2 * source.size)]


FEW = st.lists(st.sampled_from(["", "a", " a", "b", "x\ny", "ü,;"]), min_size=4, max_size=4)
FATES = st.sampled_from(["in", "left", BAD_CITY, TOO_LONG, "NOT_APPROVED"])


def outcome(row: list[str], fate: str) -> list[str] | None:
    """What is to become of a record by the rules of the test below; None for not in the file."""
    made = {BAD_CITY: [*row[:2], row[2].upper(), row[3]], TOO_LONG: [*row[:3], row[3][:1]]}
    if fate in made:
        return made[fate] if made[fate] != row else None
    return row if fate == "left" else None


@given(st.lists(st.tuples(FEW, FATES), min_size=1), st.booleans(), st.booleans(), st.randoms())
def test_no_record_is_lost_and_none_doubled(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[tuple[list[str], str]],
    is_short: bool,
    moves: bool,
    random: Random,
) -> None:
    folder = tmp_path_factory.mktemp("repair")
    uploaded = None
    if moves:
        # The upload has some of the records only, in an order of its own.
        uploaded = random.sample(range(1, len(records) + 1), random.randint(1, len(records)))
        uploaded.sort(key=lambda record: (record % 3 == 0, record))
    source = source_file(folder, [HEADER, *(row for row, _ in records)], uploaded=uploaded)
    sent = [records[at - 1] for at in uploaded] if uploaded else list(records)
    random.shuffle(sent)
    failed = [(row, fate) for row, fate in sent if fate not in ("in", "left")]
    left = [row for row, fate in sent if fate == "left"]
    results = write_results(folder, HEADER, failed, left, is_short=is_short)
    made = Repair(*results, source).write([UPPER, CUT], folder / "again.csv", is_dry=True)
    assert made.accounted == len(failed) + len(left)
    if not made.records:
        return
    made = Repair(*results, source).write([UPPER, CUT], folder / "again.csv")
    header, *rows = read(made.path)
    assert header == HEADER
    assert len(rows) == made.records
    expected = Counter(
        tuple(row) for row in (outcome(*record) for record in sent) if row is not None
    )
    found = Counter(map(tuple, rows))
    if is_short:
        assert found <= expected
        # A server may change white space.
        certain = Counter(tuple(" ".join(it.split()) for it in row[:SHORT]) for row, _ in records)
        if max(certain.values()) == 1:
            assert found == expected
    else:
        assert found == expected
        assert made.unknown == 0
