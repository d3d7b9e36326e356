"""Every key does what the help says."""

import pytest
from textual.screen import ModalScreen
from textual.widgets import Input

from tests.tui.stage import Stage
from zcbulk_tui.domain.job import Action
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.tui.keys import KEYS
from zcbulk_tui.tui.screens.add_job import AddJobScreen
from zcbulk_tui.tui.screens.dialogs import ConfirmScreen, NoticeScreen


def label(stage: Stage) -> str:
    selected = stage.screen.workspace.selected
    assert selected is not None
    return selected.snapshot.job.label


async def test_poll_costs_one_call() -> None:
    async with Stage().open() as stage:
        before = len(stage.creator.log)
        await stage.press("r")
        await stage.until(lambda: len(stage.creator.log) == before + 1)
        assert stage.creator.log[-1].method == "GET"
        await stage.until(lambda: "987 left (20 reserved)" in stage.text()[0])


async def test_poll_all_asks_about_every_job_that_is_not_over() -> None:
    async with Stage().open() as stage:
        before = len(stage.creator.log)
        await stage.press("R")
        await stage.until(lambda: len(stage.creator.log) == before + 7)
        asked = {entry.path.rsplit("/", 1)[1] for entry in stage.creator.log[before:]}
        assert asked == {job.ref.job_id for job in stage.jobs if not job.is_final}


async def test_pause_and_resume() -> None:
    async with Stage().open() as stage:
        await stage.press("p")
        await stage.until(lambda: any("polls paused" in line for line in stage.text()))
        await stage.press("p")
        await stage.until(lambda: any("connected" in line for line in stage.text()))


async def test_start_a_ready_job() -> None:
    async with Stage().open() as stage:
        await stage.select("Suppliers")
        await stage.press("S")
        assert isinstance(stage.app.screen, ConfirmScreen)
        assert stage.app.focused is not None
        assert stage.app.focused.id == "no"
        await stage.press("y")
        await stage.until(lambda: stage.sent(Action.START) == 1)
        assert stage.truth("Suppliers") is State.RUNNING
        await stage.until(lambda: any("Start accepted" in line for line in stage.text()))


async def test_abort_in_production_wants_the_forms_name_typed() -> None:
    async with Stage().open() as stage:
        await stage.select("Orders EU")
        await stage.press("X")
        said = " ".join(stage.text())
        assert "Abort “Orders EU”?" in said
        assert "no rollback" in said
        assert "To confirm, type the form's link name: Orders" in said
        await stage.press("y")  # one letter is not enough: it goes to the field
        await stage.press("enter")
        assert stage.sent(Action.ABORT) == 0
        await stage.press("backspace", *"Orders", "enter")
        await stage.until(lambda: stage.sent(Action.ABORT) == 1)
        assert stage.truth("Orders EU") is State.USER_ABORTED


async def test_abort_elsewhere_wants_a_yes() -> None:
    async with Stage().open() as stage:
        await stage.select("Invoices Q3")
        await stage.press("X", "y")
        await stage.until(lambda: stage.sent(Action.ABORT) == 1)
        assert stage.truth("Invoices Q3") is State.USER_ABORTED


@pytest.mark.parametrize(("key", "job"), [("S", "Suppliers"), ("X", "Invoices Q3")])
async def test_no_sends_nothing(key: str, job: str) -> None:
    async with Stage().open() as stage:
        await stage.select(job)
        for no in ("n", "escape", "enter"):
            await stage.press(key)
            assert stage.app.screen is not stage.screen, no
            await stage.press(no)
            assert stage.app.screen is stage.screen, no
            assert {entry.method for entry in stage.creator.log} == {"GET"}, no


async def test_a_refusal_is_read_in_a_dialog() -> None:
    async with Stage().open() as stage:
        await stage.select("Leads spring fair")  # has no file yet
        await stage.press("S", "y")
        await stage.until(lambda: isinstance(stage.app.screen, NoticeScreen))
        said = " ".join(stage.text())
        assert "Leads spring fair: start failed" in said
        assert "The upload is not complete" in said
        assert "code 11350" in said
        await stage.press("enter")
        assert stage.app.screen is stage.screen


_OF_RESULTS = {"results", "failures", "repair"}


