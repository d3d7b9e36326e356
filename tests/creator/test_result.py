"""Fetching a result: what is a file, what is words, and what becomes of one that breaks off."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from itertools import chain, repeat
from pathlib import Path

import httpx
import pytest

from tests.creator.calls import TOKEN, creator, met
from tests.creator.uploading import Recorder, Renewing, Upload, upload_server
from tests.support.contract import REFUSALS, Refusal
from tests.support.csv_files import zip_of
from tests.support.floods import CHUNKED, OK
from tests.support.jobs import REF
from tests.support.raw_server import raw_server
from tests.support.stub_server import DROP, Raw, Reply, Silence, StubServer
from tests.support.stub_server import Answer as Scripted
from tests.support.text import is_one_safe_line
from zcbulk_tui.creator import download_body
from zcbulk_tui.creator.accepts import ANYTHING, JSON, AcceptMemory
from zcbulk_tui.creator.download_body import DownloadBody
from zcbulk_tui.creator.network import MAX_ANSWER, Timeouts
from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.errors import (
    Answer,
    BetweenError,
    DataError,
    Occasion,
    RefusedError,
    ResultNotReadyError,
    ServiceError,
    UnclearError,
    UnreadableError,
    ZcbulkError,
)
from zcbulk_tui.monitor.ports import ResultApi
from zcbulk_tui.store.variants import VariantFile

ZIP = zip_of([("failure.csv", b"Name,ERRORS\r\nAnna,MANDATORY_NOT_FOUND-City\r\n")])
EMPTY_ZIP = zip_of([])
PATH = (
    "/creator/v2.1/bulk/jason18/zylker-store/form/Employee_Details/insert/3888833000000114027"
    "/result"
)
FILE = Reply(200, ZIP)
NO_ACCEPT = Reply.of({"code": 9210, "message": "The Accept header is invalid"}, 400)
NOT_READY = Reply.of({"code": 11110, "message": "Being generated"})
GONE = Reply.of({"code": 11130, "message": "No result file"}, 404)


class Written:
    """Takes the pieces of a file, or raises an error for the first one."""

    def __init__(self, failure: ZcbulkError | None = None) -> None:
        self.pieces: list[bytes] = []
        self._failure = failure

    def __call__(self, piece: bytes) -> None:
        if self._failure is not None:
            raise self._failure
        self.pieces.append(piece)

    @property
    def data(self) -> bytes:
        return b"".join(self.pieces)


async def fetch(client: ResultApi, write: Written, recorder: Recorder | None = None) -> Answer:
    return await client.result(REF, ResultKind.FAILURE, write, (recorder or Recorder()).slot)


async def failed(
    *answers: Scripted, timeouts: Timeouts | None = None, written: Written | None = None
) -> ZcbulkError:
    """The error of a call that is answered so; nothing is written but to `written`."""
    nothing = Written()
    with StubServer(answers) as server:
        async with creator(server.url, timeouts=timeouts) as client:
            with pytest.raises(ZcbulkError) as caught:
                await fetch(client, written or nothing)
        assert len(server.requests) == len(answers)
    assert nothing.pieces == []
    assert is_one_safe_line(str(caught.value))
    return caught.value


async def fetched(answer: Scripted) -> list[bytes]:
    """The pieces of a file that comes so."""
    written = Written()
    with StubServer([answer]) as server:
        async with creator(server.url) as client:
            assert (await fetch(client, written)).http_status == 200
    return written.pieces


@pytest.mark.parametrize("kind", ResultKind)
async def test_a_result_is_fetched_with_one_call(kind: ResultKind) -> None:
    written, recorder = Written(), Recorder()
    with StubServer([FILE]) as server:
        async with creator(server.url) as client:
            said = await client.result(REF, kind, written, recorder.slot)
        (request,) = server.requests
    assert written.data == ZIP
    assert said == Answer(200)
    assert (recorder.requests, recorder.answers) == (["GET result"], [said])
    assert (request.method, request.body) == ("GET", b"")
    assert request.path == f"{PATH}?filter={kind.value}"
    assert request.headers["accept"] == "*/*"
    assert request.headers["authorization"] == f"Zoho-oauthtoken {TOKEN}"


@pytest.mark.parametrize("kind", ["application/json", "text/html", "application/zip", "x"])
async def test_the_first_bytes_decide_and_not_the_content_type(kind: str) -> None:
    assert b"".join(await fetched(Reply(200, ZIP, {"Content-Type": kind}))) == ZIP
    error = await failed(Reply(200, NOT_READY.body, {"Content-Type": kind}))
    assert type(error) is ResultNotReadyError


async def test_an_empty_zip_is_a_file() -> None:
    assert await fetched(Reply(200, EMPTY_ZIP)) == [EMPTY_ZIP]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 100])
async def test_a_file_is_passed_on_in_whatever_pieces_it_comes(size: int) -> None:
    pieces = [ZIP[at : at + size] for at in range(0, len(ZIP), size)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    written = await fetched(Raw(CHUNKED + framed + b"0\r\n\r\n"))
    assert b"".join(written) == ZIP
    # No byte before it is known what they are.
    assert written[0].startswith(b"PK\x03\x04")
    assert len(written) > 1


async def test_without_a_length_a_file_ends_with_its_connection() -> None:
    # Whether it is whole, the end of a ZIP shows.
    assert b"".join(await fetched(Raw(OK + b"\r\n" + ZIP))) == ZIP


@pytest.mark.parametrize("row", [row for row in REFUSALS if row.code not in (1030, 9210)], ids=str)
async def test_each_refusal_is_said_and_nothing_is_written(row: Refusal) -> None:
    error = await failed(Reply.of({"code": row.code, "message": "Own words"}, row.http))
    assert type(error) is met(row)
    assert "“Own words”" in str(error)


@pytest.mark.parametrize(
    ("http", "code", "words"),
    [
        (200, 11110, "The result is still being made. "),
        (200, 11110, "Try again in a minute. Each try costs a call."),
        (200, 11120, "The job has no results in its present state. "),
        (200, 11120, "Read the job's status: its results come once it has ended."),
        (404, 11130, "There is no result file. "),
        (404, 11130, "Zoho keeps results for 3 days"),
        (200, 7120, "its results with it"),
        (404, 11330, "its results with it"),
        (400, 11000, "Zoho knows no such result. "),
        (401, 2945, "It needs ZohoCreator.bulk.READ. Sign in again"),
    ],
)
async def test_the_words_fit_a_result(http: int, code: int, words: str) -> None:
    error = await failed(Reply.of({"code": code}, http))
    assert words in error.told(Occasion.ONCE)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        pytest.param(
            Reply.of({"code": 3000, "message": "Fine"}),
            UnreadableError,
            "The answer has no file in it. It says success, and is no ZIP. Zoho said HTTP 200, "
            "code 3000: “Fine”.",
            id="success without a file",
        ),
        pytest.param(
            Reply(200, b"<title>Sign in</title>"), UnreadableError, "“Sign in”", id="a page"
        ),
        pytest.param(Reply(200, b""), UnreadableError, "it is not JSON", id="nothing"),
        pytest.param(Reply(204, b""), UnreadableError, "HTTP 204", id="no content"),
        pytest.param(Reply(200, b"PK\x03"), UnreadableError, "not JSON", id="half a signature"),
        pytest.param(Reply(200, b"PK\x07\x08" + ZIP), UnreadableError, "not JSON", id="volumes"),
        pytest.param(Reply(200, b" " + ZIP), UnreadableError, "not JSON", id="a ZIP, later"),
        pytest.param(Reply(200, b"Name,City\r\n"), UnreadableError, "not JSON", id="a bare CSV"),
        pytest.param(Reply(404, ZIP), BetweenError, "HTTP 404", id="a ZIP with 404"),
        pytest.param(Reply(500, ZIP), UnclearError, "HTTP 500", id="a ZIP with 500"),
        pytest.param(
            Reply(302, ZIP, {"Location": "https://elsewhere.example/a.zip"}),
            UnreadableError,
            "Redirects are not followed",
            id="a redirect",
        ),
        pytest.param(
            Reply(200, ZIP, {"Content-Encoding": "gzip"}), UnreadableError, "encoded", id="encoded"
        ),
        pytest.param(
            Reply(200, b" " * (MAX_ANSWER + 1)), UnreadableError, "too large", id="endless words"
        ),
        pytest.param(DROP, UnclearError, "broke the connection off", id="no answer"),
        pytest.param(
            Raw(OK + b"Content-Length: 99\r\n\r\n{"),
            UnclearError,
            "The request was sent (",
            id="cut",
        ),
    ],
)
async def test_what_is_no_file_is_not_written(
    answer: Scripted, kind: type[ZcbulkError], words: str
) -> None:
    error = await failed(answer)
    assert type(error) is kind
    assert words in str(error)
    assert "of the file came" not in str(error)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(OK + b"Content-Length: %d\r\n\r\n%b" % (len(ZIP) + 1, ZIP), id="by length"),
        pytest.param(CHUNKED + b"%x\r\n%b\r\n" % (len(ZIP), ZIP), id="without the last chunk"),
        pytest.param(CHUNKED + b"%x\r\n%b" % (len(ZIP) + 9, ZIP), id="within a chunk"),
    ],
)
async def test_a_file_that_is_cut_off_is_unclear(answer: bytes) -> None:
    written = Written()
    error = await failed(Raw(answer), written=written)
    assert type(error) is UnclearError
    assert error.title.endswith("broke the connection off")
    assert (
        f"The request was sent, and {len(written.data):,} bytes of the file came (" in error.cause
    )
    assert error.told(Occasion.ONCE).endswith("Try again in a while.")


async def test_framing_that_cannot_be_read_is_unclear() -> None:
    error = await failed(Raw(CHUNKED + b"4\r\nPK\x03\x04\r\nxyz\r\n"), written=Written())
    assert type(error) is UnclearError
    assert "4 bytes of the file came" in str(error)


async def test_a_file_that_stalls_is_unclear() -> None:
    written = Written()

    async def stall(upload: Upload) -> None:
        await upload.answer(OK + b"\r\n" + ZIP)
        await asyncio.sleep(3600)

    async with (
        upload_server(stall) as server,
        creator(server.url, timeouts=Timeouts(stall=0.05)) as client,
        asyncio.timeout(5),
    ):
        with pytest.raises(UnclearError, match="stopped sending the file") as caught:
            await fetch(client, written)
    assert f"{len(ZIP):,} bytes of the file came" in caught.value.cause


async def test_without_a_byte_the_time_of_all_calls_counts() -> None:
    error = await failed(Silence(), timeouts=Timeouts(total=0.05, stall=3600))
    assert "did not answer in time" in error.title


@pytest.mark.parametrize(
    ("body", "is_moved"), [(ZIP, True), (NOT_READY.body, False), (b"PK", False)]
)
async def test_each_piece_of_a_file_moves_the_limit_on_and_no_words_do(
    body: bytes, is_moved: bool
) -> None:
    taken = DownloadBody(Written())
    async with asyncio.timeout(1000) as limit:
        before = limit.when()
        taken.extend(limit, 5000)
        taken.begin(httpx.Response(200))
        taken.take(body)
        after = limit.when()
        await asyncio.sleep(0)
    assert before is not None
    assert after is not None
    assert (after - before > 3000) is is_moved


async def test_a_file_that_says_it_is_too_large_is_not_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(download_body, "LARGEST_ZIP", len(ZIP) - 1)
    error = await failed(FILE)
    assert type(error) is UnreadableError
    assert error.title == "The result is too large"
    assert f"{len(ZIP) - 1:,} bytes" in error.cause


async def test_the_largest_file_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download_body, "LARGEST_ZIP", len(ZIP))
    assert b"".join(await fetched(FILE)) == ZIP


async def test_a_file_without_end_is_given_up_and_holds_nothing_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = 8_000_000
    monkeypatch.setattr(download_body, "LARGEST_ZIP", most)
    written = Written()
    busy: list[float] = []

    async def watch() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            busy.append(time.thread_time() - before)

    async with raw_server() as server, creator(server.url) as client:
        server.answer = chain([OK + b"\r\n" + ZIP], repeat(b"x" * 60_000))
        watching = asyncio.create_task(watch())
        with pytest.raises(UnreadableError, match="too large"):
            await fetch(client, written)
        watching.cancel()
    assert max(busy) < 0.04
    assert len(written.data) <= most
    assert max(map(len, written.pieces)) <= 64 * 1024


@pytest.mark.parametrize(
    "flood",
    [
        pytest.param(
            lambda: chain([CHUNKED, b"4\r\nPK\x03\x04\r\n"], repeat(b"1\r\nx\r\n" * 999)),
            id="tiny chunks",
        ),
        pytest.param(lambda: chain([OK, b"\r\n"], repeat(b" " * 9999)), id="words"),
        pytest.param(
            lambda: chain([CHUNKED, b"4\r\nPK\x03\x04\r\n0\r\n"], repeat(b"a:\r\n" * 999)),
            id="trailers",
        ),
    ],
)
async def test_floods_are_given_up(flood: Callable[[], Iterable[bytes]]) -> None:
    async with raw_server() as server, creator(server.url) as client:
        server.answer = flood()
        async with asyncio.timeout(20):
            with pytest.raises(ServiceError) as caught:
                await fetch(client, Written())
    assert isinstance(caught.value, (UnclearError, UnreadableError))


async def test_what_cannot_be_written_ends_the_call_and_is_raised_as_it_is() -> None:
    full = DataError("The disk is full", "Why.", "Do this.")
    with StubServer([Reply(200, ZIP + b"x" * 64 * 1024 * 1024)]) as server:
        async with creator(server.url) as client:
            with pytest.raises(DataError) as caught:
                await fetch(client, Written(full))
        assert server.body_bytes_sent < 32 * 1024 * 1024
    assert caught.value is full


async def accepts(
    *answers: Scripted,
    memories: Iterable[AcceptMemory | None] = (None,),
    error: type[ZcbulkError] | None = None,
) -> tuple[list[str], list[str]]:
    """The Accept headers of calls that are answered so, one for each memory; and their slots."""
    recorder = Recorder()
    with StubServer(answers) as server:
        for memory in memories:
            async with creator(server.url, accepts=memory) as client:
                with nullcontext() if error is None else pytest.raises(error):
                    await fetch(client, Written(), recorder)
        assert len(server.requests) == len(answers)
        return [request.headers["accept"] for request in server.requests], recorder.requests


async def test_where_any_answer_is_refused_the_other_ones_are_asked_for() -> None:
    assert await accepts(NO_ACCEPT, FILE) == ([ANYTHING, JSON], ["GET result"] * 2)


async def test_of_two_refusals_the_second_one_is_said() -> None:
    sent, _ = await accepts(NO_ACCEPT, NO_ACCEPT, error=RefusedError)
    assert sent == [ANYTHING, JSON]


@pytest.mark.parametrize("answer", [FILE, NOT_READY, GONE], ids=["file", "not ready", "gone"])
async def test_what_was_accepted_outlives_the_process(answer: Scripted, tmp_path: Path) -> None:
    memories = (AcceptMemory(VariantFile(tmp_path / "accepts.json")) for _ in range(3))
    error = None if answer is FILE else RefusedError
    sent, _ = await accepts(NO_ACCEPT, answer, answer, answer, memories=memories, error=error)
    assert sent == [ANYTHING, JSON, JSON, JSON]


async def test_what_was_accepted_may_be_refused_later(tmp_path: Path) -> None:
    store = VariantFile(tmp_path / "accepts.json")
    memories = (AcceptMemory(store) for _ in range(3))
    sent, _ = await accepts(NO_ACCEPT, FILE, NO_ACCEPT, FILE, FILE, memories=memories)
    assert sent == [ANYTHING, JSON, JSON, ANYTHING, ANYTHING]
    assert store.load() == {}


@pytest.mark.parametrize(
    "answer", [Reply.of({"code": 4000}), Reply(503), DROP], ids=["quota", "fault", "no answer"]
)
async def test_what_says_nothing_of_the_header_is_not_remembered(answer: Scripted) -> None:
    memory = AcceptMemory()
    with StubServer([NO_ACCEPT, answer]) as server:
        async with creator(server.url, accepts=memory) as client:
            with pytest.raises(ZcbulkError):
                await fetch(client, Written())
        assert memory.recall(server.url) == ANYTHING


@pytest.mark.parametrize(
    "saved", [{"http://a": "text/csv"}, {"http://a": ["application/json"]}, {"http://a": None}]
)
def test_a_damaged_memory_is_forgotten(saved: dict[str, object], tmp_path: Path) -> None:
    store = VariantFile(tmp_path / "accepts.json")
    store.save(saved)
    assert AcceptMemory(store).recall("http://a") == ANYTHING


async def test_after_a_refusal_no_connection_is_not_that_nothing_was_sent() -> None:
    asked = 0

    def refuse_once(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise httpx.ConnectError("", request=request)
        return httpx.Response(400, content=NO_ACCEPT.body)

    async with creator(None, transport=httpx.MockTransport(refuse_once)) as client:
        with pytest.raises(ServiceError) as caught:
            await fetch(client, Written())
    assert "Zoho refused a first request" in caught.value.cause


async def test_another_token_is_tried_once_before_a_byte_is_written() -> None:
    written, recorder = Written(), Recorder()
    with StubServer([Reply.of({"code": 1030}, 401), FILE]) as server:
        async with creator(server.url, tokens=Renewing()) as client:
            await fetch(client, written, recorder)
        tokens = [request.headers["authorization"][-6:] for request in server.requests]
    assert tokens == ["token1", "token2"]
    assert written.data == ZIP
    assert len(recorder.requests) == 2
