"""The programs that are measured, each in an empty home of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from tests.benchmarks.loopback import ROOT, Loopback
from tests.benchmarks.pty_session import PtySession
from tests.support.commands import AS_USERS_HAVE_IT
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.simulator.accounts import CLIENT_ID, CLIENT_SECRET
from zcbulk_tui.store.database import FILE_NAME, open_database
from zcbulk_tui.store.watch_list import WatchList

_MINIMAL = str(Path(__file__).with_name("minimal_app.py"))


class Server(Protocol):
    """Where a server is, and the access token that it takes."""

    base_url: str
    token: str


class Home:
    """An empty home folder: no configuration, no watch list, unless they are made.

    Args:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": AS_USERS_HAVE_IT,
            "HOME": str(path),
            "ZCBULK_STATE_DIR": str(path / "state"),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
        }

    def connect(self, server: Server) -> None:
        """Points the dashboard to a server."""
        self._environment |= {
            "ZCBULK_BASE_URL": server.base_url,
            "ZCBULK_ACCESS_TOKEN": server.token,
        }

    def sign_in(self, server: Loopback) -> None:
        """Signs in to a server for good, so that access tokens are renewed."""
        self._environment |= {
            "ZCBULK_BASE_URL": server.base_url,
            "ZCBULK_ACCOUNTS_URL": server.base_url,
            "ZCBULK_SECRETS": "file",
        }
        client = {"ZCBULK_CLIENT_ID": CLIENT_ID, "ZCBULK_CLIENT_SECRET": CLIENT_SECRET}
        subprocess.run(
            [sys.executable, "-m", "zcbulk_tui", "login", "--self-client"],
            input=server.code.encode(),
            env=self._environment | client,
            cwd=self.path,
            check=True,
            capture_output=True,
            timeout=60,
        )

    def configure(self, text: str) -> None:
        """Makes a configuration file where the dashboard looks for one by itself."""
        folder = self.path / ".config" / "zcbulk-tui"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(text, encoding="utf-8")

    def afford_everything(self) -> None:
        """Gives the account so many calls that only the minute's limit holds polls back."""
        self.configure('[budget]\ndaily_calls = 10_000_000\npace = "eager"\n')

    def watch(self, server: Loopback, count: int, profile: str = "default") -> None:
        """Puts the first jobs of a server on the watch list of a profile."""
        first = server.jobs[0]
        _, _, _, _, owner, app, *_ = first["url"].removeprefix(server.base_url).split("/")
        now = datetime.now(UTC)
        with closing(open_database(self.path / "state" / FILE_NAME)) as database:
            WatchList(database, profile).add_all(
                WatchedJob(
                    JobRef("https://www.zohoapis.com", owner, app, job["form"], job["id"]),
                    job["label"],
                    now,
                )
                for job in server.jobs[:count]
            )

    def minimal(self) -> PtySession:
        """Starts the minimal app."""
        return self._start(sys.executable, _MINIMAL)

    def dashboard(self, *arguments: str) -> PtySession:
        """Starts the dashboard, as it is installed."""
        script = Path(sys.executable).with_name("zcbulk-tui")
        if script.exists():
            return self._start(str(script), *arguments)
        return self._start(sys.executable, "-m", "zcbulk_tui", *arguments)

    def observed(self, socket: Path, *arguments: str) -> PtySession:
        """Starts the dashboard so that it can be asked what there is in it."""
        module = ["-m", "tests.benchmarks.observed_app", str(socket)]
        return self._start(sys.executable, *module, *arguments, directory=ROOT)

    def feeder(self, jobs: int) -> PtySession:
        """Starts the dashboard's screen with the feeder behind it."""
        module = ["-m", "tests.benchmarks.feeder_app", str(jobs)]
        return self._start(sys.executable, *module, directory=ROOT)

    def _start(self, *command: str, directory: Path | None = None) -> PtySession:
        return PtySession(command, self._environment, str(directory or self.path))


@contextmanager
def home() -> Iterator[Home]:
    """A home, for as long as the context lasts."""
    # What was just killed may still be writing there.
    with TemporaryDirectory(prefix="zcbulk-benchmark-", ignore_cleanup_errors=True) as folder:
        yield Home(Path(folder))
