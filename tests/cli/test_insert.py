"""``insert`` and ``queue``: from a file to a running job, each step once."""

import json
import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.commands import CommandLine, lead_to
from tests.support.csv_files import write_contacts
from zcbulk_tui.cli import prompts
from zcbulk_tui.config.paths import STATE_DIR
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.messages import LOST, Response
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.server import LoopbackServer

ROWS = 600

SPEED = 100.0
"""A job of these lasts for a while at first, and seconds in all."""


@pytest.fixture
def creator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Creator]:
    """A simulated Creator that the settings lead to, with a form that has no job."""
    creator = build("steady", speed=SPEED)
    with LoopbackServer(creator) as server:
        lead_to(monkeypatch, server.base_url, creator.token, "Contacts", "production")
        yield creator


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of good records for the form."""
    return write_contacts(tmp_path / "contacts.csv", ROWS)


def changes(creator: Creator) -> list[str | None]:
    """The calls that change something, by their names."""
    return [entry.action for entry in creator.log if entry.method != "GET"]


def lose(creator: Creator, call: Call) -> None:
    creator.inject(Fault(LOST, behind=True, calls=frozenset({call})))


def test_a_file_becomes_a_running_job_by_one_command(
    cli: CommandLine, creator: Creator, file: Path
) -> None:
    tags = ("--tag", "#crm", "--tag", "new year")
    ended = cli("insert", str(file), "--yes", "--label", "New contacts", *tags)
    assert ended.code == 0
    assert changes(creator) == ["create", "upload", "start"]
    assert "Start accepted" in ended.out
    listed = json.loads(cli("jobs", "list", "--json").out)
    assert [(job["label"], job["tags"]) for job in listed] == [
        ("New contacts", ["crm", "new", "year"])
    ]
    assert cli("queue").out.startswith("No file is on its way.")
    history = json.loads(cli("history", "New contacts", "--json").out)
    assert history["file"]["name"] == "contacts.csv"
    assert history["file"]["rows"] == ROWS
    assert len(history["file"]["sha256"]) == 64
    log = cli("log").out
    assert "create begins for contacts.csv" in log
    assert "Uploaded contacts.csv" in log


@pytest.mark.usefixtures("polls_soon")
def test_waiting_for_the_end_prints_how_it_goes(
    cli: CommandLine, creator: Creator, file: Path
) -> None:
    ended = cli("insert", str(file), "--yes", "--wait")
    assert ended.code == 0
    assert f"contacts.csv: done, 100 %, {ROWS} in, 0 failed" in ended.out
    assert len(list(creator.records("Contacts", "production"))) == ROWS


def test_without_a_start_the_job_is_left_uploaded(
    cli: CommandLine, creator: Creator, file: Path
) -> None:
    assert cli("insert", str(file), "--yes", "--no-start").code == 0
    assert changes(creator) == ["create", "upload"]


def test_a_dry_run_sends_and_writes_nothing(
    cli: CommandLine, creator: Creator, file: Path, home: Path
) -> None:
    ended = cli("insert", str(file), "--dry-run")
    assert ended.code == 0
    assert f"{ROWS} records" in ended.out
    assert "PRODUCTION" in ended.out
    assert creator.log == []
    assert not (home / "state" / "uploads").exists()


BAD = "Email,Company\na@b.co,Acme\nnobody\nb@b.co,Acme\nc@b.co,Acme\n"
"""Four records, the second of them suspect."""


@pytest.mark.parametrize(
    ("arguments", "plan"),
    [
        ([], ["4 records of", "PRODUCTION: 1 job.", "It costs 3 calls", "of the job."]),
        (["--part-records", "3"], [": 2 jobs, one after the other.", "It costs 6 calls"]),
        (["--part-records", "4"], [": 1 job.", "It costs 3 calls"]),
        (
            ["--part-records", "3", "--suspects", "leave-out", "--no-start"],
            ["3 records of", "that would be left out: 1.", ": 1 job.", "It costs 2 calls"],
        ),
        (
            ["--suspects", "pack"],
            [
                "4 records of",
                "1 suspect record would be packed together behind",
                "It costs 3 calls",
            ],
        ),
    ],
    ids=["one", "parts", "one part", "left out", "packed"],
)
def test_a_dry_run_counts_what_would_be_sent(
    cli: CommandLine, creator: Creator, tmp_path: Path, arguments: list[str], plan: list[str]
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(BAD)
    ended = cli("insert", str(bad), "--dry-run", *arguments)
    assert ended.code == 0
    assert [words for words in plan if words not in ended.out] == []
    assert "at least" not in ended.out
    assert "Nothing was sent, and nothing was written." in ended.out
    assert creator.log == []


@pytest.mark.usefixtures("creator")
def test_a_dry_run_over_the_limit_names_the_least(
    cli: CommandLine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zcbulk_tui.domain.preflight.UPLOAD_LIMIT", file.stat().st_size - 1)
    ended = cli("insert", str(file), "--dry-run", "--part-records", "400")
    assert "PRODUCTION: at least 2 jobs" in ended.out
    assert "It costs at least 6 calls" in ended.out


@pytest.mark.usefixtures("creator")
def test_a_dry_run_says_that_nothing_is_left(cli: CommandLine, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("Email,Company\nnobody\n")
    ended = cli("insert", str(bad), "--dry-run", "--suspects", "leave-out")
    assert ended.code == 2
    assert "Nothing of bad.csv is left to upload" in ended.err


def test_a_dry_run_owns_up_to_the_call_for_the_fields(
    cli: CommandLine, creator: Creator, file: Path
) -> None:
    ended = cli("insert", str(file), "--dry-run", "--list-fields")
    assert ended.code == 0
    assert "Only the form's fields were asked for, by 1 call; nothing else was sent." in ended.out
    assert "Nothing was sent" not in ended.out
    assert [entry.path.rpartition("/")[2] for entry in creator.log] == ["fields"]


def test_in_production_the_name_of_the_form_is_the_yes(
    cli: CommandLine, creator: Creator, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "has_terminal", lambda: True)
    monkeypatch.setattr(prompts, "answer", lambda _: "y")
    ended = cli("insert", str(file))
    assert (ended.code, changes(creator)) == (1, [])
    assert "It costs 3 calls (create, upload, start)" in ended.out
    monkeypatch.setattr(prompts, "answer", lambda _: "Contacts")
    assert cli("insert", str(file)).code == 0
    assert changes(creator) == ["create", "upload", "start"]


def test_without_a_terminal_it_needs_a_yes(cli: CommandLine, creator: Creator, file: Path) -> None:
    ended = cli("insert", str(file))
    assert (ended.code, changes(creator)) == (2, [])
    assert "In a script, add --yes." in ended.err


def test_what_would_be_refused_needs_a_decision(
    cli: CommandLine, creator: Creator, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("Email,Company\na@b.co,Acme\nnobody\n")
    ended = cli("insert", str(bad), "--yes")
    assert (ended.code, changes(creator)) == (2, [])
    assert "--suspects leave-out, pack or as-they-are" in ended.err
    ended = cli("insert", str(bad), "--yes", "--suspects", "leave-out", "--no-start")
    assert "1 suspect record is left out, into " in ended.out
    assert "bad.suspects.csv" in ended.out
    assert ended.code == 0
    assert (tmp_path / "bad.suspects.csv").read_text().splitlines() == ["Email,Company", "nobody"]
    (job,) = (job for job in creator.jobs.values() if job.address.form == "Contacts")
    assert job.counts(creator.timeline.now()).total == 1


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        *product(["plain"], ["no", "no terminal", "refused", "dropped", "unstarted", "inserted"]),
        *product(["link", "zip"], ["dropped", "inserted"]),
    ],
)
def test_the_file_of_the_user_stays_whatever_happens(
    cli: CommandLine,
    creator: Creator,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    end: str,
) -> None:
    monkeypatch.chdir(file.parent)
    name = {"plain": file.name, "link": "link.csv", "zip": "packed.zip"}[kind]
    if kind == "link":
        Path(name).symlink_to(file)
    elif kind == "zip":
        with ZipFile(name, "w") as packed:
            packed.write(file, "contacts.csv")
    before = Path(name).read_bytes()
    if end == "no":
        monkeypatch.setattr(prompts, "has_terminal", lambda: True)
        monkeypatch.setattr(prompts, "answer", lambda _: "n")
    elif end == "dropped":
        lose(creator, Call.CREATE)
    more = {
        "no": [],
        "no terminal": [],
        "refused": ["--yes", "--form", "Nowhere"],
        "dropped": ["--yes"],
        "unstarted": ["--yes", "--no-start"],
        "inserted": ["--yes"],
    }[end]
    cli("insert", name, *more)
    if end == "dropped":
        (queued,) = json.loads(cli("queue", "list", "--json").out)
        assert cli("queue", "drop", queued["key"]).code == 0
    assert Path(name).read_bytes() == before


def test_parts_go_one_after_the_other(cli: CommandLine, creator: Creator, file: Path) -> None:
    ended = cli("insert", str(file), "--yes", "--part-records", "250")
    assert ended.code == 0
    assert changes(creator) == ["create", "upload", "start"]
    queued = json.loads(cli("queue", "list", "--json").out)
    assert [it["label"] for it in queued] == ["contacts.csv 2/3", "contacts.csv 3/3"]
    assert [it["records"] for it in queued] == [250, 100]
    assert "1 file for this form before it" in cli("queue").out


@pytest.mark.usefixtures("creator")
def test_a_long_label_keeps_the_number_of_its_part(cli: CommandLine, file: Path) -> None:
    parts = ("--part-records", "50")
    assert cli("insert", str(file), "--yes", "--label", "x" * 60, *parts).code == 0
    queued = json.loads(cli("queue", "list", "--json").out)
    assert [it["label"].rpartition(" ")[2] for it in queued] == [f"{n}/12" for n in range(2, 13)]
    assert {len(it["label"]) for it in queued} == {60}


@pytest.mark.parametrize("call", [Call.CREATE, Call.UPLOAD])
def test_a_lost_answer_is_unclear_and_nothing_is_sent_again(
    cli: CommandLine, creator: Creator, file: Path, call: Call
) -> None:
    lose(creator, call)
    ended = cli("insert", str(file), "--yes")
    assert ended.code == 4
    assert changes(creator).count(call.name.lower()) == 1
    queued = cli("queue").out
    assert "unclear" in queued
    (found,) = json.loads(cli("queue", "list", "--json").out)
    assert found["stage"] == "unclear"


def test_a_form_with_an_active_job_lets_the_file_wait(
    cli: CommandLine, creator: Creator, file: Path
) -> None:
    assert cli("insert", str(file), "--yes").code == 0
    ended = cli("insert", str(file), "--yes", "--label", "Second")
    assert ended.code == 0
    assert changes(creator).count("create") == 1
    assert "Second: waits for the form's slot: contacts.csv is active" in ended.out
    assert "queued. An open dashboard creates its job" in ended.err
    (found,) = json.loads(cli("queue", "list", "--json").out)
    assert found["label"] == "Second"
    assert cli("queue", "drop", "Second").code == 0
    assert cli("queue").out.startswith("No file is on its way.")


@pytest.mark.usefixtures("creator")
def test_the_queue_is_changed_by_commands(cli: CommandLine, file: Path) -> None:
    cli("insert", str(file), "--yes", "--part-records", "150")

    def labels() -> list[str]:
        return [it["label"] for it in json.loads(cli("queue", "list", "--json").out)]

    assert labels() == ["contacts.csv 2/4", "contacts.csv 3/4", "contacts.csv 4/4"]
    assert cli("queue", "up", "contacts.csv 4/4").code == 0
    assert labels() == ["contacts.csv 2/4", "contacts.csv 4/4", "contacts.csv 3/4"]
    ended = cli("queue", "drop", "contacts.csv")
    assert ended.code == 2
    assert "is no file of the queue" in ended.err


def test_the_fields_of_a_form_are_listed_once_and_kept(
    cli: CommandLine, creator: Creator, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("Email,Compny\nnobody,Acme\n")
    assert "the form's fields are not known" in cli("check", str(bad)).out
    listed = cli("check", str(bad), "--list-fields")
    assert "Email: not an e-mail address" in listed.out
    assert "“Company” is near" in listed.out
    assert cli("check", str(bad)).out.replace("\n", "") == listed.out.replace("\n", "")
    assert [entry.path.rpartition("/")[2] for entry in creator.log] == ["fields"]


def test_read_only_inserts_nothing(
    cli: CommandLine, creator: Creator, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZCBULK_READ_ONLY", "true")
    ended = cli("insert", str(file), "--yes")
    assert (ended.code, creator.log) == (2, [])
    assert "read-only" in ended.err


def test_who_is_not_signed_in_leaves_nothing_in_the_queue(
    cli: CommandLine, creator: Creator, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZCBULK_ACCESS_TOKEN")
    ended = cli("insert", str(file), "--yes")
    assert ended.code == 3
    assert creator.log == []
    assert cli("queue").out.startswith("No file is on its way.")


@pytest.mark.parametrize("part", [[], ["--part-records", "200"]], ids=["one", "parts"])
def test_where_the_first_create_is_refused_nothing_stays_in_the_queue(
    cli: CommandLine, creator: Creator, file: Path, home: Path, part: list[str]
) -> None:
    ended = cli("insert", str(file), "--yes", "--form", "Nowhere", *part)
    assert ended.code == 1
    assert changes(creator) == ["create"]
    assert cli("queue").out.startswith("No file is on its way.")
    assert list((home / "state" / "uploads").iterdir()) == []


def test_a_part_that_is_refused_later_stays_and_holds_the_others(
    cli: CommandLine, creator: Creator, file: Path
) -> None:
    creator.inject(Fault(refusal(), calls=frozenset({Call.UPLOAD}), times=1))
    ended = cli("insert", str(file), "--yes", "--part-records", "200")
    assert ended.code == 1
    queued = json.loads(cli("queue", "--json").out)
    assert [it["stage"] for it in queued] == ["refused", "waits", "waits"]
    assert "stays in the queue" in ended.err


def refusal() -> Response:
    body = json.dumps({"code": 11340, "message": "The job is not in a state for that"})
    return Response(400, body.encode(), code=11340)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--dry-run"],
        ["--yes", "--form", "a b"],
        ["--yes", "--form", "Nowhere"],
        ["--yes", "--encoding", "nonsense"],
        [],
        ["--yes"],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("creator")
def test_json_is_one_document_whatever_happens(
    cli: CommandLine, file: Path, arguments: list[str]
) -> None:
    ended = cli("insert", str(file), "--json", *arguments)
    (found,) = json.loads(ended.out)
    is_fine = arguments in (["--dry-run"], ["--yes"])
    assert (ended.code == 0) is is_fine
    assert bool(found.get("error")) is not is_fine


@pytest.mark.parametrize(
    ("before", "after"),
    [("{home}/state", "{home}/state"), ("state", "{home}/state"), ("{home}/state", "link/state")],
    ids=["absolute", "relative", "linked"],
)
def test_what_killed_processes_have_left_is_swept_away(
    cli: CommandLine,
    creator: Creator,
    file: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: str,
    after: str,
) -> None:
    creator.timeline.speed = 0.001
    folder = home / "state" / "uploads"
    (home / "link").symlink_to(home)
    monkeypatch.chdir(home)
    monkeypatch.setenv(STATE_DIR, before.format(home=home))
    cli("insert", str(file), "--yes", "--part-records", "300")
    kept = {path.name for path in folder.iterdir()}
    assert len(kept) == 3  # both row maps, and the part that waits
    for name in ("old.csv", ".zcbulk-old.part", "new.csv", *kept):
        (folder / name).touch()
        if name != "new.csv":
            os.utime(folder / name, (1, 1))
    monkeypatch.setenv(STATE_DIR, after.format(home=home))
    cli("insert", str(file), "--yes")
    left = {path.name for path in folder.iterdir()}
    assert left >= {*kept, "new.csv"}
    assert not left & {"old.csv", ".zcbulk-old.part"}
