"""Tables whose names the user chooses: keys by action, and themes.

What the names mean is not known here: actions and colours belong to the screen.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, TypeGuard

from zcbulk_tui.config.checks import is_profile_name
from zcbulk_tui.config.settings import THEMES, Setting
from zcbulk_tui.config.toml_lines import TomlLines, dotted
from zcbulk_tui.config.unknown import belongs
from zcbulk_tui.config.values import SettingValue, is_table, masked, shown
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_LONGEST = 200


def flat(
    entry: Setting, value: object, toml_lines: TomlLines, within: tuple[str, ...]
) -> Iterator[tuple[str, SettingValue]]:
    """The texts of a table by their names, as TOML writes them: ``themes."a.b".base``.

    Args:
        entry: The table among the settings.
        value: What the file has in its place.
        toml_lines: Where in the file things stand.
        within: The names of the profile's table; empty at the top of the file.

    Raises:
        ConfigError: There is something else in it, or a name that nothing can have.
    """
    for names, text in _texts((entry.name,), value, entry, partial(toml_lines.of, *within), within):
        yield dotted(*names), SettingValue(text, partial(toml_lines.of, *within, *names))


def table(given: Mapping[str, SettingValue]) -> dict[str, Any]:
    """Returns what `flat` has made flat, and what nearer layers have put in its place."""
    made: dict[str, Any] = {}
    for key, value in given.items():
        _, _, rest = key.partition(".")
        theme, dot, name = rest.rpartition(".")
        if dot:
            made.setdefault(theme.strip('"'), {})[name] = value.value
        else:
            made[name] = value.value
    return made


def _texts(
    names: tuple[str, ...],
    value: object,
    entry: Setting,
    place: "partial[str]",
    within: tuple[str, ...],
) -> Iterator[tuple[tuple[str, ...], str]]:
    is_leaf = len(names) > entry.rule.deep
    if is_leaf and _is_short_text(value):
        yield names, value
    elif is_leaf or not is_table(value):
        # It may be a setting, below the head of a table that is not its; no setting is a list.
        moved = len(names) > 1 and not isinstance(value, list) and belongs(names[-1], within)
        expected = entry.rule.holds if is_leaf else entry.rule.expected
        raise ConfigError(
            f"{place(*names)}: {_plain(*within, *names)} cannot be {shown(value)}",
            next_step=moved or f"Write {expected}.",
        )
    else:
        for name, inner in value.items():
            own = (*names, name)
            _check_name(own, place, is_leaf=len(own) > entry.rule.deep)
            yield from _texts(own, inner, entry, place, within)


def _is_short_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isprintable() and len(value) <= _LONGEST


def _check_name(names: tuple[str, ...], place: "partial[str]", *, is_leaf: bool) -> None:
    name = names[-1]
    if is_leaf and not _NAME.fullmatch(name):
        said, hint = "nothing here can be called", "Names here are of letters, _ and -."
    elif not is_leaf and not is_profile_name(name):
        said, hint = "a theme cannot be called", "Write letters, digits, dots, - and _; at most 30."
    elif not is_leaf and name in THEMES:
        said, hint = "a theme cannot be called", "There is one of this name; take another."
    else:
        return
    raise ConfigError(f"{place(*names)}: {said} {shown(name)}", next_step=hint)


def _plain(*names: str) -> str:
    return one_line(masked(dotted(*names)), 60)
