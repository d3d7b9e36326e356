"""The page in virtual time: written by the window that polls, when there is something new."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.monitor.stage import Clock, Stage, jobs
from tests.monitor.windows import shared_profile
from tests.support.jobs import NOW
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.publication import TRUSTED, Publication, Stamp
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.publisher import EVERY, Publisher


async def at_once(function: Callable[..., Any], *arguments: Any) -> Any:
    """In the place of a thread, which lives in real time."""
    return function(*arguments)


@pytest.fixture(autouse=True)
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "to_thread", at_once)


class Folder:
    """Takes what is written, and when.

    Attributes:
        trouble: Why it takes nothing; None while it does.
        written: The times, and what was written.
        tries: When it was tried.
    """

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.written: list[tuple[float, Mapping[str, str]]] = []
        self.tries: list[float] = []

    def write(self, files: Mapping[str, str]) -> None:
        now = asyncio.get_running_loop().time()
        self.tries.append(now)
        if self.trouble is not None:
            raise self.trouble
        self.written.append((now, files))

    @property
    def times(self) -> list[float]:
        return [time for time, _ in self.written]

    def counts(self) -> list[list[int]]:
        """The records that each showed."""
        return [json.loads(files["a"])["counts"] for _, files in self.written]


def render(publication: Publication, stamp: Stamp) -> Mapping[str, str]:
    """Two files of one moment."""
    shown = {
        "counts": [job.last.counts.success for job in publication.jobs if job.last],
        "written": stamp.written_at.isoformat(),
        "paused": publication.service.paused,
    }
    return {name: json.dumps(shown) for name in ("a", "b")}


def publisher(stage: Stage, folder: Folder, now: Any = virtual_now) -> Publisher:
    return Publisher(stage.monitor, stage.context, render, folder.write, files=lambda: (), now=now)


@asynccontextmanager
async def publishing(stage: Stage, folder: Folder, now: Any = virtual_now) -> Any:
    """A window that publishes while its context is open."""
    async with stage.running():
        task = asyncio.create_task(publisher(stage, folder, now).run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def said(stage: Stage) -> list[str]:
    rows = stage.database.rows("SELECT text FROM events WHERE kind = 'publish' ORDER BY id")
    return [text for (text,) in rows]


def shown(stage: Stage) -> str | None:
    """What the status line has to say of it."""
    return stage.service.unpublished


def test_while_a_job_moves_it_is_written_every_30_seconds() -> None:
    folder = Folder()

    async def watch() -> None:
        async with publishing(Stage(jobs(2)), folder):
            await asyncio.sleep(151)

    run_virtual(watch())
    assert folder.times == pytest.approx([EVERY * number for number in range(6)])
    assert all(before < after for before, after in pairwise(folder.counts()[1:]))
    assert all(files["a"] == files["b"] for _, files in folder.written)


def test_while_nothing_changes_it_is_written_only_to_be_trusted() -> None:
    folder = Folder()

    async def watch() -> None:
        stage = Stage(jobs(1))
        stage.api.script("1", JobState.COMPLETED)
        async with publishing(stage, folder):
            await asyncio.sleep(1000)

    run_virtual(watch())
    assert folder.counts() == [[], *[[100]] * (len(folder.times) - 1)]
    gaps = [after - before for before, after in pairwise(folder.times[1:])]
    assert gaps
    assert gaps == pytest.approx([TRUSTED.total_seconds() / 2] * len(gaps))


def test_a_change_is_written_with_the_next_look() -> None:
    folder = Folder()

    async def watch() -> None:
        stage = Stage(jobs(1))
        stage.api.script("1", JobState.COMPLETED)
        async with publishing(stage, folder):
            await asyncio.sleep(65)
            stage.monitor.pause(paused=True)
            await asyncio.sleep(60)

    run_virtual(watch())
    assert folder.times == [0, EVERY, 3 * EVERY]
    assert json.loads(folder.written[-1][1]["a"])["paused"] is True


def test_only_the_window_that_polls_writes_and_another_takes_it_over(tmp_path: Path) -> None:
    first_folder, second_folder = Folder(), Folder()

    async def watch() -> None:
        with shared_profile(tmp_path) as shared:
            first = shared.window("pts/1", jobs(1))
            second = shared.window("pts/2")
            async with publishing(second, second_folder):
                async with publishing(first, first_folder):
                    await asyncio.sleep(100)
                assert second_folder.times == []
                await asyncio.sleep(60)

    run_virtual(watch())
    assert first_folder.times == [0, 30, 60, 90]
    assert 100 < second_folder.times[0] < 112
    assert len(second_folder.times) == 2


def test_a_full_disk_is_said_once_and_tried_again() -> None:
    folder = Folder()

    async def watch() -> None:
        stage = Stage(jobs(1))
        async with publishing(stage, folder):
            await asyncio.sleep(40)
            folder.trouble = ConfigError("The page cannot be written", "No space left on device.")
            await asyncio.sleep(120)
            assert said(stage) == ["The page cannot be written"]
            assert shown(stage) == "The page cannot be written. No space left on device."
            assert stage.monitor.polls_for_all
            folder.trouble = None
            await asyncio.sleep(40)
            assert shown(stage) is None
        assert said(stage) == ["The page cannot be written", "The page is written again"]

    run_virtual(watch())
    assert folder.tries == pytest.approx([EVERY * number for number in range(7)])
    assert folder.times == pytest.approx([0, 30, 180])


def test_a_fault_in_the_page_is_said_once_and_ends_nothing_else() -> None:
    folder = Folder()

    async def watch() -> None:
        stage = Stage(jobs(1))
        async with publishing(stage, folder):
            await asyncio.sleep(40)
            folder.trouble = IndexError("a secret")
            await asyncio.sleep(120)
            (title,) = said(stage)
            assert title == "The page failed: a fault in this program"
            assert (shown(stage) or "").startswith(f"{title}. IndexError at test_publisher.py:")
            assert "secret" not in (shown(stage) or "")
            assert len(stage.api.times()) > 10
            folder.trouble = None
            await asyncio.sleep(40)
            assert shown(stage) is None

    run_virtual(watch())
    assert folder.times == pytest.approx([0, 30, 180])


def test_what_a_clock_ahead_has_written_is_written_anew() -> None:
    folder = Folder()

    async def watch() -> None:
        clock = Clock(NOW)
        stage = Stage(jobs(1), now=clock, elapsed=clock.elapsed)
        stage.api.script("1", JobState.COMPLETED)
        async with publishing(stage, folder, clock):
            await asyncio.sleep(40)
            clock.jump(-3600)
            await asyncio.sleep(30)

    run_virtual(watch())
    assert folder.times == [0, 30, 60]
    written = json.loads(folder.written[-1][1]["a"])["written"]
    assert written == (NOW - timedelta(seconds=3540)).isoformat()
