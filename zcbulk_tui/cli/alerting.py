"""Alerts as the settings want them: when they are raised, and which channels they take."""

import os
import shlex
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from zcbulk_tui.channels.command import CommandChannel
from zcbulk_tui.channels.webhook import PATIENCE, WebhookChannel
from zcbulk_tui.cli.state import kept_webhook_secret
from zcbulk_tui.config import layers, secrets
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.creator.network import Network
from zcbulk_tui.domain.alerts import AlertKind, AlertRules, QuietHours, Severity
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.ports import AlertChannel
from zcbulk_tui.store.alerts import AlertStore

if TYPE_CHECKING:
    from pydantic import SecretStr


def alert_rules(settings: Settings) -> AlertRules:
    """Returns when alerts are raised."""
    alerts = settings.alerts
    return AlertRules(
        no_progress=timedelta(seconds=alerts.no_progress),
        failed_share=alerts.failed_share,
        deadline=timedelta(seconds=alerts.deadline),
        result=timedelta(seconds=alerts.result),
        quota_left=alerts.quota_left,
        stale=timedelta(seconds=alerts.stale),
        off=frozenset(map(AlertKind, alerts.off.split())),
    )


def quiet_hours(settings: Settings) -> QuietHours | None:
    """Returns when only critical alerts leave the dashboard; None for never."""
    text = settings.alerts.quiet_hours
    return None if text is None else QuietHours.read(text)


def least(loudness: str) -> Severity | None:
    """Returns the severity from which on alerts take a channel, by its setting; None for none."""
    return Severity.named(loudness)


def channels(
    settings: Settings, network: Network, *, patience: float = PATIENCE
) -> list[tuple[AlertChannel, Severity | None]]:
    """Returns the channels that are configured, each with the severity from which on it is taken.

    Args:
        settings: Those of the profile.
        network: Carries what goes to the webhook; is to be closed after them.
        patience: Seconds after which an alert is not sent to the webhook again; 0 for one try.
    """
    alerts = settings.alerts
    found: list[tuple[AlertChannel, Severity | None]] = []
    if alerts.command is not None:
        words = [secrets.expanded(word) for word in shlex.split(alerts.command)]
        found.append((CommandChannel(words, secret_variables()), least(alerts.command_from)))
    if alerts.webhook is not None:
        secret = partial(webhook_secret, settings)
        webhook = WebhookChannel(network, alerts.webhook, secret, patience=patience)
        found.append((webhook, least(alerts.webhook_from)))
    return found


def secret_variables() -> frozenset[str]:
    """Returns the names of our variables whose values are secret, or may be in part."""
    private = (
        layers.variable(key) for key, entry in layers.settings_of(Settings) if entry.rule.private
    )
    return frozenset((*secrets.VARIABLES, *private))


def webhook_secret(settings: Settings) -> "SecretStr | None":
    """Returns what the webhook's service knows us by; None for nothing.

    Raises:
        ConfigError: It cannot be read, or the environment holds something that cannot be one.
    """
    secret = secrets.from_environment(secrets.WEBHOOK_SECRET, os.environ)
    return secret or kept_webhook_secret(settings).read()


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
