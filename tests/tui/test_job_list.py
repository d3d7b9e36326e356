"""The list of jobs: every job has its row, and the cursor stays on its own."""

import random
from collections.abc import Callable

from tests.tui.list_app import NAMES, ListApp, job, key, numbered

PAGE = 10
"""Rows on the screen, unless it has another size."""


def names(first: int, last: int) -> list[str]:
    return [f"Job {number}" for number in range(first, last + 1)]


async def test_all_jobs_are_shown_below_the_titles() -> None:
    app = ListApp(numbered(3))
    async with app.open():
        assert app.lines()[0].split()[:2] == ["JOB", "PROGRESS"]
        assert app.names() == names(0, 2)
        assert app.marked() == ["Job 0"]


async def test_rows_stand_below_their_titles() -> None:
    app = ListApp(numbered(3))
    async with app.open(160):
        titles, *rows = app.lines()
        for row in rows[:3]:
            for title, start in (("JOB", "Job "), ("FORM", "Employee"), ("PROGRESS", "█")):
                assert row.index(start) == titles.index(title)
            for title, end in (("%", "50"), ("FAILED", " 0"), ("AGE", "now"), ("NEXT", "15s")):
                assert row[: titles.index(title) + len(title)].endswith(end), title


async def test_an_empty_list_works() -> None:
    app = ListApp()
    async with app.open() as pilot:
        jobs = app.jobs
        acts: list[Callable[[], None]] = [
            lambda: jobs.move(1),
            lambda: jobs.move(-1),
            lambda: jobs.select(5),
            lambda: jobs.move_to_end(last=True),
            lambda: jobs.move_to_end(last=False),
            lambda: jobs.scroll_rows(3),
            jobs.paint,
            jobs.repaint,
            lambda: jobs.click(1, NAMES, 5, twice=True),
        ]
        for act in acts:
            act()
            await pilot.pause()
        assert jobs.rows.selected is None
        assert app.rows() == []
        assert app.selections == 0
        for number in (7, 8):
            app.put(job(number))
            jobs.paint()
            await pilot.pause()
            assert app.marked() == [f"Job {number}"], "the first that comes is selected"
            assert app.label == f"Job {number}"
            app.drop(job(number))
            await pilot.pause()
            assert jobs.rows.selected is None, "and the last one may go"
            assert app.rows() == []


async def test_moving_stops_at_the_ends_and_is_told_once() -> None:
    app = ListApp(numbered(30))
    async with app.open() as pilot:
        moves = ((1, 1), (0, 1), (-1, 0), (-1, 0), (PAGE, 10), (1000, 29), (1, 29), (-1000, 0))
        told = [1, 1, 2, 2, 3, 4, 4, 5]
        for (rows, expected), times in zip(moves, told, strict=True):
            app.jobs.move(rows)
            await pilot.pause()
            assert app.label == f"Job {expected}"
            assert app.marked() == [app.label]
            assert app.selections == times

        app.jobs.select_job(key(job(17)))
        await pilot.pause()
        assert app.marked() == ["Job 17"], "it is selected by what it is"
        assert key(job(17)) in app.jobs.rows
        assert key(job(99)) not in app.jobs.rows

        app.jobs.move_to_end(last=False)
        journey: list[tuple[Callable[[], None], list[str]]] = [
            (lambda: app.jobs.move(9), names(0, 9)),
            (lambda: app.jobs.move(1), names(8, 17)),
            (lambda: app.jobs.move(-1), names(8, 17)),
            (lambda: app.jobs.move(-2), names(0, 9)),
            (lambda: app.jobs.move_to_end(last=True), names(20, 29)),
            (lambda: app.jobs.move(-PAGE), names(12, 21)),
            (lambda: app.jobs.move_to_end(last=False), names(0, 9)),
        ]
        for act, view in journey:
            act()
            await pilot.pause()
            assert app.names() == view, "the view follows by most of a page"
            assert app.marked() == [app.label]


async def test_the_cursor_stays_on_its_job_when_others_come_and_go() -> None:
    app = ListApp(numbered(12))
    async with app.open() as pilot:
        app.jobs.select(5)
        left = list(range(12))
        for gone, selected in ((0, 5), (9, 5), (5, 6)):
            app.drop(job(gone))
            left.remove(gone)
            await pilot.pause()
            assert app.marked() == [f"Job {selected}"]
            assert app.label == f"Job {selected}"
            assert app.names() == [f"Job {number}" for number in left[:PAGE]]
        app.jobs.move_to_end(last=True)
        app.drop(job(11))
        await pilot.pause()
        assert app.marked() == ["Job 10"], "it goes up when the last job goes"
        assert len(app.names()) == 8
        for number in range(12, 40):
            app.put(job(number))
        app.jobs.paint()
        await pilot.pause()
        assert app.marked() == ["Job 10"]
        assert len(app.names()) == PAGE
        app.jobs.move_to_end(last=True)
        for number in range(12, 33):
            app.drop(job(number))
        await pilot.pause()
        above = [*names(7, 8), "Job 10"]
        assert app.names() == above + names(33, 39), "no lines stay empty where rows are above"
        assert app.marked() == ["Job 39"]


async def test_a_long_walk_never_loses_the_cursor() -> None:
    luck = random.Random(4)
    app = ListApp(numbered(25))
    present = list(range(25))
    async with app.open() as pilot:
        for number in range(25, 85):
            before = app.label if present else None
            act = luck.choice(["move", "put", "drop", "scroll", "resize", "select"])
            if act == "put":
                app.put(job(number))
                present.append(number)
                app.jobs.paint()
            elif act == "drop" and len(present) > 1:
                gone = luck.choice(present)
                present.remove(gone)
                app.drop(job(gone))
                before = None if before == f"Job {gone}" else before
            elif act == "scroll":
                app.jobs.scroll_rows(luck.randint(-30, 30))
                before = None
            elif act == "resize":
                await app.resize(pilot, luck.choice([60, 80, 120]), luck.randint(3, 30))
            elif act == "move":
                app.jobs.move(luck.randint(-30, 30))
                before = None
            else:
                app.jobs.select_job(key(job(luck.choice(present))))
                before = None
            await pilot.pause()
            assert [seen.snapshot.job.label for seen in app.jobs.rows] == [
                f"Job {one}" for one in present
            ]
            on_screen = [seen.snapshot.job.label for seen in app.jobs.on_screen()]
            assert app.label in on_screen, act
            assert before in (None, app.label), act
            assert len(on_screen) == min(app.jobs.page, len(present)), act
        assert app.names() == on_screen
        assert app.marked() == [app.label]
