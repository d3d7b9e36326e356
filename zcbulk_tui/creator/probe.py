"""One request without a token, and how far it gets on the way to a host: for the doctor."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

import httpx

from zcbulk_tui.creator.network import Network
from zcbulk_tui.errors import UnreachableError, UnreadableError, ZcbulkError


class Stage(Enum):
    """A part of the way."""

    NAME = "name"
    CONNECTION = "connection"
    TLS = "TLS"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Probe:
    """What a request met on its way.

    Attributes:
        url: Scheme and host that it was sent to.
        proxy: Host and port of the proxy that it went through; None for none.
        address: The host's address; None where it is not known here.
        tls: Version of TLS; None for none.
        certificate_ends: When the host's certificate ends; aware; None where it is not known.
        http_status: That of the answer; None where there is none that could be read.
        ahead: Seconds by which the host's clock is ahead of ours; None if it sends no date.
        error: Why there is no answer; None where there is one.
        failed_at: On which part of the way; None where there is an answer.
    """

    url: str
    proxy: str | None = None
    address: str | None = None
    tls: str | None = None
    certificate_ends: datetime | None = None
    http_status: int | None = None
    ahead: float | None = None
    error: ZcbulkError | None = None
    failed_at: Stage | None = None


async def probe(
    network: Network,
    url: str,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Probe:
    """Requests ``/`` of a host, without secrets; any answer will do.

    Args:
        network: Carries the request.
        url: Scheme and host.
        now: The time of day; aware.
    """
    way = _Way()
    request = network.request("GET", f"{url}/", extensions={"trace": way.note})
    way.host = request.url.raw_host.decode("ascii")
    error: ZcbulkError | None = None
    http_status = ahead = None
    sent_at = now()
    try:
        response, _ = await network.send(request)
    except UnreadableError:
        pass  # One that is too large, or encoded, is an answer all the same.
    except ZcbulkError as problem:
        error = problem
    else:
        http_status = response.status_code
        ahead = _ahead(response, sent_at + (now() - sent_at) / 2)
    address = way.address
    if isinstance(error, UnreachableError) and address is None and way.proxy is None:
        # The error does not always distinguish a failed lookup from a failed connection.
        address = await _look_up(request)
    return Probe(
        url,
        way.proxy,
        address,
        way.tls,
        way.certificate_ends,
        http_status,
        ahead,
        error,
        None if error is None else _failed_at(way, address, error),
    )


class _Way:
    """Connection details from the HTTP library's trace events.

    Attributes:
        host: Where the request goes.
        proxy: As of `Probe`.
        address: As of `Probe`.
        tls: As of `Probe`.
        certificate_ends: As of `Probe`.
        is_tls_begun: Whether TLS with the host was begun.
    """

    def __init__(self) -> None:
        self.host = ""
        self.proxy: str | None = None
        self.address: str | None = None
        self.tls: str | None = None
        self.certificate_ends: datetime | None = None
        self.is_tls_begun = False
        self._tls_is_hosts = False

    async def note(self, event: str, details: Mapping[str, Any]) -> None:
        """Takes an event; its name ends in what happens, and in what has become of it."""
        match event.split(".")[-2:]:
            case ["connect_tcp", "started"]:
                if details["host"] != self.host:
                    self.proxy = f"{details['host']}:{details['port']}"
            case ["connect_tcp", "complete"]:
                if self.proxy is None:
                    self.address = str(details["return_value"].get_extra_info("server_addr")[0])
            case ["start_tls", "started"]:
                # A proxy may require TLS of its own.
                self._tls_is_hosts = details["server_hostname"] == self.host
                self.is_tls_begun = self.is_tls_begun or self._tls_is_hosts
            case ["start_tls", "complete"] if self._tls_is_hosts:
                self._note_tls(details["return_value"].get_extra_info("ssl_object"))

    def _note_tls(self, channel: ssl.SSLObject) -> None:
        self.tls = channel.version()
        ends = (channel.getpeercert() or {}).get("notAfter")
        if isinstance(ends, str):
            self.certificate_ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)


def _failed_at(way: _Way, address: str | None, error: ZcbulkError) -> Stage:
    if way.is_tls_begun and way.tls is None:
        return Stage.TLS
    if not isinstance(error, UnreachableError):
        return Stage.ANSWER
    return Stage.NAME if address is None and way.proxy is None else Stage.CONNECTION


async def _look_up(request: httpx.Request) -> str | None:
    """The address of a host; None where it cannot be found in the time that a connection has."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(request.extensions["timeout"]["connect"]):
            found = await loop.getaddrinfo(request.url.host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # also that the time was over
        return None
    return str(found[0][4][0])


def _ahead(response: httpx.Response, at: datetime) -> float | None:
    """By how much the time in an answer differs from the time `at` which it was made."""
    try:
        date = parsedate_to_datetime(response.headers.get("Date", ""))
        # What comes out of a cache was made earlier.
        age = int(response.headers.get("Age", "0"))
        return date.replace(tzinfo=date.tzinfo or UTC).timestamp() + age - at.timestamp()
    except (ValueError, OverflowError):
        return None
