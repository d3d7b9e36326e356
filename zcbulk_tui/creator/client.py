"""The API client: a job's status, and one attempt to start or abort it.

Every call returns its result or raises an error of the tree. Nothing is retried here: whether
another call is worth its cost is for the monitor to decide.
"""

import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from zcbulk_tui.creator import between, wire
from zcbulk_tui.creator.contradictions import contradiction
from zcbulk_tui.creator.control import Variant, VariantMemory, candidates, follow
from zcbulk_tui.creator.faults import SUCCESS, to_error
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.redaction import Line
from zcbulk_tui.creator.tokens import AccessToken, TokenSource
from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.address import check_origin, job_path, report_path
from zcbulk_tui.domain.call_limits import OpenCall, Slot
from zcbulk_tui.domain.job import Action, Environment, JobReading, JobRef
from zcbulk_tui.errors import (
    Answer,
    BetweenVariantError,
    ServiceError,
    SignInError,
    UnclearError,
    UnreachableError,
    UnreadableError,
    VariantRefusedError,
)

_Read = TypeVar("_Read", JobReading, Answer)

_LONGEST_WAIT = 86400.0
"""Seconds: no server can mean to be left alone for longer than a day of calls lasts."""

_TOKEN_REFUSED = 1030
"""Creator's code for a token that is not valid, or has ended [OAS]."""


