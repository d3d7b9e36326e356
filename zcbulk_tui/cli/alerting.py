"""Alerts as the settings want them."""

import re
from datetime import time, timedelta
from difflib import get_close_matches

from zcbulk_tui.config.settings import Settings
from zcbulk_tui.config.values import shown
from zcbulk_tui.domain.alerts import AlertKind, AlertRules, QuietHours, Severity
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.alerts import AlertStore

_QUIET_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})", re.ASCII)


def alert_rules(settings: Settings) -> AlertRules:
    """Returns when alerts are raised.

    Raises:
        ConfigError: There is no kind of alert of a name in ``off``.
    """
    alerts = settings.alerts
    return AlertRules(
        no_progress=timedelta(seconds=alerts.no_progress),
        failed_share=alerts.failed_share,
        deadline=timedelta(seconds=alerts.deadline),
        result=timedelta(seconds=alerts.result),
        quota_left=alerts.quota_left,
        stale=timedelta(seconds=alerts.stale),
        off=frozenset(map(_kind, alerts.off.split())),
    )


def quiet_hours(settings: Settings) -> QuietHours | None:
    """Returns when only critical alerts leave the dashboard; None for never.

    Raises:
        ConfigError: These are not two times of day.
    """
    text = settings.alerts.quiet_hours
    if text is None:
        return None
    found = _QUIET_HOURS.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        hour, minute, last_hour, last_minute = map(int, found.groups())
        return QuietHours(time(hour, minute), time(last_hour, last_minute))
    except ValueError as error:
        raise ConfigError(
            f"alerts.quiet_hours cannot be {shown(text)}",
            "These are not two times of day, from 00:00 to 23:59.",
            'Write them as in "22:00-07:00".',
        ) from error


def _kind(name: str) -> AlertKind:
    kinds = [kind.value for kind in AlertKind]
    if name in kinds:
        return AlertKind(name)
    close = get_close_matches(name.lower(), kinds, n=1)
    raise ConfigError(
        f"alerts.off cannot name {shown(name)}",
        f"There are: {', '.join(kinds)}.",
        f"Did you mean {close[0]}?" if close else "Use some of these, with spaces between them.",
    )


def is_red(alerts: AlertStore) -> bool:
    """Returns whether something that goes on needs somebody at once; also where nothing is known.

    What has ended badly needs nobody at once: it would keep a heartbeat silent for a day.
    """
    try:
        active = alerts.active()
    except ConfigError:
        return True
    return any(
        it.severity is Severity.CRITICAL and it.kind is not AlertKind.ENDED_BADLY for it in active
    )
