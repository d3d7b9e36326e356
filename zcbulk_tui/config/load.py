"""Reading the settings: the environment before the file, the file before the defaults."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

from zcbulk_tui.config import paths
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.address import parse_base_url
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

BASE_URL = "ZCBULK_BASE_URL"

_Group = TypeVar("_Group", bound="DataclassInstance")

_TOML_TYPES: dict[object, type | tuple[type, ...]] = {
    bool: bool,
    float: (int, float),
    int: int,
    int | None: int,
    str: str,
    str | None: str,
}
"""What TOML has for the types of the settings; everything else is a table."""


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Returns the settings.

    Raises:
        ConfigError: The file or the environment holds something that cannot be used.
    """
    path = paths.config_file(environ)
    settings = _from_file(path, required=bool(environ.get(paths.CONFIG)))
    if settings.base_url is not None:
        settings = _with_base_url(settings, settings.base_url, f"{path}: base_url")
    if environ.get(BASE_URL):
        settings = _with_base_url(settings, environ[BASE_URL], BASE_URL)
    if settings.budget.reset_timezone is not None:
        _check_time_zone(settings.budget.reset_timezone, f"{path}: budget.reset_timezone")
    return settings


def _from_file(path: Path, *, required: bool) -> Settings:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        if not required:
            return Settings()
        raise ConfigError(
            f"The configuration file {path} does not exist",
            next_step=f"Correct {paths.CONFIG}, or make the file from config.example.toml.",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The configuration file {path} cannot be read",
            f"{one_line(str(error))}.",
            "It is a text file in UTF-8 that you may read.",
        ) from error
    import tomllib

    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{path} is not TOML",
            f"{one_line(str(error))}.",
            "Settings are lines like read_only = true; texts stand in quotes.",
        ) from error
    return _build(Settings, values, path)


def _build(group: type[_Group], values: Mapping[str, Any], path: Path, prefix: str = "") -> _Group:
    """Returns the settings of a table, each checked; what is not there has its default."""
    entries = {entry.name: entry for entry in fields(group)}
    checked: dict[str, Any] = {}
    for name, value in values.items():
        key = prefix + name
        entry = entries.get(name)
        if entry is None:
            raise ConfigError(
                f"{path}: there is no setting “{one_line(key, 60)}”",
                next_step=_suggestion(key),
            )
        if not _fits(entry, value):
            raise ConfigError(
                f"{path}: {key} cannot be {one_line(repr(value), 60)}",
                next_step=f"Write {entry.metadata['expected']}.",
            )
        inner = entry.type
        if isinstance(inner, type) and is_dataclass(inner):
            value = _build(inner, value, path, f"{key}.")
        checked[name] = value
    return group(**checked)


def _fits(entry: "Field[Any]", value: object) -> bool:
    """Whether a value of TOML is of the type of a setting, and within its bounds."""
    if get_origin(entry.type) is Literal:
        return value in get_args(entry.type)
    wanted = _TOML_TYPES.get(entry.type, dict)
    if isinstance(value, bool) is not (wanted is bool) or not isinstance(value, wanted):
        return False
    if isinstance(value, str) and not value.isprintable():
        return False
    size = len(value) if isinstance(value, str) else value
    least, most = (entry.metadata.get(bound) for bound in ("least", "most"))
    return (least is None or size >= least) and (most is None or size <= most)


def _keys(group: type["DataclassInstance"], prefix: str = "") -> Iterator[str]:
    """Every setting by its dotted name, as TOML's tables name it."""
    for entry in fields(group):
        yield prefix + entry.name
        if isinstance(entry.type, type) and is_dataclass(entry.type):
            yield from _keys(entry.type, f"{prefix}{entry.name}.")


def _suggestion(key: str) -> str:
    from difflib import get_close_matches

    known = list(_keys(Settings))
    close = get_close_matches(key, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."


def _with_base_url(settings: Settings, text: str, source: str) -> Settings:
    try:
        return replace(settings, base_url=parse_base_url(text))
    except UsageError as error:
        raise ConfigError(f"{source}: {error.title}", error.cause, error.next_step) from error


def _check_time_zone(name: str, source: str) -> None:
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    # Beside what there is not: a folder, and a file of other content, among those of the zones.
    except (KeyError, OSError, ValueError) as error:
        from difflib import get_close_matches

        known = zoneinfo.available_timezones()
        if not known:
            raise ConfigError(
                f"{source} cannot be looked up",
                "This machine has no data about time zones.",
                "Write: pip install tzdata",
            ) from error
        close = get_close_matches(name, known, n=1, cutoff=0.8)
        raise ConfigError(
            f"{source} cannot be {one_line(repr(name), 60)}",
            "There is no time zone of this name.",
            f"Did you mean {close[0]}?"
            if close
            else 'Write its name in the IANA database, as in "Asia/Kolkata".',
        ) from error
