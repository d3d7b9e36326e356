"""Uploading a file: what is sent, what each answer means, and what remains unclear."""

import asyncio
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.creator.calls import TOKEN, creator, met
from tests.creator.test_floods import watch
from tests.creator.uploading import (
    LARGE,
    SMALL,
    UPLOADED,
    Recorder,
    Renewing,
    Upload,
    a_file,
    answering,
    refusing_early,
    reply,
    upload_server,
)
from tests.support.certificates import self_signed
from tests.support.contract import REFUSALS, Refusal
from tests.support.floods import FLOODS
from tests.support.jobs import REF
from tests.support.stub_server import closed_port
from zcbulk_tui.creator.network import Timeouts
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.errors import (
    Answer,
    BetweenError,
    JobUnknownError,
    RefusedError,
    SignedOutError,
    UnclearError,
    UnreachableError,
    UsageError,
    ZcbulkError,
)

PATH = b"/creator/v2.1/bulk/jason18/zylker-store/form/Employee_Details/insert?job_id="

OK = reply(UPLOADED)
REFUSED = reply(b'{"code":1030,"message":"invalid"}', b"401 Unauthorized")


def refusal(code: int, http: int = 400, words: str = "Own words") -> bytes:
    return reply(b'{"code":%d,"message":"%b"}' % (code, words.encode()), b"%d No" % http)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("rows.csv", "text/csv"), ("ROWS.ZIP", "application/zip"), ("Ümläut 2024.csv", "text/csv")],
)
@pytest.mark.parametrize("data", [b"", SMALL, LARGE], ids=["empty", "small", "large"])
async def test_what_is_sent(name: str, kind: str, data: bytes, tmp_path: Path) -> None:
    recorder, progress = Recorder(), list[int]()
    async with upload_server(answering(OK)) as server, creator(server.url) as client:
        said = await client.upload(
            REF, a_file(tmp_path, data, name), recorder.slot, progress.append
        )
        (upload,) = server.uploads
    assert said == Answer(200, 3000, "File uploaded successfully")
    assert recorder.requests == ["POST upload"]
    assert recorder.answers == [said]
    assert upload.head.startswith(b"POST " + PATH + REF.job_id.encode() + b" HTTP/1.1\r\n")
    head = upload.head.lower()
    assert b"transfer-encoding" not in head
    assert b"expect:" not in head
    assert b"environment:" not in head
    assert f"Zoho-oauthtoken {TOKEN}".encode() in upload.head
    assert upload.part() == ("file", name, kind, data)
    assert (progress[0], progress[-1]) == (0, len(data))
    assert progress == sorted(progress)


async def test_the_environment_is_named(tmp_path: Path) -> None:
    ref = REF._replace(environment=Environment.STAGE)
    async with upload_server(answering(OK)) as server, creator(server.url) as client:
        await client.upload(ref, a_file(tmp_path))
        assert b"\r\nenvironment: stage\r\n" in server.uploads[0].head


@pytest.mark.parametrize(
    "name",
    ['a"b\r\nX: y\r\n\r\n.csv', "\udcff.csv", "x" * 300 + ".csv", "\x00\x1b[2J.csv", "a/b.csv"],
)
async def test_any_name_is_one_part_of_one_file(name: str, tmp_path: Path) -> None:
    async with upload_server(answering(OK)) as server, creator(server.url) as client:
        await client.upload(REF, a_file(tmp_path, name=name))
        (upload,) = server.uploads
    part, sent, _, content = upload.part()
    assert (part, content) == ("file", SMALL)
    assert sent is not None
    assert sent.endswith(".csv")
    assert len(sent) < 150


@pytest.mark.parametrize("job_id", ["", " ", "x", "1/2", "1&job_id="])
async def test_without_an_id_it_would_be_a_create_call(job_id: str, tmp_path: Path) -> None:
    recorder = Recorder()
    async with upload_server(answering(OK)) as server, creator(server.url) as client:
        with pytest.raises(UsageError):
            await client.upload(REF._replace(job_id=job_id), a_file(tmp_path), recorder.slot)
        assert server.uploads == []
    assert recorder.requests == []


async def failed(tmp_path: Path, answer: bytes, timeouts: Timeouts | None = None) -> ZcbulkError:
    """The error of one upload that is answered so when all of it has come."""
    async with upload_server(answering(answer)) as server:
        async with creator(server.url, timeouts=timeouts) as client:
            with pytest.raises(ZcbulkError) as caught:
                await client.upload(REF, a_file(tmp_path))
        assert len(server.uploads) == 1
    return caught.value


