"""``insert`` says, and exits with, what became of the file: of its start as of all other steps."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tests.support.commands import CANARY, CommandLine, Ended
from tests.support.insertions import insertion
from tests.support.jobs import NOW, watched
from zcbulk_tui.cli.queue_work import started_elsewhere
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import StepRecord
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobState, WatchedJob
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.monitor.insert_steps import InsertSteps
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import ERRORS, Call
from zcbulk_tui.simulator.jobs import APP, OWNER
from zcbulk_tui.simulator.messages import LOST, Response
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.store.database import FILE_NAME, open_database
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.watch_list import WatchList

pytestmark = pytest.mark.usefixtures("signed_in")

FORM = "Contacts"
"""A form without a job."""

Insert = Callable[..., Ended]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes what a command waits for come soon."""
    monkeypatch.setattr("zcbulk_tui.domain.control.LOOKS", (0.05, 0.1))
    monkeypatch.setattr("zcbulk_tui.cli.inserting._GIVES_UP_AFTER", 0.0)


@pytest.fixture
def creator() -> Creator:
    """A simulator."""
    return build("steady", token=CANARY)


@pytest.fixture
def insert(
    creator: Creator, cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Insert]:
    """Inserts a small file."""
    path = tmp_path / "contacts.csv"
    path.write_text("Email,Company,Met_On\r\na@b.co,Ulm & Co,01-Jan-2026\r\n", encoding="utf-8")
    with LoopbackServer(creator) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.base_url)
        names = ("--owner", OWNER, "--app", APP, "--form", FORM, "--yes")
        yield partial(cli, "insert", str(path), *names)


def meet(creator: Creator, call: Call, answer: Response, *, behind: bool = False) -> None:
    """Has the calls of a kind come to grief."""
    creator.inject(Fault(answer, behind=behind, calls=frozenset({call})))


def sent(creator: Creator) -> list[str | None]:
    """The calls that were to change something."""
    return [entry.action for entry in creator.log if entry.action is not None]


def test_a_file_that_is_started(creator: Creator, insert: Insert) -> None:
    ended = insert()
    assert (ended.code, ended.err) == (0, "")
    assert "Start accepted" in ended.out
    assert sent(creator) == ["create", "upload", "start"]


