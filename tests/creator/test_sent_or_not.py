"""Whether a request was sent is said exactly: an error of no connection means that no byte left."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import repeat
from typing import Any

import h11
import httpx
import pytest
from pydantic import SecretStr

from tests.creator.calls import TOKEN, creator
from tests.creator.signing_in import shown
from tests.support.contract import PAGE_STATUS
from tests.support.jobs import REF
from tests.support.raw_server import raw_server
from tests.support.stub_server import Reply, StubServer
from zcbulk_tui.creator.network import Timeouts
from zcbulk_tui.creator.tokens import FixedToken, TokenSource
from zcbulk_tui.domain.job import Action
from zcbulk_tui.errors import (
    Answer,
    ServiceError,
    SignedOutError,
    SignInError,
    UnclearError,
    UnreachableError,
    UnreadableError,
    VariantRefusedError,
    ZcbulkError,
)

OK = Reply(200, PAGE_STATUS)
REFUSED = Reply.of({"code": 1030, "message": "invalid"}, 401)

PROXIES: dict[str, Iterable[bytes]] = {
    "nothing": [],
    "garbage": [b"SSH-2.0-OpenSSH_9.6\r\n"],
    "refusal": [b"HTTP/1.1 403 No\r\n\r\n"],
    "redirect": [b"HTTP/1.1 302 Found\r\nLocation: javascript:x\r\n\r\n"],
    "flood": repeat(b"HTTP/1.1 100\r\n\r\n" * 100),
    "tunnel into nothing": [b"HTTP/1.1 200 OK\r\n\r\n"],
    "tunnel into garbage": [b"HTTP/1.1 200 OK\r\n\r\n", b"\x16\x03\x03garbage" * 10],
    "encoded tunnel": [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", b"\x00" * 99],
}


@pytest.mark.parametrize("answer", PROXIES.values(), ids=PROXIES)
async def test_the_words_with_a_proxy_are_not_the_request(
    answer: Iterable[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with raw_server() as proxy:
        proxy.answer = answer
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        async with creator(None, proxies=True) as client:
            for call in (client.status(REF), client.control(REF, Action.START)):
                with pytest.raises(UnreachableError, match="othing was sent") as caught:
                    await call
                assert TOKEN not in shown(caught.value)
        assert [request.split()[0] for request in proxy.requests] == [b"CONNECT"] * 2
        assert TOKEN not in str(proxy.requests)


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 400 Bad\r\n\r\n", b"\x15\x03\x03\x00\x02\x02\x28"]
)
async def test_no_tls_means_that_nothing_was_sent(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1")
    port = listener.sockets[0].getsockname()[1]
    async with listener, creator(f"https://127.0.0.1:{port}") as client:
        with pytest.raises(UnreachableError):
            await client.control(REF, Action.START)


async def test_a_server_that_never_begins_tls_means_that_nothing_was_sent() -> None:
    async with raw_server() as server:
        url = server.url.replace("http", "https")
        async with creator(url, timeouts=Timeouts(total=0.1)) as client:
            with pytest.raises(UnreachableError):
                await client.control(REF, Action.START)


@pytest.mark.parametrize("token", ["a\nb", "a\x00b", "\ud800", "x" * 20 + "\r\nHost: y"])
async def test_a_token_that_fits_in_no_header_means_that_nothing_was_sent(token: str) -> None:
    tokens = FixedToken(SecretStr(token), "the tests")
    async with raw_server() as server, creator(server.url, tokens=tokens) as client:
        with pytest.raises(UnreachableError) as caught:
            await client.control(REF, Action.START)
        assert server.requests == []
    assert token not in shown(caught.value)


@pytest.mark.parametrize(
    "error", [RecursionError, KeyError, AttributeError, ssl.SSLError, UnicodeDecodeError]
)
@pytest.mark.parametrize("action", [None, Action.START], ids=["status", "start"])
async def test_whatever_fails_while_an_answer_is_read_is_unclear(
    error: type[Exception], action: Action | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: h11.Connection) -> object:
        raise error(*(("utf-8", b"", 0, 1, TOKEN) if error is UnicodeDecodeError else (TOKEN,)))

    async with raw_server() as server, creator(server.url) as client:
        server.answer = [b"HTTP/1.1 200 OK\r\n\r\n"]
        monkeypatch.setattr(h11.Connection, "next_event", fail)
        with pytest.raises(UnclearError) as caught:
            await (client.control(REF, action) if action else client.status(REF))
        assert len(server.requests) == 1
    assert "nothing was sent" not in str(caught.value)


@pytest.mark.parametrize("error", [RecursionError, KeyError, AttributeError, ssl.SSLError])
async def test_whatever_fails_before_the_first_byte_means_that_nothing_was_sent(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> object:
        raise error

    async with raw_server() as server, creator(server.url) as client:
        monkeypatch.setattr(h11.Connection, "send", fail)
        with pytest.raises(UnreachableError):
            await client.control(REF, Action.START)
        assert server.requests == []


@pytest.mark.parametrize("error", [KeyError, httpx.ReadTimeout, httpx.WriteError, RecursionError])
async def test_what_replaces_the_network_may_have_sent_it(error: type[Exception]) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error("")

    async with creator(None, transport=httpx.MockTransport(fail)) as client:
        with pytest.raises(UnclearError):
            await client.control(REF, Action.START)


class FailingTokens:
    """Has a token, or none, and no other.

    Args:
        error: What the sign-in's server comes to.
        token: The first one.
    """

    def __init__(self, error: ZcbulkError, token: str | None) -> None:
        self._error = error
        self._token = token

    async def token(self) -> SecretStr:
        if self._token is None:
            raise self._error
        return SecretStr(self._token)

    async def renew(self, _: SecretStr, __: SignInError) -> SecretStr:
        raise self._error

    def give_up(self, refusal: SignInError) -> SignedOutError:
        raise AssertionError(refusal)


FAILURES = [UnreachableError("No way"), UnclearError("No answer"), UnreadableError("No sense")]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda error: type(error).__name__)
async def test_a_command_is_not_sent_where_the_sign_in_gives_no_token(
    failure: ServiceError,
) -> None:
    tokens: TokenSource = FailingTokens(failure, None)
    async with raw_server() as server, creator(server.url, tokens=tokens) as client:
        with pytest.raises(UnreachableError):
            await client.control(REF, Action.START)
        assert server.requests == []


@pytest.mark.parametrize("failure", FAILURES, ids=lambda error: type(error).__name__)
async def test_a_call_that_was_refused_was_sent_also_where_no_other_token_is_to_be_had(
    failure: ServiceError,
) -> None:
    tokens: TokenSource = FailingTokens(failure, TOKEN)
    with StubServer([REFUSED, REFUSED]) as server:
        async with creator(server.url, tokens=tokens) as client:
            for call in (client.status(REF), client.control(REF, Action.START)):
                with pytest.raises(ServiceError) as caught:
                    await call
                # Neither "nothing was sent" nor "it may have been carried out".
                assert type(caught.value) is ServiceError
                assert failure.title in str(caught.value)


async def test_a_command_of_which_one_way_was_refused_was_sent() -> None:
    errors: list[type[ZcbulkError]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if errors:
            raise httpx.ConnectError("", request=request)
        return httpx.Response(405, json={"code": 1020})

    @asynccontextmanager
    async def slot(_: str) -> AsyncIterator[Any]:
        try:
            yield lambda _: None
        except ZcbulkError as error:
            errors.append(type(error))
            raise

    async with creator(None, transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(ServiceError) as caught:
            await client.control(REF, Action.START, slot)
    # Each call by itself is exact, and so is the command as a whole.
    assert errors == [VariantRefusedError, UnreachableError]
    assert type(caught.value) is ServiceError


LOCATIONS = [
    b"javascript:x",
    b"https://[::1",
    b"https://xn--a/",
    b"/" + b"x" * 65_000,
    "https://höst/".encode(),
    b"\xff\xfe",
    b"https://h:99999999/",
]


@pytest.mark.parametrize("location", LOCATIONS, ids=lambda value: repr(value[:20]))
@pytest.mark.parametrize("http", [b"301", b"302", b"303", b"307", b"308"])
async def test_a_redirect_is_said_to_be_one_wherever_it_leads(location: bytes, http: bytes) -> None:
    async with raw_server() as server, creator(server.url) as client:
        head = b"HTTP/1.1 %b Found\r\nLocation: %b\r\nContent-Encoding: gzip\r\n\r\n"
        server.answer = [head % (http, location), b"garbage"]
        with pytest.raises(ServiceError, match="redirects elsewhere") as caught:
            await client.status(REF)
        assert type(caught.value) is UnreadableError
        with pytest.raises(UnclearError, match="redirects elsewhere") as unclear:
            await client.control(REF, Action.ABORT)
        assert unclear.value.answer == Answer(int(http), from_zoho=False)
        assert len(server.requests) == 2


COOKIES = {
    "not ASCII": [b"a=\xe4\xf6\xfc"],
    "three hundred": [b"c%d=%b" % (number, b"x" * 200) for number in range(300)],
    "of another domain": [b"a=b; Domain=127.0.0.1; Path=/; Max-Age=9999"],
}


@pytest.mark.parametrize("cookies", COOKIES.values(), ids=COOKIES)
async def test_no_cookie_is_kept_or_sent(cookies: list[bytes]) -> None:
    async with raw_server() as server, creator(server.url) as client:
        lines = b"".join(b"Set-Cookie: %b\r\n" % cookie for cookie in cookies)
        server.answer = [b"HTTP/1.1 200 OK\r\n%b\r\n" % lines, PAGE_STATUS]
        for _ in range(3):
            assert (await client.status(REF)).counts.total == 1
        assert not any(b"cookie" in request.lower() for request in server.requests)
        assert max(map(len, server.requests)) < 1000


async def test_what_is_left_over_of_an_answer_is_not_taken_for_the_next_one() -> None:
    def answer(total: int) -> bytes:
        body = (
            b'{"code":3000,"data":{"api_status":"X","record_details":{"total_records":%d}}}' % total
        )
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    async with raw_server() as server, creator(server.url) as client:
        server.answer = [answer(1) + answer(999)]
        server.pause = 0.05  # the connection stays open for the next request
        assert (await client.status(REF)).counts.total == 1
        server.answer = [answer(2)]
        assert (await client.status(REF)).counts.total == 2
