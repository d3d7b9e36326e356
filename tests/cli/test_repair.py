"""``repair``: from the results on the disk to a file that can be sent again."""

import errno
import hashlib
import itertools
import json
import os
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.remembering import database, put_on_list
from tests.data.results import write_results
from tests.data.source_files import source_file
from tests.support.commands import CommandLine
from tests.support.full_disk import fill, no_room
from tests.support.insertions import insertion
from tests.support.jobs import NOW, REF
from zcbulk_tui.domain.form import FieldType, FormField, FormFields, FormRef
from zcbulk_tui.domain.job import Counts, JobReading, JobState, WatchedJob
from zcbulk_tui.domain.result import Result, ResultFile, ResultKind, ResultStage
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.meta_cache import MetaCache
from zcbulk_tui.store.results import Results
from zcbulk_tui.store.windows import Windows

HEADER = ["Id", "Name", "City", "Notes"]
ROWS = [
    HEADER,
    ["1", "Ada", "Paris", "too long"],
    ["2", "Bob", "Rome", "b"],
    ["3", "Cyd", "Oslo", "c"],
    ["4", "Dan", " Bonn ", "d"],
]
TOO_LONG, BAD_CITY = "LIMIT_EXCEEDED-Notes", "INVALID_DATA-City"
JOB = WatchedJob(REF, "Customers", NOW)

RULES = """\
[[rule]]
reason = "LIMIT_EXCEEDED-Notes"
change = "truncate"
field = "Notes"
length = 3
"""


@pytest.fixture
def rules(tmp_path: Path) -> str:
    """A file of rules."""
    file = tmp_path / "rules.toml"
    file.write_text(RULES)
    return str(file)


Ended = Callable[..., None]


@pytest.fixture
def ended(home: Path, tmp_path: Path) -> Ended:
    """Leaves a job that has ended, with its results on the disk."""

    def end(
        *,
        is_short: bool = False,
        left: Sequence[list[str]] = (ROWS[3],),
        stages: dict[ResultKind, ResultStage] | None = None,
        short_by: int = 0,
    ) -> None:
        failed = [(ROWS[4], BAD_CITY), (ROWS[1], TOO_LONG)]
        made = write_results(tmp_path, HEADER, failed, left, is_short=is_short)
        paths = {ResultKind.FAILURE: made.failure, ResultKind.UNPROCESSED: made.unprocessed}
        counts = Counts(4, 2 - len(left), 2, len(left))
        records = {ResultKind.FAILURE: 2, ResultKind.UNPROCESSED: len(left)}
        put_on_list(home, JOB)
        with database(home) as opened:
            memory = Memory(opened, "default", Windows(opened, "default", "test"))
            memory.read(REF, JobReading(JobState.COMPLETED, "Completed", counts, NOW))
            source = source_file(tmp_path, ROWS, uploaded=[1, 2, 3, 4])
            sent = insertion(form=FormRef.of(REF), job_id=REF.job_id)._replace(source=source)
            Insertions(opened, "default").add([sent])
            fields = (
                FormField("Notes", "Notes", FieldType.MULTI_LINE, max_char=5),
                FormField("City", "City", FieldType.SINGLE_LINE),
            )
            MetaCache(opened).keep_fields(FormRef.of(REF), FormFields(fields, NOW))
            results = Results(opened, "default")
            for kind, path in paths.items():
                stage = (stages or {}).get(kind, ResultStage.ON_DISK)
                file = None
                if path is not None and stage is ResultStage.ON_DISK:
                    size, count = path.stat().st_size, records[kind]
                    file = ResultFile(kind, path, size, "0" * 64, count, NOW)
                if file is not None or stage is not ResultStage.ON_DISK:
                    expected = records[kind] + short_by
                    results.change(JOB, Result(REF, kind, stage, 1, None, expected, file), None)

    return end


