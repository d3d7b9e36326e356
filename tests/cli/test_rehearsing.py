"""``insert --rehearse``: what it says is true of jobs that it has not seen, and it leaves no trace.

How true, over hundreds of forms: `tests.benchmarks.rehearsal`.
"""

import csv
import json
import os
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.benchmarks.form_families import jobs, make_form
from tests.benchmarks.replay import reading_of
from tests.benchmarks.traces import Trace
from tests.cli.test_reading_changes_nothing import files, tables
from tests.support.commands import CommandLine, lead_to
from tests.support.contracts import ONE_FAILS_ITS_BATCH
from tests.support.csv_files import write_contacts
from tests.support.jobs import NOW, REF, watched
from tests.support.pasts import give_past
from zcbulk_tui.cli.preparing import check_file
from zcbulk_tui.cli.rehearsing import rehearse_parts, rehearsed
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.form import FormField, FormFields, FormRef
from zcbulk_tui.domain.form_past import FormPast, PastJob, form_past, past_job
from zcbulk_tui.domain.insertion import InsertPlan
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.planner import DEAREST, Terms
from zcbulk_tui.domain.rehearsal import Basis, Course, Outcome, Part, polled
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.files import InsertFile
from zcbulk_tui.simulator.physics import Run, State, Workload
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.simulator.verdicts import InsertRules, judge
from zcbulk_tui.store.database import FILE_NAME, open_database

ROWS = 2_000

PAST_RATES = (95.0, 100.0, 110.0, 90.0, 105.0)


