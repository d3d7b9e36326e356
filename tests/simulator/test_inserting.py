"""From a create call to the records that a form holds."""

from dataclasses import replace

import pytest

from tests.simulator.support import (
    ManualClock,
    content,
    control,
    create,
    created,
    csv_of,
    headers,
    multipart,
    outcome,
    proper_headers,
    status,
    upload,
)
from tests.support.simulators import labelled
from zcbulk_tui.simulator.accounts import Accounts
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.dialect import Dialect
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.hostile import BAD_GATEWAY
from zcbulk_tui.simulator.jobs import START_WITHIN_SECONDS, Job
from zcbulk_tui.simulator.limits import Limits
from zcbulk_tui.simulator.messages import LOST, Request, Response
from zcbulk_tui.simulator.physics import Counts, State
from zcbulk_tui.simulator.samples import sample
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.scopes import READ, UPDATE
from zcbulk_tui.simulator.verdicts import InsertRules

DONE = (200, 3000)
CONTACTS = FORMS["Contacts"].fields
ROWS = csv_of(sample(CONTACTS, 450))


def state(creator: Creator, job: Job) -> State:
    return job.state(creator.timeline.now())


def test_from_a_create_call_to_a_form_full_of_records(creator: Creator, clock: ManualClock) -> None:
    job = created(creator)
    assert content(status(creator, job))["data"] == {"api_status": "Ready-to-upload"}
    assert outcome(upload(creator, job, ROWS)) == DONE
    assert job.counts(clock.now) == Counts(450, 0, 0, 450)
    assert state(creator, job) is State.READY
    assert list(creator.records("Contacts")) == []
    assert outcome(control(creator, job)) == DONE
    clock.now += 600
    assert state(creator, job) is State.COMPLETED
    assert job.counts(clock.now) == Counts(450, 450, 0, 0)
    header, *rows = sample(CONTACTS, 450)
    held = list(creator.records("Contacts"))
    assert [record.values for record in held] == [
        dict(zip(header, row, strict=True)) for row in rows
    ]
    assert [record.number for record in held] == list(range(1, 451))
    assert {record.job_id for record in held} == {job.id}
    assert list(creator.records("Contacts", "stage")) == []


def test_a_create_call_is_answered_as_the_page_has_it(creator: Creator, clock: ManualClock) -> None:
    clock.now = 1_773_225_000.0
    answer = create(creator)
    assert content(answer) == {
        "code": 3000,
        "details": {
            "created_time": "11-Mar-2026 10:30:00",
            "job_id": answer.job_id,
            "operation": "INSERT",
            "created_by": "jason18",
            "status": "CREATED",
        },
    }


def test_and_as_the_oas_has_it(clock: ManualClock) -> None:
    details = content(create(build("openapi", clock=clock)))["details"]
    assert isinstance(details, dict)
    assert details["status"] == "Job created successfully"
    assert details["created_by"] == "jason@zylker.com"


def test_ids_have_19_digits_are_new_and_depend_on_the_seed(clock: ManualClock) -> None:
    def ids(seed: int) -> list[str]:
        creator = build("steady", clock=clock, seed=seed)
        there = set(creator.jobs)
        forms = ("Contacts", "Warehouses", "Contracts")
        made = [created(creator, form).id for form in forms]
        assert len(there | set(made)) == len(there) + len(made)
        return made

    assert all(len(job_id) == 19 and job_id.isdecimal() for job_id in ids(1))
    assert ids(1) == ids(1) != ids(2)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("Customers", (409, 99005)),  # running
        ("Prices", (409, 99005)),  # ready
        ("Leads", (409, 99005)),  # waiting
        ("Regions", DONE),  # completed
        ("Stock", DONE),  # aborted
        ("Suppliers", DONE),  # ready in another environment
        ("Nowhere", (404, 2893)),
    ],
)
def test_a_form_has_one_active_job(creator: Creator, form: str, expected: tuple[int, int]) -> None:
    assert outcome(create(creator, form)) == expected
    if expected == DONE:
        assert outcome(create(creator, form)) == (409, 99005)


@pytest.mark.parametrize("blocks", [True, False])
def test_whether_an_expired_job_holds_its_form_is_a_choice(
    creator: Creator, clock: ManualClock, blocks: bool
) -> None:
    creator.dialect = replace(creator.dialect, expired_blocks=blocks)
    expired = created(creator)
    clock.now += START_WITHIN_SECONDS
    assert state(creator, expired) is State.EXPIRED
    assert outcome(create(creator)) == ((409, 99005) if blocks else DONE)


def test_a_job_whose_result_is_gone_holds_no_form(creator: Creator, clock: ManualClock) -> None:
    creator.dialect = replace(creator.dialect, expired_blocks=True)
    clock.now += 4 * 86400
    assert state(creator, labelled(creator, "Regions")) is State.EXPIRED
    assert outcome(create(creator, "Regions")) == DONE


