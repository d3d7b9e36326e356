"""The access token goes into the header of a request, and nowhere else."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from pydantic import SecretStr

from tests.creator.calls import TOKEN, creator, patience
from tests.creator.signing_in import shown
from tests.support.contract import PAGE_STATUS
from tests.support.jobs import REF
from tests.support.stub_server import DROP, Answer, Raw, Reply, Silence, StubServer
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.tokens import AccessToken
from zcbulk_tui.domain.job import Action
from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.errors import ZcbulkError

FAILURES = {
    "dropped": DROP,
    "garbage": Raw(b"garbage\r\n\r\n"),
    "no answer": Silence(),
    "not JSON": Reply(200, b"<html>"),
    "token refused": Reply.of({"code": 1030, "message": "invalid"}, 401),
    "server fault": Reply(503),
    "redirect": Reply(302, b"", {"Location": "http://127.0.0.1:9"}),
    "too large": Reply(200, b" " * 2 * 1024 * 1024),
}


@pytest.mark.parametrize("action", [None, Action.START], ids=["status", "start"])
@pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES)
async def test_no_error_shows_it_even_with_the_values_of_every_frame(
    answer: Answer, action: Action | None
) -> None:
    with StubServer([answer]) as server:
        async with creator(server.url, timeouts=patience(answer)) as client:
            with pytest.raises(ZcbulkError) as caught:
                await (client.control(REF, action) if action else client.status(REF))
        assert TOKEN in server.requests[0].headers["authorization"]
        error = caught.value
        trace = traceback.TracebackException.from_exception(error, capture_locals=True)
        all_of_it = "".join(trace.format())
    assert "client.py" in all_of_it
    assert TOKEN not in all_of_it
    assert TOKEN not in repr(error) + str(error)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda client: client.status(REF), id="status"),
        pytest.param(lambda client: client.control(REF, Action.START), id="start"),
        pytest.param(
            lambda client: client.result(REF, ResultKind.FAILURE, bytearray().extend), id="result"
        ),
    ],
)
async def test_no_frame_has_it_in_an_answer_that_quotes_it(
    call: Callable[[CreatorClient], Awaitable[object]],
) -> None:
    quoting = Reply(200, f"<html>Zoho-oauthtoken {TOKEN}".encode())
    with StubServer([quoting]) as server:
        async with creator(server.url) as client:
            with pytest.raises(ZcbulkError) as caught:
                await call(client)
    assert "Zoho-oauthtoken [...]" in str(caught.value)
    assert TOKEN not in shown(caught.value)


@pytest.mark.parametrize("answer", [Reply(200, PAGE_STATUS), DROP], ids=["success", "failure"])
async def test_no_log_shows_it(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, name)
    with StubServer([answer]) as server:
        async with creator(server.url) as client:
            with suppress(ZcbulkError):
                await client.status(REF)
    assert "send_request_headers" in caplog.text
    assert TOKEN not in caplog.text


async def test_no_representation_shows_it() -> None:
    auth = AccessToken(SecretStr(TOKEN))
    async with creator("http://127.0.0.1:9") as client:
        assert TOKEN not in repr(auth) + repr(vars(auth)) + repr(client) + repr(vars(client))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
async def test_no_proxy_sees_a_call_to_this_machine(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StubServer([Reply(200, PAGE_STATUS)]) as server, StubServer() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        async with creator(f"http://{host}:{server.port}", proxies=True) as client:
            with suppress(ZcbulkError):  # not every machine answers at each of its addresses
                await client.status(REF)
        assert proxy.requests == []
