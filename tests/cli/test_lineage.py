"""Chains on the command line: lists, histories, exports, and files that repair a job."""

import csv
import io
import json
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.remembering import database, put_on_list, watch_list
from tests.support.commands import CommandLine
from tests.support.insertions import insertion
from tests.support.jobs import NOW, REF
from tests.support.simulators import labelled
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import Step, StepRecord
from zcbulk_tui.domain.job import Counts, JobReading, JobState, WatchedJob
from zcbulk_tui.errors import UnclearError
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.samples import sample
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.windows import Windows


def job(number: str, label: str, repairs: str = "") -> WatchedJob:
    at = NOW + timedelta(minutes=int(number[-1]))
    return WatchedJob(REF._replace(job_id=number), label, at, repairs=repairs)


ROOT = job("7001", "Customers")
OTHER = job("7002", "Regions")
REPAIR = job("7003", "Customers, repair 1", "7001")
NET = "100,000: 99,412 in, 588 left after 2 attempts."

CHAIN = {
    "root": "7001",
    "jobs": ["7001", "7003"],
    "attempts": 2,
    "unclear": 0,
    "waiting": 0,
    "total": 100_000,
    "inserted": 99_412,
    "left": 588,
    "failed": 588,
    "under_way": 0,
    "is_over": True,
}


@pytest.fixture
def chained(home: Path) -> Path:
    """The home of somebody who has repaired a job."""
    put_on_list(home, ROOT, OTHER, REPAIR)
    with database(home) as opened:
        memory = Memory(opened, "default", Windows(opened, "default", "test"))
        for made, counts in (
            (ROOT, Counts(100_000, 98_700, 1_300, 0)),
            (REPAIR, Counts(1_300, 712, 588, 0)),
        ):
            memory.read(made.ref, JobReading(JobState.COMPLETED, "Completed", counts, NOW, 3000))
    return home


@pytest.mark.usefixtures("chained")
def test_the_list_is_a_tree_with_the_net_result(cli: CommandLine) -> None:
    ended = cli("jobs")
    assert (ended.code, ended.err) == (0, "")
    _, *rows, result = ended.out.splitlines()
    assert [row.split(" 700")[0].rstrip() for row in rows] == [
        "Customers",
        "└ Customers, repair 1",
        "Regions",
    ]
    assert result == f"Customers: {NET}"


@pytest.mark.usefixtures("chained")
def test_the_list_and_the_export_for_programs(cli: CommandLine) -> None:
    listed = json.loads(cli("jobs", "list", "--json").out)
    exported = json.loads(cli("jobs", "export").out)["jobs"]
    for first, other, repair in (listed, exported):
        assert (first["repairs"], first["chain"]) == (None, CHAIN)
        assert (other["repairs"], other["chain"]) == (None, None)
        assert (repair["repairs"], repair["chain"]) == ("7001", CHAIN)
    table = cli("jobs", "export", "--format", "csv").out
    first, other, repair = csv.DictReader(io.StringIO(table, newline=""))
    assert (repair["repairs"], repair["chain_root"], repair["chain_left"]) == (
        "7001",
        "7001",
        "588",
    )
    assert (first["repairs"], first["chain_inserted"], other["chain_total"]) == ("", "99412", "")


@pytest.mark.usefixtures("chained")
@pytest.mark.parametrize("name", ["7001", "7003"])
def test_the_history_has_the_chain(cli: CommandLine, name: str) -> None:
    found = json.loads(cli("history", name, "--json").out)
    assert found["chain"] == CHAIN
    text = cli("history", name).out.splitlines()
    assert NET in text
    attempts = [line.split() for line in text[: text.index(NET)]]
    assert ["98,700", "1,300", "0"] in [cells[-3:] for cells in attempts]
    assert ["712", "588", "0"] in [cells[-3:] for cells in attempts]
    assert json.loads(cli("history", "7002", "--json").out)["chain"] is None


@pytest.mark.usefixtures("signed_in", "chained")
def test_the_status_has_the_chain(cli: CommandLine) -> None:
    ended = cli("status", "7001", "7003")  # both are over: no call is made
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[-1] == f"Customers: {NET}"
    first, repair = json.loads(cli("status", "7001", "7003", "--json").out)
    assert (first["repairs"], repair["repairs"]) == (None, "7001")
    assert first["chain"] == repair["chain"] == CHAIN


def test_an_unclear_create_is_an_unclear_attempt(cli: CommandLine, chained: Path) -> None:
    sent = insertion(form=FormRef.of(REF), repairs="7001")
    with database(chained) as opened:
        insertions = Insertions(opened, "default")
        insertions.add([sent])
        insertions.begin(sent.with_step(Step.CREATE, StepRecord(NOW)), Step.CREATE)
        lost = StepRecord(NOW).ended_by(UnclearError("No answer"))
        insertions.keep(sent.with_step(Step.CREATE, lost))
    first, _, _ = json.loads(cli("jobs", "list", "--json").out)
    expected = CHAIN | {"attempts": 3, "unclear": 1, "is_over": False}
    assert first["chain"] == expected


@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_was_exported_is_imported_with_its_chains(
    cli: CommandLine, chained: Path, tmp_path: Path, form: str
) -> None:
    file = tmp_path / "all"
    assert cli("jobs", "export", "--format", form, "--output", str(file)).code == 0
    shutil.rmtree(chained / "state")
    assert cli("jobs", "import", str(file)).code == 0
    assert [it.repairs for it in watch_list(chained)] == ["", "", "7001"]


