"""``zcbulk-tui alerts``: what was raised, a test of the channels, and the webhook's secret."""

import asyncio
import os
import time
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from zcbulk_tui.channels.payload import alert_object
from zcbulk_tui.cli import event_loop, options
from zcbulk_tui.cli.log import parse_since
from zcbulk_tui.cli.output import print_error, print_json, print_lines, terminal_width, wrapped
from zcbulk_tui.cli.state import kept_webhook_secret, open_memory
from zcbulk_tui.config import load, secrets
from zcbulk_tui.config.settings import AlertSettings, Settings
from zcbulk_tui.domain.alerts import Alert, AlertKind, Severity
from zcbulk_tui.domain.commands import command
from zcbulk_tui.errors import UsageError, ZcbulkError
from zcbulk_tui.render.span import width, wrap
from zcbulk_tui.store.alerts import AlertStore
from zcbulk_tui.store.json_objects import moment

if TYPE_CHECKING:
    from zcbulk_tui.monitor.ports import AlertChannel

_EPILOG = """\
Channels are set in the configuration: alerts.command and alerts.webhook. Toast, bell and
notification of the terminal belong to the dashboard, and are not tested here."""

_PARTS = {
    "list": "print alerts that are active, and those of the past (the default)",
    "test": "send a test alert through each channel that is configured",
    "secret": "say whether there is a secret for the webhook; set or remove it",
}

_EXAMPLES = {
    "command": 'command = "notify-send zcbulk-tui"',
    "webhook": 'webhook = "https://alerts.example.com/zoho"',
}
"""The channels, each with the setting that makes one."""

_TEXT = "This is a test: alerts arrive here"

_INDENT = " " * 27


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.epilog = _EPILOG
    options.add_profile(parser, inherit=True)
    _add_list_options(parser)
    parts = parser.add_subparsers(title="commands", metavar="COMMAND", dest="part")
    for part, what in _PARTS.items():
        sub = parts.add_parser(part, help=what, description=f"Alerts: {what}.")
        options.add_profile(sub, inherit=True)
        match part:
            case "list":
                _add_list_options(sub, inherit=True)
            case "test":
                sub.add_argument("--channel", choices=tuple(_EXAMPLES), help="only this one")
            case _:
                sub.add_argument("action", nargs="?", choices=("set", "remove"))


def _add_list_options(parser: ArgumentParser, *, inherit: bool = False) -> None:
    """Adds the options of the list; `inherit` where they may stand before ``list``."""
    parser.add_argument(
        "--since",
        metavar="WHEN",
        default=SUPPRESS if inherit else "24h",
        help="a span back from now (30m, 2h, 3d, 1w), a date, or a date and a time; default: 24h",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        default=SUPPRESS if inherit else False,
        help="as a JSON array",
    )


