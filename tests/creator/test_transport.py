"""How a call is made, and what becomes of it when the network or the server fails."""

import asyncio
import gzip
import json
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from tests.creator.calls import TOKEN, creator
from tests.support.contract import PAGE_STATUS
from tests.support.jobs import REF
from tests.support.stub_server import DROP, Answer, Raw, Reply, Request, Silence, StubServer
from tests.support.text import is_one_safe_line
from zcbulk_tui import __version__
from zcbulk_tui.creator.network import Timeouts
from zcbulk_tui.domain.job import Action, Environment, JobReading, JobRef
from zcbulk_tui.errors import (
    BusyError,
    Occasion,
    UnclearError,
    UnreachableError,
    UnreadableError,
    UsageError,
    ZcbulkError,
)

OK = Reply(200, PAGE_STATUS)
PATH = "/bulk/jason18/zylker-store/form/Employee_Details/insert/3888833000000114027"


async def asked(ref: JobRef = REF, api_version: str = "v2.1") -> Request:
    """What arrives at the server when a status is asked for."""
    with StubServer([OK]) as server:
        async with creator(server.url, api_version=api_version) as client:
            await client.status(ref)
        (request,) = server.requests
    return request


async def read_status(answer: Answer, timeouts: Timeouts | None = None) -> JobReading:
    """One status call that is answered so."""
    with StubServer([answer]) as server:
        async with creator(server.url, timeouts=timeouts) as client:
            return await client.status(REF)


async def failed_status(answer: Answer, timeouts: Timeouts | None = None) -> ZcbulkError:
    """The error of one status call that is answered so."""
    with pytest.raises(ZcbulkError) as caught:
        await read_status(answer, timeouts)
    return caught.value


async def test_a_status_call_sends_what_the_contract_asks_for_and_no_body() -> None:
    request = await asked()
    assert (request.method, request.body) == ("GET", b"")
    assert request.headers["authorization"] == f"Zoho-oauthtoken {TOKEN}"
    assert request.headers["accept"] == "application/json"
    assert request.headers["user-agent"] == f"zcbulk-tui/{__version__}"
    assert "content-type" not in request.headers


@pytest.mark.parametrize("version", ["v2.1", "v2"])
async def test_the_version_stands_in_the_path(version: str) -> None:
    assert (await asked(api_version=version)).path == f"/creator/{version}{PATH}"


async def test_names_are_encoded_in_the_path() -> None:
    request = await asked(REF._replace(owner="jo+e@x.com"))
    assert request.path.startswith("/creator/v2.1/bulk/jo%2Be%40x.com/")


@pytest.mark.parametrize("environment", [Environment.STAGE, Environment.DEVELOPMENT])
async def test_an_environment_is_named_in_a_header(environment: Environment) -> None:
    request = await asked(REF._replace(environment=environment))
    assert request.headers["environment"] == environment.value


async def test_production_is_not_named() -> None:
    assert "environment" not in (await asked()).headers


async def test_a_base_url_takes_the_place_of_the_jobs_own_origin() -> None:
    with StubServer([OK]) as server, StubServer() as other:
        async with creator(server.url) as client:
            await client.status(REF._replace(origin=other.url))
        assert (len(server.requests), other.requests) == (1, [])


@pytest.mark.parametrize(
    "timeouts",
    [
        pytest.param(Timeouts(read=0.05, total=30), id="no bytes for a while"),
        pytest.param(Timeouts(read=30, total=0.05), id="the whole call takes too long"),
    ],
)
async def test_no_answer_in_time_is_unclear(timeouts: Timeouts) -> None:
    async with asyncio.timeout(5):
        error = await failed_status(Silence(), timeouts)
    assert type(error) is UnclearError
    assert "did not answer in time" in error.title
    assert error.told(Occasion.ONCE).endswith("Try again in a while.")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(DROP, id="dropped without an answer"),
        pytest.param(Raw(b"HTTP/1.1 200 OK\r\nContent-Le"), id="cut in the head"),
        pytest.param(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), id="cut in the body"),
        pytest.param(Raw(b"SSH-2.0-OpenSSH_9.6\r\n"), id="another protocol"),
    ],
)
async def test_a_connection_that_breaks_is_unclear(answer: Raw) -> None:
    error = await failed_status(answer)
    assert type(error) is UnclearError
    assert error.exit_code == 4


