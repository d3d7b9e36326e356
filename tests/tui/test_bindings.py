"""Help, palette, README and bindings say the same, and every key does what they say."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from textual.command import Command, CommandList, Hit
from textual.screen import Screen

from tests.tui import told
from tests.tui.exercises import ALONE, EXERCISES, do
from tests.tui.profiles import Cast
from tests.tui.stage import Stage
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.tui.app import DashboardApp, Preferences
from zcbulk_tui.tui.keys import KEYS, Context, Key
from zcbulk_tui.tui.own_keys import remapped
from zcbulk_tui.tui.screens.failed_rows import FailedRowsScreen
from zcbulk_tui.tui.screens.failures import FailuresScreen
from zcbulk_tui.tui.screens.repair import RepairScreen
from zcbulk_tui.tui.screens.results import ResultsScreen

OWN = {"down": "i", "start": "f5", "help": "f1 ?", "theme": "", "eager": "> ctrl+e", "palette": ";"}
"""Keys of the user's own."""


def with_keys(keys: Iterable[Key]) -> Stage:
    stage = Stage()
    preferences = Preferences(keys=tuple(keys))
    stage.app = DashboardApp(stage.spec, preferences=preferences, now=stage.now)
    return stage


def bound(stage: Stage) -> set[tuple[str, str]]:
    """Keys of the screen on top, and the actions that the table has for them."""
    return {
        (key, active.binding.id)
        for key, active in stage.app.screen.active_bindings.items()
        if active.binding.id and key != "no_key"
    }


# What is told.


@pytest.mark.parametrize("keys", [KEYS, remapped(KEYS, OWN)], ids=["default", "own"])
async def test_help_palette_and_bindings_say_the_same(keys: tuple[Key, ...]) -> None:
    async with with_keys(keys).open(120, 150) as stage:
        assert bound(stage) == {
            (name, key.action)
            for key in keys
            if Context.JOBS in key.contexts
            for name in key.keys.split(",")
            if name
        }
        shown = [told.of(key)._replace(keys=key.shown or "none") for key in keys]
        assert await told.by_help(stage) == shown
        await stage.select("Suppliers")  # can be started and aborted
        said = await told.by_palette(stage)
        # Open; one profile only; nothing to undo; no job repairs another one; not ended.
        not_now = {"palette", "profile", "undo", "unfold", "results", "failures", "repair"}
        assert said == {
            key.label.capitalize(): told.of(key)
            for key in keys
            if Context.JOBS in key.contexts and key.action not in not_now
        }


def test_the_readme_says_the_same() -> None:
    assert told.by_readme() == [told.of(key) for key in KEYS]


async def test_the_palette_switches_profiles_where_there_are_several() -> None:
    async with Cast().open() as cast:
        commands = list(cast.app.get_system_commands(cast.screen))
        (said,) = (it for it in commands if it.title == "Profile  P")
        said.callback()
        await cast.pilot.pause()
        assert type(cast.app.screen).__name__ == "ProfilesScreen"


async def test_own_keys_act_in_the_place_of_the_others() -> None:
    async with with_keys(remapped(KEYS, OWN)).open() as stage:
        await stage.press("j", "down")
        assert stage.screen.workspace.rows.cursor == 0
        await stage.press("i")
        assert stage.screen.workspace.rows.cursor == 1
        before = stage.app.theme
        await stage.press("t")
        assert stage.app.theme == before


OPENS = {
    Context.HISTORY: "HistoryScreen",
    Context.LOG: "LogScreen",
    Context.BUDGET: "BudgetScreen",
    Context.HELP: "HelpScreen",
}
"""The screens that open over the jobs of one profile."""

ABOUT_RESULTS: Mapping[Context, type[Screen[Any]]] = {
    Context.RESULTS: ResultsScreen,
    Context.FAILURES: FailuresScreen,
    Context.ROWS: FailedRowsScreen,
    Context.REPAIR: RepairScreen,
}
"""The screens that need a job with results, which tests of their own open."""


