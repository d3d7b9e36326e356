"""What is closed leaves nothing behind in memory."""

import asyncio
import gc
import heapq
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual._styles_cache import StylesCache
from textual.geometry import Region
from textual.widget import Widget

from tests.tui.exercises import JOB
from tests.tui.failing import ENDED, with_failures
from tests.tui.profiles import Cast
from tests.tui.stage import Stage
from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.tui import textual_internals

pytestmark = pytest.mark.usefixtures("every_frame")

_KEPT = 1
"""Textual keeps the last child of a screen that it showed, until it shows others."""

_OPENED_AND_CLOSED = {
    "help": ("question_mark", "slash", "a", "escape", "escape"),
    "history": ("h", "escape"),
    "log": ("l", "slash", "a", "escape", "escape"),
    "budget": ("b", "escape"),
    "filter": ("slash", "u", "escape"),
    "filter that stays": ("slash", "u", "enter", "escape"),
    "start": ("S", "escape"),
    "abort": ("X", "escape"),
    "abort of what must be typed": ("asterisk", "X", "1", "escape", "escape"),
    "unwatch": ("x", "escape"),
    "add": ("a", "escape"),
    "edit": ("e", "escape"),
    "palette": ("colon", "escape"),
    "details": ("enter", "z", "z", "enter"),
}
"""By what it is: the keys that show it, and have the watch screen back."""


def _gone() -> list[Widget]:
    """The widgets in memory that are part of no screen any more."""
    # asyncio keeps a timer that was cancelled, and so its screen, until its time has come.
    loop: Any = asyncio.get_running_loop()
    loop._scheduled[:] = [handle for handle in loop._scheduled if not handle.cancelled()]
    heapq.heapify(loop._scheduled)
    loop._timer_cancelled_count = 0
    gc.collect()
    return [each for each in gc.get_objects() if isinstance(each, Widget) and not each.is_attached]


async def test_nothing_of_a_screen_stays_in_memory_once_it_is_closed() -> None:
    async with Stage().open() as stage:
        await stage.select(JOB)
        before = {id(widget) for widget in _gone()}  # of the tests before, in this process
        for what, keys in _OPENED_AND_CLOSED.items():
            for key in keys:
                await stage.press(key)
            assert stage.app.screen is stage.screen, f"after {what}"
        await stage.show()
        _assert_few([widget for widget in _gone() if id(widget) not in before])


async def test_nothing_of_screens_about_results_stays_in_memory(tmp_path: Path) -> None:
    stage, failures = with_failures(tmp_path)
    async with stage.open():
        await stage.select(ENDED)
        failures.put(stage.ref(ENDED), ResultKind.FAILURE, ResultKind.UNPROCESSED)
        before = {id(widget) for widget in _gone()}
        for what, keys in {
            "results": ("d", "escape"),
            "failures": ("f", "enter", "escape", "F", "escape", "escape"),
            "repair": ("F", "enter", "escape", "escape"),
        }.items():
            for key in keys:
                await stage.press(key)
                await stage.pilot.pause()
            assert stage.app.screen is stage.screen, f"after {what}"
        await stage.show()
        # Threads may still read for screens that are closed.
        await stage.until(lambda: len({id(widget) for widget in _gone()} - before) <= _KEPT)


def _assert_few(left: list[Widget]) -> None:
    assert len(left) <= _KEPT, Counter(type(widget).__name__ for widget in left)


async def test_widgets_that_were_drawn_are_in_no_cache() -> None:
    async with Stage().open() as stage:
        await stage.press("question_mark", "escape")
        assert StylesCache.get_inner_outer.cache_info().currsize == 0


async def test_nothing_of_a_profile_stays_once_others_are_shown() -> None:
    async with Cast().open() as cast:
        for name in ("lab", "acme"):
            await cast.switch(name)
        before = {id(widget) for widget in _gone()}
        tasks = len(asyncio.all_tasks())
        for name in ("lab", "acme"):
            await cast.switch(name)
        left = Counter(type(each).__name__ for each in _gone() if id(each) not in before)
        # Textual keeps the screen that it made last but one.
        assert left["WatchScreen"] <= 1
        assert left["JobList"] <= 1
        assert len(asyncio.all_tasks()) <= tasks
        assert len([worker for worker in cast.app.workers if worker.is_running]) == 1
        assert len(cast.app.screen_stack) == 1
        assert cast.opened == ["acme", "lab"] * 2 + ["acme"]
        assert cast.closed == cast.opened[:-1]
    assert cast.closed == cast.opened


async def test_of_a_toast_that_is_taken_down_early_nothing_stays() -> None:
    async with Stage().open(toasts=True) as stage:
        for _ in range(2):
            stage.app.notify("Soon gone")
            await stage.pilot.pause()
            stage.app.clear_notifications()
            await stage.pilot.pause()
        stage.app.notify("Still there")
        await stage.pilot.pause()
        assert len(stage.screen.query("ToastHolder")) == 1


async def test_no_cache_grows_for_hours() -> None:
    for number in range(2 * textual_internals._MAX_CACHED):
        Region(0, 0, number, 1).union(Region(0, 0, 1, number))
        Segment._split_cells(Segment(f"a line {number}"), 3)
        cell_len(f"a text {number}")
    async with Stage().open() as stage:
        await stage.press("question_mark", "escape")
        most = max(cache.cache_info().currsize for cache in textual_internals._VALUE_CACHES)
    assert most <= textual_internals._MAX_CACHED


def test_textual_and_rich_have_these_caches() -> None:
    """The contract: once this fails, `clear_render_caches` may have become superfluous."""
    assert StylesCache.get_inner_outer in textual_internals._WIDGET_CACHES
    names = {cache.__name__ for cache in textual_internals._VALUE_CACHES}
    assert {"union", "intersection", "_split_cells", "render_ansi", "cached_cell_len"} <= names


def test_classes_without_caches_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert textual_internals._caches(Counter) == []
    monkeypatch.setattr(textual_internals, "_WIDGET_CACHES", [])
    textual_internals.clear_render_caches()
