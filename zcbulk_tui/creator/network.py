"""One request over HTTPS and its whole answer, or an error of the tree."""

import asyncio
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr

from zcbulk_tui import __version__
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
"""Bytes of the largest answer that is read."""

_HEADERS = {
    # Some v2.1 endpoints have been seen to refuse every other value with 9210.
    "Accept": "application/json",
    # Answers are a few hundred bytes: compression gains nothing, and could hide size.
    "Accept-Encoding": "identity",
    "User-Agent": f"zcbulk-tui/{__version__}",
}

_NOTHING_SENT = (
    httpx.ProxyError,
    UnicodeError,  # a host name that cannot be one
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)


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
        self._http = httpx.AsyncClient(
            transport=transport or Route(proxies.read(os.environ), verify or trust()),
            timeout=httpx.Timeout(self._timeouts.read, connect=self._timeouts.connect),
            follow_redirects=False,
            headers=_HEADERS,
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
            UnreachableError: There can be no such host.
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
        except (httpx.InvalidURL, UnicodeError) as error:
            failure = _unreachable(one_line(url.partition("://")[2].partition("/")[0], 120), error)
        # Outside, so that no traceback leads to the form's secrets.
        raise failure

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def send(
        self, request: httpx.Request, auth: httpx.Auth | None = None
    ) -> tuple[httpx.Response, bytes]:
        """Sends a request; returns the answer and its body, whatever the answer is.

        Raises:
            UnreachableError: Nothing was sent.
            UnclearError: It was sent, and no answer came.
            UnreadableError: The answer is too large.
        """
        try:
            async with asyncio.timeout(self._timeouts.total):
                response = await self._http.send(request, auth=auth, stream=True)
                try:
                    body = await _read(response)
                finally:
                    await response.aclose()
            if body is not None:
                return response, body
            failure: ZcbulkError = _too_large(response)
        except _NOTHING_SENT as error:
            failure = _unreachable(request.url.netloc.decode(), error)
        except (httpx.HTTPError, TimeoutError) as error:
            failure = _unclear(request.url.netloc.decode(), error)
        # Outside, so that no traceback leads to what was written or read, tokens included.
        raise failure


def _revealed(form: Form) -> dict[str, str]:
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in form.items()
    }


async def _read(response: httpx.Response) -> bytes | None:
    """The whole body; None if it is too large."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER:
            return None
    return bytes(body)


def _too_large(response: httpx.Response) -> ZcbulkError:
    return UnreadableError(
        "The answer is too large",
        f"HTTP {response.status_code} with more than {MAX_ANSWER // 1024} KiB; "
        "the rest was not read.",
        "Check that the base URL is Zoho's.",
    )


def _unreachable(host: str, error: Exception) -> ZcbulkError:
    distrusted = distrust(host, error)
    if distrusted is not None:
        return distrusted
    return UnreachableError(
        f"{host} cannot be reached",
        f"No connection was made ({_reason(error)}), so nothing was sent.",
        "Check the network, the proxy and the host name.",
    )


def _unclear(host: str, error: Exception) -> ZcbulkError:
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        what = "did not answer in time"
    else:
        what = "broke the connection off"
    return UnclearError(
        f"{host} {what}", f"The request was sent ({_reason(error)}).", "It is asked again later."
    )


def _reason(error: Exception) -> str:
    # What is wrong with our own request may quote its headers, and so the token.
    text = "" if isinstance(error, httpx.LocalProtocolError) else one_line(str(error), 120)
    return text or type(error).__name__
