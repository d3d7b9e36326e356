"""A pause that Zoho asks any process for is one for all that work with the same profile."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.monitor.stage import Stage, by_state, jobs
from tests.monitor.test_several_processes import without_window
from tests.monitor.windows import TICKS, shared_profile
from tests.support.contexts import make_context
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.domain.records import ControlRecord, EventKind
from zcbulk_tui.errors import BusyError
from zcbulk_tui.monitor.aftermath import Aftermath
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.store.database import open_database

ASKED = 400.0
WAIT = BusyError("Too many calls", retry_after=ASKED)
REF = jobs(1)[0].ref


async def command(stage: Stage) -> None:
    """An abort that Zoho refuses, since there are too many calls."""
    stage.api.commands.append(WAIT)
    sent = await stage.monitor.command(REF, Action.ABORT)
    assert sent.error is not None


async def key(stage: Stage) -> None:
    """A poll that its user asks for, in a window that does not poll by itself."""
    stage.api.script("1", WAIT, JobState.IN_PROGRESS)
    stage.monitor.poll_now([REF])


async def result(stage: Stage) -> None:
    """A result that another window is asked for."""
    stage.monitor._recorder.event(EventKind.RESULT, "Failed records not fetched", error=WAIT)


@pytest.mark.parametrize("script", [False, True], ids=["another window", "a script"])
@pytest.mark.parametrize("meets", [command, key, result])
def test_the_window_that_polls_keeps_a_pause_that_another_process_was_asked_for(
    tmp_path: Path, meets: Callable[[Stage], object], *, script: bool
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window("pts/1", jobs(1), rule=by_state)
            one.api.script("1", JobState.IN_PROGRESS)
            async with one.running():
                await asyncio.sleep(1)
                other = profile.window("pts/2", rule=by_state)
                other.api.script("1", JobState.IN_PROGRESS)
                if script:
                    without_window(other)
                async with other.running():
                    await asyncio.sleep(TICKS)
                    met = asyncio.get_running_loop().time()
                    await meets(other)  # type: ignore[misc]  # each is a coroutine
                    await asyncio.sleep(TICKS)
                held = one.service.held_until
                assert held is not None
                left = (held - virtual_now()).total_seconds()
                assert left == pytest.approx(ASKED, abs=2 * TICKS)
                before = one.api.times()
                await asyncio.sleep(met + ASKED - 2 - asyncio.get_running_loop().time())
                after_command = [at for at in one.api.times() if at not in before]
                # What became of a command is read in any case: one call, whatever the pause.
                assert len(after_command) <= 1
                polled = len(one.api.times())
                await asyncio.sleep(120)
                assert len(one.api.times()) > polled + 1, "then polls go on"

    run_virtual(scene())


def test_a_pause_of_another_profile_is_none_here(tmp_path: Path) -> None:
    """Its minute is another one, though the same job is watched."""

    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window("pts/1", jobs(1), rule=by_state)
            one.api.script("1", JobState.IN_PROGRESS)
            with closing(open_database(tmp_path / "state.db")) as database:
                clock = asyncio.get_running_loop().time
                other = make_context(database, profile="eu", name="pts/2", clock=clock)
                other.memory.know(jobs(1))
                recorder = Recorder(other.memory, virtual_now)
                async with one.running():
                    await asyncio.sleep(10)
                    refused = Command(Action.ABORT, virtual_now()).ended(
                        Outcome.REFUSED, error=WAIT
                    )
                    record = ControlRecord("key", jobs(1)[0], "eu", "anna@jump1", refused)
                    Aftermath(other.memory, recorder, virtual_now).note(record)
                    await asyncio.sleep(TICKS)
                    assert one.service.held_until is None

    run_virtual(scene())
