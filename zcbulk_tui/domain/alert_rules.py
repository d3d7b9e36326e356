"""The rules of alerts: what is crossed now, and what is clear again.

Between the two a rule holds what it has said: a figure that hovers around its threshold is said
once. What was said before is not known here, so each rule is a function of what is known now. All
figures are measured ones: no rule looks at an estimate of the counts.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from zcbulk_tui.domain.alerts import AlertKind, AlertRules, Severity
from zcbulk_tui.domain.concern import SLOW, relative_speed, unmoved
from zcbulk_tui.domain.deadlines import Kind, deadlines, start_by
from zcbulk_tui.domain.insertion import QueuedFile, QueueStop
from zcbulk_tui.domain.job import JobReading, JobState
from zcbulk_tui.domain.progress import ESTIMATED
from zcbulk_tui.domain.result import Result, ResultStage, wanted
from zcbulk_tui.domain.risk import Level
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.errors import ServiceError

NEWS = timedelta(hours=24)
"""For how long it is news that a job has started or ended."""

_FAST_AGAIN = 0.5
"""The part of its mean rate from which on a job is no longer slow."""

_FEWER = 0.8
"""The part of a limit of failed records at which it is clear again: counts may begin anew."""

_LONGER = 1.2
"""How many times as long as when it is said a deadline must be away to be clear again."""

_MORE_CALLS = 1.5
"""How many times as many calls as when it is said must be left to be clear again."""

_READ_AGAIN = 1 / 3
"""The part of the time that makes data stale within which all must be read to be clear again."""

_OWN_TRIES = timedelta(minutes=10)
"""How long the fetcher has for a result before somebody is called, however near its deadline."""

_ENDS = {
    JobState.COMPLETED: (Severity.WARNING, "It is completed"),
    JobState.USER_ABORTED: (Severity.WARNING, "A user has aborted it"),
    JobState.SYSTEM_ABORTED: (Severity.CRITICAL, "Zoho has aborted it"),
    JobState.ABORTED: (Severity.CRITICAL, "It was aborted"),
    JobState.FAILED: (Severity.CRITICAL, "It has failed"),
    JobState.EXPIRED: (Severity.CRITICAL, "It has expired"),
}


class Crossing(Enum):
    """Where a rule stands."""

    CROSSED = "crossed"
    """It applies: an alert is raised if none is active."""

    BETWEEN = "between"
    """It holds what it has said, or too little is known."""

    CLEAR = "clear"
    """It does not apply: an alert that is active is cleared."""


class Verdict(NamedTuple):
    """Where a rule stands, and what it says.

    Attributes:
        kind: What the rule is about.
        crossing: Where it stands.
        severity: How much it matters; where it is crossed.
        text: What is so, as `Alert.text`; where it is crossed.
        is_asked: Whether the user has asked for just this.
        recurs: Whether it can be crossed again once it is clear.
        happened_at: When it happened, of what happens once: it is said once, whether that is
            active still or not; None of what lasts.
    """

    kind: AlertKind
    crossing: Crossing
    severity: Severity = Severity.WARNING
    text: str = ""
    is_asked: bool = False
    recurs: bool = True
    happened_at: datetime | None = None


class Watch(NamedTuple):
    """Since when somebody is told, all aware.

    Attributes:
        now: The present.
        since: From here on alerts are kept for the profile: what started or ended before is none.
        awake_since: From here on this window polls, and the machine does not sleep.
    """

    now: datetime
    since: datetime
    awake_since: datetime


class ProfileState(NamedTuple):
    """What is known of a profile.

    Attributes:
        jobs: Those that are polled.
        service: How its calls go.
        files: Its queue; None before that was read.
        stop: Why the queue stands still; None where it does not.
    """

    jobs: Sequence[JobSnapshot]
    service: ServiceSnapshot
    files: Sequence[QueuedFile] | None
    stop: QueueStop | None = None


def job_verdicts(
    job: JobSnapshot, results: Collection[Result] | None, rules: AlertRules, watch: Watch
) -> list[Verdict]:
    """Returns where the rules about a job stand.

    Args:
        job: How it stands.
        results: What is known of its results; None where that cannot be read.
        rules: What the user has set.
        watch: The present, and since when somebody is told.
    """
    if job.last is None:
        return []
    if job.is_final:
        # A job that is over gives no rule a second occasion.
        return _switched([*_OVER, *_ended(job, watch), _result(job, results, rules, watch)], rules)
    verdicts = [
        *_NOT_OVER[job.state is JobState.UNKNOWN],
        _started(job, watch),
        _deadline(job, rules, watch),
        *_while_running(job, job.last, rules),
    ]
    return _switched(verdicts, rules)


def lacks_past(job: JobSnapshot, watch: Watch) -> bool:
    """Whether the end of a job may be news, and nothing is known of the job before it.

    Of a job that is over, a window that opens knows the last reading alone.
    """
    return job.is_final and len(job.readings) == 1 and _is_news(job.readings[0].read_at, watch)


def profile_verdicts(profile: ProfileState, rules: AlertRules, watch: Watch) -> list[Verdict]:
    """Returns where the rules about all of a profile stand; for arguments see `job_verdicts`."""
    verdicts = [
        _quota(profile.service, rules),
        _sign_in(profile.service),
        _stale(profile, rules, watch),
        _queue(profile),
    ]
    return _switched(verdicts, rules)


def _switched(verdicts: Iterable[Verdict], rules: AlertRules) -> list[Verdict]:
    """Those of kinds that are off are clear, whatever their rules say; nobody is told that."""
    return [
        it
        if it.kind not in rules.off or it.is_asked
        else it._replace(crossing=Crossing.CLEAR, recurs=False)
        for it in verdicts
    ]


_RUNNING_KINDS = (
    AlertKind.SLOW,
    AlertKind.STUCK,
    AlertKind.FAILED_SHARE,
    AlertKind.ABORT_RISK,
    AlertKind.OVER_LIMIT,
)

_END_KINDS = (AlertKind.ENDED_WELL, AlertKind.ENDED_BADLY)

_OVER = tuple(
    Verdict(kind, Crossing.CLEAR, recurs=False)
    for kind in (AlertKind.STARTED, AlertKind.DEADLINE, *_RUNNING_KINDS)
)
"""What is clear of a job that is over."""

_NOT_OVER = tuple(
    tuple(Verdict(kind, crossing, recurs=False) for kind in _END_KINDS)
    for crossing in (Crossing.CLEAR, Crossing.BETWEEN)
)
"""Where the ends stand of a job that is not over; and of one of which that is not known."""


def _unless_unknown(kind: AlertKind, job: JobSnapshot) -> Verdict:
    """A rule that does not apply in the state of a job, unless nothing is known of that."""
    is_unknown = job.state is JobState.UNKNOWN
    return Verdict(kind, Crossing.BETWEEN if is_unknown else Crossing.CLEAR)


# Of a job: its life.


def _started(job: JobSnapshot, watch: Watch) -> Verdict:
    if job.state is not JobState.IN_PROGRESS:
        return _unless_unknown(AlertKind.STARTED, job)._replace(recurs=False)
    began = _began(job)
    # The reading that would show it may have been forgotten.
    crossing = Crossing.BETWEEN if began is None else _if(_is_news(began, watch))
    total = job.last.counts.total if job.last else None
    text = "It runs" if not total else f"It runs: {counted(total, 'record')}"
    return Verdict(
        AlertKind.STARTED, crossing, Severity.INFO, text, recurs=False, happened_at=began
    )


def _began(job: JobSnapshot) -> datetime | None:
    """When a job was first seen to run that was seen to wait before, or was started from here."""
    place = next(n for n, it in enumerate(job.readings) if it.state is JobState.IN_PROGRESS)
    if any(it.state.is_waiting for it in job.readings[:place]):
        return job.readings[place].read_at
    return job.job.started_at


def _ended(job: JobSnapshot, watch: Watch) -> Iterator[Verdict]:
    """The end that was seen first: of a job that ended days ago Zoho says that it has expired."""
    place = next(n for n, it in enumerate(job.readings) if it.state.is_final)
    end, is_asked = job.readings[place], job.job.alert_on_end
    is_well = end.state is JobState.COMPLETED and not end.counts.failed
    kind, other = _END_KINDS if is_well else _END_KINDS[::-1]
    yield Verdict(other, Crossing.CLEAR, recurs=False)
    # One that was over when it was first read ended at any time, unless it was started from here.
    was_seen = place > 0 or job.job.started_at is not None or is_asked
    if not was_seen or not _is_news(end.read_at, watch):
        yield Verdict(kind, Crossing.CLEAR, recurs=False)
        return
    severity, text = _ENDS[end.state]
    yield Verdict(
        kind,
        Crossing.CROSSED,
        Severity.INFO if is_well else severity,
        f"{text}{_of_records(end)}",
        is_asked,
        recurs=False,
        happened_at=end.read_at,
    )


def _of_records(end: JobReading) -> str:
    """How many records failed and were not reached, after a colon; empty where that is unknown."""
    counts = end.counts
    if not counts.total or counts.failed is None or end.state is JobState.EXPIRED:
        return ""
    records = counted(counts.total, "record")
    if end.state is JobState.COMPLETED and not counts.failed:
        return f": {counts.success or 0:,} of {records} are in"
    parts = [f"{counts.failed:,} of {records} failed"]
    if counts.left and counts.left > 0:
        parts.append(f"{counts.left:,} were not reached")
    return f": {', '.join(parts)}"


def _is_news(moment: datetime, watch: Watch) -> bool:
    return moment >= watch.since and watch.now - moment < NEWS


# Of a job: what must be done by then.


def _deadline(job: JobSnapshot, rules: AlertRules, watch: Watch) -> Verdict:
    if job.state is None or not job.state.is_waiting:
        return _unless_unknown(AlertKind.DEADLINE, job)
    by = start_by(job.job)
    left = by.at - watch.now
    if left > _LONGER * rules.deadline:
        return Verdict(AlertKind.DEADLINE, Crossing.CLEAR)
    # Once it has passed, or a start was accepted, the next reading says what came of it.
    is_open = timedelta(0) < left <= rules.deadline and job.job.started_at is None
    crossing = Crossing.CROSSED if is_open else Crossing.BETWEEN
    text = f"It expires {'at' if by.exact else 'by'} {_clock(by.at)} unless it is started"
    return Verdict(AlertKind.DEADLINE, crossing, Severity.WARNING, text)


def _result(
    job: JobSnapshot, results: Collection[Result] | None, rules: AlertRules, watch: Watch
) -> Verdict:
    by = next((it.at for it in deadlines(job) if it.kind is Kind.RESULT), watch.now)
    done = {it.kind for it in results or () if it.stage in _NOTHING_TO_FETCH}
    missing = [kind for kind in wanted(job) if kind not in done]
    if by <= watch.now or not missing:
        return Verdict(AlertKind.RESULT, Crossing.CLEAR, recurs=False)
    is_near = by - watch.now <= rules.result and watch.now - watch.awake_since >= _OWN_TRIES
    if results is None or not is_near:
        return Verdict(AlertKind.RESULT, Crossing.BETWEEN, recurs=False)
    words = " and ".join(kind.word for kind in missing)
    text = f"Its {words} records are not fetched, and Zoho deletes them by {_day_and_clock(by)}"
    return Verdict(AlertKind.RESULT, Crossing.CROSSED, Severity.CRITICAL, text, recurs=False)


_NOTHING_TO_FETCH = frozenset({ResultStage.ON_DISK, ResultStage.GONE, ResultStage.REMOVED})


# Of a job: how it runs.


def _while_running(job: JobSnapshot, last: JobReading, rules: AlertRules) -> Iterator[Verdict]:
    if last.state is not JobState.IN_PROGRESS:
        yield from (_unless_unknown(kind, job) for kind in _RUNNING_KINDS)
        return
    yield _slow(job)
    yield _stuck(job, rules)
    yield _failed_share(last, rules)
    yield from _aborts(job)


def _slow(job: JobSnapshot) -> Verdict:
    speed = relative_speed(job)
    if speed is None or not _moves(job):  # it stands still, which is another rule's, or did
        return Verdict(AlertKind.SLOW, Crossing.BETWEEN)
    crossing = _three(crossed=speed < SLOW, clear=speed >= _FAST_AGAIN)
    text = f"Its speed has fallen to {max(round(speed * 100), 1)} % of what it was"
    return Verdict(AlertKind.SLOW, crossing, text=text)


def _stuck(job: JobSnapshot, rules: AlertRules) -> Verdict:
    still = timedelta(seconds=unmoved(job))
    crossing = _three(crossed=still >= rules.no_progress, clear=_moves(job))
    text = f"Its counts have not moved for {_minutes(still)}"
    return Verdict(AlertKind.STUCK, crossing, text=text)


def _moves(job: JobSnapshot) -> bool:
    """Whether its last readings show two moves in a row: one alone may be the last one."""
    last = [(it.state, it.counts) for it in job.readings[-3:]]
    return len(last) == 3 and all(one != other for one, other in pairwise(last))


def _failed_share(last: JobReading, rules: AlertRules) -> Verdict:
    total, failed = last.counts.total, last.counts.failed
    if not total or failed is None:
        return Verdict(AlertKind.FAILED_SHARE, Crossing.BETWEEN)
    limit = rules.failed_share * total
    crossing = _three(crossed=failed > limit, clear=failed <= _FEWER * limit)
    percent = f"{100 * rules.failed_share:.4g} %"
    text = f"More than {percent} of its records have failed: {failed:,} of {total:,}"
    return Verdict(AlertKind.FAILED_SHARE, crossing, text=text)


def _aborts(job: JobSnapshot) -> Iterator[Verdict]:
    danger = job.risk
    if danger is None:
        yield from (
            Verdict(kind, Crossing.BETWEEN) for kind in (AlertKind.ABORT_RISK, AlertKind.OVER_LIMIT)
        )
        return
    batches = counted(danger.batches, "batch", "batches")
    of_all = f"of {batches} have failed (limit {danger.allowed:,})"
    yield Verdict(
        AlertKind.ABORT_RISK,
        _three(crossed=danger.level is Level.AMBER, clear=danger.is_calm),
        text=f"Zoho may abort it: {danger.least:,} to {danger.most:,} {of_all}",
    )
    yield Verdict(
        AlertKind.OVER_LIMIT,
        _three(
            crossed=danger.level is Level.RED,
            clear=danger.least < max(danger.allowed, 1),
        ),
        Severity.CRITICAL,
        f"It is over Zoho's limit: at least {danger.least:,} {of_all}",
    )


# Of a profile.


def _quota(service: ServiceSnapshot, rules: AlertRules) -> Verdict:
    if service.spent is None:
        return Verdict(AlertKind.QUOTA, Crossing.BETWEEN)
    budget = service.spent.budget
    left, ours = budget.left, budget.quota_plan.ours
    share, least = left / ours, rules.quota_left
    crossing = _three(
        crossed=share < least or not left, clear=share >= min(_MORE_CALLS * least, 1.0)
    )
    text = f"{left:,} of the day's {counted(ours, 'call')} are left"
    return Verdict(AlertKind.QUOTA, crossing, text=text)


def _sign_in(service: ServiceSnapshot) -> Verdict:
    error = service.no_token
    if error is None:
        # A window that has not called yet knows nothing.
        crossing = Crossing.BETWEEN if service.answered is None else Crossing.CLEAR
        return Verdict(AlertKind.SIGN_IN, crossing)
    # A server that does not answer is no sign-in that is refused.
    crossing = Crossing.BETWEEN if isinstance(error, ServiceError) else Crossing.CROSSED
    text = f"No call can be signed: {one_line(error.title)}"
    return Verdict(AlertKind.SIGN_IN, crossing, Severity.CRITICAL, text)


def _stale(profile: ProfileState, rules: AlertRules, watch: Watch) -> Verdict:
    """For how long jobs have been due, without a reading."""
    if profile.service.paused:
        return Verdict(AlertKind.STALE, Crossing.BETWEEN)
    due = [at for it in profile.jobs if (at := _due(it)) is not None]
    # What was due while nobody polled is read within moments.
    late = sum(watch.now - max(at, watch.awake_since) >= rules.stale for at in due)
    longest = max((watch.now - at for at in due), default=timedelta(0))
    crossing = _three(crossed=late > 0, clear=longest < _READ_AGAIN * rules.stale)
    held_by = profile.service.held_by
    why = f": {one_line(held_by.title)}" if held_by is not None else ""
    text = f"{counted(late, 'job')} due and not read for {_minutes(rules.stale)}{why}"
    return Verdict(AlertKind.STALE, crossing, text=text)


def _due(job: JobSnapshot) -> datetime | None:
    """Since when a job is to be read; None of one that is not read any more.

    A job that runs is to be read before its estimates end, whatever the plan says.
    """
    if job.is_final or job.is_given_up:
        return None
    if job.fault is not None:
        return job.fault.since
    times = [job.next_poll_at]
    if job.last is not None and job.state is JobState.IN_PROGRESS:
        times.append(job.last.read_at + timedelta(seconds=ESTIMATED))
    return min((at for at in times if at is not None), default=None)


def _queue(profile: ProfileState) -> Verdict:
    if profile.stop is not None:
        text = f"The queue is stopped: {one_line(profile.stop.why)}"
        return Verdict(AlertKind.QUEUE, Crossing.CROSSED, Severity.CRITICAL, text)
    if profile.files is None:
        return Verdict(AlertKind.QUEUE, Crossing.BETWEEN)
    waiting = [it.insertion.label for it in profile.files if it.stage.needs_user]
    more = f" and {len(waiting) - 1:,} more" if waiting[1:] else ""
    text = f"The queue needs you for {''.join(waiting[:1])}{more}"
    return Verdict(AlertKind.QUEUE, _if(bool(waiting)), text=text)


# In words, and in three values.


def _if(crossed: bool) -> Crossing:
    return Crossing.CROSSED if crossed else Crossing.CLEAR


def _three(*, crossed: bool, clear: bool) -> Crossing:
    if crossed:
        return Crossing.CROSSED
    return Crossing.CLEAR if clear else Crossing.BETWEEN


def _minutes(span: timedelta) -> str:
    return counted(span // timedelta(minutes=1), "minute")


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M}"


def _day_and_clock(moment: datetime) -> str:
    return f"{moment.astimezone():%d %b %H:%M}"
