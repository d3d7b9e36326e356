"""The calls of a probe: each is sent once, and its answer is told as it is, without names."""

import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from tests.creator.calls import TLS, TOKEN
from tests.creator.uploading import CREATED, Recorder, Renewing, a_file
from tests.support.jobs import NOW, REF
from tests.support.stub_server import DROP, Answer, Raw, Reply, StubServer, closed_port
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.probe_calls import ProbeCalls
from zcbulk_tui.creator.route import Route
from zcbulk_tui.creator.tokens import FixedToken, TokenSource
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.probe import Act, Exchange, Step
from zcbulk_tui.domain.proxies import read
from zcbulk_tui.errors import (
    BetweenError,
    BusyError,
    QuotaSpentError,
    SignedOutError,
    UnclearError,
    UnreachableError,
    UsageError,
    ZcbulkError,
)
from zcbulk_tui.simulator.results import ResultRules
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.transport import InProcessTransport

FORM = FormRef(REF.origin, "jason18", "zylker-store", "Scratch", Environment.DEVELOPMENT)

PATH = "/creator/v2.1/bulk/jason18/zylker-store/form/Scratch/insert"

JOB = "3888833000000114027"

FIELDS = Step("fields", Act.FIELDS, "", "lists the fields")
CREATE = Step("create", Act.CREATE, "a", "begins a job")
UPLOAD = Step("upload", Act.UPLOAD, "a", "uploads", "one.csv")
STATUS = Step("status", Act.STATUS, "a", "shows the state")
START = Step("start", Act.START, "a", "starts it", "PATCH wrapped lower")
RESULT = Step("result", Act.RESULT, "a", "shows columns", "success")


@asynccontextmanager
async def probe_calls(
    base_url: str | None,
    transport: httpx.AsyncBaseTransport | None = None,
    tokens: TokenSource | None = None,
) -> AsyncIterator[ProbeCalls]:
    network = Network(transport=transport or Route(read({}), TLS))
    try:
        source = tokens or FixedToken(SecretStr(TOKEN), "the tests")
        yield ProbeCalls(source, network, base_url=base_url)
    finally:
        await network.aclose()


async def answered(step: Step, *answers: Answer) -> tuple[Exchange, ZcbulkError | None]:
    """One step that is answered so."""
    with StubServer(answers) as server:
        async with probe_calls(server.url) as calls:
            found = await calls.exchange(FORM, step, JOB, None, NOW)
        assert len(server.requests) == len(answers)
    return found


async def test_what_a_job_shows_from_its_create_to_its_result(tmp_path: Path) -> None:
    seconds = [0.0]
    creator = build(
        "steady",
        token=TOKEN,
        clock=lambda: seconds[0],
        results=ResultRules(),
    )
    file = a_file(tmp_path, b"Title,Quantity\r\nOne,1\r\nTwo,2\r\nThree,x\r\n")
    async with probe_calls(None, InProcessTransport(creator)) as calls:

        async def seen(step: Step, job_id: str = "") -> dict[str, str]:
            is_upload = step.act is Act.UPLOAD
            exchange, error = await calls.exchange(
                FORM, step, job_id, file if is_upload else None, NOW
            )
            assert error is None
            assert exchange.is_accepted, exchange
            return dict(exchange.seen)

        fields = json.loads((await seen(FIELDS))["fields"])
        assert fields[0]["link_name"] == fields[0]["display_name"] == "Title"
        assert fields[0]["mandatory"] is True
        job_id = (await seen(CREATE))["job_id"]
        assert (await seen(STATUS, job_id))["details"] == "none"
        assert await seen(UPLOAD, job_id) == {}
        assert await seen(START, job_id) == {}
        seconds[0] += 3600
        status = await seen(STATUS, job_id)
        assert status == {
            "api_status": "System Aborted",
            "details": "inside",
            "total": "3",
            "success": "0",
            "failed": "3",
            "unprocessed": "0",
        }
        result = await seen(replace(RESULT, detail="failure"), job_id)
        assert json.loads(result["columns"]) == ["Title", "Quantity", "Error"]
        assert sorted(row[0] for row in json.loads(result["rows"])) == ["One", "Three", "Two"]
    assert [entry.environment for entry in creator.log] == ["development"] * 7
    assert [entry.method for entry in creator.log if entry.action == "start"] == ["PATCH"]


