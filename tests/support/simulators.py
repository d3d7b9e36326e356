"""The project's own stand-in for Zoho, in this process or as one of its own."""

import json
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from http.client import HTTPConnection
from types import TracebackType
from typing import Any, Self

from tests.support.commands import CANARY, PATIENCE, PROGRAM
from zcbulk_tui.simulator.accounts import Accounts
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.jobs import Job
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import (
    LoopbackServer,
    describe_jobs,
    describe_log,
    describe_sign_ins,
)
from zcbulk_tui.simulator.tokens import TOKEN_LIFE


def labelled(creator: Creator, label: str) -> Job:
    """The job of that label."""
    return next(job for job in creator.jobs.values() if job.label == label)


def url_of(server: LoopbackServer, job: Job) -> str:
    """A job's status URL."""
    return f"{server.base_url}{job.path}"


def commands_sent(creator: Creator) -> list[tuple[str, str | None]]:
    """Method and action of every call that was to start or abort a job."""
    return [(entry.method, entry.action) for entry in creator.log if entry.method != "GET"]


class Simulator(ABC):
    """What a test sees of a simulator beside what it answers.

    Attributes:
        base_url: Of the API, and of the accounts server.
        token: An access token.
        urls: The jobs' URLs by label.
    """

    base_url: str
    token: str
    urls: dict[str, str]

    @abstractmethod
    def jobs(self) -> list[dict[str, Any]]:
        """The jobs as they really stand."""

    @abstractmethod
    def log(self) -> list[dict[str, Any]]:
        """The calls so far."""

    @abstractmethod
    def sign_ins(self) -> list[dict[str, Any]]:
        """The calls to the accounts server so far."""

    def states(self) -> dict[str, str]:
        """The jobs' states by label."""
        return {job["label"]: job["state"] for job in self.jobs()}

    def commands(self) -> list[tuple[str, str]]:
        """Last digits of the job and action of every call that was to start or abort one."""
        return [
            (entry["path"][-4:], entry["action"])
            for entry in self.log()
            if entry["method"] != "GET"
        ]


class SimulatorThread(Simulator):
    """The steady scenario in this process, which takes a fraction of the time of one of its own."""

    def __init__(self, creator: Creator, base_url: str) -> None:
        self._creator = creator
        self.base_url = base_url
        self.token = CANARY
        self.urls = {job["label"]: job["url"] for job in self.jobs()}

    @classmethod
    @contextmanager
    def serving(cls, *, token_life: float = TOKEN_LIFE) -> Iterator[Self]:
        """Serves until the context ends.

        Args:
            token_life: Seconds that an access token of a sign-in holds.
        """
        accounts = partial(Accounts, token_life=token_life)
        creator = build("steady", token=CANARY, accounts=accounts)
        with LoopbackServer(creator) as server:
            yield cls(creator, server.base_url)

    @property
    def accounts(self) -> Accounts:
        """Its accounts server."""
        return self._creator.accounts

    def jobs(self) -> list[dict[str, Any]]:
        """The jobs as they really stand."""
        return describe_jobs(self._creator, self.base_url)

    def log(self) -> list[dict[str, Any]]:
        """The calls so far."""
        return describe_log(self._creator)

    def sign_ins(self) -> list[dict[str, Any]]:
        """The calls to the accounts server so far."""
        return describe_sign_ins(self._creator)


class SimulatorProcess(Simulator):
    """``zcbulk-tui simulator`` until the context ends.

    Args:
        environment: All of its environment.
        scenario: What to play.
        port: Where; 0 for any free port.
        arguments: More for its command line.

    Attributes:
        accounts_url: As it printed it, as all others.
        welcome: All that it printed at first.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        scenario: str = "steady",
        port: int = 0,
        arguments: Sequence[str] = (),
    ) -> None:
        self.welcome: list[str] = []
        self.urls: dict[str, str] = {}
        self._process = subprocess.Popen(
            [*PROGRAM, "simulator", "--port", str(port), "--scenario", scenario, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            self._line()
            self.base_url = self._line().removeprefix("export ZCBULK_BASE_URL=")
            self.accounts_url = self._line().removeprefix("export ZCBULK_ACCOUNTS_URL=")
            self.token = self._line().removeprefix("export ZCBULK_ACCESS_TOKEN=")
            while self._line() != "# The jobs:":  # before it: how to sign in
                assert self._process.poll() is None
            for _ in self.jobs():
                url, _, label = self._line().partition("  ")
                self.urls[label.rpartition(" (")[0]] = url
        except BaseException:  # whatever it is, the process must not stay
            self.kill()
            raise

    def _line(self) -> str:
        assert self._process.stdout is not None
        self.welcome.append(self._process.stdout.readline().rstrip("\n"))
        return self.welcome[-1]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.base_url.rpartition(":")[2])

    def signal(self, number: int) -> None:
        """Sends it a signal."""
        self._process.send_signal(number)

    def read_no_more(self) -> None:
        """Closes the pipe that takes its lines."""
        assert self._process.stdout is not None
        self._process.stdout.close()

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self._process.communicate()

    def end(self) -> tuple[int, str, str]:
        """Waits for its end; returns its exit code, the rest of its output, and its complaints."""
        out, err = self._process.communicate(timeout=PATIENCE)
        return self._process.returncode, out, err

    def jobs(self) -> list[dict[str, Any]]:
        """The jobs as they really stand."""
        return self._look("jobs")

    def log(self) -> list[dict[str, Any]]:
        """The calls so far."""
        return self._look("log")

    def sign_ins(self) -> list[dict[str, Any]]:
        """The calls to the accounts server so far."""
        return self._look("sign-ins")

    def _look(self, at: str) -> list[dict[str, Any]]:
        # Not by httpx, which reads all certificates for each call.
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with closing(connection):
            connection.request("GET", f"/simulator/{at}")
            found: list[dict[str, Any]] = json.load(connection.getresponse())
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(ProcessLookupError, ValueError):  # it has ended already
            self.kill()