@pytest.mark.parametrize("query", ["", "job_id=", "other=1", "job_id"])
def test_an_upload_that_lost_its_job_id_is_a_create_call(creator: Creator, query: str) -> None:
    content_type, body = multipart(ROWS)
    before = len(creator.jobs)
    path = created(creator).address.path.replace("Contacts", "Contracts")
    call_headers = proper_headers(creator, **{"content-type": content_type})
    assert outcome(creator.handle(Request("POST", path, call_headers, body, query))) == DONE
    assert len(creator.jobs) == before + 2
    assert state(creator, list(creator.jobs.values())[-1]) is State.WAITING


def test_the_file_of_a_job_cannot_be_replaced(creator: Creator) -> None:
    job = created(creator)
    assert outcome(upload(creator, job, ROWS)) == DONE
    assert outcome(upload(creator, job, ROWS)) == (409, 11070)
    assert job.uploads == 1


@pytest.mark.parametrize(
    ("label", "word"), [("Customers", "In-progress"), ("Regions", "Completed")]
)
def test_no_upload_in_another_state(creator: Creator, label: str, word: str) -> None:
    answer = upload(creator, labelled(creator, label), ROWS)
    assert outcome(answer) == (400, 11340)
    assert str(content(answer)["message"]).endswith(f" {word}.")


def test_an_upload_to_a_job_that_there_is_not(creator: Creator) -> None:
    job = created(creator)
    stranger = replace(job, id="3888833000000999999")
    assert outcome(upload(creator, stranger, ROWS)) == (200, 7120)
    elsewhere = replace(job, address=replace(job.address, form="Contracts"))
    assert outcome(upload(creator, elsewhere, ROWS)) == (404, 11330)


def test_an_upload_without_a_file(creator: Creator) -> None:
    job = created(creator)
    assert outcome(upload(creator, job, ROWS, name="data")) == (400, 9350)
    assert outcome(upload(creator, job, ROWS, **{"content-type": ""})) == (400, 9350)
    assert state(creator, job) is State.WAITING


@pytest.mark.parametrize("code", [None, 99990])
def test_an_unsupported_file_has_a_code_by_choice(creator: Creator, code: int | None) -> None:
    creator.dialect = replace(creator.dialect, unsupported_code=code)
    job = created(creator)
    answer = upload(creator, job, b"\x00\xff", file_name="rows.zip")
    said = content(answer)
    assert answer.status == 400
    assert str(said.pop("message")).startswith("Unsupported file")
    assert said == ({} if code is None else {"code": code})
    assert outcome(upload(creator, job, ROWS)) == DONE


def test_a_header_that_the_form_does_not_know_lets_no_start_through(creator: Creator) -> None:
    job = created(creator)
    assert outcome(upload(creator, job, b"Email,E-Mail 2\na@b.co,x\n")) == DONE
    refused = control(creator, job)
    assert outcome(refused) == (400, 99007)
    assert "E-Mail 2" in str(content(refused)["message"])
    assert outcome(control(creator, job, "abort")) == DONE
    assert outcome(create(creator)) == DONE


def run_of(clock: ManualClock, rows: bytes, *, strict: bool) -> tuple[Creator, Job]:
    creator = build("steady", clock=clock, rules=InsertRules(strict))
    job = created(creator)
    upload(creator, job, rows)
    control(creator, job)
    clock.now += 3600
    return creator, job


@pytest.mark.parametrize(("strict", "ending"), [(True, "SYSTEM_ABORTED"), (False, "COMPLETED")])
def test_bad_records_at_random_end_a_job_in_the_strict_reading_alone(
    clock: ManualClock, strict: bool, ending: str
) -> None:
    rows = csv_of(sample(CONTACTS, 8000, bad=0.005))
    creator, job = run_of(clock, rows, strict=strict)
    assert state(creator, job).name == ending
    counts = job.counts(clock.now)
    held = len(list(creator.records("Contacts")))
    assert held == counts.success
    if strict:
        # The third failed batch of 40 is more than 5 %.
        assert (counts.failed, counts.unprocessed > 0) == (600, True)
    else:
        assert (counts.failed, counts.unprocessed) == (40, 0)


def test_what_was_inserted_before_an_abort_stays(creator: Creator, clock: ManualClock) -> None:
    job = created(creator)
    upload(creator, job, csv_of(sample(CONTACTS, 5000)))
    control(creator, job)
    clock.now += 15
    control(creator, job, "abort")
    clock.now += 500
    success = job.counts(clock.now).success
    assert 0 < success < 5000
    assert len(list(creator.records("Contacts"))) == success


def test_rows_sent_twice_show_twice(creator: Creator, clock: ManualClock) -> None:
    for _ in range(2):
        job = created(creator)
        upload(creator, job, ROWS)
        control(creator, job)
        clock.now += 600
    assert len(list(creator.records("Contacts"))) == 900


@pytest.mark.parametrize("call", [Call.CREATE, Call.UPLOAD])
def test_a_token_must_be_for_creating(clock: ManualClock, call: Call) -> None:
    timeline = Timeline(clock)
    accounts = Accounts(timeline)
    # Whatever a start takes, a create call and an upload take the scope of their pages.
    dialect = Dialect(control_scopes=frozenset({UPDATE}))
    creator = Creator([], timeline, token="1000.a", accounts=accounts, dialect=dialect)
    job = created(creator, "Contacts")
    accounts.permit("1000.b", frozenset({READ, UPDATE}))
    authorization = "Zoho-oauthtoken 1000.b"
    if call is Call.CREATE:
        answer = create(creator, "Contracts", authorization=authorization)
    else:
        answer = upload(creator, job, ROWS, authorization=authorization)
    assert outcome(answer) == (401, 2945)


