"""How a job stands, as objects of JSON: what its row and its details show on the screen.

What was read and what is estimated from it never share a figure: estimates are in ``estimate`` and
``ends``, and say when they were made. Spans are in seconds, rates in records a second; what is not
known is null.
"""

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from zcbulk_tui.cli.json_records import (
    chain_object,
    command_object,
    failure_object,
    figure,
    named_object,
)
from zcbulk_tui.domain.budget import Reason
from zcbulk_tui.domain.concern import Concern, assess
from zcbulk_tui.domain.deadlines import Deadline, upcoming
from zcbulk_tui.domain.job import JobReading, WatchedJob
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.progress import Remaining, estimated_since
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.risk import Risk
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.render import concerns, sparkline
from zcbulk_tui.store.json_objects import JsonObject, job_object, moment, reading_object

_FIGURES = ("raw_state", "total", "success", "failed", "unprocessed")

_STANDING = (
    *("age_seconds", "rate", "mean_rate", "estimate", "ends", "form_past", "concern"),
    *("abort_risk", "deadline", "next_poll", "fault", "command"),
)
"""What `standing_object` names."""


class Standing(NamedTuple):
    """A job, and what is known of it.

    Attributes:
        snapshot: How it stands.
        record: Its last start or abort; None for none.
        chain: The chain that it belongs to; None for none.
        window: The window that polls it; empty where none does.
        uploaded_at: When the upload of its file began, which Zoho accepted; None where that is not
            known; aware.
    """

    snapshot: JobSnapshot
    record: ControlRecord | None = None
    chain: Chain | None = None
    window: str = ""
    uploaded_at: datetime | None = None


def job_record(standing: Standing, now: datetime) -> JsonObject:
    """Returns a job of the watch list with all that its row and its details show."""
    snapshot = standing.snapshot
    return {
        **job_object(snapshot.job),
        **figures_object(snapshot.last),
        **standing_object(standing, now),
        "chain": chain_object(standing.chain),
    }


def status_record(
    job: WatchedJob | None,
    result: JobReading | ZcbulkError | None,
    standing: Standing | None,
    now: datetime,
) -> JsonObject:
    """Returns a job that was asked for; without a reading all that follows from one is null.

    Args:
        job: Which job; None where what was typed names none.
        result: A reading, or why there is none; None where nothing is known yet.
        standing: What is known of the job; None where nothing is.
        now: Aware.
    """
    reading = result if isinstance(result, JobReading) else None
    error = result if isinstance(result, ZcbulkError) else None
    if standing is not None and reading is None:
        standing = standing._replace(snapshot=replace(standing.snapshot, readings=()))
    return {
        **named_object(job),
        **figures_object(reading),
        **(dict.fromkeys(_STANDING) if standing is None else standing_object(standing, now)),
        **_own_words(job),
        "error": failure_object(error),
        "repairs": job.repairs or None if job is not None else None,
        "chain": chain_object(standing.chain if standing is not None else None),
    }


def _own_words(job: WatchedJob | None) -> JsonObject:
    """What a user, or this program, knows of a job that Zoho does not say."""
    return {
        "tags": list(job.tags) if job is not None else [],
        "note": job.note if job is not None else "",
        "alert_on_end": job is not None and job.alert_on_end,
        "created_at": moment(job.created_at if job is not None else None),
        "started_at": moment(job.started_at if job is not None else None),
    }


def figures_object(last: JobReading | None) -> JsonObject:
    """Returns a reading; without one the state is unknown and all figures are null."""
    read = reading_object(last) if last is not None else {}
    counts = last.counts if last is not None else None
    return {
        "state": read.get("state", "unknown"),
        **{name: read.get(name) for name in _FIGURES},
        "left": counts and counts.left,
        "percent": percent(counts.share_done if counts is not None else None),
        "read_at": read.get("read_at"),
        "code": read.get("code"),
    }


def percent(share: float | None) -> float | None:
    """Returns a share in percent with one decimal; 100 only when nothing is missing."""
    if share is None:
        return None
    return 100.0 if share >= 1 else min(round(share * 100, 1), 99.9)