@pytest.mark.parametrize("row", [row for row in REFUSALS if row.code not in (1030, 11110)], ids=str)
async def test_each_refusal_is_said(row: Refusal, tmp_path: Path) -> None:
    error = await failed(tmp_path, refusal(row.code, row.http))
    assert type(error) is met(row)
    assert "“Own words”" in str(error)


@pytest.mark.parametrize(
    ("http", "code", "kind", "next_step"),
    [
        (409, 11070, RefusedError, "It cannot be replaced."),
        (400, 11340, RefusedError, "Abort it, create a new job and upload again."),
        (404, 11330, JobUnknownError, "if the job has expired, create a new one"),
        (200, 7120, JobUnknownError, "if the job has expired, create a new one"),
        (400, 9350, RefusedError, "please report it"),
        (401, 2945, ZcbulkError, "It needs ZohoCreator.bulk.CREATE."),
    ],
)
async def test_the_next_step_is_that_of_an_upload(
    http: int, code: int, kind: type[ZcbulkError], next_step: str, tmp_path: Path
) -> None:
    error = await failed(tmp_path, refusal(code, http))
    assert isinstance(error, kind)
    assert next_step in error.next_step


@pytest.mark.parametrize(
    "answer",
    [
        refusal(12345, 400, "Unsupported file format"),
        refusal(12345, 200, "Unsupported file"),
        reply(b'{"message":"Unsupported file"}', b"400 Bad Request"),
        reply(b'{"message":"unsupported file type"}', b"415 No"),
    ],
)
async def test_an_unsupported_file_is_known_by_its_words(answer: bytes, tmp_path: Path) -> None:
    error = await failed(tmp_path, answer)
    assert type(error) is RefusedError
    assert error.title == "The file was refused as unsupported"
    assert "exactly one CSV" in error.next_step