def run(arguments: Namespace) -> int:
    """Does what was typed after the command; returns the exit code.

    Raises:
        ZcbulkError: It cannot be done.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    match arguments.part:
        case "test":
            return _test(settings, arguments.channel)
        case "secret":
            return _secret(settings, arguments.action)
        case _:
            return _list(settings, arguments.since, as_json=arguments.json)


# The list.


def _list(settings: Settings, since: str, *, as_json: bool) -> int:
    start = parse_since(since, datetime.now(UTC))
    with open_memory(is_only_read=True) as database:
        store = AlertStore(database, settings.profile)
        # Of one that is active it is no matter since when.
        found = {alert.id: alert for alert in (*store.active(), *store.since(start))}
        alerts = [(alert, store.sent(alert)) for _, alert in sorted(found.items())]
    if as_json:
        objects = [
            {**alert_object(alert), "cleared_at": moment(alert.cleared_at), "sent": sent}
            for alert, sent in alerts
        ]
        print_json(objects)
    elif alerts:
        print_lines(line for alert, sent in alerts for line in _lines(alert, sent))
    else:
        print(f"No alert is active, and none was raised or cleared since {_time(start)}.")
    return 0


def _lines(alert: Alert, sent: dict[str, str]) -> Iterator[str]:
    """An alert for people: what was raised, and below it what became of it."""
    about = f"{alert.label or alert.ref.job_id}: " if alert.ref else ""
    asked = " (asked for)" if alert.is_asked else ""
    head = f"{_time(alert.at)}  {alert.severity.word:<8}  {alert.kind:<12}"
    text = f"{about}{alert.text}{asked}"
    ended = "active" if alert.cleared_at is None else f"cleared {_time(alert.cleared_at)}"
    below = ["; ".join((ended, *(f"{name}: {it}" for name, it in sent.items())))]
    cells = terminal_width()
    if cells is None or width(f"{head}  {text}") <= cells:
        head = f"{head}  {text}"
    else:
        below.insert(0, text)
    yield from wrapped(head)
    indent = _INDENT if cells is None or cells >= 2 * len(_INDENT) else "  "
    for said in below:
        lines = [said] if cells is None else wrap(said, cells - len(indent), len(said))
        yield from (f"{indent}{line}" for line in lines)


def _time(at: datetime) -> str:
    return at.astimezone().isoformat(" ", "seconds")


# The test.


def _test(settings: Settings, only: str | None) -> int:
    """Sends a test alert through all channels at once; each is tried once."""
    # These load httpx, which the list does without.
    from zcbulk_tui.cli import alerting
    from zcbulk_tui.cli.client import make_network

    missing = [name for name in _EXAMPLES if getattr(settings.alerts, name) is None]
    if only in missing or len(missing) == len(_EXAMPLES):
        raise UsageError(
            f"No {only or 'channel'} is configured, so nothing was sent",
            next_step=f"Write below [alerts], as in: {_EXAMPLES[only or 'command']}. Where: "
            f"{command('config path', settings.profile)}",
        )

    async def sent() -> list[tuple[str, str, ZcbulkError | None]]:
        network = make_network(settings)
        try:
            there = [it for it, _ in alerting.channels(settings, network, patience=0.0)]
            wanted = [channel for channel in there if only in (None, channel.name)]
            return await asyncio.gather(*(_try(channel, settings.profile) for channel in wanted))
        finally:
            await network.aclose()

    outcomes = event_loop.run(sent())
    for name, seconds, error in outcomes:
        said = f"not sent. {error}" if error else f"sent, in {seconds} s"
        print(f"{name}: {said}{_off(settings.alerts, name)}")
    for name in missing if only is None else ():
        print(f"{name}: not configured. Write below [alerts], as in: {_EXAMPLES[name]}")
    return 1 if any(error for _, _, error in outcomes) else 0


async def _try(channel: "AlertChannel", profile: str) -> tuple[str, str, ZcbulkError | None]:
    """Sends a test alert; returns the channel, the seconds it took, and what went wrong."""
    alert = Alert(
        0, AlertKind.QUEUE, Severity.WARNING, _TEXT, datetime.now(UTC), profile, is_asked=True
    )
    begun = time.monotonic()
    error = None
    try:
        await channel.send(alert)
    except ZcbulkError as failure:
        error = failure
    return channel.name, f"{time.monotonic() - begun:.1f}", error


def _off(alerts: AlertSettings, name: str) -> str:
    """What is to be added where no alert takes a channel that was tested."""
    is_off = getattr(alerts, f"{name}_from") == "off"
    return f". No alert takes it: {name}_from is off" if is_off else ""


# The secret.


def _secret(settings: Settings, action: str | None) -> int:
    # Loads pydantic, which the list does without.
    from zcbulk_tui.cli import prompts

    kept = kept_webhook_secret(settings)
    match action:
        case "set":
            kept.write(prompts.secret("Webhook secret: ", secrets.WEBHOOK_SECRET))
            print(f"The webhook's secret is kept in {kept.place}.")
        case "remove":
            was_there = kept.exists
            kept.remove()
            print("The webhook's secret is removed." if was_there else "There was none.")
        case _:
            print(_kept(settings, kept.place if kept.exists else ""))
    if kept.notice:
        print_error(kept.notice)
    if action is not None and os.environ.get(secrets.WEBHOOK_SECRET, "").strip():
        print_error(f"{secrets.WEBHOOK_SECRET} is set and takes precedence: unset it.")
    return 0


def _kept(settings: Settings, place: str) -> str:
    if os.environ.get(secrets.WEBHOOK_SECRET, "").strip():
        return f"The webhook's secret is in {secrets.WEBHOOK_SECRET}."
    if place:
        return f"The webhook's secret is kept in {place}."
    return f"There is no secret for the webhook. To set one: {_set(settings)}"


def _set(settings: Settings) -> str:
    return command("alerts secret set", settings.profile)
