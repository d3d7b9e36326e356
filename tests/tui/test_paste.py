"""A URL that is pasted on the list is the beginning of a watched job."""

from threading import Event

import pytest
from textual import events
from textual.widgets import Input, Static

from tests.support.jobs import URL
from tests.tui.stage import Stage
from zcbulk_tui.monitor.ports import Sink
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.profile_spec import Connection
from zcbulk_tui.tui.screens.add_job import AddJobScreen


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
