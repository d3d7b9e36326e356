"""``results``: fetched once, listed, copied, removed; against the project's own simulator."""

import json
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.simulator.support import ManualClock, control, created, csv_of, upload
from tests.support.commands import CANARY, CommandLine
from tests.support.full_disk import fill
from tests.support.simulators import url_of
from zcbulk_tui.cli import failing, result_work
from zcbulk_tui.config.settings import ResultSettings, Settings
from zcbulk_tui.domain import backoff
from zcbulk_tui.domain.result_tries import MOST_TRIES
from zcbulk_tui.errors import ResultNotReadyError, ServiceError
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import ERRORS, Call
from zcbulk_tui.simulator.fields import Field, Form, Kind
from zcbulk_tui.simulator.hostile import BAD_GATEWAY, HOSTILE, SERVER_ERROR
from zcbulk_tui.simulator.jobs import RESULT_KEPT_SECONDS, Job
from zcbulk_tui.simulator.messages import Response
from zcbulk_tui.simulator.results import Order, ResultRules
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.simulator.verdicts import InsertRules
from zcbulk_tui.store.database import open_database

pytestmark = pytest.mark.usefixtures("signed_in")

FORM = Form("Rows", (Field("Key", mandatory=True), Field("Number", Kind.NUMBER)))
ROWS = [[f"K{number}", "many" if number < 7 else "1"] for number in range(20)]


class Zoho:
    """A job that has ended with 7 failures, at a simulator.

    Attributes:
        clock: Its time.
        creator: The simulator.
        job: The job.
        url: Its status URL.
    """

    def __init__(self, rules: ResultRules) -> None:
        self.clock = ManualClock()
        self.creator: Creator = build(
            "steady",
            clock=self.clock,
            token=CANARY,
            forms=[FORM],
            rules=InsertRules(False),
            results=rules,
        )
        self.job = self.ended_job()
        self.url = ""

    def ended_job(self) -> Job:
        job = created(self.creator, "Rows")
        upload(self.creator, job, csv_of([["Key", "Number"], *ROWS]))
        control(self.creator, job)
        self.clock.now += 3600
        return job

    def downloads(self) -> int:
        return sum(entry.path.endswith("/result") for entry in self.creator.log)


@pytest.fixture
def rules() -> ResultRules:
    return ResultRules(order=Order.FILE)


@pytest.fixture
def zoho(rules: ResultRules, monkeypatch: pytest.MonkeyPatch) -> Iterator[Zoho]:
    zoho = Zoho(rules)
    with LoopbackServer(zoho.creator) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.base_url)
        zoho.url = url_of(server, zoho.job)
        yield zoho


