"""The plan of the house, proven: by the import contracts, and by what is loaded at run time."""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Set
from pathlib import Path

import grimp
import pytest

from tests.support.commands import AS_USERS_HAVE_IT
from zcbulk_tui.cli.parser import _MISTAKEN, load_command, make_parser

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "zcbulk_tui"

MOST_LINES = 500
"""Of any Python file."""

HTTP = {"httpx", "httpcore"}
MODELS = {"pydantic", "pydantic_core"}
TERMINAL = {"textual", "rich"}
DATABASE = {"sqlite3"}
KEYRING = {"keyring"}
OUTSIDE = HTTP | MODELS | TERMINAL | DATABASE | KEYRING | {"platformdirs"}

_REPORT = "\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"

_FIRST_FRAME = """\
import sys
from zcbulk_tui.cli import dashboard, demo
from zcbulk_tui.errors import UsageError
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.profile_spec import ProfileSpec
at_first_frame = []
def connect(sink):
    at_first_frame.extend(sys.modules)
    raise UsageError("That was all")
DashboardApp(ProfileSpec(connect, "TEST")).run(headless=True)
import json
print()
print(json.dumps(sorted(at_first_frame)))
"""

_COMMAND = """\
from contextlib import suppress
from zcbulk_tui.cli.main import main
with suppress(SystemExit):
    main([{!r}])
"""


