"""One request over HTTPS and its whole answer, or an error of the tree."""

import asyncio
import os
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar
from typing import Any

import httpx
from pydantic import SecretStr

from zcbulk_tui import __version__
from zcbulk_tui.creator import connection_faults
from zcbulk_tui.creator.download_body import DownloadBody
from zcbulk_tui.creator.exchange import Exchange, TooMuchError
from zcbulk_tui.creator.redaction import Redaction
from zcbulk_tui.creator.route import Route
from zcbulk_tui.creator.trust import trust
from zcbulk_tui.creator.upload_body import UploadBody
from zcbulk_tui.domain import proxies
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import (
    UnreadableError,
    ZcbulkError,
)

Form = Mapping[str, str | SecretStr]

MAX_ANSWER = 1024 * 1024
"""Bytes of the largest content of an answer that is read."""

_LONGEST_WAIT = 86400.0
"""Seconds: no server can mean to be left alone for longer than a day of calls lasts."""

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


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait.

    Attributes:
        connect: For a connection.
        read: For the next bytes.
        total: For a whole call; of an upload until its first byte is wanted, of a file that is
            fetched until its first byte is there.
        stall: Until the next bytes of an upload are taken, or those of a file that is fetched come,
            however long it takes as a whole.
        answer: For the whole answer to an upload, which the server may check first.
    """

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0
    stall: float = 60.0
    answer: float = 120.0


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
        self._route = transport if isinstance(transport, Route) else None
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
        content: bytes | UploadBody | None = None,
        form: Form | None = None,
        extensions: dict[str, Any] | None = None,
    ) -> httpx.Request:
        """Makes a request; a form, or an upload, is sent as its body.

        Raises:
            UnreachableError: There can be no such host, or no such request.
        """
        try:
            if isinstance(content, UploadBody):
                headers = {**(headers or {}), **content.headers}
                extensions = {**(extensions or {}), "timeout": self._connect_only()}
            return self._http.build_request(
                method,
                url,
                headers=headers,
                content=content,
                data=form and _revealed(form),
                extensions=extensions,
            )
        except Exception as error:  # noqa: BLE001 - the library's parsers raise what they please
            host = one_line(url.partition("://")[2].partition("/")[0], 120)
            failure = connection_faults.unreachable(host, error, self.redaction().line)
        # Outside, so that no traceback leads to the form's secrets.
        raise failure

    def redaction(self, *secrets: SecretStr) -> Redaction:
        """Returns what blanks secrets in answers, and those of the proxies that may quote them."""
        return Redaction((*secrets, *(self._route.secrets if self._route else ())))

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def send(
        self,
        request: httpx.Request,
        auth: httpx.Auth | None = None,
        *,
        on_sent: Callable[[], None] = lambda: None,
        redaction: Redaction | None = None,
        upload: UploadBody | None = None,
        download: DownloadBody | None = None,
        takes_any_body: bool = False,
    ) -> tuple[httpx.Response, bytes]:
        """Sends a request; returns the answer and its body, whatever the answer is.

        The body of a redirect is not read, and that of a file is empty.

        Args:
            request: What to send.
            auth: Signs it.
            on_sent: Called when its first byte may leave.
            redaction: Blanks its secrets in what errors quote; None where it has none.
            upload: Its body, where that is an upload.
            download: Takes the file, where one is asked for.
            takes_any_body: Whether the HTTP status is all that counts: a body that is too large, or
                encoded, is returned as empty.

        Raises:
            DataError: The file of an upload is not the one that it was; its end was not sent. Or
                the file that is fetched cannot be taken.
            UnreachableError: Nothing was sent: no byte of the request can have left.
            UnclearError: It was sent, or may have been, and no answer came.
            UnreadableError: The answer is too large, or encoded.
        """
        line = (redaction or self.redaction()).line
        exchange = Exchange(request.extensions.get("trace"), on_sent, listens=upload is not None)
        request.extensions["trace"] = exchange.note
        if download is not None:
            request.extensions["timeout"] = self._connect_only()
        try:
            if self._route is None:
                on_sent()
            async with asyncio.timeout(self._timeouts.total) as limit:
                if upload is not None:
                    upload.extend(limit, self._timeouts.stall, self._timeouts.answer)
                if download is not None:
                    download.extend(limit, self._timeouts.stall)
                with exchange.open():
                    response = await self._http.send(request, auth=auth, stream=True)
                    try:
                        encoding = _encoding(response)
                        body = b"" if encoding else await _read(response, exchange, download)
                    finally:
                        await response.aclose()
            if takes_any_body:
                return response, body or b""
            if encoding:
                failure: ZcbulkError = _encoded(response, line(encoding, 40))
            elif body is not None:
                return response, body
            else:
                failure = _too_large(
                    f"HTTP {response.status_code} with more than {MAX_ANSWER // 1024} KiB"
                )
        except Exception as error:  # noqa: BLE001 - whatever the libraries raise, foreseen or not
            host = request.url.netloc.decode("ascii", "replace")
            proxy = self._route.proxy_of(request) if self._route else None
            if upload is not None and upload.failure is not None:
                failure = upload.failure
            elif download is not None and download.failure is not None:
                failure = download.failure
            elif not self._may_have_left(exchange, error):
                failure = connection_faults.unreachable(
                    host, error, line, proxy, is_through=exchange.is_through
                )
            elif isinstance(error, TooMuchError):
                failure = _too_large(str(error))
            else:
                failure = connection_faults.unclear(
                    host,
                    error,
                    line,
                    proxy,
                    is_sending=upload is not None and not upload.is_complete,
                    received=download.size if download is not None else 0,
                )
        # Outside, so that no traceback leads to what was written or read, tokens included; that of
        # what `download` raised would lead to bytes of the file.
        raise failure.with_traceback(None)

    def _connect_only(self) -> dict[str, float | None]:
        """The library's limits where `extend` of a body sets those of all but the connection."""
        return httpx.Timeout(None, connect=self._timeouts.connect).as_dict()

    def _may_have_left(self, exchange: Exchange, error: Exception) -> bool:
        """Whether bytes of a request may have left."""
        return exchange.is_sent if self._route else not isinstance(error, _NOT_SENT)


