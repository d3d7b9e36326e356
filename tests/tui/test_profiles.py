"""`P` leaves one profile for another, and nothing of the first stays behind."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widgets import Input, OptionList

from tests.support.jobs import NOW, watched
from tests.tui.profiles import ENDS_SOON, HOMES, LOCKED, Cast, publish_a_job
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Environment, WatchedJob
from zcbulk_tui.monitor.events import JobChanged
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.tui import questions
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.keys import KEYS
from zcbulk_tui.tui.profile_spec import JobDefaults
from zcbulk_tui.tui.screens.add_job import AddJobScreen
from zcbulk_tui.tui.screens.choose import ChooseScreen
from zcbulk_tui.tui.screens.dialogs import ConfirmScreen, NoticeScreen
from zcbulk_tui.tui.screens.help import HelpScreen
from zcbulk_tui.tui.screens.profiles import ProfilesScreen
from zcbulk_tui.tui.screens.watch_view import ProfilesChosen


def highlighted(cast: Cast) -> str | None:
    """The profile that Enter would show."""
    options = cast.app.screen.query_one(OptionList)
    assert options.highlighted is not None
    return options.get_option_at_index(options.highlighted).id


async def test_choosing_a_profile() -> None:
    async with Cast().open() as cast:
        assert cast.text()[0].startswith(" PRODUCTION  acme ")
        for key in ("escape", "q", "enter"):
            await cast.press("P", key)
            assert cast.app.screen is cast.screen, key
            assert (cast.opened, cast.closed) == (["acme"], []), "to leave changes nothing"
        await cast.press("P")
        assert isinstance(cast.app.screen, ProfilesScreen)
        said = " ".join(cast.text())
        assert all(name in said for name in (*HOMES, LOCKED))
        assert "acme  (shown)" in said
        moves = [("j", "lab"), ("down", "archive"), ("k", "lab"), ("up", "acme")]
        assert highlighted(cast) == "acme"
        for key, name in moves:
            await cast.press(key)
            assert highlighted(cast) == name
        await cast.press("j", "enter")
        await cast.until(lambda: cast.is_read("lab"))
        assert set(cast.labels) == {job.label for job in cast.creators["lab"].jobs.values()}
        assert cast.opened == ["acme", "lab"]
        assert cast.closed == ["acme"]


async def test_what_a_profile_is_shows_on_its_screen() -> None:
    async with Cast().open() as cast:
        await cast.switch("archive")
        assert "READ-ONLY" in cast.text()[0]
        assert cast.screen.check_action("abort", ()) is False
        await cast.press("S", "X")
        assert cast.app.screen is cast.screen
        await cast.switch("acme")
        assert "READ-ONLY" not in cast.text()[0]
        assert cast.screen.check_action("abort", ()) is True


async def test_where_there_is_one_profile_there_is_no_choice() -> None:
    async with Cast("acme").open() as cast:
        assert cast.screen.check_action("profile", ()) is None
        titles = [command.title for command in cast.app.get_system_commands(cast.screen)]
        assert "Profile  P" not in titles
        await cast.press("P")
        assert cast.app.screen is cast.screen


async def test_a_profile_that_cannot_be_opened_leaves_the_other_one_as_it_is() -> None:
    async with Cast().open() as cast:
        await cast.press("P", "j", "j", "j", "enter")
        assert isinstance(cast.app.screen, NoticeScreen)
        assert "The profile “locked” is not signed in" in " ".join(cast.text())
        await cast.press("escape")
        assert cast.shown == "acme"
        assert cast.closed == []
        asked = len(cast.creators["acme"].log)
        await cast.press("r")
        await cast.until(lambda: len(cast.creators["acme"].log) > asked)


async def test_nothing_of_the_old_profile_reaches_the_new_screen() -> None:
    async with Cast().open() as cast:
        old, monitor = cast.screen, cast.screen.workspace.here.monitor
        late = publish_a_job(cast, "late news")
        await cast.switch("lab")
        old.workspace.here.publish(late)
        assert monitor is not None
        with pytest.raises(AttributeError):  # a monitor that has stopped has no tasks
            monitor._tasks.create_task  # type: ignore[union-attr]  # noqa: B018
        asked = len(cast.creators["acme"].log)
        monitor.poll_now([listed.snapshot.ref for listed in old.jobs.rows])
        await cast.press("r")
        await cast.until(lambda: len(cast.creators["lab"].log) > 4)
        assert len(cast.creators["acme"].log) == asked
        assert not any("acme" in label or "late" in label for label in cast.labels)


async def test_it_is_not_left_while_the_answer_to_a_command_is_awaited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered = asyncio.Event()
    command = Monitor.command

    async def slow(monitor: Monitor, *asked: Any) -> Command:
        await answered.wait()
        return await command(monitor, *asked)

    monkeypatch.setattr(Monitor, "command", slow)
    async with Cast().open() as cast:
        await cast.select(3)
        await cast.press("X", "y", "P")
        assert cast.app.screen is cast.screen
        await cast.until(lambda: "is not known yet" in " ".join(cast.text()))
        # Keys that were faster than the message that a profile was chosen.
        cast.screen.post_message(ProfilesChosen([cast.spec("lab")]))
        await cast.pilot.pause()
        assert cast.shown == "acme"
        answered.set()
        await cast.until(lambda: "Abort accepted" in " ".join(cast.text()))
        await cast.switch("lab")
        assert "Abort accepted" not in " ".join(cast.text())


async def test_it_is_not_left_while_nobody_knows_what_became_of_a_command() -> None:
    async with Cast().open() as cast:
        snapshot = cast.jobs[0]
        unclear = Command(Action.ABORT, cast.screen.now(), Outcome.SENT)
        cast.screen.workspace.here.publish(JobChanged(replace(snapshot, command=unclear)))
        cast.screen.flush()
        await cast.press("P")
        assert cast.app.screen is cast.screen
        cast.screen.workspace.here.publish(JobChanged(snapshot))
        cast.screen.flush()
        await cast.switch("lab")


async def test_dialogs_and_toasts_stay_behind() -> None:
    dialogs: dict[str, Screen[Any]] = {
        "lab": HelpScreen(KEYS, read_only=False, glyphs=UNICODE),
        "acme": NoticeScreen("Old news", ["Very old."]),
    }
    async with Cast().open() as cast:
        for name, dialog in dialogs.items():
            cast.screen.notify("Said of another.", timeout=600)
            await cast.app.push_screen(dialog)
            cast.screen.post_message(ProfilesChosen([cast.spec(name)]))
            await cast.until(partial(cast.is_read, name))
            assert cast.app.screen is cast.screen
            assert len(cast.app.screen_stack) == 1
            assert "Said of another" not in " ".join(cast.text())


async def test_keys_typed_ahead_send_nothing_to_the_wrong_account() -> None:
    async with Cast().open() as cast:
        await cast.select(3)
        for key in ("P", "j", "enter", "X", "y"):
            cast.app.simulate_key(key)
        await cast.until(lambda: cast.opened == ["acme", "lab"] or _commands(cast) > 0)
        await cast.until(lambda: cast.is_read(cast.shown))
        assert _commands(cast) == 0


def _commands(cast: Cast) -> int:
    return sum(entry.method != "GET" for one in cast.creators.values() for entry in one.log)


async def test_production_is_marked_without_colours_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with Cast().open() as cast:
        line = cast.screen.query_one("#status").render_line(0)
        (mark,) = (part for part in line if part.text == " PRODUCTION ")
        assert mark.style is not None
        assert (mark.style.reverse, mark.style.bold) == (True, True)
        assert not any(part.style and part.style.reverse for part in line if part is not mark)


async def test_a_notice_is_said_once_the_screen_is_up() -> None:
    async with Cast().open() as cast:
        assert ENDS_SOON not in " ".join(cast.text())
        await cast.switch("lab")
        await cast.until(lambda: ENDS_SOON in " ".join(" ".join(cast.text()).split()))


async def test_the_key_is_in_the_help_and_in_the_palette() -> None:
    async with Cast().open(120, 110) as cast:
        await cast.press("question_mark")
        (key,) = (key for key in KEYS if key.action == "profile")
        assert any("P " in line and key.help in line for line in cast.text())
        await cast.press("escape", "colon")
        assert isinstance(cast.app.screen, CommandPalette)
        await cast.press("escape")
        titles = [command.title for command in cast.app.get_system_commands(cast.screen)]
        assert "Profile  P" in titles
        await cast.switch("lab")
        assert list(cast.app.get_system_commands(cast.screen))


async def test_a_job_id_alone_is_enough_where_the_profile_knows_the_rest() -> None:
    async with Cast().open() as cast:
        await cast.press("asterisk", "x", "y")
        await cast.until(lambda: cast.labels == [])
        await cast.press("a")
        dialog = cast.app.screen
        assert isinstance(dialog, AddJobScreen)
        await cast.press(*"3888833000000114027")
        values = {field: dialog.query_one(f"#{field}", Input).value for field in FIELDS}
        assert values == {
            "host": "https://www.zohoapis.com",
            "owner": "acme",
            "app": "shop",
            "form": "Orders",
            "job_id": "3888833000000114027",
        }
        await cast.press("enter")
        await cast.until(lambda: len(cast.labels) == 1)
        (job,) = cast.jobs
        assert (job.ref.owner, job.ref.job_id) == ("acme", "3888833000000114027")


FIELDS = ("host", "owner", "app", "form", "job_id")


async def test_an_id_beside_a_job_of_the_list_goes_to_that_jobs_application() -> None:
    async with Cast().open() as cast:
        await cast.press("a", *"4711")
        dialog = cast.app.screen
        assert dialog.query_one("#owner", Input).value == "jason18"
        assert dialog.query_one("#form", Input).value == "Orders"
        assert dialog.query_one("#job_id", Input).value == "4711"


async def test_jobs_of_a_profile_that_is_no_more_are_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = Cast()
    jobs = [watched("77", "Before")]
    spec = cast.spec("acme")._replace(stranded={"default": jobs})
    cast.app = DashboardApp(spec, now=lambda: NOW)
    moved: list[tuple[str, list[WatchedJob]]] = []
    async with cast.app.run_test(size=(120, 36)) as cast.pilot:
        await cast.until(lambda: isinstance(cast.app.screen, ConfirmScreen))
        monitor = cast.screen.workspace.here.monitor
        assert monitor is not None
        monkeypatch.setattr(monitor, "adopt", lambda other, jobs: moved.append((other, jobs)))
        said = " ".join(" ".join(cast.text()).split())
        assert "Move 1 job to the profile “acme”?" in said
        assert "added with the profile “default”" in said
        await cast.press("y")
        await cast.until(lambda: cast.app.screen is cast.screen)
    assert moved == [("default", jobs)]


async def test_of_several_profiles_it_is_asked_which_one_gets_the_jobs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = Cast()
    jobs = [watched("77", "Before")]
    stage = JobDefaults(Environment.STAGE)
    specs = [
        cast.spec("acme")._replace(stranded={"default": jobs}),
        cast.spec("lab")._replace(stranded={"default": jobs}, job_defaults=stage, read_only=True),
    ]
    cast.app = DashboardApp(*specs, now=lambda: NOW)
    moved: list[tuple[str, str, list[WatchedJob]]] = []
    async with cast.app.run_test(size=(120, 36)) as cast.pilot:
        await cast.until(lambda: isinstance(cast.app.screen, ChooseScreen))
        for profile in cast.screen.workspace.profiles:
            assert profile.monitor is not None

            def adopt(other: str, jobs: list[WatchedJob], name: str = profile.name) -> None:
                moved.append((name, other, jobs))

            monkeypatch.setattr(profile.monitor, "adopt", adopt)
        said = " ".join(" ".join(cast.text()).split())
        assert "Move 1 job to which profile?" in said
        assert "acme (production)" in said
        assert "lab (stage, read-only)" in said
        assert "none: the next start asks again" in said
        await cast.press("enter")
        await cast.until(lambda: cast.app.screen is cast.screen)
    assert moved == [("acme", "default", jobs)]


def test_a_profile_of_another_environment_is_offered_with_what_it_is() -> None:
    spec = Cast().spec("lab")._replace(job_defaults=JobDefaults(Environment.STAGE), read_only=True)
    said = questions.adopt("default", [watched("1"), watched("2")], spec).paragraphs
    assert "2 of them live in production, “lab” in stage." in said
    assert "It is read-only: it leaves out start and abort." in said
    fits = questions.adopt("default", [watched("1")], spec._replace(job_defaults=JobDefaults()))
    assert not any("live in" in it for it in fits.paragraphs)
