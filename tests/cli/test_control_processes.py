"""``start`` and ``abort`` as real processes: pairs that begin at once, and signals.

They take seconds, since only processes of their own share nothing but the files.
"""

import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.commands import PATIENCE, PROGRAM, environment
from tests.support.jobs import URL
from tests.support.simulators import commands_sent, labelled, url_of
from tests.support.stub_server import Silence, StubServer
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.errors import UnclearError
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import FILE_NAME, open_database

TOKEN = "1000.of.the.simulator"


def begun(url: str, env: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*PROGRAM, "start", url, "--yes"],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def recorded(home: Path) -> list[ControlRecord]:
    with closing(open_database(home / "state" / FILE_NAME)) as database:
        log = Archive(database, "default").log()
    return [entry for entry in log if isinstance(entry, ControlRecord)]


def test_of_two_that_begin_at_once_in_a_fresh_home_one_sends_it(tmp_path: Path) -> None:
    creator = build("steady", token=TOKEN)
    with LoopbackServer(creator) as server:
        url = url_of(server, labelled(creator, "Price list"))
        env = environment(tmp_path, base_url=server.base_url, token=TOKEN)
        both = [begun(url, env), begun(url, env)]
        said = [process.communicate(timeout=PATIENCE)[0].decode() for process in both]
    assert commands_sent(creator) == [("PATCH", "start")], said
    # On a slow machine the status may show the effect before the answer is written down: then what
    # the other one reads proves nothing yet, and it says so.
    codes, words = sorted(process.returncode for process in both), "".join(said)
    assert (codes, "was accepted at" in words) in (([0, 2], True), ([0, 4], False)), said
    (record,) = recorded(tmp_path)
    assert record.command.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_is_ended_while_it_waits_leaves_it_unclear_at_once(
    tmp_path: Path, number: signal.Signals
) -> None:
    with StubServer([Silence()]) as server:
        env = environment(tmp_path, base_url=server.url, token=TOKEN)
        process = begun(URL, env)
        until = time.monotonic() + PATIENCE
        while not server.requests and time.monotonic() < until:
            time.sleep(0.01)  # another process sends it, and no event of this one tells
        process.send_signal(number)
        said = process.communicate(timeout=PATIENCE)[0].decode()
    assert process.returncode == 128 + number, said
    assert "is not known" in said
    (record,) = recorded(tmp_path)
    assert record.command.is_unclear
    assert isinstance(record.command.error, UnclearError)
