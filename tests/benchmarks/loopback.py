"""The handle on the simulator that runs in a process of its own."""

import json
import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any, Literal, Self

from tests.benchmarks.pty_session import MeasurementError

ROOT = Path(__file__).parents[2]

Stage = Literal["hundred", "running", "ending", "finished", "soak"]

_STATUS_CALL = "GET"


class Loopback:
    """A simulator over HTTP on this machine, for as long as its context lasts.

    Args:
        stage: See `loopback_server.make_creator`.
        jobs: How many; `hundred` has its own hundred.

    Attributes:
        base_url: Where it is.
        token: The access token that it takes.
        code: What a self client signs in with, once and soon.
        jobs: What it says of its jobs: `id`, `label`, `form` and more.
    """

    def __init__(self, stage: Stage, jobs: int = 100) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.loopback_server", stage, str(jobs)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A ctrl+c is for the benchmark, which then ends this one in its turn.
            start_new_session=True,
        )
        assert self._process.stdout is not None
        greeting = self._process.stdout.readline()
        if not greeting:
            raise MeasurementError("The simulator did not start")
        hello = json.loads(greeting)
        self.base_url: str = hello["base_url"]
        self.token: str = hello["token"]
        self.code: str = hello["code"]
        self.jobs: list[dict[str, Any]] = self._get("/simulator/jobs")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def calls(self) -> list[dict[str, Any]]:
        """The calls so far, oldest first: `time` (seconds since the epoch), `path`, `status`."""
        log: list[dict[str, Any]] = self._get("/simulator/log")
        return [call for call in log if call["method"] == _STATUS_CALL]

    def refusals(self) -> int:
        """How many of them were refused, as by the limit of 50 a minute."""
        answers = Counter(call["status"] for call in self.calls())
        return answers.total() - answers[200]

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(self.base_url + path, timeout=30) as answer:
            return json.load(answer)
