import json
from dataclasses import replace

import pytest

from tests.simulator.support import (
    ManualClock,
    content,
    control,
    headers,
    outcome,
    status,
)
from tests.support.simulators import labelled
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.hostile import BAD_GATEWAY
from zcbulk_tui.simulator.jobs import Job
from zcbulk_tui.simulator.messages import LOST, Request
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.schedule import Fault

DONE = (200, 3000)


@pytest.fixture
def ready(creator: Creator) -> Job:
    return labelled(creator, "Price list")


def api_status(creator: Creator, job: Job) -> object:
    data = content(status(creator, job))["data"]
    assert isinstance(data, dict)
    return data["api_status"]


def test_a_status_call_tells_state_and_counts(creator: Creator, running: Job) -> None:
    answer = status(creator, running)
    counts = running.counts(creator.timeline.now())
    assert answer.status == 200
    assert content(answer) == {
        "code": 3000,
        "data": {
            "api_status": "In-progress",
            "record_details": {
                "total_records": 120_000,
                "success_records": counts.success,
                "failed_records": counts.failed,
                "unprocessed_records": counts.unprocessed,
            },
        },
    }


def test_polling_often_and_polling_once_give_the_same_answer(clock: ManualClock) -> None:
    polled, left_alone = build("steady", clock=clock), build("steady", clock=clock)
    for _ in range(40):
        clock.now += 7.3
        for job in polled.jobs.values():
            status(polled, job)
    clock.now += 60
    for mine, other in zip(polled.jobs.values(), left_alone.jobs.values(), strict=True):
        assert status(polled, mine).body == status(left_alone, other).body


def test_a_started_job_runs_to_its_end(creator: Creator, clock: ManualClock, ready: Job) -> None:
    assert outcome(control(creator, ready, "start")) == DONE
    assert api_status(creator, ready) == "In-progress"
    clock.now += 600
    assert api_status(creator, ready) == "Completed"


def test_an_aborted_job_stops(creator: Creator, clock: ManualClock, running: Job) -> None:
    assert outcome(control(creator, running, "abort")) == DONE
    aborted = status(creator, running)
    assert api_status(creator, running) == "User Aborted"
    clock.now += 600
    assert status(creator, running).body == aborted.body


@pytest.mark.parametrize("label", ["Price list", "Leads"])
def test_a_job_can_be_aborted_before_its_start(creator: Creator, label: str) -> None:
    job = labelled(creator, label)
    assert outcome(control(creator, job, "abort")) == DONE
    assert api_status(creator, job) == "User Aborted"


@pytest.mark.parametrize(
    ("label", "code"),
    [("Regions", 11100), ("Returns", 11080), ("Stock", 11090), ("Contracts", 99003)],
)
@pytest.mark.parametrize("action", ["start", "abort"])
def test_no_control_after_the_end(clock: ManualClock, label: str, code: int, action: str) -> None:
    creator = build("demo", clock=clock)
    job = labelled(creator, label)
    assert outcome(control(creator, job, action)) == (409, code)


def test_an_expired_job_cannot_be_started(clock: ManualClock) -> None:
    creator = build("demo", clock=clock)
    assert outcome(control(creator, labelled(creator, "Tax codes"))) == (409, 99004)


def test_a_job_without_a_file_cannot_be_started(creator: Creator) -> None:
    assert outcome(control(creator, labelled(creator, "Leads"))) == (400, 11350)


def test_a_running_job_cannot_be_started_again(creator: Creator, running: Job) -> None:
    assert outcome(control(creator, running)) == (409, 99002)


def test_one_job_at_a_time_on_a_form(creator: Creator) -> None:
    backlog = labelled(creator, "Orders backlog")
    assert outcome(control(creator, backlog)) == (409, 99001)
    assert outcome(control(creator, labelled(creator, "Orders"), "abort")) == DONE
    assert outcome(control(creator, backlog)) == DONE


