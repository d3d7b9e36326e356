"""Reading the settings: a flag before the environment, before the profile, before the default."""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from zcbulk_tui import user_files
from zcbulk_tui.config import paths
from zcbulk_tui.config.checks import (
    bad_profile_name,
    check_together,
    is_profile_name,
    understood,
)
from zcbulk_tui.config.layers import build, from_environment, from_table
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.config.toml_lines import TomlLines, dotted, loads
from zcbulk_tui.config.unknown import PROFILES
from zcbulk_tui.config.values import SettingValue, is_table, masked, shown
from zcbulk_tui.domain.commands import DEFAULT_PROFILE, common
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError


class Configuration(NamedTuple):
    """The settings, and where they come from.

    Attributes:
        path: The configuration file, whether it is there or not.
        settings: The settings of the requested profile.
        given: What was set, by dotted names.
        profiles: The names of all profiles, in the order of the file.
    """

    path: Path
    settings: Settings
    given: Mapping[str, SettingValue]
    profiles: tuple[str, ...]

    @property
    def sources(self) -> Mapping[str, str]:
        """Where each setting comes from that is not the default, by its dotted name."""
        return {key: value.source for key, value in self.given.items() if value.source}


class _File:
    """The configuration file; one that is not there sets nothing.

    Attributes:
        path: Its path.
        toml_lines: Where in it things stand.
        common: What it sets for all profiles.
        tables: The tables of the profiles by name.
    """

    def __init__(self, path: Path, *, required: bool) -> None:
        text = _text(path, required=required)
        values = _toml(path, text)
        self.path = path
        self.toml_lines = TomlLines(path, text)
        self.tables = _profile_tables(values.pop(PROFILES, {}), self.toml_lines)
        self.common = from_table(values, self.toml_lines)

    def own(self, profile: str) -> dict[str, SettingValue]:
        """What it sets for one profile.

        Raises:
            ConfigError: A setting is not known.
        """
        return from_table(self.tables.get(profile, {}), self.toml_lines, (PROFILES, profile))


def load(
    environ: Mapping[str, str] = os.environ, *, flags: Mapping[str, object] | None = None
) -> Settings:
    """Returns the settings; for the arguments and errors see `read`."""
    return read(environ, flags=flags).settings


def read(
    environ: Mapping[str, str] = os.environ, *, flags: Mapping[str, object] | None = None
) -> Configuration:
    """Reads the file and the environment.

    Args:
        environ: The environment.
        flags: Command-line values by the name of the setting; None where not given.

    Raises:
        ConfigError: The file or the environment holds something that cannot be used, or there is
            no such profile.
    """
    file = _file(environ)
    nearer = {**from_environment(environ), **_spoken(flags)}
    chosen = _chosen({**file.common, **nearer}.get("profile"), file)
    name = str(chosen.value)
    given = {**file.common, **file.own(name), **nearer, "profile": chosen}
    settings = understood(build(Settings(), given), given)
    check_together(settings, given)
    return Configuration(file.path, settings, given, tuple(file.tables) or (name,))


def faults(
    environ: Mapping[str, str] = os.environ, *, flags: Mapping[str, object] | None = None
) -> dict[str, ConfigError | None]:
    """Checks every profile, and what nearer layers hide.

    Args:
        environ: The environment.
        flags: As of `read`.

    Returns:
        The first fault of each profile by its name; None where there is none.

    Raises:
        ConfigError: The file cannot be read, what it sets for all profiles cannot be used, or the
            requested profile does not exist.
    """
    file = _file(environ)
    nearer = (from_environment(environ), _spoken(flags))
    _check(file.common)
    requested = {**file.common, **nearer[0], **nearer[1]}.get("profile")
    names = tuple(file.tables)
    # That none is named of several is no fault of the file.
    if requested is not None or not names:
        chosen = _chosen(requested, file)
        names = names or (str(chosen.value),)
    found: dict[str, ConfigError | None] = dict.fromkeys(names)
    for name in names:
        try:
            own = file.own(name)
            for layer in (own, *nearer):
                _check(layer)
            in_file = {**file.common, **own}
            for layers in (in_file, {**in_file, **nearer[0], **nearer[1]}):
                check_together(build(Settings(), layers), layers)
        except ConfigError as error:
            found[name] = error
    return found


