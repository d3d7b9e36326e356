"""One request over HTTPS and its whole answer, or an error of the tree."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.request import getproxies

import httpx
from pydantic import SecretStr

from zcbulk_tui import __version__
from zcbulk_tui.domain.address import LOOPBACK
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import (
    ConfigError,
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


def trust(ca_bundle: str | None = None) -> ssl.SSLContext:
    """Whom to trust: the system's certificates, and those of a PEM file beside them.

    Raises:
        ConfigError: The file cannot be read, or has no certificates.
    """
    context = ssl.create_default_context()
    known = ssl.get_default_verify_paths()
    if not (known.cafile or known.capath):
        # Some builds of Python know of no certificates of the system.
        import certifi

        context.load_verify_locations(certifi.where())
    if ca_bundle is not None:
        try:
            context.load_verify_locations(ca_bundle)
        except OSError as error:
            raise ConfigError(
                f"ca_bundle: {one_line(ca_bundle, 120)} cannot be used",
                f"{one_line(str(error))}.",
                "It is a file with certificates in PEM, which you may read.",
            ) from error
    return context


class Network:
    """Sends requests and reads their answers. No redirect is followed: it could take secrets along.

    Args:
        timeouts: How long to wait.
        verify: Whom to trust; None for the system's certificates.
        transport: Replaces the network, for the demo.

    Attributes:
        tells_first_byte: Whether a request's `trace` reports when its first byte is sent.

    Raises:
        ConfigError: The environment names a proxy that cannot be used.
    """

    def __init__(
        self,
        *,
        timeouts: Timeouts | None = None,
        verify: ssl.SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        self.tells_first_byte = transport is None
        if transport is None and verify is None:
            verify = trust()
        try:
            self._http = httpx.AsyncClient(
                transport=transport,
                # Where there is a transport, nothing is there to be verified.
                verify=verify or True,
                timeout=httpx.Timeout(self._timeouts.read, connect=self._timeouts.connect),
                follow_redirects=False,
                headers=_HEADERS,
                # A proxy has no business with this machine's own addresses.
                mounts={f"all://{_bracketed(host)}": None for host in LOOPBACK},
            )
        except (ImportError, ValueError, httpx.InvalidURL):
            # Not with its words, which may quote the password of the proxy.
            raise ConfigError(
                "A proxy that the environment names cannot be used",
                f"It is one of {', '.join(sorted(f'{name}_proxy' for name in getproxies()))}.",
                "Write it as in http://proxy.example:3128; for one of SOCKS write: "
                "pip install socksio",
            ) from None

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
    if _is_distrust(error):
        return UnreachableError(
            f"The certificate of {host} is not trusted",
            f"Nothing was sent ({_reason(error)}).",
            "Where a proxy of your company signs for others, name its certificate in the setting "
            "ca_bundle; verification cannot be turned off.",
        )
    return UnreachableError(
        f"{host} cannot be reached",
        f"No connection was made ({_reason(error)}), so nothing was sent.",
        "Check the network, the proxy and the host name.",
    )


def _is_distrust(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


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


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
