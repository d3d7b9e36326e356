"""Profiles to switch between, each over a simulated Creator of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from textual.pilot import Pilot

from tests.support.jobs import NOW
from tests.tui.picture import text_on
from tests.tui.stage import without_a_plan
from zcbulk_tui.cli import simulated
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import SignedOutError
from zcbulk_tui.monitor.events import Event, JobChanged, Sink
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.connection import Connection
from zcbulk_tui.tui.profile_spec import JobDefaults, Profiles, ProfileSpec
from zcbulk_tui.tui.screens.watch import WatchScreen

HOMES = {
    "acme": JobDefaults(Environment.PRODUCTION, owner="acme", app="shop", form="Orders"),
    "lab": JobDefaults(Environment.DEVELOPMENT, owner="lab", app="trial", form="Tests"),
    "archive": JobDefaults(Environment.STAGE),
}
"""Where jobs are, by profile; one that is read-only is `archive`."""

LOCKED = "locked"
"""A profile that nobody is signed in to."""

ENDS_SOON = "The access token ends within the hour."
"""What `lab` says at first."""

_DEADLINE = 60.0


class Cast:
    """A dashboard with several profiles.

    Attributes:
        app: The dashboard.
        creators: What each profile talks to.
        opened: The profiles in the order of their connections.
        closed: The profiles in the order of the ends of their connections.
        pilot: Presses the keys.
    """

    def __init__(self, *names: str) -> None:
        self.creators: dict[str, Creator] = {
            name: _only(name, build("demo", clock=NOW.timestamp)) for name in HOMES
        }
        self.opened: list[str] = []
        self.closed: list[str] = []
        self._profiles = Profiles(names or (*HOMES, LOCKED), self.spec)
        self.app = DashboardApp(self.spec("acme"), now=lambda: NOW)
        self.pilot: Pilot[None]

    def spec(self, name: str) -> ProfileSpec:
        """A profile."""
        if name == LOCKED:
            raise SignedOutError(f"The profile “{LOCKED}” is not signed in", next_step="Log in.")
        read_only = name == "archive"
        simulator = partial(
            simulated.connect, self.creators[name], read_only=read_only, now=lambda: NOW
        )
        inner = without_a_plan(ProfileSpec(simulator, "DEMO", read_only=read_only, is_real=False))

        def connect(sink: Sink) -> Connection:
            connection = inner.connect(sink)
            self.opened.append(name)

            async def close() -> None:
                self.closed.append(name)
                await connection.close()

            return connection._replace(close=close)

        return inner._replace(
            connect=connect,
            badge=name,
            job_defaults=HOMES[name],
            is_real=True,
            notice=ENDS_SOON if name == "lab" else "",
            profiles=self._profiles,
        )

    @property
    def screen(self) -> WatchScreen:
        """The screen under all dialogs."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, WatchScreen)
        return screen

    @property
    def shown(self) -> str:
        """The profile on the screen."""
        return self.screen.workspace.here.name

    @property
    def jobs(self) -> list[JobSnapshot]:
        """All jobs on the list, in its own order."""
        return [listed.snapshot for listed in self.screen.workspace.rows]

    @property
    def labels(self) -> list[str]:
        """The jobs on the screen."""
        return [snapshot.job.label for snapshot in self.jobs]

    @asynccontextmanager
    async def open(self, width: int = 120, height: int = 36) -> AsyncIterator["Cast"]:
        """Runs the dashboard until every job of the first profile has been read."""
        async with self.app.run_test(size=(width, height), notifications=True) as self.pilot:
            await self.until(lambda: self.is_read("acme"))
            yield self
            if self.app.is_running:
                self.text()  # what it came to can be drawn

    def is_read(self, name: str) -> bool:
        """Whether a profile is shown, with an answer for each of its jobs."""
        jobs = self.jobs
        return self.shown == name and bool(jobs) and all(job.last or job.fault for job in jobs)

    async def switch(self, name: str) -> None:
        """Chooses a profile by keys."""
        names = list(self._profiles.names)
        by = names.index(name) - names.index(self.shown)
        await self.press("P", *("j" if by > 0 else "k") * abs(by), "enter")
        await self.until(lambda: self.is_read(name))

    async def show_together(self, *names: str) -> None:
        """Chooses several profiles by keys, from one that is shown alone."""
        all_names = list(self._profiles.names)
        places = sorted(all_names.index(name) for name in names)
        at = all_names.index(self.shown)
        await self.press("P")
        for place in places:
            by, at = place - at, place
            await self.press(*("j" if by > 0 else "k") * abs(by), "space")
        await self.press("enter")
        await self.until(lambda: self._are_read(names))

    def _are_read(self, names: Sequence[str]) -> bool:
        jobs = self.screen.workspace.rows
        shown = [profile.name for profile in self.screen.workspace.profiles]
        if shown != list(names) or any(it.monitor is None for it in self.screen.workspace.profiles):
            return False
        return {it.profile for it in jobs} == set(names) and all(
            it.snapshot.last or it.snapshot.fault for it in jobs
        )

    async def select(self, index: int, profile: str = "acme") -> None:
        """Puts the cursor on a job of a profile, by its place in the list's own order."""
        keys = [listed.key for listed in self.screen.workspace.rows if listed.profile == profile]
        self.screen.jobs.select_job(keys[index])
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Presses keys."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for something to come true."""
        async with asyncio.timeout(_DEADLINE):
            while not condition():
                await asyncio.sleep(0.01)
                if self.screen._inbox:
                    self.screen.flush()
        await self.pilot.pause()

    def text(self) -> list[str]:
        """What is on the screen, line by line."""
        return text_on(self.app)


def publish_a_job(cast: Cast, label: str) -> Event:
    """An event about the first job on the screen, under another name."""
    snapshot = cast.jobs[0]
    return JobChanged(replace(snapshot, job=snapshot.job._replace(label=label)))


def _only(name: str, creator: Creator) -> Creator:
    """Keeps a few jobs, and names them for their profile."""
    for job_id in list(creator.jobs)[4:]:
        del creator.jobs[job_id]
    for job in creator.jobs.values():
        job.label = f"{name} {job.label}"
    return creator
