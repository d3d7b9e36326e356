"""The user's own keys and themes: what is wrong with them is said with its place in the file."""

from typing import TYPE_CHECKING

from zcbulk_tui.config.load import Configuration
from zcbulk_tui.config.user_tables import table
from zcbulk_tui.config.values import masked
from zcbulk_tui.errors import ConfigError

if TYPE_CHECKING:
    from zcbulk_tui.tui.keys import Key
    from zcbulk_tui.tui.themes import Themes


def own_keys(configuration: Configuration) -> "tuple[Key, ...]":
    """Returns what can be done and by which keys, some of them the user's own.

    Raises:
        ConfigError: There is no such action or key, or the one cannot have the other.
    """
    from zcbulk_tui.tui.keys import KEYS
    from zcbulk_tui.tui.own_keys import remapped

    given = configuration.given
    return remapped(
        KEYS, configuration.settings.keys, lambda action: given[f"keys.{action}"].source
    )


def own_themes(configuration: Configuration) -> "Themes":
    """Returns all themes, and of them the one that is chosen.

    Raises:
        ConfigError: One of the user's own has a colour that there is not, or what is no colour.
    """
    # Textual, which is loaded only where there is a screen.
    from zcbulk_tui.tui.themes import make

    settings = configuration.settings
    # One by one, since the place of a fault is that of its colour.
    for key, value in configuration.given.items():
        if key.startswith("themes."):
            try:
                make(own=table({key: value}))
            except ConfigError as error:
                title = f"{value.source}: {masked(error.title)}"
                raise ConfigError(title, error.cause, error.next_step) from error
    return make(settings.theme, settings.themes)


def fault(configuration: Configuration) -> ConfigError | None:
    """Returns the first fault that only the screen knows to be one."""
    try:
        if configuration.settings.keys:
            own_keys(configuration)
        if configuration.settings.themes:
            own_themes(configuration)
    except ConfigError as error:
        return error
    return None
