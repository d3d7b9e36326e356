"""The layers that settings come from, each as flat names with values, and how they add up."""

import types
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

from zcbulk_tui.config import user_tables
from zcbulk_tui.config.settings import Setting, Settings, entries
from zcbulk_tui.config.toml_lines import TomlLines, loads
from zcbulk_tui.config.unknown import unknown
from zcbulk_tui.config.values import SettingValue, is_table, shown
from zcbulk_tui.errors import ConfigError

_Group = TypeVar("_Group", bound=NamedTuple)


def variable(key: str) -> str:
    """The environment variable of a setting: ``ZCBULK_BUDGET_PLAN`` of ``budget.plan``."""
    return f"ZCBULK_{key.upper().replace('.', '_')}"


def settings_of(group: type[NamedTuple], prefix: str = "") -> Iterator[tuple[str, Setting]]:
    """Every setting by its dotted name, as TOML's tables name it.

    The free tables are not among them.
    """
    for entry in entries(group):
        if entry.group:
            yield from settings_of(entry.group, f"{prefix}{entry.name}.")
        elif not entry.is_free:
            yield prefix + entry.name, entry


def free_values(entry: Setting, given: Mapping[str, SettingValue]) -> dict[str, SettingValue]:
    """What a free table holds, by dotted names."""
    return {key: value for key, value in given.items() if key.startswith(f"{entry.name}.")}


def from_table(
    table: Mapping[str, object], toml_lines: TomlLines, within: tuple[str, ...] = ()
) -> dict[str, SettingValue]:
    """Returns what a table of the file sets.

    Args:
        table: The table.
        toml_lines: Where in the file things stand.
        within: The names of the table; empty for the file itself.

    Raises:
        ConfigError: A setting is not known, or a group of them is no table.
    """
    given = dict(_flat(Settings, table, toml_lines, within))
    if within and "profile" in given:
        raise ConfigError(
            f"{given['profile'].source}: a profile cannot set profile",
            "The name of a profile is that of its table.",
            "Take the line out.",
        )
    return given


def from_environment(environ: Mapping[str, str]) -> dict[str, SettingValue]:
    """Returns what the environment sets; a variable that is empty sets nothing."""
    given = {}
    for key, entry in settings_of(Settings):
        text = environ.get(variable(key))
        if text:
            given[key] = SettingValue(_of_text(entry, text), variable(key))
    return given


def build(defaults: _Group, given: Mapping[str, SettingValue], prefix: str = "") -> _Group:
    """Returns the settings, each checked; what is not given has its default.

    Raises:
        ConfigError: A value is of another type, or out of bounds.
    """
    values: dict[str, Any] = {}
    for entry in entries(type(defaults)):
        key = prefix + entry.name
        if entry.group:
            values[entry.name] = build(getattr(defaults, entry.name), given, f"{key}.")
        elif entry.is_free:
            if own := free_values(entry, given):
                values[entry.name] = user_tables.table(own)
        elif key in given:
            if not _fits(entry, given[key].value):
                raise _refused(key, entry, given[key].value, given[key].source)
            values[entry.name] = given[key].value
    return defaults._replace(**values)


def _flat(
    group: type[NamedTuple],
    table: Mapping[str, object],
    toml_lines: TomlLines,
    within: tuple[str, ...],
    prefix: tuple[str, ...] = (),
) -> Iterator[tuple[str, SettingValue]]:
    known = {entry.name: entry for entry in entries(group)}
    for name, value in table.items():
        names = (*prefix, name)
        source = partial(toml_lines.of, *within, *names)
        entry = known.get(name)
        if entry is None:
            raise unknown(names, source(), within)
        if entry.is_free:
            yield from user_tables.flat(entry, value, toml_lines, within)
        elif entry.group is None:
            yield ".".join(names), SettingValue(value, source)
        elif is_table(value):
            yield from _flat(entry.group, value, toml_lines, within, names)
        else:
            raise _refused(".".join(names), entry, value, source())


def _refused(key: str, entry: Setting, value: object, source: str) -> ConfigError:
    what = "what it is set to" if entry.rule.private else shown(value)
    return ConfigError(
        f"{source}: {key} cannot be {what}", next_step=f"Write {entry.rule.expected}."
    )


def _of_text(entry: Setting, text: str) -> object:
    """The value that a text of the environment stands for; the text itself where it is none."""
    choices, types_ = _allowed(entry)
    if text in choices or str in types_ or not types_:
        return text

    try:
        read = loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return read["value"] if len(read) == 1 else text


def _fits(entry: Setting, value: object) -> bool:
    """Whether a value of TOML is of the type of a setting, and within its bounds."""
    choices, types_ = _allowed(entry)
    if isinstance(value, str) and value in choices:
        return True
    wanted = (int, float) if float in types_ else types_
    if isinstance(value, bool) is not (bool in types_) or not isinstance(value, wanted):
        return False
    if isinstance(value, str) and not value.isprintable():
        return False
    size: Any = len(value.strip()) if isinstance(value, str) else value
    least, most = entry.rule.least, entry.rule.most
    return (least is None or size >= least) and (most is None or size <= most)


def _allowed(entry: Setting) -> tuple[tuple[object, ...], tuple[type, ...]]:
    """The values that a setting may have, where they are named, and its types beside None."""
    optional = get_origin(entry.type) in (Union, types.UnionType)
    members = get_args(entry.type) if optional else (entry.type,)
    choices = [value for kind in members if get_origin(kind) is Literal for value in get_args(kind)]
    return tuple(choices), tuple(
        kind for kind in members if isinstance(kind, type) and kind is not type(None)
    )
