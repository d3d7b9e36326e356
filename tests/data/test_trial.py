"""Which records a trial has."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.forms import CITY, EMAIL, fields
from tests.support.csv_files import rows
from zcbulk_tui.data import trial as trials
from zcbulk_tui.data.inspection import inspect
from zcbulk_tui.data.source import open_source
from zcbulk_tui.data.trial import choose
from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.record_set import RecordSet
from zcbulk_tui.domain.trial import Stratum, Trial

RECORDS = 3_000


def chosen(
    folder: Path,
    records: Iterable[list[str]],
    most: int,
    form: FormFields | None = None,
    *,
    header: tuple[str, ...] = ("Email", "City"),
    without: RecordSet | None = None,
) -> Trial:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([list(header), *records])
    path = folder / "a.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return choose(open_source(path), inspect(path, form), most, without=without)


def plain(changes: dict[int, list[str]] | None = None) -> list[list[str]]:
    """Records one like the other, but for some."""
    made = [[f"person{number:04}@example.com", "Rome"] for number in range(1, RECORDS + 1)]
    for number, record in (changes or {}).items():
        made[number - 1] = record
    return made


@pytest.mark.parametrize(
    ("record", "stratum"),
    [
        (["person1900@example.com", "Roma"], Stratum.RARE),
        (["Person <p@example.com>", "Rome"], Stratum.RARE),
        (["2001-12-31", "Rome"], Stratum.RARE),
        (["p@example.com" + "x" * 50, "Rome"], Stratum.LONGEST),
        (["", "Rome"], Stratum.EMPTY),
        (["person1900@exämple.com", "Rome"], Stratum.NON_ASCII),
    ],
)
def test_the_one_that_stands_out_is_in(tmp_path: Path, record: list[str], stratum: Stratum) -> None:
    trial = chosen(tmp_path, plain({1900: record}), 20)
    assert 1900 in trial.records
    assert trial.strata[stratum] >= 1
    assert len(trial.records) == sum(trial.strata.values()) == 20


def test_the_ends_are_in_and_the_rest_is_random(tmp_path: Path) -> None:
    trial = chosen(tmp_path, plain(), 50)
    assert {1, RECORDS} <= set(trial.records)
    assert trial.strata[Stratum.RANDOM] > 40
    assert str(trial).startswith("2 at the ends, ")
    assert str(trial).endswith(" at random")
    among = [number for number in trial.records if number > RECORDS // 2]
    assert 10 < len(among) < 40


def test_the_same_file_has_the_same_trial(tmp_path: Path) -> None:
    first, again = (chosen(tmp_path, plain(), 50) for _ in range(2))
    assert set(first.records) == set(again.records)
    other = chosen(tmp_path, plain({7: ["a@b.co", "Rome"]}), 50)
    assert set(first.records) != set(other.records)


def test_each_kind_of_finding_is_in_whatever_the_room(tmp_path: Path) -> None:
    bad = {
        1000: ["nobody", "Rome"],
        1500: ["", "Rome"],
        2000: ["a@b.co", "Rome", "more"],
        2500: ["b@b.co", "\0"],
        2600: ["", "Rome"],
    }
    trial = chosen(tmp_path, plain(bad), 4, fields(EMAIL, CITY))
    assert set(trial.records) == {1000, 1500, 2000, 2500}
    assert trial.strata == {Stratum.FINDING: 4}
    assert str(trial) == "4 with findings"
    more = chosen(tmp_path, plain(bad), 30, fields(EMAIL, CITY))
    assert set(bad) <= set(more.records)


def test_a_duplicate_comes_with_its_original(tmp_path: Path) -> None:
    records = plain({2000: ["person0700@example.com", "Rome"], 2500: ["nobody", "Rome"]})
    trial = chosen(tmp_path, records, 3, fields(EMAIL._replace(is_unique=True), CITY))
    assert set(trial.records) == {700, 2000, 2500}


def test_findings_leave_room_for_others(tmp_path: Path) -> None:
    wrong = {number: [f"nobody {number}", "Rome"] for number in range(100, 160)}
    wrong[2000] = ["a@b.co", "Romme"]
    trial = chosen(tmp_path, plain(wrong), 10, fields(EMAIL, CITY))
    assert 2000 in trial.records
    assert trial.strata[Stratum.RANDOM] >= 2


def test_every_value_of_a_column_with_few_is_there_once(tmp_path: Path) -> None:
    cities = [f"City {letter}" for letter in "ABCDEFGHIJ"]
    records = [[f"p{number:04}", cities[number * 10 // RECORDS]] for number in range(RECORDS)]
    trial = chosen(tmp_path, records, 40)
    assert {records[number - 1][1] for number in trial.records} == set(cities)


def test_what_is_left_out_is_not_in(tmp_path: Path) -> None:
    records = plain({1: ["nobody", "Rome"], 1900: ["nobody", "Paris"], RECORDS: ["x", "Rome"]})
    without = RecordSet((1, 1900, RECORDS))
    trial = chosen(tmp_path, records, 50, fields(EMAIL, CITY), without=without)
    assert len(trial.records) == 50
    assert not set(trial.records) & {1, 1900, RECORDS}
    assert {2, RECORDS - 1} <= set(trial.records)
    nearly_all = chosen(tmp_path, records, RECORDS, without=without)
    assert len(nearly_all.records) == RECORDS - 3


def test_many_shapes_are_told_apart_by_their_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "_MOST_ENTRIES", 30)
    monkeypatch.setattr(trials, "_LEAST_ENTRIES", 30)
    records = [[".".join("x" * (1 + number % 40)) + str(number), "Rome"] for number in range(2_000)]
    records[1_200][0] = "x.x;2"
    trial = chosen(tmp_path, records, 20)
    assert 1_201 in trial.records


@given(
    rows,
    st.integers(1, 15),
    st.frozensets(st.integers(1, 12), max_size=6),
)
def test_whatever_the_file_holds_the_trial_is_full(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[list[str]],
    most: int,
    without: frozenset[int],
) -> None:
    folder = tmp_path_factory.getbasetemp()
    left = RecordSet(tuple(it for it in without if it <= len(records)))
    trial = chosen(folder, records, most, header=("a", "b"), without=left)
    assert len(trial.records) == min(most, len(records) - len(left))
    assert sum(trial.strata.values()) == len(trial.records)
    assert set(trial.records) <= set(range(1, len(records) + 1)) - without
