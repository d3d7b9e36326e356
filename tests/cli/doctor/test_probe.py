"""``doctor --probe`` against the simulator: asked for, priced, resumed, and told without names."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from tests.support.commands import (
    CANARY,
    PATIENCE,
    PROGRAM,
    CommandLine,
    Ended,
    environment,
    lead_to,
)
from zcbulk_tui.cli import prompts
from zcbulk_tui.cli.state import memory_file
from zcbulk_tui.domain import probe_files
from zcbulk_tui.domain.contract import Finding, Question
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.probe import MOST_CALLS, Exchange, Step
from zcbulk_tui.monitor.probing import Probing
from zcbulk_tui.simulator import scopes
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.messages import LogEntry
from zcbulk_tui.simulator.personalities import PERSONALITIES, Personality
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.database import open_database
from zcbulk_tui.store.meta_cache import MetaCache

PROBE = ("doctor", "--probe", "--environment", "development")

FEW = ("--calls", "14")
"""The least with which a probe begins."""

SECONDS_A_CALL = 20.0
"""Of the simulator's clock, so that jobs come along without a wait."""


LARGE_BYTES = probe_files._LARGE_BYTES

LONG_AGO = datetime(2026, 1, 2, 12, tzinfo=UTC)


@contextmanager
def simulated(
    monkeypatch: pytest.MonkeyPatch, personality: Personality | None = None
) -> Iterator[Creator]:
    """A simulated Creator that the settings lead to, whose time passes with each call."""
    seconds = [1_000_000.0]
    creator = build(
        "steady", clock=lambda: seconds[0], token=CANARY, personality=personality, speed=1.0
    )

    def pass_time(_: LogEntry) -> None:
        seconds[0] += SECONDS_A_CALL

    creator.on_call = pass_time
    with LoopbackServer(creator) as server:
        lead_to(monkeypatch, server.base_url, CANARY, "Scratch")
        yield creator


@pytest.fixture
def creator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Creator]:
    with simulated(monkeypatch) as creator:
        yield creator


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Probing, "_wait", lambda *_: 0.0)
    # To pack a hundred megabytes takes as long as all else of a probe.
    monkeypatch.setattr(probe_files, "_LARGE_BYTES", 1_000_000)


def transcript() -> tuple[Exchange, ...]:
    """The steps so far, as they are kept."""
    with closing(open_database(memory_file())) as database:
        contracts = Contracts(database, "default")
        form = contracts.last_form()
        return contracts.transcript(form) if form is not None else ()


def changes(creator: Creator) -> int:
    """How many calls arrived that change something."""
    return sum(entry.method != "GET" for entry in creator.log)


def answers(ended: Ended) -> dict[str, dict[str, str]]:
    """The answers by their questions, of an output as JSON."""
    questions = json.loads(ended.out)["contract"]["questions"]
    return {it["question"]: it["values"] for it in questions if it["answer"] is not None}


def test_a_probe_answers_most_and_costs_what_it_says(
    cli: CommandLine, creator: Creator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_files, "_LARGE_BYTES", LARGE_BYTES)
    report = tmp_path / "report.md"
    ended = cli(*PROBE, "--yes", "--report", str(report))
    assert (ended.code, ended.err) == (0, "")
    assert "Probe form Scratch in jason18/zylker-store, DEVELOPMENT." in ended.out
    price = re.search(r"It costs at most (\d+) calls of the (\d+) left today", ended.out)
    assert price is not None
    assert len(creator.log) <= int(price[1]) <= MOST_CALLS
    assert {entry.environment for entry in creator.log} == {"development"}
    assert "counted unpacked" in ended.out
    answered = re.search(r"(\d+) of 14 questions are answered:", ended.out)
    assert answered is not None
    assert int(answered[1]) >= 12
    steps = re.findall(r"^ {1,2}(\d+)  \w+", ended.out, re.MULTILINE)
    assert steps == [f"{number}" for number in range(1, len(creator.log) + 1)]
    assert f"after {len(creator.log)} calls." in ended.out
    assert "To find it, sign in without ZohoCreator.bulk.UPDATE, then: zcbulk-tui" in ended.out
    assert all(len(line) <= 100 for line in ended.out.splitlines() if line.startswith("  "))

    again = cli(*PROBE, "--yes")
    assert again.code == 0
    assert "The probe is complete" in again.out
    calls = len(creator.log)
    assert len(transcript()) == calls
    assert cli(*PROBE, "--yes", "--anew", "--calls", "1").code == 2
    assert (len(creator.log), len(transcript())) == (calls, calls)

    text = report.read_text(encoding="utf-8")
    report.unlink()
    assert cli("doctor", "--report", str(report)).code == 0
    assert report.read_text(encoding="utf-8") == text
    # A form that does not exist takes no other's place.
    mistyped = cli(*PROBE, "--yes", "--form", "Scrtch", "--report", str(report))
    assert mistyped.code != 0
    assert "No report was written" in mistyped.out
    assert report.read_text(encoding="utf-8") == text
    assert cli("doctor", "--report", str(report)).code == 0
    assert report.read_text(encoding="utf-8") == text
    assert text.count("\n| ") > calls
    report.write_text("Notes of mine", encoding="utf-8")
    refused = cli("doctor", "--report", str(report))
    assert (refused.code, refused.out) == (2, "")
    assert "is there already, and is no earlier report" in refused.err
    assert report.read_text(encoding="utf-8") == "Notes of mine"
    check_names_nobody(text, creator)


