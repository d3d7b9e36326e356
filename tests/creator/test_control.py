"""Start and abort: how they are put, in which order, and that they are never sent twice."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.creator.calls import TOKEN, creator, met, patience
from tests.support.contract import (
    OPENAPI_STARTED,
    PAGE_ABORTED,
    PAGE_STARTED,
    REFUSALS,
    Refusal,
)
from tests.support.jobs import REF
from tests.support.stub_server import (
    DROP,
    Answer,
    Raw,
    Reply,
    Request,
    Silence,
    StubServer,
    StubTransport,
)
from zcbulk_tui.creator.control import Variant, VariantMemory
from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.job import Action
from zcbulk_tui.errors import Answer as Said
from zcbulk_tui.errors import (
    BetweenVariantError,
    ServiceError,
    SignInError,
    UnclearError,
    VariantRefusedError,
    ZcbulkError,
)
from zcbulk_tui.store.variants import VariantFile

OK = Reply(200, PAGE_STARTED)
WRAPPED = {"data": {"action": "start"}}
FLAT = {"action": "start"}
WRAPPED_CAPITAL = {"data": {"action": "Start"}}
FLAT_CAPITAL = {"action": "Start"}

Accepts = Callable[[str, Any], int]
"""Creator's code for a method and a body: 3000, or the refusal."""


def picky(judge: Accepts) -> Callable[[Request], Answer]:
    """A server that takes only what `judge` does."""
    http = {3000: 200, 1020: 405, 9350: 400, 11000: 400}

    def answer(request: Request) -> Answer:
        code = judge(request.method, request.json())
        return Reply.of({"code": code, "message": "as judged"}, http[code])

    return answer


Server = StubServer | StubTransport


def sent(server: Server) -> list[tuple[str, Any]]:
    """Method and body of every request."""
    return [(request.method, request.json()) for request in server.requests]


async def start(server: Server, memory: VariantMemory | None = None) -> str:
    """One start with a client of its own; returns the server's words."""
    if isinstance(server, StubServer):
        opened = creator(server.url, memory=memory)
    else:
        opened = creator(None, memory=memory, transport=server)
    async with opened as client:
        return (await client.control(REF, Action.START)).text


@pytest.mark.parametrize("action", Action)
async def test_the_first_way_is_patch_with_the_data_wrapper(action: Action) -> None:
    with StubServer([OK]) as server:
        async with creator(server.url) as client:
            await client.control(REF, action)
    (request,) = server.requests
    assert (request.method, request.json()) == ("PATCH", {"data": {"action": action.value}})
    assert request.path.endswith("/form/Employee_Details/insert/3888833000000114027")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept"] == "application/json"
    assert request.headers["authorization"] == f"Zoho-oauthtoken {TOKEN}"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(PAGE_STARTED, "Job created successfully", id="page start"),
        pytest.param(PAGE_ABORTED, "Job aborted successfully", id="page abort"),
        pytest.param(OPENAPI_STARTED, "Job started successfully", id="OpenAPI start"),
        pytest.param(b'{"code":3000}', "", id="no words"),
    ],
)
async def test_the_servers_words_come_back(body: bytes, words: str) -> None:
    server = StubTransport([Reply(200, body)])
    assert await start(server) == words


@pytest.mark.parametrize(
    ("judge", "ways"),
    [
        pytest.param(
            lambda method, _: 3000 if method == "PUT" else 1020,
            [("PATCH", WRAPPED), ("PUT", WRAPPED)],
            id="PUT only",
        ),
        pytest.param(
            lambda method, _: 3000 if method == "POST" else 1020,
            [("PATCH", WRAPPED), ("PUT", WRAPPED), ("POST", WRAPPED)],
            id="POST only",
        ),
        pytest.param(
            lambda _, body: 3000 if body == FLAT else 9350,
            [("PATCH", WRAPPED), ("PATCH", FLAT)],
            id="flat, the wrapper is a missing item",
        ),
        pytest.param(
            lambda _, body: 3000 if body == FLAT else 11000,
            [("PATCH", WRAPPED), ("PATCH", FLAT)],
            id="flat, the wrapper is a bad action",
        ),
        pytest.param(
            lambda _, body: 3000 if body == WRAPPED_CAPITAL else 11000,
            [("PATCH", WRAPPED), ("PATCH", FLAT), ("PATCH", WRAPPED_CAPITAL)],
            id="capital",
        ),
        pytest.param(
            lambda _, body: {"Start": 3000, "start": 11000}.get(body.get("action"), 9350),
            [("PATCH", WRAPPED), ("PATCH", FLAT), ("PATCH", FLAT_CAPITAL)],
            id="flat and capital",
        ),
        pytest.param(
            lambda method, body: 1020 if method != "PUT" else 3000 if body == FLAT else 9350,
            [("PATCH", WRAPPED), ("PUT", WRAPPED), ("PUT", FLAT)],
            id="PUT and flat",
        ),
    ],
)
async def test_the_next_way_follows_an_answer_that_proves_that_nothing_happened(
    judge: Accepts, ways: list[tuple[str, object]]
) -> None:
    memory = VariantMemory()
    server = StubTransport(picky(judge))
    assert await start(server, memory) == "as judged"
    assert sent(server) == ways
    await start(server, memory)
    assert sent(server) == [*ways, ways[-1]], "the way that worked is the first one now"


