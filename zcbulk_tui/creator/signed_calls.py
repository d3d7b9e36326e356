"""Calls with an access token, each once more where that has ended, and what answers mean."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import httpx
from pydantic import SecretStr

from zcbulk_tui.creator import between, wire
from zcbulk_tui.creator.contradictions import contradiction
from zcbulk_tui.creator.download_body import DownloadBody, Write
from zcbulk_tui.creator.faults import SUCCESS, to_error
from zcbulk_tui.creator.network import Network, retry_after
from zcbulk_tui.creator.operations import Operation
from zcbulk_tui.creator.redaction import Line
from zcbulk_tui.creator.tokens import AccessToken, TokenSource
from zcbulk_tui.creator.upload_body import UploadBody
from zcbulk_tui.domain.call_limits import OpenCall, Slot
from zcbulk_tui.domain.commands import DEFAULT_PROFILE, naming
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.errors import (
    Answer,
    ServiceError,
    SignInError,
    UnclearError,
    UnreachableError,
    UnreadableError,
)

_Result = TypeVar("_Result")

_TOKEN_REFUSED = 1030
"""Creator's code for a token that is not valid, or has ended [OAS]."""


@dataclass(frozen=True, slots=True)
class Call:
    """What to send.

    Attributes:
        operation: Which call it is.
        method: HTTP method.
        url: Where it goes; its server has been checked.
        environment: Of the form; production has no header.
        headers: Further ones.
        body: What is sent; None for nothing.
    """

    operation: Operation
    method: str
    url: str
    environment: Environment = Environment.PRODUCTION
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | UploadBody | None = None


@dataclass(frozen=True, slots=True)
class _Received:
    """An answer; as one value, so that no frame of a traceback shows a body that quotes a token."""

    response: httpx.Response
    body: bytes = field(repr=False)
    line: Line


class SignedCalls:
    """Makes calls for one sign-in.

    Args:
        tokens: Source of the access token.
        network: Carries the calls.
        profile: Whose sign-in it is; errors name commands for it.
    """

    def __init__(
        self, tokens: TokenSource, network: Network, profile: str = DEFAULT_PROFILE
    ) -> None:
        self._tokens = tokens
        self._network = network
        self._profile = profile

    async def token(self) -> SecretStr:
        """Returns the token; where the sign-in's server fails, no call was sent yet."""
        try:
            with naming(self._profile):
                return await self._tokens.token()
        except (UnclearError, UnreadableError) as error:
            cause = "Without an access token, nothing was sent."
            raise UnreachableError(
                error.title, f"{error.cause} {cause}".strip(), error.next_step, answer=error.answer
            ) from None

    async def make(
        self,
        slot: Slot | None,
        request: str,
        make: Callable[[OpenCall, SecretStr], Awaitable[_Result]],
    ) -> _Result:
        """Makes a call; once more with another token where the first one is not accepted.

        Such an answer proves that nothing happened, so the call may be repeated. The token is
        there before the call is: where none can be had, there is no call.

        Args:
            slot: Opens the context that each call is made in; None to count and log nothing.
            request: The call in one line.
            make: Makes it with a token.
        """
        with naming(self._profile):
            return await self._make(slot or _untold, request, make)

    async def _make(
        self,
        slot: Slot,
        request: str,
        make: Callable[[OpenCall, SecretStr], Awaitable[_Result]],
    ) -> _Result:
        token = await self.token()
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
            raise not_sent_again(error) from None
        except SignInError as refusal:
            if not _token_is_refused(refusal):
                raise
            raise self._tokens.give_up(refusal) from None

    async def ask(self, open_call: OpenCall, token: SecretStr, call: Call) -> wire.ParsedAnswer:
        """Sends a call that changes nothing; returns its answer if that is a success.

        Raises:
            ZcbulkError: It is none.
        """
        return _success(await self._send(open_call, token, call), call.operation)

    async def fetch(
        self, open_call: OpenCall, token: SecretStr, call: Call, write: Write
    ) -> Answer:
        """Sends a call whose success is a file; returns what was said with it.

        Args:
            open_call: The permit.
            token: Signs it.
            call: What to send.
            write: Takes the bytes of the file.

        Raises:
            DataError: `write` raised it.
            UnclearError: The file was cut off, or none came.
            ZcbulkError: There is no file.
        """
        download = DownloadBody(write)
        received = await self._send(open_call, token, call, download)
        if download.is_file:
            return Answer(received.response.status_code)
        said = _success(received, call.operation).answer
        raise UnreadableError(
            "The answer has no file in it",
            "It says success, and is no ZIP.",
            "If this goes on, check that the base URL is Zoho's, and the proxy.",
            answer=said,
        )

    async def change(self, open_call: OpenCall, token: SecretStr, call: Call) -> wire.ParsedAnswer:
        """Sends a call that changes something; returns its answer if that proves a success.

        Raises:
            UnclearError: Whether it was carried out is not known.
            ZcbulkError: It was not carried out.
        """
        try:
            received = await self._send(open_call, token, call)
            # First: what says yes and no proves nothing, whatever the one or the other means.
            unclear = contradiction(
                received.response.status_code,
                received.body,
                received.line,
                is_whole=_has_length(received.response.headers),
            )
            if unclear is not None:
                raise unclear
            return _success(received, call.operation)
        except UnreadableError as error:
            # An answer proves that the call arrived, but this one does not report its outcome.
            raise UnclearError(
                error.title, error.cause, error.next_step, answer=error.answer
            ) from error

    async def _other_token(self, refused: SecretStr, refusal: SignInError) -> SecretStr:
        """Returns another token; where the sign-in's server fails, one call was sent."""
        try:
            return await self._tokens.renew(refused, refusal)
        except (UnreachableError, UnclearError, UnreadableError) as error:
            raise not_sent_again(error) from None

    async def _send(
        self,
        open_call: OpenCall,
        token: SecretStr,
        call: Call,
        download: DownloadBody | None = None,
    ) -> _Received:
        headers = dict(call.headers)
        if call.environment is not Environment.PRODUCTION:
            headers["environment"] = call.environment.value
        request = self._network.request(call.method, call.url, headers=headers, content=call.body)
        open_call.nothing_sent = True

        def sent() -> None:
            open_call.nothing_sent = False

        # A server may quote the request, and its words are shown and kept.
        redaction = self._network.redaction(token)
        response, answer = await self._network.send(
            request,
            AccessToken(token),
            on_sent=sent,
            redaction=redaction,
            upload=call.body if isinstance(call.body, UploadBody) else None,
            download=download,
        )
        return _Received(response, answer, redaction.line)