def objects(out: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(out)
    return found


def test_fetched_once_and_then_on_the_disk(cli: CommandLine, zoho: Zoho, home: Path) -> None:
    first = cli("results", zoho.url)
    assert first.code == 0, first.err
    assert "To fetch: 1 result, 1 call of " in first.out
    assert "failed: 7 records: " in first.out
    assert "unprocessed: 0 records, so there is nothing to fetch" in first.out
    assert zoho.downloads() == 1
    again = cli("results", zoho.url, "--json")
    failed, unprocessed = objects(again.out)
    assert (again.code, zoho.downloads()) == (0, 1)
    assert (failed["result"], failed["stage"], failed["records"]) == ("failed", "on disk", 7)
    assert (failed["expected"], failed["tries"], failed["error"]) == (7, 1, None)
    assert (unprocessed["stage"], unprocessed["path"], unprocessed["expected"]) == (None, None, 0)
    path = Path(failed["path"])
    assert path.is_relative_to(home / "state" / "results")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_size == failed["bytes"]


def test_copied_under_the_label_and_nothing_is_overwritten(
    cli: CommandLine, zoho: Zoho, tmp_path: Path
) -> None:
    folder = tmp_path / "out" / "deep"
    cli("jobs", "add", zoho.url, "--label", "Rows/2026 März")
    ended = cli("results", "Rows/2026 März", "--failed", "--success", "--output", str(folder))
    assert ended.code == 0, ended.err
    copies = sorted(path.name for path in folder.iterdir())
    assert copies == ["Rows-2026-März.failed.csv", "Rows-2026-März.success.csv"]
    assert "many" in (folder / copies[0]).read_text()
    assert stat.S_IMODE((folder / copies[0]).stat().st_mode) == 0o600
    assert zoho.downloads() == 2
    same = cli("results", "Rows/2026 März", "--failed", "--output", str(folder))
    assert same.code == 0, same.err
    (folder / copies[0]).write_text("mine")
    other = cli("results", "Rows/2026 März", "--failed", "--output", str(folder))
    assert other.code == 2
    assert "is there already" in other.err
    assert (folder / copies[0]).read_text() == "mine"
    assert len(list(folder.iterdir())) == 2


def test_a_full_disk_says_that_all_else_is_done(
    cli: CommandLine, zoho: Zoho, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    with monkeypatch.context() as patched:
        fill(patched)
        ended = cli("results", zoho.url, "--failed")
        assert ended.code == 5
        assert "There is no room for the result" in ended.err
        assert zoho.downloads() == 1  # no other call for the same disk
    assert cli("results", zoho.url, "--failed").code == 0
    fill(monkeypatch)
    ended = cli("results", zoho.url, "--failed", "--output", str(folder), "--json")
    assert ended.code == 5
    assert "failed.csv cannot be written. The system says: No space left on device" in ended.err
    assert "No space left" in objects(ended.out)[0]["error"]["cause"]
    assert list(folder.iterdir()) == []
    waiting = zoho.url.replace(zoho.job.path, created(zoho.creator, "Contacts").path)
    assert cli("results", zoho.url, waiting, "--failed", "--output", str(folder)).code == 1


def test_two_jobs_of_one_label_have_two_names(cli: CommandLine, zoho: Zoho, tmp_path: Path) -> None:
    other = zoho.ended_job()
    urls = [zoho.url, zoho.url.replace(zoho.job.path, other.path)]
    for url in urls:
        cli("jobs", "add", url, "--label", "Same")
    ended = cli("results", *urls, "--failed", "--output", str(tmp_path / "out"))
    assert ended.code == 0, ended.err
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"Same-{job.id}.failed.csv" for job in (zoho.job, other)
    ]


def test_listed_and_removed(cli: CommandLine, zoho: Zoho) -> None:
    assert "No results are here" in cli("results", "list").out
    cli("jobs", "add", zoho.url, "--label", "list")
    assert "No results are here" in cli("results", "list").out  # the sub-command wins
    fetched = objects(cli("results", zoho.url, "--failed", "--json").out)
    listed = cli("results", "list")
    assert listed.out.splitlines()[0].split() == [
        *("LABEL", "JOB", "RESULT", "STANDS", "RECORDS", "BYTES", "KEPT", "UNTIL")
    ]
    assert "on disk" in listed.out
    (found,) = objects(cli("results", "list", "--json").out)
    assert found["sha256"] == fetched[0]["sha256"]
    assert found["kept_until"] > found["fetched_at"]
    refused = cli("results", "remove", zoho.job.id)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert Path(found["path"]).exists()
    removed = cli("results", "remove", zoho.job.id, "--yes")
    assert (removed.code, removed.err) == (0, "")
    assert not Path(found["path"]).exists()
    assert objects(cli("results", "list", "--json").out)[0]["stage"] == "removed"
    nothing = cli("results", "remove", zoho.job.id, "--yes")
    assert nothing.code == 2
    assert "nothing was removed" in nothing.err
    assert zoho.downloads() == 1


def test_what_is_lost_is_said_before_it_is_removed(
    cli: CommandLine, zoho: Zoho, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("results", zoho.url, "--failed")
    monkeypatch.setattr("zcbulk_tui.cli.prompts.has_terminal", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "n")
    ended = cli("results", "remove", zoho.url)
    assert ended.code == 1
    assert "7 failed" in ended.out
    assert "Zoho deletes them 3 days after the end" in ended.out
    assert objects(cli("results", "list", "--json").out)[0]["stage"] == "on disk"


@pytest.mark.parametrize(
    "words",
    [
        ("list", "more"),
        ("list", "--failed"),
        ("list", "--yes"),
        ("remove",),
        ("remove", "1", "--output", "x"),
        ("1234", "--yes"),
    ],
)
def test_what_makes_no_sense_is_refused(cli: CommandLine, words: tuple[str, ...]) -> None:
    ended = cli("results", *words)
    assert ended.code == 2
    assert ended.out == ""


def test_a_job_that_is_not_over(cli: CommandLine, zoho: Zoho) -> None:
    waiting = created(zoho.creator, "Contacts")
    url = zoho.url.replace(zoho.job.path, waiting.path)
    ended = cli("results", url)
    assert ended.code == 1
    assert ended.err.count("is not over") == 1
    assert zoho.downloads() == 0


@pytest.mark.parametrize("rules", [ResultRules(delay=10_000.0)])
def test_each_try_of_a_result_that_is_being_made_is_said(
    cli: CommandLine, zoho: Zoho, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "zcbulk_tui.domain.result_tries._WHILE_IT_IS_MADE", (0.05,) * (MOST_TRIES + 1)
    )
    monkeypatch.setattr("zcbulk_tui.monitor.result_fetcher._LEAST_TICK", 0.01)
    monkeypatch.setattr("zcbulk_tui.monitor.result_fetcher.PER_MINUTE", 100)
    ended = cli("results", zoho.url, "--failed")
    assert ended.code == ResultNotReadyError.exit_code == 1
    assert "next try in" in ended.out
    assert f"({MOST_TRIES - 1} calls so far)" in ended.out
    assert zoho.downloads() == MOST_TRIES
    assert "still being made" in ended.err


@pytest.mark.parametrize("key", ["401-1000", "401-2945", "403-2933"])
def test_a_command_that_is_given_again_asks_again(cli: CommandLine, zoho: Zoho, key: str) -> None:
    answer = ERRORS[key].response()
    zoho.creator.inject(Fault(answer, calls=frozenset({Call.RESULT}), times=1))
    first = cli("results", zoho.url, "--failed")
    assert first.code in (1, 3)
    assert "next try in" not in first.out
    again = cli("results", zoho.url, "--failed")
    assert (again.code, zoho.downloads()) == (0, 2), again.err
    assert "7 records" in again.out


@pytest.mark.parametrize("answer", [HOSTILE["success in HTML"], BAD_GATEWAY, SERVER_ERROR])
def test_what_passes_is_not_waited_for_without_end(
    cli: CommandLine, zoho: Zoho, answer: Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.4)
    monkeypatch.setattr("zcbulk_tui.monitor.result_fetcher._LEAST_TICK", 0.01)
    monkeypatch.setattr(result_work, "_GIVES_UP_AFTER", 2.0)
    zoho.creator.inject(Fault(answer, calls=frozenset({Call.RESULT})))
    ended = cli("results", zoho.url, "--failed")
    assert ended.code == ServiceError.exit_code == 4
    assert 2 <= zoho.downloads() <= 4
    assert ended.out.count("next try in") == zoho.downloads() - 1  # each that is said is made


def test_where_no_calls_are_left_none_is_announced(cli: CommandLine, zoho: Zoho) -> None:
    answer = ERRORS["200-4000"].response()
    zoho.creator.inject(Fault(answer, calls=frozenset({Call.RESULT}), times=1))
    assert cli("results", zoho.url, "--failed").code == 1
    again = cli("results", zoho.url, "--failed")
    assert (again.code, again.out, zoho.downloads()) == (1, "", 1)
    assert "used up" in again.err


def test_a_job_that_is_first_seen_after_three_days(cli: CommandLine, zoho: Zoho) -> None:
    zoho.clock.now += RESULT_KEPT_SECONDS + 60
    ended = cli("results", zoho.url)
    assert (ended.code, zoho.downloads()) == (1, 0)
    assert "it ended more than 3 days ago" in ended.err


def test_a_result_that_zoho_has_deleted(cli: CommandLine, zoho: Zoho) -> None:
    cli("status", zoho.url)
    zoho.clock.now += RESULT_KEPT_SECONDS + 60
    ended = cli("results", zoho.url, "--json")
    failed, _ = objects(ended.out)
    assert ended.code == 1
    assert failed["stage"] == "gone"
    assert failed["error"]["code"] == 11130
    again = cli("results", zoho.url)
    assert (again.code, zoho.downloads()) == (1, 1)


def test_nothing_of_the_records_is_in_the_memory(cli: CommandLine, zoho: Zoho, home: Path) -> None:
    cli("results", zoho.url, "--failed", "--success")
    for path in (home / "state").iterdir():
        if path.is_file():
            assert b"K3" not in path.read_bytes()


def test_old_results_are_removed_in_the_background(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("results", zoho.url, "--failed")
    file = home / "state" / "state.db"
    started: list[str] = []

    class Recorded(Thread):
        def start(self) -> None:
            started.append(self.name)

    monkeypatch.setattr(failing, "Thread", Recorded)
    with closing(open_database(file)) as database:
        for _ in range(2):
            failing.remove_old_in_background(Settings(), database)
        assert started == ["old results"]  # once a day
        # As if a day had passed since the last of the days that it is kept for.
        over = Settings()._replace(results=ResultSettings(days=-1))
        for settings, stage in ((Settings(), "on disk"), (over, "removed")):
            failing._remove_old(settings, file)
            assert objects(cli("results", "list", "--json").out)[0]["stage"] == stage
    assert "Removed from the disk: 1 result, kept for" in cli("log").out
