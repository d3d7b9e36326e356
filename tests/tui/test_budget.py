"""The budget on the screen: what it shows, the true figure, and keys when the calls are gone."""

import re
from functools import partial

import pytest
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from tests.tui.stage import Stage
from zcbulk_tui.domain.budget import Spent
from zcbulk_tui.domain.job import Action
from zcbulk_tui.monitor import monitor as monitor_module
from zcbulk_tui.render import words
from zcbulk_tui.render.budget import page
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.span import Line
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.tui.screens.budget import BudgetScreen

CALLS = 1_000
"""Of a day of the demo."""

KEPT = 20
"""Those of them that are kept for start and abort."""

USED_UP = CALLS - 15
"""The true figure that leaves fewer calls than are kept, and none for polls."""


def spent(stage: Stage) -> Spent:
    """How the day stands."""
    return stage.monitor.day_plan().spent


def said(stage: Stage) -> str:
    """What is on the screen, without borders and as one line."""
    lines = (line.replace("│", " ").replace("▌", " ") for line in stage.text())
    return " ".join(" ".join(lines).split())


def says(stage: Stage, wanted: str) -> bool:
    """Whether words are on the screen."""
    return wanted in said(stage)


def _says_all(stage: Stage, wanted: tuple[str, ...]) -> bool:
    return all(says(stage, each) for each in wanted)


def hint(stage: Stage) -> str:
    """The last line of the budget."""
    return str(stage.app.screen.query_one("#budget-said", Static).render())


def calls_left(stage: Stage) -> int:
    """What the status line says is left."""
    (found,) = re.findall(r"(\d+) (?:calls )?left", stage.text()[0])
    return int(found)


async def enter(stage: Stage, used: int) -> None:
    """Tells the true figure, and goes back to the jobs."""
    await stage.press("b", "t", *str(used), "enter", "escape")
    await stage.until(lambda: calls_left(stage) == CALLS - used)


async def test_the_budget_shows_the_day_and_the_plan_for_each_job() -> None:
    async with Stage().open() as stage:
        await stage.press("b")
        assert isinstance(stage.app.screen, BudgetScreen)
        shown = said(stage)
        assert "988 of 1,000 calls left" in shown
        assert "Made for: scheduled 12 · keys r and R 0" in shown
        for job in stage.jobs:
            is_planned = any(f"│{job.job.label}  " in line for line in stage.text())
            assert is_planned is not job.is_final


async def test_it_is_closed_by_several_keys() -> None:
    async with Stage().open() as stage:
        for key in ("escape", "b", "q"):
            await stage.press("b")
            assert isinstance(stage.app.screen, BudgetScreen), key
            await stage.press(key)
            assert len(stage.app.screen_stack) == 1, key
            assert stage.app.is_running, key


async def test_what_is_made_for_keys_is_told_apart() -> None:
    async with Stage().open() as stage:
        await stage.press("r")
        await stage.until(lambda: calls_left(stage) == 987)
        await stage.press("b")
        assert "Made for: scheduled 12 · keys r and R 1 · start and abort 0" in said(stage)


async def test_the_true_figure_counts_on_the_whole_screen() -> None:
    async with Stage().open() as stage:
        await stage.press("b", "t", *"500", "enter")
        assert hint(stage) == "Taken: 500 calls are used up today."
        assert "500 of 1,000 calls left" in said(stage)
        assert "488 elsewhere" in said(stage)
        assert stage.app.screen.query_one("#true-figure", Input).value == ""
        await stage.press("escape")
        await stage.until(lambda: calls_left(stage) == 500)


async def test_a_lower_true_figure_takes_the_higher_one_back() -> None:
    async with Stage().open() as stage:
        await enter(stage, USED_UP)
        assert not spent(stage).allows_polls
        await enter(stage, 100)
        assert spent(stage).allows_polls
        assert "connected" in stage.text()[0]


async def test_calls_of_ours_are_made_whatever_the_true_figure_says() -> None:
    async with Stage().open() as stage:
        await stage.press("b", "t", "0", "enter")
        assert "988 of 1,000 calls left" in said(stage)
        assert "gone elsewhere" not in said(stage)


async def test_nonsense_in_the_field_is_told_and_changes_nothing() -> None:
    nonsense = "Write a whole number"
    async with Stage().open(80, 24) as stage:
        before = spent(stage)
        for typed in ("", "-5", "+", "x"):
            await stage.press("b")
            assert not any(nonsense in line for line in stage.text()), typed
            await stage.press("t", *typed, "enter")
            assert hint(stage) == f"{nonsense}, from 0: how many calls are used up.", typed
            assert any(nonsense in line for line in stage.text()), f"{typed} in view at 80x24"
            assert isinstance(stage.app.focused, Input), typed
            assert spent(stage).budget == before.budget, typed
            await stage.press("escape", "escape")  # the field, and the budget
            assert stage.app.screen is stage.screen, typed


