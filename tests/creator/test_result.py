"""Fetching a result: what is a file, what is words, and what becomes of one that breaks off."""

import pytest

from tests.creator.calls import TOKEN, creator
from tests.creator.uploading import Recorder
from tests.support.csv_files import zip_of
from tests.support.jobs import REF
from tests.support.stub_server import Answer as Scripted
from tests.support.stub_server import Reply, StubServer
from tests.support.text import is_one_safe_line
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.network import Timeouts
from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.errors import (
    Answer,
    ZcbulkError,
)

ZIP = zip_of([("failure.csv", b"Name,ERRORS\r\nAnna,MANDATORY_NOT_FOUND-City\r\n")])
EMPTY_ZIP = zip_of([])
PATH = "/creator/v2.1/bulk/jason18/zylker-store/form/Employee_Details/insert/3888833000000114027/result"
REFUSED_ACCEPT = Reply.of({"code": 9210, "message": "Accept header is invalid"}, 400)
NOT_READY = Reply.of({"code": 11110, "message": "Being generated"})
FILE = Reply(200, ZIP, {"Content-Type": "application/octet-stream"})


class Written:
    """Takes the pieces of a file."""

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


async def fetch(
    client: CreatorClient, write: Written, kind: ResultKind = ResultKind.FAILURE
) -> Answer:
    return await client.result(REF, kind, write)


async def failed(*answers: Scripted, timeouts: Timeouts | None = None) -> ZcbulkError:
    """The error of a call that is answered so, and of which nothing is written."""
    written = Written()
    with StubServer(answers) as server:
        async with creator(server.url, timeouts=timeouts) as client:
            with pytest.raises(ZcbulkError) as caught:
                await fetch(client, written)
        assert len(server.requests) == len(answers)
    assert written.pieces == []
    assert is_one_safe_line(str(caught.value))
    return caught.value


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
