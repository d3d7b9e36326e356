"""``config.example.toml`` can be used as it is, and shows every setting with its default."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from zcbulk_tui.config.load import load
from zcbulk_tui.config.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"

_COMMENTED_OUT = re.compile(r"^# ?(?=[a-z_]+ = |\[[a-z_.]+\]$)", re.MULTILINE)
_SETTING = re.compile(r"^(?:# ?)?[a-z_]+ = .*$")


@pytest.fixture(params=["as it is", "all settings set"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "as it is":
        return EXAMPLE
    return all_set(tmp_path)


def all_set(folder: Path) -> Path:
    """The example with nothing commented out."""
    path = folder / "config.toml"
    path.write_text(_COMMENTED_OUT.sub("", EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")
    return path


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The values by their dotted names."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def test_it_can_be_loaded(path: Path) -> None:
    assert isinstance(load({"ZCBULK_CONFIG": str(path)}), Settings)


def test_as_it_is_it_changes_nothing() -> None:
    assert load({"ZCBULK_CONFIG": str(EXAMPLE)}) == Settings()


def test_it_shows_every_setting_with_its_default(tmp_path: Path) -> None:
    shown = dict(flat(tomllib.loads(all_set(tmp_path).read_text(encoding="utf-8"))))
    defaults = dict(flat(asdict(Settings())))
    assert shown.keys() == defaults.keys()
    # TOML cannot say "none": such a setting is shown with an example.
    assert {key: value for key, value in shown.items() if defaults[key] is not None} == {
        key: value for key, value in defaults.items() if value is not None
    }


def test_every_setting_has_a_comment() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        if _SETTING.match(line):
            above = before.startswith("#") and not _SETTING.match(before)
            assert above or " # " in line, line
