"""``budget``: what b shows in the dashboard, for people and for programs; no call."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.filled import FAILING, RUNNING, UNREAD, WAITING, busy_day
from tests.cli.remembering import JOB, database, put_on_list
from tests.support.commands import CommandLine
from zcbulk_tui.cli.overview import overview
from zcbulk_tui.config.settings import BudgetSettings, Settings
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.render.budget import page
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.span import plain


def test_the_page_of_the_dashboard(cli: CommandLine, home: Path) -> None:
    with busy_day(home):
        with database(home) as opened:
            seen = overview(opened, Settings(), datetime.now(UTC))
        ended = cli("budget")
    assert (ended.code, ended.err) == (0, "")
    drawn = [plain(line).rstrip() for line in page(seen.plan, None, seen.at, UNICODE, 100)]
    printed = ended.out.splitlines()
    assert printed[: len(drawn) - 5] == drawn[:-5]  # the plans of jobs move with the time
    assert "calls left until" in printed[0]
    assert "Made for: scheduled 3 · keys r and R 3 · commands 3 · scripts 3" in printed
    assert any("retry" in line and "Stock" in line for line in printed)
    assert printed[-1].startswith("Polled by the dashboard on pts/3: held until ")


def test_for_programs(cli: CommandLine, home: Path) -> None:
    with busy_day(home):
        found = json.loads(cli("budget", "--json").out)
    assert found["calls"] == {"total": 12, "plan": 3, "key": 3, "command": 3, "script": 3}
    assert found["left"] == found["daily_calls"] - 12 - 40
    assert found["left"] == found["left_for_polls"] + found["reserve_left"]
    assert (found["elsewhere"], found["used_up"], found["paused"]) == (40, False, False)
    assert (found["pace"], found["pace_in_force"]) == ("eager", "eager")
    assert (found["window"], found["windows"], found["held_by"]["code"]) == ("pts/3", 1, 2955)
    assert [pace["pace"] for pace in found["paces"]] == list(Pace)
    jobs = {job["job_id"]: job for job in found["jobs"]}
    assert jobs.keys() == {RUNNING, WAITING, FAILING, UNREAD}
    assert jobs[UNREAD]["next_poll"]["reason"] == "unread"
    assert jobs[FAILING]["next_poll"] == {"at": None, "reason": None}


def test_what_is_planned_is_what_jobs_says(cli: CommandLine, home: Path) -> None:
    with busy_day(home):
        jobs = json.loads(cli("jobs", "list", "--json").out)
    polled = {job["job_id"] for job in jobs if job["next_poll"] is not None}
    assert polled == {RUNNING, WAITING, FAILING, UNREAD}
    assert {job["next_poll"]["window"] for job in jobs if job["next_poll"]} == {"pts/3"}


def test_without_a_dashboard(cli: CommandLine, home: Path) -> None:
    put_on_list(home, JOB)
    ended = cli("budget")
    assert "No dashboard is open on this profile" in ended.out.splitlines()[-1]
    found = json.loads(cli("budget", "--json").out)
    assert (found["window"], found["windows"], found["pace_in_force"]) == (None, 0, "balanced")
    assert json.loads(cli("jobs", "list", "--json").out)[0]["next_poll"] is None


def test_without_a_memory_none_is_made(cli: CommandLine, home: Path) -> None:
    ended = cli("budget", "--format", "{left} {calls.total} {window}")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.split()[1:] == ["0", "-"]
    assert not (home / "state").exists()


@pytest.mark.parametrize("is_frugal", [True, False])
def test_nobody_looks(home: Path, is_frugal: bool) -> None:
    with busy_day(home) as window, database(home) as opened:
        settings = Settings(budget=BudgetSettings(frugal_unfocused=is_frugal))
        assert overview(opened, settings, datetime.now(UTC)).plan.spent.pace_in_force == "eager"
        window.heartbeat(ServiceSnapshot(), focused=False)
        spent = overview(opened, settings, datetime.now(UTC)).plan.spent
    assert (spent.pace_in_force is Pace.FRUGAL) == is_frugal