async def test_keys_that_make_no_sense_are_greyed() -> None:
    async with Stage().open() as stage:
        for job, greyed in {
            "Customers 2019-24": {"start", *_OF_RESULTS},
            "Suppliers": _OF_RESULTS,
            "Regions": {"start", "abort", "alert_on_end", "failures", "repair"},
            "Stock": {"start", "abort", "alert_on_end"},
            "Tax codes": {"start", "abort", "alert_on_end", *_OF_RESULTS},
        }.items():
            await stage.select(job)
            assert {
                key.action for key in KEYS if stage.screen.check_action(key.action, ()) is None
            } == {*greyed, "profile", "undo", "unfold"}, job
            await stage.press("S", "X")
            is_asked = stage.app.screen is not stage.screen
            assert is_asked is not (greyed >= {"start", "abort"}), job
            if is_asked:
                await stage.press("escape")
                assert stage.app.screen is stage.screen, job


async def test_read_only_has_neither_start_nor_abort() -> None:
    async with Stage(read_only=True).open() as stage:
        await stage.select("Suppliers")
        await stage.press("S", "X")
        assert stage.app.screen is stage.screen
        assert any("READ-ONLY" in line for line in stage.text())
        assert not any("abort " in line for line in stage.text()[-2:])
        await stage.press("question_mark")
        assert not any("Abort the job" in line for line in stage.text())


async def test_add_a_job_by_its_url() -> None:
    async with Stage().open() as stage:
        await stage.press("x")
        url = (
            "https://www.zohoapis.com/creator/v2.1/bulk/jason18/zylker-store/form/Customers"
            "/insert/3888833000000114027"
        )
        await stage.press("y")  # it is no longer watched
        await stage.until(
            lambda: stage.screen.workspace.selected is not None and "Orders" in label(stage)
        )
        await stage.press("a")
        dialog = stage.app.screen
        assert isinstance(dialog, AddJobScreen)
        dialog.query_one("#url", Input).value = url
        await stage.press("enter")
        await stage.until(lambda: label(stage) == "Customers 4027")
        selected = stage.screen.workspace.selected
        await stage.until(
            lambda: (job := stage.screen.workspace.selected) is not None and bool(job.snapshot.last)
        )
        assert selected is not None
        assert selected.snapshot.ref.form == "Customers"


async def test_a_wrong_url_is_told_in_the_dialog_and_nothing_is_lost() -> None:
    async with Stage().open() as stage:
        await stage.press("a", *"nonsense", "enter")
        assert isinstance(stage.app.screen, AddJobScreen)
        assert any("“nonsense” is not a job URL" in line for line in stage.text())
        assert any("nonsense" in line and "Job URL" in line for line in stage.text())
        await stage.press("escape")
        assert len(stage.app.screen_stack) == 1


async def test_a_job_that_is_there_already_is_selected() -> None:
    async with Stage().open() as stage:
        ref = stage.ref("Regions")
        await stage.press("a")
        for name, value in (("form", ref.form), ("job_id", ref.job_id)):
            stage.app.screen.query_one(f"#{name}", Input).value = value
        await stage.press("enter")
        await stage.until(lambda: label(stage) == "Regions")
        assert len(stage.jobs) == 12


async def test_stop_watching() -> None:
    async with Stage().open() as stage:
        await stage.select("Regions")
        await stage.press("x", "y")
        await stage.until(lambda: len(stage.jobs) == 11)
        assert label(stage) == "Stock"
        assert not any("Regions" in line for line in stage.text()[:20])


async def test_two_jobs_in_one_go_are_two_jobs() -> None:
    async with Stage().open() as stage:
        await stage.press("x", "y", "x", "y")
        await stage.until(lambda: len(stage.jobs) == 10)
        assert label(stage) == "Price list"


async def test_quit() -> None:
    async with Stage().open() as stage:
        await stage.press("q")
        assert stage.app.return_code == 0
        assert not stage.app.is_running


def test_lower_case_never_changes_anything_at_zoho() -> None:
    assert {key.action for key in KEYS if key.controls} == {
        *("start", "abort", "insert", "go_on", "repair", "send_repair")
    }
    assert all(key.keys.isupper() for key in KEYS if key.controls)


async def test_no_toast_lies_over_a_dialog() -> None:
    async with Stage().open(toasts=True) as stage:
        await stage.select("Suppliers")
        stage.app.notify("Said in passing.", timeout=60)
        await stage.until(lambda: bool(stage.app.screen.query("Toast")))
        for key in ("S", "X", "x", "e", "a", "b"):
            await stage.press(key)
            # Textual takes names for styles from the first base of a class alone, so that a rule
            # for all modal screens is one for few of them.
            assert isinstance(stage.app.screen, ModalScreen), key
            assert not any(toast.display for toast in stage.app.screen.query("Toast")), key
            await stage.press("escape")
            assert any(toast.display for toast in stage.screen.query("Toast")), f"{key}: afterwards"
