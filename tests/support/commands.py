"""The ``zcbulk-tui`` command: in this process, or as one of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import json_outputs
from zcbulk_tui.cli.main import main
from zcbulk_tui.config import paths, secrets
from zcbulk_tui.simulator.jobs import APP, OWNER

PROGRAM = (sys.executable, "-m", "zcbulk_tui")

CANARY = "1000.canary.5ecre7"
"""An access token that must not be seen anywhere."""

NO_KEYRING = "keyring.backends.fail.Keyring"
"""A keyring that keeps nothing, so that no test touches that of a user."""

AS_USERS_HAVE_IT = str(Path(__file__).with_name("without_click"))
"""For a process's PYTHONPATH: takes away what only tools of developers bring."""

PATIENCE = 30.0
"""Seconds within which every process has done what it should; a busy machine needs some."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command left behind.

    Attributes:
        code: Exit code.
        out: What it wrote to its standard output.
        err: What it wrote to its standard error.
    """

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of its standard error."""
        return self.err.splitlines()


def lead_to(
    monkeypatch: pytest.MonkeyPatch, server: str, token: str, form: str, environment: str = ""
) -> None:
    """Has the settings lead to a form of the simulator's application, and a token for it."""
    settings = {
        "BASE_URL": server,
        "ACCESS_TOKEN": token,
        "OWNER": OWNER,
        "APP": APP,
        "FORM": form,
        "ENVIRONMENT": environment,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"ZCBULK_{name}", value)


class CommandLine:
    """Runs commands in this process; for the arguments see `__call__`."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Ended:
        """Runs ``zcbulk-tui`` with these arguments; JSON that it prints is as its schema says."""
        try:
            code = main(arguments)
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        printed = self._capsys.readouterr()
        if printed.out and json_outputs.is_described(arguments):
            json_outputs.check(json_outputs.schema_of(arguments), printed.out)
        return Ended(code, printed.out, printed.err)


def environment(
    home: Path, *, base_url: str = "", token: str = "", config: str = "", **more: str
) -> dict[str, str]:
    """All of the environment of a process: that of somebody who has nothing but a home.

    Args:
        home: Their home; the state folder is in it.
        base_url: Of the server; empty for Zoho's.
        token: The access token; empty for none.
        config: Content of a configuration file; empty for none.
        more: Other variables.
    """
    home.mkdir(parents=True, exist_ok=True)
    found = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONPATH": AS_USERS_HAVE_IT,
        "TERM": "xterm-256color",
        "PYTHON_KEYRING_BACKEND": NO_KEYRING,
        paths.STATE_DIR: str(home / "state"),
        "ZCBULK_BASE_URL": base_url,
        secrets.ACCESS_TOKEN: token,
        **more,
    }
    if config:
        (home / "config.toml").write_text(config, encoding="utf-8")
        found[paths.CONFIG] = str(home / "config.toml")
    return {name: value for name, value in found.items() if value}


def run_process(*arguments: str, env: Mapping[str, str]) -> Ended:
    """Runs ``zcbulk-tui`` as a process that has no terminal."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