@pytest.mark.parametrize(
    ("code", "calls"), [pytest.param(1020, 3), pytest.param(9350, 2), pytest.param(11000, 4)]
)
async def test_no_way_is_tried_twice_when_none_is_taken(code: int, calls: int) -> None:
    server = StubTransport(picky(lambda *_: code))
    with pytest.raises(VariantRefusedError):
        await start(server)
    ways = sent(server)
    assert len(ways) == calls
    assert all(ways.count(way) == 1 for way in ways)


@pytest.mark.parametrize(
    "row", [row for row in REFUSALS if row.error is not VariantRefusedError], ids=str
)
async def test_no_other_refusal_is_followed_by_another_way(row: Refusal) -> None:
    refusal = Reply.of({"code": row.code, "message": "no"}, row.http)
    server = StubTransport([refusal, OK])
    with pytest.raises(ZcbulkError) as caught:
        await start(server)
    assert type(caught.value) is met(row)
    assert len(server.requests) == 1


async def test_a_missing_scope_after_another_way_ends_it() -> None:
    script = [Reply.of({"code": 1020}, 405), Reply.of({"code": 2945}, 401), OK]
    server = StubTransport(script)
    with pytest.raises(SignInError):
        await start(server)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Silence(), id="no answer"),
        pytest.param(DROP, id="dropped"),
        pytest.param(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), id="cut short"),
        pytest.param(Raw(b"garbage\r\n\r\n"), id="no HTTP"),
        pytest.param(Reply(500), id="500"),
        pytest.param(Reply(502, b"<html>Bad Gateway</html>"), id="502"),
        pytest.param(Reply.of({"code": 1020}, 503), id="503 that speaks of the method"),
        pytest.param(Reply.of({"code": 9350}, 504), id="504 that speaks of the body"),
        pytest.param(Reply(200, b"<html>"), id="200 without JSON"),
        pytest.param(Reply(204), id="204"),
        pytest.param(Reply.of([3000]), id="200 without an object"),
        pytest.param(Reply.of({"status": "Job created successfully"}), id="200 without code"),
        pytest.param(Reply(200, b" " * 2 * 1024 * 1024), id="200 without end"),
    ],
)
async def test_after_an_unclear_answer_nothing_is_sent_again(answer: Answer) -> None:
    with StubServer([answer, OK]) as server:
        async with creator(server.url, timeouts=patience(answer)) as client:
            with pytest.raises(UnclearError) as caught:
                await client.control(REF, Action.START)
    assert len(server.requests) == 1
    assert caught.value.exit_code == 4


async def test_a_lost_answer_on_a_kept_connection_is_not_sent_again() -> None:
    with StubServer([OK, DROP, OK]) as server:
        async with creator(server.url) as client:
            await client.control(REF, Action.START)
            with pytest.raises(UnclearError):
                await client.control(REF, Action.ABORT)
    assert len(server.requests) == 2


@pytest.mark.parametrize("http", [301, 302, 303, 307, 308])
async def test_a_redirected_command_goes_nowhere(http: int) -> None:
    with StubServer() as elsewhere:
        redirect = Reply(http, b"", {"Location": elsewhere.url})
        with StubServer([redirect, OK]) as server, pytest.raises(ServiceError):
            await start(server)
        assert (len(server.requests), elsewhere.requests) == (1, [])