def test_creates_have_a_limit_of_their_own_by_choice(clock: ManualClock) -> None:
    limits = Limits(creates_per_minute=2)
    creator = Creator([], Timeline(clock), token="1000.a", limits=limits)
    forms = ("Contacts", "Contracts", "Leads")
    assert [outcome(create(creator, form)) for form in forms] == [DONE, DONE, (429, 2955)]
    assert len(creator.jobs) == 2
    clock.now += 60
    assert outcome(create(creator, "Leads")) == DONE


def only(call: Call, fault: Fault) -> Fault:
    return replace(fault, calls=frozenset({call}), times=1)


@pytest.mark.parametrize("answer", [LOST, BAD_GATEWAY], ids=["lost", "502"])
@pytest.mark.parametrize("behind", [True, False])
def test_the_answer_to_a_create_call_can_be_spoiled(
    creator: Creator, answer: Response, behind: bool
) -> None:
    before = len(creator.jobs)
    creator.inject(only(Call.CREATE, Fault(answer, behind=behind)))
    spoiled = create(creator)
    assert (spoiled.lost, spoiled.status) == (answer.lost, answer.status)
    assert len(creator.jobs) == before + behind
    entry = creator.log[-1]
    assert entry.job_id == (list(creator.jobs)[-1] if behind else None)
    assert outcome(create(creator)) == ((409, 99005) if behind else DONE)


@pytest.mark.parametrize("behind", [True, False])
def test_the_answer_to_an_upload_can_be_lost(creator: Creator, behind: bool) -> None:
    job = created(creator)
    creator.inject(only(Call.UPLOAD, Fault(LOST, behind=behind, job_id=job.id)))
    assert upload(creator, job, ROWS).lost
    assert job.uploads == behind
    assert outcome(upload(creator, job, ROWS)) == ((409, 11070) if behind else DONE)


def test_a_create_call_can_take_effect_late(creator: Creator, clock: ManualClock) -> None:
    creator.inject(only(Call.CREATE, Fault(LOST, behind=True, late=20)))
    create(creator)
    late = list(creator.jobs.values())[-1]
    assert outcome(status(creator, late)) == (200, 7120)
    clock.now += 20
    assert outcome(status(creator, late)) == DONE
    assert outcome(create(creator)) == (409, 99005)


def test_a_second_create_call_meanwhile_makes_a_second_job(
    creator: Creator, clock: ManualClock
) -> None:
    creator.inject(only(Call.CREATE, Fault(LOST, behind=True, late=20)))
    create(creator)
    assert outcome(create(creator)) == DONE
    clock.now += 20
    doubled = [job for job in creator.jobs.values() if job.address.form == "Contacts"]
    assert [state(creator, job) for job in doubled] == [State.WAITING, State.WAITING]


def test_an_upload_can_take_effect_late(creator: Creator, clock: ManualClock) -> None:
    job = created(creator)
    creator.inject(only(Call.UPLOAD, Fault(delay=2, late=20)))
    answer = upload(creator, job, ROWS)
    assert (outcome(answer), answer.delay) == (DONE, 2)
    assert state(creator, job) is State.WAITING
    assert content(status(creator, job))["data"] == {"api_status": "Ready-to-upload"}
    assert outcome(control(creator, job)) == (400, 11350)
    clock.now += 20
    assert state(creator, job) is State.READY
    assert outcome(control(creator, job)) == DONE


def test_faults_for_looks_and_commands_spare_create_and_upload(creator: Creator) -> None:
    calls = frozenset({Call.STATUS, Call.CONTROL})
    creator.inject(Fault(LOST, calls=calls))
    job = created(creator)
    assert outcome(upload(creator, job, ROWS)) == DONE


def test_the_log_shows_create_upload_and_start_with_the_job(
    creator: Creator, clock: ManualClock
) -> None:
    clock.now = 86_400.0 + 3_661
    job = created(creator)
    upload(creator, job, ROWS)
    control(creator, job)
    at = job.address.path
    assert [entry.line() for entry in creator.log] == [
        f"01:01:01 POST {at} [production] create {job.id} 200/3000",
        f"01:01:01 POST {at} [production] upload {job.id} 200/3000",
        f"01:01:01 PATCH {at}/{job.id} [production] start 200/3000",
    ]


def test_an_upload_cut_on_its_way_changes_nothing(creator: Creator) -> None:
    job = created(creator)
    seen: list[object] = []
    creator.on_call = seen.append
    call_headers = headers(creator, job)
    creator.lose(Request("POST", job.address.path, call_headers, query=f"job_id={job.id}"))
    entry = creator.log[-1]
    assert (entry.action, entry.job_id, entry.status, entry.code) == ("upload", job.id, None, None)
    assert seen == [entry]
    assert state(creator, job) is State.WAITING
