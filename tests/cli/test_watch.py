"""``watch --until``: arms a night, and works through it where there is no screen."""

import json
import re
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.simulator.support import ManualClock, control, created, csv_of, upload
from tests.support import json_outputs
from tests.support.commands import CANARY, PATIENCE, PROGRAM, CommandLine, environment
from tests.support.reports import report, reported
from tests.support.simulators import url_of
from zcbulk_tui.cli import dashboard, headless, prompts, watch
from zcbulk_tui.domain.insertion import QueueStop
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.night import ErrorBudget, Night
from zcbulk_tui.errors import FaultError
from zcbulk_tui.monitor.alerts import Alerts
from zcbulk_tui.monitor.night import NightWatch
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.fields import Field, Form, Kind
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.simulator.verdicts import InsertRules
from zcbulk_tui.store.database import FILE_NAME, open_database
from zcbulk_tui.store.nights import Nights
from zcbulk_tui.store.queue_stops import QueueStops

FORM = Form("Rows", (Field("Key", mandatory=True), Field("Number", Kind.NUMBER)))
ROWS = [[f"K{number}", "many" if number < 7 else "1"] for number in range(20)]


class Zoho:
    """A job that has ended with 7 failures, at a simulator."""

    def __init__(self) -> None:
        clock = ManualClock()
        rules = InsertRules(False)
        self.creator: Creator = build(
            "steady", clock=clock, token=CANARY, forms=[FORM], rules=rules
        )
        self.job = created(self.creator, "Rows")
        upload(self.creator, self.job, csv_of([["Key", "Number"], *ROWS]))
        control(self.creator, self.job)
        clock.now += 3600
        self.base_url = self.url = ""


@pytest.fixture
def zoho(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zoho]:
    zoho = Zoho()
    with LoopbackServer(zoho.creator) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.base_url)
        monkeypatch.setenv("ZCBULK_ACCESS_TOKEN", CANARY)
        zoho.base_url, zoho.url = server.base_url, url_of(server, zoho.job)
        yield zoho


def armed(home: Path) -> Night | None:
    with closing(open_database(home / "state" / FILE_NAME)) as database:
        return Nights(database, "default").current()


def soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def test_a_night_without_a_terminal_ends_with_its_report(
    cli: CommandLine, zoho: Zoho, tmp_path: Path
) -> None:
    path = tmp_path / "night.md"
    ended = cli("watch", zoho.url, "--until", soon(1.5), "--report", str(path))
    assert (ended.code, ended.err) == (headless.NEEDS_A_PERSON, "")
    lines = [line[10:] for line in ended.out.splitlines()]
    assert lines[0].startswith("Night until ")
    assert any(line.endswith("done, 13 in, 7 failed") for line in lines)
    assert f"Night ended. The report is in {path}" in lines
    assert ended.out.splitlines()[-1].endswith("; 1 job ran, 13 records are in, 7 failed.")
    shown = json.loads(path.with_suffix(".json").read_text())
    json_outputs.check_value("report", shown)
    (job,) = json.loads(json.dumps(shown["jobs"]))
    counts = {name: job["last"][name] for name in ("total", "success", "failed", "left")}
    assert counts == {"total": 20, "success": 13, "failed": 7, "left": 0}
    assert shown["night"]["late_seconds"] == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = cli("report")
    assert again.out.splitlines()[0] == path.read_text().splitlines()[0]
    assert "| 13 | 7 | 0 |" in again.out


