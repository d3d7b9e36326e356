"""``insert --trial`` and ``--rest-of``: few records first, and each record once."""

import csv
import json
import shlex
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.commands import CommandLine, Ended, lead_to
from tests.support.csv_files import write_contacts
from zcbulk_tui.cli import prompts
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.messages import LOST, Response
from zcbulk_tui.simulator.results import ResultRules
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.simulator.verdicts import InsertRules

pytestmark = pytest.mark.usefixtures("polls_soon")

ROWS = 600
BAD = 12
TRIAL = 50


@dataclass
class Stage:
    """A simulated Creator that the settings lead to, and files for its form."""

    cli: CommandLine
    creator: Creator
    good: Path
    bad: Path

    def insert(self, *arguments: str) -> Ended:
        return self.cli("insert", *arguments)

    def insert_bad(self, *arguments: str, trial: int = TRIAL) -> Ended:
        """Sends a trial of the bad file, in which every bad record is, since they are found."""
        self.cli("check", str(self.bad), "--list-fields")
        suspects = ("--suspects", "as-they-are")
        return self.insert(str(self.bad), "--trial", str(trial), *suspects, *arguments)

    def held(self) -> Counter[tuple[str, ...]]:
        """The records of the form."""
        found = self.creator.records("Contacts", "development")
        return Counter(tuple(it.values.values()) for it in found)

    def calls(self) -> list[str | None]:
        """The calls that change something or fetch a result, by their names."""
        return [
            entry.action
            for entry in self.creator.log
            if entry.method != "GET" or entry.path.endswith("/result")
        ]

    def trial_job(self) -> str:
        """The job of the last trial."""
        listed = json.loads(self.cli("jobs", "list", "--json").out)
        return str(next(it["job_id"] for it in listed if it["label"].endswith(", trial")))


