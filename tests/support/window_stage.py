"""Several dashboards, and a script, over one memory and one simulator."""

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from tests.benchmarks.picture import Picture
from tests.benchmarks.pty_session import PtySession, pump
from tests.support.asked import Asked, all_asked
from tests.support.commands import PROGRAM, environment
from tests.support.simulators import SimulatorProcess
from zcbulk_tui.domain.address import parse_job_url
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.store.database import FILE_NAME, Database, open_database
from zcbulk_tui.store.watch_list import WatchList

PROFILE = "default"
_CONFIG = "[budget]\ndaily_calls = 10_000_000\n"

_BETWEEN_COMMANDS = 4.0
"""Seconds from one ``status`` to the next."""


class Commands:
    """``zcbulk-tui status`` for all jobs, again and again, one at a time."""

    def __init__(self, stage: "Stage") -> None:
        self._command = [*PROGRAM, "status", *stage.urls]
        self._environment = stage.environment
        self._running: subprocess.Popen[bytes] | None = None
        self._next_at = 0.0
        self.codes: Counter[int] = Counter()

    def look(self) -> None:
        """Begins the next one if it is time."""
        if self._running is not None and self._running.poll() is not None:
            self.codes[self._running.returncode] += 1
            self._running = None
        if self._running is None and time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + _BETWEEN_COMMANDS
            self._running = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()


@dataclass(slots=True)
class Stage:
    """A simulator with jobs that all run, and a home with these on its watch list.

    Attributes:
        simulator: In a process of its own.
        home: Where the programs live.
        environment: Theirs.
        urls: Of the jobs.
        windows: The dashboards that live, with their screens.
    """

    simulator: SimulatorProcess
    home: Path
    environment: dict[str, str]
    urls: list[str]
    windows: dict[PtySession, Picture] = field(default_factory=dict)

    def open(self, stack: ExitStack, count: int) -> None:
        """Opens so many dashboards, which end with the stack."""
        for _ in range(count):
            session = PtySession(PROGRAM, self.environment, str(self.home))
            self.windows[stack.enter_context(session)] = Picture()

    def pump(self, seconds: float) -> None:
        """Reads what the dashboards write for so long."""
        pump(list(self.windows), seconds)
        for session, picture in self.windows.items():
            picture.follow(session)

    @contextmanager
    def memory(self) -> Iterator[Database]:
        """What the programs share."""
        with closing(open_database(self.home / "state" / FILE_NAME)) as database:
            yield database

    def window_that_polls(self) -> PtySession:
        """The dashboard that the memory says polls."""
        with self.memory() as database:
            names = {name for (name,) in database.rows("SELECT name FROM windows WHERE polls")}
        return next(session for session in self.windows if name_of(session) in names)

    def calls(self, begin: float, end: float) -> Counter[str]:
        """How often the server was asked about each job between two moments, by its own log."""
        return Counter(
            entry["path"].rpartition("/")[2]
            for entry in self.simulator.log()
            if entry["method"] == "GET" and begin <= entry["time"] < end
        )

    def asked(self, begin: float = 0.0) -> list[Asked]:
        """The calls that the memory tells of, from a moment on."""
        with self.memory() as database:
            every = all_asked(database, PROFILE)
        return [one for one in every if one.record.at.timestamp() >= begin]


@contextmanager
def make_stage(jobs: int) -> Iterator[Stage]:
    """A stage with so many jobs, the first of the scenario `hundred`; it is gone at the end."""
    with ExitStack() as stack:
        temporary = TemporaryDirectory(prefix="zcbulk-benchmark-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(temporary))
        simulator = stack.enter_context(
            SimulatorProcess(environment(folder / "of-the-simulator"), scenario="hundred")
        )
        simulator.read_no_more()
        env = environment(
            folder / "home", base_url=simulator.base_url, token=simulator.token, config=_CONFIG
        )
        urls = dict(list(simulator.urls.items())[:jobs])
        stage = Stage(simulator, folder / "home", env, list(urls.values()))
        with stage.memory() as database:
            WatchList(database, PROFILE).add_all(
                WatchedJob(
                    parse_job_url(url, base_url=simulator.base_url), label, datetime.now(UTC)
                )
                for label, url in urls.items()
            )
        yield stage


def name_of(session: PtySession) -> str:
    """What other windows call the dashboard on this terminal."""
    return str(Path(f"/proc/{session.pid}/fd/0").readlink().relative_to("/dev"))
