import asyncio
import threading
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.simulator.support import ManualClock, created, headers, multipart
from tests.support.simulators import labelled
from zcbulk_tui.simulator import transport
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.messages import LOST
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.transport import InProcessTransport

HOST = "https://www.zohoapis.com"


@pytest.fixture
def creator() -> Creator:
    return build("steady", clock=ManualClock())


@pytest.fixture
async def client(creator: Creator) -> AsyncIterator[httpx.AsyncClient]:
    proper = headers(creator, labelled(creator, "Customers"))
    through = InProcessTransport(creator)
    async with httpx.AsyncClient(transport=through, base_url=HOST, headers=proper) as made:
        yield made


async def test_status_and_control(creator: Creator, client: httpx.AsyncClient) -> None:
    job = labelled(creator, "Customers")
    answer = await client.get(job.path)
    assert answer.json()["data"]["api_status"] == "In-progress"
    assert answer.headers["content-type"].startswith("application/json")
    answer = await client.patch(job.path, json={"data": {"action": "abort"}})
    assert answer.json() == {"code": 3000, "status": "Job aborted successfully"}


async def test_the_query_is_no_part_of_the_path(
    creator: Creator, client: httpx.AsyncClient
) -> None:
    job = labelled(creator, "Customers")
    assert (await client.get(job.path, params={"x": "1"})).json()["code"] == 3000
    assert creator.log[-1].path == job.path


async def test_a_lost_answer_is_a_broken_connection(
    creator: Creator, client: httpx.AsyncClient
) -> None:
    job = labelled(creator, "Customers")
    creator.inject(Fault(LOST, behind=True))
    with pytest.raises(httpx.RemoteProtocolError):
        await client.patch(job.path, json={"data": {"action": "abort"}})
    assert job.state(creator.timeline.now()) is State.USER_ABORTED


async def test_an_answer_later_than_the_timeout(
    creator: Creator, client: httpx.AsyncClient
) -> None:
    creator.inject(Fault(delay=60.0))
    with pytest.raises(httpx.ReadTimeout):
        await client.get(labelled(creator, "Customers").path, timeout=0.001)


async def test_an_answer_later_than_others_but_in_time(
    creator: Creator, client: httpx.AsyncClient
) -> None:
    path = labelled(creator, "Customers").path
    creator.inject(Fault(delay=0.02, times=1))
    late = asyncio.create_task(client.get(path))
    await asyncio.sleep(0)
    await client.get(path)
    assert not late.done()
    assert (await late).json()["code"] == 3000


async def test_six_calls_at_once(creator: Creator, client: httpx.AsyncClient) -> None:
    path = labelled(creator, "Customers").path
    answers = await asyncio.gather(*(client.get(path) for _ in range(7)))
    codes = [answer.json()["code"] for answer in answers]
    assert sorted(codes) == [2955] + [3000] * 6
    assert (await client.get(path)).json()["code"] == 3000


async def test_places_in_flight_are_given_back_after_trouble(
    creator: Creator, client: httpx.AsyncClient
) -> None:
    path = labelled(creator, "Customers").path
    creator.inject(Fault(LOST, times=8))
    for _ in range(8):
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(path)
    assert (await client.get(path)).json()["code"] == 3000


@pytest.mark.parametrize("large", [False, True])
async def test_an_upload(
    creator: Creator, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    if large:
        monkeypatch.setattr(transport, "_LARGE", 100)
    threads: list[threading.Thread] = []
    creator.on_call = lambda _: threads.append(threading.current_thread())
    job = created(creator)
    content_type, body = multipart(b"Email\n" + b"a@b.co\n" * 200)

    async def pieces() -> AsyncIterator[bytes]:
        for begin in range(0, len(body), 500):
            yield body[begin : begin + 500]

    answer = await client.post(
        job.address.path,
        params={"job_id": job.id},
        content=pieces(),
        headers={"content-type": content_type},
    )
    assert answer.json() == {"code": 3000, "message": "File uploaded successfully"}
    assert job.counts(creator.timeline.now()).total == 200
    # A large file must not keep the loop from its work.
    assert (threads[-1] is not threading.current_thread()) == large