UNCLEAR = {
    "no answer": b"",
    "half a head": OK[:20],
    "half a body": OK[:-5],
    "server fault": reply(b"<title>Oops</title>", b"503 Oops"),
    "unsupported, says a server fault": refusal(1, 500, "Unsupported file"),
    "no code": reply(b'{"message":"File uploaded successfully"}'),
    "yes and no": reply(UPLOADED, b"409 No"),
    "no and yes": refusal(11070, 409, "3000"),
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("answer", UNCLEAR.values(), ids=UNCLEAR)
async def test_what_proves_nothing_asks_for_the_status(answer: bytes, tmp_path: Path) -> None:
    error = await failed(tmp_path, answer)
    assert type(error) is UnclearError
    assert f"{len(SMALL)} of {len(SMALL)} bytes were sent." in error.cause
    assert error.next_step.endswith("Read the job's status before anything is repeated.")
    assert TOKEN not in str(error)


@pytest.mark.parametrize("part", [b"", OK[:25]], ids=["never", "half"])
async def test_an_answer_has_its_time(part: bytes, tmp_path: Path) -> None:
    async def behave(upload: Upload) -> None:
        await upload.read()
        await upload.answer(part)
        await asyncio.sleep(3600)

    limits = Timeouts(answer=0.05)
    async with upload_server(behave) as server, creator(server.url, timeouts=limits) as client:
        with pytest.raises(UnclearError, match="did not answer in time"):
            await client.upload(REF, a_file(tmp_path))


async def test_a_drip_of_an_answer_has_its_time(tmp_path: Path) -> None:
    async def behave(upload: Upload) -> None:
        await upload.read()
        while True:
            await upload.answer(b"HTTP/1.1 102 Processing\r\n\r\n")
            await asyncio.sleep(0.01)

    limits = Timeouts(answer=0.1)
    async with upload_server(behave) as server, creator(server.url, timeouts=limits) as client:
        with pytest.raises(UnclearError, match="did not answer in time"):
            await client.upload(REF, a_file(tmp_path))


async def test_no_connection_means_that_nothing_was_sent(tmp_path: Path) -> None:
    progress: list[int] = []
    async with creator(f"http://127.0.0.1:{closed_port()}") as client:
        with pytest.raises(UnreachableError):
            await client.upload(REF, a_file(tmp_path), on_progress=progress.append)
    assert progress == []


async def test_a_refused_token_is_replaced_once_and_all_is_sent_anew(tmp_path: Path) -> None:
    recorder, progress = Recorder(), list[int]()
    async with upload_server(answering(REFUSED, OK)) as server:
        async with creator(server.url, tokens=Renewing()) as client:
            await client.upload(REF, a_file(tmp_path, LARGE), recorder.slot, progress.append)
        assert [upload.token[-1] for upload in server.uploads] == ["1", "2"]
        assert [upload.part()[3] == LARGE for upload in server.uploads] == [True, True]
    assert recorder.requests == ["POST upload"] * 2
    assert progress.count(0) == progress.count(len(LARGE)) == 2


async def test_a_token_that_is_refused_twice_ends_it(tmp_path: Path) -> None:
    async with upload_server(answering(REFUSED, REFUSED, OK)) as server:
        async with creator(server.url, tokens=Renewing()) as client:
            with pytest.raises(SignedOutError):
                await client.upload(REF, a_file(tmp_path))
        assert len(server.uploads) == 2


@pytest.mark.parametrize("hangs_up", [True, False], ids=["hangs up", "stays"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
async def test_an_answer_before_the_end_is_read(
    tls: bool, hangs_up: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = self_signed(tmp_path, "IP:127.0.0.1") if tls else None
    if made is not None:
        monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    behave = refusing_early(refusal(11340), hangs_up=hangs_up)
    async with upload_server(behave, made.for_server() if made else None) as server:
        async with creator(server.url, proxies=tls) as client:
            with pytest.raises(RefusedError) as caught:
                await client.upload(REF, a_file(tmp_path, LARGE * 8))
        assert not server.uploads[0].is_whole
    assert caught.value.answer == Answer(400, 11340, "Own words")


async def test_all_of_it_arrives_by_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = self_signed(tmp_path, "IP:127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    async with upload_server(answering(OK), made.for_server()) as server:
        async with creator(server.url, proxies=True) as client:
            assert (await client.upload(REF, a_file(tmp_path, LARGE * 2))).code == 3000
        assert server.uploads[0].part()[3] == LARGE * 2


async def test_what_replaces_the_network_gets_all_of_it(tmp_path: Path) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        assert SMALL in body
        assert len(body) == int(request.headers["Content-Length"])
        return httpx.Response(200, content=UPLOADED)

    async with creator(None, transport=httpx.MockTransport(answer)) as client:
        assert (await client.upload(REF, a_file(tmp_path))).code == 3000


async def test_a_proxy_that_refuses_large_requests_is_understood(tmp_path: Path) -> None:
    behave = refusing_early(reply(b"<title>Too Large</title>", b"413 Too Large"))
    async with upload_server(behave) as server, creator(server.url) as client:
        with pytest.raises(BetweenError, match="refused as too large") as caught:
            await client.upload(REF, a_file(tmp_path, LARGE * 8))
    assert "Cut the file into parts" in caught.value.next_step


async def test_a_success_before_the_end_proves_nothing(tmp_path: Path) -> None:
    async with upload_server(refusing_early(OK)) as server, creator(server.url) as client:
        with pytest.raises(UnclearError, match="came too early") as caught:
            await client.upload(REF, a_file(tmp_path, LARGE * 8))
    assert "and not the end of the request" in caught.value.cause


async def test_a_token_that_is_refused_before_the_end_is_replaced(tmp_path: Path) -> None:
    attempts = iter([refusing_early(REFUSED), answering(OK)])

    async def behave(upload: Upload) -> None:
        await next(attempts)(upload)

    async with upload_server(behave) as server:
        async with creator(server.url, tokens=Renewing()) as client:
            await client.upload(REF, a_file(tmp_path, LARGE * 8))
        assert [upload.is_whole for upload in server.uploads] == [False, True]


INTERIM = [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"]


@pytest.mark.parametrize("pieces", [INTERIM, [b"HTT", b"P/1.1 10", b"0 C\r\nA: b\r\n", b"\r\n"]])
async def test_interim_answers_stop_nothing(pieces: list[bytes], tmp_path: Path) -> None:
    async def behave(upload: Upload) -> None:
        for piece in pieces:
            await upload.read(50_000)
            await upload.answer(piece)
        await upload.read()
        await upload.answer(OK)

    async with upload_server(behave) as server, creator(server.url) as client:
        assert (await client.upload(REF, a_file(tmp_path, LARGE))).code == 3000
        assert server.uploads[0].part()[3] == LARGE


@pytest.mark.parametrize("flood", ["100", "headers", "body", "no status line", "empty lines"])
async def test_a_flood_before_the_end_is_given_up(flood: str, tmp_path: Path) -> None:
    async def behave(upload: Upload) -> None:
        for piece in FLOODS[flood]():
            await upload.answer(piece)

    async with upload_server(behave) as server, creator(server.url) as client:
        async with asyncio.timeout(20):
            with pytest.raises(UnclearError) as caught:
                await client.upload(REF, a_file(tmp_path, LARGE * 8))
        assert not server.uploads[0].is_whole
    assert "and not the end of the request" in caught.value.cause


async def test_a_server_that_takes_no_more_is_given_up(tmp_path: Path) -> None:
    async def behave(upload: Upload) -> None:
        await upload.read(1000)
        await asyncio.sleep(3600)

    async with upload_server(behave) as server:
        async with creator(server.url, timeouts=Timeouts(stall=0.1)) as client:
            with pytest.raises(UnclearError, match="stopped taking the upload") as caught:
                await client.upload(REF, a_file(tmp_path, LARGE * 8))
        assert not server.uploads[0].is_whole
    assert "and not the end of the request" in caught.value.cause


async def test_a_slow_upload_is_no_standstill(tmp_path: Path) -> None:
    """Takes half a second: several times as long as any of its limits."""

    async def behave(upload: Upload) -> None:
        while not upload.is_whole:
            await upload.read(32 * 1024)
            await asyncio.sleep(0.005)
        await upload.answer(OK)

    limits = Timeouts(read=0.15, total=0.15, stall=0.15)
    began = asyncio.get_running_loop().time()
    async with upload_server(behave) as server, creator(server.url, timeouts=limits) as client:
        await client.upload(REF, a_file(tmp_path, LARGE * 3))
    assert asyncio.get_running_loop().time() - began > 2 * limits.total


async def test_a_cancelled_upload_never_arrives_as_a_whole(tmp_path: Path) -> None:
    recorder, progress = Recorder(), list[int]()
    async with upload_server(answering(OK)) as server, creator(server.url) as client:

        def note(sent: int) -> None:
            progress.append(sent)
            if sent > len(LARGE) // 2:
                uploading.cancel()

        uploading = asyncio.create_task(
            client.upload(REF, a_file(tmp_path, LARGE), recorder.slot, note)
        )
        with pytest.raises(asyncio.CancelledError):
            await uploading
        await asyncio.gather(*server.tasks)
        assert not server.uploads[0].is_whole
    assert not recorder.call.nothing_sent
    assert recorder.answers == []
    assert progress[-1] < len(LARGE)


async def test_what_is_cancelled_before_its_first_byte_was_not_sent(tmp_path: Path) -> None:
    recorder = Recorder()
    async with creator("http://127.0.0.1:1") as client:
        uploading = asyncio.create_task(client.upload(REF, a_file(tmp_path), recorder.slot))
        await recorder.opened.wait()
        uploading.cancel()
        with suppress(asyncio.CancelledError, UnreachableError):
            await uploading
    assert recorder.call.nothing_sent


async def test_other_work_goes_on_meanwhile(tmp_path: Path) -> None:
    busy: list[float] = []
    async with upload_server(answering(OK)) as server, creator(server.url) as client:
        watching = asyncio.create_task(watch(busy))
        await client.upload(REF, a_file(tmp_path, LARGE * 4))
        watching.cancel()
    assert max(busy) < 0.04


@given(st.integers(0, 2500) | st.just(2500), st.integers(0, len(OK)) | st.just(len(OK)))
async def test_wherever_it_is_cut_nothing_is_sent_twice(
    tmp_path_factory: pytest.TempPathFactory, taken: int, answered: int
) -> None:
    """The server breaks off after so many bytes of the body, or of its answer."""

    async def behave(upload: Upload) -> None:
        await upload.read(min(taken, upload.length))
        if upload.is_whole:
            await upload.answer(OK[:answered])

    data = LARGE[:2000]
    file = a_file(tmp_path_factory.mktemp("cut"), data)
    async with upload_server(behave) as server, creator(server.url) as client:
        said = None
        with suppress(UnclearError):
            said = await client.upload(REF, file)
        (upload,) = server.uploads
        assert (said is not None) == (upload.is_whole and answered == len(OK))
        assert not upload.is_whole or upload.part()[3] == data
