import json

import pytest

from zcbulk_tui.simulator.dialect import (
    BARE_ABORTED,
    FILE_UPLOADED,
    PROSE,
    SAMPLE,
    UPLOADED,
    Action,
    Case,
    ControlBody,
    Dialect,
    Shape,
    requested_action,
)
from zcbulk_tui.simulator.faults import RefusalError
from zcbulk_tui.simulator.messages import Response
from zcbulk_tui.simulator.physics import Counts, State

COUNTS = Counts(total=500, success=490, failed=10, unprocessed=0)
DETAILS = {
    "total_records": 500,
    "success_records": 490,
    "failed_records": 10,
    "unprocessed_records": 0,
}


def decoded(response: Response) -> object:
    return json.loads(response.body)


def test_the_page_puts_the_details_inside_the_data() -> None:
    answer = Dialect(shape=Shape.PAGE).status("Completed", COUNTS)
    data = {"api_status": "Completed", "record_details": DETAILS}
    assert decoded(answer) == {"code": 3000, "data": data}


def test_the_openapi_file_puts_them_beside_the_data() -> None:
    answer = Dialect(shape=Shape.OPENAPI).status("COMPLETED", COUNTS)
    data = {"api_status": "COMPLETED"}
    assert decoded(answer) == {"code": 3000, "data": data, "record_details": DETAILS}


@pytest.mark.parametrize("shape", Shape)
def test_without_counts_there_are_no_details(shape: Shape) -> None:
    answer = Dialect(shape=shape).status("CREATED", None)
    assert decoded(answer) == {"code": 3000, "data": {"api_status": "CREATED"}}


@pytest.mark.parametrize(
    ("shape", "action", "expected"),
    [
        (Shape.PAGE, Action.START, {"code": 3000, "status": "Job created successfully"}),
        (Shape.PAGE, Action.ABORT, {"code": 3000, "status": "Job aborted successfully"}),
        (Shape.OPENAPI, Action.START, {"code": 3000, "message": "Job started successfully"}),
        (Shape.OPENAPI, Action.ABORT, {"code": 3000, "message": "Job aborted successfully"}),
    ],
)
def test_texts_of_success(shape: Shape, action: Action, expected: object) -> None:
    assert decoded(Dialect(shape=shape).success(action)) == expected


def test_spellings() -> None:
    assert {*map(frozenset, (PROSE, SAMPLE, BARE_ABORTED, UPLOADED, FILE_UPLOADED))} == {
        frozenset(State)
    }
    assert PROSE[State.RUNNING] == "In-progress"
    assert SAMPLE[State.RUNNING] == "IN_PROGRESS"
    assert SAMPLE[State.USER_ABORTED] == "USER_ABORTED"
    assert BARE_ABORTED[State.USER_ABORTED] == BARE_ABORTED[State.SYSTEM_ABORTED] == "Aborted"


WRAPPED = b'{"data": {"action": "start"}}'
FLAT = b'{"action": "abort"}'


@pytest.mark.parametrize(
    ("accepted", "body", "expected"),
    [
        (ControlBody.WRAPPED, WRAPPED, Action.START),
        (ControlBody.FLAT, FLAT, Action.ABORT),
        (ControlBody.EITHER, WRAPPED, Action.START),
        (ControlBody.EITHER, FLAT, Action.ABORT),
    ],
)
def test_bodies_understood(accepted: ControlBody, body: bytes, expected: Action) -> None:
    assert Dialect(control_body=accepted).action(body) is expected


def test_an_action_has_one_case() -> None:
    capital = Dialect(control_case=Case.CAPITAL)
    assert capital.action(b'{"data": {"action": "Abort"}}') is Action.ABORT
    for body in (WRAPPED, b'{"data": {"action": "START"}}', b'{"data": {"action": []}}'):
        with pytest.raises(RefusalError, match="400-11000"):
            capital.action(body)


@pytest.mark.parametrize(
    ("accepted", "body", "refusal"),
    [
        (ControlBody.WRAPPED, FLAT, 9350),
        (ControlBody.FLAT, WRAPPED, 9350),
        (ControlBody.EITHER, b"{}", 9350),
        (ControlBody.EITHER, b'{"data": {}}', 9350),
        (ControlBody.WRAPPED, b'{"data": ["action"]}', 9350),
        (ControlBody.WRAPPED, b'{"data": {"action": "Start"}}', 11000),
        (ControlBody.FLAT, b'{"action": ["start"]}', 11000),
        (ControlBody.EITHER, b'{"action": "start", "data": {"action": "start"}}', 2945),
        (ControlBody.WRAPPED, b'{"data": {"action": "start", "force": true}}', 2945),
        (ControlBody.WRAPPED, b"", 3020),
        (ControlBody.WRAPPED, b'{"data": {"action": "abort"}', 3020),
        (ControlBody.WRAPPED, b"[]", 3020),
        (ControlBody.WRAPPED, b"\xff", 3020),
        (ControlBody.WRAPPED, b"[" * 100_000, 3020),
    ],
)
def test_bodies_refused(accepted: ControlBody, body: bytes, refusal: int) -> None:
    with pytest.raises(RefusalError) as caught:
        Dialect(control_body=accepted).action(body)
    assert caught.value.row.code == refusal


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (WRAPPED, "start"),
        (FLAT, "abort"),
        (b'{"action": "pause"}', "pause"),
        (b'{"action": 7}', None),
        (b"not JSON", None),
        (b"", None),
    ],
)
def test_the_log_takes_the_action_from_any_shape(body: bytes, expected: str | None) -> None:
    assert requested_action(body) == expected
