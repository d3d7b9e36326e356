"""The budget on the screen: what it shows, the true figure, and keys when the calls are gone."""

import re

import pytest
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from tests.render.plans import plan, spent
from tests.support.jobs import NOW
from tests.tui.alone import Alone
from tests.tui.model import READY, RUNNING
from tests.tui.stage import Stage
from zcbulk_tui.domain.job import Action
from zcbulk_tui.domain.planner import PlannedJob
from zcbulk_tui.monitor import monitor as monitor_module
from zcbulk_tui.render import words
from zcbulk_tui.render.budget import page
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.span import Line
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.tui.keys import KEYS
from zcbulk_tui.tui.screens.budget import BudgetScreen

CALLS = 1_000
"""Of a day of the demo."""

KEPT = 20
"""Those of them that are kept for start and abort."""

USED_UP = CALLS - 15
"""The true figure that leaves fewer calls than are kept, and none for polls."""

PLAN = plan(spent(), PlannedJob(READY, 60.0), PlannedJob(RUNNING, 15.0))


class Asked(Alone):
    """The budget over nothing.

    Attributes:
        figures: The true figures that were entered.
    """

    def __init__(self) -> None:
        self.figures: list[int] = []
        budget = BudgetScreen(
            lambda: PLAN,
            lambda: False,
            lambda: None,
            lambda _: None,
            self.figures.append,
            glyphs=UNICODE,
            now=lambda: NOW,
            keys=KEYS,
        )
        super().__init__(budget)

    @property
    def field(self) -> Input:
        return self.opened.query_one("#true-figure", Input)


def hint(budget: Asked | Stage) -> str:
    """The last line of the budget."""
    screen = budget.opened if isinstance(budget, Asked) else budget.app.screen
    return str(screen.query_one("#budget-said", Static).render())


async def test_nonsense_in_the_field_is_told_and_changes_nothing() -> None:
    nonsense = "Write a whole number"
    async with Asked().open(80, 24) as asked:
        assert nonsense not in asked.text()
        for typed in ("", "-5", "+", "x"):
            asked.field.value = ""
            await asked.press("t", *typed, "enter")
            assert hint(asked) == f"{nonsense}, from 0: how many calls are used up.", typed
            assert nonsense in asked.text(), f"{typed} in view at 80x24"
            assert isinstance(asked.focused, Input), typed
            await asked.press("escape")  # the field
            assert asked.focused is None
        assert (asked.answers, asked.figures) == ([], [])
        await asked.press("escape")  # and the budget
        assert asked.answers == [None]


async def test_letters_do_not_get_into_the_field_nor_do_what_they_do_outside() -> None:
    async with Asked().open() as asked:
        await asked.press("t", *"1b2q3+j")
        assert asked.answers == []
        assert asked.field.value == "123"
        await asked.press("enter")
        assert asked.figures == [123]
        assert asked.field.value == ""
        assert hint(asked) == "Taken: 123 calls are used up today."


async def test_all_of_it_can_be_scrolled_to_on_a_small_screen() -> None:
    async with Asked().open(80, 24) as asked:
        scroll = asked.opened.query_one("#budget-scroll", VerticalScroll)
        inside = scroll.scrollable_content_region.width
        lines = page(PLAN, None, NOW, UNICODE, inside)
        wanted = ["Budget", *map(_text, lines), "Used by everybody today"]
        seen, before = asked.text(), -1.0
        while scroll.scroll_y != before:
            before = scroll.scroll_y
            await asked.press("j", "j", "j")
            seen += asked.text()
        assert [line for line in wanted if line not in seen] == []
        await asked.press(*"k" * int(scroll.scroll_y))
        assert scroll.scroll_y == 0


def _text(line: Line) -> str:
    return " ".join("".join(span.text for span in line).replace("▌", " ").split())


# On the dashboard.


def said(stage: Stage) -> str:
    """What is on the screen, without borders and as one line."""
    lines = (line.replace("│", " ").replace("▌", " ") for line in stage.text())
    return " ".join(" ".join(lines).split())