def test_a_signal_leaves_the_night_armed_and_says_so(zoho: Zoho, tmp_path: Path) -> None:
    home = tmp_path / "other"
    env = environment(home, base_url=zoho.base_url, token=CANARY)
    process = subprocess.Popen(
        [*PROGRAM, "watch", zoho.url, "--until", "8h"],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "Night until" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGTERM
    assert "The night stays armed until" in err
    night = armed(home)
    assert night is not None
    assert timedelta(hours=7, minutes=59) < night.until - datetime.now(UTC) < timedelta(hours=8)


def fails(*_: object) -> None:
    raise ZeroDivisionError(CANARY)


def test_a_night_without_alerts_goes_on_and_does_not_end_as_if_all_were_well(
    cli: CommandLine, zoho: Zoho, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Alerts, "_evaluate", fails)
    monkeypatch.setattr(headless, "exit_code", lambda _: 0)  # as far as its jobs go
    path = tmp_path / "night.md"
    ended = cli("watch", zoho.url, "--until", soon(1.5), "--report", str(path))
    assert ended.code == FaultError.exit_code
    said = [line[10:] for line in ended.out.splitlines()]
    (fault,) = [it for it in said if "fault in this program" in it]
    assert fault.startswith("The alerts failed: a fault in this program. ZeroDivisionError at ")
    assert f"Night ended. The report is in {path}" in said
    assert CANARY not in ended.out + ended.err


def test_a_night_that_nothing_ends_any_more_is_not_waited_for(
    cli: CommandLine, zoho: Zoho, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NightWatch, "look", fails)
    ended = cli("watch", zoho.url, "--until", "8h")
    assert ended.code == FaultError.exit_code
    assert "The night watch failed: a fault in this program" in ended.err
    assert CANARY not in ended.out + ended.err


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was run instead of a window."""
    calls: list[str] = []

    def note(name: str, *_: object) -> int:
        calls.append(name)
        return 0

    monkeypatch.setattr(headless, "run", partial(note, "headless"))
    monkeypatch.setattr(dashboard, "show", partial(note, "dashboard"))
    monkeypatch.setattr(dashboard, "profile_spec", lambda *_: None)
    return calls


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A terminal on which yes is answered; the answers may be changed."""
    answers = ["y"]
    monkeypatch.setattr(watch, "_has_terminal", lambda: True)
    monkeypatch.setattr(prompts, "confirm", lambda _: answers[0] == "y")
    return answers


def test_on_a_terminal_it_asks_once_and_shows_the_dashboard(
    cli: CommandLine, shown: list[str], terminal: list[str], home: Path
) -> None:
    terminal[0] = "n"
    refused = cli("watch", "--until", "07:00")
    assert (refused.code, shown, armed(home)) == (1, [], None)
    assert "The queue stops at 500 failed records, or more than 3 % failed" in refused.out
    assert "Any dashboard of this profile goes on with it" in refused.out
    terminal[0] = "y"
    ended = cli("watch", "--until", "07:00", "--stop-failed", "10", "--stop-share", "off")
    night = armed(home)
    assert (ended.code, shown) == (0, ["dashboard"])
    assert night is not None
    assert night.budget == ErrorBudget(10, None)
    assert f"{night.until.astimezone():%H:%M}" == "07:00"
    assert night.report.parent == home / "state" / "reports"


@pytest.mark.usefixtures("terminal")
def test_headless_needs_no_missing_terminal(cli: CommandLine, shown: list[str]) -> None:
    assert cli("watch", "--until", "8h", "--headless").code == 0
    assert shown == ["headless"]


def test_the_same_command_again_goes_on_with_the_night(
    cli: CommandLine, shown: list[str], home: Path
) -> None:
    cli("watch", "--until", "07:00")
    first = armed(home)
    assert "Goes on with the night until" in cli("watch", "--until", "07:00").out
    assert armed(home) == first
    other = cli("watch", "--until", "06:00")
    assert other.code == 2
    assert "armed until 07:00" in other.err
    assert shown == ["headless"] * 2


def test_a_night_that_nobody_has_ended_is_ended_before_the_next(
    cli: CommandLine, shown: list[str], home: Path
) -> None:
    cli("watch", "--until", "07:00")
    with (
        closing(open_database(home / "state" / FILE_NAME)) as database,
        database.transaction() as connection,
    ):
        connection.execute("UPDATE nights SET until = until - 86400000")
    assert cli("watch", "--until", "07:00").code == 0
    with closing(open_database(home / "state" / FILE_NAME)) as database:
        (left,) = Nights(database, "default").unreported(datetime.now(UTC) - timedelta(days=7))
    assert left.ended_at is not None
    assert shown == ["headless"] * 2


def test_off_disarms_it(cli: CommandLine, shown: list[str], home: Path) -> None:
    assert cli("watch", "--until", "off").out == "No night is armed.\n"
    cli("watch", "--until", "07:00")
    assert "The night until 07:00 is disarmed." in cli("watch", "--until", "off").out
    assert armed(home) is None
    assert shown == ["headless"]
    assert "Night disarmed by" in cli("log").out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("watch",), "No job was named"),
        (("watch", "--report", "x.md"), "--report is about a night"),
        (("watch", "--stop-share", "3%"), "--stop-share is about a night"),
        (("watch", "--until", "soon"), "is no time at which a night could end"),
        (("watch", "--until", "8h", "--stop-failed", "x"), "is no number of records"),
        (("watch", "--until", "8h", "--report", "/nowhere/at/all.md"), "There is no folder"),
        (("watch", "--until", "8h", "--report", "/"), "is a folder"),
        (("watch", "--until", "8h", "--report", f"/{300 * 'x'}.md"), "cannot be written"),
        (("watch", "--until", "8h", "--report", "~nobody-here/a.md"), "There is no folder"),
        (("watch", "--until", "8h", "--report", "night.json"), "cannot have the suffix"),
        (("report", "--night", "7"), "There is no such night"),
        (("report", "--since", "soon"), "is no moment in the past"),
    ],
)
def test_what_makes_no_sense_is_said(
    cli: CommandLine, arguments: tuple[str, ...], why: str, home: Path
) -> None:
    ended = cli(*arguments)
    assert ended.code == 2
    assert why in ended.err
    assert not (home / "state" / FILE_NAME).exists() or armed(home) is None


