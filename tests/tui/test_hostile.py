"""The dashboard before bad answers: each is shown as what it is, safely, and nothing breaks."""

import asyncio
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest

from tests.support.contract import SPELLINGS
from tests.support.jobs import NOW
from tests.support.text import is_one_safe_line
from tests.support.virtual_time import run_virtual
from tests.tui.stage import Stage
from zcbulk_tui.cli import simulated
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import BusyError, QuotaSpentError
from zcbulk_tui.monitor.events import Event
from zcbulk_tui.render.figures import clock
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.span import line_width, plain
from zcbulk_tui.render.words import reset
from zcbulk_tui.simulator.faults import ERRORS
from zcbulk_tui.simulator.schedule import Fault

pytestmark = pytest.mark.usefixtures("every_frame")

HOLDING = ("429-2955", "200-4000", "403-4000", "401-1030")
"""Errors after which no job is asked for a while."""

LATE = "30 seconds late"

KEPT_READ = ("markup as state", "escapes as state", "completed at nothing")
"""Odd answers that are good readings."""

TALL = (200, 60)
"""A screen on which every job has its row."""

SAID = {
    "markup as state": "[red]Done[/red] [@click=app.quit]x[/]",
    "escapes as state": "�[2J�]0;owned��31mDone",
    "markup in an error": "[bold red]x[/bold red] [/] �[31mred�",
    "error under description": "No access.",
    "unknown error": "Not in any source.",
    "negative counts": "should be 0 or more",
    "more done than there is": "more than its total of 1,000",
    "JSON cut short": "it is not JSON",
    "a list": "it is not a JSON object",
    "huge body": "too large",
    "redirect to another host": "Redirects are not followed",
}
"""What is told of some jobs: the server's own words as they came, or what is wrong with them."""


def on_stage(scenario: str) -> Stage:
    """A scenario, without the jobs that would make everything wait in real time."""
    stage = Stage(scenario)
    for job in list(stage.creator.jobs.values()):
        if job.label in (*HOLDING, LATE):
            del stage.creator.jobs[job.id]
    return stage


def alone(scenario: str, label: str) -> Stage:
    """A scenario of one job."""
    stage = Stage(scenario)
    for job in list(stage.creator.jobs.values()):
        if job.label != label:
            del stage.creator.jobs[job.id]
    return stage


def rows(lines: list[str]) -> list[str]:
    """The lines of the list, without the titles."""
    first, last = (at for at, line in enumerate(lines) if line.startswith(UNICODE.rule * 10))
    return lines[first + 2 : last]


@pytest.mark.parametrize("scenario", ["hostile", "errors", "spellings"])
async def test_every_job_is_shown_with_what_is_known_of_it(scenario: str) -> None:
    async with on_stage(scenario).open(*TALL) as stage:
        jobs, asked = stage.jobs, len(stage.creator.log)
        assert len(jobs) == len(stage.creator.jobs)
        text = stage.text()
        assert all(map(is_one_safe_line, text))
        for job, row in zip(jobs, rows(text)[: len(jobs)], strict=True):
            assert job.job.label[:17] in row
            mark = row.lstrip(f"{UNICODE.cursor} ")[0]
            if job.fault is not None:
                assert mark == UNICODE.trouble
                assert job.fault.error.title[:20] in row or job.last
            else:
                assert job.state is not None
                assert mark == UNICODE.states[job.state]
        _assert_totals(stage, text[0])
        for index, job in enumerate(jobs):
            _assert_told(job, said_of(stage, index))
        last = said_of(stage, len(jobs) - 1)
        stage.screen.workspace.rows.select(0)
        await stage.select(jobs[-1].job.label)
        assert list(map(str.split, stage.text()[-4:-1])) == list(map(str.split, last))
        assert len(stage.creator.log) == asked, "to look at a bad answer changes nothing"
        assert {(entry.method, entry.path) for entry in stage.creator.log} == {
            ("GET", job.path) for job in stage.creator.jobs.values()
        }


def said_of(stage: Stage, index: int) -> list[str]:
    """The lines about a job that are shown once it is selected."""
    workspace = stage.screen.workspace
    workspace.rows.select(index)
    return [plain(line) for line in workspace.about(stage.now(), TALL[0])]


def _assert_told(job: JobSnapshot, lines: list[str]) -> None:
    assert all(map(is_one_safe_line, lines))
    about, *news = lines
    assert about.startswith(f" {job.job.label} ")
    assert job.ref.job_id in about
    said = " ".join(news)
    assert (job.fault.error.title if job.fault else "(Zoho: ") in said
    assert SAID.get(job.job.label, "") in said


def _assert_totals(stage: Stage, line: str) -> None:
    totals = line.partition(" left")[0].removeprefix(" DEMO ")
    *counts, calls = map(int, re.findall(r"\d+", totals))
    assert sum(counts) == len(stage.creator.jobs)
    assert calls == 1_000 - len(stage.creator.log), "those that are reserved are among them"


