"""Creating a job: what is sent, what is read, and what remains unclear, never created twice."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.creator.calls import TOKEN, creator, met
from tests.creator.uploading import (
    CREATED,
    FORM,
    Recorder,
    Renewing,
    answering,
    reply,
    upload_server,
)
from tests.support.contract import REFUSALS, Refusal
from tests.support.jobs import REF
from tests.support.stub_server import DROP, Answer, Raw, Reply, Silence, StubServer, closed_port
from tests.support.text import is_one_safe_line
from zcbulk_tui.creator.network import Timeouts
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.upload import CreatedJob
from zcbulk_tui.errors import (
    BetweenError,
    BetweenVariantError,
    SignedOutError,
    SignInError,
    UnclearError,
    UndocumentedError,
    UnreachableError,
    UsageError,
    ZcbulkError,
)

PATH = "/creator/v2.1/bulk/jason18/zylker-store/form/Employee_Details/insert"

REFUSED = Reply.of({"code": 1030, "message": "invalid"}, 401)


async def create(*answers: Answer, timeouts: Timeouts | None = None) -> CreatedJob:
    """One create call that is answered so."""
    with StubServer(answers) as server:
        async with creator(server.url, timeouts=timeouts) as client:
            try:
                return await client.create(FORM)
            finally:
                assert len(server.requests) == 1


async def failed(*answers: Answer, timeouts: Timeouts | None = None) -> ZcbulkError:
    """The error of one create call that is answered so."""
    with pytest.raises(ZcbulkError) as caught:
        await create(*answers, timeouts=timeouts)
    return caught.value


@pytest.mark.parametrize("environment", list(Environment))
async def test_what_is_sent(environment: Environment) -> None:
    with StubServer([Reply(200, CREATED)]) as server:
        async with creator(server.url) as client:
            created = await client.create(FORM._replace(environment=environment))
        (request,) = server.requests
    assert created.job_id == REF.job_id
    assert created.answer.text == "Job created successfully"
    assert (request.method, request.path, request.body) == ("POST", PATH, b"")
    assert "content-type" not in request.headers
    assert request.headers["content-length"] == "0"
    is_production = environment is Environment.PRODUCTION
    assert request.headers.get("environment") == (None if is_production else environment.value)
    assert request.headers["authorization"] == f"Zoho-oauthtoken {TOKEN}"


@pytest.mark.parametrize(
    "body",
    [
        {"code": 3000, "details": {"job_id": 3888833000000114027, "status": "CREATED"}},
        {"code": "3000", "details": {"job_id": " 3888833000000114027 ", "state": "CREATED"}},
        {"code": 3000, "data": {"job_id": "3888833000000114027"}, "message": "ok"},
        {"code": 3000, "job_id": "3888833000000114027", "details": []},
        {"code": 3000, "job_id": 3888833000000114027, "details": {"job_id": "3888833000000114027"}},
    ],
    ids=lambda body: json.dumps(body)[:40],
)
async def test_the_id_is_read_as_text_or_number(body: object) -> None:
    assert (await create(Reply.of(body))).job_id == REF.job_id


NO_IDS: list[object] = [
    None,
    "",
    " ",
    0,
    "0",
    True,
    3.888833000000114e18,
    "3.88883E+18",
    -1,
    [],
    {},
    "x",
    "1 2",
]


@pytest.mark.parametrize("job_id", NO_IDS, ids=repr)
async def test_a_success_without_an_id_is_unclear(job_id: object) -> None:
    error = await failed(Reply.of({"code": 3000, "details": {"job_id": job_id}}))
    assert type(error) is UnclearError
    assert "its id is lost" in error.cause
    assert error.answer is not None
    assert error.answer.code == 3000


@pytest.mark.parametrize("body", [{"details": {}}, {"details": "x"}, {}, {"details": None}])
async def test_a_success_of_another_shape_is_unclear(body: dict[str, object]) -> None:
    assert type(await failed(Reply.of({"code": 3000, **body}))) is UnclearError


async def test_two_ids_are_none() -> None:
    body = {"code": 3000, "job_id": "1", "details": {"job_id": "2"}}
    assert type(await failed(Reply.of(body))) is UnclearError


UNCLEAR: dict[str, Answer] = {
    "no answer": DROP,
    "half a head": Raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "half a body": Raw(reply(CREATED)[:-10]),
    "never": Silence(),
    "server fault": Reply.of({"code": 2945, "message": "no"}, 500),
    "bad gateway": Reply(502, b"<title>502 Bad Gateway</title>"),
    "gave up": Reply(408),
    "no JSON": Reply(200, b"<html>"),
    "no code": Reply.of({"details": {"job_id": "1"}}),
    "yes and no": Reply.of({"code": 3000, "details": {"job_id": "1"}}, 400),
    "no and yes": Reply.of({"code": 2893, "details": {"status": "success"}}, 404),
    "redirect": Reply(307, b"", {"Location": "/elsewhere"}),
    "too large": Reply(200, b" " * (1024 * 1024 + 1)),
    "encoded": Reply(200, CREATED, {"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("answer", UNCLEAR.values(), ids=UNCLEAR)
async def test_what_proves_nothing_says_what_that_means(answer: Answer) -> None:
    limits = Timeouts(read=0.05) if isinstance(answer, Silence) else None
    error = await failed(answer, timeouts=limits)
    assert type(error) is UnclearError
    assert "its id is lost, and the form may be busy for up to 3 hours." in error.cause
    assert "No job is created again by itself." in error.next_step
    assert TOKEN not in str(error)


@pytest.mark.parametrize("row", [row for row in REFUSALS if row.code not in (1030, 11110)], ids=str)
async def test_each_refusal_is_said(row: Refusal) -> None:
    error = await failed(Reply.of({"code": row.code, "message": "Own words"}, row.http))
    assert type(error) is met(row)
    assert "Own words" in str(error)


async def test_a_busy_form_has_no_documented_code_and_is_shown_as_it_comes() -> None:
    error = await failed(Reply.of({"code": 11999, "message": "A job is active"}, 409))
    assert type(error) is UndocumentedError
    assert "Zoho said HTTP 409, code 11999: “A job is active”" in str(error)
    assert "A form takes one active job at a time" in error.next_step


async def test_the_missing_scope_is_named() -> None:
    error = await failed(Reply.of({"code": 2945, "message": "no"}, 401))
    assert type(error) is SignInError
    assert "ZohoCreator.bulk.CREATE" in error.next_step
    assert "bulk.READ" not in error.next_step


@pytest.mark.parametrize(("http", "kind"), [(403, BetweenError), (405, BetweenVariantError)])
async def test_a_refusal_on_the_way_is_none_of_zohos(http: int, kind: type[ZcbulkError]) -> None:
    assert type(await failed(Reply(http, b"<title>No</title>"))) is kind


async def test_no_connection_means_that_nothing_was_sent() -> None:
    async with creator(f"http://127.0.0.1:{closed_port()}") as client:
        with pytest.raises(UnreachableError):
            await client.create(FORM)


async def test_a_token_goes_to_zoho_only() -> None:
    async with creator(None) as client:
        with pytest.raises(UsageError):
            await client.create(FORM._replace(origin="https://zoho.example"))


@pytest.mark.parametrize("words", ["a\x1b[2Jb", "x" * 900, TOKEN], ids=repr)
async def test_the_servers_words_are_safe(words: str) -> None:
    body = {"code": 3000, "details": {"job_id": "7", "status": words}}
    said = (await create(Reply.of(body))).answer.text
    assert is_one_safe_line(said)
    assert len(said) <= 200
    assert TOKEN not in said


@given(st.integers(0, len(reply(CREATED)) + 5))
async def test_wherever_the_answer_is_cut_no_second_one_is_created(answered: int) -> None:
    whole = reply(CREATED)
    behave = answering(whole[:answered])
    async with upload_server(behave) as server, creator(server.url) as client:
        if answered < len(whole):
            with pytest.raises(UnclearError):
                await client.create(FORM)
        else:
            assert (await client.create(FORM)).job_id == REF.job_id
        assert len(server.uploads) == 1


async def test_a_refused_token_is_replaced_once() -> None:
    recorder = Recorder()
    with StubServer([REFUSED, Reply(200, CREATED)]) as server:
        async with creator(server.url, tokens=Renewing()) as client:
            created = await client.create(FORM, recorder.slot)
        assert [it.headers["authorization"][-1:] for it in server.requests] == ["1", "2"]
    assert created.job_id == REF.job_id
    assert recorder.requests == ["POST create", "POST create"]
    assert recorder.answers == [created.answer]


async def test_a_token_that_is_refused_twice_ends_it() -> None:
    with StubServer([REFUSED, REFUSED]) as server:
        async with creator(server.url, tokens=Renewing()) as client:
            with pytest.raises(SignedOutError):
                await client.create(FORM)
        assert len(server.requests) == 2
