"""The log on the screen: what it shows, how far back it reads, its filter, and what comes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest
from textual.app import App
from textual.filter import LineFilter
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import Input

from tests.support.jobs import NOW, REF, reading, watched
from tests.support.text import is_one_safe_line
from tests.tui.slow_terminal import SlowTerminal
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.domain.planner import Reason
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent, Record
from zcbulk_tui.errors import Answer, ConfigError, RefusedError, UnclearError
from zcbulk_tui.render import log
from zcbulk_tui.render.glyphs import ASCII, UNICODE
from zcbulk_tui.tui import screens
from zcbulk_tui.tui.ascii_filter import AsciiFilter
from zcbulk_tui.tui.log_entries import LogEntries
from zcbulk_tui.tui.screens.log import LogScreen
from zcbulk_tui.tui.widgets.log_list import LogList

_LABELS = ("Customers 2019-24", "Orders EU", "Price list", "Suppliers", "Invoices Q3")

SIZES = [(120, 40), (80, 24), (60, 15)]


def call(ago: float, label: str = "Orders EU", **changes: object) -> CallRecord:
    """A poll so many seconds before `NOW`."""
    at = NOW - timedelta(seconds=ago)
    ok = Answer(200, 3000)
    made = CallRecord(at, Cause.PLAN, Reason.FINISH, "GET status", 0.182, 163, ok, "", REF, label)
    return replace(made, **changes)  # type: ignore[arg-type]  # by name


def event(ago: float, text: str, kind: EventKind = EventKind.STATE) -> JobEvent:
    """Something that happened so many seconds before `NOW`."""
    return JobEvent(NOW - timedelta(seconds=ago), kind, text, REF, "Orders EU")


def abort(ago: float, **changes: object) -> ControlRecord:
    """An abort so many seconds before `NOW`."""
    command = Command(Action.ABORT, NOW - timedelta(seconds=ago), Outcome.ACCEPTED, "Aborted.")
    made = ControlRecord("k1", watched(label="Stock"), "eu", "anna@jump1", command)
    return replace(made, **changes)  # type: ignore[arg-type]  # by name


def made_up(count: int = 300) -> list[Record]:
    """Entries of all kinds, the newest first."""
    records: list[Record] = []
    for number in range(count):
        label, ago = _LABELS[number * 7 % 5], number * 211.0
        match number % 12:
            case 1:
                records.append(replace(event(ago, "running → done"), label=label))
            case 3:
                answer = Answer(404, 7120, "No such job.")
                gone = call(ago, label, answer=answer, failure="Zoho knows no such job here")
                records.append(gone)
            case 4:
                error = UnclearError("The answer did not come in time", answer=Answer(504))
                missed = replace(event(ago, "", EventKind.FAULT), label=label, error=error)
                records.append(missed)
            case 5:
                told = "5 % limit near: 21 of 125 batches have failed records"
                records.append(replace(event(ago, told, EventKind.ALERT), label=label))
            case 7:
                settled = reading(-ago + 30, 5, state=JobState.USER_ABORTED)
                settled = replace(settled, raw_state="User-aborted")
                records.append(abort(ago, key=f"k{number}", settled=settled))
            case 8:
                refused = RefusedError("The job is not complete", answer=Answer(400, 11350, "No."))
                no = Command(Action.START, NOW - timedelta(seconds=ago), Outcome.REFUSED)
                no = replace(no, error=refused)
                records.append(abort(ago, key=f"k{number}", command=no))
            case 9:
                paused = event(ago, "The polls are paused", EventKind.PAUSED)
                records.append(replace(paused, ref=None, label=""))
            case 11:
                records.append(replace(event(ago, "eager", EventKind.PACE), ref=None, label=""))
            case _:
                records.append(call(ago, label, seconds=0.1 + number % 7 / 20))
    return records


class Memory:
    """A log in memory, as the archive reads one.

    Attributes:
        records: The entries, in any order.
        trouble: What reading it raises.
        asked: How it was asked, each time.
    """

    def __init__(self, *records: Record) -> None:
        self.records = list(records)
        self.trouble: ConfigError | None = None
        self.asked: list[dict[str, object]] = []

    def log(
        self,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        limit: int | None = None,
    ) -> list[Record]:
        self.asked.append({"since": since, "before": before, "limit": limit})
        if self.trouble is not None:
            raise self.trouble
        self.records.sort(key=lambda record: record.at, reverse=True)
        return [
            record
            for record in self.records
            if (since is None or record.at >= since) and (before is None or record.at < before)
        ][:limit]


class LogApp(App[None]):
    """Nothing but the log, at a moment that stands still."""

    CSS_PATH = Path(next(iter(screens.__path__))) / "watch.tcss"

    def __init__(self, memory: Memory, *, ascii_only: bool = False, filter: str = "") -> None:
        super().__init__(driver_class=SlowTerminal)
        self.animation_level = "none"
        self._ascii = [AsciiFilter()] if ascii_only else []
        self.memory = memory
        self.log_screen = LogScreen(
            memory.log, glyphs=ASCII if ascii_only else UNICODE, now=lambda: NOW, filter=filter
        )
        self.pilot: Pilot[None]

    def on_mount(self) -> None:
        self.push_screen(self.log_screen)

    @asynccontextmanager
    async def open(self, width: int = 120, height: int = 18) -> AsyncIterator["LogApp"]:
        async with self.run_test(headless=False, size=(width, height)) as self.pilot:
            await self.settle()
            yield self

    async def settle(self) -> None:
        """Lets it read and draw all that it wants now."""
        await self.pilot.pause()
        while self.log_screen.is_reading:
            await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Presses keys, and waits for what comes of them."""
        await self.pilot.press(*keys)
        await self.settle()

    async def look_for(self, words: str) -> None:
        """Has other words in the field, all at once."""
        await self.pilot.press("slash")
        self.log_screen.query_one(Input).value = words
        await self.press("enter")

    async def news(self, *records: Record) -> None:
        """Lets something happen, and be found."""
        self.memory.records += records
        self.log_screen.look_for_news()
        await self.settle()

    def lines(self) -> list[str]:
        """What is on the terminal, from the top."""
        assert isinstance(self._driver, SlowTerminal)
        return self._driver.shown()

    def rows(self) -> list[str]:
        """The entries on the screen."""
        return [line for line in self.lines()[2:-5] if line]

    @property
    def row(self) -> str:
        """The entry that bears the cursor's mark."""
        (marked,) = (row for row in self.rows() if row.startswith(UNICODE.cursor))
        return marked.lstrip(UNICODE.cursor).strip()

    def detail(self) -> str:
        """The lines about the selected entry."""
        return " ".join(" ".join(self.lines()[-4:-1]).split())

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._ascii]


