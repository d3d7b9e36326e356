"""How long a file, and a job, will probably take by the form's past: in words and as JSON."""

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import CommandLine
from tests.support.jobs import REF, URL
from tests.support.pasts import give_past
from tests.support.stub_server import Reply, StubServer
from zcbulk_tui.cli.expected import as_object, likely, sentence, teller
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.form_past import FormPast, Quantity
from zcbulk_tui.domain.job import JobRef, JobState, WatchedJob
from zcbulk_tui.store.database import FILE_NAME, open_database
from zcbulk_tui.store.watch_list import WatchList

FORM = FormRef(REF.origin, REF.owner, REF.app, REF.form, REF.environment)

PAST = FormPast(
    7, Quantity(100.0, 0.2), Quantity(30.0, 0.3), 0.1, 0.0, {JobState.COMPLETED: 7}, seconds=700.0
)


def test_without_a_past_nothing_is_said() -> None:
    assert teller(lambda _: None, lambda: Pace.BALANCED)(FORM, 10_000) == ""
    assert as_object(None) is None


def test_it_is_said_of_the_form_that_is_asked_about() -> None:
    asked = list[JobRef]()

    def past_of(ref: JobRef) -> FormPast:
        asked.append(ref)
        return PAST

    said = teller(past_of, lambda: Pace.BALANCED)(FORM, 10_000)
    assert asked == [FORM.job("")]
    assert said.startswith("It will probably take 1m")
    assert said.endswith("by the last 7 jobs of this form.")


@pytest.mark.parametrize(
    ("past", "records", "part"),
    [
        pytest.param(
            PAST._replace(jobs=1, endings={JobState.COMPLETED: 1}),
            10_000,
            "by the last job of this form",
            id="one job",
        ),
        pytest.param(
            PAST._replace(rate=Quantity(100.0, 1e-4), lag=Quantity(30.0, 1e-4)),
            3_000_000,
            "take about 8h20m and about",
            id="no range",
        ),
    ],
)
def test_how_it_is_said(past: FormPast, records: int, part: str) -> None:
    ahead = likely(past, FORM, records, Pace.BALANCED)
    assert ahead is not None
    assert part in sentence(ahead)


def test_a_frugal_pace_takes_fewer_readings() -> None:
    found = [likely(PAST, FORM, 1_000_000, it) for it in (Pace.FRUGAL, Pace.BALANCED, Pace.EAGER)]
    counts = [it.calls for it in found if it is not None]
    assert counts == sorted(set(counts))
    assert len(counts) == 3
    assert found[0] is not None
    assert f"about {counts[0]} status readings" in sentence(found[0])
    said = as_object(found[0])
    assert said is not None
    assert (said["calls"], said["jobs"]) == (counts[0], 7)


@pytest.mark.parametrize(
    "past",
    [
        pytest.param(PAST._replace(rate=None), id="no rate"),
        pytest.param(PAST._replace(lag=None), id="no lag"),
        pytest.param(PAST._replace(rate=Quantity(1e-9, 0.2)), id="a rate that cannot be"),
    ],
)
def test_what_no_past_job_showed_is_not_said(past: FormPast) -> None:
    assert likely(past, FORM, 10_000, Pace.BALANCED) is None


@pytest.fixture
def remember(home: Path) -> Callable[..., None]:
    """Remembers five jobs of a form: about 100 records a second after 20 seconds."""

    def give(form: JobRef, job: WatchedJob | None = None) -> None:
        with closing(open_database(home / "state" / FILE_NAME)) as database:
            give_past(database, form, (95.0, 100.0, 110.0, 90.0, 105.0))
            if job is not None:
                WatchList(database, "default").add(job)

    return give


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of 10,000 records: about 100 seconds, and 20 before them."""
    path = tmp_path / "some.csv"
    path.write_text("Email\n" + "a@b.co\n" * 10_000)
    return path


def in_range(found: dict[str, Any]) -> bool:
    least, most = found["least_seconds"], found["most_seconds"]
    return bool(60 < least < 120 < most < 200)


def test_check_says_it_of_a_form(
    cli: CommandLine, file: Path, remember: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZCBULK_BASE_URL", REF.origin)
    monkeypatch.setenv("ZCBULK_OWNER", REF.owner)
    monkeypatch.setenv("ZCBULK_APP", REF.app)
    asked = "check", str(file), "--form", REF.form
    assert "probably" not in cli(*asked).out
    remember(REF)
    assert "by the last 5 jobs of this form." in cli(*asked).out
    found = json.loads(cli(*asked, "--json").out)["expected"]
    assert in_range(found)
    assert found["jobs"] == 5
    assert found["calls"] > 1
    assert "probably" not in cli("check", str(file), "--form", "Another").out


def test_of_a_file_whose_header_would_be_refused_no_time_is_said(
    cli: CommandLine, file: Path, remember: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZCBULK_BASE_URL", REF.origin)
    remember(REF)
    file.write_text("Email,Email\n" + "a@b.co,a@b.co\n" * 10)
    names = "--form", REF.form, "--owner", REF.owner, "--app", REF.app
    for command in (("check", str(file)), ("insert", str(file), "--dry-run")):
        said = cli(*command, *names).out
        assert "The header would be refused: no job would run." in said
        assert "probably" not in said
    assert json.loads(cli("check", str(file), *names, "--json").out)["expected"] is None


def test_a_dry_run_says_it_of_the_form(
    cli: CommandLine, file: Path, remember: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZCBULK_BASE_URL", REF.origin)
    remember(REF)
    names = "--form", REF.form, "--owner", REF.owner, "--app", REF.app
    ended = cli("insert", str(file), *names, "--dry-run")
    assert "It will probably take" in ended.out, ended.err
    # Of several jobs, one after the other, nothing is said.
    assert (
        "probably"
        not in cli("insert", str(file), *names, "--dry-run", "--part-records", "4000").out
    )
    (planned,) = json.loads(cli("insert", str(file), *names, "--dry-run", "--json").out)
    assert in_range(planned["check"]["expected"])


@pytest.mark.usefixtures("signed_in")
def test_a_job_that_has_not_moved_has_an_end_in_its_json(
    cli: CommandLine, remember: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {"total": 10_000, "success": 0, "failed": 0, "unprocessed": 10_000}
    details = {f"{name}_records": count for name, count in counts.items()}
    answer = Reply.of(
        {"code": 3000, "data": {"api_status": "In-progress", "record_details": details}}
    )
    with StubServer(lambda _: answer) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        now = datetime.now(UTC)
        started = WatchedJob(REF, "", now, started_at=now - timedelta(seconds=5))
        remember(REF, started)
        (found,) = json.loads(cli("status", URL, "--json").out)
    assert found["form_past"]["jobs"] == 5
    assert found["form_past"]["rate"] == pytest.approx(100, rel=0.1)
    assert found["form_past"]["lag_seconds"] == pytest.approx(20, rel=0.2)
    assert found["form_past"]["slower_than_9_of_10"] is False
    assert found["rate"] is None
    assert found["ends"] is not None