async def test_each_call_is_made_in_a_slot_of_its_own() -> None:
    slots: list[str] = []

    class Open:
        nothing_sent = False

        def __call__(self, said: Said | None, /) -> None:
            slots.append(str(said))

    @asynccontextmanager
    async def slot(request: str) -> AsyncIterator[Open]:
        slots.append(request)
        try:
            yield Open()
        finally:
            slots.append("shut")

    with StubServer([Reply.of({"code": 1020}, 405), OK]) as server:
        async with creator(server.url) as client:
            await client.control(REF, Action.START, slot)
    assert slots == [
        'PATCH {"data": {"action": "start"}}',
        "shut",
        'PUT {"data": {"action": "start"}}',
        "HTTP 200, code 3000: “Job created successfully”",
        "shut",
    ]


async def test_the_way_that_worked_outlives_the_process(tmp_path: Path) -> None:
    file = tmp_path / "variants.json"
    with StubServer(picky(lambda method, _: 3000 if method == "PUT" else 1020)) as server:
        await start(server, VariantMemory(store=VariantFile(file)))
        await start(server, VariantMemory(store=VariantFile(file)))
    assert [method for method, _ in sent(server)] == ["PATCH", "PUT", "PUT"]


async def test_a_configured_way_comes_first_until_another_one_works() -> None:
    memory = VariantMemory("POST", "flat")
    with StubServer(picky(lambda method, _: 1020 if method == "POST" else 3000)) as server:
        await start(server, memory)
        await start(server, memory)
    assert [method for method, _ in sent(server)] == ["POST", "PATCH", "PATCH"]


async def test_what_works_at_one_origin_says_nothing_of_another() -> None:
    memory = VariantMemory()
    with StubServer(picky(lambda method, _: 3000 if method == "PUT" else 1020)) as odd:
        await start(odd, memory)
    with StubServer([OK]) as plain:
        await start(plain, memory)
    assert sent(plain) == [("PATCH", WRAPPED)]


async def test_a_refused_command_changes_nothing_in_the_memory() -> None:
    memory = VariantMemory()
    with StubServer([Reply.of({"code": 11100}, 409)]) as server:
        with pytest.raises(ZcbulkError):
            await start(server, memory)
        assert memory.recall(server.url) == Variant()


PROBLEM = (
    b'{"type":"about:blank#NO_METHOD_MATCHED_ERROR","title":"Route resolved, but no path matched"}'
)


def mock_of_the_openapi_file(request: Request) -> Answer:
    """As Prism answers with Zoho's OpenAPI file: PUT only, a flat body, and HTTP of its own."""
    if request.method != "PUT":
        return Reply(405, PROBLEM, {"Content-Type": "application/problem+json", "Allow": "PUT"})
    if request.json().keys() != {"action"}:
        return Reply(422, b'{"title":"Invalid request","status":422}')
    return Reply(200, OPENAPI_STARTED)


@pytest.mark.parametrize("action", Action)
async def test_a_mock_of_the_openapi_file_is_understood(action: Action) -> None:
    with StubServer(mock_of_the_openapi_file) as server:
        async with creator(server.url) as client:
            said = await client.control(REF, action)
            await client.control(REF, action)  # the way is remembered
    assert said.code == 3000
    flat, wrapped = {"action": action.value}, {"data": {"action": action.value}}
    assert sent(server) == [("PATCH", wrapped), ("PUT", wrapped), ("PUT", flat), ("PUT", flat)]


WRONG_WAY = [
    pytest.param(b"", id="empty"),
    pytest.param(b"<html><title>Not Allowed</title></html>", id="HTML"),
    pytest.param(b"Method Not Allowed", id="plain"),
    pytest.param(PROBLEM, id="problem+json"),
    pytest.param(b'{"code":405,"message":"Method Not Allowed"}', id="the status as code"),
    pytest.param(b'{"code":12,"message":"Not Implemented"}', id="a code of its own"),
    pytest.param(b'{"code":9999,"message":"?"}', id="an unknown code of Zoho"),
]


@pytest.mark.parametrize("body", WRONG_WAY)
@pytest.mark.parametrize("http", [405, 415, 501])
@pytest.mark.parametrize("taken", ["PUT", "POST"])
async def test_another_method_is_tried_whoever_refuses_one(
    http: int, body: bytes, taken: str
) -> None:
    def answer(request: Request) -> Answer:
        return OK if request.method == taken else Reply(http, body)

    server = StubTransport(answer)
    assert await start(server) == "Job created successfully"
    assert sent(server)[-1] == (taken, WRAPPED)


