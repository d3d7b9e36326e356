"""Every key does what the help says."""

import pytest
from textual.screen import ModalScreen
from textual.widgets import Input

from tests.tui.alone import Alone
from tests.tui.stage import Stage
from zcbulk_tui.domain.job import Action
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.tui.keys import KEYS
from zcbulk_tui.tui.question import Question, Typed
from zcbulk_tui.tui.screens.add_job import AddJobScreen
from zcbulk_tui.tui.screens.dialogs import ConfirmScreen, NoticeScreen


def label(stage: Stage) -> str:
    selected = stage.screen.workspace.selected
    assert selected is not None
    return selected.snapshot.job.label


async def test_polls_cost_a_call_for_each_job_and_pause() -> None:
    async with Stage().open() as stage:
        before = len(stage.creator.log)
        await stage.press("r")
        await stage.until(lambda: len(stage.creator.log) == before + 1)
        assert stage.creator.log[-1].method == "GET"
        await stage.until(lambda: "987 left (20 reserved)" in stage.text()[0])

        before = len(stage.creator.log)
        await stage.press("R")
        await stage.until(lambda: len(stage.creator.log) == before + 7)
        asked = {entry.path.rsplit("/", 1)[1] for entry in stage.creator.log[before:]}
        assert asked == {job.ref.job_id for job in stage.jobs if not job.is_final}

        for said in ("polls paused", "connected"):
            assert said not in stage.text()[0]
            await stage.press("p")
            await stage.until(lambda: said in stage.text()[0])  # noqa: B023 - at once


async def test_ten_polls_at_once_are_asked_about_and_nine_are_not() -> None:
    async with Stage().open() as stage:
        rows = stage.screen.workspace.rows
        before = len(stage.creator.log)
        rows.mark(rows.jobs[:10])
        await stage.press("r")
        assert isinstance(stage.app.screen, ConfirmScreen)
        await stage.press("n")
        assert len(stage.creator.log) == before
        rows.mark(rows.jobs[9:10])
        await stage.press("r")
        await stage.until(lambda: len(stage.creator.log) == before + 9)
        assert not isinstance(stage.app.screen, ConfirmScreen)


async def test_a_question_is_answered_yes_by_y_alone() -> None:
    question = Question("Start?", ["It costs 2 calls."], yes="Start")
    async with Alone(ConfirmScreen(question)).open() as asked:
        assert asked.focused is not None
        assert asked.focused.id == "no"
        for key in ("n", "escape", "enter", "y"):
            await asked.press(key)
            assert asked.answers.pop() is (key == "y"), key
            asked.show(ConfirmScreen(question))
            await asked.pilot.pause()


@pytest.mark.parametrize("typed", [None, Typed("the form", "Orders")])
async def test_a_question_that_has_come_to_nothing_says_so_and_takes_no_yes(
    typed: Typed | None,
) -> None:
    over: list[str] = []
    question = Question("Start?", ["It costs 2 calls."], yes="Start", typed=typed)
    async with Alone(ConfirmScreen(question, lambda: "".join(over))).open() as asked:
        over.append("It has ended.")
        await asked.press(*(["y"] if typed is None else [*typed.text, "enter"]))
        assert asked.answers == []
        assert "It has ended." in asked.text()
        assert "Start?" not in asked.text()
        await asked.press("enter")
        assert asked.answers == [False]


async def test_a_yes_too_soon_is_not_asked_for_again_once_the_question_is_over() -> None:
    over: list[str] = []
    screen = ConfirmScreen(Question("Start?", [], yes="Start"), lambda: "".join(over))
    async with Alone(screen).open() as asked:
        screen.say_too_soon()
        await asked.pilot.pause()
        assert "press it again" in asked.text()
        over.append("It has ended.")
        screen.say_too_soon()
        await asked.pilot.pause()
        assert "It has ended." in asked.text()
        assert "press it again" not in asked.text()


async def test_start_and_abort_are_sent_after_a_yes() -> None:
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

        for key, job, action in (
            ("S", "Suppliers", Action.START),
            ("X", "Invoices Q3", Action.ABORT),
        ):
            before = stage.sent(action)
            await stage.select(job)
            await stage.press(key, "n")
            assert stage.app.screen is stage.screen
            await stage.press(key)
            assert isinstance(stage.app.screen, ConfirmScreen)
            assert stage.sent(action) == before
            await stage.press("y")
            await stage.until(lambda: stage.sent(action) == before + 1)  # noqa: B023 - at once
        assert stage.truth("Suppliers") is State.RUNNING
        assert stage.truth("Invoices Q3") is State.USER_ABORTED
        await stage.select("Suppliers")
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


