"""Whatever is done and whatever the clock shows: the day's polls and the minute's calls hold."""

import asyncio
import contextlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.monitor.stage import Clock, ScriptedApi, Stage, by_state, jobs
from tests.support.properties import examples
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import Cause, Pace, QuotaPlan
from zcbulk_tui.domain.call_limits import CALLS_AT_ONCE, CALLS_PER_MINUTE
from zcbulk_tui.domain.job import Action, JobState, WatchedJob
from zcbulk_tui.errors import (
    BusyError,
    JobUnknownError,
    QuotaSpentError,
    RefusedError,
    UnclearError,
    UnreachableError,
    UsageError,
    ZcbulkError,
)
from zcbulk_tui.monitor.plan import Rule

pytestmark = pytest.mark.usefixtures("alone")

MOST_JOBS = 70
"""More than those whose terms are looked at with every reading."""

LISTED = jobs(MOST_JOBS)

NO_MORE = QuotaSpentError("4000")
FAULTS: tuple[ZcbulkError, ...] = (
    UnreachableError("down"),
    UnclearError("dropped"),
    BusyError("429", retry_after=30),
    JobUnknownError("no such job"),
    NO_MORE,
)
SAID: tuple[str | ZcbulkError, ...] = (
    "Job aborted successfully",
    UnclearError("dropped"),
    RefusedError("no"),
    BusyError("429"),
    NO_MORE,
)

BEGINNINGS = (
    (ZoneInfo("Europe/Berlin"), datetime(2026, 3, 28, 20, tzinfo=UTC)),  # a day of 23 hours
    (ZoneInfo("Europe/Berlin"), datetime(2026, 10, 24, 20, tzinfo=UTC)),  # one of 25
    (ZoneInfo("America/Sao_Paulo"), datetime(2018, 11, 3, 22, tzinfo=UTC)),  # midnight is skipped
    (ZoneInfo("America/Sao_Paulo"), datetime(2018, 2, 17, 22, tzinfo=UTC)),  # or comes twice
    (ZoneInfo("Asia/Kolkata"), datetime(2026, 3, 11, 16, tzinfo=UTC)),
    (UTC, datetime(2026, 12, 31, 10, 30, tzinfo=UTC)),
)

Step = tuple[float, str, float]
"""Seconds to wait before it, what is done then, and how, from 0 to 1."""

WHAT = (
    "pace",
    "focus",
    "pause",
    "resume",
    "key",
    "keys",
    "command",
    "fault",
    "end",
    "add",
    "remove",
    "figure",
    "jump",
    "leap",
)
steps = st.tuples(
    st.sampled_from([0.0, 0.05]) | st.floats(0, 100) | st.floats(0, 20_000),
    st.sampled_from(WHAT),
    st.floats(0, 1),
)
allowances = st.builds(
    QuotaPlan,
    daily_calls=st.integers(1, 60) | st.integers(1, 400),
    share=st.sampled_from([1.0]) | st.floats(0.01, 1),
    reserve=st.integers(0, 60),
    zone=st.none(),
)


