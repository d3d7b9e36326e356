"""Answers without end: each is given up in time, and whatever else runs in the loop goes on."""

import asyncio
import time

import pytest

from tests.creator.calls import creator
from tests.support.contract import PAGE_STATUS
from tests.support.floods import DRIPS, FLOODS, OK
from tests.support.jobs import REF
from tests.support.raw_server import raw_server
from zcbulk_tui.creator.network import Timeouts
from zcbulk_tui.domain.job import Action
from zcbulk_tui.errors import ServiceError, UnclearError, UnreadableError


async def watch(busy: list[float]) -> None:
    """Notes for how long the loop was busy between two turns; other programs do not count."""
    while True:
        before = time.thread_time()
        await asyncio.sleep(0)
        busy.append(time.thread_time() - before)


@pytest.mark.parametrize("flood", FLOODS)
async def test_a_flood_is_refused_and_holds_nothing_up(
    flood: str,
) -> None:
    busy: list[float] = []
    async with raw_server() as server, creator(server.url) as client:
        server.answer = FLOODS[flood]()
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


@pytest.mark.parametrize("drip", DRIPS)
async def test_the_time_of_a_call_is_limited_whatever_drips(drip: str) -> None:
    async with (
        raw_server() as server,
        creator(server.url, timeouts=Timeouts(read=5, total=0.2)) as client,
    ):
        server.answer, server.pause = DRIPS[drip](), 0.01
        async with asyncio.timeout(4):
            with pytest.raises(UnclearError, match="did not answer in time"):
                await client.status(REF)


@pytest.mark.parametrize("flood", ["100", "tiny chunks", "one header", "body"])
async def test_a_command_whose_answer_is_a_flood_is_unclear(flood: str) -> None:
    async with raw_server() as server, creator(server.url) as client:
        server.answer = FLOODS[flood]()
        with pytest.raises(UnclearError) as caught:
            await client.control(REF, Action.ABORT)
        assert len(server.requests) == 1
    assert "nothing was sent" not in str(caught.value)