class CreatorClient:
    """Creator's bulk insert API for one sign-in.

    Args:
        tokens: Source of the access token.
        network: Carries the calls.
        base_url: Replaces the origin of every job; None for each job's own data centre.
        api_version: ``v2.1`` [STATUS] or ``v2`` [OAS].
        report: Link name of a report of the jobs' form, whose URL takes start and abort where no
            other way does; None to leave that way out.
        memory: Remembers which form of start and abort the server accepts.
        now: Returns the current time; aware.
    """

    def __init__(
        self,
        tokens: TokenSource,
        network: Network,
        *,
        base_url: str | None = None,
        api_version: str = "v2.1",
        report: str | None = None,
        memory: VariantMemory | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._tokens = tokens
        self._network = network
        self._base_url = base_url
        self._api_version = api_version
        self._report = report
        self._memory = memory or VariantMemory()
        self._now = now

    async def sign_in(self) -> None:
        """Obtains an access token, which costs no call.

        Raises:
            ZcbulkError: No access token can be obtained now.
        """
        await self._token()

    async def status(self, ref: JobRef, slot: Slot | None = None) -> JobReading:
        """Returns the status of a job: one call, and a second one if the token is refused.

        Args:
            ref: The job.
            slot: Opens the context that each call is made in.

        Raises:
            UsageError: The job's server must not get the token; nothing was sent.
            ZcbulkError: Anything but a readable success.
        """

        async def read(call: OpenCall, token: SecretStr) -> JobReading:
            response, body, line = await self._signed_call(call, token, "GET", ref)
            reading = _success(response, body, line).reading(self._now())
            call(reading.answer)
            return reading

        self._origin(ref)  # before there is a call to be counted
        return await self._call(slot or _untold, "GET status", read)

    async def control(self, ref: JobRef, action: Action, slot: Slot | None = None) -> Answer:
        """Starts or aborts a job: one call, and one more for each way of putting it refused.

        Args:
            ref: The job.
            action: Start or abort.
            slot: Opens the context that each call is made in.

        Returns:
            What the server said.

        Raises:
            UnclearError: Whether it was carried out is not known; nothing was sent after it.
            ZcbulkError: It was not carried out.
        """
        origin = self._origin(ref)
        await self.sign_in()
        slot = slot or _untold
        with_report = self._report_url(ref) is not None
        first = self._memory.recall(origin)
        remaining = candidates(first, with_report=with_report)
        while True:
            variant = remaining[0]
            try:
                said = await self._command(ref, action, variant, slot)
            except (VariantRefusedError, BetweenVariantError) as refusal:
                remaining = follow(remaining, variant, refusal)
                if not remaining:
                    raise
            except UnreachableError as error:
                if variant is first:
                    raise
                raise _not_sent_again(error) from None
            else:
                self._memory.save(origin, variant)
                return said

    async def _command(self, ref: JobRef, action: Action, variant: Variant, slot: Slot) -> Answer:
        async def send(call: OpenCall, token: SecretStr) -> Answer:
            try:
                response, body, line = await self._signed_call(
                    call,
                    token,
                    variant.method,
                    ref,
                    variant.body(action),
                    self._report_url(ref) if variant.report else None,
                )
                # First: what says yes and no proves nothing, whatever the one or the other means.
                unclear = contradiction(
                    response.status_code, body, line, is_whole=_has_length(response.headers)
                )
                if unclear is not None:
                    raise unclear
                said = _success(response, body, line).answer
            except UnreadableError as error:
                # An answer proves that the command arrived, but this one does not report its
                # outcome.
                raise UnclearError(
                    error.title, error.cause, error.next_step, answer=error.answer
                ) from error
            call(said)
            return said

        return await self._call(slot, variant.request(action), send)

    async def _call(
        self,
        slot: Slot,
        request: str,
        make: Callable[[OpenCall, SecretStr], Awaitable[_Read]],
    ) -> _Read:
        """Makes a call; once more with another token where the first one is not accepted.

        Such an answer proves that nothing happened, so the call may be repeated. The token is
        there before the call is: where none can be had, there is no call.
        """
        token = await self._token()
        try:
            async with slot(request) as call:
                return await make(call, token)
        except SignInError as refusal:
            if not _token_is_refused(refusal):
                raise
            token = await self._other_token(token, refusal)
        try:
            async with slot(request) as call:
                return await make(call, token)
        except UnreachableError as error:
            raise _not_sent_again(error) from None
        except SignInError as refusal:
            if not _token_is_refused(refusal):
                raise
            raise self._tokens.give_up(refusal) from None

    async def _token(self) -> SecretStr:
        """Returns the token; where the sign-in's server fails, no call was sent yet."""
        try:
            return await self._tokens.token()
        except (UnclearError, UnreadableError) as error:
            cause = "Without an access token, nothing was sent."
            raise UnreachableError(
                error.title, f"{error.cause} {cause}".strip(), error.next_step, answer=error.answer
            ) from None

    async def _other_token(self, refused: SecretStr, refusal: SignInError) -> SecretStr:
        """Returns another token; where the sign-in's server fails, one call was sent."""
        try:
            return await self._tokens.renew(refused, refusal)
        except (UnreachableError, UnclearError, UnreadableError) as error:
            raise _not_sent_again(error) from None

    def _origin(self, ref: JobRef) -> str:
        """Where the calls for a job go, wherever the job itself came from.

        Raises:
            UsageError: That is no place for the token.
        """
        if self._base_url is not None:
            return self._base_url
        check_origin(ref.origin)
        return ref.origin

    def _report_url(self, ref: JobRef) -> str | None:
        """The URL of a job by its report [START]; None where there is none, or no host is known."""
        if self._report is None:
            return None
        center = datacenters.find(urlsplit(ref.origin).hostname or "")
        origin = self._base_url or (center and center.creator_url)
        return origin and origin + report_path(ref, self._report)

    async def _signed_call(
        self,
        call: OpenCall,
        token: SecretStr,
        method: str,
        ref: JobRef,
        body: dict[str, object] | None = None,
        url: str | None = None,
    ) -> tuple[httpx.Response, bytes, Line]:
        headers = {}
        if ref.environment is not Environment.PRODUCTION:
            headers["environment"] = ref.environment.value
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        url = url or self._origin(ref) + job_path(ref, self._api_version)
        request = self._network.request(method, url, headers=headers, content=content)
        call.nothing_sent = True

        def sent() -> None:
            call.nothing_sent = False

        # A server may quote the request, and its words are shown and kept.
        redaction = self._network.redaction(token)
        response, answer = await self._network.send(
            request, AccessToken(token), on_sent=sent, redaction=redaction
        )
        return response, answer, redaction.line


class _Untold:
    """A call that is neither counted nor logged."""

    nothing_sent = False

    def __call__(self, answer: Answer | None, /) -> None:
        """Takes the answer."""


@contextlib.asynccontextmanager
async def _untold(_: str) -> AsyncIterator[OpenCall]:
    """A slot that counts and logs nothing."""
    yield _Untold()


def _not_sent_again(error: ServiceError) -> ServiceError:
    """What to say where a first request was sent and refused, and the next one could not be."""
    cause = "Zoho refused a first request, and the next one could not be sent."
    return ServiceError(error.title, cause, error.next_step)


def _token_is_refused(error: SignInError) -> bool:
    """Whether the access token itself is what is wrong (code 1030)."""
    return error.answer is not None and error.answer.code == _TOKEN_REFUSED


def _success(response: httpx.Response, body: bytes, line: Line) -> wire.ParsedAnswer:
    """Returns the answer if it is HTTP 2xx and code 3000, else raises what it means."""
    why = f"HTTP {response.status_code} without Zoho's code."
    try:
        parsed = wire.parse(body, response.status_code, line)
        answer = parsed.answer
        if response.is_success and answer.code == SUCCESS:
            return parsed
    except UnreadableError as error:
        answer, why = Answer(response.status_code), error.cause
    if between.is_between(answer):
        said = Answer(response.status_code, None, between.words(body, line), from_zoho=False)
        if response.is_success:
            raise between.unreadable(why, said if said.text else None)
        answer = said
    raise to_error(answer, _retry_after(response))


def _has_length(headers: httpx.Headers) -> bool:
    """Whether an answer says how long it is (RFC 9112, 6.3): others end when they are cut off."""
    return "Content-Length" in headers or "Transfer-Encoding" in headers


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds of the Retry-After header, of either form (RFC 9110, 10.2.3); a day at most."""
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
