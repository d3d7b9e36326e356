"""For each action of the watch screen a way to see that its keys act."""

import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from tests.tui.profiles import Cast
from tests.tui.stage import Stage
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.render.order import GroupBy, Order, SortBy
from zcbulk_tui.tui.terminal import suspension
from zcbulk_tui.tui.widgets.filter_field import FilterField
from zcbulk_tui.tui.workspace import Details

JOB = "Suppliers"
"""The job that keys are about: it can be started, aborted and polled."""

ENDED = "Stock"
"""The job that keys about results are about."""


class Exercise(NamedTuple):
    """How to see that a key acts.

    Attributes:
        acted: What comes true by the key, and is not true before.
        before: Brings about the situation in which the key can be seen to act.
        after: Keys that take it back.
    """

    acted: Callable[[Stage], bool]
    before: Callable[[Stage], Awaitable[object]] | None = None
    after: tuple[str, ...] = ()


async def do(exercise: Exercise, stage: Stage, key: str) -> None:
    """Presses a key, and sees that it acts."""
    stage.screen.set_view(Order(), None)
    await stage.select(JOB)
    if exercise.before is not None:
        await exercise.before(stage)
    assert not exercise.acted(stage), f"before {key}"
    await stage.press(key)
    try:
        await stage.until(lambda: exercise.acted(stage))
    except TimeoutError:
        pytest.fail(f"{key} does nothing")
    if exercise.after:
        await stage.press(*exercise.after)
    assert stage.app.screen is stage.screen, f"after {key}"


def _moves(start: int, end: Callable[[int], int]) -> Exercise:
    """The cursor goes from one row to another, which a page's length tells."""

    async def select(stage: Stage) -> None:
        stage.screen.jobs.select(start)
        await stage.pilot.pause()

    def has_moved(stage: Stage) -> bool:
        jobs = stage.screen.jobs
        return 4 <= jobs.page <= 8 and jobs.rows.cursor == end(jobs.page)

    return Exercise(has_moved, select)


def _opens(screen: str, said: str = "", *after: str) -> Exercise:
    """A screen opens, and says something."""

    def is_open(stage: Stage) -> bool:
        name = type(stage.app.screen).__name__
        return name == screen and any(said in line for line in stage.text())

    return Exercise(is_open, after=after or ("escape",))


def _opens_of_ended(screen: str, said: str) -> Exercise:
    """A screen opens about a job that has ended, whose results are not here."""
    return _opens(screen, said)._replace(before=lambda stage: stage.select(ENDED))


def _copies(what: Callable[[Stage], str]) -> Exercise:
    async def empty(stage: Stage) -> None:
        stage.app.copy_to_clipboard("")

    return Exercise(lambda stage: what(stage) in stage.app.clipboard, empty)


def _polls(whom: Callable[[Stage], set[str]]) -> Exercise:
    """Zoho is asked about some jobs, once each."""
    before: list[int] = []

    async def count(stage: Stage) -> None:
        before[:] = [len(stage.creator.log)]

    def has_polled(stage: Stage) -> bool:
        asked = [entry.path.rsplit("/", 1)[1] for entry in stage.creator.log[before[0] :]]
        return sorted(asked) == sorted(whom(stage))

    return Exercise(has_polled, count)


def _changes(what: Callable[[Stage], object]) -> Exercise:
    """Something is not as it was."""
    before: list[object] = []

    async def look(stage: Stage) -> None:
        before[:] = [what(stage)]

    return Exercise(lambda stage: before != [what(stage)], look)


def _chooses(pace: Pace, back: str) -> Exercise:
    def is_chosen(stage: Stage) -> bool:
        return stage.screen.workspace.here.pending_pace is pace

    return Exercise(is_chosen, after=(back,))


def _redraws() -> Exercise:
    """A frame is made that has all lines in it."""
    whole: list[str] = []

    async def spy(stage: Stage) -> None:
        compositor = stage.screen._compositor
        render = compositor.render_full_update

        def rendered(*args: Any, **options: Any) -> object:
            whole.append("frame")
            return render(*args, **options)

        compositor.render_full_update = rendered  # type: ignore[method-assign,assignment]  # a spy
        whole.clear()

    return Exercise(lambda _: bool(whole), spy)


def _id(stage: Stage) -> str:
    return stage.ref(JOB).job_id


def _unfinished(stage: Stage) -> set[str]:
    return {job.ref.job_id for job in stage.jobs if not job.is_final}


def _marked(stage: Stage) -> int:
    return len(stage.screen.workspace.rows.marked)


def _is_awaited(stage: Stage) -> bool:
    selected = stage.screen.workspace.selected
    return selected is not None and selected.snapshot.job.alert_on_end


def _is_whole(stage: Stage) -> bool:
    return stage.screen.details_fill


def _is_detailed(stage: Stage) -> bool:
    return stage.screen.workspace.details is not Details.CLOSED


