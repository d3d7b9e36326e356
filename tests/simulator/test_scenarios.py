import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.support import ManualClock, content, control, outcome, status
from tests.support.simulators import labelled
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import ERRORS, INVENTED, Call
from zcbulk_tui.simulator.hostile import HOSTILE
from zcbulk_tui.simulator.jobs import Job
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.simulator.scenarios import SCENARIOS, build

DONE = (200, 3000)

Start = Callable[[str], Creator]


@pytest.fixture
def start(clock: ManualClock) -> Start:
    return lambda name: build(name, clock=clock)


def in_state(creator: Creator, state: State, elapsed: float = 0.0) -> list[Job]:
    moment = creator.timeline.start + elapsed
    return [job for job in creator.jobs.values() if job.state(moment) is state]


def test_every_scenario_has_a_name_and_a_sentence() -> None:
    assert all(name == scenario.name for name, scenario in SCENARIOS.items())
    assert all(scenario.summary.endswith(".") for scenario in SCENARIOS.values())


@pytest.mark.parametrize("name", SCENARIOS)
def test_job_ids_are_the_same_19_digits_in_every_run(name: str) -> None:
    one = build(name, seed=1, clock=ManualClock(0.0))
    other = build(name, seed=2, clock=ManualClock(1e9))
    facts = [(job.id, job.label, job.address) for job in one.jobs.values()]
    assert facts == [(job.id, job.label, job.address) for job in other.jobs.values()]
    assert all(len(job_id) == 19 and job_id.isdecimal() for job_id in one.jobs)


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_form_has_two_running_jobs(start: Start, name: str) -> None:
    busy = [job.address for job in in_state(start(name), State.RUNNING)]
    assert len(busy) == len(set(busy))


@given(st.integers(0, 10_000))
def test_the_demo_is_the_same_show_with_every_seed(seed: int) -> None:
    creator = build("demo", seed=seed, clock=ManualClock())
    states = {state: len(in_state(creator, state)) for state in State}
    assert states == {
        State.WAITING: 1,
        State.READY: 2,
        State.RUNNING: 4,
        State.COMPLETED: 1,
        State.USER_ABORTED: 1,
        State.SYSTEM_ABORTED: 1,
        State.FAILED: 1,
        State.EXPIRED: 1,
    }
    doomed = labelled(creator, "Orders EU")
    assert doomed in in_state(creator, State.RUNNING, 60)
    assert doomed in in_state(creator, State.SYSTEM_ABORTED, 80)
    begun = creator.timeline.start
    for job in in_state(creator, State.RUNNING):
        assert job.counts(begun).unprocessed < job.counts(begun).total
        assert job.counts(begun + 5).unprocessed < job.counts(begun).unprocessed
        assert job.run is not None
        assert 60 <= job.run.duration <= 900
        assert job.run.ending is State.COMPLETED or job is doomed


def test_the_demo_mixes_environments(start: Start) -> None:
    environments = [job.address.environment for job in start("demo").jobs.values()]
    assert environments.count("stage") == environments.count("development") == 1
    assert environments.count("production") == len(environments) - 2


def test_the_demo_has_a_deadline_to_miss(start: Start) -> None:
    creator = start("demo")
    late = labelled(creator, "Warehouses")
    assert late in in_state(creator, State.READY, 89)
    assert late in in_state(creator, State.EXPIRED, 91)


@pytest.mark.parametrize(("second", "lost"), [(39, False), (41, True), (51, True), (53, False)])
def test_the_demo_has_an_outage(
    start: Start, clock: ManualClock, second: float, lost: bool
) -> None:
    creator = start("demo")
    clock.now += second
    assert {status(creator, job).lost for job in creator.jobs.values()} == {lost}


def test_steady_is_free_of_trouble(start: Start, clock: ManualClock) -> None:
    creator = start("steady")
    for _ in range(50):
        assert {outcome(status(creator, job)) for job in creator.jobs.values()} == {DONE}
        clock.now += 61
    assert {job.state(creator.timeline.start).name for job in creator.jobs.values()} == {
        "WAITING",
        "READY",
        "RUNNING",
        "COMPLETED",
        "USER_ABORTED",
    }


@pytest.mark.parametrize(
    ("name", "method", "flat"),
    [
        ("steady", "PATCH", False),
        ("openapi", "PUT", True),
        ("put-only", "PUT", False),
        ("flat-body", "PATCH", True),
    ],
)
def test_control_variants(start: Start, name: str, method: str, flat: bool) -> None:
    creator = start(name)
    job = labelled(creator, "Price list")
    for other in {"PATCH", "PUT", "POST"} - {method}:
        assert outcome(control(creator, job, method=other, flat=flat)) == (405, 1020)
    assert outcome(control(creator, job, method=method, flat=not flat)) == (400, 9350)
    assert outcome(control(creator, job, method=method, flat=flat)) == DONE


def test_openapi_answers_in_its_own_shape(start: Start) -> None:
    creator = start("openapi")
    answer = content(status(creator, labelled(creator, "Regions")))
    assert answer["data"] == {"api_status": "COMPLETED"}
    assert isinstance(answer["record_details"], dict)


