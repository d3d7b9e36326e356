"""What is published as metrics, read by the parsers of Prometheus' own client."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import Metric

from tests.render.published import READERS, SERVICE, publication
from tests.render.strategies import moments, snapshots
from tests.support.jobs import NOW, reading, watched
from tests.support.properties import examples
from tests.support.text import HOSTILE
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.publication import Publication, Stamp
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot, ServiceSnapshot
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import RefusedError, SignedOutError
from zcbulk_tui.render import open_metrics as module

Reader = Callable[[str], Iterable[Metric]]

RUNNING = (reading(-20, 2_000), reading(-10, 3_000), reading(0, 4_000))


def open_metrics(made: Publication) -> str:
    """What is written at the moment that it shows."""
    return module.open_metrics(made, Stamp.at(made.now))


def samples(text: str, name: str, read: Reader = READERS[0]) -> list[tuple[dict[str, str], float]]:
    """The samples of a metric."""
    return [
        (one.labels, one.value)
        for metric in read(text)
        for one in metric.samples
        if one.name == name
    ]


@pytest.mark.parametrize("read", READERS, ids=["OpenMetrics", "the older format"])
def test_its_numbers_are_those_of_the_readings(read: Reader) -> None:
    text = open_metrics(publication([JobSnapshot(watched("7", "Orders"), RUNNING)]))
    labels = {
        "profile": "eu",
        "job_id": "7",
        "form": "Employee_Details",
        "environment": "production",
        "label": "Orders",
    }
    assert samples(text, "zcbulk_job_records", read) == [
        ({**labels, "outcome": "success"}, 4_000),
        ({**labels, "outcome": "failed"}, 0),
        ({**labels, "outcome": "left"}, 6_000),
    ]
    assert samples(text, "zcbulk_job_state", read) == [({**labels, "state": "in_progress"}, 1)]
    assert samples(text, "zcbulk_job_rate", read) == [(labels, 100)]
    assert samples(text, "zcbulk_calls_left", read) == [({"profile": "eu"}, 993)]
    last = samples(text, "zcbulk_last_reading_timestamp_seconds", read)
    assert last == [({"profile": "eu"}, NOW.timestamp())]
    ends = samples(text, "zcbulk_job_estimated_end_timestamp_seconds", read)
    assert [labels["bound"] for labels, _ in ends] == ["first", "last"]
    assert NOW.timestamp() < ends[0][1] < ends[1][1]


@examples(15, thorough=200)
@given(st.lists(snapshots(), max_size=4), moments)
def test_both_formats_read_the_same(jobs: list[JobSnapshot], now: datetime) -> None:
    text = open_metrics(publication(jobs, now))
    assert text.endswith("# EOF\n")
    read = [
        {
            (one.name, *sorted(one.labels.items())): one.value
            for m in reader(text)
            for one in m.samples
        }
        for reader in READERS
    ]
    assert read[0] == read[1]
    assert len(read[0]) == sum(not line.startswith("#") for line in text.splitlines())


@pytest.mark.parametrize("label", ['a"b', "a\\nb\\", "<script>", "line\nbreak", *HOSTILE])
def test_a_label_stays_what_it_is(label: str) -> None:
    text = open_metrics(publication([JobSnapshot(watched("1", label), RUNNING)]))
    for read in READERS:
        ((labels, _),) = samples(text, "zcbulk_job_rate", read)
        assert labels["label"] == one_line(label)


@pytest.mark.parametrize(
    ("service", "up"),
    [
        pytest.param(SERVICE, 1, id="answered"),
        pytest.param(ServiceSnapshot(), 1, id="no call yet"),
        pytest.param(SERVICE._replace(answered=False), 0, id="no answer"),
        pytest.param(SERVICE._replace(paused=True), 0, id="paused"),
        pytest.param(SERVICE._replace(held_by=SignedOutError("No")), 0, id="signed out"),
    ],
)
def test_it_is_up_while_jobs_are_polled(service: ServiceSnapshot, up: int) -> None:
    text = open_metrics(publication([], service=service))
    assert samples(text, "zcbulk_up") == [({"profile": "eu"}, up)]


def test_what_is_not_known_is_not_there() -> None:
    text = open_metrics(publication([JobSnapshot(watched("1"))], service=ServiceSnapshot()))
    assert samples(text, "zcbulk_calls_left") == []
    assert samples(text, "zcbulk_job_records") == []
    assert samples(text, "zcbulk_last_reading_timestamp_seconds") == []
    assert [labels["state"] for labels, _ in samples(text, "zcbulk_job_state")] == ["unread"]


def test_a_job_that_needs_somebody_says_why() -> None:
    fault = Fault(RefusedError("canary"), NOW + timedelta(seconds=1))
    done = JobReading(JobState.COMPLETED, "Completed", Counts(10, 10, 0, 0), NOW)
    jobs = [JobSnapshot(watched("1"), RUNNING, fault), JobSnapshot(watched("2"), (done,))]
    text = open_metrics(publication(jobs))
    ((labels, value),) = samples(text, "zcbulk_job_concern")
    assert (labels["job_id"], labels["concern"], value) == ("1", "no_answer", 1)
    assert "canary" not in text
    assert "jason18" not in text
