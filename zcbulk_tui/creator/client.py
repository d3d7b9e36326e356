"""The calls: a job's status, and one try to start or abort it.

Every answer is either what was asked for or an error of the tree. Nothing is retried here: whether
another call is worth it is for the monitor to say.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from zcbulk_tui import __version__
from zcbulk_tui.creator import wire
from zcbulk_tui.creator.control import Variant, VariantMemory, candidates, follow
from zcbulk_tui.creator.faults import to_error
from zcbulk_tui.domain.address import LOOPBACK, job_path
from zcbulk_tui.domain.job import Action, Environment, JobReading, JobRef
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import (
    Answer,
    UnclearError,
    UnreachableError,
    UnreadableError,
    VariantRefusedError,
    ZcbulkError,
)

MAX_ANSWER = 1024 * 1024
"""Bytes of the largest answer that is read."""

Slot = Callable[[], AbstractAsyncContextManager[None]]

_NOTHING_SENT = (
    httpx.InvalidURL,
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


class CreatorClient:
    """Creator's bulk insert API for one sign-in.

    Args:
        auth: Signs the requests.
        base_url: Replaces the origin of every job; None to ask each job's own data centre.
        api_version: ``v2.1`` [STATUS] or ``v2`` [OAS].
        timeouts: How long to wait.
        memory: Remembers how start and abort have to be put.
        transport: Replaces the network, for the demo.
        now: Tells when an answer arrived; aware.
    """

    def __init__(
        self,
        auth: httpx.Auth,
        *,
        base_url: str | None = None,
        api_version: str = "v2.1",
        timeouts: Timeouts | None = None,
        memory: VariantMemory | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._base_url = base_url
        self._api_version = api_version
        self._timeouts = timeouts or Timeouts()
        self._memory = memory or VariantMemory()
        self._now = now
        self._http = httpx.AsyncClient(
            auth=auth,
            transport=transport,
            timeout=httpx.Timeout(self._timeouts.read, connect=self._timeouts.connect),
            follow_redirects=False,
            headers={
                # Some v2.1 endpoints have been seen to refuse every other value with 9210.
                "Accept": "application/json",
                # Answers are a few hundred bytes: compression gains nothing, and could hide size.
                "Accept-Encoding": "identity",
                "User-Agent": f"zcbulk-tui/{__version__}",
            },
            # A proxy has no business with this machine's own addresses.
            mounts={f"all://{_bracketed(host)}": None for host in LOOPBACK},
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def status(self, ref: JobRef) -> JobReading:
        """Asks for the status of a job: one call.

        Raises:
            ZcbulkError: Anything but a readable success.
        """
        http_status, body = await self._call("GET", ref)
        return wire.parse_status(body, http_status, self._now())

    async def control(
        self, ref: JobRef, action: Action, slot: Slot = contextlib.nullcontext
    ) -> str:
        """Starts or aborts a job: one call, and one more for each way of putting it refused.

        Args:
            ref: The job.
            action: What to ask.
            slot: Opens the context that each call is made in.

        Returns:
            The server's words.

        Raises:
            UnclearError: Whether it was carried out is not known; nothing was sent after it.
            ZcbulkError: It was not carried out.
        """
        origin = self._base_url or ref.origin
        remaining = candidates(self._memory.recall(origin))
        while True:
            variant = remaining[0]
            try:
                async with slot():
                    said = await self._command(ref, action, variant)
            except VariantRefusedError as refusal:
                remaining = follow(remaining, variant, refusal)
                if not remaining:
                    raise
            else:
                self._memory.keep(origin, variant)
                return said

    async def _command(self, ref: JobRef, action: Action, variant: Variant) -> str:
        try:
            _, body = await self._call(variant.method, ref, variant.body(action))
        except UnreadableError as error:
            # An answer came, so the command arrived; what became of it, the answer does not tell.
            raise UnclearError(error.title, error.cause, error.next_step) from error
        return wire.parse_envelope(body, 200).text

    async def _call(
        self, method: str, ref: JobRef, body: dict[str, object] | None = None
    ) -> tuple[int, bytes]:
        headers = {}
        if ref.environment is not Environment.PRODUCTION:
            headers["environment"] = ref.environment.value
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        url = (self._base_url or ref.origin) + job_path(ref, self._api_version)
        try:
            request = self._http.build_request(method, url, headers=headers, content=content)
            async with asyncio.timeout(self._timeouts.total):
                response = await self._http.send(request, stream=True)
                try:
                    answer = await _read(response)
                finally:
                    await response.aclose()
        except _NOTHING_SENT as error:
            raise _unreachable(url, error) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise _unclear(url, error) from error
        _require_success(response, answer)
        return response.status_code, answer


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise UnreadableError(
                "The answer is too large",
                f"HTTP {response.status_code} with more than {MAX_ANSWER // 1024} KiB; "
                "the rest was not read.",
                "Check that the base URL is Zoho's.",
            )
    return bytes(body)


def _require_success(response: httpx.Response, body: bytes) -> None:
    """Raises what the answer means, unless it is HTTP 2xx and code 3000."""
    try:
        answer = wire.parse_envelope(body, response.status_code)
    except UnreadableError:
        if response.is_success:
            raise
        answer = Answer(response.status_code)
    if response.is_success and answer.code == wire.SUCCESS:
        return
    if response.is_success and answer.code is None:
        raise UnreadableError(
            "The answer makes no sense",
            f"HTTP {response.status_code} without Zoho's code.",
            "The last good reading stays; if this goes on, check that the base URL is Zoho's.",
            answer=answer,
        )
    raise to_error(answer, _retry_after(response))


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds of the Retry-After header, in either of its forms (RFC 9110, 10.2.3)."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _unreachable(url: str, error: Exception) -> ZcbulkError:
    return UnreachableError(
        f"{urlsplit(url).netloc} cannot be reached",
        f"No connection was made ({_reason(error)}), so nothing was sent.",
        "Check the network, the proxy and the host name.",
    )


def _unclear(url: str, error: Exception) -> ZcbulkError:
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        what = "did not answer in time"
    else:
        what = "broke the connection off"
    return UnclearError(
        f"{urlsplit(url).netloc} {what}",
        f"The request was sent ({_reason(error)}).",
        "It is asked again later.",
    )


def _reason(error: Exception) -> str:
    # What is wrong with our own request may quote its headers, and so the token.
    text = "" if isinstance(error, httpx.LocalProtocolError) else one_line(str(error), 120)
    return text or type(error).__name__


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
