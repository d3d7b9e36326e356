"""What is remembered, by keys: history, log, what the user says of a job, and what is not saved."""

from datetime import timedelta

import pytest
from textual.widgets import Select, Static

from tests.tui.stage import Stage
from zcbulk_tui.domain.job import Environment, WatchedJob
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.events import ServiceChanged
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.screens.dialogs import NoticeScreen
from zcbulk_tui.tui.screens.edit_job import EditJobScreen
from zcbulk_tui.tui.screens.history import HistoryScreen
from zcbulk_tui.tui.screens.log import LogScreen
from zcbulk_tui.tui.screens.watch import WatchScreen

FULL = "What happens is not written down, since the disk is full"
PROBLEM = ConfigError("state.db was damaged", "14 jobs were saved.", "Remove the old file.")


async def test_the_history_of_the_selected_job() -> None:
    async with Stage().open() as stage:
        await stage.select("Price list")
        await stage.press("h")
        assert isinstance(stage.app.screen, HistoryScreen)
        said = "\n".join(stage.text())
        assert "Price list" in stage.text()[0] + stage.text()[1]
        assert "First read: In-progress" in said
        await stage.press("h")
        assert len(stage.app.screen_stack) == 1


async def test_the_log_tells_of_all_jobs_and_of_what_the_user_does() -> None:
    async with Stage().open() as stage:
        await stage.press("p", "plus", "l")
        assert isinstance(stage.app.screen, LogScreen)
        said = "\n".join(stage.text())
        assert "Polls paused" in said
        assert "GET status, scheduled check (first reading): HTTP 200, code 3000" in said
        await stage.press("escape")
        assert len(stage.app.screen_stack) == 1


async def test_the_words_of_a_job_can_be_changed() -> None:
    async with Stage().open() as stage:
        await stage.select("Price list")
        await stage.press("e", "home", *"New ", "tab", *"#eu sales", "tab", *"ask Ann", "enter")
        assert stage.screen.workspace.selected is not None
        job = stage.screen.workspace.selected.snapshot.job
        assert (job.label, job.tags, job.note) == ("New Price list", ("eu", "sales"), "ask Ann")
        assert any("New Price list" in line for line in stage.text())
        assert any("#eu #sales · ask Ann" in line for line in stage.text())
        await stage.press("l")
        assert any("Label, tags or note changed" in line for line in stage.text())


def selected(stage: Stage) -> WatchedJob:
    """What the list says of the selected job."""
    listed = stage.screen.workspace.selected
    assert listed is not None
    return listed.snapshot.job


async def test_the_time_of_creation_can_be_typed() -> None:
    async with Stage().open() as stage:
        await stage.select("Suppliers")
        await stage.press("e", *["tab"] * 3, "end", "ctrl+u", *"2099-01-01 10:00", "enter")
        assert isinstance(stage.app.screen, EditJobScreen)
        problem = stage.app.screen.query_one("#problem", Static)
        assert "is still to come" in str(problem.render())
        await stage.press("end", "ctrl+u", *"2h ago", "enter")
        assert len(stage.app.screen_stack) == 1
        assert selected(stage).created_at == stage.now() - timedelta(hours=2)
        assert any("start within 1h00m" in line for line in stage.text())


async def test_another_environment_is_watched_in_the_place_of_the_job() -> None:
    async with Stage().open() as stage:
        await stage.select("Suppliers")
        at, before = stage.screen.workspace.rows.cursor, selected(stage)
        await stage.press("e")
        stage.app.screen.query_one(Select).value = Environment.STAGE
        await stage.show()
        problem = stage.app.screen.query_one("#problem", Static)
        assert "It was read in production, so it is there." in str(problem.render())
        await stage.press("enter")
        assert len(stage.app.screen_stack) == 1
        after = selected(stage)
        assert after.ref == before.ref._replace(environment=Environment.STAGE)
        assert (stage.screen.workspace.rows.cursor, after.label) == (at, "Suppliers")


async def test_a_removed_job_comes_back_with_its_readings() -> None:
    async with Stage().open(toasts=True) as stage:
        await stage.select("Price list")
        before = selected(stage)
        order = [job.ref for job in stage.jobs]
        await stage.press("x", "y")
        assert len(stage.jobs) == 11
        assert any("u brings it back" in line for line in stage.text())
        await stage.press("u")
        assert [job.ref for job in stage.jobs] == order
        assert selected(stage) == before
        listed = stage.screen.workspace.selected
        assert listed is not None
        assert listed.snapshot.last is not None


async def test_words_that_are_not_saved_stay() -> None:
    async with Stage().open() as stage:
        before = selected(stage)
        for keys in (("escape",), ("home", "x", "escape", "escape"), ("enter",)):
            await stage.press("e")
            assert isinstance(stage.app.screen, EditJobScreen), keys
            await stage.press(*keys)
            assert len(stage.app.screen_stack) == 1, keys
            assert selected(stage) == before, keys


async def test_what_could_not_be_used_is_told_before_all_else() -> None:
    stage = Stage()
    spec = stage.spec._replace(problem=PROBLEM, notice="The token ends soon.")
    stage.app = DashboardApp(spec, now=stage.now)
    async with stage.open(toasts=True):
        assert isinstance(stage.app.screen, NoticeScreen)
        said = " ".join(stage.text())
        assert PROBLEM.title in said
        assert "14 jobs were saved." in said
        assert "token ends soon" not in said
        await stage.press("escape")
        await stage.until(lambda: "token ends soon" in " ".join(stage.text()))


@pytest.mark.parametrize("key", ["n", "q", "escape"])
async def test_a_dialog_with_one_button_is_closed_by_every_no(key: str) -> None:
    stage = Stage()
    problem = ConfigError("state.db was damaged", "", "What was spent: enter it with b.")
    stage.app = DashboardApp(stage.spec._replace(problem=problem), now=stage.now)
    async with stage.open():
        await stage.press(key)
        await stage.until(lambda: isinstance(stage.app.screen, WatchScreen))


async def test_it_is_plain_that_what_happens_is_not_saved() -> None:
    async with Stage().open(toasts=True) as stage:
        service = stage.screen.workspace.here.service

        def publish(unkept: str | None) -> None:
            stage.screen.workspace.here.publish(ServiceChanged(service._replace(unkept=unkept)))

        assert "NOT SAVED" not in stage.text()[0]
        publish(FULL)
        await stage.until(lambda: "NOT SAVED" in stage.text()[0])
        await stage.until(lambda: "the disk is full" in " ".join(stage.text()))
        publish(None)
        await stage.until(lambda: "NOT SAVED" not in stage.text()[0])
        await stage.until(lambda: "Saved again" in " ".join(stage.text()))