EXERCISES: Mapping[str, Exercise] = {
    "down": _moves(2, lambda _: 3),
    "up": _moves(2, lambda _: 1),
    "top": _moves(11, lambda _: 0),
    "bottom": _moves(0, lambda _: 11),
    "page_down": _moves(0, lambda page: page),
    "page_up": _moves(11, lambda page: 11 - page),
    "half_down": _moves(0, lambda page: page // 2),
    "half_up": _moves(11, lambda page: 11 - page // 2),
    "start": _opens("ConfirmScreen", f"Start “{JOB}”?"),
    "abort": _opens("ConfirmScreen", f"Abort “{JOB}”?"),
    "poll": _polls(lambda stage: {_id(stage)}),
    "details": Exercise(_is_detailed, after=("enter",)),
    "history": _opens("HistoryScreen", JOB),
    "results": _opens_of_ended("ResultsScreen", ENDED),
    "failures": _opens_of_ended("ResultsScreen", "has to be fetched first"),
    "repair": _opens_of_ended("ResultsScreen", "has to be fetched first"),
    "edit": _opens("EditJobScreen", JOB),
    "alert_on_end": _changes(_is_awaited),
    "copy": _copies(_id),
    "copy_command": _copies(lambda stage: f"zcbulk-tui status {stage.ref(JOB).origin}"),
    "unwatch": _opens("ConfirmScreen", f"Stop watching “{JOB}”?"),
    "mark": Exercise(lambda stage: _marked(stage) == 1, after=("escape",)),
    "mark_all": Exercise(lambda stage: _marked(stage) == 12, after=("escape",)),
    "add": _opens("AddJobScreen"),
    "insert": _opens("InsertFileScreen"),
    "queue": _opens("QueueScreen", "No file is on its way"),
    "night": _opens("ArmNightScreen", "Arm a night"),
    "undo": Exercise(
        lambda stage: len(stage.jobs) == 12, lambda stage: stage.press("x", "y"), after=()
    ),
    "poll_all": _polls(_unfinished),
    "pause": _changes(lambda stage: stage.screen.workspace.here.service.paused),
    "log": _opens("LogScreen", "First read"),
    "filter": Exercise(lambda stage: bool(stage.screen.query(FilterField)), after=("escape",)),
    "sort": Exercise(lambda stage: stage.screen.workspace.rows.order.by is SortBy.JOB),
    "reverse": _changes(lambda stage: stage.screen.workspace.rows.jobs[0]),
    "group": Exercise(lambda stage: stage.screen.workspace.rows.group_by is GroupBy.PROFILE),
    "zoom": Exercise(_is_whole, after=("z", "enter")),
    "theme": _changes(lambda stage: stage.app.current_theme),
    "back": Exercise(lambda stage: not _marked(stage), lambda stage: stage.press("space")),
    "budget": _opens("BudgetScreen", "calls left"),
    "eager": _chooses(Pace.EAGER, "minus"),
    "frugal": _chooses(Pace.FRUGAL, "plus"),
    "help": _opens("HelpScreen"),
    "palette": _opens("CommandPaletteScreen"),
    "redraw": _redraws(),
}
"""By action, for one stage."""


async def _leave(key: str) -> None:
    async with Stage().open() as stage:
        assert stage.app.return_code is None
        await stage.press(key)
        assert stage.app.return_code == 0


async def _profile(key: str) -> None:
    async with Cast().open() as cast:
        await cast.press(key)
        assert type(cast.app.screen).__name__ == "ProfilesScreen"


async def _unfold(key: str) -> None:
    """The jobs of a chain get lines of their own."""
    async with Stage().open() as stage:
        await stage.select(JOB)
        rows = stage.screen.workspace.rows
        listed, before = rows.selected, len(rows.places)
        assert listed is not None
        first = listed.snapshot.job
        ref = first.ref._replace(job_id="99")
        repair = first._replace(ref=ref, label="Repair", repairs=first.ref.job_id)
        rows.put(Listed(listed.profile, JobSnapshot(repair)))
        assert len(rows.places) == before
        await stage.press(key)
        assert len(rows.places) == before + 2
        assert any("Repair" in line for line in stage.text())


async def _suspend(key: str) -> None:
    """The terminal is left to the shell; here there is none, so that signals go nowhere."""
    signals: list[int] = []
    with (
        patch.object(HeadlessDriver, "can_suspend", new=True),
        patch.object(HeadlessDriver, "suspend_application_mode", lambda _: None),
        patch.object(HeadlessDriver, "resume_application_mode", lambda _: None),
        patch.object(suspension, "_is_in_foreground", lambda: True),
        patch.object(os, "kill", lambda _, number: signals.append(number)),
    ):
        async with Stage().open() as stage:
            assert not signals
            await stage.press(key)
            assert signals == [signal.SIGTSTP]


ALONE: Mapping[str, Callable[[str], Awaitable[None]]] = {
    "leave": _leave,
    "profile": _profile,
    "suspend": _suspend,
    "unfold": _unfold,
}
"""By action, for a stage of their own."""
