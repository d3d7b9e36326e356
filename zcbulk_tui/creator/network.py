"""One request over HTTPS and its whole answer, or an error of the tree."""

import asyncio
import os
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any

import httpx
from pydantic import SecretStr

from zcbulk_tui import __version__
from zcbulk_tui.creator.exchange import Exchange, TooMuchError
from zcbulk_tui.creator.route import Route
from zcbulk_tui.creator.trust import distrust, trust
from zcbulk_tui.domain import proxies
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import (
    UnclearError,
    UnreachableError,
    UnreadableError,
    ZcbulkError,
)

Form = Mapping[str, str | SecretStr]

MAX_ANSWER = 1024 * 1024
"""Bytes of the largest content of an answer that is read."""

_HEADERS = {
    # Some v2.1 endpoints have been seen to refuse every other value with 9210.
    "Accept": "application/json",
    # Answers are a few hundred bytes: compression gains nothing, and could hide size.
    "Accept-Encoding": "identity",
    # What is left over of one answer must not be taken for the next one, and a connection that the
    # server has given up must not swallow a command. Calls are too rare for one to be saved.
    "Connection": "close",
    "User-Agent": f"zcbulk-tui/{__version__}",
}

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""What a replacement of the network raises instead of sending."""

_OF_CONNECTIONS = (httpx.TransportError, httpx.InvalidURL, TooMuchError, UnicodeError, OSError)
"""What goes wrong with a host, a connection or an answer."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait: for a connection, for the next bytes, and for a whole call."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0


class Network:
    """Sends requests and reads their answers. No redirect is followed: it could take secrets along.

    Args:
        timeouts: How long to wait.
        verify: Whom to trust; None for the system's certificates.
        transport: Replaces the network, for the demo.

    Raises:
        ConfigError: The environment names a proxy or a file that cannot be used.
    """

    def __init__(
        self,
        *,
        timeouts: Timeouts | None = None,
        verify: ssl.SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        transport = transport or Route(proxies.read(os.environ), verify or trust())
        self._is_replaced = not isinstance(transport, Route)
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(self._timeouts.read, connect=self._timeouts.connect),
            follow_redirects=False,
            headers=_HEADERS,
            cookies=_NoCookies(),
            event_hooks={"response": [_forget_location]},
            # What the environment says is read in one place, and nothing from a .netrc.
            trust_env=False,
        )

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        form: Form | None = None,
        extensions: dict[str, Any] | None = None,
    ) -> httpx.Request:
        """Makes a request; a form is sent as its body.

        Raises:
            UnreachableError: There can be no such host, or no such request.
        """
        try:
            return self._http.build_request(
                method,
                url,
                headers=headers,
                content=content,
                data=form and _revealed(form),
                extensions=extensions,
            )
        except Exception as error:  # noqa: BLE001 - the library's parsers raise what they please
            failure = _unreachable(one_line(url.partition("://")[2].partition("/")[0], 120), error)
        # Outside, so that no traceback leads to the form's secrets.
        raise failure

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def send(
        self,
        request: httpx.Request,
        auth: httpx.Auth | None = None,
        *,
        on_sent: Callable[[], None] = lambda: None,
    ) -> tuple[httpx.Response, bytes]:
        """Sends a request; returns the answer and its body, whatever the answer is.

        The body of a redirect is not read.

        Args:
            request: What to send.
            auth: Signs it.
            on_sent: Called when its first byte may leave.

        Raises:
            UnreachableError: Nothing was sent: no byte of the request can have left.
            UnclearError: It was sent, or may have been, and no answer came.
            UnreadableError: The answer is too large, or encoded.
        """
        exchange = Exchange(request.extensions.get("trace"), on_sent)
        request.extensions["trace"] = exchange.note
        try:
            if self._is_replaced:
                on_sent()
            async with asyncio.timeout(self._timeouts.total):
                with exchange.open():
                    response = await self._http.send(request, auth=auth, stream=True)
                    try:
                        encoding = _encoding(response)
                        body = b"" if encoding else await _read(response, exchange)
                    finally:
                        await response.aclose()
            if encoding:
                failure: ZcbulkError = _encoded(response, encoding)
            elif body is not None:
                return response, body
            else:
                failure = _too_large(
                    f"HTTP {response.status_code} with more than {MAX_ANSWER // 1024} KiB"
                )
        except Exception as error:  # noqa: BLE001 - whatever the libraries raise, foreseen or not
            host = request.url.netloc.decode("ascii", "replace")
            if not self._may_have_left(exchange, error):
                failure = _unreachable(host, error)
            elif isinstance(error, TooMuchError):
                failure = _too_large(str(error))
            else:
                failure = _unclear(host, error)
        # Outside, so that no traceback leads to what was written or read, tokens included.
        raise failure

    def _may_have_left(self, exchange: Exchange, error: Exception) -> bool:
        """Whether bytes of a request may have left."""
        return not isinstance(error, _NOT_SENT) if self._is_replaced else exchange.is_sent