def test_the_same_form_is_free_in_another_environment(creator: Creator) -> None:
    backlog = labelled(creator, "Orders backlog")
    backlog.address = replace(backlog.address, environment="stage")
    assert outcome(control(creator, backlog)) == DONE


@pytest.mark.parametrize("environment", ["", "production", "development"])
def test_a_job_is_seen_in_its_environment_only(creator: Creator, environment: str) -> None:
    staged = labelled(creator, "Suppliers")
    assert outcome(status(creator, staged)) == DONE
    assert outcome(status(creator, staged, environment=environment)) == (200, 7120)


def test_no_environment_header_means_production(creator: Creator, running: Job) -> None:
    assert outcome(status(creator, running, environment="")) == DONE


def test_a_job_is_seen_under_its_form_only(creator: Creator, running: Job) -> None:
    path = running.path.replace("/Customers/", "/Orders/")
    answer = creator.handle(Request("GET", path, headers(creator, running)))
    assert outcome(answer) == (200, 7120)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("/v2.1/", "/v2/", DONE),
        ("/v2.1/", "/v3/", (404, 1000)),
        ("/creator/", "/api/", (404, 1000)),
        ("jason18", "jason19", (404, 1040)),
        ("zylker-store", "zylker-shop", (404, 2892)),
        ("/Customers/", "/Clients/", (404, 2893)),
        ("3888833000000114027", "3888833000000114028", (200, 7120)),
        ("3888833000000114027", "3888833000000114027/result", (400, 9350)),
        ("3888833000000114027", "3888833000000114027/results", (404, 1000)),
        ("/3888833000000114027", "", (405, 1020)),
    ],
)
def test_urls(
    creator: Creator, running: Job, old: str, new: str, expected: tuple[int, int]
) -> None:
    assert old in running.path
    request = Request("GET", running.path.replace(old, new), headers(creator, running))
    assert outcome(creator.handle(request)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"authorization": ""}, (401, 1030)),
        ({"authorization": "Zoho-oauthtoken 1000.other"}, (401, 1030)),
        ({"authorization": "Bearer 1000.simulator"}, (401, 1030)),
        ({"accept": ""}, (400, 9210)),
        ({"accept": "*/*"}, (400, 9210)),
        ({"accept": "application/json, */*;q=0.5"}, (400, 9210)),
        ({"authorization": "", "accept": ""}, (401, 1030)),
    ],
)
def test_headers(
    creator: Creator, running: Job, changes: dict[str, str], expected: tuple[int, int]
) -> None:
    assert outcome(status(creator, running, **changes)) == expected


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "OPTIONS"])
def test_methods_of_another_dialect_are_refused(creator: Creator, ready: Job, method: str) -> None:
    assert outcome(control(creator, ready, method=method)) == (405, 1020)
    assert ready.state(creator.timeline.now()) is State.READY


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"action": "start"}', (400, 9350)),
        (b'{"data": {"action": "pause"}}', (400, 11000)),
        (b"", (400, 3020)),
    ],
)
def test_bodies_of_another_dialect_are_refused(
    creator: Creator, ready: Job, body: bytes, expected: tuple[int, int]
) -> None:
    answer = creator.handle(Request("PATCH", ready.path, headers(creator, ready), body))
    assert outcome(answer) == expected


def test_the_limit_by_the_minute_counts_good_calls_of_any_kind(
    creator: Creator, clock: ManualClock, running: Job
) -> None:
    answers = [outcome(status(creator, running)) for _ in range(50)]
    assert set(answers) == {DONE}
    refused = control(creator, running, "abort")
    assert outcome(refused) == (429, 2955)
    assert "retry-after" not in refused.headers
    assert running.state(clock.now) is State.RUNNING
    clock.now += 60
    assert outcome(status(creator, running)) == DONE


def test_retry_after_is_in_seconds_of_the_client(clock: ManualClock) -> None:
    creator = build("rate-limit", clock=clock, speed=4.0)
    job = labelled(creator, "Customers")
    for _ in range(10):
        assert "retry-after" not in status(creator, job).headers
    assert status(creator, job).headers["retry-after"] == "15"