@pytest.mark.parametrize("keys", [KEYS, remapped(KEYS, OWN)], ids=["default", "own"])
async def test_the_palette_and_the_keys_of_a_screen_are_those_of_the_table(
    keys: tuple[Key, ...],
) -> None:
    async with with_keys(keys).open(120, 36) as stage:
        for context in OPENS:
            there = {key.action: key for key in keys if context in key.contexts}
            await open_and_close(stage, keys, context)
            await stage.press(there[context].keys.split(",")[0])
            assert bound(stage) == {
                (name, action)
                for action, key in there.items()
                for name in key.keys.split(",")
                if name
            }, context
            said = await told.by_palette(stage)
            assert said == {
                key.label.capitalize(): told.of(key)
                for action, key in there.items()
                if action not in ("palette", context)
            }, context
            close = next(
                it for it in stage.app.get_system_commands(stage.app.screen) if "Close" in it[0]
            )
            close.callback()
            await stage.pilot.pause()
            assert stage.app.screen is stage.screen, context


def actions_in(context: Context) -> list[str]:
    """The actions that a screen has, but for the one that opens it."""
    return [key.action for key in KEYS if context in key.contexts and key.action != context]


@pytest.mark.parametrize("context", ABOUT_RESULTS)
def test_every_action_of_a_screen_about_results_is_there(context: Context) -> None:
    for action in actions_in(context):
        assert hasattr(ABOUT_RESULTS[context], f"action_{action}"), action


async def test_every_action_of_a_screen_is_there() -> None:
    async with Cast().open() as cast:
        for context in Context:
            if context in (Context.JOBS, *ABOUT_RESULTS):
                continue
            await cast.press(next(it.keys for it in KEYS if it.action == context).split(",")[0])
            assert type(cast.app.screen).__name__ != "WatchScreen", context
            for action in actions_in(context):
                assert hasattr(cast.app.screen, f"action_{action}"), (context, action)
            await cast.press("q")
            assert type(cast.app.screen).__name__ == "WatchScreen", context


async def test_help_is_shown_over_the_other_screens() -> None:
    async with Stage().open() as stage:
        for opens in ("b", "l", "h"):
            await stage.press(opens)
            below = stage.app.screen
            assert below is not stage.screen, opens
            await stage.press("question_mark")
            assert type(stage.app.screen).__name__ == "HelpScreen", opens
            await stage.press("question_mark")
            assert stage.app.screen is below, opens
            await stage.press("escape")


async def test_own_keys_act_on_the_other_screens() -> None:
    def pressed(stage: Stage) -> tuple[Pace | None, bool]:
        """The chosen pace, and whether the field has the focus."""
        return stage.screen.workspace.here.pending_pace, stage.app.screen.focused is not None

    own = {"true_figure": "f", "eager": "m", "close": "W", "down": "i", "calls": "C"}
    async with with_keys(remapped(KEYS, own)).open() as stage:
        await stage.press("b", "t", "plus")
        assert pressed(stage) == (None, False)
        assert any(" f correct the count " in line for line in stage.text())
        await stage.press("m", "f")
        assert pressed(stage) == (Pace.EAGER, True)
        await stage.press("escape", "q")
        assert type(stage.app.screen).__name__ == "BudgetScreen"
        await stage.press("W")
        assert stage.app.screen is stage.screen


OVER_THE_JOBS = ("log", "budget", "history", "help")
"""Actions that open a screen over the jobs."""


async def open_and_close(stage: Stage, keys: Iterable[Key], action: str) -> None:
    """Has the same key open a screen and close it."""
    (name, *_) = next(key.keys for key in keys if key.action == action).split(",")
    await stage.press(name)
    assert stage.app.screen is not stage.screen, name
    await stage.press(name)
    assert stage.app.screen is stage.screen, name