def calls_left(stage: Stage) -> int:
    """What the status line says is left."""
    (found,) = re.findall(r"(\d+) (?:calls )?left", stage.text()[0])
    return int(found)


async def enter(stage: Stage, used: int) -> None:
    """Tells the true figure, and goes back to the jobs."""
    await stage.press("b", "t", *str(used), "enter", "escape")
    # A dialog that is still closing takes the next key.
    await stage.until(lambda: stage.app.screen is stage.screen)
    await stage.until(lambda: calls_left(stage) == CALLS - used)


async def test_the_budget_shows_the_day_and_takes_the_true_figure() -> None:
    async with Stage().open() as stage:
        await stage.press("b")
        assert isinstance(stage.app.screen, BudgetScreen)
        assert "988 of 1,000 calls left" in said(stage)
        assert "Made for: scheduled 12 · keys r and R 0" in said(stage)
        for job in stage.jobs:
            is_planned = any(f"│{job.job.label}  " in line for line in stage.text())
            assert is_planned is not job.is_final
        await stage.press("q", "r")
        await stage.until(lambda: calls_left(stage) == 987)
        await stage.press("b")
        assert "Made for: scheduled 12 · keys r and R 1 · commands 0" in said(stage)

        await stage.press("t", "0", "enter")
        assert "987 of 1,000 calls left" in said(stage), "those of ours are made, whatever it says"
        assert "gone elsewhere" not in said(stage)
        await stage.press("t", *"500", "enter")
        assert hint(stage) == "Taken: 500 calls are used up today."
        assert "500 of 1,000 calls left" in said(stage)
        assert "487 elsewhere" in said(stage)
        await stage.press("b")
        assert len(stage.app.screen_stack) == 1
        await stage.until(lambda: calls_left(stage) == 500)


async def test_a_key_that_the_budget_refuses_says_why_and_until_when() -> None:
    async with Stage().open(toasts=True) as stage:
        await enter(stage, CALLS - KEPT - 3)
        asked = len(stage.creator.log)
        await stage.press("R")
        await stage.until(lambda: "it takes 7 of the day's calls, and 3 are left" in said(stage))
        assert len(stage.creator.log) == asked
        await stage.press("r")
        await stage.until(lambda: len(stage.creator.log) == asked + 1)
        stage.app.clear_notifications()

        await enter(stage, USED_UP)
        await stage.press("r")
        spent_now = stage.monitor.day_plan().spent
        wanted = (
            "Not asked: it takes 1 of the day's calls, and 0 are left for polls",
            "15 more are kept for start and abort.",
            f"Polls are possible again at {words.reset(spent_now)}",
        )
        # All at once: the toast of the one before may still be drawn.
        await stage.until(lambda: all(map(said(stage).__contains__, wanted)))
        assert len(stage.creator.log) == asked + 1


async def test_where_no_poll_is_left_an_abort_takes_the_calls_that_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(monitor_module, "SETTLE", 0.0)
    async with Stage().open() as stage:
        await enter(stage, USED_UP)
        again = words.reset(stage.monitor.day_plan().spent)
        text = stage.text()
        assert f"polls used up, again {again}" in text[0]
        assert any(f"next poll {again}" in line for line in text[-4:])
        await stage.press("b")
        assert "The polls' share is used up: no polls until then." in said(stage)

        await stage.press("escape")
        await stage.select("Invoices Q3")
        await stage.press("X")
        assert "15 calls left today (15 reserved)." in said(stage)
        await stage.press("y")
        await stage.until(lambda: stage.sent(Action.ABORT) == 1)
        assert stage.truth("Invoices Q3") is State.USER_ABORTED
        await stage.until(lambda: calls_left(stage) == 13)
        assert any("Invoices Q3" in line and "user-aborted" in line for line in stage.text())

        await enter(stage, 100)
        assert stage.monitor.day_plan().spent.allows_polls, "the higher figure is taken back"
        assert "connected" in stage.text()[0]
