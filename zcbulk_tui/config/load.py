"""Reading the settings: the environment before the file, the file before the defaults."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from zcbulk_tui.config import paths
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.address import parse_base_url
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, UsageError

BASE_URL = "ZCBULK_BASE_URL"


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Returns the settings.

    Raises:
        ConfigError: The file or the environment holds something that cannot be used.
    """
    path = paths.config_file(environ)
    settings = _from_file(path, required=paths.CONFIG in environ)
    if settings.base_url is not None:
        settings = _with_base_url(settings, settings.base_url, f"{path}: base_url")
    if environ.get(BASE_URL):
        settings = _with_base_url(settings, environ[BASE_URL], BASE_URL)
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
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path} is not TOML",
            f"{one_line(str(error))}.",
            "Settings are lines like read_only = true; texts stand in quotes.",
        ) from error
    return _check(path, values)


def _check(path: Path, values: dict[str, Any]) -> Settings:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Settings).validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        known = dict(_settings(Settings))
        if first["type"] == "unexpected_keyword_argument" or key not in known:
            raise ConfigError(
                f"{path}: there is no setting “{one_line(key, 60)}”",
                next_step=_suggestion(key, list(known)),
            ) from None
        raise ConfigError(
            f"{path}: {key} cannot be {one_line(repr(first['input']), 60)}",
            next_step=f"Write {known[key].metadata['description']}.",
        ) from None


def _settings(group: type, prefix: str = "") -> Iterator[tuple[str, "Field[Any]"]]:
    """Every setting by its dotted name, as TOML's tables name it."""
    for entry in fields(group):
        yield prefix + entry.name, entry
        if isinstance(entry.type, type) and is_dataclass(entry.type):
            yield from _settings(entry.type, f"{prefix}{entry.name}.")


def _suggestion(key: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(key, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."


def _with_base_url(settings: Settings, text: str, source: str) -> Settings:
    try:
        return replace(settings, base_url=parse_base_url(text))
    except UsageError as error:
        raise ConfigError(f"{source}: {error.title}", error.cause, error.next_step) from error
