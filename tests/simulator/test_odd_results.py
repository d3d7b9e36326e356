"""Odd downloads, each as odd as its name says."""

import csv
import io
import zipfile
import zlib

import httpx
import pytest

from tests.simulator.support import ManualClock, headers, outcome, result, rows_of
from tests.support.simulators import labelled
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.jobs import Job
from zcbulk_tui.simulator.messages import DRIP_BYTES, Response
from zcbulk_tui.simulator.odd_results import BOMB_BYTES, ODD_RESULTS, OddResult
from zcbulk_tui.simulator.outcomes import Outcome
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.simulator.transport import InProcessTransport

HOST = "https://www.zohoapis.com"


@pytest.fixture
def ended(creator: Creator) -> Job:
    """A job of 1,200 records that has ended."""
    return labelled(creator, "Regions")


def odd(creator: Creator, job: Job, name: str) -> Response:
    creator.inject(OddResult(name, times=1))
    return result(creator, job, "success")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("json-11110", 11110),
        ("json-11120", 11120),
        ("json-11130", 11130),
        ("json-4000", 4000),
        ("json-undocumented", 99008),
    ],
)
def test_json_under_the_status_of_success(
    creator: Creator, ended: Job, name: str, code: int
) -> None:
    answer = odd(creator, ended, name)
    assert outcome(answer) == (200, code)
    assert answer.headers["content-type"].startswith("application/json")
    assert creator.log[-1].code == code


def test_a_page_and_nothing(creator: Creator, ended: Job) -> None:
    page = odd(creator, ended, "html")
    assert (page.status, page.headers["content-type"]) == (200, "text/html;charset=UTF-8")
    assert page.body.startswith(b"<html>")
    empty = odd(creator, ended, "empty")
    assert (empty.status, empty.body) == (200, b"")


def test_a_zip_that_lacks_its_end(creator: Creator, ended: Job) -> None:
    whole = result(creator, ended, "success").body
    truncated = odd(creator, ended, "truncated").body
    assert 0 < len(truncated) < len(whole)
    assert whole.startswith(truncated)
    assert not zipfile.is_zipfile(io.BytesIO(truncated))


