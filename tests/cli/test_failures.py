"""``failures``: why records failed, from a file or from the result of a job on this disk."""

import csv
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.remembering import database, put_on_list
from tests.data.results import write_results
from tests.data.source_files import source_file
from tests.support.commands import CommandLine, Ended
from tests.support.contracts import contract_of
from tests.support.full_disk import no_room
from tests.support.insertions import insertion
from tests.support.jobs import NOW, REF
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.contract import Question
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Counts, JobReading, JobState, WatchedJob
from zcbulk_tui.domain.result import Result, ResultFile, ResultKind, ResultStage
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.results import Results
from zcbulk_tui.store.windows import NoWindow

JOB = WatchedJob(REF, "Customers", NOW)
UPLOAD = ["Email", "City", "Note"]
ROWS = [[f"u{n}@x.eu", "Twice" if n in (7, 8) else f"C{n}", "x"] for n in range(450)]
FAILED = [
    *((ROWS[n], f"Duplicate value 'u{n}@x.eu' for Email") for n in (3, 2, 449)),
    (["gone@x.eu", "nowhere", "x"], "INVALID_DATA-City"),
]
EMAIL = "Duplicate value <value> for Email"

Stored = Callable[..., Path]


def said(ended: Ended) -> str:
    """What a command printed, in one line."""
    return " ".join(ended.out.split())


@pytest.fixture
def result(tmp_path: Path) -> str:
    """A result, as a file."""
    made = write_results(tmp_path, UPLOAD, FAILED, [])
    return str(made.failure)


@pytest.fixture
def uploaded(tmp_path: Path) -> str:
    """The file that was uploaded."""
    path = tmp_path / "customers.csv"
    path.write_text("Email,City,Note\n")
    return str(path)


@pytest.fixture
def stored(home: Path, tmp_path: Path) -> Stored:
    """Leaves a job with its result on the disk, or without."""

    def store(*, stage: ResultStage = ResultStage.ON_DISK, is_sent_from_here: bool = True) -> Path:
        put_on_list(home, JOB)
        made = write_results(tmp_path, UPLOAD, FAILED, []).failure
        assert made is not None
        with database(home) as opened:
            if is_sent_from_here:
                source = source_file(tmp_path, [UPLOAD, *ROWS])
                sent = insertion(form=FormRef.of(REF), job_id=REF.job_id)._replace(source=source)
                Insertions(opened, "default").add([sent])
            file = None
            if stage is ResultStage.ON_DISK:
                size = made.stat().st_size
                file = ResultFile(ResultKind.FAILURE, made, size, "0" * 64, len(FAILED), NOW)
            found = Result(REF, ResultKind.FAILURE, stage, 1, None, len(FAILED), file)
            Results(opened, "default").change(JOB, found, None)
        return made

    return store


def test_a_file(cli: CommandLine, result: str, uploaded: str) -> None:
    ended = cli("failures", result, "--header", uploaded)
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == "4 records failed, in 2 groups"
    assert lines[3].startswith("        3     75 %")
    assert lines[3].split("  ")[-1] == "Email"
    assert EMAIL in lines[3]
    assert "INVALID_DATA-City" in lines[4]
    assert lines[-1] == (
        "  The reason is taken from the column “Reason”, which the uploaded file does not have."
    )


def test_a_file_without_its_header(cli: CommandLine, result: str) -> None:
    assert "the uploaded file is not known." in said(cli("failures", result))


def test_rows_of_each_group(cli: CommandLine, result: str) -> None:
    lines = cli("failures", result, "--rows", "2").out.splitlines()
    at = lines.index(EMAIL)
    assert lines[at + 1 : at + 6] == [
        "  record 1: Duplicate value 'u3@x.eu' for Email",
        "    Email=“u3@x.eu”, City=“C3”, Note=“x”",
        "  record 2: Duplicate value 'u2@x.eu' for Email",
        "    Email=“u2@x.eu”, City=“C2”, Note=“x”",
        "",
    ]