async def test_a_refused_connection_means_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = f"127.0.0.1:{unused.getsockname()[1]}"
    async with creator(f"http://{address}") as client:
        with pytest.raises(UnreachableError) as caught:
            await client.status(REF)
    assert address in caught.value.title
    assert "nothing was sent" in str(caught.value)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout], ids=repr
)
async def test_no_connection_means_that_nothing_was_sent(
    failure: type[httpx.TransportError],
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise failure("", request=request)

    async with creator(None, transport=httpx.MockTransport(fail)) as client:
        with pytest.raises(UnreachableError, match="nothing was sent"):
            await client.status(REF)


@pytest.mark.parametrize(
    "origin",
    [
        pytest.param("https://[v1.x]", id="address of the future"),
        pytest.param("https://ａ.com", id="wide letters"),
        pytest.param("https://xn--a", id="broken punycode"),
    ],
)
async def test_a_host_that_cannot_be_one_means_that_nothing_was_sent(origin: str) -> None:
    async with creator(origin) as client:
        with pytest.raises(UnreachableError):
            await client.status(REF)


async def test_a_proxy_that_refuses_means_that_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with StubServer([Reply(407)]) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        async with creator(None, proxies=True) as client:
            with pytest.raises(UnreachableError):
                await client.status(REF)
        assert [request.method for request in proxy.requests] == ["CONNECT"]
        assert TOKEN not in str(proxy.requests)


async def test_a_connection_that_broke_is_made_anew_for_the_next_call() -> None:
    with StubServer([OK, DROP, OK]) as server:
        async with creator(server.url) as client:
            first = await client.status(REF)
            with pytest.raises(UnclearError):
                await client.status(REF)
            assert await client.status(REF) == first


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("60", 60.0),
        (" 120 ", 120.0),
        ("9" * 40, 86_400.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("", None),
        ("Sun, 06 Nov 9994 08:49:37 GMT", 86_400.0),
        ("604800", 86_400.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("5, 10", None),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999", None),
    ],
)
async def test_retry_after_is_read_in_seconds(value: str, seconds: float | None) -> None:
    busy = Reply(429, b'{"code":2955}', {"Retry-After": value})
    error = await failed_status(busy)
    assert isinstance(error, BusyError)
    assert error.retry_after == seconds


async def test_retry_after_is_read_as_a_date() -> None:
    # Far enough away that the seconds this test takes do not count.
    date = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    error = await failed_status(Reply(429, b"", {"Retry-After": date}))
    assert isinstance(error, BusyError)
    assert error.retry_after == pytest.approx(7200, abs=60)


async def test_an_answer_too_large_is_refused_before_it_is_read_to_its_end() -> None:
    huge = Reply(200, b" " * 64 * 1024 * 1024)
    with StubServer([huge]) as server:
        async with creator(server.url) as client:
            with pytest.raises(UnreadableError, match="too large"):
                await client.status(REF)
        assert server.body_bytes_sent < len(huge.body) / 2


async def test_the_largest_answer_is_one_mebibyte() -> None:
    padding = b" " * (1024 * 1024 - len(PAGE_STATUS))
    assert (await read_status(Reply(200, PAGE_STATUS + padding))).counts.total == 1
    error = await failed_status(Reply(200, PAGE_STATUS + padding + b" "))
    assert type(error) is UnreadableError


@pytest.mark.parametrize(
    "encoding", ["gzip", "gzip, gzip", "br", "zstd", "x-unknown", "identity, deflate", "GZIP", "é"]
)
async def test_an_encoded_answer_is_refused_as_it_is(encoding: str) -> None:
    plain = json.dumps({"code": 3000, "data": {"api_status": "COMPLETED"}}).encode()
    error = await failed_status(
        Reply(200, gzip.compress(plain), {"Content-Encoding": encoding}),
    )
    assert type(error) is UnreadableError
    assert "encoded" in error.title
    assert encoding.split(",")[-1].strip() in error.cause


async def test_what_is_called_identity_is_not_encoded() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\nContent-Encoding:\r\n\r\n"
    assert (await read_status(Raw(head + PAGE_STATUS))).counts.total == 1


@pytest.mark.parametrize("name", ["a" * 300, "gzip\x1b[31m"])
async def test_an_encodings_name_is_shown_as_one_safe_line(name: str) -> None:
    error = await failed_status(
        Raw(f"HTTP/1.1 200 OK\r\nContent-Encoding: {name}\r\n\r\n".encode())
    )
    assert is_one_safe_line(str(error))


async def test_an_error_answer_too_large_is_refused_as_well() -> None:
    error = await failed_status(Reply(404, b" " * 2 * 1024 * 1024))
    assert type(error) is UnreadableError


@pytest.mark.parametrize("http", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(http: int) -> None:
    with StubServer() as elsewhere:
        error = await failed_status(Reply(http, b"", {"Location": f"{elsewhere.url}/creator"}))
        assert elsewhere.requests == []
    assert type(error) is UnreadableError
    assert "Redirects are not followed" in str(error)


@pytest.mark.parametrize("origin", ["{}", "http://localhost:1", "https://evil.example", "{}@x"])
@pytest.mark.parametrize("action", [None, *Action])
async def test_a_job_of_another_server_gets_no_token(origin: str, action: Action | None) -> None:
    with StubServer() as server:
        ref = REF._replace(origin=origin.format(server.url))
        async with creator(None) as client:
            with pytest.raises(UsageError) as caught:
                await (client.status(ref) if action is None else client.control(ref, action))
        assert caught.value.next_step
        assert server.requests == []
