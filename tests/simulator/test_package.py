"""A shared mistake must not cancel out: the simulator shares no code with what it tests."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import zcbulk_tui.simulator

MODULES = sorted(Path(zcbulk_tui.simulator.__file__).parent.glob("*.py"))


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_only_the_simulator_and_the_standard_library_are_imported(module: Path) -> None:
    foreign = {
        name
        for name in imported(module)
        if not name.startswith("zcbulk_tui.simulator")
        and name.partition(".")[0] not in sys.stdlib_module_names
    }
    assert foreign == ({"httpx"} if module.stem == "transport" else set())
