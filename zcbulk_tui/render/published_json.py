"""The published list as JSON; ``schemas/published.json`` describes it.

As on the page, nobody is named, and nothing of an account.
"""

import json
import math
from datetime import UTC, datetime, timedelta

from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.publication import Publication, PublishedLine, Stamp
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render import concerns, figures, row

VERSION = 1
"""Of the schema; a field that is added leaves it as it is."""

_Json = dict[str, object]


def published_json(publication: Publication, stamp: Stamp) -> str:
    """Returns what is published as JSON: all jobs, each on a line of its own."""
    written, until = stamp
    states = [snapshot.state for snapshot in publication.jobs]
    found: _Json = {
        "generator": "zcbulk-tui",
        "version": VERSION,
        "profile": one_line(publication.profile),
        "written_at": _moment(written),
        "trusted_until": _moment(until),
        "connection": _connection(publication.service),
        "states": {
            "unread": states.count(None),
            **{state.value: states.count(state) for state in JobState},
        },
    }
    jobs = ",\n".join(_dumped(_line(line, publication.now)) for line in publication.lines)
    return f'{_dumped(found)[:-1]}, "jobs": [\n{jobs}\n]}}\n'


def _dumped(value: _Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _connection(service: ServiceSnapshot) -> _Json:
    spent = service.spent
    return {
        "answered": service.answered,
        "signed_in": service.no_token is None,
        "paused": service.paused,
        "calls_left": spent and spent.budget.left,
        "calls_reserved": spent and spent.budget.reserve_left,
        "resets_at": spent and _moment(spent.resets_at),
    }


def _line(line: PublishedLine, now: datetime) -> _Json:
    """A line of the list: what was read, what it is worth, and apart from it what is estimated."""
    snapshot, counts, assessment = line.listed.snapshot, line.counts, line.assessment
    job, last, moves = snapshot.job, snapshot.last, snapshot.motion
    done = figures.percent(counts.share_done)
    return {
        "job_id": job.ref.job_id,
        "label": one_line(job.label),
        "form": one_line(job.ref.form),
        "environment": job.ref.environment.value,
        "attempts": len(line.chain.attempts) if line.chain else 1,
        "state": last and last.state.value,
        "raw_state": last and one_line(last.raw_state),
        "total": counts.total,
        "success": counts.success,
        "failed": counts.failed,
        "left": counts.left,
        "percent": None if done == "–" else int(done),
        "rate": None if moves is None else 0.0 if moves.still else round(moves.rate, 3),
        "risk": {
            "concern": assessment.concern.name.lower(),
            "text": concerns.in_words(assessment, snapshot, now).text,
        },
        "read_at": last and _moment(last.read_at),
        "is_stale": row.is_stale(snapshot, now),
        "estimated": _estimated(line, now),
    }


def _estimated(line: PublishedLine, now: datetime) -> _Json | None:
    """What is not measured; null for a job that does not run."""
    snapshot = line.listed.snapshot
    last = snapshot.last
    if last is None or last.state is not JobState.IN_PROGRESS:
        return None
    forecast = snapshot.remaining
    least = most = None
    if forecast is not None:
        least = _after(last.read_at, forecast.least)
        most = _after(last.read_at, forecast.most)
    return {"processed_since": line.estimate(now), "ends_after": least, "ends_before": most}


def _after(moment: datetime, seconds: float) -> str | None:
    """A moment of a forecast; null where it is not known, or beyond all calendars."""
    try:
        return None if math.isinf(seconds) else _moment(moment + timedelta(seconds=seconds))
    except OverflowError:
        return None


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
