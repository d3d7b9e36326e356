"""The log on the screen: what it shows, and its cursor."""

import pytest
from textual.geometry import Region

from tests.support.jobs import NOW, REF
from tests.support.text import is_one_safe_line
from tests.tui.log_app import LogApp, Memory, event, made_up, number_in, numbered
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.tui.widgets.log_list import LogList

SIZES = [(120, 40), (80, 24), (60, 15)]


# What it shows.


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_it_fits_every_screen(width: int, height: int) -> None:
    async with LogApp(Memory(*made_up())).open(width, height) as app:
        lines = app.lines()
        assert lines[0].strip() == "Log  300 entries"
        assert lines[1] == UNICODE.rule * width
        assert len(app.rows()) == height - 7
        assert app.row.startswith(f"{NOW.astimezone():%H:%M:%S}   call     Customers")
        assert lines[-5] == UNICODE.rule * width
        at = f"{NOW.astimezone():%Y-%m-%d %H:%M:%S}"
        assert app.detail().startswith(f"{at} · call · Customers 2019-24 ({REF.job_id})")
        assert lines[-1].startswith(" Esc close  / filter  c without calls  G further back")
        assert "…" not in lines[-1]
        assert all(is_one_safe_line(line) for line in lines)


async def test_nothing_but_ascii_where_the_terminal_shows_nothing_else() -> None:
    async with LogApp(Memory(*made_up()), ascii_only=True).open(120, 40) as app:
        drawn = "".join(app.lines())
        assert len(drawn) > 500
        assert drawn.isascii()
        await app.pilot.press("q")
        assert app.screen is not app.log_screen, "it is closed"
        assert app.is_running


async def test_without_colours_what_went_wrong_is_marked_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with LogApp(Memory(*made_up(9))).open() as app:
        wrong = [row.strip() for row in app.rows() if " ! " in row]
        assert [row.split()[2] for row in wrong] == ["call", "event", "alert", "command"]


async def test_a_log_without_entries_says_so() -> None:
    async with LogApp(Memory()).open() as app:
        assert app.lines()[0].strip() == "Log  0 entries"
        assert [row.strip() for row in app.rows()] == ["Nothing has happened yet."]
        await app.press("j", "G", "g", "c", "pagedown")
        assert [row.strip() for row in app.rows()] == ["Nothing has happened yet."]
        await app.news(event(0, "number 0"))
        assert number_in(app.row) == 0


async def test_a_log_that_cannot_be_read_says_why_and_is_tried_again() -> None:
    memory = Memory(*numbered(3))
    memory.trouble = ConfigError("The memory cannot be read", "The disk is gone.")
    async with LogApp(memory).open() as app:
        told = ["The memory cannot be read. The disk is gone."]
        assert [row.strip() for row in app.rows()] == told
        memory.trouble = None
        await app.news()
        assert [number_in(row) for row in app.rows()] == [0, 1, 2]
        await app.pilot.press("l")
        assert app.screen is not app.log_screen, "it is closed"


async def test_what_was_read_stays_when_the_log_cannot_be_read_any_more() -> None:
    memory = Memory(*numbered(3))
    async with LogApp(memory).open() as app:
        memory.trouble = ConfigError("The memory cannot be read")
        await app.news()
        assert [number_in(row) for row in app.rows()] == [0, 1, 2]
        assert " The memory cannot be read. " in app.lines()[-5]
        memory.trouble = None
        await app.news()
        assert app.lines()[-5] == UNICODE.rule * 120


async def test_older_entries_that_cannot_be_read_are_tried_again() -> None:
    memory = Memory(*numbered(600))
    async with LogApp(memory).open() as app:
        memory.trouble = ConfigError("The memory cannot be read")
        await app.press("G", "k", "G")
        assert number_in(app.row) == 499
        assert " The memory cannot be read. " in app.lines()[-5]
        assert len(memory.asked) == 2, "not again with every key"
        memory.trouble = None
        await app.news()
        await app.press("G")
        assert number_in(app.row) == 599


# The cursor.


async def test_moving() -> None:
    async with LogApp(Memory(*numbered(40))).open(80, 17) as app:  # 10 rows
        journey = [
            ("j", 1),
            ("down", 2),
            ("k", 1),
            ("up", 0),
            ("up", 0),
            ("pagedown", 10),
            ("ctrl+d", 15),
            ("ctrl+u", 10),
            ("pageup", 0),
            ("G", 39),
            ("j", 39),
            ("g", 0),
            ("end", 39),
            ("home", 0),
        ]
        for key, expected in journey:
            await app.press(key)
            assert (key, number_in(app.row)) == (key, expected)
            assert app.detail().endswith(f"number {expected}")


async def test_a_click_selects_and_the_wheel_scrolls() -> None:
    async with LogApp(Memory(*numbered(40))).open(80, 17) as app:
        await app.pilot.click("#log-list", offset=(5, 4))
        await app.settle()
        assert number_in(app.row) == 4
        app.log_screen.query_one(LogList).on_mouse_scroll_down()
        await app.settle()
        assert [number_in(app.rows()[0]), number_in(app.row)] == [3, 4]

        asked: list[int] = []
        entries = app.log_screen.query_one(LogList)
        refresh = entries.refresh

        def listening(*regions: Region, **options: bool) -> LogList:
            asked.extend(region.y for region in regions)
            assert regions
            return refresh(*regions, **options)

        entries.refresh = listening  # type: ignore[method-assign]  # spied on
        await app.press("j")
        assert asked == [1, 2], "to move the cursor draws two lines"
