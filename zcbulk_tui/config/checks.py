"""What a value has to mean, beyond its type: URLs, time zones, names."""

import re
import shlex
from collections.abc import Mapping
from contextlib import suppress
from difflib import get_close_matches
from typing import NoReturn, TypeGuard

from zcbulk_tui.config.settings import COLUMNS, THEMES, AlertSettings, Settings
from zcbulk_tui.config.values import SettingValue, masked, shown
from zcbulk_tui.domain.address import is_link_name, parse_base_url, parse_private_url
from zcbulk_tui.domain.alerts import AlertKind, QuietHours
from zcbulk_tui.errors import ConfigError, UsageError

# It names files, and is typed.
_PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,29}", re.ASCII)


def is_profile_name(value: object) -> TypeGuard[str]:
    """Whether a profile can be called so."""
    return isinstance(value, str) and _PROFILE.fullmatch(value) is not None


def bad_profile_name(message: str, value: object) -> ConfigError:
    """The error for what `is_profile_name` does not take; `message` is the sentence before it."""
    if isinstance(value, dict):
        return ConfigError(f"{message} {shown(value)}", next_step="Did you mean [profiles.NAME]?")
    return ConfigError(
        f"{message} {shown(value)}",
        next_step="Write a name of 1 to 30 letters, digits, dots, hyphens and underscores; "
        "the first is a letter or a digit.",
    )


def understood(settings: Settings, given: Mapping[str, SettingValue]) -> Settings:
    """Returns the settings normalised, as far as that is possible without using them.

    Raises:
        ConfigError: One of them means nothing.
    """
    link_names = {key: getattr(settings, key) for key in ("owner", "app", "form")}
    link_names["control.report"] = settings.control.report
    for key, value in link_names.items():
        if value is not None and not is_link_name(value):
            raise ConfigError(
                f"{given[key].source}: {key} cannot be {shown(value)}",
                next_step="Link names stand in the URL of the application; they have no spaces.",
            )
    zone = settings.budget.reset_timezone
    if zone is not None:
        _check_time_zone(zone, f"{given['budget.reset_timezone'].source}: budget.reset_timezone")
    if settings.list.sort.removeprefix("-") not in COLUMNS:
        _refuse_sort(settings.list.sort, given["list.sort"])
    return settings._replace(
        base_url=_url(settings.base_url, "base_url", "https://www.zohoapis.eu", given),
        accounts_url=_url(settings.accounts_url, "accounts_url", "https://accounts.zoho.eu", given),
        alerts=_alerts(settings.alerts, given),
        heartbeat=settings.heartbeat._replace(
            url=_private_url(settings.heartbeat.url, "heartbeat.url", _PING, given),
        ),
    )


_HOOK, _PING = "https://alerts.example.com/zoho", "https://hc.example.com/ping/1234"


def _alerts(alerts: AlertSettings, given: Mapping[str, SettingValue]) -> AlertSettings:
    if alerts.quiet_hours is not None:
        _check_quiet_hours(alerts.quiet_hours, given["alerts.quiet_hours"])
    for name in alerts.off.split():
        if name not in tuple(AlertKind):
            _refuse_kind(name, given["alerts.off"])
    if alerts.command is not None:
        _check_command(alerts.command, f"{given['alerts.command'].source}: alerts.command")
    return alerts._replace(webhook=_private_url(alerts.webhook, "alerts.webhook", _HOOK, given))


def _check_quiet_hours(hours: str, setting: SettingValue) -> None:
    try:
        QuietHours.read(hours)
    except ValueError as error:
        raise ConfigError(
            f"{setting.source}: alerts.quiet_hours cannot be {shown(hours)}",
            next_step='Write two times of day with a hyphen between them, as in "22:00-07:00".',
        ) from error


def _refuse_kind(name: str, setting: SettingValue) -> NoReturn:
    close = get_close_matches(name.lower().replace("_", "-"), tuple(AlertKind), n=1)
    raise ConfigError(
        f"{setting.source}: alerts.off cannot have {shown(name)}",
        f"There are: {', '.join(AlertKind)}; several are separated by spaces.",
        f"Did you mean {close[0]}?" if close else "Use some of these.",
    )