def test_spellings_shows_every_one_of_them(start: Start, clock: ManualClock) -> None:
    creator = start("spellings")
    shown: dict[State, set[str]] = {}
    for job in creator.jobs.values():
        data = content(status(creator, job))["data"]
        assert isinstance(data, dict)
        shown.setdefault(job.state(clock.now), set()).add(data["api_status"])
    assert shown == {
        State.WAITING: {"CREATED", "Ready-to-upload", "READY_TO_UPLOAD"},
        State.READY: {"Ready-to-upload"},
        State.RUNNING: {"In-progress", "IN_PROGRESS", "IN PROGRESS", "Start", "Paused-for-review"},
        State.COMPLETED: {"Completed", "COMPLETED"},
        State.USER_ABORTED: {"User Aborted", "Aborted"},
        State.SYSTEM_ABORTED: {"System Aborted", "Aborted"},
        State.FAILED: {"Failed", "FAILED"},
        State.EXPIRED: {"Expired"},
    }


@pytest.mark.parametrize("key", ERRORS)
def test_errors_gives_each_row_of_the_table(start: Start, key: str) -> None:
    creator = start("errors")
    row = ERRORS[key]
    job = labelled(creator, key)
    proper = {(200, 3000)}
    refusal = {(row.status, row.code)}
    on_status, on_control = Call.STATUS in row.calls, Call.CONTROL in row.calls
    served = on_status or on_control
    expected_status = refusal if on_status or not served else proper
    expected_control = refusal if on_control else proper
    assert {outcome(status(creator, job))} == expected_status
    assert {outcome(control(creator, job))} == expected_control


def test_the_table_holds_every_documented_error() -> None:
    documented = {
        200: {3910, 4000, 4070, 7120, 7130, 11110, 11120},
        400: {3020, 9210, 9350, 11000, 11340, 11350},
        401: {1000, 1030, 1060, 2945},
        403: {1060, 1080, 1130, 2898, 2899, 2933, 4000},
        404: {1000, 1040, 2892, 2893, 2930, 11130, 11330},
        405: {1020},
        409: {11070, 11080, 11090, 11100},
        429: {2955},
    }
    table: dict[int, set[int | None]] = {}
    for row in ERRORS.values():
        table.setdefault(row.status, set()).add(row.code)
    assert table == documented
    assert all(key.startswith(f"{row.status}-{row.code}") for key, row in ERRORS.items())


def test_invented_errors_say_so_and_share_no_code_with_the_contract() -> None:
    # Of one answer the text is documented, and nothing else.
    assert INVENTED["unsupported"].message.startswith("Unsupported file")
    assert all(
        row.message.startswith("Invented") for row in INVENTED.values() if row.code is not None
    )
    contract = {row.code for row in ERRORS.values()}
    assert contract.isdisjoint(row.code for row in INVENTED.values())


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_gives_each_bad_answer_and_obeys(
    start: Start, clock: ManualClock, label: str
) -> None:
    creator = start("hostile")
    job = labelled(creator, label)
    assert status(creator, job) == HOSTILE[label]
    assert control(creator, job, "abort") == HOSTILE[label]
    assert job.state(clock.now) is State.USER_ABORTED


def test_hostile_has_a_late_answer_a_huge_one_and_a_strange_redirect(start: Start) -> None:
    creator = start("hostile")
    assert status(creator, labelled(creator, "30 seconds late")).delay == 30
    assert len(HOSTILE["huge body"].body) > 1024 * 1024
    assert "example.invalid" in HOSTILE["redirect to another host"].headers["location"]


def test_quota_ends_at_sixty_calls_until_midnight(start: Start, clock: ManualClock) -> None:
    clock.now = 10 * 86_400 - 3_600
    creator = start("quota")
    job = labelled(creator, "Regions")
    answers = []
    for _ in range(61):
        answers.append(outcome(status(creator, job)))
        clock.now += 2
    assert answers == [DONE] * 60 + [(200, 4000)]
    clock.now = 10 * 86_400
    assert outcome(status(creator, job)) == DONE


def test_rate_limit_allows_ten_calls_a_minute(start: Start) -> None:
    creator = start("rate-limit")
    job = labelled(creator, "Regions")
    answers = [outcome(status(creator, job)) for _ in range(11)]
    assert answers == [DONE] * 10 + [(429, 2955)]


def test_flaky_spoils_some_calls_and_the_same_ones_each_time(clock: ManualClock) -> None:
    def show() -> list[str]:
        clock.now = 0.0
        creator = build("flaky", clock=clock, seed=3)
        job = labelled(creator, "Customers")
        answers = []
        for _ in range(200):
            clock.now += 2
            answer = status(creator, job)
            answers.append(
                "lost" if answer.lost else "late" if answer.delay else str(answer.status)
            )
        return answers

    answers = show()
    assert answers == show()
    assert set(answers) == {"200", "500", "502", "503", "lost", "late"}
    assert answers.count("200") > 120


def test_flaky_loses_answers_to_commands_it_obeyed(clock: ManualClock) -> None:
    obeyed = 0
    for seed in range(30):
        creator = build("flaky", clock=clock, seed=seed)
        job = labelled(creator, "Customers")
        lost = control(creator, job, "abort").lost
        obeyed += lost and job.state(clock.now) is State.USER_ABORTED
    assert obeyed > 0


def test_hundred_jobs_run_for_hours(start: Start) -> None:
    creator = start("hundred")
    assert len(in_state(creator, State.RUNNING)) == 100
    assert len(in_state(creator, State.RUNNING, 3_000)) == 100
    assert not in_state(creator, State.RUNNING, 86_400)


@pytest.mark.parametrize("name", SCENARIOS)
def test_bodies_that_claim_a_code_are_logged_with_it(start: Start, name: str) -> None:
    creator = start(name)
    for job in list(creator.jobs.values())[:5]:
        answer = status(creator, job)
        if answer.code is not None:
            assert json.loads(answer.body)["code"] == answer.code == creator.log[-1].code
