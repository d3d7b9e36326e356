"""Errors for names in the file that are not settings."""

from difflib import get_close_matches

from zcbulk_tui.config.settings import Settings, entries
from zcbulk_tui.config.toml_lines import dotted
from zcbulk_tui.config.values import masked
from zcbulk_tui.domain.commands import command, of_any_profile
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError

PROFILES = "profiles"
"""The table of the file that holds those of the profiles."""


def unknown(names: tuple[str, ...], source: str, within: tuple[str, ...] = ()) -> ConfigError:
    """Returns the error for a name that is no setting; the value is in none of its texts.

    Args:
        names: The name, after those of the groups it stands in.
        source: Where it stands.
        within: The names of the profile's table; empty at the top of the file.
    """
    key = one_line(masked(dotted(*within, *names)), 60)
    if _is_secret(names[-1]):
        return ConfigError(
            f"{source}: “{key}” does not belong into the configuration",
            "What is secret is kept apart from it.",
            f"Take it out, and write: {_keeps(names, within)}",
        )
    known = _known(in_profile=bool(within))
    title = f"{source}: there is no setting “{key}”"
    here = [name for name in known if name.rpartition(".")[0] == ".".join(names[:-1])]
    if elsewhere := belongs(names[-1], within):
        return ConfigError(title, next_step=elsewhere)
    if close := get_close_matches(names[-1], map(_last, here), n=1):
        suggestion = dotted(*within, *names[:-1], close[0])
        return ConfigError(title, next_step=f"Did you mean {suggestion}?")
    return ConfigError(title, next_step=f"There are: {', '.join(here)}.")


def _keeps(names: tuple[str, ...], within: tuple[str, ...]) -> str:
    """The command that keeps a secret of this name, for the profile whose table it stands in."""
    words = "alerts secret set" if names[0] == "alerts" else "login"
    return command(words, within[-1]) if within else of_any_profile(words)


def belongs(name: str, within: tuple[str, ...] = ()) -> str:
    """Where a setting of this name is to be written; empty where there is none.

    Below the head of a table, everything is its.
    """
    known = _known(in_profile=bool(within))
    return next((_moved(key, within) for key in known if _last(key) == name), "")


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _known(*, in_profile: bool) -> list[str]:
    """The dotted names of all groups and settings, in their order."""
    known: list[str] = []
    for entry in entries(Settings):
        if in_profile and entry.name == "profile":
            continue
        known.append(entry.name)
        if entry.group:
            known += [f"{entry.name}.{inner.name}" for inner in entries(entry.group)]
    return known if in_profile else [*known, PROFILES]


def _moved(key: str, within: tuple[str, ...]) -> str:
    """Where a setting belongs that stands in the wrong table."""
    group, _, name = key.rpartition(".")
    table = dotted(*within, *([group] if group else []))
    where = f"below [{table}]" if table else "above the first name in square brackets"
    return f"Write {name} {where}."


def _is_secret(name: str) -> bool:
    """Whether people may look under this name for a place for a secret."""
    plain = name.lower().replace("-", "_")
    return plain.endswith(("token", "secret", "password")) or plain in ("code", "grant_code")