def numbered(count: int, *, apart: float = 1.0) -> list[Record]:
    """Events, the newest first and numbered from 0."""
    return [event(number * apart, f"number {number}") for number in range(count)]


def number_in(row: str) -> int:
    """The number of an event."""
    return int(row.rpartition(" ")[2])


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


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_nothing_but_ascii_where_the_terminal_shows_nothing_else(
    width: int, height: int
) -> None:
    async with LogApp(Memory(*made_up()), ascii_only=True).open(width, height) as app:
        drawn = "".join(app.lines())
        assert len(drawn) > 500
        assert drawn.isascii()


async def test_without_colours_what_went_wrong_is_marked_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with LogApp(Memory(*made_up(9))).open() as app:
        wrong = [row.strip() for row in app.rows() if " ! " in row]
        assert [row.split()[2] for row in wrong] == ["call", "event", "event", "command"]


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


@pytest.mark.parametrize("key", ["escape", "l", "q"])
async def test_it_is_closed_by(key: str) -> None:
    async with LogApp(Memory(*numbered(3))).open() as app:
        await app.pilot.press(key)
        assert app.screen is not app.log_screen
        assert app.is_running


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


async def test_to_move_the_cursor_draws_two_lines() -> None:
    async with LogApp(Memory(*numbered(40))).open(80, 17) as app:
        asked: list[int] = []
        entries = app.log_screen.query_one(LogList)
        refresh = entries.refresh

        def listening(*regions: Region, **options: bool) -> LogList:
            asked.extend(region.y for region in regions)
            assert regions
            return refresh(*regions, **options)

        entries.refresh = listening  # type: ignore[method-assign]  # spied on
        await app.press("j")
        assert asked == [0, 1]


