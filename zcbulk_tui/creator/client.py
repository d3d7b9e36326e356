"""The calls: a job's status, and one try to start or abort it.

Every answer is either what was asked for or an error of the tree. Nothing is retried here: whether
another call is worth it is for the monitor to say.
"""

import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from pydantic import SecretStr

from zcbulk_tui.creator import wire
from zcbulk_tui.creator.control import Variant, VariantMemory, candidates, follow
from zcbulk_tui.creator.faults import to_error
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.tokens import AccessToken, TokenSource
from zcbulk_tui.domain.address import check_origin, job_path
from zcbulk_tui.domain.job import Action, Environment, JobReading, JobRef
from zcbulk_tui.errors import (
    Answer,
    SignInError,
    UnclearError,
    UnreadableError,
    VariantRefusedError,
)

Slot = Callable[[str], AbstractAsyncContextManager[Callable[[Answer], None]]]

_TOKEN_REFUSED = 1030
"""Creator's code for a token that is not valid, or has ended [OAS]."""


class CreatorClient:
    """Creator's bulk insert API for one sign-in.

    Args:
        tokens: Give the access token.
        network: Carries the calls.
        base_url: Replaces the origin of every job; None to ask each job's own data centre.
        api_version: ``v2.1`` [STATUS] or ``v2`` [OAS].
        memory: Remembers how start and abort have to be put.
        now: Tells when an answer arrived; aware.
    """

    def __init__(
        self,
        tokens: TokenSource,
        network: Network,
        *,
        base_url: str | None = None,
        api_version: str = "v2.1",
        memory: VariantMemory | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._tokens = tokens
        self._network = network
        self._base_url = base_url
        self._api_version = api_version
        self._memory = memory or VariantMemory()
        self._now = now

    async def sign_in(self) -> None:
        """Makes sure that there is an access token, which costs no call.

        Raises:
            ZcbulkError: There is none, and none can be had now.
        """
        await self._tokens.token()

    async def status(self, ref: JobRef) -> JobReading:
        """Asks for the status of a job: one call.

        Raises:
            UsageError: The job's server must not get the token; nothing was sent.
            ZcbulkError: Anything but a readable success.
        """
        http_status, body = await self._call("GET", ref)
        return wire.parse_status(body, http_status, self._now())

    async def control(self, ref: JobRef, action: Action, slot: Slot | None = None) -> Answer:
        """Starts or aborts a job: one call, and one more for each way of putting it refused.

        Args:
            ref: The job.
            action: What to ask.
            slot: Opens the context that each call is made in: is told how it is put, and gives
                what is to be told the answer of success.

        Returns:
            What the server said.

        Raises:
            UnclearError: Whether it was carried out is not known; nothing was sent after it.
            ZcbulkError: It was not carried out.
        """
        origin = self._origin(ref)
        await self.sign_in()
        slot = slot or _untold
        remaining = candidates(self._memory.recall(origin))
        while True:
            variant = remaining[0]
            try:
                async with slot(variant.request(action)) as tell:
                    said = await self._command(ref, action, variant)
                    tell(said)
            except VariantRefusedError as refusal:
                remaining = follow(remaining, variant, refusal)
                if not remaining:
                    raise
            else:
                self._memory.keep(origin, variant)
                return said

    async def _command(self, ref: JobRef, action: Action, variant: Variant) -> Answer:
        try:
            http_status, body = await self._call(variant.method, ref, variant.body(action))
        except UnreadableError as error:
            # An answer came, so the command arrived; what became of it, the answer does not tell.
            raise UnclearError(error.title, error.cause, error.next_step) from error
        return wire.parse_envelope(body, http_status)

    async def _call(
        self, method: str, ref: JobRef, body: dict[str, object] | None = None
    ) -> tuple[int, bytes]:
        """Makes a call; once more with another token where the first one is not accepted.

        Such an answer proves that nothing happened, so the call may be repeated.
        """
        self._origin(ref)
        token = await self._tokens.token()
        try:
            return await self._signed_call(token, method, ref, body)
        except SignInError as refusal:
            if not _token_is_refused(refusal):
                raise
            token = await self._tokens.renew(token, refusal)
        try:
            return await self._signed_call(token, method, ref, body)
        except SignInError as refusal:
            if not _token_is_refused(refusal):
                raise
            raise self._tokens.give_up(refusal) from None

    def _origin(self, ref: JobRef) -> str:
        """Where the calls for a job go, wherever the job itself came from.

        Raises:
            UsageError: That is no place for the token.
        """
        if self._base_url is not None:
            return self._base_url
        check_origin(ref.origin)
        return ref.origin

    async def _signed_call(
        self, token: SecretStr, method: str, ref: JobRef, body: dict[str, object] | None
    ) -> tuple[int, bytes]:
        headers = {}
        if ref.environment is not Environment.PRODUCTION:
            headers["environment"] = ref.environment.value
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        url = self._origin(ref) + job_path(ref, self._api_version)
        request = self._network.request(method, url, headers=headers, content=content)
        response, answer = await self._network.send(request, AccessToken(token))
        _require_success(response, answer)
        return response.status_code, answer


@contextlib.asynccontextmanager
async def _untold(_: str) -> AsyncIterator[Callable[[Answer], None]]:
    """Where nobody wants to know of single calls."""
    yield lambda _: None


def _token_is_refused(error: SignInError) -> bool:
    """Whether the access token itself is what is wrong (code 1030)."""
    return error.answer is not None and error.answer.code == _TOKEN_REFUSED


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
