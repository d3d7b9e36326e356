"""Somebody who probes a server of one personality, and the server: see `probe`."""

import subprocess
import tempfile
import threading
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, Self

from tests.benchmarks.pty_session import MeasurementError
from tests.support.commands import PROGRAM, Ended, environment
from tests.support.simulators import SimulatorProcess
from zcbulk_tui.config import secrets
from zcbulk_tui.simulator.accounts import CLIENT_ID, CLIENT_SECRET
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.jobs import APP, OWNER
from zcbulk_tui.simulator.messages import LogEntry
from zcbulk_tui.simulator.personalities import PERSONALITIES
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.server import LoopbackServer, describe_jobs, describe_log

FORM = "Scratch"
ENVIRONMENT = "development"

_PATIENCE = 900.0
"""Seconds within which a whole probe has ended."""

_HELD = 60.0
"""Seconds for which an answer is held back; who waits for it is killed at once."""


class Server(Protocol):
    """A simulator, in whatever process."""

    base_url: str

    def log(self) -> list[dict[str, Any]]:
        """Returns the calls so far."""

    def jobs(self) -> list[dict[str, Any]]:
        """Returns the jobs as they really stand."""


class HoldingServer:
    """A simulator in this process, which can hold back an answer.

    Args:
        personality: Its own.

    Attributes:
        is_held: Whether a call was carried out whose answer is held back.
    """

    def __init__(self, personality: str) -> None:
        self.is_held = threading.Event()
        self._creator = build("steady", personality=PERSONALITIES[personality])
        self._creator.on_call = self._note
        self._is_held: Callable[[LogEntry], bool] = lambda _: False
        self._served = LoopbackServer(self._creator)
        self.base_url = self._served.base_url

    def hold(self, *, creates: bool) -> None:
        """Holds the next answer back, that to a create or that to another call."""
        self.is_held.clear()
        self._is_held = lambda entry: (entry.action == "create") is creates
        calls = frozenset(call for call in Call if (call is Call.CREATE) is creates)
        self._creator.inject(Fault(delay=_HELD, calls=calls, times=1))

    def _note(self, entry: LogEntry) -> None:
        if self._is_held(entry):
            self.is_held.set()

    def log(self) -> list[dict[str, Any]]:
        """Returns the calls so far."""
        return describe_log(self._creator)

    def jobs(self) -> list[dict[str, Any]]:
        """Returns the jobs as they really stand."""
        return describe_jobs(self._creator, self.base_url)

    def __enter__(self) -> Self:
        self._served.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._served.close()


class Account:
    """A server of one personality, and somebody who has signed in to it.

    Args:
        folder: An empty one.
        server: The simulator.
        scopes: Those of the sign-in.

    Attributes:
        server: The simulator.
        home: Their home folder.
        names: What a report must not hold.
        processes: Probes that were started.
    """

    def __init__(self, folder: Path, server: Server, scopes: Sequence[str]) -> None:
        self.server = server
        self.processes = 0
        self.home = folder / "home"
        self._report = folder / "report.txt"
        self._environment = environment(
            self.home,
            base_url=server.base_url,
            ZCBULK_ACCOUNTS_URL=server.base_url,
            ZCBULK_SECRETS="file",
        )
        self._sign_in(scopes)
        self.names = frozenset(
            {
                OWNER,
                APP,
                FORM,
                f":{server.base_url.rpartition(':')[2]}",
                "@zylker",
                CLIENT_ID,
                str(folder),
            }
        )

    def _sign_in(self, scopes: Sequence[str]) -> None:
        query = urllib.parse.urlencode({"scope": ",".join(scopes)})
        url = f"{self.server.base_url}/simulator/grant-code?{query}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            code = answer.read()
        subprocess.run(
            [*PROGRAM, "login", "--self-client"],
            input=code,
            env={
                **self._environment,
                "ZCBULK_CLIENT_ID": CLIENT_ID,
                secrets.CLIENT_SECRET: CLIENT_SECRET,
            },
            check=True,
            capture_output=True,
            timeout=60,
        )

    def start(self, *more: str) -> subprocess.Popen[str]:
        """Starts a probe, or goes on with it."""
        self.processes += 1
        form = ("--form", FORM, "--owner", OWNER, "--app", APP, "--environment", ENVIRONMENT)
        return subprocess.Popen(
            [*PROGRAM, "doctor", "--probe", *form, "--yes", "--report", str(self._report), *more],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *more: str) -> Ended:
        """Probes until the process ends by itself.

        Raises:
            MeasurementError: It did nothing, or never ends.
        """
        return self.wait(self.start(*more))

    def wait(self, process: subprocess.Popen[str]) -> Ended:
        """Waits for the end of a process.

        Raises:
            MeasurementError: It did nothing, or never ends.
        """
        try:
            out, err = process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired as error:
            process.kill()
            out, err = process.communicate()
            raise MeasurementError(f"The probe never ends: {out[-2000:]}{err[-2000:]}") from error
        if process.returncode == 2:
            raise MeasurementError(f"The probe did not begin: {err}")
        return Ended(process.returncode, out, err)

    def calls(self) -> int:
        """How many came so far."""
        return len(self.server.log())

    def report(self) -> str:
        """What the probe wrote for others; empty where there is nothing."""
        return self._report.read_text("utf-8") if self._report.exists() else ""


@contextmanager
def account(personality: str, scopes: Sequence[str], *, holds: bool) -> Iterator[Account]:
    """An account at a server of that personality, for as long as the context lasts."""
    with tempfile.TemporaryDirectory(
        prefix="zcbulk-benchmark-", ignore_cleanup_errors=True
    ) as folder:
        arguments = ("--personality", personality)
        with (
            HoldingServer(personality)
            if holds
            else SimulatorProcess(environment(Path(folder, "server")), arguments=arguments)
        ) as server:
            yield Account(Path(folder), server, scopes)
