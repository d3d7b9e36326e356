"""The published page: its numbers are those of the screen, and it does nothing but show them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import fields
from tests.render.published import SERVICE, publication, read
from tests.render.strategies import moments, snapshots
from tests.support.jobs import NOW, REF, reading, watched
from tests.support.properties import examples
from tests.support.text import HOSTILE
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Counts, Environment, JobReading, JobState
from zcbulk_tui.domain.publication import Publication, Stamp
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.errors import Answer, RefusedError
from zcbulk_tui.render import columns as widths
from zcbulk_tui.render import page as module
from zcbulk_tui.render.columns import columns
from zcbulk_tui.render.figures import roughly
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.page import MOST_BYTES, MOST_LINES
from zcbulk_tui.render.row import row
from zcbulk_tui.render.span import fit

WIDE = columns(200)
RUNNING = (reading(-20, 2_000), reading(-10, 3_000), reading(0, 4_000))
SOON = NOW + timedelta(seconds=10)

ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "h1", "p", "b", "time"),
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "small", "u", "i", "a", "footer"),
    "span",
}


def page(made: Publication, zone: tzinfo | None = None) -> str:
    """The page as it is written at the moment that it shows."""
    return module.page(made, Stamp.at(made.now), zone)


def running(label: str = "Employees", job_id: str = REF.job_id) -> JobSnapshot:
    return JobSnapshot(watched(job_id, label), RUNNING)


def ended(job_id: str, state: JobState = JobState.COMPLETED, failed: int = 0) -> JobSnapshot:
    counts = Counts(1_000, 1_000 - failed, failed, 0)
    last = JobReading(state, state.value, counts, NOW - timedelta(hours=1))
    return JobSnapshot(watched(job_id, f"Job {job_id}"), (last,))


def columns_of(cells: list[str]) -> dict[str, str]:
    """The columns of a row of the page, by the names that the screen's have in `fields`."""
    job, progress, done, failed, left, rate, ends, risk, state, read_at = cells
    return {
        "job": job,
        "percent": progress.partition(" %")[0] if " %" in progress else "–",
        "done": done,
        "failed": failed,
        "left": left,
        "rate": rate,
        "ends": ends,
        "risk": risk,
        "state": state,
        "read": read_at,
    }


@examples(20, thorough=500)
@given(snapshots().filter(lambda it: it.last is not None), moments)
def test_every_number_is_the_screens(snapshot: JobSnapshot, now: datetime) -> None:
    made = publication([snapshot], now)
    (line,) = made.lines
    screen = fields(row(line.listed, now, WIDE, UNICODE).numbers, WIDE)
    (cells,) = read(page(made)).rows[1:]
    shown = columns_of(cells)
    for name, size in (("done", widths.DONE), ("failed", widths.FAILED), ("left", widths.LEFT)):
        assert fit(shown[name], size, right=True) == screen[name].text
    assert shown["rate"] == screen["rate"].text.strip()
    if shown["ends"] != "–":
        assert fit(shown["ends"], widths.ENDS, right=True) == screen["ends"].text
    else:
        assert screen["ends"].text.strip() in ("–", fit(shown["state"], widths.ENDS).strip())
    assert shown["risk"] == screen["risk"].text[widths.SIGN :].strip()
    if not snapshot.last or not snapshot.last.state.is_waiting:
        assert shown["percent"] == screen["percent"].text.strip()


def test_a_chain_is_one_line_with_the_net_result() -> None:
    first = ended("1", failed=400)
    repair = replace(first, job=watched("2", "Job 1, repair 1")._replace(repairs="1"))
    last = JobReading(JobState.COMPLETED, "Completed", Counts(400, 390, 10, 0), NOW)
    made = publication([first, replace(repair, readings=(last,)), running(job_id="3")])
    line = made.lines[0]
    assert line.chain is not None
    numbers = row(line.listed, NOW, WIDE, UNICODE, chain=line.chain).numbers
    screen = {name: field.text.strip() for name, field in fields(numbers, WIDE).items()}
    head, one, other, total = read(page(made)).rows
    shown = columns_of(one)
    assert len(head) == len(one) == len(other)
    assert shown["job"] == "Job 1\nEmployee_Details · 2 attempts"
    assert (shown["done"], shown["failed"], shown["left"]) == ("990", "10", "0")
    assert all(shown[name] == screen[name] for name in ("percent", "done", "failed", "left"))
    # Of a record that was sent twice, the total counts the last attempt.
    assert columns_of(total)["done"] == "4,990"
    assert total[0] == "Total\n3 jobs"


def test_measured_and_estimated_are_apart() -> None:
    made = publication([running()], SOON)
    estimate = made.lines[0].estimate(SOON)
    assert estimate == 1_000
    reader = read(page(made))
    assert reader.rows[1][1] == f"40 % \n+{roughly(estimate)} estimated"
    bars = [attrs for tag, attrs in reader.tags if tag == "i"][:2]
    assert bars == [
        {"class": "s", "style": "width:40%"},
        {"class": "e", "style": "width:10%"},
    ]


def test_a_time_stands_in_the_place_of_an_age() -> None:
    first, later = (
        read(page(publication([ended("1"), running()], NOW + timedelta(seconds=at)), UTC)).rows
        for at in (60, 120)
    )
    assert [cells[-1] for cells in first[1:3]] == ["09:30", "10:30"]
    assert [cells[-1] for cells in first] == [cells[-1] for cells in later]