def standing_object(standing: Standing, now: datetime) -> JsonObject:
    """Returns what follows from a job's readings, its trouble and its last command."""
    snapshot, last = standing.snapshot, standing.snapshot.last
    moves, trail = snapshot.motion, sparkline.trail(snapshot.readings)
    return {
        "age_seconds": None if last is None or last.state.is_final else _age(last, now),
        "rate": moves and figure(0.0 if moves.still else moves.rate),
        "mean_rate": trail and figure(trail.mean),
        "estimate": last and _estimate_object(snapshot, last, now),
        "ends": last and _ends_object(snapshot.remaining, last, now),
        "form_past": _past_object(snapshot),
        "concern": _concern_object(snapshot, now),
        "abort_risk": _risk_object(snapshot.risk),
        "deadline": deadline_object(upcoming(snapshot, standing.uploaded_at), now),
        "next_poll": _poll_object(snapshot, standing.window),
        "fault": fault_object(snapshot.fault),
        "command": standing.record and command_object(standing.record),
    }


def deadline_object(deadline: Deadline | None, now: datetime) -> JsonObject | None:
    """Returns the next deadline of a job at Zoho; None for none."""
    if deadline is None:
        return None
    return {
        "kind": deadline.kind.value,
        "at": moment(deadline.at),
        "earliest": moment(deadline.at if deadline.exact else deadline.earliest),
        "exact": deadline.exact,
        "urgency": deadline.urgency(now).name.lower(),
    }


def fault_object(fault: Fault | None) -> JsonObject | None:
    """Returns why the last poll failed, and since when polls have; None where it did not."""
    if fault is None:
        return None
    return {"since": moment(fault.since), **(failure_object(fault.error) or {})}


def poll_object(at: datetime | None, reason: Reason | None) -> JsonObject:
    """Returns when a job is polled next, and why; null where only its window knows."""
    return {"at": moment(at), "reason": reason and reason.value}


def _poll_object(snapshot: JobSnapshot, window: str) -> JsonObject | None:
    is_retried = snapshot.is_failing and not snapshot.is_given_up
    if not window or (snapshot.next_poll_at is None and not is_retried):
        return None
    return {**poll_object(snapshot.next_poll_at, snapshot.reason), "window": window}


def _age(last: JobReading, now: datetime) -> float | None:
    return figure(max((now - last.read_at).total_seconds(), 0.0))


def _estimate_object(snapshot: JobSnapshot, last: JobReading, now: datetime) -> JsonObject | None:
    """What has probably been processed since the last reading of a job that runs."""
    processed = estimated_since(snapshot.motion, last, now)
    if snapshot.motion is None or snapshot.is_final:
        return None
    return {"processed": processed, "at": moment(now)}


def _ends_object(time: Remaining | None, last: JobReading, now: datetime) -> JsonObject | None:
    """Between when and when a job probably ends; without the latter where it stands still."""
    if time is None:
        return None
    since = (now - last.read_at).total_seconds()
    # Of one that stands still nothing of what is left has passed meanwhile.
    begin = since if time.most == math.inf else 0.0
    least = max(time.least + begin - since, 0.0)
    most = None if time.most == math.inf else max(time.most - since, 0.0)
    return {
        "earliest": _after(now, least),
        "latest": None if most is None else _after(now, most),
        "least_seconds": figure(least),
        "most_seconds": figure(most),
    }


def _after(now: datetime, seconds: float) -> str | None:
    """The moment so many seconds from now; None for one beyond all calendars."""
    try:
        return moment(now + timedelta(seconds=seconds))
    except OverflowError:
        return None


def _past_object(snapshot: JobSnapshot) -> JsonObject | None:
    """What past jobs of the form show, and how the job stands beside them."""
    past = snapshot.past
    if past is None or snapshot.is_final:
        return None
    return {
        "jobs": past.jobs,
        "rate": past.rate and figure(past.rate.middle),
        "lag_seconds": past.lag and figure(past.lag.middle),
        "failed_share": figure(past.failed_share),
        "slower_than_9_of_10": snapshot.is_slow_for_form,
    }


def _concern_object(snapshot: JobSnapshot, now: datetime) -> JsonObject | None:
    assessment = assess(snapshot)
    if assessment.concern is Concern.NONE:
        return None
    said = concerns.in_words(assessment, snapshot, now).text
    return {"kind": assessment.concern.name.lower(), "text": said or None}


def _risk_object(found: Risk | None) -> JsonObject | None:
    if found is None:
        return None
    return {
        "level": found.level.name.lower(),
        "chance": figure(found.chance),
        "batches": found.batches,
        "allowed_batches": found.allowed,
        "failed_batches_least": found.least,
        "failed_batches_most": found.most,
    }