def test_a_list_that_says_nothing_of_chains_is_imported_and_changes_none(
    cli: CommandLine, chained: Path, tmp_path: Path
) -> None:
    content = json.loads(cli("jobs", "export").out)
    for entry in content["jobs"]:
        del entry["repairs"], entry["chain"]
    file = tmp_path / "old.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    assert cli("jobs", "import", str(file)).code == 0
    assert [it.repairs for it in watch_list(chained)] == ["", "", "7001"]
    shutil.rmtree(chained / "state")
    assert cli("jobs", "import", str(file)).code == 0
    assert [it.repairs for it in watch_list(chained)] == ["", "", ""]


def test_a_job_is_linked_by_hand(cli: CommandLine, home: Path) -> None:
    put_on_list(home, ROOT, OTHER)
    assert cli("jobs", "edit", "Regions", "--repairs", "Customers").code == 0
    assert [it.repairs for it in watch_list(home)] == ["", "7001"]
    assert cli("jobs", "edit", "Regions", "--label", "Other").code == 0
    assert [it.repairs for it in watch_list(home)] == ["", "7001"]
    assert cli("jobs", "edit", "Other", "--repairs", "").code == 0
    assert [it.repairs for it in watch_list(home)] == ["", ""]
    ended = cli("jobs", "edit", "Other", "--repairs", "Other")
    assert ended.code == 2
    assert "cannot repair itself" in ended.err


def test_a_job_of_another_form_cannot_be_repaired(cli: CommandLine, home: Path) -> None:
    put_on_list(home, ROOT, OTHER._replace(ref=OTHER.ref._replace(form="Prices")))
    ended = cli("jobs", "edit", "Regions", "--repairs", "Customers")
    assert ended.code == 2
    assert "It is of form Employee_Details in" in ended.err
    assert [it.repairs for it in watch_list(home)] == ["", ""]


# A file that repairs a job.


@pytest.fixture
def creator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Creator]:
    """A simulated Creator that the settings lead to; they name no form."""
    creator = build("steady", speed=100.0)
    with LoopbackServer(creator) as server:
        settings = {"BASE_URL": server.base_url, "ACCESS_TOKEN": creator.token}
        for name, value in settings.items():
            monkeypatch.setenv(f"ZCBULK_{name}", value)
        yield creator


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(sample(FORMS["Contacts"].fields, 20))
    return path


CONTACTS = ("--owner", "jason18", "--app", "zylker-store", "--form", "Contacts")


@pytest.mark.usefixtures("polls_soon")
def test_a_file_repairs_a_job_of_the_same_form(
    cli: CommandLine, creator: Creator, file: Path, home: Path
) -> None:
    first = cli("insert", str(file), "--yes", "--wait", "--label", "Contacts", *CONTACTS)
    assert first.code == 0
    again = cli("insert", str(file), "--yes", "--wait", "--repairs", "Contacts")
    assert again.code == 2
    assert "This file was sent before, as Contacts." in again.err
    for number in range(2):
        other = file.with_name(f"again-{number}.csv")
        other.write_bytes(file.read_bytes() + b"\r\n" * (number + 1))
        ended = cli("insert", str(other), "--yes", "--wait", "--repairs", "Contacts")
        assert (ended.code, ended.err) == (0, "")
        again = cli("insert", str(other), "--yes", "--wait", "--repairs", "Contacts")
        assert again.code == 2
        assert f"This file was sent before, as Contacts, repair {number + 1}." in again.err
    jobs = watch_list(home)
    assert [it.label for it in jobs] == ["Contacts", "Contacts, repair 1", "Contacts, repair 2"]
    assert [it.repairs for it in jobs] == ["", *[jobs[0].ref.job_id] * 2]
    chain = json.loads(cli("jobs", "list", "--json").out)[0]["chain"]
    assert (chain["attempts"], chain["total"], chain["inserted"]) == (3, 20, 60)
    assert "60 in, 40 more than the first one has" in cli("jobs").out
    assert len(list(creator.records("Contacts", "production"))) == 60


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--form", "Prices"), "cannot be repaired by a job of form Prices"),
        (("--environment", "stage"), "is watched in production, not in stage"),
        (("--repairs", "7009"), "No watched job has the id 7009"),
    ],
)
def test_what_cannot_be_repaired_is_not_sent(
    cli: CommandLine,
    creator: Creator,
    file: Path,
    home: Path,
    typed: tuple[str, ...],
    said: str,
) -> None:
    put_on_list(home, ROOT)
    names = ("--owner", REF.owner, "--app", REF.app)
    ended = cli("insert", str(file), "--yes", "--repairs", "Customers", *names, *typed)
    assert ended.code == 2
    assert said in ended.err
    assert creator.log == []


def test_a_job_off_the_list_is_repaired_by_its_id_and_the_names_of_its_form(
    cli: CommandLine, creator: Creator, file: Path
) -> None:
    ended = labelled(creator, "Regions")
    cli("status", f"{os.environ['ZCBULK_BASE_URL']}{ended.path}")
    at = ended.address
    names = ("--owner", at.owner, "--app", at.app, "--form", at.form)
    planned = cli("insert", str(file), "--repairs", ended.id, *names, "--dry-run")
    assert (planned.code, planned.err) == (0, "")
    unnamed = cli("insert", str(file), "--repairs", ended.id, "--dry-run")
    assert unnamed.code == 2
    assert "needs owner, app, form" in unnamed.err
