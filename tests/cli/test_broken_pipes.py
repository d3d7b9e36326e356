"""A reader that goes, as ``head -1`` does: no word about it, no traceback, the usual code."""

import os
import shlex
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.filled import ENDED, RUNNING, busy_day
from tests.cli.remembering import database
from tests.support.commands import CANARY, PATIENCE, PROGRAM, environment
from zcbulk_tui.cli.main import main
from zcbulk_tui.config import paths

_GONE = 128 + 13
"""As others end whose reader has gone."""

ENTRIES = 1_500
"""Of the log: more than a pipe holds, as text and as JSON."""

PRINTING: tuple[tuple[str, ...], ...] = (
    ("log",),
    ("log", "--json"),
    ("log", "--format", "{at} {line:<60}"),
    ("log", "--color", "always"),
    ("jobs", "list"),
    ("jobs", "list", "--json"),
    ("status", ENDED),
    ("status", ENDED, "--json"),
    ("history", RUNNING),
    ("history", RUNNING, "--json"),
    ("failures", ENDED, "--rows", "5"),
    ("failures", ENDED, "--json"),
    ("results", "list"),
    ("results", "list", "--json"),
    ("queue",),
    ("queue", "--json"),
    ("budget",),
    ("budget", "--json"),
    ("schema",),
    ("schema", "status"),
    ("jobs", "export"),
    ("config", "show", "--json"),
    ("status", "--format", "help"),
    ("--help",),
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of somebody with a long log; it is read only."""
    home = tmp_path_factory.mktemp("full")
    with busy_day(home), database(home) as opened, opened.transaction() as connection:
        connection.executemany(
            "INSERT INTO events (profile, at, by_window, kind, text)"
            " SELECT 'default', max(at), 0, 'pace', ? FROM events",
            [(f"{'x' * 60} {number}",) for number in range(ENTRIES)],
        )
    return home


class OneLine:
    """The reading end of a pipe, closed after one line; the writing end is for the command."""

    def __init__(self) -> None:
        self._reads, writes = os.pipe()
        self.stream = os.fdopen(writes, "w", encoding="utf-8")
        self.line = b""
        self._thread = Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        with os.fdopen(self._reads, "rb", buffering=0) as stream:
            self.line = stream.readline()

    def close(self) -> None:
        with suppress(BrokenPipeError):  # what was left to be written has no reader
            self.stream.close()
        self._thread.join(PATIENCE)


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_every_command_that_prints(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    full: Path,
    arguments: tuple[str, ...],
) -> None:
    monkeypatch.setenv(paths.STATE_DIR, str(full / "state"))
    pipe = OneLine()
    with monkeypatch.context() as streams:
        streams.setattr(sys, "stdout", pipe.stream)
        code = main(arguments)
    pipe.close()
    assert pipe.line.endswith(b"\n")
    assert capsys.readouterr().err == ""
    # What the pipe has taken before its reader went is written, as far as anybody can tell.
    assert code == _GONE if arguments[0] == "log" else code in (0, _GONE)


def test_in_a_shell(full: Path) -> None:
    command = shlex.join([*PROGRAM, "log"])
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -1; echo ${{PIPESTATUS[0]}}"],
        env=environment(full, token=CANARY),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 2
    assert done.stdout.endswith(f"\n{_GONE}\n")