@pytest.mark.parametrize(
    ("detail", "method", "body"),
    [
        ("PATCH wrapped lower", "PATCH", {"data": {"action": "start"}}),
        ("PUT flat lower", "PUT", {"action": "start"}),
        ("POST wrapped capital", "POST", {"data": {"action": "Start"}}),
    ],
)
async def test_each_way_of_putting_a_start_is_one_call(
    detail: str, method: str, body: object
) -> None:
    recorder = Recorder()
    refused = Reply.of({"code": 1020, "message": "Not this one"}, 405)
    with StubServer([refused]) as server:
        async with probe_calls(server.url) as calls:
            step = replace(START, detail=detail)
            exchange, error = await calls.exchange(FORM, step, JOB, None, NOW, recorder.slot)
        (request,) = server.requests
    assert (request.method, request.path, request.json()) == (method, f"{PATH}/{JOB}", body)
    assert request.headers["environment"] == "development"
    assert (exchange.http_status, exchange.code, exchange.is_accepted) == (405, 1020, False)
    assert error is None
    assert recorder.requests == [f"{method} {json.dumps(body)}"]


@pytest.mark.parametrize(
    ("step", "answer", "code"),
    [
        (START, Reply.of({"code": 2945, "description": "scope"}, 401), 2945),
        (CREATE, Reply.of({"code": 99005, "message": "active"}, 409), 99005),
        (UPLOAD, Reply.of({"code": 11070, "message": "There"}, 409), 11070),
        (START, Reply(405, b"<h1>Method Not Allowed</h1>"), None),
        (RESULT, Reply.of({"code": 11130, "message": "None"}, 404), 11130),
        (RESULT, Reply.of({"code": 11130, "message": "None"}, 200), 11130),
    ],
)
async def test_a_refusal_is_an_answer(
    step: Step, answer: Reply, code: int | None, tmp_path: Path
) -> None:
    with StubServer([answer]) as server:
        async with probe_calls(server.url) as calls:
            file = a_file(tmp_path) if step is UPLOAD else None
            exchange, error = await calls.exchange(FORM, step, JOB, file, NOW)
    assert error is None
    assert exchange.is_answered
    assert not exchange.is_accepted
    assert not exchange.is_unsent
    assert (exchange.http_status, exchange.code) == (answer.status, code)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Reply.of({"code": 2955}, 429, Retry_After="30"), BusyError),
        (Reply.of({"code": 4000}, 403), QuotaSpentError),
        (Reply(403, b"<title>Blocked by the proxy</title>"), BetweenError),
        (Reply.of({"code": 1030}, 401), SignedOutError),
    ],
)
async def test_what_any_call_would_meet_leaves_the_step_to_be_made(
    answer: Reply, error: type[ZcbulkError]
) -> None:
    exchange, found = await answered(CREATE, answer)
    assert exchange.is_unsent
    assert isinstance(found, error)
    assert exchange.http_status == answer.status
    assert exchange.seen == ({"retry_after": "30"} if error is BusyError else {})


@pytest.mark.parametrize(
    "answer",
    [
        DROP,
        Reply(500, b"oops"),
        Reply(200, b"<html>Sign in to the network"),
        Reply.of({"code": 3000, "error": "no"}),
        Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
        Reply.of({"code": 3000}),
    ],
)
async def test_what_proves_nothing_is_no_answer(answer: Answer) -> None:
    exchange, found = await answered(CREATE, answer)
    assert isinstance(found, UnclearError)
    assert not exchange.is_answered
    assert not exchange.is_unsent
    assert exchange.seen == {}