def retry_after(response: httpx.Response) -> float | None:
    """Returns the seconds of Retry-After, of either form (RFC 9110, 10.2.3); a day at most."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), _LONGEST_WAIT)
    try:
        # By the server's own clock where it shows it: ours may be wrong.
        date = response.headers.get("Date")
        begin = parsedate_to_datetime(date).timestamp() if date else time.time()
        wait = parsedate_to_datetime(value).timestamp() - begin
        return min(max(wait, 0.0), _LONGEST_WAIT)
    except (ValueError, OverflowError):
        return None


class _NoCookies(CookieJar):
    """Keeps no cookie and sends none: one that cannot be sent would block every later call."""

    def extract_cookies(self, *_: object) -> None:
        """Leaves them."""

    def add_cookie_header(self, *_: object) -> None:
        """Adds none."""


async def _forget_location(response: httpx.Response) -> None:
    """Takes the target from a redirect, which the library would parse, and raise what it likes."""
    response.headers.pop("Location", None)


def _revealed(form: Form) -> dict[str, str]:
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in form.items()
    }


async def _read(
    response: httpx.Response, exchange: Exchange, download: DownloadBody | None = None
) -> bytes | None:
    """The whole body as it is, without the file that `download` takes; None if it is too large."""
    body = bytearray()
    size = 0
    if response.is_redirect:
        return b""
    if download is not None:
        download.begin(response)
    # Only what replaces the network gives an answer that has been read.
    pieces = response.aiter_bytes() if response.is_stream_consumed else response.aiter_raw()
    async for piece in pieces:
        size += len(piece)
        exchange.content_size = size
        body += piece if download is None else download.take(piece)
        if len(body) > MAX_ANSWER:
            return None
        # One read may bring hundreds of pieces, which would all come before the next key.
        await asyncio.sleep(0)
    return bytes(body)


def _encoding(response: httpx.Response) -> str:
    """What a body is encoded with; empty where it is not, or is of no interest."""
    named = ",".join(response.headers.get_list("Content-Encoding")).split(",")
    encoded = [name for name in named if name.strip().lower() not in ("", "identity")]
    return "" if response.is_redirect else ",".join(encoded)


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
