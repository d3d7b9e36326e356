"""The published list as metrics.

The text is OpenMetrics, and is read as Prometheus' older format as well, for a server of plain
files gives a ``.txt`` that type: so all metrics are gauges, and a state is a gauge that is 1.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from zcbulk_tui.domain.concern import Concern
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.publication import Publication, PublishedLine, Stamp
from zcbulk_tui.domain.text import one_line

_Sample = tuple[str, float | None]
"""The labels, and the value; None where it is not known, which leaves the sample out."""


class _Gauge(NamedTuple):
    """A metric; the unit ends its name."""

    name: str
    help: str
    samples: Iterable[_Sample]
    unit: str = ""


def open_metrics(publication: Publication, stamp: Stamp) -> str:
    """Returns what is published as metrics; nothing in it is estimated but what says so."""
    # Where two jobs had the same labels, a reader would refuse all of it.
    named = {_labels_of(publication.profile, line): line for line in publication.lines}
    lines = list(named.items())
    gauges = (*_of_profile(publication, stamp), *_of_jobs(lines))
    written = [text for gauge in gauges for text in _written(gauge)]
    return "\n".join((*written, "# EOF", ""))


def _labels_of(profile: str, line: PublishedLine) -> str:
    job = line.listed.snapshot.job
    return _labels(
        profile=profile,
        job_id=job.ref.job_id,
        form=job.ref.form,
        environment=job.ref.environment.value,
        label=job.label,
    )


def _of_profile(publication: Publication, stamp: Stamp) -> Iterator[_Gauge]:
    service, jobs = publication.service, publication.jobs
    labels = _labels(profile=publication.profile)
    written, until = stamp
    is_up = service.answered is not False and service.no_token is None and not service.paused
    spent = service.spent
    read = [snapshot.last.read_at.timestamp() for snapshot in jobs if snapshot.last]

    def gauge(name: str, text: str, value: float | None, unit: str = "") -> _Gauge:
        return _Gauge(name, text, [(labels, value)], unit)

    yield gauge(
        "zcbulk_up",
        "Whether jobs are polled: calls are answered and signed, and polls are not paused.",
        float(is_up),
    )
    yield gauge(
        "zcbulk_written_timestamp_seconds", "When this was written.", written.timestamp(), "seconds"
    )
    yield gauge(
        "zcbulk_trusted_until_timestamp_seconds",
        "When this should have been written anew: if that is past, nobody polls.",
        until.timestamp(),
        "seconds",
    )
    yield gauge(
        "zcbulk_last_reading_timestamp_seconds",
        "When a job was last read.",
        max(read, default=None),
        "seconds",
    )
    yield gauge(
        "zcbulk_calls_left",
        "Calls of the day that may still be made, those that are reserved included.",
        None if spent is None else spent.budget.left,
    )
    yield gauge(
        "zcbulk_calls_reserved",
        "Calls of those that are left which are reserved for start and abort.",
        None if spent is None else spent.budget.reserve_left,
    )
    states = [snapshot.state for snapshot in jobs]
    counted: list[_Sample] = [(f'{labels},state="unread"', states.count(None))]
    counted += [(f'{labels},state="{state.value}"', states.count(state)) for state in JobState]
    yield _Gauge("zcbulk_jobs", "Jobs that are watched, by state.", counted)


def _of_jobs(lines: Sequence[tuple[str, PublishedLine]]) -> Iterator[_Gauge]:
    yield _Gauge(
        "zcbulk_job_records",
        "Records by what became of them, as last read; of repaired jobs the net result.",
        (
            (f'{labels},outcome="{outcome}"', count)
            for labels, line in lines
            for outcome, count in (
                ("success", line.counts.success),
                ("failed", line.counts.failed),
                ("left", line.counts.left),
            )
        ),
        "records",
    )
    yield _Gauge(
        "zcbulk_job_total_records",
        "Records of a job.",
        ((labels, line.counts.total) for labels, line in lines),
        "records",
    )
    yield _Gauge(
        "zcbulk_job_state",
        "1 for the state of a job as last read.",
        (
            (f'{labels},state="{state.value if state else "unread"}"', 1)
            for labels, line in lines
            for state in (line.listed.snapshot.state,)
        ),
    )
    yield _Gauge(
        "zcbulk_job_concern",
        "1 for the one thing about a job that may need somebody.",
        (
            (f'{labels},concern="{concern.name.lower()}"', 1)
            for labels, line in lines
            for concern in (line.assessment.concern,)
            if concern is not Concern.NONE
        ),
    )
    yield _Gauge(
        "zcbulk_job_rate",
        "Records a second, as last measured.",
        ((labels, _rate(line)) for labels, line in lines),
    )
    yield _Gauge(
        "zcbulk_job_last_reading_timestamp_seconds",
        "When the job was last read.",
        ((labels, _read_at(line)) for labels, line in lines),
        "seconds",
    )
    yield _Gauge(
        "zcbulk_job_estimated_end_timestamp_seconds",
        "When the job may end, estimated: not before the first, and not after the last.",
        (
            (f'{labels},bound="{bound}"', moment)
            for labels, line in lines
            for bound, moment in zip(("first", "last"), _ends(line), strict=True)
        ),
        "seconds",
    )


def _rate(line: PublishedLine) -> float | None:
    moves = line.listed.snapshot.motion
    return None if moves is None else 0.0 if moves.still else round(moves.rate, 3)


def _read_at(line: PublishedLine) -> float | None:
    last = line.listed.snapshot.last
    return None if last is None else last.read_at.timestamp()


def _ends(line: PublishedLine) -> tuple[float | None, float | None]:
    snapshot = line.listed.snapshot
    last = snapshot.last
    forecast = snapshot.remaining
    if last is None or forecast is None:
        return None, None
    read_at = last.read_at.timestamp()
    most = None if math.isinf(forecast.most) else read_at + forecast.most
    return read_at + forecast.least, most


def _written(gauge: _Gauge) -> Iterator[str]:
    yield f"# HELP {gauge.name} {gauge.help}"
    yield f"# TYPE {gauge.name} gauge"
    if gauge.unit:
        yield f"# UNIT {gauge.name} {gauge.unit}"
    for labels, value in gauge.samples:
        if value is not None:
            yield f"{gauge.name}{{{labels}}} {_number(value)}"


def _labels(**values: str) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in values.items())


def _escaped(text: str) -> str:
    return one_line(text).replace("\\", r"\\").replace('"', r"\"")


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3f}".rstrip("0").rstrip(".")
