"""``start`` and ``abort`` against the project's own simulator: sent once, and told truthfully."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.commands import CANARY, CommandLine, Ended
from tests.support.contract import OPENAPI_STARTED, PAGE_ABORTED, PAGE_STARTED, PAGE_STATUS
from tests.support.jobs import URL
from tests.support.simulators import commands_sent, labelled, url_of
from tests.support.stub_server import Reply, StubServer
from zcbulk_tui.config import paths
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import ERRORS, Call
from zcbulk_tui.simulator.hostile import SERVER_ERROR
from zcbulk_tui.simulator.messages import LOST, Response
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.schedule import Fault, Schedule
from zcbulk_tui.simulator.server import LoopbackServer

pytestmark = pytest.mark.usefixtures("signed_in", "quick")

JOBS = {"start": "Price list", "abort": "Customers"}
"""A job that each of the commands fits."""

BEFORE = {"start": State.READY, "abort": State.RUNNING}
AFTER = {"start": State.RUNNING, "abort": State.USER_ABORTED}
CONTROL = frozenset({Call.CONTROL})

ACTIONS = pytest.mark.parametrize("action", ["start", "abort"])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the looks at what became of a command come soon."""
    monkeypatch.setattr("zcbulk_tui.domain.control.LOOKS", (0.1, 0.2, 0.3, 0.5))


class Stage:
    """A simulator to command.

    Attributes:
        creator: The simulator itself.
    """

    def __init__(self, creator: Creator, server: LoopbackServer, cli: CommandLine) -> None:
        self.creator = creator
        self._server = server
        self._cli = cli

    def url(self, label: str) -> str:
        """A job's URL."""
        return url_of(self._server, labelled(self.creator, label))

    def state(self, label: str) -> State:
        """How a job really stands."""
        return labelled(self.creator, label).state(self.creator.timeline.now())

    def run(self, action: str, label: str | None = None, *options: str) -> Ended:
        """Commands a job, the one that fits by itself."""
        label = label or JOBS.get(action, JOBS["abort"])
        return self._cli(action, self.url(label), *options)

    def heal(self) -> None:
        """Ends all faults."""
        self.creator._schedule = Schedule(1)

    @property
    def sent(self) -> list[tuple[str, str | None]]:
        """Method and action of what was sent to start or abort."""
        return commands_sent(self.creator)


@contextmanager
def stage_of(
    scenario: str, cli: CommandLine, monkeypatch: pytest.MonkeyPatch, token: str = CANARY
) -> Iterator[Stage]:
    creator = build(scenario, token=token)
    with LoopbackServer(creator) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.base_url)
        yield Stage(creator, server, cli)


