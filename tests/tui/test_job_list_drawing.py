"""The list of jobs asks for no more to be drawn than what differs."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.jobs import NOW, reading
from tests.tui.list_app import ALL, BAR, NAMES, NUMBERS, ListApp, Refreshes, job, numbered
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.snapshot import Fault, Listed
from zcbulk_tui.errors import UnreachableError
from zcbulk_tui.render.columns import Columns
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.row import Row, row
from zcbulk_tui.tui.widgets import job_list


async def test_what_is_as_it_was_drawn_is_not_drawn_again() -> None:
    app = ListApp(numbered(5))
    async with app.open(80):
        drawn = Refreshes(app.jobs)
        app.jobs.paint()
        app.jobs.paint(all_rows=True)
        assert drawn.take() == []
        app.put(job(2, reading(0, 9_000)))
        for readings in ([reading(0, 5_000)], [reading(-3, 5_000), reading(0, 5_000)]):
            app.put(job(2, *readings))
            app.jobs.paint()
            assert drawn.take() == [], "the same came back, or one that changes nothing visible"


_DIFFERENT = (
    ([(NUMBERS, 2)], job(2, reading(0, 5_001))),
    ([(BAR, 2), (NUMBERS, 2)], job(2, reading(0, 9_000))),
    ([(NAMES, 2), (NUMBERS, 2)], job(2, reading(0, 5_000, state=JobState.FAILED))),
    (
        [(NAMES, 2), (BAR, 2), (NUMBERS, 2)],
        job(2, reading(0, 5_000, state=JobState.READY)),
    ),
    ([(NAMES, 2), (NUMBERS, 2)], replace(job(2), fault=Fault(UnreachableError("No network"), NOW))),
)
"""What is drawn where a job is another one than `job(2)`."""


async def test_only_what_differs_is_drawn() -> None:
    app = ListApp(numbered(5))
    async with app.open() as pilot:
        drawn = Refreshes(app.jobs)
        for parts, different in _DIFFERENT:
            app.put(different)
            assert drawn.take() == [], "not before it is painted"
            app.jobs.paint()
            assert drawn.take() == parts
            await pilot.pause()
            after = app.lines()
            app.jobs.repaint()
            await pilot.pause()
            assert app.lines() == after, "nothing was left out"
            app.put(job(2))
            app.jobs.paint()
            drawn.take()
        for done in (5_001, 5_002, 5_003):
            for number in (1, 3):
                app.put(job(number, reading(0, done)))
        app.jobs.paint()
        assert drawn.take() == [(NUMBERS, 1), (NUMBERS, 3)], "readings are painted together"


async def test_jobs_out_of_view_draw_nothing_and_are_right_when_they_come_into_it() -> None:
    app = ListApp(numbered(30))
    async with app.open() as pilot:
        drawn = Refreshes(app.jobs)
        app.put(job(25, reading(0, 9_999)))
        app.put(job(30))
        app.jobs.paint()
        assert drawn.take() == []
        app.jobs.move_to_end(last=True)
        assert (NAMES, ALL) in drawn.take(), "a view that moves is drawn anew"
        await pilot.pause()
        assert [row for row in app.rows() if "9,999" in row], "but they are seen later"
        app.put(job(0, reading(0, 9_998)))
        app.jobs.paint()
        app.now = NOW + timedelta(seconds=240)
        app.jobs.paint(all_rows=True)
        app.jobs.move_to_end(last=False)
        await pilot.pause()
        assert "9,998" in app.rows()[0]
        assert all(row.endswith(" 4m") for row in app.rows()[:2])


async def test_time_that_passes_draws_the_ages_that_step_and_no_more() -> None:
    ended = job(1, reading(0, 5_000, state=JobState.COMPLETED))
    younger = job(2, reading(4, 5_000))
    app = ListApp([job(0), ended, younger])
    async with app.open(80):
        drawn = Refreshes(app.jobs)
        for seconds, steps in ((14, []), (15, [0]), (16, []), (19, [2]), (30, [0]), (34, [2])):
            app.now = NOW + timedelta(seconds=seconds)
            app.jobs.paint()
            assert drawn.take() == [], "nothing has happened to a job"
            app.jobs.paint(all_rows=True)
            assert drawn.take() == [(NUMBERS, row) for row in steps], seconds
        for number in (0, 2):
            app.drop(job(number))
        drawn.take()
        for hours in range(1, 72):
            app.now = NOW + timedelta(hours=hours)
            app.jobs.paint(all_rows=True)
        assert drawn.take() == [(NUMBERS, 0)], "the time of day of a job that is over: a date"


async def test_the_cursor_draws_two_rows() -> None:
    app = ListApp(numbered(5))
    async with app.open():
        drawn = Refreshes(app.jobs)
        app.jobs.move(1)
        assert drawn.take() == [(part, row) for part in (NAMES, BAR, NUMBERS) for row in (0, 1)]
        app.jobs.move(0)
        app.jobs.select(1)
        assert drawn.take() == []
        app.jobs.move(-1)
        drawn.take()
        app.jobs.move(-1)
        app.jobs.move_to_end(last=False)
        app.jobs.scroll_rows(-1)
        assert drawn.take() == [], "nothing at an end"


async def test_a_thousand_rows_cost_a_screenful(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counting(seen: Listed, now: datetime, at: Columns, glyphs: Glyphs, **how: Any) -> Row:
        made.append(seen.snapshot.job.label)
        return row(seen, now, at, glyphs, **how)

    monkeypatch.setattr(job_list, "row", counting)
    app = ListApp(numbered(1_000))
    async with app.open() as pilot:
        assert app.marked() == ["Job 0"]
        made.clear()
        app.jobs.move_to_end(last=True)
        await pilot.pause()
        assert app.marked() == ["Job 999"]
        assert len(made) == 10
        for number in range(1_000):
            app.put(job(number, reading(0, 5_001)))
        app.jobs.paint()
        app.jobs.paint(all_rows=True)
        await pilot.pause()
        assert len(made) == 30
        assert all("5,001" in row for row in app.rows())
        app.drop(job(500))
        await pilot.pause()
        assert app.marked() == ["Job 999"]
        assert len(made) == 30, "the rows in view are as they were"