async def test_the_same_key_opens_a_screen_and_closes_it() -> None:
    own = {"log": "f6", "budget": "ctrl+e", "history": "i", "help": "f1"}
    keys = remapped(KEYS, own)
    async with with_keys(keys).open() as stage:
        for action in OVER_THE_JOBS:
            await open_and_close(stage, keys, action)
        for action, free in (("log", "l"), ("budget", "b"), ("history", "h")):
            await stage.press(own[action], free)
            assert stage.app.screen is not stage.screen, f"{free} opens it no more"
            await stage.press("escape")


async def test_a_key_taken_from_the_screen_itself_closes_it_too() -> None:
    taken = {"log": "j", "budget": "k", "history": "g", "help": "G"}
    keys = remapped(KEYS, {**taken, "down": "i", "up": "f6", "top": "f7", "bottom": "f8"})
    async with with_keys(keys).open() as stage:
        for action in OVER_THE_JOBS:
            await open_and_close(stage, keys, action)


@pytest.mark.parametrize("action", ["budget", "help"])
def test_the_key_that_corrects_the_count_opens_no_screen_where_it_counts(action: str) -> None:
    with pytest.raises(ConfigError, match="true_figure"):
        remapped(KEYS, {action: "t", "theme": "f2"})


@pytest.mark.parametrize("first", range(3))
async def test_the_key_that_opens_a_screen_hides_none_of_the_screen(first: int) -> None:
    names = ["t", "+", "-", "f8"]
    own = {action: names[first - at] for at, action in enumerate(OVER_THE_JOBS)}
    own |= {"theme": "f2", "eager": "f3", "frugal": "f4", "true_figure": "f5"}
    async with with_keys(remapped(KEYS, own)).open() as stage:
        for action in OVER_THE_JOBS:
            name = {"+": "plus", "-": "minus"}.get(own[action], own[action])
            await stage.press(name)
            assert stage.app.screen is not stage.screen, own
            assert not {it.action for it in KEYS if action in it.contexts} - {
                action for _, action in bound(stage)
            }
            await stage.press(name)
            assert stage.app.screen is stage.screen, own


# What the keys do.


def test_every_action_has_an_exercise() -> None:
    of_the_jobs = [key.action for key in KEYS if Context.JOBS in key.contexts]
    assert [*EXERCISES, *ALONE] == [it for it in of_the_jobs if it not in ALONE] + [*ALONE]


@pytest.mark.parametrize("moves", [True, False])
async def test_every_key_acts(moves: bool) -> None:
    height = 15 if moves else 36  # a page is to be shorter than the list
    async with Stage().open(120, height) as stage:
        for key in KEYS:
            if (key.group == "Move") is moves and key.action in EXERCISES:
                for name in key.keys.split(","):
                    await do(EXERCISES[key.action], stage, name)


@pytest.mark.parametrize(
    ("action", "name"),
    [(key.action, name) for key in KEYS if key.action in ALONE for name in key.keys.split(",")],
)
async def test_every_other_key_acts(action: str, name: str) -> None:
    await ALONE[action](name)


@pytest.mark.parametrize(
    ("keys", "runs"),
    [(("enter", "enter"), 1), (("enter", "escape"), 0), (("escape", "escape"), 0)],
)
async def test_the_palette_closes_once_however_fast_keys_come(
    keys: tuple[str, ...], runs: int
) -> None:
    """On a busy machine a second key acts on it before it is gone; escape comes into effect first.

    Enter has to go through the list of the palette.
    """
    async with Stage().open() as stage:
        await stage.press("colon")
        palette = stage.app.screen
        commands = palette.query_one(CommandList)
        await stage.until(lambda: commands.option_count > 0)
        done: list[str] = []
        command = Command("Count", Hit(1.0, "Count", lambda: done.append("done")))
        commands.clear_options().add_option(command)
        commands.highlighted = 0
        for key in keys:
            if key == "enter":
                commands.action_select()
            else:
                await palette.run_action("escape")
        await stage.until(lambda: len(stage.app.screen_stack) == 1)
        await stage.pilot.pause()
        assert stage.app.is_running
        assert len(done) == runs
