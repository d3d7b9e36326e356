"""``zcbulk-tui config``: shows, checks and begins the configuration."""

import json
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from zcbulk_tui.cli import options
from zcbulk_tui.cli.output import print_error, print_json
from zcbulk_tui.config import layers, load, paths, secrets
from zcbulk_tui.config.load import Configuration
from zcbulk_tui.config.settings import Settings, entries
from zcbulk_tui.config.values import masked, public_part
from zcbulk_tui.data.new_files import is_disk_failure
from zcbulk_tui.domain.commands import command, common, for_profile
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, OutputError
from zcbulk_tui.render.span import fit, width

_DEFAULT = "default"
_WIDEST = 40
"""Cells of a value after which its own row gives up the last column, instead of all rows."""

_PREFIX = "ZCBULK_"
_NAMING = f"That of a setting is {_PREFIX} and its name, as in {layers.variable('budget.plan')}."


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parts = parser.add_subparsers(title="commands", metavar="COMMAND", dest="part", required=True)
    for part, what in (
        ("show", "print every setting, and where it comes from"),
        ("path", "print where the file is, or would be"),
        ("init", "write a file with every setting and its default"),
        ("check", "check the file, all profiles of it, and the environment"),
    ):
        command = parts.add_parser(part, help=what)
        options.add_profile(command, inherit=True)
        if part == "show":
            command.add_argument("--json", action="store_true", help="as a JSON object")


def run(arguments: Namespace) -> int:
    """Does what was typed after the command; returns the exit code.

    Raises:
        ConfigError: There is a setting that cannot be used, or a file that is in the way.
    """
    match arguments.part:
        case "show":
            return show(arguments.profile, as_json=arguments.json)
        case "check":
            return check(arguments.profile)
        case "init":
            return init(options.named_profile(arguments))
        case _:
            return path()


def show(profile: str | None, *, as_json: bool) -> int:
    """Prints the settings of a profile and where each comes from; returns the exit code.

    Raises:
        ConfigError: There is a setting that cannot be used.
    """
    configuration = load.read(flags={"profile": profile})
    settings = _settings(configuration)
    are_set = {name: bool(os.environ.get(name, "").strip()) for name in secrets.VARIABLES}
    if as_json:
        print_json(_as_object(configuration, settings, are_set))
        return 0
    for line in (*_head(configuration, are_set), "", *_table(settings)):
        print(line)
    return 0


def path() -> int:
    """Prints where the configuration file is, or would be; returns the exit code."""
    print(paths.config_file())
    return 0


def init(profile: str) -> int:
    """Writes the commented example in the place of the configuration; returns the exit code.

    Args:
        profile: What it is for.

    Raises:
        ConfigError: There is a file already, or none can be written.
        OutputError: There is no room for it, or its disk fails.
    """
    file = paths.config_file()
    try:
        # Whoever made the folder has decided who may look into it.
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_new(file, example())
    except OSError as error:
        if isinstance(error, FileExistsError) and os.path.lexists(file):
            raise ConfigError(
                f"{file} exists",
                "What you wrote there is not overwritten.",
                f"Edit it, or move it away and write again: {common('config init')}",
            ) from error
        raise (OutputError if is_disk_failure(error) else ConfigError)(
            f"{file} cannot be written",
            f"{one_line(str(error))}.",
            f"Make it possible, or name another place in {paths.CONFIG}.",
        ) from error
    print(f"Wrote {file}: every setting with its default.")
    show, sign_in = (command(words, profile) for words in ("config show", "login"))
    print(f"Edit it, then check the result: {show}. Sign in: {sign_in}.")
    return 0


def check(profile: str | None) -> int:
    """Checks every profile, and warns of variables that mean nothing; returns the exit code.

    Raises:
        ConfigError: There is a fault that all profiles have.
    """
    for warning in meaningless(os.environ):
        print_error(warning)
    faults = load.faults(flags={"profile": profile})
    for name, fault in faults.items():
        if fault is None:
            faults[name] = _appearance_fault(load.read(flags={"profile": name}))
    # A fault of the environment is that of every profile, and is said once.
    said: dict[str, list[str]] = {}
    for name, fault in faults.items():
        if fault is None:
            print(f"{name}: fine")
        else:
            said.setdefault(str(fault), []).append(name)
    for fault_text, names in said.items():
        print_error(f"{', '.join(names)}: {for_profile(fault_text, names[0])}")
    return ConfigError.exit_code if said else 0


