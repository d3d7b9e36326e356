"""Nothing is sent twice, and nothing is said that is not true, where calls come to grief."""

import asyncio
from pathlib import Path

import pytest

from tests.benchmarks import cuts
from tests.support.insert_cuts import STEPS, Cut, CuttingServer, Where
from tests.support.insert_cuts import cuts as all_cuts
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.jobs import APP, OWNER, Address

_CREATE = (
    f"POST {Address(OWNER, APP, cuts.FORM).path} HTTP/1.1\r\n"
    f"Authorization: Zoho-oauthtoken {cuts.TOKENS[0]}\r\nAccept: application/json\r\n\r\n"
).encode()


def some() -> list[Cut]:
    """Cuts after which nothing has to be waited for."""
    wanted = {"carried out, cut", "carried out, cut within the answer", "502, not carried out"}
    return [cut for step in STEPS for cut in all_cuts(step) if cut.what in {*wanted, "403-2933"}]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes what is waited for come soon; a dozen files take 2 s all the same, in real time."""
    monkeypatch.setattr(cuts, "_REST", 0.1)
    monkeypatch.setattr("zcbulk_tui.domain.control.LOOKS", (0.1, 0.3))


def test_a_dozen_cuts(tmp_path: Path) -> None:
    tally, path = cuts.Tally(), cuts._write(tmp_path, "few", 20)

    async def insert_all() -> None:
        turn = asyncio.Semaphore(20)
        async with asyncio.TaskGroup() as tasks:
            for seed, cut in enumerate(some()):
                tasks.create_task(cuts.by_queue(cut, path, tally, seed, turn))

    asyncio.run(insert_all())
    assert len(some()) == tally.settled.total() == 12
    assert tally.said > 50
    assert tally.doubled == tally.untrue == []


def test_a_step_that_is_sent_again_without_proof_is_found() -> None:
    async def sent_twice() -> CuttingServer:
        server = cuts.new_server(Cut(Call.CREATE, "cut", Where.ARRIVED, carried_out=True))
        await server.start()
        port = int(server.base_url.rpartition(":")[2])
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(_CREATE)
            await reader.read()
            writer.close()
        await server.stop()
        return server

    found = list(asyncio.run(asyncio.wait_for(sent_twice(), 10)).doubled())
    assert [it.startswith("create sent again") for it in found] == [True]
