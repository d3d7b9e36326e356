"""A real shell on a pseudo-terminal, in which somebody types and presses the tab key."""

import fcntl
import os
import select
import shutil
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.commands import PATIENCE
from zcbulk_tui.cli.completion import SCRIPTS

PROMPT = "ready> "

_SCRIPTS = Path(__file__).parents[3] / "zcbulk_tui" / "completions"

_BEGIN = {
    "bash": ("--norc", "--noprofile", "-i"),
    "zsh": ("-f", "-i"),
    "fish": ("--no-config", "-i"),
}

_SET_UP = {
    "bash": "source {script}\nPS1='{prompt}'\n",
    "zsh": "fpath=({folder} $fpath); autoload -U compinit; compinit -D -u; PS1='{prompt}'\n",
    "fish": "source {script}; function fish_prompt; printf '{prompt}'; end\n",
}

# What completes a word runs the program; what was typed at last is written down.
_PROGRAM = """\
#!/bin/sh
case $1 in
  __complete) exec {python} -m zcbulk_tui "$@" ;;
esac
printf '%s\\0' "$@" > "$HOME/typed.new" && mv "$HOME/typed.new" "$HOME/typed"
"""


class Shell:
    """A shell that is ready for a line.

    Args:
        terminal: The side of the terminal at which somebody types.
        home: Their home, in which they are.
    """

    def __init__(self, terminal: int, home: Path) -> None:
        self._terminal = terminal
        self._typed = home / "typed"
        self._ends_at = 0.0

    def run(self, line: str) -> list[str]:
        """Types a line and the return key; returns the arguments that ``zcbulk-tui`` got."""
        self._typed.unlink(missing_ok=True)
        self._ends_at = time.monotonic() + PATIENCE
        os.write(self._terminal, f"{line}\r".encode())
        shown = ""
        while not self._typed.exists() or PROMPT not in shown.rpartition("\n")[2]:
            shown += self.read()
        return self._typed.read_text(encoding="utf-8").split("\0")[:-1]

    def read(self) -> str:
        """Returns what it shows next.

        Raises:
            TimeoutError: Nothing, for a long time.
        """
        left = self._ends_at - time.monotonic()
        if not select.select([self._terminal], [], [], max(left, 0))[0]:
            raise TimeoutError("The shell shows nothing")
        return os.read(self._terminal, 65536).decode(errors="replace")

    def set_up(self, line: str) -> None:
        """Types the first line; returns when the prompt of these tests is there."""
        self._ends_at = time.monotonic() + PATIENCE
        os.write(self._terminal, line.encode())
        shown = ""
        while f"\n{PROMPT}" not in shown.replace("\r", "\n"):
            shown += self.read()


@contextmanager
def opened(name: str, home: Path, env: Mapping[str, str]) -> Iterator[Shell]:
    """Opens a shell in somebody's home, with their ``zcbulk-tui`` and its completions.

    Args:
        name: Of the shell.
        home: Their home.
        env: Their environment.
    """
    folder = home / "bin"
    folder.mkdir()
    program = folder / "zcbulk-tui"
    program.write_text(_PROGRAM.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    found = shutil.which(name)
    assert found is not None
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [found, *_BEGIN[name]],
        env={**env, "PATH": f"{folder}:{env['PATH']}", "TERM": "dumb"},
        cwd=home,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # fish insists on it
    )
    os.close(theirs)
    try:
        shell = Shell(ours, home)
        shell.set_up(
            _SET_UP[name].format(script=_SCRIPTS / SCRIPTS[name], folder=_SCRIPTS, prompt=PROMPT)
        )
        yield shell
    finally:
        process.kill()
        process.wait(PATIENCE)
        with suppress(OSError):
            os.close(ours)