def check_names_nobody(text: str, creator: Creator) -> None:
    """Looks for what would say whose account, form or job a report is of."""
    ids = {job.id for job in creator.jobs.values() if job.address.form == "Scratch"}
    assert ids
    fields = {field.link_name for field in FORMS["Scratch"].fields}
    canaries = {"jason18", "zylker", "Scratch", "jason@", CANARY, "127.0.0.1", *ids, *fields}
    assert not {it for it in canaries if it in text}
    assert not re.search(r"[0-9]{9}|@|://", text)
    assert "409 | 11070 |" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--probe", "--yes"), "The environment of the probe is not named"),
        ((*PROBE[1:], "--environment", "production", "--yes"), "never runs in production"),
        (PROBE[1:], "no terminal to ask on"),
        ((*PROBE[1:], "4027", "--yes"), "names a form, not a job"),
        (("--calls", "5"), "--calls is for a probe"),
        (("--form", "Scratch"), "--form is for a probe"),
        ((*PROBE[1:], "--yes", "--calls", "41"), "should be from 1 to 40"),
        ((*PROBE[1:], "--yes", "--report", "/no/such/folder/r.md"), "does not exist"),
        (("--report", "report.md"), "There is no probe to report"),
        (("--report", "/dev/full"), "Name a file, or leave out --report."),
        (("--report", ""), "Name a file, or leave out --report."),
        ((*PROBE[1:], "--yes", "--report", "/dev"), "Name a file, or leave out --report."),
    ],
)
def test_what_is_refused_sends_nothing(
    arguments: tuple[str, ...], said: str, cli: CommandLine, creator: Creator
) -> None:
    ended = cli("doctor", *arguments)
    assert ended.code == 2
    assert said in ended.err
    assert creator.log == []