@pytest.fixture
def creator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Creator]:
    """A simulated Creator that the settings lead to."""
    creator = build("steady")
    with LoopbackServer(creator) as server:
        lead_to(monkeypatch, server.base_url, creator.token, "Contacts")
        yield creator


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of good records for the form."""
    return write_contacts(tmp_path / "contacts.csv", ROWS)


@pytest.fixture
def past(creator: Creator, home: Path) -> Creator:
    """Five jobs of the form are remembered: about 100 records a second after 20 seconds."""
    origin = os.environ["ZCBULK_BASE_URL"]
    ref = JobRef(origin, "jason18", "zylker-store", "Contacts", "1")
    with closing(open_database(home / "state" / FILE_NAME)) as database:
        give_past(database, ref, PAST_RATES, failed_share=0.001)
    return creator


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def rehearsal(cli: CommandLine, file: Path, *arguments: str) -> dict[str, Any]:
    """What is printed as JSON."""
    ended = cli("insert", str(file), "--rehearse", "--json", *arguments)
    assert ended.code == 0, ended.err
    (planned,) = json.loads(ended.out)
    found: dict[str, Any] = planned["rehearsal"]
    return found


# True of other jobs.


def test_finish_and_calls_are_true_of_jobs_that_were_not_seen() -> None:
    """The jobs are of another make than the rehearsals: see `tests.benchmarks.form_families`."""
    finishes, seen, expected = list[bool](), 0.0, 0.0
    for number in range(24):
        chance = random.Random(f"rehearsal/{number}")
        form = make_form(chance)
        form = replace(form, size=min(form.size, 30_000.0), aborts=0.0)
        life = list(jobs(form, chance, 8))
        past = form_past([past_of(trace, day) for day, trace in enumerate(life[:5])])
        assert past is not None
        for place, trace in enumerate(life[5:]):
            is_polled = place == number % 2 == 0  # Each poll takes its time.
            on = Terms(0.8 if is_polled else DEAREST)
            found = alone(past, trace.total, on, f"{number}/{place}")
            assert found.finish is not None
            assert found.calls is not None
            finishes.append(found.finish.least <= trace.ended_at <= found.finish.most)
            if is_polled:
                seen += polled(JOB, course_of(trace), past, on).calls
                expected += sum(found.calls) / 2
    assert 0.75 <= sum(finishes) / len(finishes) <= 0.85
    assert 0.8 <= expected / seen <= 1.2


JOB = watched()._replace(started_at=NOW)


def alone(past: FormPast, records: int, on: Terms, seed: str) -> Outcome:
    """A file of one job, rehearsed."""
    basis = Basis(past, past.failed_share, False, False, REF, on, seed)
    (found,) = rehearse_parts([Part(records, {})], basis)
    return found


def course_of(trace: Trace) -> Course:
    return Course(
        lambda seconds: reading_of(trace, seconds, NOW + timedelta(seconds=seconds)), trace.ended_at
    )


def past_of(trace: Trace, day: int) -> PastJob:
    """What forty readings of a job show."""
    start = NOW + timedelta(days=day)
    moments = [*(trace.ended_at * step / 39 for step in range(39)), trace.ended_at]
    readings = [reading_of(trace, at, start + timedelta(seconds=at)) for at in moments]
    found = past_job(start, readings)
    assert found is not None
    return found


FIELDS = FormFields(
    tuple(
        FormField(
            field.link_name,
            field.link_name,
            int(field.kind),
            field.mandatory,
            field.unique,
            field.max_char,
            field.subfields,
            field.choices,
        )
        for field in FORMS["Contacts"].fields
    ),
    NOW,
)


@pytest.mark.parametrize("treatment", [Suspects.AS_THEY_ARE, Suspects.LEAVE_OUT])
@pytest.mark.parametrize(
    "bad",
    [
        pytest.param((), id="none"),
        pytest.param((5,), id="one of ten batches"),
        pytest.param(tuple(range(400, 600)), id="a whole batch"),
    ],
)
def test_the_chance_of_an_abort_is_what_the_server_makes_of_the_file(
    file: Path, home: Path, bad: tuple[int, ...], treatment: Suspects
) -> None:
    """The simulator judges the file by itself, under both readings of the rule."""
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.reader(opened))
    for number in bad:
        rows[1 + number][rows[0].index("Age")] = "old"
    write(file, rows)
    checked = check_file(file, FIELDS)
    plan = InsertPlan(FormRef.of(REF), "", (), treatment, None, True, "")
    settings = Settings()
    found = rehearsed(checked.found, plan, settings)
    assert found is not None
    if treatment is Suspects.LEAVE_OUT:
        rows = [row for number, row in enumerate(rows) if number - 1 not in bad]
        write(file, rows)
    for outcome in found.outcomes:
        rules = InsertRules(strict_batches=outcome.one_fails_its_batch)
        verdict = judge(InsertFile(file.name, file.read_bytes()), FORMS["Contacts"].fields, rules)
        run = Run(Workload(verdict.records, 100), "", verdict.failures)
        assert outcome.abort_chance == float(run.ending is State.SYSTEM_ABORTED)
    known = rehearsed(replace(checked.found, contract=ONE_FAILS_ITS_BATCH), plan, settings)
    assert known is not None
    assert known.outcomes == found.outcomes[:1]
    assert not (home / "state").exists()


# The command.


@pytest.mark.usefixtures("past")
def test_a_form_with_a_past_is_rehearsed(cli: CommandLine, creator: Creator, file: Path) -> None:
    ended = cli("insert", str(file), "--rehearse")
    assert ended.code == 0
    assert "An estimate by the last 5 jobs of this form (5 completed)" in ended.out
    assert "status readings" in ended.out
    assert "Nothing was sent, and nothing was written." in ended.out
    assert "calls left" not in ended.out
    found = rehearsal(cli, file)
    assert (found["jobs"], found["past_jobs"], found["knows_fields"]) == (1, 5, False)
    assert found["failed_share"] == pytest.approx(0.001, rel=0.1)
    for outcome in found["outcomes"]:
        finish = outcome["finish_seconds"]
        assert finish["least"] < 20 + ROWS / 100 < finish["most"]
        assert outcome["calls"]["least"] >= 1
    assert creator.log == []


@pytest.mark.usefixtures("past")
def test_parts_run_one_after_the_other(cli: CommandLine, file: Path) -> None:
    whole, cut = rehearsal(cli, file), rehearsal(cli, file, "--part-records", "400")
    assert (whole["jobs"], cut["jobs"]) == (1, 5)
    once, five = (it["outcomes"][1]["finish_seconds"]["most"] for it in (whole, cut))
    assert five > 2 * once  # Each of them waits for its first movement.


@pytest.mark.usefixtures("past")
def test_how_long_one_job_takes_is_said_and_of_several_it_is_not(
    cli: CommandLine, file: Path
) -> None:
    said = "by the last 5 jobs of this form."
    assert said in cli("check", str(file)).out
    assert said in cli("insert", str(file), "--dry-run").out
    parts = ("insert", str(file), "--dry-run", "--part-records", "400")
    assert said not in cli(*parts).out

    def expected(*words: str) -> Any:
        (planned,) = json.loads(cli(*words, "--json").out)
        return planned["check"]["expected"]

    assert expected("insert", str(file), "--dry-run")["jobs"] == 5
    assert expected(*parts) is None


@pytest.mark.usefixtures("past")
def test_how_many_jobs_the_bytes_make_is_a_guess(
    cli: CommandLine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rehearsal(cli, file)["jobs_are_exact"]
    limit = file.stat().st_size * 2 // 5
    for module in ("cli.rehearsing", "domain.preflight"):
        monkeypatch.setattr(f"zcbulk_tui.{module}.UPLOAD_LIMIT", limit)
    guessed, cut = rehearsal(cli, file), rehearsal(cli, file, "--part-records", "200")
    assert (guessed["jobs"], guessed["jobs_are_exact"]) == (3, False)
    assert (cut["jobs"], cut["jobs_are_exact"]) == (10, True)


def test_a_form_without_a_past_gets_no_finish(
    cli: CommandLine, creator: Creator, file: Path, home: Path
) -> None:
    found = rehearsal(cli, file)
    assert found["past_jobs"] == 0
    for outcome in found["outcomes"]:
        assert [outcome[name] for name in ("finish_seconds", "abort_seconds", "calls")] == [
            None
        ] * 3
        assert outcome["system_abort_chance"] is None
    assert (
        "No past job of this form was read while it ran"
        in cli("insert", str(file), "--rehearse").out
    )
    assert creator.log == []
    assert not (home / "state").exists()


@pytest.mark.usefixtures("past")
def test_a_zip_is_rehearsed_as_what_is_in_it(cli: CommandLine, file: Path, tmp_path: Path) -> None:
    packed = tmp_path / "contacts.zip"
    with ZipFile(packed, "w") as archive:
        archive.write(file, file.name)
    plain, zipped = rehearsal(cli, file), rehearsal(cli, packed)
    assert plain.keys() == zipped.keys()
    assert zipped["outcomes"][1]["finish_seconds"] == pytest.approx(
        plain["outcomes"][1]["finish_seconds"], rel=0.1
    )


@pytest.mark.usefixtures("creator")
def test_a_header_that_is_refused_is_not_rehearsed(
    cli: CommandLine, file: Path, tmp_path: Path
) -> None:
    fields = tmp_path / "fields.json"
    listed = [{"link_name": "Other", "type": 1, "mandatory": True}]
    fields.write_text(json.dumps({"code": 3000, "fields": listed}), encoding="utf-8")
    assert rehearsal(cli, file, "--fields", str(fields)) is None
    ended = cli("insert", str(file), "--rehearse", "--fields", str(fields))
    assert "no job would run" in ended.out


@pytest.mark.usefixtures("creator")
@pytest.mark.parametrize(
    ("arguments", "other"),
    [
        (("--trial", "20"), "--trial"),
        (("--rest-of", "12"), "--rest-of"),
        (("--list-fields", "--app", "shop", "--environment", "stage"), "--list-fields"),
    ],
)
def test_what_does_not_go_together_is_refused(
    cli: CommandLine, file: Path, arguments: tuple[str, ...], other: str
) -> None:
    ended = cli("insert", str(file), "--rehearse", *arguments)
    assert ended.code == 2
    assert f"--rehearse and {other} exclude each other" in ended.err
    if other == "--list-fields":
        first = f"zcbulk-tui check {file} --list-fields --app shop --environment stage"
        assert first in ended.err


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(
    "arguments", [(), ("--json",), ("--suspects", "leave-out", "--yes"), ("--repairs", "7000")]
)
def test_nothing_is_sent_written_or_counted(
    cli: CommandLine, creator: Creator, file: Path, home: Path, arguments: tuple[str, ...]
) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write("a,b,\x00,c,d,e,f,g,h,i,j\r\n")  # a suspect record
    before, files_before = tables(home), files(home)
    beside = sorted(file.parent.iterdir())
    assert cli("insert", str(file), "--rehearse", *arguments).code == 0
    assert tables(home) == before
    assert files(home) == files_before
    assert sorted(file.parent.iterdir()) == beside
    assert creator.log == []
