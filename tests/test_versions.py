"""The versions that the checks run with are those that pyproject.toml declares."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]

_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
_RUN_TIME = [
    Requirement(line)
    for line in [*_PROJECT["dependencies"], *_PROJECT["optional-dependencies"]["keyring"]]
]
_ALL = [*_RUN_TIME, *map(Requirement, _PROJECT["optional-dependencies"]["dev"])]


def _pins(name: str) -> dict[str, str]:
    lines = (ROOT / ".ci" / name).read_text().splitlines()
    return dict(line.split("==") for line in lines)


@pytest.mark.parametrize("requirement", _ALL, ids=str)
def test_a_pinned_version_is_a_declared_one(requirement: Requirement) -> None:
    assert requirement.specifier.contains(_pins("constraints.txt")[requirement.name])


@pytest.mark.parametrize("requirement", _RUN_TIME, ids=str)
def test_the_lowest_version_is_the_declared_floor(requirement: Requirement) -> None:
    (floor,) = [part.version for part in requirement.specifier if part.operator == ">="]
    assert _pins("lowest.txt")[requirement.name] == floor
