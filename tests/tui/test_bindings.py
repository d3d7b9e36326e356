"""Help, palette, README and bindings say the same, and every key does what they say."""

from collections.abc import Iterable

import pytest
from textual.binding import Binding

from tests.tui import told
from tests.tui.exercises import ALONE, EXERCISES, do
from tests.tui.profiles import Cast
from tests.tui.stage import Stage
from zcbulk_tui.tui.app import DashboardApp, Preferences
from zcbulk_tui.tui.keys import KEYS, Key
from zcbulk_tui.tui.own_keys import remapped

OWN = {"down": "n", "start": "f5", "help": "f1 ?", "theme": "", "eager": "> ctrl+e", "palette": ";"}
"""Keys of the user's own."""


def with_keys(keys: Iterable[Key]) -> Stage:
    stage = Stage()
    preferences = Preferences(keys=tuple(keys))
    stage.app = DashboardApp(stage.spec, preferences=preferences, now=stage.now)
    return stage


# What is told.


@pytest.mark.parametrize("keys", [KEYS, remapped(KEYS, OWN)], ids=["default", "own"])
async def test_help_palette_and_bindings_say_the_same(keys: tuple[Key, ...]) -> None:
    async with with_keys(keys).open(120, 90) as stage:
        bound = {it.action: it.key for it in type(stage.screen).BINDINGS if isinstance(it, Binding)}
        assert bound == {key.action: key.keys for key in keys if key.keys}
        shown = [told.of(key)._replace(keys=key.shown or "none") for key in keys]
        assert await told.by_help(stage) == shown
        await stage.select("Suppliers")  # can be started and aborted
        said = await told.by_palette(stage)
        not_now = {"palette", "profile"}  # it is open; there is one profile only
        assert said == {
            key.label.capitalize(): told.of(key) for key in keys if key.action not in not_now
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
        await stage.press("n")
        assert stage.screen.workspace.rows.cursor == 1
        before = stage.app.theme
        await stage.press("t")
        assert stage.app.theme == before


@pytest.mark.parametrize("own", ["default", "others", "taken from the screen itself"])
@pytest.mark.parametrize("action", ["log", "budget", "history", "help"])
async def test_the_same_key_opens_a_screen_and_closes_it(action: str, own: str) -> None:
    changed = {
        "default": {},
        "others": {"log": "f6", "budget": "ctrl+e", "history": "i", "help": "f1"},
        "taken from the screen itself": {action: "j", "down": "n"},
    }[own]
    keys = remapped(KEYS, changed)
    (name, *_) = next(key.keys for key in keys if key.action == action).split(",")
    async with with_keys(keys).open() as stage:
        await stage.press(name)
        assert stage.app.screen is not stage.screen
        await stage.press(name)
        assert stage.app.screen is stage.screen


@pytest.mark.parametrize(("action", "free"), [("log", "l"), ("budget", "b"), ("history", "h")])
async def test_a_key_that_opens_a_screen_no_more_does_not_close_it(action: str, free: str) -> None:
    async with with_keys(remapped(KEYS, {action: "f6"})).open() as stage:
        await stage.press("f6", free)
        assert stage.app.screen is not stage.screen


# What the keys do.


def test_every_action_has_an_exercise() -> None:
    assert [*EXERCISES, *ALONE] == [key.action for key in KEYS if key.action not in ALONE] + [
        *ALONE
    ]


@pytest.mark.parametrize("group", list(dict.fromkeys(key.group for key in KEYS)))
async def test_every_key_of_a_group_acts(group: str) -> None:
    height = 15 if group == "Move" else 36  # a page is to be shorter than the list
    async with Stage().open(120, height) as stage:
        for key in KEYS:
            if key.group == group and key.action in EXERCISES:
                for name in key.keys.split(","):
                    await do(EXERCISES[key.action], stage, name)


@pytest.mark.parametrize(
    ("action", "name"),
    [(key.action, name) for key in KEYS if key.action in ALONE for name in key.keys.split(",")],
)
async def test_every_other_key_acts(action: str, name: str) -> None:
    await ALONE[action](name)
