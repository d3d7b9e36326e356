"""The layers that settings come from, each as flat names with values, and how they add up."""

import tomllib
import types
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin

from zcbulk_tui.config import user_tables
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.config.toml_lines import TomlLines
from zcbulk_tui.config.unknown import unknown
from zcbulk_tui.config.values import SettingValue, is_table, shown
from zcbulk_tui.errors import ConfigError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Group = TypeVar("_Group", bound="DataclassInstance")


def variable(key: str) -> str:
    """The environment variable of a setting: ``ZCBULK_BUDGET_PLAN`` of ``budget.plan``."""
    return f"ZCBULK_{key.upper().replace('.', '_')}"


def settings_of(group: type["DataclassInstance"], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting by its dotted name, as TOML's tables name it, with its field.

    The free tables are not among them.
    """
    for entry in fields(group):
        if inner := group_of(entry):
            yield from settings_of(inner, f"{prefix}{entry.name}.")
        elif not is_free(entry):
            yield prefix + entry.name, entry


def group_of(entry: "Field[Any]") -> type["DataclassInstance"] | None:
    """The group of settings that a field holds; None for a setting."""
    return entry.type if isinstance(entry.type, type) and is_dataclass(entry.type) else None


def is_free(entry: "Field[Any]") -> bool:
    """Whether a field is a table whose names the user chooses."""
    return "deep" in entry.metadata


def free_values(entry: "Field[Any]", given: Mapping[str, SettingValue]) -> dict[str, SettingValue]:
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
    for name, (key, entry) in _variables().items():
        if text := environ.get(name):
            given[key] = SettingValue(_of_text(entry, text), name)
    return given


@cache
def _variables() -> dict[str, tuple[str, "Field[Any]"]]:
    return {variable(key): (key, entry) for key, entry in settings_of(Settings)}


def build(group: type[_Group], given: Mapping[str, SettingValue], prefix: str = "") -> _Group:
    """Returns the settings, each checked; what is not given has its default.

    Raises:
        ConfigError: A value is of another type, or out of bounds.
    """
    values: dict[str, Any] = {}
    for entry in fields(group):
        key = prefix + entry.name
        if inner := group_of(entry):
            values[entry.name] = build(inner, given, f"{key}.")
        elif is_free(entry):
            if own := free_values(entry, given):
                values[entry.name] = user_tables.table(own)
        elif key in given:
            if not _fits(entry, given[key].value):
                raise _refused(key, entry, given[key].value, given[key].source)
            values[entry.name] = given[key].value
    return group(**values)


def _flat(
    group: type["DataclassInstance"],
    table: Mapping[str, object],
    toml_lines: TomlLines,
    within: tuple[str, ...],
    prefix: tuple[str, ...] = (),
) -> Iterator[tuple[str, SettingValue]]:
    entries = {entry.name: entry for entry in fields(group)}
    for name, value in table.items():
        names = (*prefix, name)
        source = partial(toml_lines.of, *within, *names)
        entry = entries.get(name)
        if entry is None:
            raise unknown(names, source(), within)
        inner = group_of(entry)
        if is_free(entry):
            yield from user_tables.flat(entry, value, toml_lines, within)
        elif inner is None:
            yield ".".join(names), SettingValue(value, source)
        elif is_table(value):
            yield from _flat(inner, value, toml_lines, within, names)
        else:
            raise _refused(".".join(names), entry, value, source())


def _refused(key: str, entry: "Field[Any]", value: object, source: str) -> ConfigError:
    what = "what it is set to" if entry.metadata.get("private") else shown(value)
    return ConfigError(
        f"{source}: {key} cannot be {what}", next_step=f"Write {entry.metadata['expected']}."
    )


def _of_text(entry: "Field[Any]", text: str) -> object:
    """The value that a text of the environment stands for; the text itself where it is none."""
    choices, types_ = _allowed(entry)
    if text in choices or str in types_ or not types_:
        return text

    try:
        read = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return read["value"] if len(read) == 1 else text


def _fits(entry: "Field[Any]", value: object) -> bool:
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
    least, most = (entry.metadata.get(bound) for bound in ("least", "most"))
    return (least is None or size >= least) and (most is None or size <= most)


def _allowed(entry: "Field[Any]") -> tuple[tuple[object, ...], tuple[type, ...]]:
    """The values that a setting may have, where they are named, and its types beside None."""
    optional = get_origin(entry.type) in (Union, types.UnionType)
    members = get_args(entry.type) if optional else (entry.type,)
    choices = [value for kind in members if get_origin(kind) is Literal for value in get_args(kind)]
    return tuple(choices), tuple(
        kind for kind in members if isinstance(kind, type) and kind is not type(None)
    )
