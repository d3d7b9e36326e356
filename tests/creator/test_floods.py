"""Answers without end: each is given up in time, and whatever else runs in the loop goes on."""

import asyncio
import time
from collections.abc import Iterable
from itertools import chain, repeat

import pytest

from tests.creator.calls import creator
from tests.support.contract import PAGE_STATUS
from tests.support.jobs import REF
from tests.support.raw_server import raw_server
from zcbulk_tui.creator.network import Timeouts
from zcbulk_tui.domain.job import Action
from zcbulk_tui.errors import ServiceError, UnclearError, UnreadableError

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\n" + b"Link: </a>\r\n" * 20 + b"\r\n"

FLOODS: dict[str, Iterable[bytes]] = {
    "100": repeat(INTERIM * 1000),
    "103": repeat(HINTS * 100),
    "short status lines": repeat(b"HTTP/1.1 100\r\n\r\n" * 1000),
    "headers": chain([OK], repeat(b"a:\r\n" * 1000)),
    "one header": chain([OK, b"a: "], repeat(b"x" * 10_000)),
    "folded header": chain([OK, b"a: b\r\n"], repeat(b" c\r\n" * 1000)),
    "body": chain([OK, b"\r\n"], repeat(b" " * 10_000)),
    "body of a stated length": chain(
        [OK, b"Content-Length: 9999999999\r\n\r\n"], repeat(b" " * 999)
    ),
    "tiny chunks": chain([CHUNKED], repeat(b"1\r\n \r\n" * 1000)),
    "chunk extensions": chain([CHUNKED], repeat(b"1;%b\r\n \r\n" % (b"x" * 1000))),
    "one chunk extension": chain([CHUNKED, b"1;"], repeat(b"x" * 10_000)),
    "trailers": chain([CHUNKED, b"0\r\n"], repeat(b"a:\r\n" * 1000)),
    "no status line": repeat(b"\x00" * 10_000),
    "empty lines": repeat(b"\r\n" * 1000),
}

DRIPS: dict[str, Iterable[bytes]] = {
    "status line": repeat(b"H"),
    "100": repeat(b"HTTP/1.1 100\r\n\r\n"),
    "headers": chain([OK], repeat(b"a: b\r\n")),
    "body": chain([OK, b"\r\n"], repeat(b" ")),
    "chunks": chain([CHUNKED], repeat(b"1\r\n \r\n")),
    "trailers": chain([CHUNKED, b"0\r\n"], repeat(b"a:b\r\n")),
}


async def watch(busy: list[float]) -> None:
    """Notes for how long the loop was busy between two turns; other programs do not count."""
    while True:
        before = time.thread_time()
        await asyncio.sleep(0)
        busy.append(time.thread_time() - before)


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
async def test_a_flood_is_refused_and_holds_nothing_up(
    flood: Iterable[bytes],
) -> None:
    busy: list[float] = []
    async with raw_server() as server, creator(server.url) as client:
        server.answer = flood
        watching = asyncio.create_task(watch(busy))
        async with asyncio.timeout(20):
            with pytest.raises(ServiceError) as caught:
                await client.status(REF)
        watching.cancel()
        assert isinstance(caught.value, (UnclearError, UnreadableError))
        # A key takes several turns, and there may be six calls at once.
        assert max(busy) < 0.04
        server.answer = [OK, b"\r\n", PAGE_STATUS]
        assert (await client.status(REF)).counts.total == 1


@pytest.mark.parametrize("drip", DRIPS.values(), ids=DRIPS)
async def test_the_time_of_a_call_is_limited_whatever_drips(drip: Iterable[bytes]) -> None:
    async with (
        raw_server() as server,
        creator(server.url, timeouts=Timeouts(read=5, total=0.2)) as client,
    ):
        server.answer, server.pause = drip, 0.01
        async with asyncio.timeout(4):
            with pytest.raises(UnclearError, match="did not answer in time"):
                await client.status(REF)


@pytest.mark.parametrize("flood", ["100", "tiny chunks", "one header", "body"])
async def test_a_command_whose_answer_is_a_flood_is_unclear(flood: str) -> None:
    async with raw_server() as server, creator(server.url) as client:
        server.answer = FLOODS[flood]
        with pytest.raises(UnclearError) as caught:
            await client.control(REF, Action.ABORT)
        assert len(server.requests) == 1
    assert "nothing was sent" not in str(caught.value)