def run_fresh(code: str) -> set[str]:
    """Runs code in a fresh interpreter that prints module names last; returns these."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", "PYTHONPATH": AS_USERS_HAVE_IT},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def modules_of(part: str) -> list[str]:
    """Names of all modules in a part of the package."""
    at = PACKAGE / part
    files = sorted(at.rglob("*.py")) if at.is_dir() else [at.with_suffix(".py")]
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    assert names
    return [name.removesuffix(".__init__") for name in names]


def parts_loaded(loaded: set[str]) -> set[str]:
    """The parts of this package among loaded modules."""
    return {name.split(".")[1] for name in loaded if name.startswith("zcbulk_tui.")}


@pytest.mark.parametrize(
    ("part", "absent", "allowed"),
    [
        pytest.param("errors", {*OUTSIDE, "asyncio"}, {"errors"}, id="errors"),
        pytest.param("domain", {*OUTSIDE, "asyncio"}, {"domain", "errors"}, id="domain"),
        pytest.param("render", {*OUTSIDE, "asyncio"}, {"render", "domain", "errors"}, id="render"),
        pytest.param(
            "data",
            {*OUTSIDE, "asyncio"},
            {"data", "domain", "user_files", "errors"},
            id="data",
        ),
        pytest.param(
            "monitor",
            OUTSIDE,
            {"monitor", "store", "domain", "user_files", "errors"},
            id="monitor",
        ),
        pytest.param("creator", TERMINAL, {"creator", "domain", "errors"}, id="creator"),
        pytest.param(
            "channels", TERMINAL, {"channels", "creator", "domain", "errors"}, id="channels"
        ),
        pytest.param(
            "store",
            HTTP | MODELS | TERMINAL | DATABASE | KEYRING,
            {"store", "domain", "user_files", "errors"},
            id="store",
        ),
        pytest.param(
            "config",
            HTTP | TERMINAL | KEYRING,
            {"config", "domain", "user_files", "errors"},
            id="config",
        ),
        pytest.param(
            "tui",
            HTTP | MODELS | DATABASE,
            {"tui", "monitor", "store", "render", "domain", "user_files", "errors"},
            id="tui",
        ),
        pytest.param("simulator", TERMINAL | MODELS, {"simulator"}, id="simulator"),
    ],
)
def test_what_a_part_loads(part: str, absent: set[str], allowed: set[str]) -> None:
    names = modules_of(part)
    loaded = run_fresh(f"import {', '.join(names)}{_REPORT}")
    assert loaded >= set(names)
    assert loaded & absent == set()
    assert parts_loaded(loaded) <= allowed


def test_the_model_of_the_screen_loads_no_terminal() -> None:
    names = {
        *(
            "alerting",
            "availability",
            "job_edit",
            "job_results",
            "job_rows",
            "notices",
            "pasted_jobs",
            "profile_spec",
        ),
        *("profile_view", "result_news"),
        *("inserting", "job_edit", "night_form", "question", "questions", "queue_actions"),
        *("removal", "workspace"),
        "chain_lines",
    }
    loaded = run_fresh("".join(f"import zcbulk_tui.tui.{name}\n" for name in names) + _REPORT)
    assert loaded & OUTSIDE == set()
    assert {name.split(".")[2] for name in loaded if name.startswith("zcbulk_tui.tui.")} == names


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_what_a_glance_at_the_command_loads(option: str) -> None:
    loaded = run_fresh(_COMMAND.format(option) + _REPORT)
    assert "zcbulk_tui.cli.parser" in loaded
    assert loaded & {*OUTSIDE, "asyncio"} == set()
    assert parts_loaded(loaded) <= {"cli", "render", "domain", "errors"}


def test_what_is_loaded_when_the_first_frame_is_out() -> None:
    loaded = run_fresh(_FIRST_FRAME)
    assert loaded >= {"zcbulk_tui.cli.dashboard", "zcbulk_tui.cli.demo"}
    assert "zcbulk_tui.tui.screens.watch" in loaded
    assert loaded & (HTTP | MODELS | DATABASE | KEYRING) == set()
    assert parts_loaded(loaded) & {"creator", "simulator"} == set()


def test_the_command_without_a_screen_loads_no_screen() -> None:
    loaded = run_fresh(f"import zcbulk_tui.cli.status, zcbulk_tui.cli.control{_REPORT}")
    assert loaded & TERMINAL == set()
    assert "tui" not in parts_loaded(loaded)


def test_what_commands_about_a_file_load() -> None:
    loaded = run_fresh(f"import zcbulk_tui.cli.check, zcbulk_tui.cli.failures{_REPORT}")
    assert loaded & {*HTTP, *MODELS, *TERMINAL, *DATABASE, *KEYRING, "asyncio"} == set()


def test_every_command_has_a_module_with_its_arguments() -> None:
    commands = next(it.choices for it in make_parser()._actions if isinstance(it.choices, dict))
    for command in (None, *(name for name in commands if name not in _MISTAKEN)):
        module = load_command(command)
        if command is not None:
            assert callable(module.add_arguments)
        assert callable(module.run)


def test_no_file_imports_itself_by_way_of_others() -> None:
    graph = grimp.build_graph("zcbulk_tui", cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert len(imports) > 100
    assert circles(imports) == []


def circles(imports: Mapping[str, Set[str]]) -> list[list[str]]:
    """The modules that import one another, late or for types only, too (Tarjan's algorithm)."""
    found: list[list[str]] = []
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        path.append(name)
        for other in imports[name]:
            if other not in order:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in path:
                lowest[name] = min(lowest[name], order[other])
        if lowest[name] == order[name]:
            at = path.index(name)
            if len(path) - at > 1:
                found.append(sorted(path[at:]))
            del path[at:]

    for name in sorted(imports):
        if name not in order:
            visit(name)
    return found


def test_a_circle_is_found() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": {"e"}, "e": set[str]()}
    assert circles(imports) == [["b", "c"]]


def test_the_import_contracts_hold() -> None:
    lint = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run(
        [lint, "--no-cache", "--config", ROOT / "pyproject.toml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_no_file_is_too_long_to_hold_in_the_head() -> None:
    files = [*PACKAGE.rglob("*.py"), *Path(__file__).parent.rglob("*.py")]
    assert len(files) > 100
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert {str(file): count for file, count in lengths.items() if count > MOST_LINES} == {}