class _NoCookies(CookieJar):
    """Keeps no cookie and sends none: one that cannot be sent would block every later call."""

    def extract_cookies(self, *_: object) -> None:
        """Leaves them."""

    def add_cookie_header(self, *_: object) -> None:
        """Adds none."""


async def _forget_location(response: httpx.Response) -> None:
    """Takes the target from a redirect, which the library would parse, and raise what it likes."""
    response.headers.pop("Location", None)


def without(body: bytes, secrets: Iterable[SecretStr]) -> bytes:
    """An answer in which no secret of its request stands, which some servers repeat."""
    for secret in secrets:
        body = body.replace(secret.get_secret_value().encode() or b"\0", b"[...]")
    return body


def _revealed(form: Form) -> dict[str, str]:
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in form.items()
    }


async def _read(response: httpx.Response, exchange: Exchange) -> bytes | None:
    """The whole body as it is; None if it is too large."""
    body = bytearray()
    if response.is_redirect:
        return b""
    # Only what replaces the network gives an answer that has been read.
    pieces = response.aiter_bytes() if response.is_stream_consumed else response.aiter_raw()
    async for piece in pieces:
        body += piece
        exchange.content_size = len(body)
        if len(body) > MAX_ANSWER:
            return None
        # One read may bring hundreds of pieces, which would all come before the next key.
        await asyncio.sleep(0)
    return bytes(body)


def _encoding(response: httpx.Response) -> str:
    """What a body is encoded with; empty where it is not, or is of no interest."""
    named = ",".join(response.headers.get_list("Content-Encoding")).split(",")
    encoded = [name for name in named if name.strip().lower() not in ("", "identity")]
    return "" if response.is_redirect else one_line(",".join(encoded), 40)


def _encoded(response: httpx.Response, encoding: str) -> ZcbulkError:
    return UnreadableError(
        "The answer is encoded",
        f"HTTP {response.status_code} with the Content-Encoding “{encoding}”, although none was "
        "asked for; it was not decoded.",
        "Check that the base URL is Zoho's, and what the proxy does, if there is one.",
    )


def _too_large(why: str) -> ZcbulkError:
    return UnreadableError(
        "The answer is too large",
        f"{why}; the rest was not read.",
        "Check that the base URL is Zoho's.",
    )


def _unreachable(host: str, error: Exception) -> ZcbulkError:
    distrusted = distrust(host, error)
    if distrusted is not None:
        return distrusted
    if not _is_of_connection(error):
        return UnreachableError(
            f"No request to {host} can be made",
            f"Nothing was sent ({_reason(error)}).",
            "Check the access token and the names of the job.",
        )
    return UnreachableError(
        f"{host} cannot be reached",
        f"No connection was made ({_reason(error)}), so nothing was sent.",
        "Check the network, the proxy and the host name.",
    )


def _unclear(host: str, error: Exception) -> ZcbulkError:
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        what = "did not answer in time"
    elif isinstance(error, (httpx.NetworkError, OSError)) or "connect" in _reason(error):
        what = "broke the connection off"
    else:
        what = "gave an answer that cannot be read"
    return UnclearError(f"{host} {what}", f"The request was sent ({_reason(error)}).")


def _is_of_connection(error: Exception) -> bool:
    # The other one is what is wrong with our own request.
    is_local = isinstance(error, (httpx.LocalProtocolError, UnicodeEncodeError))
    return isinstance(error, _OF_CONNECTIONS) and not is_local


def _reason(error: Exception) -> str:
    """The words of an error, as far as they can quote neither the request nor the answer."""
    words = str(error) if _is_of_connection(error) else ""
    if isinstance(error, httpx.RemoteProtocolError):
        words, _, _ = words.partition(":")
    return one_line(words, 120) or type(error).__name__
