"""The data centres of the accounts server, distinguished by the host of a call.

Two of them are enough to send a user from one to the other. On the loopback interface
``localhost`` stands for the EU, ``127.0.0.1`` for the US.
"""

from collections.abc import Mapping

from zcbulk_tui.simulator.messages import Request

US, EU = "us", "eu"

API_DOMAINS: Mapping[str, str] = {US: "https://www.zohoapis.com", EU: "https://api.zoho.eu"}
"""``api_domain`` as the samples show it: of several hosts, contradictory [REF2][MDC-C]."""

_ACCOUNTS: Mapping[str, str] = {US: "https://accounts.zoho.com", EU: "https://accounts.zoho.eu"}
_LOOPBACK: Mapping[str, str] = {US: "127.0.0.1", EU: "localhost"}


def host_of(request: Request) -> str:
    """The host a call names, with its port; "" if it names none."""
    return request.headers.get("host", "").lower()


def centre_of(request: Request) -> str:
    """The data centre a call is for."""
    name = host_of(request).partition(":")[0]
    return EU if name == _LOOPBACK[EU] or name.endswith(".eu") else US


def origin_of(request: Request) -> str:
    """The accounts server of a call, as a URL without a path."""
    host = host_of(request)
    if not host:
        return _ACCOUNTS[US]
    return f"{request.scheme if _is_loopback(host) else 'https'}://{host}"


def locations(request: Request) -> Mapping[str, str]:
    """The accounts servers by data centre, all on loopback if the call was."""
    host = host_of(request)
    if not _is_loopback(host):
        return _ACCOUNTS
    _, colon, port = host.partition(":")
    return {centre: f"{request.scheme}://{name}{colon}{port}" for centre, name in _LOOPBACK.items()}


def _is_loopback(host: str) -> bool:
    return host.partition(":")[0] in _LOOPBACK.values()