class _Untold:
    """A call that is neither counted nor logged."""

    nothing_sent = False

    def __call__(self, answer: Answer | None, /) -> None:
        """Takes the answer."""


@contextlib.asynccontextmanager
async def _untold(_: str) -> AsyncIterator[OpenCall]:
    """A slot that counts and logs nothing."""
    yield _Untold()


def not_sent_again(error: ServiceError) -> ServiceError:
    """Returns what to say where a first request was refused, and the next one could not be sent."""
    cause = "Zoho refused a first request, and the next one could not be sent."
    return ServiceError(error.title, cause, error.next_step)


def _token_is_refused(error: SignInError) -> bool:
    """Whether the access token itself is what is wrong (code 1030)."""
    return error.answer is not None and error.answer.code == _TOKEN_REFUSED


def _success(received: _Received, operation: Operation) -> wire.ParsedAnswer:
    """Returns the answer if it is HTTP 2xx and code 3000, else raises what it means."""
    response, line = received.response, received.line
    why = f"HTTP {response.status_code} without Zoho's code."
    try:
        parsed = wire.parse(received.body, response.status_code, line)
        answer = parsed.answer
        if response.is_success and answer.code == SUCCESS:
            return parsed
    except UnreadableError as error:
        answer, why = Answer(response.status_code), error.cause
    if between.is_between(answer) or _is_problem(response.headers):
        said = Answer(
            response.status_code, None, between.words(received.body, line), from_zoho=False
        )
        if response.is_success:
            is_object = received.body.lstrip()[:1] == b"{"
            raise between.unreadable(why, said if said.text else None, is_object=is_object)
        answer = said
    raise to_error(answer, retry_after(response), operation)


def _is_problem(headers: httpx.Headers) -> bool:
    """Whether an answer is a problem document (RFC 9457), whose code is never Zoho's."""
    media_type, _, _ = headers.get("Content-Type", "").partition(";")
    return media_type.strip().lower() in ("application/problem+json", "application/problem+xml")


def _has_length(headers: httpx.Headers) -> bool:
    """Whether an answer says how long it is (RFC 9112, 6.3): others end when they are cut off."""
    return "Content-Length" in headers or "Transfer-Encoding" in headers