_OF_RESULTS = {"results", "failures", "repair"}


async def test_keys_that_make_no_sense_are_greyed() -> None:
    async with Stage().open() as stage:
        for job, greyed in {
            "Customers 2019-24": {"start", *_OF_RESULTS},
            "Suppliers": _OF_RESULTS,
            "Stock": {"start", "abort", "alert_on_end"},
            "Tax codes": {"start", "abort", "alert_on_end", *_OF_RESULTS},
            "Regions": {"start", "abort", "alert_on_end", "failures", "repair"},
        }.items():
            await stage.select(job)
            assert {
                key.action for key in KEYS if stage.screen.check_action(key.action, ()) is None
            } == {*greyed, "profile", "undo", "unfold"}, job
        await stage.press("S", "X")
        assert stage.app.screen is stage.screen


async def test_read_only_has_no_key_that_changes_anything() -> None:
    async with Stage(read_only=True).open() as stage:
        await stage.select("Suppliers")
        await stage.press("S", "X", "N")
        assert stage.app.screen is stage.screen
        assert any("READ-ONLY" in line for line in stage.text())
        assert not any("abort " in line for line in stage.text()[-2:])
        await stage.press("question_mark")
        assert not any("Abort the job" in line for line in stage.text())


def test_lower_case_never_changes_anything_at_zoho() -> None:
    assert {key.action for key in KEYS if key.controls} == {
        *("start", "abort", "insert", "go_on", "repair", "send_repair")
    }
    assert all(key.keys.isupper() for key in KEYS if key.controls)


async def test_jobs_leave_the_list_and_come_to_it() -> None:
    async with Stage().open() as stage:
        await stage.press("x", "y", "x", "y")
        await stage.until(lambda: len(stage.jobs) == 10)
        assert label(stage) == "Price list", "two in one go are two jobs"
        await stage.select("Regions")
        await stage.press("x", "y")
        await stage.until(lambda: len(stage.jobs) == 9)
        assert label(stage) == "Stock"
        assert not any("Regions" in line for line in stage.text()[:20])

        await stage.press("a")
        assert isinstance(stage.app.screen, AddJobScreen)
        stage.app.screen.query_one("#url", Input).value = (
            "https://www.zohoapis.com/creator/v2.1/bulk/jason18/zylker-store/form/Customers"
            "/insert/3888833000000114027"
        )
        await stage.press("enter")
        await stage.until(lambda: label(stage) == "Customers 4027")
        added = stage.screen.workspace.selected
        assert added is not None
        assert added.snapshot.ref.form == "Customers"
        await stage.until(stage.all_read)

        stock = stage.ref("Stock")
        await stage.press("a")
        for name, value in (("form", stock.form), ("job_id", stock.job_id)):
            stage.app.screen.query_one(f"#{name}", Input).value = value
        await stage.press("enter")
        assert label(stage) == "Stock", "one that is there already is selected"
        assert len(stage.jobs) == 10


async def test_no_toast_lies_over_a_row_or_a_dialog() -> None:
    async with Stage().open(80, 24, toasts=True) as stage:
        await stage.select("Suppliers")
        for severity in ("information", "warning", "error"):
            stage.app.notify("Said in passing. " * 20, severity=severity, timeout=60)
        await stage.until(lambda: len(stage.app.screen.query("Toast")) == 2)
        rows = stage.screen.jobs.region
        shown = [it.region for it in stage.screen.query("Toast")]
        assert [it.height for it in shown] == [2, 2]
        assert not any(it.overlaps(rows) for it in shown), "every row can be read"
        for key in ("S", "e", "a", "b"):
            await stage.press(key)
            # Textual takes names for styles from the first base of a class alone, so that a rule
            # for all modal screens is one for few of them.
            assert isinstance(stage.app.screen, ModalScreen), key
            assert not any(toast.display for toast in stage.app.screen.query("Toast")), key
            await stage.press("escape")
            assert any(toast.display for toast in stage.screen.query("Toast")), f"{key}: afterwards"
