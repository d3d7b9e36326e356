"""A status answer in every documented shape becomes a reading; anything else is a fault."""

import json

import pytest

from tests.creator.calls import failed_status, read_status, status_body
from tests.support.contract import OPENAPI_STATUS, PAGE_STATUS, SPELLINGS
from tests.support.jobs import NOW
from tests.support.stub_server import Reply
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.errors import UnreadableError

NO_COUNTS = Counts()
GIANT = "9" * 5000


@pytest.mark.parametrize(
    ("body", "state", "raw", "counts"),
    [
        pytest.param(
            PAGE_STATUS, JobState.IN_PROGRESS, "IN_PROGRESS", Counts(1, 1, 0, 0), id="page sample"
        ),
        pytest.param(
            OPENAPI_STATUS,
            JobState.COMPLETED,
            "COMPLETED",
            Counts(500, 490, 10, 0),
            id="OpenAPI sample",
        ),
    ],
)
async def test_documented_samples(body: bytes, state: JobState, raw: str, counts: Counts) -> None:
    assert await read_status(Reply(200, body)) == JobReading(state, raw, counts, NOW)


@pytest.mark.parametrize(("spelling", "state"), SPELLINGS)
async def test_states_are_known_by_every_spelling_and_shown_as_they_came(
    spelling: str, state: JobState
) -> None:
    reading = await read_status(Reply(200, status_body(spelling)))
    assert (reading.state, reading.raw_state) == (state, spelling.strip())


@pytest.mark.parametrize(
    ("details", "counts"),
    [
        pytest.param({}, NO_COUNTS, id="none"),
        pytest.param({"total_records": 7}, Counts(total=7), id="total only"),
        pytest.param({"failed_records": 0}, Counts(failed=0), id="zero is a count"),
        pytest.param(
            {"total_records": None, "success_records": 3}, Counts(success=3), id="null is unknown"
        ),
        pytest.param(
            {"total_records": 10, "success_records": 2, "failed_records": 1},
            Counts(10, 2, 1),
            id="unprocessed missing",
        ),
        pytest.param(
            {"success_records": 5, "unprocessed_records": 5},
            Counts(success=5, unprocessed=5),
            id="without total nothing is too much",
        ),
        pytest.param(
            {"total_records": 999_999_999_999}, Counts(total=999_999_999_999), id="largest"
        ),
        pytest.param({"total_records": 4, "new_in_v3": "x"}, Counts(total=4), id="unknown key"),
    ],
)
async def test_counts_may_be_missing_one_by_one(details: dict[str, object], counts: Counts) -> None:
    assert (await read_status(Reply(200, status_body(**details)))).counts == counts


@pytest.mark.parametrize("data", [{"api_status": "Created"}, {"api_status": "Created", "x": 1}])
async def test_counts_may_be_missing_altogether(data: dict[str, object]) -> None:
    reading = await read_status(Reply.of({"code": 3000, "data": data}))
    assert reading.counts == NO_COUNTS


@pytest.mark.parametrize("status", [200, 201, 202])
async def test_any_2xx_with_code_3000_is_a_success(status: int) -> None:
    assert (await read_status(Reply(status, PAGE_STATUS))).state is JobState.IN_PROGRESS


@pytest.mark.parametrize(
    "key", ["total_records", "success_records", "failed_records", "unprocessed_records"]
)
@pytest.mark.parametrize(
    "count",
    [-1, 0.5, True, False, "many", "", [], {}, 10**12, 10**30, float("nan"), float("inf")],
    ids=repr,
)
async def test_what_cannot_be_a_count_is_a_fault_of_the_reading(key: str, count: object) -> None:
    error = await failed_status(Reply(200, status_body(**{key: count})))
    assert type(error) is UnreadableError
    assert key in str(error)


@pytest.mark.parametrize(
    "details",
    [
        pytest.param({"total_records": 1, "success_records": 2}, id="more in than there are"),
        pytest.param({"total_records": 0, "unprocessed_records": 1}, id="more left than there are"),
        pytest.param(
            {
                "total_records": 10,
                "success_records": 5,
                "failed_records": 3,
                "unprocessed_records": 3,
            },
            id="parts exceed the total together",
        ),
    ],
)
async def test_counts_that_contradict_each_other_are_a_fault(details: dict[str, object]) -> None:
    error = await failed_status(Reply(200, status_body(**details)))
    assert type(error) is UnreadableError
    assert "more than its total" in str(error)


@pytest.mark.parametrize("state", [None, 5, True, "", " \t", ["Completed"], {"is": "Completed"}])
async def test_a_state_that_is_no_text_is_a_fault(state: object) -> None:
    error = await failed_status(Reply(200, status_body(state)))
    assert type(error) is UnreadableError
    assert "api_status" in str(error)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"code": 3000}, id="no data"),
        pytest.param({"code": 3000, "data": None}, id="data null"),
        pytest.param({"code": 3000, "data": []}, id="data list"),
        pytest.param({"code": 3000, "data": "Completed"}, id="data text"),
        pytest.param({"code": 3000, "data": {}}, id="data empty"),
        pytest.param(
            {"code": 3000, "data": {"api_status": "Failed", "record_details": [1]}},
            id="nested counts list",
        ),
        pytest.param(
            {"code": 3000, "data": {"api_status": "Failed"}, "record_details": 3},
            id="counts beside are a number",
        ),
    ],
)
async def test_a_success_without_a_status_is_a_fault(answer: object) -> None:
    assert type(await failed_status(Reply.of(answer))) is UnreadableError


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html><body>Sign in</body></html>", id="HTML"),
        pytest.param(b"PK\x03\x04\x14\x00", id="ZIP"),
        pytest.param(PAGE_STATUS[:-3], id="cut short"),
        pytest.param(b'{"code":3000,"data":{"api_status":"\xff"}}', id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b"null", id="null"),
        pytest.param(b"3000", id="number"),
        pytest.param(b'"Completed"', id="text"),
        pytest.param(b'[{"code":3000}]', id="list"),
    ],
)
async def test_what_is_no_json_object_is_a_fault(body: bytes) -> None:
    error = await failed_status(Reply(200, body))
    assert type(error) is UnreadableError
    assert "JSON" in str(error)
    assert error.next_step


async def test_half_a_character_is_no_state() -> None:
    error = await failed_status(Reply(200, b'{"code":3000,"data":{"api_status":"\\ud800"}}'))
    assert type(error) is UnreadableError
    assert "api_status" in str(error)


@pytest.mark.parametrize("code", [None, True, "", "3000 OK", 3000.5, [3000], {}], ids=repr)
async def test_a_2xx_without_a_code_is_no_success(code: object) -> None:
    body = json.loads(PAGE_STATUS) | {"code": code}
    error = await failed_status(Reply.of(body))
    assert type(error) is UnreadableError
    assert "code" in str(error)


async def test_the_code_may_come_as_text() -> None:
    body = json.loads(PAGE_STATUS) | {"code": "3000"}
    assert (await read_status(Reply.of(body))).state is JobState.IN_PROGRESS


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_harmful_characters_do_not_survive_in_a_state(text: str) -> None:
    reading = await read_status(Reply(200, status_body(f"Odd {text}")))
    assert reading.state is JobState.UNKNOWN
    assert is_one_safe_line(reading.raw_state)


async def test_a_long_state_is_cut() -> None:
    reading = await read_status(Reply(200, status_body("Odd" * 1000)))
    assert len(reading.raw_state) == 40