@pytest.mark.parametrize("step", ["create", "upload", "start"])
def test_a_fault_in_the_queue_ends_it_and_nothing_is_sent_again(
    creator: Creator, insert: Insert, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(InsertSteps, step, fails)
    with pytest.raises(ZeroDivisionError):
        insert("--wait")
    steps = ["create", "upload", "start"]
    assert sent(creator) == steps[: steps.index(step)]


@pytest.mark.usefixtures("quick")
def test_a_refused_start_is_no_success(creator: Creator, insert: Insert) -> None:
    meet(creator, Call.CONTROL, ERRORS["403-2933"].response())
    ended = insert("--json")
    assert ended.code == 1
    assert "This user has no access to the application" in ended.err
    (shown,) = json.loads(ended.out)
    assert shown["error"]["code"] == 2933


@pytest.mark.usefixtures("quick")
def test_what_became_of_a_start_whose_answer_was_lost_is_read(
    creator: Creator, insert: Insert
) -> None:
    meet(creator, Call.CONTROL, LOST, behind=True)
    ended = insert()
    # It runs; that nobody else has started it, no reading shows.
    assert ended.code == 4
    assert "The job is “In-progress” by its last status" in ended.err
    assert sent(creator) == ["create", "upload", "start"]


@pytest.mark.usefixtures("quick")
def test_a_start_that_shows_no_effect_is_no_success(creator: Creator, insert: Insert) -> None:
    meet(creator, Call.CONTROL, LOST)
    ended = insert()
    assert ended.code == 1
    assert "no effect" in ended.err
    assert sent(creator) == ["create", "upload", "start"]


@pytest.mark.usefixtures("quick")
def test_a_command_does_not_wait_for_the_next_day(
    creator: Creator, insert: Insert, cli: CommandLine
) -> None:
    meet(creator, Call.UPLOAD, ERRORS["200-4000"].response())
    ended = insert()
    assert ended.code == 1
    assert "The day's API calls are used up" in ended.err
    assert "contacts.csv stays in the queue: zcbulk-tui queue" in ended.err
    assert "tries again: The day's API calls are used up" in cli("queue").out


@pytest.mark.usefixtures("quick")
def test_what_was_never_created_is_given_anew(
    creator: Creator, insert: Insert, cli: CommandLine
) -> None:
    meet(creator, Call.CREATE, ERRORS["429-2955"].response())
    ended = insert()
    assert ended.code == 4
    assert "stays in the queue" not in ended.err
    assert "No file is on its way" in cli("queue").out


@pytest.mark.usefixtures("quick")
def test_a_start_that_the_queue_sends_again_is_not_said_not_to_be(
    creator: Creator, insert: Insert
) -> None:
    meet(creator, Call.CONTROL, ERRORS["429-2955"].response())
    ended = insert()
    assert ended.code == 4
    assert "It is sent again by itself" in ended.out
    assert "It is not sent again" not in ended.out + ended.err
    assert "contacts.csv stays in the queue" in ended.err


def test_what_may_be_refused_is_decided_on_before_anything_is_sent(
    creator: Creator, cli: CommandLine, insert: Insert, tmp_path: Path
) -> None:
    del insert  # for its server
    path, fields = tmp_path / "dates.csv", tmp_path / "fields.json"
    fields.write_text('{"code": 3000, "fields": [{"link_name": "Day", "type": 10}]}')
    path.write_text("Day\r\n" + "01-Jan-2026\r\n" * 20 + "2026-01-31\r\n", encoding="utf-8")
    names = ("--owner", OWNER, "--app", APP, "--form", FORM, "--yes", "--fields", str(fields))
    ended = cli("insert", str(path), *names)
    assert ended.code == 2
    assert "1 record may be refused, so nothing was sent" in ended.err
    assert sent(creator) == []


def test_the_queue_knows_that_the_slot_is_taken(cli: CommandLine, home: Path) -> None:
    form = FormRef("https://www.zohoapis.com", OWNER, APP, FORM)
    (home / "state").mkdir()
    with closing(open_database(home / "state" / FILE_NAME)) as database:
        Insertions(database, "default").add([insertion(form=form)])
        assert " next" in cli("queue").out
        WatchList(database, "default").add(
            WatchedJob(form.job("3888833000000114027"), "Another", NOW)
        )
        assert "waits for the form's slot: Another is active" in cli("queue").out


@pytest.mark.parametrize("step", ["create", "upload"])
def test_the_queue_knows_that_a_sender_is_gone(step: str, cli: CommandLine, home: Path) -> None:
    record, is_create = StepRecord(NOW), step == "create"
    form = FormRef("https://www.zohoapis.com", OWNER, APP, FORM)
    (home / "state").mkdir()
    with closing(open_database(home / "state" / FILE_NAME)) as database:
        insertions = Insertions(database, "default")
        queued = insertion(
            form=form,
            create=record,
            upload=None if is_create else record,
            job_id="" if is_create else "3888833000000114027",
        )
        insertions.add([queued])
        assert insertions.locks.take(form)
        assert "unclear" not in cli("queue").out
        insertions.locks.release(form)
        assert f"unclear: {'a job may' if is_create else 'the job may'}" in cli("queue").out


def queued(cli: CommandLine) -> list[tuple[str, str]]:
    """The files of the queue: their labels, and where they stand."""
    return [(it["label"], it["stage"]) for it in json.loads(cli("queue", "--json").out)]


@pytest.fixture
def waiting(signed_in: None, insert: Insert) -> None:
    """Another job of the form is active, so that a second file waits."""
    del signed_in
    assert insert().code == 0
    assert insert("--label", "Second").code == 0


@pytest.mark.usefixtures("waiting")
def test_read_only_lets_no_file_go_on(
    cli: CommandLine, creator: Creator, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(creator.log)
    monkeypatch.setenv("ZCBULK_READ_ONLY", "true")
    ended = cli("queue", "go-on", "Second", "--yes")
    assert (ended.code, len(creator.log)) == (2, before)
    assert "read-only" in ended.err


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("part", ["drop", "up", "go-on"])
def test_an_empty_name_is_no_file(part: str, cli: CommandLine) -> None:
    ended = cli("queue", part, "")
    assert ended.code == 2
    assert "is no file of the queue" in ended.err
    assert queued(cli) == [("Second", "waits")]


@pytest.mark.usefixtures("quick", "waiting")
def test_a_file_that_was_queued_before_stays_whatever_its_create_meets(
    cli: CommandLine, creator: Creator
) -> None:
    assert cli("abort", "contacts.csv", "--yes").code == 0
    assert cli("status", "contacts.csv").code in (0, 1)
    meet(creator, Call.CREATE, ERRORS["429-2955"].response())
    ended = cli("queue", "go-on", "Second", "--yes")
    assert ended.code == 4
    assert "Second stays in the queue" in ended.err
    assert queued(cli) == [("Second", "tries again")]


def test_a_file_behind_a_bad_end_is_said_to_be_held(
    insert: Insert, cli: CommandLine, creator: Creator
) -> None:
    assert insert().code == 0
    assert cli("abort", "contacts.csv", "--yes").code == 0
    assert cli("status", "contacts.csv").code in (0, 1)
    ended = insert("--label", "Second")
    assert ended.code == 2
    assert "contacts.csv, ended badly" in ended.err
    assert "zcbulk-tui queue go-on" in ended.err
    assert queued(cli) == [("Second", "held")]
    # No wait is for what only a person can let go on.
    ended = insert("--label", "Third", "--wait")
    assert ended.code == 2
    first, third = (it["key"][:8] for it in json.loads(cli("queue", "--json").out))
    assert "Second comes before it in the form, and waits for you: held: " in ended.err
    assert f"To let that one go on: zcbulk-tui queue go-on {first}; " in ended.err
    assert f"to take it off: zcbulk-tui queue drop {first}. " in ended.err
    assert f"Then: zcbulk-tui queue go-on {third} --wait\n" in ended.err
    assert "An open dashboard creates its job" not in ended.err
    assert queued(cli) == [("Second", "held"), ("Third", "waits")]
    assert sent(creator).count("create") == 1


@pytest.mark.usefixtures("quick")
def test_a_wait_without_a_sign_in_ends_at_once(
    insert: Insert, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZCBULK_ACCESS_TOKEN", "1000.ended")
    ended = insert("--wait")
    assert ended.code == 3
    assert "or unset it and sign in: zcbulk-tui login" in ended.err
    assert queued(cli) == []


def test_nothing_stays_in_the_queue_where_zoho_cannot_be_called_at_all(
    insert: Insert, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setenv("ZCBULK_CA_BUNDLE", "/nowhere/bundle.pem")
        assert insert().code == 2
    assert queued(cli) == []


@pytest.mark.usefixtures("quick")
def test_a_command_does_not_wait_where_no_call_is_left(
    insert: Insert,
    cli: CommandLine,
    creator: Creator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = tmp_path / "few.toml"
    config.write_text("[budget]\ndaily_calls = 2\n", encoding="utf-8")
    monkeypatch.setenv("ZCBULK_CONFIG", str(config))
    ended = insert()
    assert "Fewer than 3 calls are left today beside the reserve" in ended.out
    assert "queued" in ended.err
    assert (sent(creator), queued(cli)) == ([], [("contacts.csv", "waits")])


def test_a_start_by_another_window_is_said_with_what_waits_for_its_end() -> None:
    wait_for = "To wait for its end: zcbulk-tui wait 7"
    accepted = Command(Action.START, NOW, Outcome.ACCEPTED, "Job started")
    record = ControlRecord("key", watched("7"), "default", "anna@jump1", accepted)
    said = started_elsewhere(record, None, "7", "default")
    assert "accepted at" in said
    assert said.endswith(f"That was anna@jump1. {wait_for}")
    runs = JobReading(JobState.IN_PROGRESS, "In-progress", Counts(), NOW)
    shown = started_elsewhere(None, runs, "7", "default")
    assert shown == f"started, as its status “In-progress” shows. {wait_for}"
    assert "not written down yet" in started_elsewhere(None, None, "7", "default")
