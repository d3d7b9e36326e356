"""The pace on the screen: shown before it counts, and frugal while nobody looks."""

import pytest
from textual import events

from tests.tui.stage import Stage
from zcbulk_tui.domain.budget import Pace, Spent
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.render.status import preview
from zcbulk_tui.tui.keys import KEYS, Context
from zcbulk_tui.tui.screens import watch_view
from zcbulk_tui.tui.screens.budget import BudgetScreen

CALLS = {key.action for key in KEYS if key.group == "Calls" and Context.JOBS in key.contexts}


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[Pace]:
    """The paces that came to count, in their order."""
    paces: list[Pace] = []
    set_pace = Monitor.set_pace

    def remember(monitor: Monitor, pace: Pace) -> None:
        paces.append(pace)
        set_pace(monitor, pace)

    monkeypatch.setattr(Monitor, "set_pace", remember)
    return paces


@pytest.fixture(autouse=True)
def _endless_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets no pace count before the test is over, unless `at_once` is asked for."""
    monkeypatch.setattr(watch_view, "_PACE", 1000.0)


def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets what is chosen from now on count at once."""
    monkeypatch.setattr(watch_view, "_PACE", 0.01)


def spent(stage: Stage) -> Spent:
    """How the day stands."""
    return stage.monitor.day_plan().spent


def previewed(stage: Stage) -> Pace | None:
    """The pace whose effect stands in the foot."""
    plan, text = stage.monitor.day_plan(), stage.text()
    for effect in plan.effects:
        lines = preview(effect, plan.spent, stage.app.size.width, 2)
        if ["".join(span.text for span in line).rstrip() for line in lines] == text[-3:-1]:
            return effect.pace
    return None


def pending(stage: Stage) -> list[str]:
    """The rows of the budget that say that they do not count yet."""
    return [line for line in stage.text() if "│" in line and "  counts in a moment" in line]


async def test_what_a_pace_brings_is_shown_before_it_counts(chosen: list[Pace]) -> None:
    async with Stage().open(80, 24) as stage:
        assert previewed(stage) is None
        for key, pace in (("plus", Pace.EAGER), ("minus", None), ("equals_sign", Pace.EAGER)):
            await stage.press(key)
            assert previewed(stage) is pace
            assert any("It counts in a moment." in line for line in stage.text()) is bool(pace)
        await stage.press("b")
        assert isinstance(stage.app.screen, BudgetScreen)
        (marked,) = pending(stage)
        assert "▌ eager" in marked, "it is the same choice on both screens"
        await stage.press("minus", "plus")
        assert len(pending(stage)) == 1
        await stage.press("minus")
        assert pending(stage) == []
        assert any("▌ balanced" in line for line in stage.text())
        await stage.press("minus", "escape")
        assert previewed(stage) is Pace.FRUGAL
        assert (spent(stage).pace, chosen) == (Pace.BALANCED, [])
        titles = {command.title for command in stage.app.get_system_commands(stage.screen)}
        assert titles >= {"Budget  b", "More eager  +", "More frugal  -"}
        assert {"budget", "eager", "frugal"} == CALLS


async def test_only_the_last_of_many_steps_counts_after_a_moment(
    monkeypatch: pytest.MonkeyPatch, chosen: list[Pace]
) -> None:
    async with Stage().open() as stage:
        await stage.press("plus", "minus", "minus", "plus")
        at_once(monkeypatch)
        await stage.press("plus")
        await stage.until(lambda: bool(chosen))
        assert chosen == [Pace.EAGER], "what was cancelled never counts"
        assert spent(stage).pace is Pace.EAGER
        assert previewed(stage) is None
        assert stage.text()[0].endswith("eagerconnected"), "pictures have no gaps"
        assert any("next poll" in line for line in stage.text()[-4:])
        await stage.press("b", "minus")
        await stage.until(lambda: spent(stage).pace is Pace.BALANCED)
        assert chosen == [Pace.EAGER, Pace.BALANCED], "one that is chosen in the budget counts too"
        assert pending(stage) == [], "and the budget says so"


async def test_without_the_focus_it_is_frugal_and_says_so(chosen: list[Pace]) -> None:
    async with Stage().open() as stage:
        assert "frugal" not in stage.text()[0]
        stage.app.post_message(events.AppBlur())
        await stage.until(lambda: "frugal" in stage.text()[0])
        assert (spent(stage).pace, spent(stage).pace_in_force) == (Pace.BALANCED, Pace.FRUGAL)
        await stage.press("b")
        (frugal,) = (line for line in stage.text() if "while there is no focus" in line)
        assert "│  frugal" in frugal
        assert any("▌ balanced" in line for line in stage.text())
        await stage.press("b")
        stage.app.post_message(events.AppFocus())
        await stage.until(lambda: "frugal" not in stage.text()[0])
        assert spent(stage).pace_in_force is Pace.BALANCED
        assert chosen == [], "the chosen pace is what it was"