def test_it_says_when_it_was_written_and_until_when_it_holds() -> None:
    made = read(page(publication([running()]), UTC))
    assert "Written 11 Mar 2026, 10:30 UTC. It may be trusted until 10:40:" in made.said
    times = [attrs["datetime"] for tag, attrs in made.tags if tag == "time"]
    assert times[:2] == ["2026-03-11T10:30:00+0000", "2026-03-11T10:40:00+0000"]
    assert "connected" in made.said
    assert "993 calls left (20 reserved), reset at 00:00 UTC" in made.said
    assert "1 running" in made.said


@pytest.mark.parametrize(
    ("environments", "places", "badges"),
    [
        pytest.param([Environment.PRODUCTION] * 2, ["", ""], ["env P"], id="production"),
        pytest.param([Environment.STAGE] * 2, ["", ""], ["env"], id="stage"),
        pytest.param(list(Environment), [" · production", " · stage", " · dev"], [], id="mixed"),
    ],
)
def test_where_it_is_stands_once_or_with_each_job(
    environments: list[Environment], places: list[str], badges: list[str]
) -> None:
    jobs = []
    for number, environment in enumerate(environments):
        job = watched(str(number))
        jobs.append(JobSnapshot(job._replace(ref=job.ref._replace(environment=environment))))
    reader = read(page(publication(jobs)))
    assert [cells[0].partition("Details")[2] for cells in reader.rows[1:-1]] == places
    assert [attrs["class"] for tag, attrs in reader.tags if tag == "span"] == badges


def test_nothing_watched_is_said() -> None:
    reader = read(page(publication([])))
    assert "No job is watched." in reader.said
    assert reader.rows == []


# What comes from outside.


@pytest.mark.parametrize(
    "label",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        "</th></table></style><iframe src=//evil.example>",
        "&lt;b&gt; &amp; \u202egnp.exe",
        *HOSTILE,
    ],
)
def test_what_is_hostile_is_text(label: str) -> None:
    unknown = JobReading(JobState.UNKNOWN, label[:40], Counts(), NOW)
    jobs = [running(label), JobSnapshot(watched("2", label), (unknown,))]
    reader = read(page(publication(jobs)))
    assert {tag for tag, _ in reader.tags} <= ALLOWED
    names = {name for _, attrs in reader.tags for name in attrs}
    assert not any(name.startswith("on") or name == "src" for name in names)
    assert all("\u202e" not in cell and len(cells) == 10 for cells in reader.rows for cell in cells)


@examples(8, thorough=200)
@given(st.lists(snapshots(), max_size=6), moments)
def test_nothing_is_loaded_or_run(jobs: list[JobSnapshot], now: datetime) -> None:
    reader = read(page(publication(jobs, now)))
    assert {tag for tag, _ in reader.tags} <= ALLOWED
    links = [attrs["href"] for tag, attrs in reader.tags if tag == "a"]
    assert set(links) == {"jobs.json", "metrics.txt"}
    policy = next(
        attrs["content"]
        for _, attrs in reader.tags
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert "url(" not in page(publication(jobs, now))


def test_nobody_is_named_and_no_account() -> None:
    job = watched()
    ref = job.ref._replace(owner="canary-owner", app="canary-app", origin="https://canary.example")
    secret = RefusedError("canary-title", "canary-cause", answer=Answer(400, 2930, "canary-answer"))
    snapshot = JobSnapshot(
        job._replace(
            ref=ref,
            added_by="canary-user@jump1",
            tags=("canary-tag",),
            note="canary-note",
        ),
        RUNNING,
        Fault(secret, NOW),
        command=Command(Action.START, NOW, Outcome.REFUSED, "canary-said", secret),
    )
    service = SERVICE._replace(poller="canary-window", held_by=secret, held_until=SOON)
    assert "canary" not in page(publication([snapshot], service=service))


# Many jobs.


def test_of_many_jobs_the_worst_are_shown_and_the_rest_is_counted() -> None:
    jobs = [ended(str(number)) for number in range(1_000)]
    jobs[700] = ended("700", JobState.SYSTEM_ABORTED, failed=60)
    jobs[900] = replace(running("Slow", "900"), fault=Fault(RefusedError("No"), NOW))
    html = page(publication(jobs))
    reader = read(html)
    assert len(html.encode()) < MOST_BYTES
    assert len(reader.rows) == 1 + MOST_LINES + 1
    assert [cells[0].partition("\n")[0] for cells in reader.rows[1:3]] == ["Slow", "Job 700"]
    assert "… and 800 more: above are the 200 that matter most." in reader.said
    assert columns_of(reader.rows[-1])["job"] == "Total\n1,000 jobs"


@pytest.mark.parametrize("label", ['"' * 60, "名" * 60, "🙂" * 60])
def test_it_is_never_larger_than_it_may_be(label: str) -> None:
    form = "F" * 200
    jobs = []
    for number in range(250):
        job = watched(str(number), label)
        unknown = JobReading(JobState.UNKNOWN, '"' * 40, Counts(10**12, 1, 1, 1), NOW)
        jobs.append(JobSnapshot(job._replace(ref=job.ref._replace(form=form)), (unknown,)))
    html = page(publication(jobs))
    reader = read(html)
    shown = len(reader.rows) - 2
    assert len(html.encode()) < MOST_BYTES
    assert 70 < shown < MOST_LINES
    assert f"… and {250 - shown} more" in reader.said


def test_all_around_the_lines_has_the_room_that_is_kept_for_it() -> None:
    states = [
        JobSnapshot(watched(str(number)), (JobReading(state, "x", Counts(1, 1, 0, 0), NOW),))
        for number, state in enumerate(JobState)
    ]
    html = page(publication(states))
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    assert len(html.encode()) - len(body.encode()) < 10_000
