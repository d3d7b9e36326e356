"""The log on the screen: how far back it reads, its filter, and what comes."""

from time import process_time

import pytest
from textual.widgets import Input

from tests.support.jobs import reading
from tests.tui.log_app import LogApp, Memory, abort, call, event, made_up, number_in, numbered
from tests.tui.slow_terminal import SlowTerminal
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.render import log
from zcbulk_tui.tui import log_entries
from zcbulk_tui.tui.log_entries import LogEntries
from zcbulk_tui.tui.widgets.log_list import LogList

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


def test_pages_that_end_between_entries_of_one_moment_lose_none() -> None:
    records = [
        call(number // 300)._replace(request=f"GET number {number}") for number in range(1_300)
    ]
    assert len(_all_of(Memory(*records)).loaded) == 1_300


def _all_of(memory: Memory) -> LogEntries:
    """What is read by ten pages at most."""
    entries = LogEntries(memory.log)
    for _ in range(10):
        if not entries.complete:
            entries.read_older()
    assert entries.complete
    return entries


def test_more_entries_of_one_moment_than_a_page_do_not_stop_it() -> None:
    last = event(60, "number 1100")
    assert _all_of(Memory(*numbered(1_100, apart=0.0), last)).loaded[-1].record == last


async def test_one_key_reads_so_many_pages_and_says_how_far_it_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_entries, "_PAGE", 50)
    memory = Memory(*numbered(2_101, apart=60.0))
    async with LogApp(memory).open() as app:
        await app.look_for("number 2100")
        assert len(memory.asked) == 1 + 20
        assert app.lines()[0].startswith(" Log  0 of 1,0")
        back_to = f"{memory.records[1_029].at.astimezone():%d %b %H:%M}"
        assert f" searched back to {back_to}; press G for more " in app.lines()[-5]
        hint = f"Nothing matches “number 2100” since {back_to}."
        assert [row.strip() for row in app.rows()] == [hint]
        await app.press("G")
        assert len(memory.asked) == 1 + 2 * 20
        await app.press("G")
        assert app.lines()[0].startswith(" Log  1 of 2,101 entries")
        assert "searched" not in app.lines()[-5]
        assert number_in(app.row) == 2_100


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
        assert isinstance(app._driver, SlowTerminal)
        frames = app._driver.frames
        await app.news()
        assert app._driver.frames == frames, "where nothing is new, nothing is drawn"


def test_to_filter_many_entries_takes_no_time() -> None:
    entries = LogEntries(Memory(*made_up(5_000)).log)
    while not entries.complete:
        entries.read_older()
    asked = log.terms(["orders", "!zz", "job:orders"])
    times = []
    for _ in range(5):
        began = process_time()
        entries.sift(asked, calls=False)
        times.append(process_time() - began)
    assert 0 < len(entries.shown) < len(entries.loaded) == 5_000
    assert min(times) < 0.03


# What comes.


def test_a_log_that_is_left_open_drops_the_oldest_entries() -> None:
    records = list(numbered(13_000, apart=10.0))  # newest first
    memory = Memory(*records[12_000:])
    entries = LogEntries(memory.log)
    entries.read_older()
    for newest in range(11_000, -1, -1_000):
        memory.records[:0] = records[newest : newest + 1_000]
        assert entries.read_newer(records[newest].at)
        assert entries.loaded == sorted(entries.loaded, key=lambda it: it.at, reverse=True)
    assert [entry.record for entry in entries.loaded] == records[: 500 + 10_000]
    assert len(entries._keys) == 500 + 10_000
    entries.read_older()
    assert len(entries.loaded) > 500 + 10_000
    assert [entry.record for entry in entries.loaded] == records[: len(entries.loaded)]


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


async def test_calls_come_to_their_place_and_may_be_all_there_is() -> None:
    async with LogApp(Memory()).open() as app:
        await app.news(call(1))
        await app.press("c")
        hint = "Nothing but calls; c shows the calls too."
        assert [row.strip() for row in app.rows()] == [hint]
        await app.press("c")
        await app.news(*numbered(3, apart=30.0))
        await app.news(call(45))
        assert [" call " in row for row in app.rows()] == [False, True, False, True, False]


async def test_what_becomes_of_a_command_is_told_in_its_place() -> None:
    sent = abort(600)
    memory = Memory(*numbered(3), sent)
    async with LogApp(memory).open() as app:
        assert "settled" not in app.rows()[-1]
        memory.records.remove(sent)
        await app.news(sent._replace(settled=reading(-500, 5, state=JobState.USER_ABORTED)))
        assert len(app.rows()) == 4
        assert "settled: u" in app.rows()[-1]
