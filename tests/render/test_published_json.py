"""What is published as JSON: as its schema says, and with the numbers of the page."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.published import SERVICE, publication
from tests.render.strategies import moments, snapshots
from tests.support import json_outputs
from tests.support.jobs import NOW, reading, watched
from tests.support.properties import examples
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.publication import Publication, Stamp
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot, ServiceSnapshot
from zcbulk_tui.errors import RefusedError
from zcbulk_tui.render import published_json as module

RUNNING = (reading(-20, 2_000), reading(-10, 3_000), reading(0, 4_000))


def published_json(made: Publication) -> str:
    """What is written at the moment that it shows."""
    return module.published_json(made, Stamp.at(made.now))


@examples(10, thorough=300)
@given(st.lists(snapshots(), max_size=4), moments)
def test_it_is_as_its_schema_says(jobs: list[JobSnapshot], now: Any) -> None:
    json_outputs.check("published", published_json(publication(jobs, now)))


def test_without_any_call_it_is_as_its_schema_says() -> None:
    found = json.loads(published_json(publication([], service=ServiceSnapshot())))
    json_outputs.check_value("published", found)
    assert found["connection"]["answered"] is None
    assert found["connection"]["calls_left"] is None


@pytest.mark.parametrize("broken", ["jobs", "version", "written_at"])
def test_what_is_missing_is_noticed(broken: str) -> None:
    found = json.loads(published_json(publication([])))
    del found[broken]
    with pytest.raises(AssertionError, match=broken):
        json_outputs.check_value("published", found)


def test_what_is_estimated_stands_apart() -> None:
    now = NOW + timedelta(seconds=10)
    found = json.loads(published_json(publication([JobSnapshot(watched(), RUNNING)], now)))
    (job,) = found["jobs"]
    assert (job["success"], job["left"], job["percent"], job["rate"]) == (4_000, 6_000, 40, 100.0)
    assert job["estimated"]["processed_since"] == 1_000
    assert job["estimated"]["ends_after"] > found["written_at"]
    assert found["trusted_until"] == "2026-03-11T10:40:10.000+00:00"
    assert found["states"]["in_progress"] == 1


def test_a_chain_is_one_with_the_net_result() -> None:
    jobs = [
        JobSnapshot(watched("1"), (_ended(Counts(1_000, 600, 400, 0)),)),
        JobSnapshot(watched("2")._replace(repairs="1"), (_ended(Counts(400, 390, 10, 0)),)),
    ]
    found = json.loads(published_json(publication(jobs)))
    (job,) = found["jobs"]
    assert (job["job_id"], job["attempts"]) == ("1", 2)
    assert (job["success"], job["failed"], job["left"]) == (990, 10, 0)
    assert found["states"]["completed"] == 2


def test_nobody_is_named_and_no_account() -> None:
    job = watched()
    ref = job.ref._replace(owner="canary-owner", app="canary-app", origin="https://canary.example")
    named = job._replace(ref=ref, added_by="canary", tags=("canary",), note="canary")
    fault = Fault(RefusedError("canary", "canary"), NOW)
    service = SERVICE._replace(poller="canary", held_by=fault.error, held_until=NOW)
    found = published_json(publication([JobSnapshot(named, RUNNING, fault)], service=service))
    assert "canary" not in found
    assert json.loads(found)["jobs"][0]["is_stale"] is True


def _ended(counts: Counts) -> JobReading:
    return JobReading(JobState.COMPLETED, "Completed", counts, NOW)