@pytest.mark.parametrize("is_short", [False, True])
def test_a_file_is_made_and_the_next_command_named(
    cli: CommandLine, ended: Ended, tmp_path: Path, rules: str, is_short: bool
) -> None:
    ended(is_short=is_short)
    output = tmp_path / "my again.csv"
    done = cli("repair", "Customers", "--rules", rules, "--output", str(output))
    assert (done.code, done.err) == (0, "")
    assert output.read_text() == "Id,Name,City,Notes\n1,Ada,Paris,too\n3,Cyd,Oslo,c\n"
    assert done.out == (
        f"2 records are in {output}:\n"
        "  1 repaired by rules\n"
        "  1 unprocessed, sent again\n"
        "  1 failed, changed by no rule: not in the file\n"
        "\n"
        f"To send them: zcbulk-tui insert '{output}' --repairs {REF.job_id} "
        f"--owner {REF.owner} --app {REF.app} --form {REF.form}\n"
    )
    again = cli("repair", "Customers", "--rules", rules, "--output", str(output))
    assert again.code == 2
    assert "is there already" in again.err


@pytest.mark.parametrize("is_real", [True, False])
def test_a_full_disk_is_no_fault_of_the_name(
    cli: CommandLine,
    ended: Ended,
    rules: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_real: bool,
) -> None:
    ended()
    output = tmp_path / "again.csv"
    with no_room() if is_real else nullcontext():
        if not is_real:
            fill(monkeypatch)
        done = cli("repair", "Customers", "--rules", rules, "--output", str(output))
    assert (done.code, done.out) == (5, "")
    assert f"{output} cannot be written. The system says: " in done.err
    assert done.err.endswith("Make room, or name another file.\n")
    assert not output.exists()
    assert cli("repair", "Customers", "--rules", rules, "--output", f"{tmp_path}/no/x").code == 2