def opened(answer: Response) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(answer.body))


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("two-csvs", ["{id}_success.csv", "second_{id}_success.csv"]),
        ("no-csv", ["readme.txt"]),
        ("no-member", []),
        ("path-traversal", ["../../../zcbulk-was-here.csv"]),
        ("zip-in-zip", ["{id}_success.zip"]),
    ],
)
def test_other_members_than_one_csv(
    creator: Creator, ended: Job, name: str, members: list[str]
) -> None:
    with opened(odd(creator, ended, name)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [member.format(id=ended.id) for member in members]


def test_the_zip_in_a_zip_and_the_csv_elsewhere_are_whole(creator: Creator, ended: Job) -> None:
    rows = rows_of(result(creator, ended, "success"))
    with opened(odd(creator, ended, "zip-in-zip")) as archive:
        assert rows_of(Response(200, archive.read(archive.namelist()[0]))) == rows
    assert rows_of(odd(creator, ended, "path-traversal")) == rows


@pytest.mark.parametrize(
    ("name", "error"), [("wrong-crc", zipfile.BadZipFile), ("encrypted", RuntimeError)]
)
def test_members_that_cannot_be_read(
    creator: Creator, ended: Job, name: str, error: type[Exception]
) -> None:
    with opened(odd(creator, ended, name)) as archive, pytest.raises(error):
        archive.read(archive.namelist()[0])


@pytest.mark.parametrize(("name", "claimed"), [("bomb", BOMB_BYTES), ("lying-bomb", 1_000)])
def test_a_bomb_is_small_until_it_is_unpacked(
    creator: Creator, ended: Job, name: str, claimed: int
) -> None:
    body = odd(creator, ended, name).body
    assert len(body) < 5_000_000
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        (member,) = archive.infolist()
    assert (member.file_size, BOMB_BYTES) == (claimed, 3 * 2**30)
    begin = 30 + len(member.filename)
    packed = body[begin : begin + member.compress_size]
    # All of it is made of equal pieces: what holds for the first ones holds for all.
    unpacked = zlib.decompressobj(wbits=-zlib.MAX_WBITS).decompress(packed, 5 << 20)
    assert unpacked == b"0\n" * (5 << 19)
    piece = packed[: packed.index(b"\0\0\xff\xff") + 4]
    assert packed == piece * (BOMB_BYTES >> 20) + b"\x03\0"


def test_fewer_rows_than_the_job_counted(creator: Creator, ended: Job) -> None:
    rows = rows_of(result(creator, ended, "success"))
    fewer = rows_of(odd(creator, ended, "fewer-rows"))
    assert fewer == rows[: len(rows) - 120]


def test_an_odd_result_is_for_what_it_names(creator: Creator, ended: Job) -> None:
    with pytest.raises(ValueError, match="no such odd result: bom"):
        OddResult("bom")
    creator.inject(OddResult("empty", job_id="1"))
    creator.inject(OddResult("json-4000", ended.id, Outcome.FAILURE, times=2))
    creator.inject(OddResult("empty", outcome=Outcome.UNPROCESSED))
    assert len(rows_of(result(creator, ended, "success"))) == 1201
    assert [outcome(result(creator, ended)) for _ in range(2)] == [(200, 4000)] * 2
    assert rows_of(result(creator, ended))[0][-1] == "Error"
    assert result(creator, ended, "unprocessed").body == b""


def test_a_call_that_is_refused_uses_none_up(creator: Creator, ended: Job) -> None:
    creator.inject(OddResult("empty", times=1))
    assert outcome(result(creator, ended, "failed")) == (400, 11000)
    assert outcome(result(creator, labelled(creator, "Customers"))) == (200, 11120)
    assert result(creator, ended).body == b""


def test_the_scenario_has_a_job_for_each(clock: ManualClock) -> None:
    creator = build("odd-results", clock=clock)
    assert {job.label for job in creator.jobs.values()} == {"sound", *ODD_RESULTS}
    assert len(rows_of(result(creator, labelled(creator, "sound")))) > 10
    assert result(creator, labelled(creator, "empty")).body == b""


async def drain(answer: httpx.Response, into: list[bytes]) -> None:
    async for piece in answer.aiter_raw():
        into.append(piece)


async def cut_download(client: httpx.AsyncClient, creator: Creator, job: Job) -> tuple[int, bytes]:
    """What the head of a result promises, and what comes of its body."""
    got: list[bytes] = []
    url = f"{job.path}/result?filter=success"
    async with client.stream("GET", url, headers=headers(creator, job)) as answer:
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
            await drain(answer, got)
        return int(answer.headers["content-length"]), b"".join(got)


@pytest.mark.parametrize("in_process", [True, False])
async def test_a_body_cut_on_its_way(creator: Creator, ended: Job, in_process: bool) -> None:
    whole = result(creator, ended, "success").body
    creator.inject(OddResult("cut"))
    with LoopbackServer(creator) as server:
        through = InProcessTransport(creator) if in_process else None
        at = HOST if in_process else server.base_url
        async with httpx.AsyncClient(base_url=at, transport=through, trust_env=False) as client:
            promised, got = await cut_download(client, creator, ended)
    assert promised == len(whole)
    assert got == whole[: len(whole) // 2]


def test_the_rows_of_a_result_are_a_csv_over_a_socket(creator: Creator, ended: Job) -> None:
    with LoopbackServer(creator) as server:
        url = f"{server.base_url}{ended.path}/result?filter=success"
        answer = httpx.get(url, headers=headers(creator, ended), trust_env=False)
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == 1201


async def test_a_drip_comes_in_small_pieces_each_in_time(creator: Creator, ended: Job) -> None:
    creator.inject(OddResult("drip", pause=0.001))
    whole = result(creator, ended, "failure").body
    async with httpx.AsyncClient(transport=InProcessTransport(creator)) as client:
        url = f"{HOST}{ended.path}/result?filter=failure"
        async with client.stream("GET", url, headers=headers(creator, ended)) as answer:
            pieces = [piece async for piece in answer.aiter_raw()]
    assert b"".join(pieces) == whole
    assert {len(piece) for piece in pieces[:-1]} == {DRIP_BYTES}


async def test_a_drip_slower_than_the_client_s_patience(creator: Creator, ended: Job) -> None:
    creator.inject(OddResult("drip"))
    async with httpx.AsyncClient(transport=InProcessTransport(creator)) as client:
        url = f"{HOST}{ended.path}/result?filter=success"
        with pytest.raises(httpx.ReadTimeout):
            await client.get(url, headers=headers(creator, ended), timeout=0.001)


def test_a_drip_over_a_socket_ends_with_the_server(creator: Creator, ended: Job) -> None:
    creator.inject(OddResult("drip", pause=0.001, outcome=Outcome.FAILURE))
    creator.inject(OddResult("drip", pause=60))
    with LoopbackServer(creator) as server, httpx.Client(trust_env=False) as client:
        url = f"{server.base_url}{ended.path}/result"
        proper = headers(creator, ended)
        answer = client.get(url, params={"filter": "failure"}, headers=proper)
        assert answer.content == result(creator, ended, "failure").body
        with client.stream("GET", url, params={"filter": "success"}, headers=proper) as dripping:
            server.close()
            with pytest.raises(httpx.RemoteProtocolError):
                dripping.read()
