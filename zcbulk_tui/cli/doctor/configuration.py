"""The doctor on the configuration: whether it can be read, and what in the environment is ours."""

import os
from collections.abc import Iterator, Mapping

from zcbulk_tui.cli.config import meaningless
from zcbulk_tui.cli.doctor.findings import Finding, Grade, failure, short_path, unforeseen
from zcbulk_tui.config import layers, load
from zcbulk_tui.config.checks import understood
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.errors import ConfigError

_SUBJECT = "configuration"


def read(flags: Mapping[str, object]) -> tuple[Settings | None, list[Finding]]:
    """Returns the settings, and what is to be said of them; None where they cannot be read.

    Args:
        flags: Settings from the command line.
    """
    try:
        configuration = load.read(flags=flags)
    except ConfigError as error:
        return None, [failure(_SUBJECT, error)]
    except Exception as error:  # noqa: BLE001 - whatever it is, the other checks go on
        return None, [unforeseen(_SUBJECT, error)]
    settings = configuration.settings
    file = short_path(configuration.path)
    there = file if configuration.path.exists() else f"{file} is not there, so defaults apply"
    said = f"{there}; profile {settings.profile}."
    return settings, [Finding(_SUBJECT, Grade.PASS, said)]


def of_environment() -> Settings:
    """What the environment alone sets, for where the file cannot be read; else the defaults."""
    try:
        given = layers.from_environment(os.environ)
        return understood(layers.build(Settings(), given), given)
    except ConfigError:
        return Settings()


def variables(environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Looks for variables that are meant for this program, and mean nothing to it."""
    warnings = list(meaningless(environ))
    for warning in warnings:
        yield Finding("variables", Grade.WARN, warning, "Correct its name, or unset it.")
    if not warnings:
        known = sum(name.startswith("ZCBULK_") for name in environ)
        said = f"ZCBULK_ variables that are set: {known}, all of them known."
        yield Finding("variables", Grade.PASS, said)
