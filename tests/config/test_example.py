"""``config.example.toml`` can be used as it is, and shows every setting with its default."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from tests.config.conftest import Write
from zcbulk_tui.config import settings as all_settings
from zcbulk_tui.config.load import faults, load, read
from zcbulk_tui.config.settings import COLUMNS, BudgetSettings, ListSettings, Settings, entries
from zcbulk_tui.render.order import GroupBy, SortBy
from zcbulk_tui.tui.keys import KEYS
from zcbulk_tui.tui.own_keys import remapped
from zcbulk_tui.tui.palettes import PALETTES, Palette
from zcbulk_tui.tui.themes import make

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
SETTINGS, _, REST = TEXT.partition("\n# Keys of your own.")
KEY_PART, _, REST = REST.partition("\n# Themes of your own")
THEMES, _, PROFILES = REST.partition("\n# Profiles, ")

# TOML has no place for the empty tables among the others.
DEFAULTS: dict[str, Any] = Settings()._asdict()
DEFAULTS |= {it.name: DEFAULTS[it.name]._asdict() for it in entries(Settings) if it.group}
assert (DEFAULTS.pop("keys"), DEFAULTS.pop("themes")) == ({}, {})

_COMMENTED_OUT = re.compile(r"^# ?(?=[a-z_]+ = |\[[a-z_.]+\]$)", re.MULTILINE)
_SETTING = re.compile(r"^(?:# ?)?[a-z_]+ = .*$")


def with_nothing_commented_out(text: str) -> str:
    """The settings and tables of a part of the example."""
    return _COMMENTED_OUT.sub("", text)


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The values by their dotted names."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def test_as_it_is_it_changes_nothing() -> None:
    assert load({"ZCBULK_CONFIG": str(EXAMPLE)}) == Settings()


def test_all_of_its_settings_can_be_set(write: Write) -> None:
    assert isinstance(load(write(with_nothing_commented_out(SETTINGS))), Settings)


def test_it_shows_every_setting_with_its_default_in_their_order() -> None:
    shown = dict(flat(tomllib.loads(with_nothing_commented_out(SETTINGS))))
    defaults = dict(flat(DEFAULTS))
    assert list(shown) == list(defaults)
    # TOML cannot say "none": such a setting is shown with an example.
    assert {key: value for key, value in shown.items() if defaults[key] is not None} == {
        key: value for key, value in defaults.items() if value is not None
    }


def test_every_setting_has_a_comment() -> None:
    lines = SETTINGS.splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        if _SETTING.match(line):
            assert before.startswith("#"), line
            assert not _SETTING.match(before), line


# A default that is written down would go before the only profile there is.
@pytest.mark.parametrize("commented_out", [key for key, _ in flat(DEFAULTS)])
def test_only_what_has_no_default_is_commented_out_and_the_profile(commented_out: str) -> None:
    is_there = commented_out in dict(flat(tomllib.loads(TEXT)))
    value = dict(flat(DEFAULTS))[commented_out]
    assert is_there is (value is not None and commented_out != "profile")


@pytest.mark.parametrize(
    ("profile", "settings"),
    [
        (
            "orders",
            Settings(
                profile="orders",
                data_center="eu",
                read_only=True,
                budget=BudgetSettings(plan="enterprise", users=12),
            ),
        ),
        (
            "test",
            Settings(
                profile="test",
                data_center="us",
                environment="stage",
                budget=BudgetSettings(daily_calls=500, share=0.2),
            ),
        ),
    ],
)
def test_its_profiles_can_be_used(write: Write, profile: str, settings: Settings) -> None:
    environ = write(SETTINGS + with_nothing_commented_out(f"\n# Profiles, {PROFILES}"))
    configuration = read(environ, flags={"profile": profile})
    assert configuration.settings == settings
    assert configuration.profiles == ("orders", "test")
    assert faults(environ) == {"orders": None, "test": None}


def test_it_names_every_key_with_what_it_is() -> None:
    shown = tomllib.loads(with_nothing_commented_out(KEY_PART).partition("[keys]")[2])
    assert list(shown) == [key.action for key in KEYS]
    assert [remapped(KEYS, {action: keys}) for action, keys in shown.items()] == [KEYS] * len(KEYS)


def test_its_keys_can_be_used(write: Write) -> None:
    settings = load(write(f"# {with_nothing_commented_out(KEY_PART)}"))
    assert remapped(KEYS, settings.keys) == KEYS


def test_its_theme_can_be_used(write: Write) -> None:
    settings = load(write(f'theme = "mine" # {with_nothing_commented_out(THEMES)}'))
    assert make(settings.theme, settings.themes).shown == "mine"


def test_it_names_every_theme_and_every_colour() -> None:
    assert all(f'"{name}"' in SETTINGS for name in PALETTES)
    named = THEMES.replace("# ", "").replace(",", " ").replace(".", " ").split()
    assert set(Palette._fields) <= set(named)


def test_the_columns_and_groups_of_the_settings_are_those_of_the_list() -> None:
    assert tuple(SortBy) == COLUMNS
    assert tuple(GroupBy) == get_args(get_type_hints(ListSettings)["group"])


def test_the_themes_of_the_settings_are_those_of_the_screen() -> None:
    assert tuple(PALETTES) == all_settings.THEMES


def test_it_names_what_the_list_can_be_sorted_by() -> None:
    assert all(f'"{column}"' in SETTINGS for column in COLUMNS)


def test_it_tells_how_to_sign_in_and_names_no_token() -> None:
    assert "zcbulk-tui login" in TEXT
    assert "ACCESS_TOKEN" not in TEXT


def test_the_package_has_it() -> None:
    installed = resources.files("zcbulk_tui.config").joinpath("example.toml")
    assert installed.read_text(encoding="utf-8") == TEXT