def test_one_group(cli: CommandLine, result: str) -> None:
    for text in ("duplicate", EMAIL, f"  {EMAIL.upper()} "):
        out = cli("failures", result, "--reason", text).out
        assert EMAIL in out
        assert "INVALID_DATA" not in out
        assert out.splitlines()[0] == "4 records failed, in 2 groups"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zzz", "No group has “zzz”. There are “Duplicate value <value> for Email”; “INVALID"),
        ("A", "“A” is in 2 reasons. They are “Duplicate value <value> for Email”; “INVALID"),
    ],
)
def test_a_text_that_names_no_group(
    cli: CommandLine, result: str, text: str, expected: str
) -> None:
    ended = cli("failures", result, "--reason", text)
    assert (ended.code, ended.out) == (2, "")
    assert expected in ended.err
    assert len(ended.lines) == 1


def test_export(cli: CommandLine, result: str, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    ended = cli("failures", result, "--reason", "INVALID", "--export", str(path))
    assert (ended.code, ended.out.splitlines()[-1]) == (0, f"1 record is in {path}")
    with path.open(newline="") as file:
        assert list(csv.reader(file)) == [[*UPLOAD, "Reason"], [*FAILED[3][0], FAILED[3][1]]]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = cli("failures", result, "--export", str(path))
    assert (again.code, again.out) == (2, "")
    assert "is there already" in again.err


def test_a_full_disk_is_no_fault_of_the_name(cli: CommandLine, result: str, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with no_room():
        ended = cli("failures", result, "--export", str(path))
    assert (ended.code, ended.out, len(ended.lines)) == (5, "", 1)
    assert f"{path} cannot be written. The system says: File too large." in ended.err
    assert ended.err.endswith("Make room, or name another file.\n")
    assert not path.exists()
    assert not [it for it in tmp_path.iterdir() if it.name.startswith(".")]


def test_as_json(cli: CommandLine, result: str, uploaded: str) -> None:
    found = json.loads(cli("failures", result, "--header", uploaded, "--json").out)
    assert found == {
        "job": None,
        "records": 4,
        "groups": [
            {"reason": EMAIL, "fields": ["Email"], "records": 3, "share": 0.75},
            {"reason": "INVALID_DATA-City", "fields": ["City"], "records": 1, "share": 0.25},
        ],
        "columns": UPLOAD,
        "assumed": [
            "The reason is taken from the column “Reason”, which the uploaded file does not have."
        ],
        "worth_fixing": {"groups": 2, "share": 1.0},
        "places": None,
        "spread": None,
        "exported": None,
    }


def test_a_job_with_places_in_its_file(cli: CommandLine, stored: Stored) -> None:
    stored()
    for name in ("Customers", REF.job_id, REF.job_id[-6:]):
        ended = cli("failures", name, "--json", "--rows", "1")
        assert (ended.code, ended.err) == (0, "")
        found: dict[str, Any] = json.loads(ended.out)
        assert found["job"]["job_id"] == REF.job_id
        assert found["places"] == {
            "placed": 3,
            "ambiguous": 0,
            "failures_by_block": [2, 0, 1],
        }
        assert found["groups"][0]["rows"] == [
            {
                "record": 1,
                "reason": "Duplicate value 'u3@x.eu' for Email",
                "lines": [5],
                "cells": ["u3@x.eu", "C3", "x"],
            }
        ]
    out = cli("failures", "Customers", "--rows", "1").out
    assert "record 1, line 5: Duplicate" in out
    assert "known of 3 records; 1 is not found." in out


def test_a_job_whose_file_has_changed(cli: CommandLine, stored: Stored, tmp_path: Path) -> None:
    stored()
    next(path for path in tmp_path.glob("*.csv") if "failure" not in path.name).write_text("A\n1\n")
    ended = cli("failures", "Customers")
    assert ended.code == 0
    assert "The places in the uploaded file are not known: " in said(ended)


def test_a_job_that_was_made_elsewhere(cli: CommandLine, stored: Stored, uploaded: str) -> None:
    stored(is_sent_from_here=False)
    assert "the uploaded file is not known." in said(cli("failures", "Customers"))
    assert "does not have." in said(cli("failures", "Customers", "--header", uploaded))


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (ResultStage.DUE, "are not on this disk. Fetch"),
        (ResultStage.FETCHING, "They are being fetched"),
        (ResultStage.REFUSED, "are not on this disk. Fetch"),
        (ResultStage.REMOVED, "They were removed, by a command or for their age."),
        (ResultStage.GONE, "It deletes them three days after the end of a job"),
    ],
)
def test_what_is_not_on_the_disk(
    cli: CommandLine, stored: Stored, stage: ResultStage, expected: str
) -> None:
    stored(stage=stage)
    ended = cli("failures", "Customers")
    assert (ended.code, ended.out) == (2, "")
    assert expected in ended.err
    assert ended.err.endswith("for 1 to 2 calls: zcbulk-tui results Customers\n")


