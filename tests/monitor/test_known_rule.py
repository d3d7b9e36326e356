"""What is known of the batch rule: in every snapshot, and in what is planned."""

import asyncio

import pytest

from tests.monitor.stage import Stage, jobs
from tests.support.contracts import EACH_FAILS_ALONE, ONE_FAILS_ITS_BATCH
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.contract import UNKNOWN, Contract
from zcbulk_tui.domain.outlook import Outlook
from zcbulk_tui.domain.outlook import outlook as real
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.monitor import polled_job

pytestmark = pytest.mark.usefixtures("alone")


@pytest.mark.parametrize(
    ("contract", "known"),
    [(UNKNOWN, None), (ONE_FAILS_ITS_BATCH, True), (EACH_FAILS_ALONE, False)],
)
def test_a_snapshot_and_an_outlook_are_made_with_what_is_known(
    contract: Contract, known: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_with: set[bool | None] = set()

    def outlook(*arguments: object) -> Outlook | None:
        made_with.add(arguments[3])  # type: ignore[arg-type]  # as `PolledJob` gives it
        return real(*arguments)  # type: ignore[arg-type]  # they are passed on

    monkeypatch.setattr(polled_job, "outlook", outlook)

    async def scene() -> JobSnapshot:
        stage = Stage(jobs(1), contract=lambda _: contract)
        async with stage.running():
            await asyncio.sleep(30)
        return stage.job

    assert run_virtual(scene()).one_fails_its_batch is known
    assert made_with == {known}


def test_what_is_found_out_meanwhile_is_used_from_then_on() -> None:
    async def scene() -> list[bool | None]:
        known = UNKNOWN
        found = []
        stage = Stage(jobs(1), contract=lambda _: known)
        async with stage.running():
            await asyncio.sleep(15)
            found.append(stage.job.one_fails_its_batch)
            known = ONE_FAILS_ITS_BATCH
            await asyncio.sleep(15)
            found.append(stage.job.one_fails_its_batch)
        return found

    assert run_virtual(scene()) == [None, True]
