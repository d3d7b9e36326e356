"""Marked jobs: keys are about all of them, and the dialog names each, filter or not."""

import re

import pytest
from textual.widgets import Button

from tests.tui.stage import Stage
from zcbulk_tui.domain.job import Action
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.tui.screens.dialogs import ConfirmScreen

RUNNING = ("Customers 2019-24", "Orders EU", "Price list")
"""Running in production."""

READY = ("Suppliers", "Warehouses")


async def mark(stage: Stage, *labels: str) -> None:
    """Marks jobs by key."""
    for label in labels:
        await stage.select(label)
        await stage.press("space")


def marked(stage: Stage) -> list[str]:
    """The jobs with a mark on the screen."""
    glyph = stage.screen.glyphs.mark
    lines = (line for line in stage.text() if re.match(rf"^.?{glyph}", line))
    labels = [job.job.label for job in stage.jobs]
    return [next(label for label in labels if label in line) for line in lines]


def said(stage: Stage) -> str:
    """What is on the screen, without borders and as one line."""
    return " ".join(" ".join(stage.text()).replace("│", " ").split())


async def test_marking_one_and_all() -> None:
    async with Stage().open() as stage:
        await stage.press("space", "space")
        assert marked(stage) == ["Customers 2019-24", "Orders EU"]
        assert stage.screen.workspace.selected is not None
        assert stage.screen.workspace.selected.snapshot.job.label == "Price list", (
            "it goes on to the next"
        )
        assert "2 MARKED" in stage.text()[0]
        await stage.press("up", "space")
        assert marked(stage) == ["Customers 2019-24"]
        await stage.press("slash", *"env:stage", "enter", "asterisk")
        assert marked(stage) == ["Invoices Q3"]
        assert "2 MARKED" in stage.text()[0], "those that a filter hides count"
        await stage.press("escape")
        assert marked(stage) == ["Customers 2019-24", "Invoices Q3"]
        await stage.press("asterisk")
        assert len(marked(stage)) == 12
        await stage.press("asterisk")
        assert marked(stage) == []
        assert "MARKED" not in stage.text()[0]


async def test_the_dialog_names_every_marked_job_also_one_that_a_filter_hides() -> None:
    async with Stage().open(120, 40) as stage:
        await mark(stage, *READY, "Regions", "Customers 2019-24")
        await stage.press("slash", *"suppl", "enter", "S")
        assert isinstance(stage.app.screen, ConfirmScreen)
        shown = said(stage)
        assert "Start 2 jobs?" in shown
        assert "• Suppliers, Suppliers, PRODUCTION •" in shown
        assert "• Warehouses, Warehouses, PRODUCTION, not shown by the filter" in shown
        assert "Left out: Regions (done), Customers 2019-24 (running)." in shown
        assert "It costs 4 calls, up to 10" in shown
        await stage.press("n")
        assert len(stage.screen.workspace.rows.marked) == 4, "after a no they are as they were"
        assert {entry.method for entry in stage.creator.log} == {"GET"}
        await stage.press("S", "y")
        await stage.until(lambda: stage.sent(Action.START) == 2)
        assert [stage.truth(label) for label in READY] == [State.RUNNING] * 2
        assert "MARKED" not in stage.text()[0]
        asked = [entry.path for entry in stage.creator.log if entry.action == Action.START.value]
        assert len(set(asked)) == 2, "each is sent once"


async def test_several_in_production_want_their_number_typed() -> None:
    async with Stage().open(120, 40) as stage:
        await mark(stage, *RUNNING)
        await stage.press("X")
        shown = said(stage)
        assert "Abort 3 jobs?" in shown
        assert "To confirm, type the number of jobs to abort: 3" in shown
        assert "There is no rollback" in shown
        for wrong in ("y", "2", "33"):
            await stage.press(*wrong, "enter")
            assert isinstance(stage.app.screen, ConfirmScreen), wrong
            assert stage.app.screen.query_one("#yes", Button).disabled, wrong
            await stage.press(*["backspace"] * len(wrong))
        assert stage.sent(Action.ABORT) == 0
        await stage.press("3", "enter")
        await stage.until(lambda: stage.sent(Action.ABORT) == 3)
        assert [stage.truth(label) for label in RUNNING] == [State.USER_ABORTED] * 3


async def test_polling_and_leaving_marked_jobs() -> None:
    async with Stage().open() as stage:
        await mark(stage, *RUNNING)
        refs = [stage.ref(label) for label in RUNNING]
        before = len(stage.creator.log)
        await stage.press("r")
        await stage.until(lambda: len(stage.creator.log) == before + 3)
        asked = [entry.path.rsplit("/", 1)[1] for entry in stage.creator.log[before:]]
        assert sorted(asked) == [ref.job_id for ref in refs]
        await stage.press("x")
        shown = said(stage)
        assert "Stop watching 3 jobs?" in shown
        assert all(ref.job_id in shown for ref in refs)
        assert all(label in shown for label in RUNNING)
        await stage.press("y")
        await stage.until(lambda: len(stage.jobs) == 9)
        assert "MARKED" not in stage.text()[0]
        assert not {job.ref for job in stage.jobs} & set(refs)


async def test_copying_marked_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Stage().open() as stage:
        copied: list[str] = []
        monkeypatch.setattr(stage.app, "copy_to_clipboard", copied.append)
        await mark(stage, *READY)
        await stage.press("slash", *"nowhere", "enter", "y", "Y")
        ids = [stage.ref(label).job_id for label in READY]
        assert copied[0] == "\n".join(ids)
        commands = copied[1].splitlines()
        assert [id in command for id, command in zip(ids, commands, strict=True)] == [True] * 2
        assert all(command.startswith("zcbulk-tui status ") for command in commands)


async def test_no_size_hides_what_is_aborted_or_the_answers() -> None:
    async with Stage().open(toasts=True) as stage:
        stage.app.notify("Something happened that is said in passing, for as long as it takes.")
        await stage.until(lambda: bool(stage.app.screen.query("Toast")))
        for labels in (RUNNING[:1], RUNNING[1:]):
            await mark(stage, *labels)
            for width, height in ((60, 15), (80, 24), (120, 40)):
                await stage.resize(width, height)
                await stage.press("X")
                shown = said(stage)
                for label in RUNNING[: len(stage.screen.workspace.rows.marked)]:
                    assert label in shown
                assert "PRODUCTION" in shown
                assert "There is no rollback" in shown
                assert "To confirm, type" in shown
                assert re.search(r"\bNo +Abort\b", shown)
                assert not any(toast.display for toast in stage.app.screen.query("Toast"))
                await stage.press("escape")
        assert len(stage.screen.workspace.rows.marked) == len(RUNNING)