def test_a_configuration_that_is_read_only_probes_nothing(
    cli: CommandLine, creator: Creator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZCBULK_READ_ONLY", "true")
    ended = cli(*PROBE, "--yes")
    assert ended.code == 2
    assert "read-only" in ended.err
    assert creator.log == []


@pytest.mark.parametrize("typed", ["n", ""])
def test_without_a_yes_nothing_is_sent(
    typed: str, cli: CommandLine, creator: Creator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "has_terminal", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: typed)
    ended = cli(*PROBE)
    assert ended.code == 1
    assert "It costs at most" in ended.out
    assert creator.log == []


def test_a_probe_may_be_spread_over_runs(cli: CommandLine, creator: Creator) -> None:
    few = cli(*PROBE, "--yes", "--calls", "5")
    assert (few.code, creator.log) == (2, [])
    assert "The next step takes at least 14 calls" in few.err
    for run in range(1, 6):
        again = re.search(r"(?:To go on|Write): zcbulk-tui (.+)", few.out + few.err)
        assert again is not None
        assert again[1].split() == [*PROBE, "--calls", "14"]
        ended = few = cli(*again[1].split(), "--yes")
        assert ended.code == 0
        assert len(creator.log) <= 14 * run
        if "The probe is complete" in ended.out:
            break
    assert "The probe is complete" in ended.out
    assert run > 1
    assert len(creator.log) <= MOST_CALLS


def test_without_a_terminal_it_shows_its_plan_and_price_before_it_refuses(
    cli: CommandLine, creator: Creator
) -> None:
    ended = cli(*PROBE)
    assert (ended.code, creator.log) == (2, [])
    assert "starts some and aborts others" in ended.out
    assert "It costs at most" in ended.out
    assert "In a script, add --yes." in ended.err


def test_the_answers_of_a_complete_probe_take_no_yes(cli: CommandLine, creator: Creator) -> None:
    assert cli(*PROBE, "--yes").code == 0
    made = len(creator.log)
    ended = cli(*PROBE)
    assert (ended.code, ended.err, len(creator.log)) == (0, "", made)
    assert "questions are answered:" in ended.out


def test_a_run_that_stops_says_how_many_calls_the_next_step_takes(
    cli: CommandLine, creator: Creator
) -> None:
    ended = cli(*PROBE, "--yes", *FEW)
    assert len(creator.log) <= 14
    takes = re.search(r"what comes next: that takes at least (\d+) calls?\.", ended.out)
    assert takes is not None
    assert 0 < int(takes[1]) <= MOST_CALLS


def test_the_day_s_reserve_ends_a_run(
    cli: CommandLine, creator: Creator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZCBULK_BUDGET_DAILY_CALLS", "30")
    monkeypatch.setenv("ZCBULK_BUDGET_SHARE", "1")
    monkeypatch.setenv("ZCBULK_BUDGET_RESERVE", "7")
    ended = cli(*PROBE, "--yes")
    assert ended.code == 1
    assert "kept for start and abort" in ended.err
    assert 0 < len(creator.log) <= 23


class KilledError(BaseException):
    """Ends a process at once, as far as what it keeps goes."""


def test_a_probe_that_is_killed_after_each_step_loses_nothing(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a server that differs from the usual one in all that can be asked of it."""
    end = Contracts.end

    def die(self: Contracts, form: FormRef, exchange: Exchange) -> None:
        end(self, form, exchange)
        raise KilledError

    monkeypatch.setattr(Contracts, "end", die)
    kills = 0
    with simulated(monkeypatch, PERSONALITIES["oas"]) as creator:
        while True:
            try:
                ended = cli(*PROBE, "--yes", "--json")
                break
            except KilledError:
                kills += 1
    assert ended.code == 0
    assert len(creator.log) == len(transcript()) == kills <= MOST_CALLS
    found = answers(ended)
    assert len(found) >= 12
    assert found["control_method"] == {"method": "PUT"}
    assert found["control_body"]["body"] == "flat"
    assert found["record_details"] == {"place": "beside"}
    assert found["bad_record"] == {"fails": "alone"}


def dies_at(number: int, monkeypatch: pytest.MonkeyPatch, *, is_sent: bool) -> None:
    """Has the process killed with a step: before its call, or before its answer is written."""
    begin, end, steps = Contracts.begin, Contracts.end, count(1)

    def begin_and_die(self: Contracts, form: FormRef, step: Step, at: datetime) -> None:
        begin(self, form, step, at)
        if not is_sent and next(steps) == number:
            raise KilledError

    def die_and_end(self: Contracts, form: FormRef, exchange: Exchange) -> None:
        if is_sent and next(steps) == number:
            raise KilledError
        end(self, form, exchange)

    monkeypatch.setattr(Contracts, "begin", begin_and_die)
    monkeypatch.setattr(Contracts, "end", die_and_end)


@pytest.mark.parametrize("is_sent", [False, True])
@pytest.mark.parametrize("number", [2, 10])
def test_what_was_cut_is_never_sent_again(
    number: int,
    is_sent: bool,
    cli: CommandLine,
    creator: Creator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as dying:
        dies_at(number, dying, is_sent=is_sent)
        with pytest.raises(KilledError):
            cli(*PROBE, "--yes")
    cut = transcript()[-1]
    assert (cut.is_answered, len(creator.log)) == (False, number if is_sent else number - 1)
    ended = cli(*PROBE, "--yes", *FEW)
    made = transcript()
    if (number, is_sent) == (2, True):  # the job that nobody knows the id of holds the form
        assert ended.code == 1
        said = rf"Nothing more can be asked now, after {len(made)} calls\. .+ To go on: zcbulk-tui"
        assert re.search(said, ended.out)
    else:
        assert ended.code == 0
    assert len({it.step.key for it in made}) == len(made) <= MOST_CALLS
    sent = [it for it in made if it.step != cut.step or is_sent]
    assert len(creator.log) == len(sent)
    assert changes(creator) == sum(it.step.act.changes for it in sent)


def test_a_probe_with_an_open_job_is_not_forgotten(
    cli: CommandLine, creator: Creator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dies_at(4, dying, is_sent=False)
        with pytest.raises(KilledError):
            cli(*PROBE, "--yes")
    made, calls = transcript(), len(creator.log)
    (job,) = (it.seen["job_id"] for it in made if "job_id" in it.seen)
    ended = cli(*PROBE, "--yes", "--anew")
    assert ended.code == 2
    assert f"Job {job} would be forgotten" in ended.err
    assert (transcript(), len(creator.log)) == (made, calls)
    to_go_on = re.search(r"First bring it to its end: zcbulk-tui (.+)", ended.err)
    assert to_go_on is not None
    assert cli(*to_go_on[1].split(), "--yes").code == 0
    assert cli(*PROBE, "--yes", "--anew", *FEW).code == 0


@pytest.mark.usefixtures("creator")
def test_the_fields_that_a_probe_has_read_are_kept_for_others(cli: CommandLine) -> None:
    assert cli(*PROBE, "--yes", *FEW).code == 0
    with closing(open_database(memory_file())) as database:
        form = Contracts(database, "default").last_form()
        assert form is not None
        kept = MetaCache(database).fields(form)
    assert kept is not None
    expected = [(it.link_name, it.choices) for it in FORMS["Scratch"].fields]
    assert [(it.link_name, it.choices) for it in kept.fields] == expected
    assert kept.read_at == transcript()[0].sent_at


def test_a_process_that_is_killed_sends_nothing_twice(
    cli: CommandLine, creator: Creator, tmp_path: Path
) -> None:
    env = environment(
        tmp_path / "home",
        base_url=os.environ["ZCBULK_BASE_URL"],
        token=CANARY,
        ZCBULK_OWNER="jason18",
        ZCBULK_APP="zylker-store",
        ZCBULK_FORM="Scratch",
    )
    pass_time = creator.on_call
    process = subprocess.Popen(
        [*PROGRAM, *PROBE, "--yes"],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def kill(entry: LogEntry) -> None:
        pass_time(entry)
        if len(creator.log) >= 7:
            process.send_signal(signal.SIGKILL)

    creator.on_call = kill
    assert process.wait(PATIENCE) == -signal.SIGKILL
    creator.on_call = pass_time
    assert cli(*PROBE, "--yes", *FEW).code == 0
    made = transcript()
    assert len(creator.log) == len(made)
    assert changes(creator) == sum(it.step.act.changes for it in made)
    assert sum(not it.is_answered for it in made) == 1


def test_doctor_says_what_is_known(cli: CommandLine, creator: Creator) -> None:
    def line() -> str:
        return next(it for it in cli("doctor").out.splitlines() if " contract " in it)

    assert "Nothing is known beyond Zoho's documents" in line()
    assert "zcbulk-tui doctor --probe --form NAME --environment development" in line()
    before = json.loads(cli("doctor", "--json").out)["contract"]
    assert (before["answered"], before["asked"]) == (0, 14)
    assert cli(*PROBE, "--yes", *FEW).code == 0
    calls = len(creator.log)
    after = json.loads(cli("doctor", "--json").out)["contract"]
    assert after["answered"] >= 5
    said = f"{after['answered']} of 14 questions of Zoho's contract are answered, the last"
    assert said in line()
    assert [it.path for it in creator.log[calls:] if it.path != "/"] == []
    seen = len(creator.log)
    assert cli(*PROBE, "--yes", "--anew", *FEW).code == 0
    assert 0 < len(creator.log) - seen == len(transcript()) <= 14


def test_no_list_of_fields_ends_a_run_and_says_what_to_do(
    cli: CommandLine, creator: Creator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZCBULK_FORM", "No_Such_Form")
    ended = cli(*PROBE, "--yes")
    assert ended.code == 1
    assert "Correct its link name" in ended.err
    assert "To go on: zcbulk-tui doctor --probe" in ended.err
    assert changes(creator) == 0


def test_a_watched_job_keeps_its_form(cli: CommandLine, creator: Creator) -> None:
    job = "3888833000000114099"
    added = cli("jobs", "add", job, "--environment", "development", "--label", "Mine")
    assert added.code == 0
    ended = cli(*PROBE, "--yes")
    assert ended.code == 2
    assert "Form Scratch is in use" in ended.err
    assert creator.log == []


def test_a_contradiction_that_a_probe_finds_is_said_and_noted(
    cli: CommandLine, creator: Creator
) -> None:
    with closing(open_database(memory_file())) as database:
        known = Finding(Question.RECORD_DETAILS, {"place": "beside"}, LONG_AGO)
        origin = os.environ["ZCBULK_BASE_URL"]
        Contracts(database, "default").note(origin, known)
    ended = cli(*PROBE, "--yes", *FEW)
    said = "Place of the counts: known since 2026-01-02 as “beside”, seen now as “inside”"
    assert ended.err.count(said) == 1
    assert cli("doctor").out.count(said) == 1
    assert said in cli("log").out
    assert creator.log


def test_a_job_that_can_be_neither_started_nor_aborted_gets_no_file(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulated(monkeypatch, PERSONALITIES["page"]) as creator:
        creator.accounts.permit(CANARY, set(scopes.ALL) - {scopes.UPDATE})
        ended = cli(*PROBE, "--yes")
        assert ended.code == 0
        assert [it.action for it in creator.log if it.method == "POST"] == ["create"]
    (job,) = (it.id for it in creator.jobs.values() if it.address.form == "Scratch")
    assert f"Job {job} keeps the form busy until it expires, 3 hours" in ended.out
    assert f"sign in with {scopes.UPDATE} (zcbulk-tui login)" in ended.out


def test_a_job_whose_results_are_unread_when_the_calls_are_used_up_is_named(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulated(monkeypatch, PERSONALITIES["patient"]):
        ended = cli(*PROBE, "--yes", *FEW)
    said = r"Job \d+ was started: its results are read if you go on within 2 days\."
    assert re.search(said, ended.out)
