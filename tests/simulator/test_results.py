"""What the results of jobs hold, and when there are any."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.support import (
    ManualClock,
    control,
    created,
    csv_of,
    outcome,
    result,
    rows_of,
    upload,
)
from tests.support.simulators import labelled
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.fields import FORMS, Field, Form, Kind
from zcbulk_tui.simulator.jobs import RESULT_KEPT_SECONDS, START_WITHIN_SECONDS, Job
from zcbulk_tui.simulator.messages import Request
from zcbulk_tui.simulator.reasons import ReasonStyle
from zcbulk_tui.simulator.results import Layout, Order, ResultRules
from zcbulk_tui.simulator.samples import sample
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.verdicts import InsertRules

OUTCOMES = ("success", "failure", "unprocessed")
FORM = Form(
    "Rows",
    (
        Field("Key", mandatory=True, unique=True, max_char=10),
        Field("Number", Kind.NUMBER),
        Field("Day", Kind.DATE),
        Field("Note"),
    ),
)
HEADER = ["Key", "Number", "Day", "Note"]
Rows = list[list[str]]


def row(number: int, amount: str = "1", note: str = "") -> list[str]:
    return [f"K{number}", amount, "01-Jan-2026", note]


def run(
    rows: Sequence[Sequence[str]],
    *,
    clock: ManualClock | None = None,
    rules: ResultRules | None = None,
    strict: bool = False,
    seconds: float = 3600,
    aborted: bool = False,
) -> tuple[Creator, Job]:
    """A job with these rows, so long after its start."""
    clock = clock or ManualClock()
    creator = build("steady", clock=clock, forms=[FORM], rules=InsertRules(strict), results=rules)
    job = created(creator, "Rows")
    upload(creator, job, csv_of([HEADER, *rows]))
    control(creator, job)
    clock.now += seconds
    if aborted:
        control(creator, job, "abort")
        clock.now += 60
    return creator, job


def results(creator: Creator, job: Job) -> dict[str, Rows]:
    return {name: rows_of(result(creator, job, name)) for name in OUTCOMES}


def test_the_original_layout() -> None:
    rows = [row(1), row(2, "many", 'a "b",\nc'), row(3)]
    creator, job = run(rows, rules=ResultRules(order=Order.FILE))
    first, last = [record.record_id for record in creator.records("Rows")]
    assert len(first) == len(last) == 19
    assert results(creator, job) == {
        "success": [[*HEADER, "ID"], [*rows[0], first], [*rows[2], last]],
        "failure": [[*HEADER, "Error"], [*rows[1], "INVALID_DATA-Number"]],
        "unprocessed": [HEADER],
    }


def test_the_mapped_layout() -> None:
    rows = [row(1), row(2, "many"), row(3)]
    creator, job = run(rows, rules=ResultRules(Layout.MAPPED, Order.FILE))
    first, last = [record.record_id for record in creator.records("Rows")]
    header = ["Key", "Number", "Day", "STATUS", "RECORD_ID", "ERRORS"]
    assert results(creator, job) == {
        "success": [
            header,
            [*rows[0][:3], "ADDED", first, ""],
            [*rows[2][:3], "ADDED", last, ""],
        ],
        "failure": [header, [*rows[1][:3], "SKIPPED", "", "INVALID_DATA-Number"]],
        "unprocessed": [header],
    }


@pytest.mark.parametrize("count", range(2, 6))
def test_a_shuffled_result_is_never_in_the_order_of_the_file(count: int) -> None:
    for seed in range(4):
        rows = [row(number + 10 * seed) for number in range(count)]
        creator, job = run(rows, rules=ResultRules(order=Order.SHUFFLED))
        _, *shown = results(creator, job)["success"]
        assert [cells[:-1] for cells in shown] != rows
        assert sorted(cells[:-1] for cells in shown) == sorted(rows)


def test_the_columns_of_reason_and_id_have_names_by_choice() -> None:
    rules = ResultRules(reason_column="Why", id_column="Record")
    creator, job = run([row(1)], rules=rules)
    assert results(creator, job)["failure"] == [[*HEADER, "Why"]]
    assert results(creator, job)["success"][0] == [*HEADER, "Record"]


def test_every_bad_cell_is_named_in_codes() -> None:
    creator, job = run([["", "many", "2026-01-01", ""]])
    assert rows_of(result(creator, job))[1][-1] == "MANDATORY_NOT_FOUND-Key:INVALID_DATA-Number,Day"


def test_and_with_its_value_in_sentences() -> None:
    rules = ResultRules(reasons=ReasonStyle.SENTENCES)
    creator, job = run([["", "12,50", "2026-01-01", ""]], rules=rules)
    assert rows_of(result(creator, job))[1][-1] == (
        "Enter a value for 'Key'. Enter a valid number for 'Number': '12,50'"
        " Enter a date as dd-MMM-yyyy for 'Day': '2026-01-01'"
    )


@pytest.mark.parametrize(
    ("style", "said"),
    [
        (ReasonStyle.CODES, "CANNOT_PROCESS-"),
        (ReasonStyle.SENTENCES, "Another record of the batch failed."),
    ],
)
def test_in_the_strict_reading_the_neighbours_have_a_reason(style: ReasonStyle, said: str) -> None:
    rows = [row(number, "many" if number == 7 else "1") for number in range(4250)]
    creator, job = run(rows, rules=ResultRules(reasons=style), strict=True)
    reasons = Counter(failed[-1] for failed in rows_of(result(creator, job))[1:])
    assert (reasons[said], reasons.total()) == (199, 200)


def test_the_rows_are_shuffled_the_same_way_each_time() -> None:
    rows = [row(number, "many") for number in range(100)]
    creator, job = run(rows)
    one, same = result(creator, job), result(creator, job)
    assert one.body == same.body
    found = [failed[:-1] for failed in rows_of(one)[1:]]
    assert found != rows
    assert sorted(found) == sorted(rows)


def test_an_abort_before_the_start_leaves_all_unprocessed(
    creator: Creator, clock: ManualClock
) -> None:
    job = created(creator)
    records = list(sample(FORMS["Contacts"].fields, 50))
    upload(creator, job, csv_of(records))
    control(creator, job, "abort")
    clock.now += 10
    found = results(creator, job)
    assert [len(found[name]) for name in OUTCOMES] == [1, 1, 51]
    assert found["unprocessed"][0] == records[0]
    assert sorted(found["unprocessed"][1:]) == sorted(records[1:])


def state_of(creator: Creator, job: Job, name: str = "failure") -> tuple[int, object]:
    answer = result(creator, job, name)
    return (200, "ZIP") if answer.body.startswith(b"PK\x03\x04") else outcome(answer)


def test_when_there_is_a_result(creator: Creator, clock: ManualClock) -> None:
    job = created(creator)
    assert state_of(creator, job) == (200, 11120)
    upload(creator, job, csv_of(sample(FORMS["Contacts"].fields, 50)))
    assert state_of(creator, job) == (200, 11120)
    control(creator, job)
    assert state_of(creator, job) == (200, 11120)
    assert job.run is not None
    clock.now += job.run.duration
    assert state_of(creator, job) == (200, 11110)
    clock.now += 2.9
    assert state_of(creator, job) == (200, 11110)
    clock.now += 0.2
    assert state_of(creator, job) == (200, "ZIP")
    clock.now += RESULT_KEPT_SECONDS - 3.2
    assert state_of(creator, job) == (200, "ZIP")
    clock.now += 0.2
    assert state_of(creator, job) == (404, 11130)


@pytest.mark.parametrize("delay", [0.0, 30.0])
def test_how_long_a_result_takes_is_a_choice(clock: ManualClock, delay: float) -> None:
    creator, job = run([row(1)], clock=clock, rules=ResultRules(delay=delay))
    end = job.end(clock.now)
    assert end is not None
    clock.now = end[1] + delay - 0.1
    assert state_of(creator, job) == (200, 11110 if delay else 11120)
    clock.now += 0.2
    assert state_of(creator, job) == (200, "ZIP")


def test_a_job_that_was_not_started_in_time_has_no_result(
    creator: Creator, clock: ManualClock
) -> None:
    job = created(creator)
    clock.now += START_WITHIN_SECONDS + 60
    assert state_of(creator, job) == (200, 11120)


def test_nor_has_one_that_was_aborted_without_a_file(creator: Creator, clock: ManualClock) -> None:
    job = created(creator)
    control(creator, job, "abort")
    clock.now += 60
    assert state_of(creator, job) == (404, 11130)


@pytest.mark.parametrize(("as_zip", "expected"), [(True, (200, "ZIP")), (False, (404, 11130))])
def test_what_there_is_without_a_row_is_a_choice(
    as_zip: bool, expected: tuple[int, object]
) -> None:
    creator, job = run([row(1)], rules=ResultRules(empty_refusal=None if as_zip else "404-11130"))
    assert state_of(creator, job, "failure") == expected
    assert state_of(creator, job, "success") == (200, "ZIP")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (400, 9350)),
        ("filter=", (400, 9350)),
        ("other=failure", (400, 9350)),
        ("filter=failed", (400, 11000)),
        ("filter=FAILURE", (400, 11000)),
    ],
)
def test_filters_that_are_none(query: str, expected: tuple[int, int]) -> None:
    creator, job = run([row(1)])
    assert outcome(result(creator, job, query=query)) == expected


def test_whose_result_it_is(creator: Creator) -> None:
    job = labelled(creator, "Regions")
    assert outcome(result(creator, replace(job, id="3888833000000999999"))) == (200, 7120)
    assert outcome(result(creator, job, environment="stage")) == (200, 7120)
    answer = creator.handle(Request("POST", f"{job.path}/result", {}))
    assert outcome(answer) == (401, 1030)


def test_a_result_is_only_read(creator: Creator) -> None:
    job = labelled(creator, "Regions")
    proper = {"authorization": f"Zoho-oauthtoken {creator.token}"}
    answer = creator.handle(Request("PATCH", f"{job.path}/result", proper, query="filter=success"))
    assert outcome(answer) == (405, 1020)


@pytest.mark.parametrize(
    ("accept", "strict_outcome"),
    [
        ("application/json", (200, "ZIP")),
        ("*/*", (400, 9210)),
        ("application/zip", (400, 9210)),
        ("application/json, */*", (400, 9210)),
        ("", (400, 9210)),
    ],
)
def test_what_a_result_call_may_accept_is_a_choice(
    creator: Creator, accept: str, strict_outcome: tuple[int, object]
) -> None:
    job = labelled(creator, "Regions")
    assert result(creator, job, accept=accept).body.startswith(b"PK")
    creator.dialect = replace(creator.dialect, any_accept_for_results=False)
    answer = result(creator, job, accept=accept)
    found = (200, "ZIP") if answer.body.startswith(b"PK") else outcome(answer)
    assert found == strict_outcome


def test_the_log_shows_which_result() -> None:
    creator = build("steady", clock=ManualClock(86_400.0 + 3_661))
    job = labelled(creator, "Regions")
    result(creator, job, "success")
    result(creator, job, query="")
    assert [entry.line() for entry in creator.log] == [
        f"01:01:01 GET {job.path}/result [production] success 200/-",
        f"01:01:01 GET {job.path}/result [production] 400/9350",
    ]


@pytest.mark.parametrize("label", ["Regions", "Stock", "Returns", "Contracts"])
def test_jobs_without_a_file_have_as_many_rows_as_they_count(label: str) -> None:
    clock = ManualClock()
    creator = build("demo", clock=clock)
    clock.now += 100
    job = labelled(creator, label)
    found = results(creator, job)
    counts = job.counts(clock.now)
    assert [len(found[name]) - 1 for name in OUTCOMES] == [
        counts.success,
        counts.failed,
        counts.unprocessed,
    ]
    width = len(found["unprocessed"][0])
    rows = [tuple(one[:width]) for name in OUTCOMES for one in found[name][1:]]
    assert len(set(rows)) > len(rows) * 0.99
    if counts.failed:
        assert len({one[-1].partition(":")[0] for one in found["failure"]}) > 2


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=5)
files = st.lists(
    st.tuples(st.sampled_from(["1"] * 30 + ["many", ""]), texts).map(list), min_size=1, max_size=30
)


@given(
    files,
    st.integers(1, 60),
    st.sampled_from(Order),
    st.sampled_from(Layout),
    st.sampled_from(ReasonStyle),
    st.booleans(),
    st.one_of(st.none(), st.floats(0, 20)),
)
def test_the_results_are_the_file_once_each_and_the_successes_what_the_form_holds(
    file: Rows,
    times: int,
    order: Order,
    layout: Layout,
    style: ReasonStyle,
    strict: bool,
    aborted_after: float | None,
) -> None:
    rows = [[f"K{number}", amount, "", note] for number, (amount, note) in enumerate(file * times)]
    creator, job = run(
        rows,
        rules=ResultRules(layout, order, style),
        strict=strict,
        seconds=3600 if aborted_after is None else aborted_after,
        aborted=aborted_after is not None,
    )
    found = results(creator, job)
    counts = job.counts(creator.timeline.now())
    assert [len(found[name]) - 1 for name in OUTCOMES] == [
        counts.success,
        counts.failed,
        counts.unprocessed,
    ]
    shown = 4 if layout is Layout.ORIGINAL else 3
    rest = Counter(tuple(one[:shown]) for name in OUTCOMES for one in found[name][1:])
    assert rest == Counter(tuple(one[:shown]) for one in rows)
    held = {record.record_id: tuple(record.values.values()) for record in creator.records("Rows")}
    ids = -1 if layout is Layout.ORIGINAL else -2
    assert {one[ids]: tuple(one[:shown]) for one in found["success"][1:]} == {
        record_id: values[:shown] for record_id, values in held.items()
    }
    assert all(one[-1] for one in found["failure"][1:])