async def test_without_a_connection_nothing_was_sent() -> None:
    async with probe_calls(f"http://127.0.0.1:{closed_port()}") as calls:
        exchange, error = await calls.exchange(FORM, CREATE, "", None, NOW)
    assert exchange == Exchange(CREATE, NOW, text=exchange.text, is_unsent=True)
    assert isinstance(error, UnreachableError)


async def test_a_refused_token_is_renewed_and_the_call_made_again() -> None:
    with StubServer([Reply.of({"code": 1030}, 401), Reply(200, CREATED)]) as server:
        async with probe_calls(server.url, tokens=Renewing()) as calls:
            exchange, _ = await calls.exchange(FORM, CREATE, "", None, NOW)
        assert len(server.requests) == 2
    assert exchange.seen == {"job_id": JOB}


async def test_a_result_is_asked_for_with_the_other_accept_header() -> None:
    refused = Reply.of({"code": 9210, "message": "accept"}, 400)
    gone = Reply.of({"code": 11130}, 404)
    with StubServer([refused, gone, gone]) as server:
        async with probe_calls(server.url) as calls:
            for _ in range(2):
                exchange, _ = await calls.exchange(FORM, RESULT, JOB, None, NOW)
                assert exchange.code == 11130
        accepted = [request.headers["accept"] for request in server.requests]
    assert accepted == ["*/*", "application/json", "application/json"]


@pytest.mark.parametrize(
    "body",
    [b"PK\x03\x04 and no more", b"PK\x05\x06" + bytes(18)],
)
async def test_a_zip_that_cannot_be_read_is_a_zip_nevertheless(body: bytes) -> None:
    exchange, _ = await answered(RESULT, Reply(200, body))
    assert exchange.is_accepted
    assert set(exchange.seen) == {"zip"}


async def test_the_words_name_nobody() -> None:
    said = (
        f"Form Scratch of jason18/zylker-store has job {JOB} by jason@zylker.com, see "
        f"https://creator.zoho.com/jason18"
    )
    exchange, _ = await answered(CREATE, Reply.of({"code": 99005, "message": said}, 409))
    assert exchange.text == "Form [name] of [name]/[name] has job [id] by [e-mail], see [URL]"


@pytest.mark.parametrize("step", [STATUS, START, UPLOAD, RESULT])
async def test_a_job_without_id_is_never_called(step: Step) -> None:
    with StubServer() as server:
        async with probe_calls(server.url) as calls:
            with pytest.raises(UsageError):
                await calls.exchange(FORM, step, "", None, NOW)
        assert server.requests == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_a_result_is_read_in_its_own_encoding_and_with_its_own_delimiter(
    encoding: str, delimiter: str
) -> None:
    rows = [["Title", "Day", "Error"], ["é", "", "An error, or two; no more"]]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerows(rows)
        archive.writestr("result.csv", text.getvalue().encode(encoding))
    exchange, _ = await answered(RESULT, Reply(200, packed.getvalue()))
    assert json.loads(exchange.seen["columns"]) == rows[0]
    assert json.loads(exchange.seen["rows"]) == rows[1:]
    names = {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}
    assert exchange.seen["encoding"] == names.get(encoding, encoding)
    assert exchange.seen["delimiter"] == delimiter


async def test_a_refusal_in_documented_words_is_zohos_without_a_code(tmp_path: Path) -> None:
    with StubServer([Reply.of({"message": "Unsupported file."}, 400)]) as server:
        async with probe_calls(server.url) as calls:
            exchange, error = await calls.exchange(FORM, UPLOAD, JOB, a_file(tmp_path), NOW)
    assert error is None
    assert exchange.is_from_zoho
    exchange, _ = await answered(START, Reply(405, b"<h1>Method Not Allowed</h1>"))
    assert not exchange.is_from_zoho