# How far it reads.


async def test_older_entries_are_read_when_the_cursor_comes_near_them() -> None:
    memory = Memory(*numbered(1_200))
    async with LogApp(memory).open() as app:
        assert "Log  500 newest entries" in app.lines()[0]
        assert len(memory.asked) == 1
        app.log_screen.query_one(LogList).select(485)
        await app.settle()
        assert len(memory.asked) == 1
        await app.press("pagedown")
        assert len(memory.asked) == 2
        assert number_in(app.row) == 496
        await app.press("G")
        assert "Log  1,200 entries" in app.lines()[0]
        assert number_in(app.row) == 1_199
        asked = len(memory.asked)
        await app.press("k", "G")
        assert len(memory.asked) == asked, "there is nothing older"


async def test_pages_that_end_between_entries_of_one_moment_lose_none() -> None:
    records = [
        replace(call(number // 300), request=f"GET number {number}") for number in range(1_300)
    ]
    async with LogApp(Memory(*records)).open() as app:
        await app.press("G")
        assert "Log  1,300 entries" in app.lines()[0]


async def test_more_entries_of_one_moment_than_a_page_do_not_stop_it() -> None:
    records = [*numbered(1_100, apart=0.0), event(60, "number 1100")]
    async with LogApp(Memory(*records)).open() as app:
        await app.press("G")
        assert number_in(app.row) == 1_100


async def test_one_key_reads_so_many_pages_and_says_how_far_it_came() -> None:
    memory = Memory(*numbered(21_001, apart=60.0))
    async with LogApp(memory).open() as app:
        await app.look_for("number 21000")
        assert len(memory.asked) == 1 + 20
        assert app.lines()[0].startswith(" Log  0 of 10,4")
        back_to = f"{memory.records[10_479].at.astimezone():%d %b %H:%M}"
        assert f" searched back to {back_to}; press G for more " in app.lines()[-5]
        hint = f"Nothing matches “number 21000” since {back_to}."
        assert [row.strip() for row in app.rows()] == [hint]
        await app.press("G")
        assert len(memory.asked) == 1 + 2 * 20
        await app.press("G")
        assert app.lines()[0].startswith(" Log  1 of 21,001 entries")
        assert "searched" not in app.lines()[-5]
        assert number_in(app.row) == 21_000


# The filter.


async def test_the_filter_works_as_it_is_typed_and_stays_or_goes() -> None:
    async with LogApp(Memory(*made_up(60))).open() as app:
        await app.press("slash", *"abo")
        assert len(app.rows()) == 5
        assert all("Abort by anna@jump1" in row for row in app.rows())
        assert app.lines()[0].strip() == "Log  5 of 60 entries · “abo”"
        await app.press("space", "!", "s")
        assert [row.strip() for row in app.rows()] == ["Nothing matches “abo !s”."]
        await app.press("backspace", "enter")
        assert len(app.rows()) == 5, "a ! alone asks for nothing"
        await app.press("j", "j")
        chosen = app.row
        await app.press("slash", "escape")
        assert app.lines()[0].strip() == "Log  60 entries"
        assert app.row == chosen, "the cursor stays on its entry"
        await app.pilot.press("escape")
        assert app.screen is not app.log_screen


async def test_keys_of_the_list_are_letters_in_the_field() -> None:
    async with LogApp(Memory(*numbered(60))).open() as app:
        await app.press("slash", *"lqcjG/")
        assert app.log_screen.query_one(Input).value == "lqcjG/"
        assert "without calls" not in app.lines()[0]
        await app.press("escape", "slash", "down", "down")
        assert number_in(app.row) == 2


async def test_a_filter_may_be_there_at_first() -> None:
    async with LogApp(Memory(*made_up(60)), filter="kind:command job:stock refused").open() as app:
        assert len(app.rows()) == 5
        assert all("Start by anna@jump1: refused" in row for row in app.rows())


async def test_calls_are_left_out_and_shown_again() -> None:
    async with LogApp(Memory(*made_up(24))).open() as app:
        await app.press("c")
        assert app.lines()[0].strip() == "Log  14 of 24 entries · without calls"
        assert " c with calls " in app.lines()[-1]
        assert not any(" call " in row for row in app.rows())
        await app.press("c")
        assert app.lines()[0].strip() == "Log  24 entries"


async def test_nothing_but_calls_says_so() -> None:
    async with LogApp(Memory(*map(call, range(5)))).open() as app:
        await app.press("c")
        hint = "Nothing but calls; c shows the calls too."
        assert [row.strip() for row in app.rows()] == [hint]


def test_to_filter_many_entries_takes_no_time() -> None:
    entries = LogEntries(Memory(*made_up(5_000)).log)
    while not entries.complete:
        entries.read_older()
    asked = log.terms(["orders", "!zz", "job:orders"])
    times = []
    for _ in range(5):
        began = perf_counter()
        entries.sift(asked, calls=False)
        times.append(perf_counter() - began)
    assert 0 < len(entries.shown) < len(entries.loaded) == 5_000
    assert min(times) < 0.03


# What comes.


async def test_news_are_followed_on_the_first_line_only() -> None:
    memory = Memory(*numbered(60))
    async with LogApp(memory).open(80, 17) as app:
        await app.news(event(-1, "number 1001"))
        assert number_in(app.row) == 1_001
        assert app.detail().endswith("number 1001")
        await app.press("j", "j")
        before = app.rows()
        await app.news(event(-2, "number 1002"), event(-3, "number 1003"))
        assert app.rows() == before, "the view stands still"
        assert "Log  63 entries" in app.lines()[0]
        await app.press("g")
        assert number_in(app.row) == 1_003


async def test_news_pass_the_filter_too() -> None:
    async with LogApp(Memory(*numbered(5)), filter="kind:call").open() as app:
        await app.news(event(-1, "number 9"))
        assert [row.strip() for row in app.rows()] == ["Nothing matches “kind:call”."]
        await app.news(call(-2))
        assert len(app.rows()) == 1


async def test_a_call_that_took_long_comes_to_its_place() -> None:
    async with LogApp(Memory(*numbered(3, apart=30.0))).open() as app:
        await app.news(call(45))
        assert [" call " in row for row in app.rows()] == [False, False, True, False]


async def test_what_becomes_of_a_command_is_told_in_its_place() -> None:
    sent = abort(600)
    memory = Memory(*numbered(3), sent)
    async with LogApp(memory).open() as app:
        assert "settled" not in app.rows()[-1]
        memory.records.remove(sent)
        await app.news(replace(sent, settled=reading(-500, 5, state=JobState.USER_ABORTED)))
        assert len(app.rows()) == 4
        assert "settled: u" in app.rows()[-1]


async def test_where_nothing_is_new_nothing_is_drawn() -> None:
    async with LogApp(Memory(*made_up())).open() as app:
        assert isinstance(app._driver, SlowTerminal)
        frames = app._driver.frames
        await app.news()
        assert app._driver.frames == frames