class Scene:
    """Does the steps."""

    def __init__(self, stage: Stage, clock: Clock, tasks: asyncio.TaskGroup, count: int) -> None:
        self.stage = stage
        self.clock = clock
        self.tasks = tasks
        self.watched = list(jobs(count))

    def step(self, what: str, how: float) -> None:
        """Does one of `WHAT`."""
        monitor, api = self.stage.monitor, self.stage.api
        job = LISTED[int(how * (MOST_JOBS - 1))]
        if self.watched and what in ("key", "command", "fault", "end", "remove"):
            job = self.watched[int(how * (len(self.watched) - 1))]
        match what:
            case "pace":
                monitor.set_pace(list(Pace)[int(how * 2.99)])
            case "focus":
                monitor.set_focus(focused=how < 0.5)
            case "pause" | "resume":
                monitor.pause(paused=what == "pause")
            case "key" | "keys":
                self._ask([job] if what == "key" else self.watched)
            case "command" if job in self.watched:
                api.commands.append(SAID[int(how * 97) % len(SAID)])
                self.tasks.create_task(self._abort(job))
            case "fault":
                fault = FAULTS[int(how * 97) % len(FAULTS)]
                api.script(job.ref.job_id, *[fault] * int(how * 5), JobState.IN_PROGRESS)
            case "end":
                api.script(job.ref.job_id, JobState.COMPLETED)
            case "add" if job not in self.watched:
                self.watched.append(job)
                monitor.add(job)
            case "remove" if job in self.watched:
                self.watched.remove(job)
                monitor.remove(job.ref)
            case "figure":
                monitor.enter_true_figure(int(how * 1500))
            case "jump":
                self.clock.jump((how - 0.5) * 2 * 7200)
            case "leap":
                self.clock.jump((how - 0.5) * 2 * 100_000)

    async def _abort(self, job: WatchedJob) -> None:
        with contextlib.suppress(UsageError):  # it makes no sense any more
            await self.stage.monitor.command(job.ref, Action.ABORT)

    def _ask(self, asked: list[WatchedJob]) -> None:
        try:
            self.stage.monitor.poll_now(job.ref for job in asked)
        except QuotaSpentError:
            assert len(asked) > self.stage.quota.budget.left_for_polls


async def played(
    quota_plan: QuotaPlan,
    beginning: datetime,
    count: int,
    rule: Rule,
    script: list[Step],
    latency: float,
) -> Stage:
    """The stage after all steps, and some hours more."""
    clock = Clock(beginning)
    api = ScriptedApi(latency, clock)
    stage = Stage(
        jobs(count),
        api=api,
        quota_plan=quota_plan,
        rule=rule,
        now=clock,
        elapsed=asyncio.get_running_loop().time,
    )
    async with stage.running(), asyncio.TaskGroup() as tasks:
        scene = Scene(stage, clock, tasks, count)
        for wait, what, how in script:
            await asyncio.sleep(wait)
            scene.step(what, how)
        stage.monitor.day_plan()
        stage.monitor.pause(paused=False)
        await asyncio.sleep(6_000)
        # Until all that was counted was made.
        stage.monitor.pause(paused=True)
        await asyncio.sleep(300)
    return stage


def most_in_a_minute(stage: Stage) -> int:
    at = sorted(call.at for call in stage.api.calls)
    return max(
        (sum(one <= other < one + 60 for other in at[n : n + 60]) for n, one in enumerate(at)),
        default=0,
    )


@examples(8, thorough=100)
@given(
    allowances,
    st.sampled_from(BEGINNINGS),
    st.integers(0, 4) | st.integers(0, MOST_JOBS),
    st.sampled_from([by_state, planner.wait]),
    st.lists(steps, max_size=25),
    st.sampled_from([0.1, 2.0, 30.0]),
)
def test_no_day_has_too_many_polls_and_no_minute_too_many_calls(
    quota_plan: QuotaPlan,
    beginning: tuple[ZoneInfo, datetime],
    count: int,
    rule: Rule,
    script: list[Step],
    latency: float,
) -> None:
    zone, begins = beginning
    quota_plan = quota_plan._replace(zone=zone)
    stage = run_virtual(played(quota_plan, begins, count, rule, script, latency))
    assert stage.ledger.most_polls() <= quota_plan.ours - quota_plan.kept_back
    assert most_in_a_minute(stage) <= CALLS_PER_MINUTE
    assert stage.api.most_at_once <= CALLS_AT_ONCE
    # Each call is counted once, and none that was not made.
    assert sum(stage.ledger.counted.values()) == len(stage.api.calls) - stage.api.not_sent
    assert stage.counted(Cause.COMMAND) >= stage.api.sent(Action.ABORT)