def _check(layer: Mapping[str, SettingValue]) -> None:
    understood(build(Settings(), layer), layer)


def _spoken(flags: Mapping[str, object] | None) -> dict[str, SettingValue]:
    return {
        key: SettingValue(value, f"--{key.replace('_', '-')}")
        for key, value in (flags or {}).items()
        if value is not None
    }


def _file(environ: Mapping[str, str]) -> _File:
    return _File(paths.config_file(environ), required=bool(environ.get(paths.CONFIG)))


def _text(path: Path, *, required: bool) -> str:
    try:
        user_files.check_nobody_else_writes(path)
        user_files.check_nobody_else_writes(path.parent)
        return user_files.read_text(path)
    except FileNotFoundError as error:
        if not required:
            return ""
        raise ConfigError(
            f"The configuration file {path} does not exist",
            next_step=f"Correct {paths.CONFIG}, or write: {common('config init')}",
        ) from error
    except (OSError, user_files.BadFileError) as error:
        raise ConfigError(
            f"The configuration file {path} cannot be read",
            f"{one_line(str(error))}.",
            f"It is a text file in UTF-8 that you may read, of at most {user_files.SMALL // 2**20} "
            "MiB.",
        ) from error


def _toml(path: Path, text: str) -> dict[str, object]:
    if not text:
        return {}

    try:
        return loads(text)
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        said = "It has too many lists in each other" if deep else one_line(masked(str(error)))
        raise ConfigError(
            f"{path} is not TOML",
            f"{said}.",
            "Settings are lines like read_only = true; texts stand in quotes.",
        ) from error


def _profile_tables(value: object, toml_lines: TomlLines) -> dict[str, Mapping[str, object]]:
    """The profiles by name.

    Raises:
        ConfigError: One of them is no table, or cannot have its name.
    """
    if not is_table(value):
        raise ConfigError(
            f"{toml_lines.of(PROFILES)}: profiles cannot be {shown(value)}",
            next_step="Write each profile as a table: [profiles.NAME], and its settings below.",
        )
    tables: dict[str, Mapping[str, object]] = {}
    for name, table in value.items():
        source = partial(toml_lines.of, PROFILES, name)
        if not is_profile_name(name):
            raise bad_profile_name(f"{source()}: a profile cannot be called", name)
        if not is_table(table):
            raise ConfigError(
                f"{source()}: the profile {masked(name)} cannot be {shown(table)}",
                next_step="Write it as a table: its name as in [profiles.NAME], its settings "
                "below. What holds for all profiles stands above the first table.",
            )
        # Their files would coincide on a case-insensitive file system.
        if name.lower() in map(str.lower, tables):
            raise ConfigError(
                f"{source()}: there are two profiles “{masked(name.lower())}”",
                "Names that differ only in their capitals are not told apart.",
                "Rename one of them.",
            )
        tables[name] = table
    return tables


def _only_profile(file: _File) -> str:
    """Returns the profile of a file without tables: the one that it names, else the default."""
    named = file.common.get("profile")
    if named is None:
        return DEFAULT_PROFILE
    if not is_profile_name(named.value):
        raise bad_profile_name(f"{named.source}: profile cannot be", named.value)
    return named.value


def _chosen(requested: SettingValue | None, file: _File) -> SettingValue:
    """Returns the profile to use: the requested one, or the only one; the default has no source.

    Raises:
        ConfigError: There is no such profile, or none is named of several.
    """
    tables = file.tables
    if requested is None:
        if not tables or DEFAULT_PROFILE in tables:
            return SettingValue(DEFAULT_PROFILE, "")
        first = next(iter(tables))
        if len(tables) == 1:
            return SettingValue(first, partial(file.toml_lines.of, PROFILES, first))
        raise ConfigError(
            "It is not said which profile to use",
            f"{file.path} has {', '.join(tables)}.",
            f"Write --profile {first}, or set profile in the file.",
        )
    if not is_profile_name(requested.value):
        raise bad_profile_name(f"{requested.source}: profile cannot be", requested.value)
    there = tuple(tables) or (_only_profile(file),)
    if requested.value not in there:
        raise ConfigError(
            f"There is no profile “{masked(requested.value)}”",
            f"{requested.source} asks for it; {file.path} has {', '.join(there)}.",
            f"Use one of these, or add the table [{dotted(PROFILES, requested.value)}].",
        )
    return requested
