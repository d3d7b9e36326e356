import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.simulator.support import ManualClock
from zcbulk_tui.simulator.command import run
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer

RUN_STEADY = """
import sys
from zcbulk_tui.simulator.command import run
sys.exit(run(port=0, scenario="steady", speed=1.0, seed=1))
"""


@contextmanager
def steady_command() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", RUN_STEADY],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal(stop: signal.Signals) -> None:
    with steady_command() as process:
        assert process.stdout is not None
        welcome = [process.stdout.readline().rstrip("\n") for _ in range(11)]
        base_url = welcome[1].removeprefix("export ZCBULK_BASE_URL=")
        assert base_url.startswith("http://127.0.0.1:")
        assert base_url in welcome[0]
        assert welcome[2] == "export ZCBULK_ACCESS_TOKEN=1000.simulator"
        path = "/creator/v2.1/bulk/jason18/zylker-store/form/Customers/insert/3888833000000114027"
        assert welcome[3] == f"{base_url}{path}  Customers (production)"
        assert welcome[7].endswith("Suppliers (stage)")
        headers = {
            "authorization": "Zoho-oauthtoken 1000.simulator",
            "accept": "application/json",
        }
        answer = httpx.get(base_url + path, headers=headers, trust_env=False)
        assert answer.json()["code"] == 3000
        line = process.stdout.readline()
        assert line.endswith(f" GET {path} [production] 200/3000\n")
        process.send_signal(stop)
        rest, complaints = process.communicate(timeout=5)
    assert (process.returncode, rest, complaints) == (0, "", "")


def test_a_port_in_use_is_one_clear_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with LoopbackServer(build("steady", clock=ManualClock())) as taken:
        port = int(taken.base_url.rpartition(":")[2])
        assert run(port, "steady", 1.0, 1) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"Cannot listen on 127.0.0.1:{port}: Address already in use.\n"