@pytest.mark.parametrize(
    ("state", "failed", "code", "words"),
    [
        (JobState.COMPLETED, 0, 0, "No record of Customers failed.\n"),
        (JobState.READY, 0, 2, "To start it: zcbulk-tui start Customers\n"),
        (JobState.IN_PROGRESS, 7, 2, "To wait for its end: zcbulk-tui wait Customers\n"),
        (JobState.COMPLETED, 7, 2, "for 1 to 2 calls: zcbulk-tui results Customers\n"),
    ],
)
def test_a_job_whose_failures_are_not_fetched(
    cli: CommandLine, home: Path, state: JobState, failed: int, code: int, words: str
) -> None:
    put_on_list(home, JOB)
    counts = Counts(10, 10 - failed, failed, 0)
    with database(home) as opened:
        memory = Memory(opened, "default", NoWindow(opened, "default"))
        memory.read(REF, JobReading(state, state.value, counts, NOW))
    ended = cli("failures", "Customers")
    assert ended.code == code
    assert (ended.err or ended.out).endswith(words)
    found = json.loads(cli("failures", "Customers", "--json").out)
    assert found.get("groups") == ([] if code == 0 else None)


def test_a_job_of_which_nothing_is_known(cli: CommandLine, home: Path) -> None:
    put_on_list(home, JOB._replace(label="my job"))
    ended = cli("failures", "my job")
    assert ended.code == 2
    assert "zcbulk-tui results 'my job'" in ended.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["none.csv"], "There is no file"),
        (["failure.csv", "--header", "none.csv"], "There is no file"),
        (["failure.csv", "--rows", "-1"], "should be from 0 to 1000"),
        (["failure.csv", "--rows", "x"], "is not a number"),
        (["failure.csv", "--encoding", "x"], "There is no encoding"),
        (["failure.csv", "--export", "no/such/file.csv"], "cannot be written"),
        (["no such job"], "is called “no such job”"),
    ],
)
@pytest.mark.usefixtures("result")
def test_what_cannot_be_used(
    cli: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    expected: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = cli("failures", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert expected in ended.err


@pytest.mark.parametrize("content", ["", "Email,City,Reason\r\n"])
def test_no_failures_at_all(cli: CommandLine, tmp_path: Path, content: str) -> None:
    path = tmp_path / "failure.csv"
    path.write_text(content)
    ended = cli("failures", str(path))
    assert (ended.code, ended.out.splitlines()[0]) == (0, "No record failed")
    assert json.loads(cli("failures", str(path), "--json").out)["groups"] == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_a_result_holds_does_no_harm(cli: CommandLine, tmp_path: Path, text: str) -> None:
    path = tmp_path / "failure.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["Email", text, "Error"], ["a", text, f"{text} is no value"], ["b", "", text]]
        )
    ended = cli("failures", str(path), "--rows", "3")
    assert all(map(is_one_safe_line, ended.out.splitlines()))
    assert all(map(is_one_safe_line, cli("failures", str(path), "--json", "--rows", "3").lines))


def test_a_column_that_is_known_is_used_and_another_one_is_noted(
    cli: CommandLine, home: Path, stored: Stored
) -> None:
    stored()

    def know(reason: str) -> None:
        with database(home) as opened:
            known = contract_of((Question.RESULT_COLUMNS, {"reason": reason}))
            Contracts(opened, "default").save(REF.origin, known)

    know("Reason")
    assert "“Reason”, as is known of the server." in cli("failures", JOB.label).out
    know("ERRORS")
    said = cli("failures", JOB.label)
    assert "known to be in a column “ERRORS”, which this result does not have" in said.out
    with database(home) as opened:
        known = Contracts(opened, "default").known(REF.origin)
    assert known.value(Question.RESULT_COLUMNS, "reason") == "Reason"
    assert "“ERRORS”, seen now as “Reason”" in cli("log", "--since", "1h").out
