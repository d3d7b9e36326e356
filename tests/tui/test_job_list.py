"""The list of jobs: every job has its row, and the cursor stays on its own."""

import random
from collections.abc import Callable

import pytest

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


async def test_the_first_job_of_an_empty_list_is_selected() -> None:
    app = ListApp()
    async with app.open() as pilot:
        app.put(job(7))
        app.jobs.paint()
        await pilot.pause()
        assert app.marked() == ["Job 7"]
        assert app.label == "Job 7"


async def test_the_last_job_may_go() -> None:
    app = ListApp([job(7)])
    async with app.open() as pilot:
        app.drop(job(7))
        await pilot.pause()
        assert app.jobs.rows.selected is None
        assert app.rows() == []
        app.put(job(8))
        app.jobs.paint()
        await pilot.pause()
        assert app.marked() == ["Job 8"]


async def test_moving_stops_at_the_ends() -> None:
    app = ListApp(numbered(30))
    async with app.open() as pilot:
        for rows, expected in ((1, 1), (-1, 0), (-1, 0), (PAGE, 10), (1000, 29), (-1000, 0)):
            app.jobs.move(rows)
            await pilot.pause()
            assert app.label == f"Job {expected}"
            assert app.marked() == [app.label]


async def test_the_view_follows_the_cursor_by_most_of_a_page() -> None:
    app = ListApp(numbered(30))
    async with app.open() as pilot:
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
            assert app.names() == view
            assert app.marked() == [app.label]


async def test_every_move_to_another_job_is_told_once() -> None:
    app = ListApp(numbered(30))
    async with app.open() as pilot:
        for rows, told in ((1, 1), (0, 1), (-1, 2), (-1, 2), (20, 3)):
            app.jobs.move(rows)
            await pilot.pause()
            assert app.selections == told


async def test_a_job_is_selected_by_what_it_is() -> None:
    app = ListApp(numbered(30))
    async with app.open() as pilot:
        app.jobs.select_job(key(job(17)))
        await pilot.pause()
        assert app.marked() == ["Job 17"]
        assert key(job(17)) in app.jobs.rows
        assert key(job(99)) not in app.jobs.rows


@pytest.mark.parametrize(
    ("gone", "selected"),
    [
        pytest.param(0, "Job 5", id="above"),
        pytest.param(9, "Job 5", id="below"),
        pytest.param(5, "Job 6", id="the selected one"),
    ],
)
async def test_the_cursor_stays_on_its_job_when_another_goes(gone: int, selected: str) -> None:
    app = ListApp(numbered(10))
    async with app.open() as pilot:
        app.jobs.select(5)
        app.drop(job(gone))
        await pilot.pause()
        assert app.label == selected
        assert app.marked() == [selected]
        assert app.names() == [name for name in names(0, 9) if name != f"Job {gone}"]


async def test_the_cursor_goes_up_when_the_last_job_goes() -> None:
    app = ListApp(numbered(10))
    async with app.open() as pilot:
        app.jobs.move_to_end(last=True)
        app.drop(job(9))
        await pilot.pause()
        assert app.marked() == ["Job 8"]


async def test_the_cursor_stays_on_its_job_when_others_come() -> None:
    app = ListApp(numbered(3))
    async with app.open() as pilot:
        app.jobs.select(1)
        for number in range(3, 40):
            app.put(job(number))
        app.jobs.paint()
        await pilot.pause()
        assert app.marked() == ["Job 1"]
        assert app.names() == names(0, 9)


async def test_no_lines_stay_empty_while_there_are_rows_above() -> None:
    app = ListApp(numbered(12))
    async with app.open() as pilot:
        app.jobs.move_to_end(last=True)
        for number in (11, 0, 5):
            app.drop(job(number))
            await pilot.pause()
        assert len(app.names()) == 9
        assert app.names()[0] == "Job 1"


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