@pytest.mark.parametrize(
    ("state", "failed", "code"),
    [
        (JobState.COMPLETED, 0, 0),
        (JobState.IN_PROGRESS, 5, 0),
        (JobState.COMPLETED, 1, 10),
        (JobState.SYSTEM_ABORTED, 1, 11),
        (JobState.EXPIRED, 0, 11),
    ],
)
def test_the_exit_code_is_the_worst_end(state: JobState, failed: int, code: int) -> None:
    made = report(reported(), reported(failed=failed, state=state))
    assert headless.exit_code(made) == code
    stopped = report(stop=QueueStop(made.ended_at, "by hand", "anna@jump1"))
    assert headless.exit_code(stopped) == 10


def test_the_queue_is_stopped_and_goes_on_by_a_person(
    cli: CommandLine, zoho: Zoho, tmp_path: Path, home: Path
) -> None:
    stopped = cli("queue", "stop", "--why", "Zoho is down")
    assert stopped.code == 0
    assert ": Zoho is down." in stopped.out
    assert "To let it go on: zcbulk-tui queue go-on" in cli("queue").out
    assert json.loads(cli("queue", "--json").out) == []
    file = tmp_path / "rows.csv"
    file.write_text("Key,Number\r\nK1,1\r\n")
    names = ("--owner", "jason18", "--app", "zylker-store", "--form", "Rows", "--yes")
    refused = cli("insert", str(file), *names)
    assert refused.code == 2
    assert "The queue is stopped, so nothing was sent" in refused.err
    assert "zcbulk-tui queue go-on" in refused.err
    assert len(zoho.creator.jobs) == len(build("steady").jobs) + 1
    assert cli("queue", "go-on").code == 2  # no terminal to ask on
    assert "The queue goes on." in cli("queue", "go-on", "--yes").out
    assert cli("queue", "go-on").out == "The queue is not stopped.\n"
    with closing(open_database(home / "state" / FILE_NAME)) as database:
        assert QueueStops(database, "default").current() is None
    log = cli("log").out
    assert ": Zoho is down" in log
    assert "Queue goes on: " in log


def test_a_command_that_waits_ends_when_the_queue_is_stopped(
    cli: CommandLine, zoho: Zoho, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zcbulk_tui.cli.insert.check_not_stopped", lambda _: None)
    cli("queue", "stop")  # after the command has looked
    file = tmp_path / "rows.csv"
    file.write_text("Key,Number\r\nK1,1\r\n")
    names = ("--owner", "jason18", "--app", "zylker-store", "--form", "Rows", "--yes")
    before = len(zoho.creator.log)
    ended = cli("insert", str(file), *names, "--wait")
    assert ended.code == 2
    assert "The queue is stopped, so nothing was sent" in ended.err
    assert "To let it go on: zcbulk-tui queue go-on. Then, unless a dashboard" in ended.err
    assert re.search(r"zcbulk-tui queue go-on [0-9a-f]{8} --wait\n", ended.err)
    assert all(entry.method == "GET" for entry in zoho.creator.log[before:])
    assert "rows.csv" in cli("queue").out
