"""What part of the list is on the screen, by scrolling, clicking and resizing."""

import asyncio

from textual import events

from tests.support.commands import PATIENCE
from tests.tui.list_app import ListApp, Refreshes, numbered
from tests.tui.stage import Stage
from zcbulk_tui.tui.screens.watch_view import Tempo

PAGE = 10
"""Rows on the screen, unless it has another size."""


def names(first: int, last: int) -> list[str]:
    return [f"Job {number}" for number in range(first, last + 1)]


async def test_keys_wheel_and_clicks_move_the_view_and_take_the_cursor_along_at_its_edge() -> None:
    app = ListApp(numbered(30))
    async with app.open() as pilot:
        journey = [(3, 3, 3), (-1, 2, 3), (100, 20, 20), (-3, 17, 20), (-100, 0, 9), (-1, 0, 9)]
        for rows, top, cursor in journey:
            app.jobs.scroll_rows(rows)
            await pilot.pause()
            assert app.names() == names(top, top + PAGE - 1)
            assert app.marked() == [f"Job {cursor}"]
        for direction, tops in (
            (events.MouseScrollDown, (3, 6, 9)),
            (events.MouseScrollUp, (6, 3, 0)),
        ):
            for pane, top in zip(app.jobs.children, tops, strict=True):
                x, y = pane.region.x + 1, pane.region.y + 2
                app.terminal.send_message(direction(None, x, y, 0, 0, 0, False, False, False))
                await pilot.pause()
                assert app.names()[0] == f"Job {top}", "the wheel scrolls over every pane"
        app.jobs.scroll_rows(5)
        for line, column in enumerate((1, 30, 60, 115), start=1):
            await pilot.click(app.jobs, offset=(column, line))
            assert app.marked() == [f"Job {4 + line}"], "a click selects wherever it falls"


async def test_a_list_that_fits_does_not_scroll() -> None:
    app = ListApp(numbered(4))
    async with app.open() as pilot:
        drawn = Refreshes(app.jobs)
        app.jobs.scroll_rows(3)
        await pilot.pause()
        assert drawn.take() == []
        assert app.marked() == ["Job 0"]
        app.jobs.select(2)
        for line in (5, 10):
            await pilot.click(app.jobs, offset=(10, line))
            assert app.marked() == ["Job 2"], "a click beside the rows changes nothing"


async def test_another_size_keeps_the_cursor_in_view() -> None:
    app = ListApp(numbered(30))
    async with app.open() as pilot:
        app.jobs.select(9)
        for width, height, view in (
            (120, 6, names(7, 11)),
            (120, 2, names(9, 9)),
            (80, 11, names(9, 18)),
            (60, 41, names(0, 29)),
        ):
            await app.resize(pilot, width, height)
            assert app.names() == view
            assert app.marked() == ["Job 9"]


async def test_another_width_lays_the_columns_out_anew() -> None:
    resized = ListApp(numbered(3))
    async with resized.open(130) as pilot:
        for width in (54, 80, 160):
            await resized.resize(pilot, width, 11)
            fresh = ListApp(numbered(3))
            async with fresh.open(width):
                assert resized.lines() == fresh.lines()
            assert all(len(line) <= width for line in resized.lines())


async def test_ages_go_on_in_whatever_comes_into_view() -> None:
    async with Stage("spellings").open(120, 15) as stage:
        stage.screen.set_tempo(Tempo(flush=0.0, tick=0.05))
        await stage.press("p")  # so that nothing happens but time
        await stage.press("G")
        await stage.show()
        assert all(seen.snapshot.is_final for seen in stage.screen.jobs.on_screen())
        await stage.press("g")
        stage._time += 300  # and nothing on stage paints it: that is the clock's to do
        async with asyncio.timeout(PATIENCE):
            while not any(line.endswith(" 4m") for line in stage.text()):
                await stage.pilot.pause(0.05)