def _appearance_fault(configuration: Configuration) -> ConfigError | None:
    """The first fault of keys and themes, which only the screen knows to be one."""
    settings = configuration.settings
    if not (settings.keys or settings.themes):
        return None
    # Textual takes a moment, and most configurations have neither.
    from zcbulk_tui.cli.appearance import preferences

    try:
        preferences(configuration)
    except ConfigError as error:
        return error
    return None


def example() -> str:
    """The commented example of a configuration file."""
    return resources.files("zcbulk_tui.config").joinpath("example.toml").read_text("utf-8")


def _settings(configuration: Configuration) -> dict[str, tuple[Any, str]]:
    """Each setting by its dotted name: its value, as it may be shown, and where it comes from."""
    found: dict[str, tuple[Any, str]] = {}
    for key, entry in layers.settings_of(Settings):
        value: Any = configuration.settings
        for name in key.split("."):
            value = getattr(value, name)
        if isinstance(value, str):
            value = masked(public_part(value) if entry.rule.private else value)
        found[key] = (value, configuration.sources.get(key, _DEFAULT))
    for entry in (it for it in entries(Settings) if it.is_free):
        for key, given in layers.free_values(entry, configuration.given).items():
            found[masked(key)] = (masked(str(given.value)), given.source)
    return found


def _as_object(
    configuration: Configuration,
    settings: Mapping[str, tuple[Any, str]],
    are_set: Mapping[str, bool],
) -> dict[str, Any]:
    return {
        "file": str(configuration.path),
        "exists": configuration.path.exists(),
        "profile": configuration.settings.profile,
        "profiles": list(configuration.profiles),
        "settings": {
            key: {"value": value, "source": source} for key, (value, source) in settings.items()
        },
        "secrets": {name: "set" if is_set else "not set" for name, is_set in are_set.items()},
    }


def _head(configuration: Configuration, are_set: Mapping[str, bool]) -> Iterator[str]:
    chosen = configuration.settings.profile
    others = ", ".join(name for name in configuration.profiles if name != chosen)
    there = "" if configuration.path.exists() else f" (does not exist; {common('config init')})"
    yield f"file      {configuration.path}{there}"
    yield f"profile   {chosen}{f' (others: {others})' if others else ''}"
    cells = max(map(width, are_set))
    for name, is_set in are_set.items():
        title = "secrets" if name == next(iter(are_set)) else ""
        yield f"{title:<10}{fit(name, cells)}  {'set, not shown' if is_set else 'not set'}"


def _table(settings: Mapping[str, tuple[Any, str]]) -> Iterator[str]:
    rows = [(key, _spelt(value), source) for key, (value, source) in settings.items()]
    names = max(width(key) for key, _, _ in rows)
    values = min(max(width(value) for _, value, _ in rows), _WIDEST)
    for key, value, source in (("SETTING", "VALUE", "FROM"), *rows):
        yield f"{fit(key, names)}  {fit(value, max(values, width(value)))}  {source}"


def _spelt(value: object) -> str:
    """A value as TOML spells it."""
    if value is None:
        return "not set"
    # What a setting may be, JSON spells alike.
    return json.dumps(value, ensure_ascii=False)


def meaningless(environ: Mapping[str, str]) -> Iterator[str]:
    """What is to be said of variables that look like ours and are not."""
    known = [layers.variable(key) for key, _ in layers.settings_of(Settings)]
    known += [*secrets.VARIABLES, paths.CONFIG, paths.STATE_DIR]
    # What all of them begin with would make all of them alike.
    endings = [name.removeprefix(_PREFIX) for name in known]
    for name in sorted(environ):
        if name.startswith(_PREFIX) and name not in known:
            close = get_close_matches(name.removeprefix(_PREFIX), endings, n=1)
            hint = f"Did you mean {_PREFIX}{close[0]}?" if close else _NAMING
            yield f"The variable {one_line(masked(name), 60)} means nothing. {hint}"


def _write_new(file: Path, text: str) -> None:
    """Writes a file that only its owner may read, and that was not there at that very moment.

    Raises:
        FileExistsError: There is something of its name.
        OSError: It cannot be written; then nothing is left of it.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
    except BaseException:
        with suppress(OSError):
            file.unlink()
        raise
