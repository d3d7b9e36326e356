"""What the user changes of the watch list: its words, its jobs, and what is put back."""

import asyncio
from datetime import timedelta

import pytest

from tests.monitor.stage import Stage, jobs
from tests.support.jobs import NOW
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.deadlines import Deadline, start_by
from zcbulk_tui.domain.job import Action, Environment, JobState
from zcbulk_tui.errors import UnclearError, UsageError
from zcbulk_tui.monitor.events import JobChanged

JOB = jobs(1)[0]
ON_STAGE = JOB._replace(ref=JOB.ref._replace(environment=Environment.STAGE), tags=("eu",))


def test_a_job_that_is_put_back_has_its_readings_and_is_not_polled_anew() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(3))
        async with stage.running():
            await asyncio.sleep(5)
            place = stage.monitor.remove(JOB.ref)
            await asyncio.sleep(1)
            stage.monitor.put_back([(JOB, place)])
            await asyncio.sleep(1)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times("1") == [0.0]
    published = [it.snapshot for it in stage.all(JobChanged) if it.snapshot.ref == JOB.ref]
    assert published[-1].last is not None
    assert next(iter(stage.context.memory.polled())) == JOB.ref


def test_another_environment_is_another_job_in_the_same_place() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(2))
        async with stage.running():
            await asyncio.sleep(5)
            stage.monitor.change_environment(JOB.ref, ON_STAGE)
            await asyncio.sleep(1)
        return stage

    stage = run_virtual(scene())
    assert [ref.environment for ref in stage.context.memory.polled()] == [
        Environment.STAGE,
        Environment.PRODUCTION,
    ]
    history = stage.archive.history(JOB.ref)
    assert history is not None
    assert len(history.readings) == 1, "what was read there stays there"


def test_the_environment_stays_while_it_is_open_what_became_of_a_command() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", JobState.READY)
        stage.api.commands.append(UnclearError("lost"))
        async with stage.running():
            await asyncio.sleep(1)
            await stage.monitor.command(JOB.ref, Action.START)
            with pytest.raises(UsageError, match="not known yet"):
                stage.monitor.change_environment(JOB.ref, ON_STAGE)
        return stage

    assert list(run_virtual(scene()).context.memory.polled()) == [JOB.ref]


def test_a_time_of_creation_makes_the_deadline_exact() -> None:
    created = NOW - timedelta(hours=2)

    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", JobState.READY)
        async with stage.running():
            await asyncio.sleep(5)
            stage.monitor.edit(JOB._replace(created_at=created))
            await asyncio.sleep(1)
        return stage

    stage = run_virtual(scene())
    assert start_by(stage.job.job) == Deadline(created + timedelta(hours=3), exact=True)
    entry = stage.archive.log()[0]
    assert getattr(entry, "text", "") == "Time of creation changed"
