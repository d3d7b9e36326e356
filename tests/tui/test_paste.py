"""A URL that is pasted on the list is the beginning of a watched job."""

from threading import Event
from typing import Any

import pytest
from textual import events
from textual.screen import Screen
from textual.widgets import Button, Input, Select, Static

from tests.support.jobs import URL
from tests.tui.stage import Stage
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.monitor.events import Sink
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.profile_spec import Connection
from zcbulk_tui.tui.screens.add_job import AddJobScreen
from zcbulk_tui.tui.screens.watch_jobs import WatchJobsScreen


def said_in(screen: Screen[Any], selector: str) -> str:
    """What a part of a dialog says, before it is wrapped."""
    return str(screen.query_one(selector, Static).render())


async def paste(stage: Stage, text: str) -> None:
    """Pastes as a terminal does."""
    stage.app.post_message(events.Paste(text))
    await stage.pilot.pause()
    await stage.pilot.pause()


@pytest.mark.parametrize("around", [("", ""), (" ", " \r\n")], ids=["alone", "with blanks"])
async def test_a_url_opens_the_dialog_and_enter_watches_it(around: tuple[str, str]) -> None:
    before, after = around
    async with Stage().open() as stage:
        await paste(stage, f"{before}{URL}{after}")
        dialog = stage.app.screen
        assert isinstance(dialog, AddJobScreen)
        values = {field: dialog.query_one(f"#{field}", Input).value for field in ("url", "form")}
        assert values == {"url": URL, "form": "Employee_Details"}
        await stage.press("enter")
        assert stage.app.screen is stage.screen
        selected = stage.screen.workspace.selected
        assert selected is not None
        assert selected.snapshot.ref.form == "Employee_Details"
        assert len(stage.jobs) == 13


OTHERS = [f"{URL[:-2]}{number}" for number in range(30, 36)]
TOKEN = "1000.0a1b2c3d4e5f60718293a4b5c6d7e8f9.9f8e7d6c5b4a39281706f5e4d3c2b1a0"
MAIL = f"""Hi Ann, please watch

- Customers: {OTHERS[0]}/result
- Orders: <{OTHERS[1]}>
{OTHERS[2]}
> {OTHERS[3]}, {OTHERS[4]}
[Stock]({OTHERS[5]}) Authorization: Zoho-oauthtoken {TOKEN}
https://evil.example/creator/v2.1/bulk/a/b/form/c/insert/1
Regards
"""


async def test_a_mail_with_six_jobs_is_watched_by_one_enter() -> None:
    async with Stage().open() as stage:
        await paste(stage, MAIL)
        assert isinstance(stage.app.screen, WatchJobsScreen)
        assert said_in(stage.app.screen, ".dialog-title") == "Watch 6 jobs?"
        said = said_in(stage.app.screen, "#offer")
        assert "Customers, Employee_Details, 3888833000000114030, production" in said
        assert "not one of Zoho's API hosts" in said
        assert "An access token in the text was ignored." in said
        assert TOKEN not in said + "\n".join(stage.text())
        await stage.press("enter")
        assert len(stage.app.screen_stack) == 1
        labels = [job.job.label for job in stage.jobs[12:]]
        assert (labels[:2], labels[5], len(labels)) == (["Customers", "Orders"], "Stock", 6)
        assert stage.screen.workspace.selected is not None
        assert stage.screen.workspace.selected.snapshot.job.label == "Customers"


@pytest.mark.parametrize("keys", [("escape",), ("shift+tab", "enter")])
async def test_several_jobs_are_left_alone_by_escape_and_cancel(keys: tuple[str, ...]) -> None:
    async with Stage().open() as stage:
        await paste(stage, MAIL)
        await stage.press(*keys)
        assert len(stage.app.screen_stack) == 1
        assert len(stage.jobs) == 12


async def test_the_environment_of_several_is_chosen_once() -> None:
    async with Stage().open() as stage:
        await paste(stage, MAIL)
        stage.app.screen.query_one("#environment", Select).value = Environment.STAGE
        await stage.show()
        assert "3888833000000114030, stage" in "\n".join(stage.text())
        await stage.press("enter")
        assert {job.ref.environment for job in stage.jobs[12:]} == {Environment.STAGE}
        await paste(stage, MAIL)
        stage.app.screen.query_one("#environment", Select).value = Environment.STAGE
        await stage.show()
        assert "These jobs are on the list already" in "\n".join(stage.text())
        assert stage.app.screen.query_one("#watch", Button).disabled


async def test_a_text_pasted_into_the_field_of_the_url_is_read_as_on_the_list() -> None:
    async with Stage().open() as stage:
        await stage.press("a")
        await paste(stage, MAIL)
        assert isinstance(stage.app.screen, WatchJobsScreen)
        await stage.press("escape", "a", *"abc")
        headers = f"-H 'Authorization: Zoho-oauthtoken {TOKEN}' \\\n -H 'environment: stage'"
        await paste(stage, f"curl {headers} {URL}")
        dialog = stage.app.screen
        assert isinstance(dialog, AddJobScreen)
        assert dialog.query_one("#url", Input).value == URL
        assert dialog.query_one("#environment", Select).value is Environment.STAGE
        said = said_in(dialog, "#problem")
        assert "The environment is that of the text." in said
        assert "token in the text was ignored" in said
        await paste(stage, f"nothing {TOKEN}\nmore")
        assert TOKEN not in dialog.query_one("#url", Input).value


async def test_nonsense_is_told_and_watches_nothing() -> None:
    async with Stage().open() as stage:
        await paste(stage, "not a URL [red]\x1b[2J")
        dialog = stage.app.screen
        assert isinstance(dialog, AddJobScreen)
        assert "\x1b" not in dialog.query_one("#url", Input).value
        await stage.press("enter")
        assert stage.app.screen is dialog
        assert any("is not a job URL" in line for line in stage.text())
        await stage.press("escape")
        assert len(stage.jobs) == 12


async def test_what_is_pasted_into_a_field_or_a_dialog_stays_there() -> None:
    async with Stage().open() as stage:
        await stage.press("slash")
        await paste(stage, "Regions")
        assert stage.app.screen is stage.screen
        assert stage.screen.workspace.rows.query == "Regions"
        await stage.press("escape", "question_mark")
        open_before = list(stage.app.screen_stack)
        await paste(stage, URL)
        assert stage.app.screen_stack == open_before


async def test_nothing_is_asked_before_there_is_a_connection() -> None:
    stage, connect = Stage(), Event()

    def late(sink: Sink) -> Connection:
        connect.wait()
        return stage.spec.connect(sink)

    stage.app = DashboardApp(stage.spec._replace(connect=late), now=stage.now)
    async with stage.app.run_test() as stage.pilot:
        await paste(stage, URL)
        assert stage.app.screen is stage.screen
        connect.set()
        await stage.until(stage.all_read)
        await paste(stage, URL)
        assert isinstance(stage.app.screen, AddJobScreen)


async def test_an_id_that_a_spreadsheet_may_have_rounded_is_told_before_it_is_watched() -> None:
    rounded = URL.replace("114027", "110000")
    async with Stage().open() as stage:
        await paste(stage, rounded)
        problem = stage.app.screen.query_one("#problem", Static)
        assert "only zeros after 15 digits" in str(problem.render())
        # Where the names are typed, it is told by the first Enter.
        stage.app.screen.query_one("#job_id", Input).value = rounded.rsplit("/", 1)[1][:-1] + "00"
        await stage.press("enter")
        assert isinstance(stage.app.screen, AddJobScreen)
        await stage.press("enter")
        assert len(stage.app.screen_stack) == 1