def rows_of(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
        return list(map(tuple, rows))


@pytest.fixture
def stage(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A form in development that takes good records, whatever is beside them."""
    rules, results = InsertRules(strict_batches=False), ResultRules(delay=0.0)
    creator = build("steady", speed=1000.0, rules=rules, results=results)
    with LoopbackServer(creator) as server:
        lead_to(monkeypatch, server.base_url, creator.token, "Contacts", "development")
        good = write_contacts(tmp_path / "good.csv", ROWS)
        bad = write_contacts(tmp_path / "bad.csv", ROWS, BAD / ROWS)
        yield Stage(cli, creator, good, bad)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Sets what is answered on the terminal; returns the questions as they come."""

    def set_answers(*texts: str) -> list[str]:
        given, asked = iter(texts), list[str]()

        def answer(question: str) -> str:
            asked.append(question)
            return next(given)

        monkeypatch.setattr(prompts, "has_terminal", lambda: True)
        monkeypatch.setattr(prompts, "answer", answer)
        return asked

    return set_answers


def test_a_good_trial_is_followed_by_the_rest(stage: Stage) -> None:
    ended = stage.insert(str(stage.good), "--trial", str(TRIAL), "--yes", "--wait")
    assert ended.code == 0
    assert stage.calls() == ["create", "upload", "start"] * 2
    assert stage.held() == Counter(rows_of(stage.good))
    listed = json.loads(stage.cli("jobs", "list", "--json").out)
    assert [it["label"] for it in listed] == ["good.csv, trial", "good.csv"]
    assert f"good.csv, trial: done, 100 %, {TRIAL} in, 0 failed" in ended.out


def test_a_trial_with_failures_says_why_and_sends_no_more(stage: Stage) -> None:
    ended = stage.insert_bad("--yes")
    assert ended.code == 1
    assert stage.calls()[-4:] == ["create", "upload", "start", "failure"]
    assert f"{BAD} failed" in ended.out
    assert "INVALID_DATA" in ended.out
    job = stage.trial_job()
    assert f"The other {ROWS - TRIAL} records of bad.csv were not sent" in ended.err
    assert f"done, {TRIAL - BAD} in, {BAD} failed" in ended.err
    assert f"zcbulk-tui repair {job} --suggest" in ended.err
    assert sum(stage.held().values()) == TRIAL - BAD
    assert stage.cli("queue").out.startswith("No file is on its way.")


def test_what_has_failed_is_repaired_from_the_trials_job(stage: Stage, tmp_path: Path) -> None:
    stage.insert_bad("--yes")
    job, again = stage.trial_job(), tmp_path / "again.csv"
    assert stage.cli("repair", job, "--suggest").code == 0
    ended = stage.cli("repair", job, "--with-unchanged", "--output", str(again))
    assert ended.code == 0
    assert not Counter(rows_of(again)) - Counter(rows_of(stage.bad))
    assert len(rows_of(again)) == BAD
    assert not Counter(rows_of(again)) & stage.held()


def test_the_command_that_is_named_sends_the_others_once(stage: Stage) -> None:
    tried = stage.insert_bad("--yes")
    line = next(it for it in tried.lines if "To send them: " in it)
    _, *words = shlex.split(line.partition("To send them: ")[2])
    ended = stage.cli(*words, "--yes", "--wait")
    assert ended.code == 0
    whole = Counter(rows_of(stage.bad))
    assert not stage.held() - whole
    assert (whole - stage.held()).total() == BAD
    again = stage.cli(*words, "--yes")
    assert (again.code, again.err) == (2, again.err)
    assert "Nothing of bad.csv is left to send" in again.err
    assert "2 jobs already" in again.err
    assert stage.calls().count("create") == 2


def test_without_failures_nothing_is_fetched(stage: Stage) -> None:
    stage.insert(str(stage.good), "--trial", str(TRIAL), "--yes")
    assert "failure" not in stage.calls()


def test_a_second_trial_of_the_same_file_is_refused(stage: Stage) -> None:
    arguments = (str(stage.bad), "--trial", str(TRIAL), "--yes", "--suspects", "as-they-are")
    stage.insert(*arguments)
    calls = stage.calls()
    renamed = stage.bad.rename(stage.bad.with_name("re named.csv"))
    ended = stage.insert(str(renamed), *arguments[1:])
    assert ended.code == 2
    assert "A trial of re named.csv was sent already" in ended.err
    assert f"{TRIAL} of its records were sent as job {stage.trial_job()}" in ended.err
    assert f"insert '{renamed}' --rest-of {stage.trial_job()}" in ended.err
    assert stage.calls() == calls
    other_form = stage.insert(str(renamed), *arguments[1:], "--form", "Leads", "--dry-run")
    assert other_form.code == 0


def test_a_trial_whose_create_was_lost_is_not_tried_again(stage: Stage) -> None:
    stage.creator.inject(Fault(LOST, behind=True, calls=frozenset({Call.CREATE})))
    arguments = (str(stage.good), "--trial", str(TRIAL), "--yes")
    first = stage.insert(*arguments)
    assert first.code == 4
    ended = stage.insert(*arguments)
    assert ended.code == 2
    assert "A trial of good.csv is in the queue already" in ended.err
    assert stage.calls().count("create") == 1


def test_a_trial_that_waits_for_the_slot_says_how_the_rest_is_sent(stage: Stage) -> None:
    stage.creator.timeline.speed = 0.001
    assert stage.insert(str(stage.good), "--yes").code == 0
    ended = stage.insert_bad("--yes")
    assert ended.code == 1
    assert "queued. An open dashboard creates its job" in ended.err
    assert "How the trial ends is not known yet." in ended.err
    assert "--rest-of 'bad.csv, trial'" in ended.err
    assert stage.calls().count("create") == 1


def test_all_of_a_file_after_its_trial_is_no_surprise(
    stage: Stage, answers: Callable[..., list[str]]
) -> None:
    stage.insert_bad("--yes")
    answers("n")
    ended = stage.insert(str(stage.bad), "--suspects", "as-they-are")
    assert f"{TRIAL} of its records were sent as job {stage.trial_job()}" in ended.out
    assert "All would be sent again." in ended.out
    assert f"To send the others alone: zcbulk-tui insert {stage.bad} --rest-of" in ended.out
    ended = stage.insert(str(stage.bad), "--suspects", "as-they-are", "--yes")
    assert ended.code == 0
    assert "All would be sent again." in ended.err


def test_it_asks_twice_and_a_yes_sends_the_rest(
    stage: Stage, answers: Callable[..., list[str]]
) -> None:
    asked = answers("y", "y")
    ended = stage.insert_bad("--wait")
    assert ended.code == 0
    assert len(asked) == 2
    first, second = ended.out.split(f"{BAD} records failed, in", 1)
    assert f"Insert {TRIAL} of the {ROWS} records of bad.csv as a trial into form Contacts" in first
    assert "at the ends, " in first
    assert f"asks about the other {ROWS - TRIAL}." in first
    assert f"Insert the other {ROWS - TRIAL} records of bad.csv into form Contacts" in second
    assert f"The trial: done, {TRIAL - BAD} in, {BAD} failed." in second
    assert "It costs 3 calls" in second
    whole = Counter(rows_of(stage.bad))
    assert (whole - stage.held()).total() == BAD
    assert not stage.held() - whole


@pytest.mark.parametrize("answer", ["n", ""])
def test_a_no_to_the_rest_leaves_nothing_behind(
    stage: Stage, answers: Callable[..., list[str]], home: Path, answer: str
) -> None:
    answers("y", answer)
    ended = stage.insert(str(stage.good), "--trial", str(TRIAL))
    assert ended.code == 1
    assert "It was not confirmed." in ended.err
    assert f"--rest-of {stage.trial_job()}" in ended.err
    assert "repair" not in ended.err
    left = [path.name for path in (home / "state" / "uploads").iterdir()]
    assert left == ["good.trial.lines.csv"]
    assert stage.calls() == ["create", "upload", "start"]


def test_a_no_to_the_trial_sends_nothing(
    stage: Stage, answers: Callable[..., list[str]], home: Path
) -> None:
    answers("n")
    ended = stage.insert(str(stage.good), "--trial", str(TRIAL))
    assert (ended.code, stage.calls()) == (1, [])
    assert "Nothing was sent" in ended.err
    assert list((home / "state" / "uploads").iterdir()) == []


def test_in_production_the_name_of_the_form_is_each_yes(
    stage: Stage, answers: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZCBULK_ENVIRONMENT", "production")
    answers("Contacts", "y")
    assert stage.insert(str(stage.good), "--trial", str(TRIAL)).code == 1
    assert stage.calls() == ["create", "upload", "start"]


def test_after_a_trial_that_zoho_aborted_a_yes_is_enough(
    stage: Stage, answers: Callable[..., list[str]]
) -> None:
    stage.creator.inject(Fault(refusal(), calls=frozenset({Call.RESULT}), times=1))
    stage.bad.write_text("Email,Company\n" + "".join(f"nobody {n},Acme\n" for n in range(40)))
    answers("y", "y")
    ended = stage.insert(str(stage.bad), "--trial", "10", "--suspects", "as-they-are")
    assert "sys-aborted" in ended.out
    assert "Why records of the trial failed is not known" in ended.err
    # The form's slot is not held for what the question has said.
    assert stage.calls().count("start") == 2


def refusal() -> Response:
    body = json.dumps({"code": 11130, "message": "No result file"})
    return Response(404, body.encode(), code=11130)


def test_suspects_that_are_left_out_are_in_neither(stage: Stage) -> None:
    stage.cli("check", str(stage.bad), "--list-fields")
    left_out = ("--suspects", "leave-out")
    ended = stage.insert(str(stage.bad), "--trial", str(TRIAL), "--yes", "--wait", *left_out)
    assert ended.code == 0
    suspects = Counter(rows_of(stage.bad.with_name("bad.suspects.csv")))
    assert suspects.total() == BAD
    assert stage.held() + suspects == Counter(rows_of(stage.bad))


def test_the_rest_may_be_cut_into_parts_and_resumed(stage: Stage) -> None:
    refused = Fault(refusal(), behind=False, calls=frozenset({Call.UPLOAD}), times=1)
    stage.insert_bad("--yes")
    job = stage.trial_job()
    rest = (str(stage.bad), "--rest-of", job, "--yes", "--suspects", "as-they-are")
    stage.creator.inject(refused)
    first = stage.insert(*rest, "--part-records", "200")
    assert first.code == 1
    queued = json.loads(stage.cli("queue", "--json").out)
    assert [it["records"] for it in queued] == [200, 200, 150]
    assert {it["file"]["rest_of"] for it in queued} == {job}
    # What is in the queue counts as sent; what was dropped before it had a job does not.
    assert "Nothing of bad.csv is left to send" in stage.insert(*rest).err
    for it in queued[1:]:
        assert stage.cli("queue", "drop", it["key"]).code == 0
    plan = stage.insert(*rest, "--dry-run")
    assert f"350 of the {ROWS} records" in plan.out


def test_a_file_that_has_changed_is_not_the_rest(stage: Stage) -> None:
    stage.insert_bad("--yes")
    with stage.bad.open("a") as file:
        file.write("x\n")
    ended = stage.insert(str(stage.bad), "--rest-of", stage.trial_job(), "--yes")
    assert ended.code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--trial", "600"], "would be all of good.csv"),
        (["--trial", "0"], "should be 1 or more"),
        (["--trial", "10001"], "should be at most 10,000"),
        (["--trial", "5", "--no-start"], "--trial and --no-start exclude each other"),
        (["--trial", "5", "--rest-of", "1234567890"], "not allowed with argument"),
        (["--trial", "5"], "In a script, add --yes."),
    ],
)
def test_what_cannot_be_is_refused(stage: Stage, arguments: list[str], words: str) -> None:
    ended = stage.insert(str(stage.good), *arguments)
    assert ended.code == 2
    assert words in ended.err
    assert stage.creator.log == []


def test_a_job_that_is_no_trial_has_no_rest(stage: Stage) -> None:
    assert stage.insert(str(stage.good), "--yes", "--label", "Whole", "--wait").code == 0
    ended = stage.insert(str(stage.good), "--rest-of", "Whole", "--yes")
    assert ended.code == 2
    assert "Whole is not the job of a trial" in ended.err
    stage.insert(str(stage.good), "--trial", str(TRIAL), "--yes", "--wait")
    ended = stage.insert(
        str(stage.good), "--rest-of", stage.trial_job(), "--form", "Leads", "--yes"
    )
    assert ended.code == 2
    assert "The trial was sent to another form: Contacts" in ended.err


def test_a_dry_run_says_what_would_be_chosen(stage: Stage, home: Path) -> None:
    ended = stage.insert(str(stage.bad), "--trial", str(TRIAL), "--dry-run")
    assert ended.code == 0
    assert f"{TRIAL} of the {ROWS} records of a file of" in ended.out
    assert "as a trial: 1 job." in ended.out
    assert "Chosen: 2 at the ends, " in ended.out
    assert stage.creator.log == []
    assert not (home / "state" / "uploads").exists()
    planned = stage.insert(str(stage.bad), "--trial", str(TRIAL), "--dry-run", "--json")
    (plan,) = json.loads(planned.out)
    assert (plan["records"], plan["jobs"], plan["jobs_are_exact"]) == (TRIAL, 1, True)
    assert (plan["left_out"], plan["calls"]) == (0, 3)
    assert len(plan["trial"]["records"]) == sum(plan["trial"]["chosen"].values()) == TRIAL


def test_json_is_one_document(stage: Stage) -> None:
    good = stage.insert(str(stage.good), "--trial", str(TRIAL), "--yes", "--json", "--wait")
    tried, rest = json.loads(good.out)
    assert tried["file"]["trial"] is True
    assert tried["failures"] is None
    assert (rest["file"]["rest_of"], rest["records"]) == (tried["job_id"], ROWS - TRIAL)
    bad = stage.insert_bad("--yes", "--json", trial=60)
    assert bad.code == 1
    (tried,) = json.loads(bad.out)
    assert tried["failures"]["records"] == BAD
    assert sum(it["records"] for it in tried["failures"]["groups"]) == BAD


def test_what_ends_the_program_in_between_is_nothing_lost(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("zcbulk_tui.cli.trial.failures_of", end)
    ended = stage.insert_bad("--yes")
    assert ended.code == 128 + signal.SIGINT
    assert "Interrupted." in ended.err
    job = stage.trial_job()
    assert f"--rest-of {job}" in ended.err
    assert f"--rest-of {job}" in stage.insert_bad("--yes").err
    rest = (str(stage.bad), "--rest-of", job, "--yes", "--suspects", "as-they-are", "--wait")
    assert stage.insert(*rest).code == 0
    whole = Counter(rows_of(stage.bad))
    assert (whole - stage.held()).total() == BAD
    assert not stage.held() - whole
