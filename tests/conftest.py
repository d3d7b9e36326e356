"""What holds for every test."""

import gc
import importlib
import os
import shutil
import signal
import sys
import tempfile
from collections import deque
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.commands import NO_KEYRING
from tests.support.properties import load_profile

load_profile()

# One kind of terminal for all apps of a process: Rich keeps the codes of a style once it has made
# them for one kind.
os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
os.environ.pop("NO_COLOR", None)

# The command line speaks English, and argparse looks for no translation of each of its words: the
# looks cost an eighth of the time of the commands.
os.environ["LANGUAGE"] = "C"

# httpcore looks for it with each lock that it makes, on the disk each time where it is not there.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # an import of it fails at once

# Databases are written thousands of times, and each time the disk's answer is waited for: memory
# answers at once.
_MEMORY = Path("/dev/shm")
if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 2**31:
    tempfile.tempdir = str(_MEMORY)

# What starts this in the background may have it ignore these, and so all that it starts.
for _number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(_number) is signal.SIG_IGN:
        _is_ctrl_c = _number == signal.SIGINT
        signal.signal(_number, signal.default_int_handler if _is_ctrl_c else signal.SIG_DFL)


def pytest_xdist_auto_num_workers() -> int:
    """Two more processes than cores: many tests wait for a terminal or for a screen."""
    return (os.cpu_count() or 1) + 2


_LONGEST = ("tests/terminal/", "tests/cli/test_headless.py")
"""Where the tests are that take many seconds each."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Has each process import a part of the tests before it collects all of them.

    All are compiled in the first run, which takes three times as long as to collect them. As all
    processes collect in the same order, each would compile all.
    """
    if not _is_whole_run(session):
        return
    number, processes = _place_among_processes()
    files = sorted(Path(__file__).parent.rglob("test_*.py"))
    for file in files[len(files) * number // processes : len(files) * (number + 1) // processes]:
        names = file.relative_to(session.config.rootpath).with_suffix("").parts
        with suppress(Exception):  # whatever it is, it is reported where the file is collected
            importlib.import_module(".".join(names))


def _place_among_processes() -> tuple[int, int]:
    """The number of this process, from 0, and how many there are."""
    name = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return int(name[2:]), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Has every second process begin with the longest tests, which mostly wait.

    So none of them runs alone at the end. At first each process has an equal part of the tests,
    one after the other.
    """
    _, processes = _place_among_processes()
    long = [item for item in items if item.nodeid.startswith(_LONGEST)]
    short = deque(item for item in items if not item.nodeid.startswith(_LONGEST))
    ordered: list[pytest.Item] = []
    for number in range(processes):
        size = (len(items) - len(ordered)) // (processes - number)
        part = [] if number % 2 else long[number // 2 :: (processes + 1) // 2]
        part += [short.popleft() for _ in range(min(size - len(part), len(short)))]
        ordered += part
    items[:] = [*ordered, *short]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Prepares what many tests of this process share, and what those of all processes do."""
    if _is_whole_run(session):
        _look_up_for_hypothesis()
    _look_for_less_garbage()


def _is_whole_run(session: pytest.Session) -> bool:
    args: list[str] = session.config.args
    return _place_among_processes()[1] > 1 and args == session.config.getini("testpaths")


def _look_up_for_hypothesis() -> None:
    """Has each process look up a part of what Hypothesis keeps on the disk for the next run.

    That is which characters there are, and the constants in the modules of the package. In the
    first run each process would look up all of it, while all others do.
    """
    number, processes = _place_among_processes()
    modules = sorted(name for name in sys.modules if name.startswith("zcbulk_tui"))
    with suppress(ImportError, AttributeError):  # other releases of it may do that in another way
        from hypothesis.internal import charmap, constants_ast  # not where tests do without it

        if number == 0:
            charmap.intervals_from_codec("utf-8")
        for name in modules[number - 1 :: processes - 1] if number else ():
            constants_ast.constants_from_module(sys.modules[name])


def _look_for_less_garbage() -> None:
    """Looks for garbage less often, and not at all among what stays to the end of the run.

    Each test makes much that is soon gone; the looks cost a fifth of all time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(autouse=True)
def nothing_of_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the configuration, the state, a token or the keyring of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("ZCBULK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", NO_KEYRING)
