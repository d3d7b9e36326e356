"""Forms as users name them."""

from argparse import ArgumentParser, Namespace

from zcbulk_tui.cli import options
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.address import is_link_name
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, UsageError


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what names a form."""
    parser.add_argument("--form", metavar="NAME", help="link name of the form (default: setting)")
    parser.add_argument("--app", metavar="NAME", help="link name of the application (likewise)")
    parser.add_argument("--owner", metavar="NAME", help="its owner's user name (likewise)")
    options.add_profile(parser, inherit=True)
    options.add_environment(parser)


def is_named(arguments: Namespace, settings: Settings) -> bool:
    """Whether a form is named, by an argument or by the settings."""
    return bool(arguments.form or settings.form)


def form_of(arguments: Namespace, settings: Settings) -> FormRef:
    """Returns the form that is named.

    Raises:
        UsageError: A part of its name cannot be one.
        ConfigError: A part is neither typed nor set.
    """
    origin = home_of(settings)
    parts = {name: getattr(arguments, name) or getattr(settings, name) for name in _PARTS}
    missing = [f"--{name}" for name, value in parts.items() if not value]
    if missing:
        raise ConfigError(
            f"The form is not named in full: {', '.join(missing)} missing",
            next_step="Add that, or write owner, app and form into the configuration file.",
        )
    if origin is None:
        raise ConfigError(
            "The data centre is not known",
            "A form's name does not say where its account is.",
            "Set data_center in the configuration file, or ZCBULK_DATA_CENTER.",
        )
    for name, value in parts.items():
        if not is_link_name(str(value)):
            raise UsageError(
                f"“{one_line(str(value), 60)}” cannot be a link name (--{name})",
                next_step="Link names stand in the URL of the application; they have no spaces.",
            )
    owner, app, form = (str(value) for value in parts.values())
    return FormRef(origin, owner, app, form, Environment(settings.environment))


_PARTS = ("owner", "app", "form")


def home_of(settings: Settings) -> str | None:
    """Scheme and host of the profile's API; None where the settings do not say."""
    if settings.base_url is not None:
        return settings.base_url
    center = datacenters.named(settings.data_center) if settings.data_center else None
    return center.api_url if center else None
