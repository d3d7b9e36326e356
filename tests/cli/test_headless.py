"""The headless commands in real shells, over a simulator in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support import json_outputs
from tests.support.commands import AS_USERS_HAVE_IT, PATIENCE, environment
from tests.support.simulators import SimulatorProcess

_OUTAGE_ENDS = 52
"""Seconds of the simulator after which nothing is lost any more."""

SCRIPT = Path(__file__).with_name("headless.sh")
ROOT = Path(__file__).parents[2]

JOBS = {
    "CUSTOMERS": "Customers 2019-24",
    "LEADS": "Leads spring fair",
    "REGIONS": "Regions",
    "STOCK": "Stock",
}

CODES = {"INT": 130, "TERM": 143}
"""How each stream of JSON ends."""


@contextmanager
def simulated(folder: Path, *, speed: int) -> Iterator[SimulatorProcess]:
    """The demo, so many times as fast; its outage is over."""
    env = environment(folder / "of-the-simulator")
    with SimulatorProcess(env, scenario="demo", arguments=["--speed", str(speed)]) as running:
        time.sleep(_OUTAGE_ENDS / speed)
        yield running


def run(shell: str, sections: list[str], simulator: SimulatorProcess, folder: Path) -> list[str]:
    """Runs sections of the script; returns its lines."""
    out, file = folder / "out", folder / "contacts.csv"
    out.mkdir()
    file.write_text("Email,Company\na@b.co,Acme\nb@b.co,Acme\n", encoding="utf-8")
    env = environment(
        folder / "home",
        base_url=simulator.base_url,
        token=simulator.token,
        PYTHON=sys.executable,
        PYTHONPATH=f"{AS_USERS_HAVE_IT}{os.pathsep}{ROOT}",
        OUT=str(out),
        FILE=str(file),
        **{name: simulator.urls[label] for name, label in JOBS.items()},
    )
    done = subprocess.run(
        [shell, SCRIPT, *sections],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout.splitlines()


def path_of(shell: str) -> str:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"There is no {shell} here")
    return found


def test_commands_in_bash_and_in_cron(tmp_path: Path) -> None:
    with simulated(tmp_path, speed=2400) as simulator:
        lines = run(path_of("bash"), ["commands", "cron"], simulator, tmp_path)
    assert [line.split()[0] for line in lines] == ["ok"] * 5
    (inserted,) = json.loads((tmp_path / "out" / "insert.json").read_text(encoding="utf-8"))
    assert (inserted["stage"], inserted["records"]) == ("over", 2)


def test_each_end_has_its_code_and_each_line_of_json_is_as_the_schema_says(tmp_path: Path) -> None:
    with simulated(tmp_path, speed=120) as simulator:
        lines = run(path_of("sh"), ["signals", "ends", "pipes"], simulator, tmp_path)
    assert [line.split()[0] for line in lines] == ["ok"] * 7
    for name, code in CODES.items():
        stream = tmp_path / "out" / f"{name}.jsonl"
        printed: list[dict[str, Any]] = [
            json.loads(line) for line in stream.read_text(encoding="utf-8").splitlines()
        ]
        for each in printed:
            json_outputs.check_value("wait", each)
        assert [it["exit_code"] for it in printed] == [None] * (len(printed) - 1) + [code]
        assert int(stream.with_suffix(".code").read_text()) == code
        assert printed[-1]["event"] == "interrupted"


def test_the_script_is_plain_posix() -> None:
    dash = shutil.which("dash") or path_of("sh")
    done = subprocess.run([dash, "-n", SCRIPT], env=os.environ, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
