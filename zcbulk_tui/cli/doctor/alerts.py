"""The doctor on the channels of alerts: what is configured, without a call."""

import os
import shlex
import shutil
from collections.abc import Iterator

from zcbulk_tui.cli.alerting import webhook_secret
from zcbulk_tui.cli.doctor.findings import Finding, Grade, failure
from zcbulk_tui.cli.state import kept_webhook_secret
from zcbulk_tui.config import secrets
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.config.values import public_part
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError


def check(settings: Settings) -> Iterator[Finding]:
    """Looks at each channel that is configured."""
    alerts = settings.alerts
    if alerts.command is None and alerts.webhook is None:
        said = "No command and no webhook is configured: alerts stay in the dashboard."
        yield Finding("alerts", Grade.PASS, said)
    if alerts.command is not None:
        yield _command(settings, alerts.command)
    if alerts.webhook is not None:
        yield _webhook(settings, alerts.webhook)


def _command(settings: Settings, text: str) -> Finding:
    subject, shown = "alert command", one_line(public_part(text), 80)
    if shutil.which(secrets.expanded(shlex.split(text)[0])) is None:
        return Finding(
            subject,
            Grade.WARN,
            f"There is no program to run for “{shown}”.",
            f"Correct alerts.command, then try it: {_test(settings)}",
        )
    said = f"“{shown}” can be run.{_taken(settings.alerts.command_from)}"
    return Finding(subject, Grade.PASS, said)


def _webhook(settings: Settings, url: str) -> Finding:
    subject = "alert webhook"
    try:
        secret = webhook_secret(settings)
    except ConfigError as error:
        return failure(subject, error)
    if secret is None:
        source = "without a secret"
    elif os.environ.get(secrets.WEBHOOK_SECRET, "").strip():
        source = f"with the secret in {secrets.WEBHOOK_SECRET}"
    else:
        source = f"with the secret in {kept_webhook_secret(settings).place}"
    said = f"To {public_part(url)}, {source}.{_taken(settings.alerts.webhook_from)}"
    return Finding(subject, Grade.PASS, said)


def _taken(loudness: str) -> str:
    """Which alerts take a channel."""
    return " No alert takes it." if loudness == "off" else f" Alerts from {loudness} on take it."


def _test(settings: Settings) -> str:
    return command("alerts test", settings.profile)