@pytest.mark.parametrize("http", [400, 415, 422])
async def test_another_shape_is_tried_whoever_refuses_one(http: int) -> None:
    def answer(request: Request) -> Answer:
        return OK if request.json() == FLAT else Reply(http, b"Bad Request")

    server = StubTransport(answer)
    await start(server)
    assert sent(server) == [("PATCH", WRAPPED), ("PATCH", FLAT)]


@pytest.mark.parametrize(("http", "most"), [(400, 2), (405, 3), (415, 6), (422, 2), (501, 3)])
async def test_no_way_is_tried_without_end(http: int, most: int) -> None:
    refusal = Reply(http, b"Bad Request")
    server = StubTransport(lambda _: refusal)
    with pytest.raises(BetweenVariantError):
        await start(server)
    assert len(server.requests) == most


@pytest.mark.parametrize("http", [400, 422])
@pytest.mark.parametrize(
    "body", [b"", b"OK", b'{"message":"Job aborted"}', b"{}", b"<h1>The job has been aborted</h1>"]
)
async def test_a_refusal_that_does_not_say_what_is_wrong_proves_nothing(
    http: int, body: bytes
) -> None:
    server = StubTransport([Reply(http, body), OK])
    with pytest.raises(UnclearError):
        await start(server)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("http", "unclear"),
    [
        *((http, False) for http in (401, 402, 403, 404, 406, 407, 409, 410, 411, 412, 413, 414)),
        *((http, False) for http in (418, 421, 423, 425, 426, 428, 429, 431, 451)),
        *((http, True) for http in (200, 201, 202, 204, 301, 302, 303, 307, 308, 408, 499)),
        *((http, True) for http in (500, 502, 503, 504, 505, 520, 524, 599, 999)),
        (511, False),
    ],
)
async def test_what_an_answer_of_those_in_between_proves(http: int, unclear: bool) -> None:
    bodies = (b"", b"<title>No</title>", b'{"title":"No"}', b'{"code":1}')
    replies = [Reply(http, b"" if http == 204 else body) for body in bodies]
    server = StubTransport([*replies, OK])
    for sent, reply in enumerate(replies, 1):
        with pytest.raises(ZcbulkError) as caught:
            await start(server)
        assert len(server.requests) == sent, reply.body
        assert isinstance(caught.value, UnclearError) is unclear, reply.body


def judge_by_report(request: Request) -> Answer:
    """A server that takes commands at the URL of a report only."""
    if "/report/" in request.path:
        return OK
    return Reply.of({"code": 1020, "message": "no such method"}, 405)


async def test_the_url_of_a_report_is_tried_last() -> None:
    with StubServer(judge_by_report) as server:
        async with creator(server.url, report="All_Orders") as client:
            await client.control(REF, Action.START)
        *before, last = server.requests
    assert [request.method for request in before] == ["PATCH", "PUT", "POST"]
    assert (last.method, last.json()) == ("POST", WRAPPED)
    path = f"/api/v2.1/{REF.owner}/{REF.app}/report/All_Orders/bulk/job/{REF.job_id}"
    assert last.path == path


async def test_without_a_report_that_way_is_left_out() -> None:
    with StubServer(judge_by_report) as server:
        async with creator(server.url) as client:
            with pytest.raises(VariantRefusedError):
                await client.control(REF, Action.START)
        assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("center", "host"), [("eu", "creator.zoho.eu"), ("us", "creator.zoho.com"), ("jp", None)]
)
async def test_the_token_goes_to_the_host_of_the_report_over_https(
    center: str, host: str | None
) -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(405, json={"code": 1020, "message": "no such method"})

    home = datacenters.named(center)
    assert home is not None
    assert home.api_url is not None
    ref = REF._replace(origin=home.api_url)
    transport = httpx.MockTransport(answer)
    async with creator(None, report="All_Orders", transport=transport) as client:
        with pytest.raises(VariantRefusedError):
            await client.control(ref, Action.START)
    elsewhere = [(url.scheme, url.host) for url in asked if url.host != home.api_host]
    assert elsewhere == ([] if host is None else [("https", host)])
