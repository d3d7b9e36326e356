"""The user's choices for the screen; a fault in them is reported with its place in the file."""

import os

from zcbulk_tui.cli.charset import Ascii, draws_ascii
from zcbulk_tui.config.load import Configuration
from zcbulk_tui.config.settings import AlertSettings
from zcbulk_tui.config.user_tables import table
from zcbulk_tui.config.values import masked
from zcbulk_tui.domain.alerts import QuietHours, Severity
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.render.order import GroupBy, Order, SortBy
from zcbulk_tui.tui.alerting import AlertPreferences
from zcbulk_tui.tui.app import Preferences
from zcbulk_tui.tui.keys import KEYS, Key
from zcbulk_tui.tui.own_keys import remapped
from zcbulk_tui.tui.themes import Themes, make


def default_preferences(*, ascii: Ascii, sparing: bool) -> Preferences:
    """Returns how the screen is to be where nothing else is configured."""
    return Preferences(ascii_only=draws_ascii(ascii, os.environ), sparing=sparing)


def preferences(configuration: Configuration) -> Preferences:
    """Returns the user's choices for the screen.

    Raises:
        ConfigError: A key or a theme that is configured cannot be used.
    """
    settings = configuration.settings
    sort, group = settings.list.sort, settings.list.group
    return default_preferences(ascii=settings.ascii, sparing=settings.low_bandwidth)._replace(
        keys=_keys(configuration),
        themes=_themes(configuration),
        order=Order(SortBy(sort.lstrip("-")), descending=sort.startswith("-")),
        group_by=None if group == "none" else GroupBy(group),
        alerts=_alerts(settings.alerts),
    )


def _alerts(settings: AlertSettings) -> AlertPreferences:
    toast, bell, notification = map(
        Severity.named, (settings.toast, settings.bell, settings.notification)
    )
    hours = settings.quiet_hours
    return AlertPreferences(toast, bell, notification, QuietHours.read(hours) if hours else None)


def _keys(configuration: Configuration) -> tuple[Key, ...]:
    """What can be done and by which keys, some of them the user's own."""
    given = configuration.given
    return remapped(
        KEYS, configuration.settings.keys, lambda action: given[f"keys.{action}"].source
    )


def _themes(configuration: Configuration) -> Themes:
    """All themes, and of them the one that is chosen."""
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