def test_a_file_whose_records_cannot_be_noted_is_none(
    cli: CommandLine, ended: Ended, rules: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended()
    output = tmp_path / "again.csv"
    real, calls = os.fsync, itertools.count(1)

    def full(descriptor: int) -> None:
        if next(calls) > 2:  # the file and its folder
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    done = cli("repair", "Customers", "--rules", rules, "--output", str(output))
    assert (done.code, done.out) == (5, "")
    assert ".lines.csv cannot be written. The system says: No space left" in done.err
    assert not output.exists()


def test_all_of_it_is_sent_again_without_rules(
    cli: CommandLine, ended: Ended, tmp_path: Path
) -> None:
    ended()
    output = tmp_path / "again.csv"
    done = cli("repair", "Customers", "--with-unchanged", "--output", str(output), "--json")
    assert (done.code, done.err) == (0, "")
    found: dict[str, Any] = json.loads(done.out)
    assert found["job"]["job_id"] == REF.job_id
    assert found["next"].startswith("zcbulk-tui insert ")
    assert {name: found[name] for name in list(found)[1:-1]} == {
        "file": str(output),
        "records": 3,
        "repaired": 0,
        "unchanged": 2,
        "unprocessed": 1,
        "dropped": 0,
        "held": 0,
        "unknown": 0,
        "resent": 0,
        "notes": [],
    }


def sent_as_repair(home: Path, file: Path) -> None:
    """A file is on its way as a repair of the job."""
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    made = insertion("repair", FormRef.of(REF), label="Customers, repair 1")
    source = made.source._replace(sha256=sha256)
    with database(home) as opened:
        Insertions(opened, "default").add([made._replace(source=source, repairs=REF.job_id)])


def test_a_second_repair_has_only_what_the_first_one_has_not_sent(
    cli: CommandLine, ended: Ended, home: Path, tmp_path: Path, rules: str
) -> None:
    ended()
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    assert cli("repair", "Customers", "--rules", rules, "--output", str(first)).code == 0
    sent_as_repair(home, first)
    done = cli("repair", "Customers", "--with-unchanged", "--output", str(second))
    assert done.code == 0
    assert "  2 sent again by an earlier repair: not in the file" in done.out.splitlines()
    assert second.read_text() == "Id,Name,City,Notes\n" + ",".join(ROWS[4]) + "\n"


def test_nothing_is_repaired_again_of_which_nobody_knows_what_was_sent(
    cli: CommandLine, ended: Ended, home: Path, tmp_path: Path, rules: str
) -> None:
    ended()
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    assert cli("repair", "Customers", "--rules", rules, "--output", str(first)).code == 0
    first.write_text("Id,Name,City,Notes\n9,Eve,Rome,x\n")
    sent_as_repair(home, first)
    done = cli("repair", "Customers", "--with-unchanged", "--output", str(second))
    assert done.code == 2
    assert "The job was repaired before, by Customers, repair 1." in done.err
    assert not second.exists()


def test_a_dry_run_shows_rules_and_records(cli: CommandLine, ended: Ended, rules: str) -> None:
    ended()
    done = cli("repair", "Customers", "--rules", rules, "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "1. truncate Notes to 3 characters  for LIMIT_EXCEEDED-Notes",
        "",
        "LIMIT_EXCEEDED-Notes: 1",
        "• Notes     too long → too",
        "",
        "2 records would be sent again:",
        "  1 repaired by rules",
        "  1 unprocessed, sent again",
        "  1 failed, changed by no rule: not in the file",
        "Nothing was written.",
    ]
    assert not Path("again.csv").exists()
    as_json = cli("repair", "Customers", "--rules", rules, "--dry-run", "--json")
    found = json.loads(as_json.out)
    assert (found["file"], found["next"], found["records"]) == (None, None, 2)


def test_what_is_proposed_can_be_used_as_it_is(
    cli: CommandLine, ended: Ended, tmp_path: Path
) -> None:
    ended()
    proposed = cli("repair", "Customers", "--suggest")
    assert (proposed.code, proposed.err) == (0, "")
    assert "# 1 record. Notes takes 5 characters, and all samples have more" in proposed.out
    (tmp_path / "proposed.toml").write_text(proposed.out)
    output = tmp_path / "again.csv"
    done = cli(
        *("repair", "Customers", "--rules", str(tmp_path / "proposed.toml")),
        *("--output", str(output)),
    )
    assert done.code == 0
    assert "2 repaired by rules" in done.out
    assert "1,Ada,Paris,too l\n" in output.read_text()
    assert "4,Dan,Bonn,d\n" in output.read_text()
    as_json = json.loads(cli("repair", "Customers", "--suggest", "--json").out)
    assert [it["rule"] for it in as_json["suggestions"]] == [
        {"reason": BAD_CITY, "change": "trim", "field": "City"},
        {"reason": TOO_LONG, "change": "truncate", "field": "Notes", "length": 5},
    ]


def test_both_results_must_be_there(cli: CommandLine, ended: Ended, rules: str) -> None:
    ended(stages={ResultKind.UNPROCESSED: ResultStage.REFUSED})
    done = cli("repair", "Customers", "--rules", rules, "--dry-run")
    assert done.code == 2
    assert "The unprocessed records of the job are not on this disk" in done.err
    assert "zcbulk-tui results Customers" in done.err


def test_a_result_that_is_gone_is_said(cli: CommandLine, ended: Ended, rules: str) -> None:
    ended(stages={ResultKind.UNPROCESSED: ResultStage.GONE}, short_by=1)
    done = cli("repair", "Customers", "--rules", rules, "--dry-run")
    assert done.code == 0
    assert "The result has 2 failed records, and the job counted 3." in done.out
    assert (
        "Zoho has no file with unprocessed records, or none any more: 1 unprocessed record cannot "
        "be sent again." in done.out
    )


def test_where_all_were_reached_the_failed_ones_are_enough(
    cli: CommandLine, ended: Ended, rules: str
) -> None:
    ended(left=())
    done = cli("repair", "Customers", "--rules", rules, "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert "1 record would be sent again" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Customers"], "There is no file to write to"),
        (["Nobody", "--dry-run"], "No job on the watch list"),
        (["Customers", "--rules", "none.toml", "--dry-run"], "The rules none.toml cannot be read"),
    ],
)
def test_what_cannot_be_done(
    cli: CommandLine, ended: Ended, arguments: list[str], said: str
) -> None:
    ended()
    done = cli("repair", *arguments)
    assert done.code == 2
    assert said in done.err


def test_a_job_without_results(cli: CommandLine, home: Path) -> None:
    put_on_list(home, JOB._replace(added_at=NOW + timedelta(seconds=1)))
    done = cli("repair", "Customers", "--dry-run")
    assert done.code == 2
    assert "The failed records of the job are not on this disk" in done.err
