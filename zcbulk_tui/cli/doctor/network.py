"""The doctor on the network: how far a request without a token gets, to the API and to accounts."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from zcbulk_tui.cli import event_loop
from zcbulk_tui.cli.client import make_network
from zcbulk_tui.cli.doctor import sign_in
from zcbulk_tui.cli.doctor.findings import Finding, Grade, failure
from zcbulk_tui.cli.forms import home_of
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.probe import Probe, Stage, probe
from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.commands import of_any_profile
from zcbulk_tui.errors import ConfigError, ServiceError, ZcbulkError

_LITTLE, _MUCH = 60.0, 300.0
"""Seconds that a clock may be wrong by, and by which it is no good."""


def check(settings: Settings) -> Iterator[Finding]:
    """Asks both hosts, at once; none where nothing says which they are."""
    hosts = _hosts(settings)
    if hosts is None:
        yield Finding(
            "data centre",
            Grade.WARN,
            "Unknown data centre: neither data_center, base_url nor a sign-in names it, so no host "
            "is tried.",
            f"Set data_center, or sign in: {of_any_profile('login')}",
        )
        return
    try:
        network = make_network(settings)
    except ConfigError as error:
        yield failure("network", error)
        return
    of_api, of_accounts = event_loop.run(_ask(network, *hosts))
    yield from _way("API", of_api)
    yield from _way("accounts", of_accounts)
    yield _clock([each.ahead for each in (of_api, of_accounts) if each.ahead is not None])


async def _ask(network: Network, *urls: str) -> Sequence[Probe]:
    try:
        return await asyncio.gather(*(probe(network, url) for url in urls))
    finally:
        await network.aclose()


def _hosts(settings: Settings) -> tuple[str, str] | None:
    """The API and the accounts server; None where nothing says which ones are the user's."""
    accounts = settings.accounts_url
    with suppress(ZcbulkError):  # it has a line of its own
        credentials = sign_in.kept(settings)
        accounts = credentials.accounts_url if credentials else accounts
    api = home_of(settings)
    center = datacenters.named(settings.data_center) if settings.data_center else None
    center = center or datacenters.find(urlsplit(api or "").hostname or "")
    center = center or datacenters.of_accounts(accounts or "")
    api = api or (center.api_url if center else None)
    accounts = accounts or (center.accounts_url if center else None)
    return (api, accounts) if api and accounts else None


def _way(name: str, probe: Probe) -> Iterator[Finding]:
    """What a request met, as far as it came."""
    parts = urlsplit(probe.url)
    through = f"through the proxy {probe.proxy}" if probe.proxy else "without a proxy"
    yield Finding(f"{name} route", Grade.PASS, f"To {probe.url}, {through}.")
    subjects = {
        Stage.NAME: f"{name} DNS",
        Stage.CONNECTION: f"{name} answer",
        Stage.TLS: f"{name} TLS",
        Stage.ANSWER: f"{name} answer",
    }
    if probe.proxy is not None:
        yield Finding(subjects[Stage.NAME], Grade.PASS, "Left to the proxy.")
    elif probe.address is not None:
        is_address = probe.address == parts.hostname
        said = "Not needed." if is_address else f"{parts.hostname} is {probe.address}."
        yield Finding(subjects[Stage.NAME], Grade.PASS, said)
    if probe.tls is not None:
        ends = (
            f"; the certificate ends on {probe.certificate_ends:%Y-%m-%d}"
            if probe.certificate_ends
            else ""
        )
        yield Finding(subjects[Stage.TLS], Grade.PASS, f"{probe.tls}, verified{ends}.")
    elif parts.scheme == "http":
        yield Finding(subjects[Stage.TLS], Grade.PASS, "None: plain http stays on this machine.")
    if probe.error is None:
        status = f"HTTP {probe.http_status}" if probe.http_status else "An answer that is not read"
        said = f"{status}, to a request without a token: any answer will do."
        yield Finding(subjects[Stage.ANSWER], Grade.PASS, said)
    elif probe.failed_at is not None:
        yield failure(subjects[probe.failed_at], probe.error)


def _clock(ahead: Sequence[float]) -> Finding:
    """What the times of the hosts say of ours: the nearest one, since a host may be wrong too."""
    subject, fix = "clock", "Set the clock, or have it set: timedatectl set-ntp true"
    if not ahead:
        return Finding(
            subject,
            Grade.WARN,
            "No host told the time, so this clock could not be compared.",
            "Compare it by hand: date -u",
        )
    nearest = min(ahead, key=abs)
    apart = abs(nearest)
    if apart < _LITTLE:
        return Finding(subject, Grade.PASS, f"It is right to {max(1, round(apart))} s.")
    said = f"It is {apart:,.0f} s {'behind' if nearest > 0 else 'ahead of'} Zoho's."
    if apart <= _MUCH:
        return Finding(subject, Grade.WARN, said, fix)
    return Finding(subject, Grade.FAIL, said, fix, ServiceError.exit_code)
