"""Results are removed by their user and by their age, and are not fetched again by themselves."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.monitor.result_stage import FAILURE, FetchStage
from tests.monitor.stage import jobs
from tests.support.jobs import watched
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.result import ResultStage
from zcbulk_tui.errors import HeldError
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.monitor.result_removal import remove, remove_old
from zcbulk_tui.store.results import RESULTS

pytestmark = pytest.mark.usefixtures("no_threads")

JOB = watched("1", "Job 1")


def made(folder: Path) -> FetchStage:
    stage = FetchStage(folder, jobs(2))
    for job_id in "12":
        stage.zoho.end(job_id, success=1, failed=2, left=1)
    return stage


def files_in(folder: Path) -> int:
    return len(list(folder.rglob("*.csv")))


def test_removed_by_the_user(tmp_path: Path) -> None:
    async def scene() -> FetchStage:
        stage = made(tmp_path)
        recorder = Recorder(stage.context.memory, virtual_now)
        async with stage.fetching():
            await asyncio.sleep(60)
            removed = remove(stage.results, stage.folder, recorder, JOB, "by anna@jump1")
            assert [it.stage for it in removed] == [ResultStage.ON_DISK] * 2
            await asyncio.sleep(600)
        return stage

    stage = run_virtual(scene())
    assert len(stage.zoho.fetched) == 4
    assert stage.stages()["1", FAILURE] is ResultStage.REMOVED
    assert stage.stages()["2", FAILURE] is ResultStage.ON_DISK
    assert stage.said()[-1] == "Removed from the disk: 2 results, by anna@jump1"
    assert files_in(tmp_path) == 2
    assert ResultStage.REMOVED in [it.result.stage for it in stage.published()]


def test_removed_by_their_age(tmp_path: Path) -> None:
    async def scene() -> FetchStage:
        stage = made(tmp_path)
        recorder = Recorder(stage.context.memory, virtual_now)
        async with stage.fetching():
            await asyncio.sleep(60)
        first = stage.result("1").file
        assert first is not None
        for before, left in ((first.fetched_at, 4), (virtual_now() + timedelta(days=1), 0)):
            assert remove_old(stage.results, stage.folder, recorder, before, "too old") == set()
            assert files_in(tmp_path) == left
        # A second look finds nothing.
        assert remove_old(stage.results, stage.folder, recorder, virtual_now(), "too old") == set()
        return stage

    stage = run_virtual(scene())
    assert stage.said()[-2:] == ["Removed from the disk: 2 results, too old"] * 2
    assert set(stage.stages().values()) == {ResultStage.REMOVED}


def test_not_while_results_are_fetched(tmp_path: Path) -> None:
    async def scene() -> None:
        stage = made(tmp_path)
        recorder = Recorder(stage.context.memory, virtual_now)
        async with stage.fetching():
            await asyncio.sleep(60)
        assert stage.results.locks.take(RESULTS)
        with pytest.raises(HeldError):
            remove(stage.results, stage.folder, recorder, JOB, "by anna")
        later = virtual_now() + timedelta(days=1)
        left = remove_old(stage.results, stage.folder, recorder, later, "too old")
        assert {ref.job_id for ref in left} == {"1", "2"}
        assert files_in(tmp_path) == 4

    run_virtual(scene())
