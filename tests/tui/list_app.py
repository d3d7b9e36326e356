"""The list of jobs in an app of its own, and what it asks Textual to draw."""

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from tests.support.jobs import NOW, reading, watched
from tests.tui.slow_terminal import SlowTerminal
from zcbulk_tui.domain.job import JobReading
from zcbulk_tui.domain.snapshot import JobKey, JobSnapshot, Listed
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.tui import screens
from zcbulk_tui.tui.job_rows import JobRows
from zcbulk_tui.tui.palettes import PALETTES
from zcbulk_tui.tui.themes import textual_theme
from zcbulk_tui.tui.widgets import painter
from zcbulk_tui.tui.widgets.job_list import JobList

NAMES, BAR, NUMBERS = range(3)
"""The panes of the list."""

ALL = "everything"

PROFILE = "TEST"
"""Of all jobs on the list."""


class _Screen(Screen[None]):
    COMPONENT_CLASSES: ClassVar[set[str]] = painter.COMPONENT_CLASSES

    def __init__(self, jobs: JobList) -> None:
        super().__init__()
        self._jobs = jobs

    def compose(self) -> ComposeResult:
        yield self._jobs


class ListApp(App[None]):
    """Nothing but a list of jobs, at a moment that stands still until it is moved on.

    Attributes:
        jobs: The list.
        now: The moment.
        selections: How often the cursor came to another job.
    """

    CSS_PATH = Path(next(iter(screens.__path__))) / "watch.tcss"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours of the first theme."""
        return textual_theme("dark", PALETTES["dark"]).variables

    def __init__(self, snapshots: Iterable[JobSnapshot] = ()) -> None:
        super().__init__(driver_class=SlowTerminal)
        self.animation_level = "none"
        self.now: datetime = NOW
        self.selections = 0
        self.jobs = JobList(
            JobRows(), UNICODE, lambda: self.now, on_select=self._selected, id="jobs"
        )
        for snapshot in snapshots:
            self.put(snapshot)

    def get_default_screen(self) -> Screen[None]:
        return _Screen(self.jobs)

    def put(self, snapshot: JobSnapshot) -> None:
        """Puts a job on the list, or changes it; does not paint it."""
        self.jobs.rows.put(Listed(PROFILE, snapshot))

    def drop(self, snapshot: JobSnapshot) -> None:
        """Takes a job off the list."""
        self.jobs.rows.drop(key(snapshot))
        self.jobs.paint()

    def _selected(self) -> None:
        self.selections += 1

    @property
    def terminal(self) -> SlowTerminal:
        """Where it is shown."""
        assert isinstance(self._driver, SlowTerminal)
        return self._driver

    @asynccontextmanager
    async def open(self, width: int = 120, height: int = 11) -> AsyncIterator[Pilot[None]]:
        """Runs it; one line is for the titles, the others are for jobs."""
        async with self.run_test(headless=False, size=(width, height)) as pilot:
            await pilot.pause()
            yield pilot

    async def resize(self, pilot: Pilot[None], width: int, height: int) -> None:
        """Gives it a terminal of another size."""
        self.terminal.resize(width, height)
        await pilot.resize_terminal(width, height)
        await pilot.pause()

    def lines(self) -> list[str]:
        """What is on the terminal, from the top, the titles first."""
        return self.terminal.shown()

    def rows(self) -> list[str]:
        """The jobs on the screen."""
        return [line for line in self.lines()[1:] if line]

    def names(self) -> list[str]:
        """The names of the jobs on the screen."""
        return [name_in(row) for row in self.rows()]

    def marked(self) -> list[str]:
        """The names of the jobs that bear the cursor's mark."""
        return [name_in(row) for row in self.rows() if row.startswith(UNICODE.cursor)]

    @property
    def label(self) -> str:
        """The name of the selected job."""
        assert self.jobs.rows.selected is not None
        return self.jobs.rows.selected.snapshot.job.label


def name_in(row: str) -> str:
    """The name of the job that a row shows."""
    found = re.match(r".{4}(Job \d+) ", row)
    assert found, row
    return found[1]


class Refreshes:
    """Takes down what the panes of a list ask to be drawn anew, from now on.

    Attributes:
        asked: For each time the pane, and the line of a row from 0 up or `ALL`.
    """

    def __init__(self, jobs: JobList) -> None:
        self.asked: list[tuple[int, int | str]] = []
        for part, pane in enumerate(jobs.children):
            self._listen(part, pane)

    def _listen(self, part: int, pane: Widget) -> None:
        refresh = pane.refresh

        def listening(*regions: Region, **options: Any) -> Widget:
            if not regions:
                self.asked.append((part, ALL))
            for region in regions:
                assert (region.x, region.height) == (0, 1)
                assert 0 < region.width <= pane.size.width
                self.asked.append((part, region.y - 1))
            return refresh(*regions, **options)

        pane.refresh = listening  # type: ignore[method-assign]  # spied on

    def take(self) -> list[tuple[int, int | str]]:
        """What was asked for since the last time, in order."""
        asked, self.asked = self.asked, []
        return sorted(asked, key=str)


def key(snapshot: JobSnapshot) -> JobKey:
    """Which job of the list it is."""
    return JobKey(PROFILE, snapshot.ref)


def job(number: int, *readings: JobReading) -> JobSnapshot:
    """Job number so-and-so, polled again in 15 seconds."""
    known = readings or (reading(0, 5_000),)
    due = NOW + timedelta(seconds=15)
    return JobSnapshot(watched(str(number), f"Job {number}"), known, None, due)


def numbered(count: int) -> list[JobSnapshot]:
    """So many jobs, numbered from 0."""
    return [job(number) for number in range(count)]
