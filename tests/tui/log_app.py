"""A log of made-up entries, on a screen of its own."""

from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from unittest.mock import patch

from textual.app import App
from textual.filter import LineFilter
from textual.pilot import Pilot
from textual.widgets import Input

from tests.support.jobs import NOW, REF, reading, watched
from tests.tui.slow_terminal import SlowTerminal
from zcbulk_tui.domain.budget import Cause, Reason
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent, Record
from zcbulk_tui.errors import Answer, ConfigError, RefusedError, UnclearError
from zcbulk_tui.render.glyphs import ASCII, UNICODE
from zcbulk_tui.tui import screens
from zcbulk_tui.tui.keys import KEYS
from zcbulk_tui.tui.palettes import PALETTES
from zcbulk_tui.tui.screens import log
from zcbulk_tui.tui.screens.log import LogScreen
from zcbulk_tui.tui.terminal.line_filters import AsciiFilter
from zcbulk_tui.tui.themes import textual_theme

_LABELS = ("Customers 2019-24", "Orders EU", "Price list", "Suppliers", "Invoices Q3")


def call(ago: float, label: str = "Orders EU", **changes: object) -> CallRecord:
    """A poll so many seconds before `NOW`."""
    at = NOW - timedelta(seconds=ago)
    ok = Answer(200, 3000)
    made = CallRecord(at, Cause.PLAN, Reason.FINISH, "GET status", 0.182, 163, ok, "", REF, label)
    return made._replace(**changes)  # type: ignore[arg-type]  # by name


def event(ago: float, text: str, kind: EventKind = EventKind.STATE) -> JobEvent:
    """Something that happened so many seconds before `NOW`."""
    return JobEvent(NOW - timedelta(seconds=ago), kind, text, REF, "Orders EU")


def abort(ago: float, **changes: object) -> ControlRecord:
    """An abort so many seconds before `NOW`."""
    command = Command(Action.ABORT, NOW - timedelta(seconds=ago), Outcome.ACCEPTED, "Aborted.")
    made = ControlRecord("k1", watched(label="Stock"), "eu", "anna@jump1", command)
    return made._replace(**changes)  # type: ignore[arg-type]  # by name


def made_up(count: int = 300) -> list[Record]:
    """Entries of all kinds, the newest first."""
    records: list[Record] = []
    for number in range(count):
        label, ago = _LABELS[number * 7 % 5], number * 211.0
        match number % 12:
            case 1:
                records.append(event(ago, "running → done")._replace(label=label))
            case 3:
                answer = Answer(404, 7120, "No such job.")
                gone = call(ago, label, answer=answer, failure="Zoho knows no such job here")
                records.append(gone)
            case 4:
                error = UnclearError("The answer did not come in time", answer=Answer(504))
                missed = event(ago, "", EventKind.FAULT)._replace(label=label, error=error)
                records.append(missed)
            case 5:
                told = "5 % limit near: 21 of 125 batches have failed records"
                records.append(event(ago, told, EventKind.ALERT)._replace(label=label))
            case 7:
                settled = reading(-ago + 30, 5, state=JobState.USER_ABORTED)
                settled = replace(settled, raw_state="User-aborted")
                records.append(abort(ago, key=f"k{number}", settled=settled))
            case 8:
                refused = RefusedError("The job is not complete", answer=Answer(400, 11350, "No."))
                no = Command(Action.START, NOW - timedelta(seconds=ago), Outcome.REFUSED)
                no = no._replace(error=refused)
                records.append(abort(ago, key=f"k{number}", command=no))
            case 9:
                paused = event(ago, "The polls are paused", EventKind.PAUSED)
                records.append(paused._replace(ref=None, label=""))
            case 11:
                records.append(event(ago, "eager", EventKind.PACE)._replace(ref=None, label=""))
            case _:
                records.append(call(ago, label, seconds=0.1 + number % 7 / 20))
    return records


_MOMENT = attrgetter("at")


def _age(moment: datetime) -> timedelta:
    return NOW - moment


def _age_of(record: Record) -> timedelta:
    return _age(record.at)


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
        self.records.sort(key=_MOMENT, reverse=True)
        # From the newest to the oldest: what is read of a long log is found without a look at all.
        first = 0 if before is None else bisect_right(self.records, _age(before), key=_age_of)
        last = None if since is None else bisect_right(self.records, _age(since), key=_age_of)
        return self.records[first:last][:limit]


class LogApp(App[None]):
    """Nothing but the log, at a moment that stands still."""

    CSS_PATH = Path(next(iter(screens.__path__))) / "watch.tcss"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours of the first theme."""
        return textual_theme("dark", PALETTES["dark"]).variables

    def __init__(self, memory: Memory, *, ascii_only: bool = False, filter: str = "") -> None:
        super().__init__(driver_class=SlowTerminal)
        self.animation_level = "none"
        self._ascii = [AsciiFilter()] if ascii_only else []
        self.memory = memory
        self.log_screen = LogScreen(
            memory.log,
            glyphs=ASCII if ascii_only else UNICODE,
            now=lambda: NOW,
            keys=KEYS,
            filter=filter,
        )
        self.pilot: Pilot[None]

    def on_mount(self) -> None:
        self.push_screen(self.log_screen)

    @asynccontextmanager
    async def open(self, width: int = 120, height: int = 18) -> AsyncIterator["LogApp"]:
        # What is new is looked for when a test says so, not by the clock.
        with patch.object(log, "_TICK", 3600.0):
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