def _check_command(command: str, source: str) -> None:
    """Makes sure that a command can be taken apart, without a word of it in the error."""
    with suppress(ValueError):
        if any(shlex.split(command)[:1]):
            return
    raise ConfigError(
        f"{source} cannot be what it is set to",
        "Its quotes do not match, or it names no program.",
        "Write it as for a shell, which is not started: quotes hold words together.",
    )


def _private_url(
    text: str | None, key: str, example: str, given: Mapping[str, SettingValue]
) -> str | None:
    if text is None:
        return None
    try:
        return parse_private_url(text, example)
    except UsageError as error:
        raise ConfigError(
            f"{given[key].source}: {key} cannot be what it is set to",
            f"{error.title}.",
            error.next_step,
        ) from None


def check_together(settings: Settings, given: Mapping[str, SettingValue]) -> None:
    """Checks what must fit each other, of all layers together: each alone shows only a part.

    Raises:
        ConfigError: Two of the settings do not.
    """
    memory = settings.memory
    if memory.full_days > memory.days:
        # One of them is not the default: the defaults fit.
        key, value = ("memory.days", memory.days)
        if "memory.full_days" in given:
            key, value = ("memory.full_days", memory.full_days)
        raise ConfigError(
            f"{given[key].source}: {key} cannot be {value}",
            f"memory.full_days is {memory.full_days}, and memory.days is {memory.days}.",
            "Set both, so that memory.days is no less than memory.full_days.",
        )
    if settings.theme not in THEMES and settings.theme not in settings.themes:
        _refuse_theme(settings, given["theme"])


def _refuse_theme(settings: Settings, setting: SettingValue) -> NoReturn:

    there = (*THEMES, *settings.themes)
    close = get_close_matches(settings.theme.lower(), there, n=1)
    raise ConfigError(
        f"{setting.source}: theme cannot be {shown(settings.theme)}",
        f"There are: {', '.join(map(masked, there))}.",
        f"Did you mean {masked(close[0])}?"
        if close
        else "Use one of these, or add the table [themes.NAME].",
    )


def _refuse_sort(sort: str, setting: SettingValue) -> NoReturn:

    turned, column = ("-" if sort.startswith("-") else ""), sort.removeprefix("-")
    close = get_close_matches(column.lower(), COLUMNS, n=1)
    raise ConfigError(
        f"{setting.source}: list.sort cannot be {shown(sort)}",
        f"There are: {', '.join(COLUMNS)}; a hyphen before it reverses the sort.",
        f"Did you mean {turned}{close[0]}?" if close else "Use one of these.",
    )


def _url(text: str | None, key: str, example: str, given: Mapping[str, SettingValue]) -> str | None:
    if text is None:
        return None
    try:
        return parse_base_url(text, example)
    except UsageError as error:
        raise ConfigError(
            f"{given[key].source}: {key}: {masked(error.title)}",
            masked(error.cause),
            error.next_step,
        ) from error


def _check_time_zone(name: str, source: str) -> None:
    import zoneinfo  # takes a moment, and few name a zone

    try:
        zoneinfo.ZoneInfo(name)
    # Beside what there is not: a folder, and a file of other content, among those of the zones.
    except (KeyError, OSError, ValueError) as error:
        known = zoneinfo.available_timezones()
        if not known:
            raise ConfigError(
                f"{source} cannot be looked up",
                "This machine has no data about time zones.",
                "Write: pip install tzdata",
            ) from error
        close = get_close_matches(name, known, n=1, cutoff=0.8)
        raise ConfigError(
            f"{source} cannot be {shown(name)}",
            "There is no time zone of this name.",
            f"Did you mean {close[0]}?"
            if close
            else 'Write its name in the IANA database, as in "Asia/Kolkata".',
        ) from error