def test_a_seventh_call_in_flight_is_refused(creator: Creator, running: Job) -> None:
    holders = [creator.in_flight() for _ in range(7)]
    for holder in holders:
        holder.__enter__()
    assert outcome(status(creator, running)) == (429, 2955)
    holders.pop().__exit__(None, None, None)
    assert outcome(status(creator, running)) == DONE


def test_a_fault_in_front_keeps_the_command_from_creator(
    creator: Creator, clock: ManualClock, running: Job
) -> None:
    creator.inject(Fault(LOST, times=1))
    assert control(creator, running, "abort").lost
    assert running.state(clock.now) is State.RUNNING


def test_a_fault_behind_loses_the_answer_only(
    creator: Creator, clock: ManualClock, running: Job
) -> None:
    creator.inject(Fault(LOST, behind=True, times=1))
    assert control(creator, running, "abort").lost
    assert running.state(clock.now) is State.USER_ABORTED
    assert outcome(control(creator, running, "abort")) == (409, 11080)


def test_a_late_answer_is_the_true_one(creator: Creator, running: Job) -> None:
    creator.inject(Fault(delay=2.5, times=1))
    late, prompt = status(creator, running), status(creator, running)
    assert (late.delay, prompt.delay) == (2.5, 0.0)
    assert late.body == prompt.body


def test_a_fault_can_answer_in_the_place_of_creator(creator: Creator, running: Job) -> None:
    creator.inject(Fault(BAD_GATEWAY, calls=frozenset({Call.STATUS})))
    assert status(creator, running).status == 502
    assert control(creator, running, "abort").status == 200


def test_the_log_tells_what_was_asked_and_answered(
    creator: Creator, clock: ManualClock, running: Job
) -> None:
    seen: list[object] = []
    creator.on_call = seen.append
    status(creator, running)
    clock.now += 5
    staged = labelled(creator, "Suppliers")
    control(creator, staged, "launch")
    creator.inject(Fault(LOST))
    control(creator, staged, "start")
    facts = [
        (entry.time - creator.timeline.start, entry.method, entry.path, entry.environment)
        for entry in creator.log
    ]
    assert facts == [
        (0.0, "GET", running.path, "production"),
        (5.0, "PATCH", staged.path, "stage"),
        (5.0, "PATCH", staged.path, "stage"),
    ]
    outcomes = [(entry.action, entry.status, entry.code) for entry in creator.log]
    assert outcomes == [(None, 200, 3000), ("launch", 400, 11000), ("start", None, None)]
    assert seen == creator.log


def test_the_log_never_holds_the_token(creator: Creator, running: Job) -> None:
    status(creator, running)
    control(creator, running)
    assert creator.log
    assert creator.token not in repr(creator.log)


def test_simulated_time_is_the_time_of_jobs_and_faults(clock: ManualClock) -> None:
    creator = build("demo", clock=clock, speed=10.0)
    regions = labelled(creator, "Regions")
    clock.now += 4.1
    assert status(creator, regions).lost
    clock.now += 1.2
    assert outcome(status(creator, regions)) == DONE


def test_text_from_the_wire_cannot_reach_the_terminal_raw(creator: Creator, ready: Job) -> None:
    body = json.dumps({"data": {"action": "\x1b[2Jstart"}}).encode()
    creator.handle(Request("PATCH", ready.path, headers(creator, ready), body))
    line = creator.log[-1].line()
    assert "\x1b" not in line
    assert "?[2Jstart" in line


def test_a_log_line_reads_well(creator: Creator, clock: ManualClock, ready: Job) -> None:
    clock.now = 86_400.0 + 3_661
    control(creator, ready, "abort")
    creator.inject(Fault(LOST))
    status(creator, ready)
    assert [entry.line() for entry in creator.log] == [
        f"01:01:01 PATCH {ready.path} [production] abort 200/3000",
        f"01:01:01 GET {ready.path} [production] no answer",
    ]