async def test_a_small_screen_shows_them_too() -> None:
    async with on_stage("hostile").open(80, 24) as stage:
        jobs, workspace = stage.jobs, stage.screen.workspace
        for index in range(len(jobs)):
            workspace.rows.select(index)
            assert all(line_width(line) <= 80 for line in workspace.about(stage.now(), 80))
        workspace.rows.select(0)
        assert all(len(line) <= 80 for line in stage.text())
        await stage.press(*["j"] * (len(jobs) - 1))
        assert workspace.selected is not None
        assert workspace.selected.snapshot.ref == jobs[-1].ref
        assert all(len(line) <= 80 for line in stage.text())


async def test_hostile_words_do_no_harm_in_dialogs() -> None:
    stage = alone("hostile", "markup as state")
    (hostile,) = stage.creator.jobs.values()
    hostile.label = "[red]x[/red] [/] [@click=app.quit]y[/]"
    async with stage.open() as stage:
        for key in ("S", "X", "x", "question_mark", "colon", "r"):
            assert stage.app.screen is stage.screen, key
            await stage.press(key)
            text = stage.text()
            assert all(is_one_safe_line(line) for line in text), key
            if key in "SXx":
                assert stage.app.screen is not stage.screen, key
                assert any(hostile.label in line for line in text), f"{key}: literally"
            await stage.press("escape")
            assert stage.app.is_running, key


async def test_every_spelling_leads_to_its_state() -> None:
    states = dict(SPELLINGS)
    async with on_stage("spellings").open(*TALL) as stage:
        for job in stage.jobs:
            spelling, _, _ = job.job.label.partition(" (")
            assert job.last is not None
            assert job.last.raw_state == spelling
            assert job.state is states.get(spelling, JobState.UNKNOWN)


async def test_a_state_unheard_of_is_shown_as_it_came() -> None:
    async with alone("spellings", "Paused-for-review (running)").open() as stage:
        assert (
            "Paused-for-r…" in rows(stage.text())[0] or "Paused-for-review" in rows(stage.text())[0]
        )
        assert any("(Zoho: Paused-for-review): not documented" in line for line in stage.text())


async def test_too_many_calls_in_a_minute_hold_all_polls_for_a_while() -> None:
    async with alone("errors", "429-2955").open() as stage:
        (job,) = stage.jobs
        assert job.fault is not None
        assert isinstance(job.fault.error, BusyError)
        assert job.next_poll_at is not None
        # Due times are kept in the loop's clock, which runs on stage too.
        assert (job.next_poll_at - stage.now()).total_seconds() == pytest.approx(60, abs=1)
        until = clock(stage.now() + timedelta(minutes=1), stage.now())
        assert f"too many calls, until {until}" in stage.text()[0]
        assert len(stage.creator.log) == 1


async def test_a_day_that_was_spent_by_others_is_spent_for_us() -> None:
    async with alone("errors", "200-4000").open() as stage:
        (job,) = stage.jobs
        assert job.fault is not None
        assert isinstance(job.fault.error, QuotaSpentError)
        assert re.search(r"(?<!\d)0 (calls )?left", stage.text()[0])
        assert "Zoho: day's calls spent, again" in stage.text()[0]
        assert len(stage.creator.log) == 1


async def test_a_day_that_zoho_calls_spent_has_no_more_polls() -> None:
    async with Stage().open() as stage:
        again = reset(stage.monitor.day_plan().spent)
        stage.creator.inject(Fault(ERRORS["200-4000"].response()))
        await stage.press("r")
        await stage.until(lambda: f"Zoho: day's calls spent, again {again}" in stage.text()[0])
        text = stage.text()
        assert re.search(r"(?<!\d)0 (calls )?left", text[0])
        assert any(f"next poll {again}" in line for line in text[-4:])
        asked = len(stage.creator.log)
        await stage.press("r", "R")
        assert len(stage.creator.log) == asked


class _Nobody:
    def publish(self, event: Event) -> None:
        """Nobody looks."""


def test_answers_that_stay_bad_are_asked_for_less_and_less() -> None:
    creator = on_stage("hostile").creator

    async def watch(seconds: float) -> None:
        loop = asyncio.get_running_loop()
        connect = partial(
            simulated.connect,
            creator,
            now=lambda: NOW + timedelta(seconds=loop.time()),
            clock=loop.time,
        )
        # In a thread, as in the app: it has a loop of its own for a while.
        with ThreadPoolExecutor() as threads:
            connection = threads.submit(connect, _Nobody()).result()
        monitor = connection.monitor
        monitor.watch(job for job in connection.jobs if job.snapshot.job.label not in KEPT_READ)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await monitor.run()
        await connection.close()

    run_virtual(watch(600))
    asked = Counter(entry.path for entry in creator.log)
    # After 2.5 s to 5 s at first, then twice as long every time, up to 2.5 to 5 minutes.
    assert {path: times for path, times in asked.items() if times > 12} == {}