@pytest.fixture
def steady(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with stage_of("steady", cli, monkeypatch) as stage:
        yield stage


def in_one_line(ended: Ended, code: int, *words: str) -> None:
    """Makes sure that the command ended like this, with one complaint that has these words."""
    assert (ended.code, ended.out) == (code, "")
    (complaint,) = ended.lines
    for word in words:
        assert word in complaint
    assert CANARY not in complaint


@ACTIONS
def test_without_a_terminal_it_takes_a_yes(steady: Stage, action: str) -> None:
    in_one_line(steady.run(action), 2, "no terminal", "nothing was sent", "--yes")
    assert steady.creator.log == []
    assert steady.state(JOBS[action]) is BEFORE[action]


@pytest.mark.parametrize(
    ("action", "words"),
    [("start", "Job created successfully"), ("abort", "Job aborted successfully")],
)
def test_with_a_yes_it_is_sent_once(steady: Stage, action: str, words: str) -> None:
    ended = steady.run(action, None, "--yes")
    assert steady.state(JOBS[action]) is AFTER[action]
    assert steady.sent == [("PATCH", action)]
    assert (ended.code, ended.err) == (0, "")
    assert f"{action.capitalize()} accepted" in ended.out
    assert f"the server said “{words}”" in ended.out
    assert CANARY not in ended.out


@pytest.mark.parametrize(
    ("action", "answer", "words"),
    [
        pytest.param("start", PAGE_STARTED, "Job created successfully", id="page-start"),
        pytest.param("abort", PAGE_ABORTED, "Job aborted successfully", id="page-abort"),
        pytest.param("start", OPENAPI_STARTED, "Job started successfully", id="openapi-start"),
        pytest.param("start", b'{"code":3000}', "", id="no-words"),
    ],
)
def test_the_literal_answers_of_the_documents(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, action: str, answer: bytes, words: str
) -> None:
    with StubServer([Reply(200, answer)]) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        ended = cli(action, URL, "--yes", "--environment", "development")
    (request,) = server.requests
    assert (request.method, request.json()) == ("PATCH", {"data": {"action": action}})
    assert request.headers["environment"] == "development"
    assert request.headers["content-type"] == "application/json"
    assert (ended.code, ended.err) == (0, "")
    assert words in ended.out


@pytest.mark.parametrize(
    ("scenario", "first", "second"),
    [
        pytest.param("openapi", {"PATCH", "PUT"}, "PUT", id="openapi"),
        pytest.param("put-only", {"PATCH", "PUT"}, "PUT", id="put-only"),
        pytest.param("flat-body", {"PATCH"}, "PATCH", id="flat-body"),
    ],
)
def test_the_way_that_worked_is_kept_for_the_next_process(
    cli: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    scenario: str,
    first: set[str],
    second: str,
) -> None:
    with stage_of(scenario, cli, monkeypatch) as stage:
        # Between two commands in one process, too, nothing but the state folder remembers.
        ended = cli("start", stage.url("Price list"), "--yes")
        assert (ended.code, ended.err) == (0, "")
        assert stage.state("Price list") is State.RUNNING
        assert {method for method, _ in stage.sent} == first
        assert len(stage.sent) > 1
        stage.creator.log.clear()
        ended = cli("abort", stage.url("Customers"), "--yes")
        assert (ended.code, ended.err) == (0, "")
        assert stage.sent == [(second, "abort")]
        assert stage.state("Customers") is State.USER_ABORTED
    assert CANARY.encode() not in b"".join(
        path.read_bytes() for path in home.rglob("*") if path.is_file()
    )


def test_the_first_way_can_be_set(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    config = home / "settings.toml"
    config.write_text('[control]\nmethod = "PUT"\nbody = "flat"\n', encoding="utf-8")
    monkeypatch.setenv(paths.CONFIG, str(config))
    with stage_of("openapi", cli, monkeypatch) as stage:
        assert stage.run("start", None, "--yes").code == 0
        assert stage.sent == [("PUT", "start")]


def test_a_server_that_takes_commands_at_the_url_of_a_report_only(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZCBULK_CONTROL_REPORT", "All_Records")
    with stage_of("report-only", cli, monkeypatch) as stage:
        ended = stage.run("start", None, "--yes")
        assert (ended.code, ended.err) == (0, "")
        assert stage.sent[-1] == ("POST", "start")
        assert len(stage.sent) == 4
        stage.creator.log.clear()
        assert cli("abort", stage.url("Customers"), "--yes").code == 0
        assert len(stage.sent) == 4, "tried last again: with a wrong name no other way would follow"


@ACTIONS
@pytest.mark.parametrize(
    ("label", "words"),
    [("Regions", "already completed"), ("Stock", "already aborted by a user")],
)
def test_a_job_that_is_over(steady: Stage, action: str, label: str, words: str) -> None:
    row = ERRORS["409-11100" if label == "Regions" else "409-11080"]
    ended = steady.run(action, label, "--yes")
    in_one_line(ended, 1, words, f"HTTP 409, code {row.code}: “{row.message}”")
    assert steady.sent == [("PATCH", action)]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        pytest.param("Orders backlog", "the form has a running job", id="form-is-busy"),
        pytest.param("Leads", "upload is not complete", id="no-file"),
        pytest.param("Customers", "already running", id="running"),
    ],
)
def test_a_start_that_is_refused(steady: Stage, label: str, words: str) -> None:
    before = steady.state(label)
    in_one_line(steady.run("start", label, "--yes"), 1, words)
    assert steady.sent == [("PATCH", "start")]
    assert steady.state(label) is before


@ACTIONS
@pytest.mark.parametrize("answer", [LOST, SERVER_ERROR], ids=["lost", "500"])
def test_an_unclear_answer_to_what_was_carried_out(
    steady: Stage, action: str, answer: Response
) -> None:
    assert steady.run("status", JOBS[action]).code == 0
    steady.creator.log.clear()
    steady.creator.inject(Fault(answer, behind=True, calls=CONTROL))
    ended = steady.run(action, None, "--yes")
    assert steady.sent == [("PATCH", action)]
    assert steady.state(JOBS[action]) is AFTER[action]
    assert [entry.method for entry in steady.creator.log] == ["PATCH", "GET"]
    assert (ended.code, ended.err) == (0, "")
    assert "the status shows that it took effect" in ended.out


@ACTIONS
def test_without_a_status_from_before_no_effect_is_claimed(steady: Stage, action: str) -> None:
    steady.creator.inject(Fault(LOST, behind=True, calls=CONTROL))
    ended = steady.run(action, None, "--yes")
    assert [entry.method for entry in steady.creator.log] == ["PATCH", "GET"]
    state = {"start": "In-progress", "abort": "User Aborted"}[action]
    in_one_line(replace(ended, out=""), 4, "whether this command did it is not known", state)
    assert "whether this command did it is not known" in steady.run("status", JOBS[action]).out


def test_an_accepted_command_is_not_repeated_before_the_status_was_read(steady: Stage) -> None:
    steady.creator.inject(Fault(late=60.0, calls=CONTROL))
    assert steady.run("abort", None, "--yes").code == 0
    in_one_line(steady.run("abort", None, "--yes"), 2, "was accepted at", "Read the status first")
    assert len(steady.sent) == 1
    assert steady.run("status").code == 0
    steady.run("abort", None, "--yes")
    assert len(steady.sent) == 2


def test_no_more_looks_are_made_than_announced(steady: Stage) -> None:
    steady.creator.inject(Fault(SERVER_ERROR))
    assert steady.run("abort", None, "--yes").code == 4
    assert 1 < len(steady.creator.log) <= 5


@ACTIONS
@pytest.mark.parametrize("answer", [LOST, SERVER_ERROR], ids=["lost", "500"])
def test_an_unclear_answer_to_what_was_not_carried_out(
    steady: Stage, action: str, answer: Response
) -> None:
    steady.creator.inject(Fault(answer, calls=CONTROL))
    ended = steady.run(action, None, "--yes")
    assert "the status is read after 0.1, 0.2, 0.3 and 0.5 seconds" in ended.out
    in_one_line(replace(ended, out=""), 1, "the status shows no effect", "before trying again")
    assert steady.sent == [("PATCH", action)]
    looks = len(steady.creator.log) - 1
    assert 1 < looks <= 4  # on a busy machine, two of them may be due at once
    assert steady.state(JOBS[action]) is BEFORE[action]


def test_neither_an_answer_nor_a_status(steady: Stage) -> None:
    steady.creator.inject(Fault(LOST, behind=True))
    ended = steady.run("abort", None, "--yes")
    in_one_line(
        replace(ended, out=""), 4, "not known", "Nothing was sent again", "zcbulk-tui status"
    )
    assert steady.sent == [("PATCH", "abort")]


def test_what_an_earlier_process_left_unclear_is_looked_at_before_anything_is_sent(
    steady: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zcbulk_tui.monitor.aftermath.ANSWERED_WITHIN", 0.2)
    assert steady.run("status").code == 0
    steady.creator.inject(Fault(LOST, behind=True))
    assert steady.run("abort", None, "--yes").code == 4
    steady.heal()
    steady.creator.log.clear()
    ended = steady.run("abort", None, "--yes")
    assert (ended.code, ended.err) == (0, "")
    first, *more = ended.out.splitlines()
    assert first.startswith("What became of the abort of ")
    assert "until then no abort is sent" in first
    assert "the status shows that it took effect" in " ".join(more)
    assert "Nothing is sent again" not in ended.out
    assert steady.sent == []


def test_a_status_settles_what_was_left_unclear(steady: Stage, cli: CommandLine) -> None:
    assert steady.run("status").code == 0
    steady.creator.inject(Fault(LOST, behind=True))
    assert steady.run("abort", None, "--yes").code == 4
    steady.heal()
    assert cli("status", steady.url(JOBS["abort"])).code == 0
    told = json.loads(cli("history", steady.url(JOBS["abort"]), "--json").out)
    assert [one["outcome"] for one in told["commands"]] == ["took effect"]


def test_a_redirect_is_not_followed(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not tell whether the start was carried out; the status does."""
    with StubServer() as elsewhere:
        away = Reply(307, b"", {"Location": f"{elsewhere.url}/steal-the-token"})
        with StubServer([away, Reply(200, PAGE_STATUS)]) as server:
            monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
            ended = cli("start", URL, "--yes")
    assert ended.code == 4
    assert "whether this command did it is not known" in ended.err
    assert [request.method for request in server.requests] == ["PATCH", "GET"]
    assert elsewhere.requests == []


ANSWERS = {
    "429": Reply.of({"code": 2955, "message": "Slow down"}, 429),
    "429 of a gateway": Reply(429, b"rate limited", {"Retry-After": "120"}),
    "404/2930": Reply.of({"code": 2930, "message": "An error occurred"}, 404),
    "401/1000": Reply.of({"code": 1000, "message": "IAM error"}, 401),
    "403 of a portal": Reply(403, b"<title>Hotel</title>"),
    "502": Reply(502, b"<title>502 Bad Gateway</title>"),
    "day spent": Reply.of({"code": 4000, "message": "Spent"}, 200),
}
PROMISES = ("tried again", "asked again", "try again in", "by itself", "waits")


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_nothing_promises_a_repetition_that_nobody_makes(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, answer: Reply
) -> None:
    with StubServer([answer]) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        read = cli("status", URL).err.lower()
    assert not any(word in read.replace("try again in", "") for word in PROMISES)
    if answer is ANSWERS["502"]:
        return  # its status decides: see the tests of unclear answers
    with StubServer([answer]) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        sent = cli("abort", URL, "--yes").err.lower()
    assert not any(word in sent.replace("not sent again by itself", "") for word in PROMISES)
    assert len(server.requests) == 1


@ACTIONS
def test_nobody_listens(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    with StubServer() as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
    in_one_line(cli(action, URL, "--yes"), 4, "cannot be reached", "nothing was sent")
    assert server.requests == []


@ACTIONS
def test_a_token_that_is_not_accepted(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    with stage_of("steady", cli, monkeypatch, token="another") as stage:
        ended = stage.run(action, None, "--yes")
        in_one_line(ended, 3, "access token", "HTTP 401, code 1030", "ZCBULK_ACCESS_TOKEN")
        assert stage.sent == [("PATCH", action)]
        assert stage.state(JOBS[action]) is BEFORE[action]


@ACTIONS
def test_a_read_only_configuration(
    steady: Stage, monkeypatch: pytest.MonkeyPatch, home: Path, action: str
) -> None:
    config = home / "settings.toml"
    config.write_text("read_only = true\n", encoding="utf-8")
    monkeypatch.setenv(paths.CONFIG, str(config))
    in_one_line(steady.run(action, None, "--yes"), 2, "read-only", "nothing was sent", "read_only")
    assert steady.creator.log == []


@ACTIONS
def test_the_environment_is_part_of_the_address(steady: Stage, action: str) -> None:
    in_one_line(steady.run(action, "Suppliers", "--yes"), 1, "no such job", "environment")
    assert steady.state("Suppliers") is State.READY
    ended = steady.run(action, "Suppliers", "--yes", "--environment", "stage")
    assert ended.code == 0
    assert steady.state("Suppliers") is AFTER[action]


def test_status_after_a_start_from_here(steady: Stage, cli: CommandLine) -> None:
    assert steady.run("start", None, "--yes").code == 0
    (found,) = json.loads(cli("status", steady.url("Price list"), "--json").out)
    assert (found["state"], found["total"]) == ("in_progress", 10_000)
