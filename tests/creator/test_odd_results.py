"""Every odd download of the simulator, from its socket to the disk: what is said, what stays."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.creator.calls import creator
from tests.creator.uploading import Recorder
from tests.simulator.support import ManualClock
from tests.support.simulators import labelled
from zcbulk_tui.creator.tokens import FixedToken
from zcbulk_tui.data.result_folder import ResultFolder
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.result import ResultFile, ResultKind
from zcbulk_tui.errors import (
    DataError,
    QuotaSpentError,
    RefusedError,
    ResultGoneError,
    ResultNotReadyError,
    UnclearError,
    UndocumentedError,
    UnreadableError,
    ZcbulkError,
)
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.odd_results import ODD_RESULTS, OddResult
from zcbulk_tui.simulator.results import ResultRules
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer

RECORDS = 1_200

ODD: dict[str, tuple[type[ZcbulkError], str]] = {
    "json-11110": (ResultNotReadyError, "still being made"),
    "json-11120": (RefusedError, "no results in its present state"),
    "json-11130": (ResultGoneError, "no result file"),
    "json-4000": (QuotaSpentError, "API calls are used up"),
    "json-undocumented": (UndocumentedError, "code 99008"),
    "html": (UnreadableError, "“Zoho”"),
    "empty": (UnreadableError, "not JSON"),
    "truncated": (DataError, "cannot be opened as one"),
    "two-csvs": (DataError, "has 2 files in it"),
    "no-csv": (DataError, "has no CSV in it"),
    "no-member": (DataError, "has no file in it"),
    "encrypted": (DataError, "is encrypted"),
    "wrong-crc": (DataError, "is damaged"),
    "bomb": (DataError, "would be 3,221,225,472 bytes long"),
    "lying-bomb": (DataError, "is damaged"),
    "path-traversal": (DataError, "leads out of its folder"),
    "zip-in-zip": (DataError, "no CSV in it"),
    "cut": (UnclearError, "broke the connection off"),
}
"""What becomes of each that brings no result."""

WHOLE = {"fewer-rows": RECORDS - RECORDS // 10, "drip": RECORDS}
"""How many records the others have."""


async def fetch(
    zoho: Creator, folder: Path, recorder: Recorder, kind: ResultKind = ResultKind.SUCCESS
) -> ResultFile:
    """Fetches a result of a job that has ended, as far as it goes."""
    job = labelled(zoho, "Regions")
    at = job.address
    ref = JobRef("https://www.zohoapis.com", at.owner, at.app, at.form, job.id)
    tokens = FixedToken(SecretStr(zoho.token), "the tests")
    writer = ResultFolder(folder).begin(ref, kind)
    try:
        with LoopbackServer(zoho) as server:
            async with creator(server.base_url, tokens=tokens) as client:
                await client.result(ref, kind, writer.write, recorder.slot)
        return writer.finish()
    finally:
        writer.discard()


def left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir()]


def test_each_is_known_here() -> None:
    assert {*ODD, *WHOLE} == {*ODD_RESULTS}


@pytest.mark.parametrize("name", ODD)
async def test_what_is_no_result_is_said_and_nothing_is_left(name: str, tmp_path: Path) -> None:
    kind, words = ODD[name]
    zoho = build("steady", clock=ManualClock())
    zoho.inject(OddResult(name))
    recorder = Recorder()
    with pytest.raises(ZcbulkError) as caught:
        await fetch(zoho, tmp_path / "results", recorder)
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert recorder.requests == ["GET result"]
    assert left(tmp_path) == []


@pytest.mark.parametrize("name", WHOLE)
async def test_the_others_are_results(name: str, tmp_path: Path) -> None:
    zoho = build("steady", clock=ManualClock())
    zoho.inject(OddResult(name, pause=0.0001))
    found = await fetch(zoho, tmp_path, Recorder())
    assert found.records == WHOLE[name]
    assert left(tmp_path) == [found.path]


@pytest.mark.parametrize("accepts_any", [True, False])
async def test_a_result_is_fetched_whatever_accept_header_is_taken(
    accepts_any: bool, tmp_path: Path
) -> None:
    zoho = build("steady", clock=ManualClock())
    zoho.dialect = replace(zoho.dialect, any_accept_for_results=accepts_any)
    recorder = Recorder()
    found = await fetch(zoho, tmp_path, recorder)
    assert found.records == RECORDS
    assert len(recorder.requests) == (1 if accepts_any else 2)


async def test_a_result_of_no_records_is_a_header_alone(tmp_path: Path) -> None:
    zoho = build("steady", clock=ManualClock(), results=ResultRules(empty_refusal=None))
    assert (await fetch(zoho, tmp_path, Recorder(), ResultKind.UNPROCESSED)).records == 0
