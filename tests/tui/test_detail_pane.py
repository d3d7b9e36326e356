"""The details of the selected job: where they are, what they follow, and when the past is read."""

from collections.abc import Callable

import pytest
from textual.geometry import Region

from tests.tui.stage import Stage
from zcbulk_tui.domain.job import Action, JobRef
from zcbulk_tui.domain.records import History
from zcbulk_tui.tui.widgets.detail_pane import DetailPane


def pane(stage: Stage) -> DetailPane:
    """The details; they have been asked for."""
    assert stage.screen.details is not None
    return stage.screen.details


def told(stage: Stage) -> str:
    """What is on the screen, as one line."""
    return " ".join(" ".join(stage.text()).split())


LIST = {(160, 40): (160, 33), (120, 40): (120, 33), (80, 24): (80, 17)}
"""The size of the list on a screen while there are no details."""

SHARED = {
    (160, 40): (Region(0, 2, 106, 36), Region(106, 2, 54, 36)),
    (120, 40): (Region(0, 2, 120, 20), Region(0, 22, 120, 16)),
    (80, 24): (Region(), Region(0, 2, 80, 20)),
}
"""Where the list and the details are on a screen."""


async def test_enter_opens_the_details_where_there_is_room_and_closes_them() -> None:
    async with Stage().open(160, 40) as stage:
        for size, (jobs, details) in SHARED.items():  # beside, below, in place of the list
            await stage.select("Price list")
            await stage.press("enter")
            await stage.pilot.resize_terminal(*size)
            await stage.pilot.pause()
            assert (stage.screen.jobs.region, pane(stage).region) == (jobs, details)
            shown = told(stage)
            assert stage.ref("Price list").job_id in shown
            assert "COUNTS ──" in shown
            assert "next poll" not in stage.text()[-3], "what they tell is not told twice"
            assert any("Suppliers" in line for line in stage.text()) is bool(jobs)
            await stage.press("j", "k", "j")  # they follow the cursor, also where no list is seen
            assert stage.ref("Invoices Q3").job_id in told(stage)
            await stage.press("enter")
            assert stage.screen.jobs.size == LIST[size]
            assert "COUNTS ──" not in told(stage)
            assert any("▌ ▶ Invoices Q3" in line for line in stage.text())
            assert "next poll" in stage.text()[-3]
            await stage.press("enter")
            assert (stage.screen.jobs.region, pane(stage).region) == (jobs, details)
            await stage.press("enter")


async def test_zoom_and_two_clicks_open_the_details_beside_a_list_that_keeps_its_keys() -> None:
    async with Stage().open(160, 40) as stage:
        await stage.press("z")
        assert pane(stage).region == Region(0, 2, 160, 36)
        assert not stage.screen.jobs.display
        await stage.press("z")
        assert (stage.screen.jobs.region, pane(stage).region) == SHARED[160, 40]
        await stage.press("z", "escape")
        assert stage.screen.jobs.size == LIST[160, 40]
        await stage.press("enter")
        assert (stage.screen.jobs.region, pane(stage).region) == SHARED[160, 40]
        await stage.press("pagedown")
        assert stage.screen.workspace.rows.cursor == 11
        assert stage.ref("Tax codes").job_id in told(stage)

        await stage.press("escape")
        await stage.pilot.click(stage.screen.jobs, offset=(8, 4))
        assert stage.screen.jobs.size == LIST[160, 40]
        await stage.pilot.click(stage.screen.jobs, offset=(8, 4), times=2)
        await stage.pilot.pause()
        assert pane(stage).region == SHARED[160, 40][1]
        assert stage.ref("Invoices Q3").job_id in told(stage)


async def test_page_keys_scroll_what_fills_the_screen() -> None:
    async with Stage().open(80, 24) as stage:
        await stage.press("enter")
        first = stage.text()
        assert not any("REFERENCE ──" in line for line in first)
        await stage.press("pagedown")
        assert any("REFERENCE ──" in line for line in stage.text())
        last = stage.text()
        await stage.press("pagedown")
        assert stage.text() == last, "there is no more"
        await stage.press("ctrl+u")
        assert stage.text() not in (first, last)
        await stage.press("pageup")
        assert stage.text() == first
        assert stage.screen.workspace.rows.cursor == 0
        await stage.press("pagedown", "j")
        assert "Orders EU" in stage.text()[3] + stage.text()[2], "another job begins at its top"


class Rest:
    """A timer that goes off when it is told to, unless it was stopped."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self.lasts = True
        self.end = callback

    def stop(self) -> None:
        self.lasts = False


async def test_the_past_is_read_once_the_cursor_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[Rest] = []

    def begin(_: DetailPane, seconds: float, callback: Callable[[], None]) -> Rest:
        assert seconds > 0
        rests.append(Rest(callback))
        return rests[-1]

    async with Stage().open(120, 40) as stage:
        monkeypatch.setattr(DetailPane, "set_timer", begin)
        await stage.select("Suppliers")
        await stage.press("S", "y")
        await stage.until(lambda: stage.sent(Action.START) == 1)
        archive = stage.screen.workspace.here.archive
        assert archive is not None
        asked: list[str] = []
        history = archive.history

        def listening(ref: JobRef) -> History | None:
            asked.append(ref.job_id)
            return history(ref)

        monkeypatch.setattr(archive, "history", listening)
        await stage.select("Price list")
        await stage.press("enter", "j", "j")
        assert [rest.lasts for rest in rests] == [False, False, True], "one for each job"
        assert asked == []
        operator = stage.monitor._context.operator
        assert f" by {operator}" not in told(stage)
        rests[-1].end()
        await stage.pilot.pause()
        assert asked == [stage.ref("Suppliers").job_id]
        assert f" by {operator}" in told(stage), "the past knows who has started it"


async def test_what_was_commanded_meanwhile_is_told() -> None:
    async with Stage().open(120, 60) as stage:
        await stage.select("Suppliers")
        await stage.press("z")
        pane = stage.screen.query_one(DetailPane)
        await stage.until(lambda: bool(pane._past))
        await stage.press("S", "y")
        await stage.until(lambda: stage.sent(Action.START) == 1)
        await stage.until(lambda: any("you@demo" in line for line in stage.text()))
        assert any("Start" in line and "accepted" in line for line in stage.text())