async def test_letters_do_not_get_into_the_field_nor_do_what_they_do_outside() -> None:
    async with Stage().open() as stage:
        await stage.press("b", "t", *"1b2q3+j")
        assert isinstance(stage.app.screen, BudgetScreen)
        assert stage.app.screen.query_one("#true-figure", Input).value == "123"


async def test_all_of_it_can_be_scrolled_to_on_a_small_screen() -> None:
    async with Stage().open(80, 24) as stage:
        await stage.press("b")
        scroll = stage.app.screen.query_one("#budget-scroll", VerticalScroll)
        seen: set[str] = set()
        while True:
            seen.update(stage.text())
            before = scroll.scroll_y
            await stage.press("j")
            if scroll.scroll_y == before:
                break
        inside = scroll.scrollable_content_region.width
        lines = page(stage.monitor.day_plan(), None, stage.now(), UNICODE, inside)
        wanted = ["Budget", *map(_text, lines), "Used by everybody today", hint(stage)]
        # The plan goes by real time, so that other columns may have moved on meanwhile.
        firsts = [line.strip().split("  ")[0] for line in wanted]
        assert [first for first in firsts if not any(first in one for one in seen)] == []
        for _ in range(int(scroll.scroll_y)):
            await stage.press("k")
        assert scroll.scroll_y == 0


def _text(line: Line) -> str:
    return "".join(span.text for span in line).rstrip()


@pytest.mark.parametrize("used", [USED_UP, CALLS], ids=["some are kept", "none at all"])
async def test_a_key_that_the_budget_refuses_says_why_and_until_when(used: int) -> None:
    async with Stage().open(toasts=True) as stage:
        await enter(stage, used)
        asked = len(stage.creator.log)
        for key, calls in (("r", 1), ("R", 7)):
            await stage.press(key)
            wanted = (
                f"Not asked: it takes {calls} of the day's calls, and 0 are left for polls",
                f"{CALLS - used} more are kept for start and abort.",
                f"Polls are possible again at {words.reset(spent(stage))}",
            )
            await stage.until(partial(_says_all, stage, wanted))
            assert len(stage.creator.log) == asked, key
            stage.app.clear_notifications()
            await stage.until(lambda: "Not asked" not in said(stage))


async def test_poll_all_is_refused_where_it_takes_more_than_is_left() -> None:
    async with Stage().open(toasts=True) as stage:
        await enter(stage, CALLS - KEPT - 3)
        asked = len(stage.creator.log)
        await stage.press("R")
        await stage.until(lambda: "it takes 7 of the day's calls, and 3 are left" in said(stage))
        assert len(stage.creator.log) == asked
        await stage.press("r")
        await stage.until(lambda: len(stage.creator.log) == asked + 1)


async def test_no_poll_is_left_on_the_whole_screen() -> None:
    async with Stage().open() as stage:
        await enter(stage, USED_UP)
        again = words.reset(spent(stage))
        text = stage.text()
        assert re.search(r"15 (calls )?left", text[0])
        assert f"polls used up, again {again}" in text[0]
        assert any(f"next poll {again}" in line for line in text[-4:])
        await stage.press("b")
        assert "The polls' share is used up: no polls until then." in said(stage)


async def test_abort_works_with_the_calls_that_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor_module, "SETTLE", 0.0)
    async with Stage().open() as stage:
        await enter(stage, USED_UP)
        await stage.select("Invoices Q3")
        await stage.press("X")
        assert "15 calls left today (15 reserved)." in said(stage)
        await stage.press("y")
        await stage.until(lambda: stage.sent(Action.ABORT) == 1)
        assert stage.truth("Invoices Q3") is State.USER_ABORTED
        await stage.until(lambda: calls_left(stage) == 13)
        assert any("Invoices Q3" in line and "user-aborted" in line for line in stage.text())


async def test_abort_is_sent_even_if_nothing_is_left() -> None:
    async with Stage().open() as stage:
        await enter(stage, CALLS)
        await stage.select("Invoices Q3")
        await stage.press("X", "y")
        await stage.until(lambda: stage.sent(Action.ABORT) == 1)
        assert stage.truth("Invoices Q3") is State.USER_ABORTED
