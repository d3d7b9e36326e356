"""Where each rule about a profile is crossed and clear; kinds that are off."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.domain.alert_jobs import (
    BETWEEN,
    CLEAR,
    CROSSED,
    ENDED,
    LONG_AGO,
    MINUTE,
    RULES,
    K,
    S,
    known,
    read,
)
from tests.support.insertions import insertion
from tests.support.jobs import NOW
from zcbulk_tui.domain.alert_rules import (
    Crossing,
    ProfileState,
    Verdict,
    Watch,
    job_verdicts,
    profile_verdicts,
)
from zcbulk_tui.domain.alerts import AlertKind, AlertRules, Severity
from zcbulk_tui.domain.budget import Budget, Cause, DayCalls, Pace, QuotaPlan, Spent
from zcbulk_tui.domain.insertion import QueuedFile, QueueStop, Stage
from zcbulk_tui.domain.progress import ESTIMATED
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot, ServiceSnapshot
from zcbulk_tui.errors import (
    JobUnknownError,
    QuotaSpentError,
    SignedOutError,
    SignInBusyError,
    UnreachableError,
)


def in_all(
    kind: AlertKind,
    *jobs: JobSnapshot,
    service: ServiceSnapshot = ServiceSnapshot(answered=True),  # noqa: B008 - it is frozen
    files: Sequence[QueuedFile] | None = (),
    stop: QueueStop | None = None,
    now: float = 0,
    awake: float = -600,
    rules: AlertRules = RULES,
) -> Verdict:
    watch = Watch(NOW + now * MINUTE, LONG_AGO, NOW + awake * MINUTE)
    found = profile_verdicts(ProfileState(jobs, service, files, stop), rules, watch)
    (said,) = [it for it in found if it.kind is kind]
    return said


def spent(calls: int, *, is_spent: bool = False) -> ServiceSnapshot:
    """So many of 1,000 calls were made."""
    day = DayCalls(NOW.date(), spent=is_spent).plus(Cause.PLAN, calls)
    budget = Budget(QuotaPlan(1_000, 1, 20, None), day)
    return ServiceSnapshot(Spent(budget, NOW, Pace.BALANCED, Pace.BALANCED))


@pytest.mark.parametrize(
    ("calls", "stands"),
    [(0, CLEAR), (849, CLEAR), (851, BETWEEN), (900, BETWEEN), (901, CROSSED), (1_000, CROSSED)],
)
def test_few_calls_are_left(calls: int, stands: Crossing) -> None:
    assert in_all(K.QUOTA, service=spent(calls)).crossing is stands


def test_none_is_left_whatever_the_user_has_set() -> None:
    never = RULES._replace(quota_left=0)
    assert in_all(K.QUOTA, service=spent(999), rules=never).crossing is CLEAR
    none = in_all(K.QUOTA, service=spent(1, is_spent=True), rules=never)
    assert (none.crossing, none.text) == (CROSSED, "0 of the day's 1,000 calls are left")
    assert in_all(K.QUOTA, service=ServiceSnapshot()).crossing is BETWEEN


@pytest.mark.parametrize(
    ("service", "stands"),
    [
        (ServiceSnapshot(), BETWEEN),
        (ServiceSnapshot(answered=True), CLEAR),
        (ServiceSnapshot(held_by=SignedOutError("Revoked")), CROSSED),
        (ServiceSnapshot(answered=True, held_by=SignedOutError("Revoked")), CROSSED),
        (ServiceSnapshot(answered=False, held_by=UnreachableError("Down")), BETWEEN),
        (ServiceSnapshot(answered=True, held_by=SignInBusyError("Too many")), BETWEEN),
        (ServiceSnapshot(answered=True, held_by=QuotaSpentError("Spent")), CLEAR),
    ],
)
def test_a_sign_in_that_is_refused(service: ServiceSnapshot, stands: Crossing) -> None:
    said = in_all(K.SIGN_IN, service=service)
    assert said.crossing is stands
    if stands is CROSSED:
        assert (said.severity, said.text) == (Severity.CRITICAL, "No call can be signed: Revoked")


DOWN = Fault(UnreachableError("No network"), NOW)


@pytest.mark.parametrize(
    ("minutes", "stands"), [(4.9, CLEAR), (5, BETWEEN), (14.9, BETWEEN), (15, CROSSED)]
)
@pytest.mark.parametrize(
    "job", [known(read(-1), fault=DOWN), known(read(-1, S.READY), next_poll_at=NOW)]
)
def test_what_is_due_and_not_read_becomes_stale(
    job: JobSnapshot, minutes: float, stands: Crossing
) -> None:
    assert in_all(K.STALE, job, now=minutes).crossing is stands


@pytest.mark.parametrize(
    ("job", "stands"),
    [
        (known(read(0, S.READY), next_poll_at=NOW + timedelta(days=1)), CLEAR),
        (known(read(0, S.COMPLETED)), CLEAR),
        (known(read(0), fault=Fault(JobUnknownError("No such job"), NOW)), CLEAR),
        # No more than its estimates hold, whatever the plan says.
        (known(read(0), next_poll_at=NOW + timedelta(days=1)), CROSSED),
    ],
)
def test_what_is_not_due_is_not_stale(job: JobSnapshot, stands: Crossing) -> None:
    minutes = (timedelta(seconds=ESTIMATED) + RULES.stale) / MINUTE
    assert in_all(K.STALE, job, now=minutes).crossing is stands


def test_a_window_that_opens_has_its_time_and_knows_that_all_is_old() -> None:
    job = known(read(0), fault=DOWN)
    assert in_all(K.STALE, job, now=600, awake=590).crossing is BETWEEN
    assert in_all(K.STALE, job, now=605, awake=590).crossing is CROSSED


def test_nothing_is_stale_that_the_user_has_paused() -> None:
    paused = ServiceSnapshot(answered=True, paused=True)
    assert in_all(K.STALE, known(read(0), fault=DOWN), service=paused, now=60).crossing is BETWEEN


def test_the_text_counts_what_is_stale_and_says_why() -> None:
    held = ServiceSnapshot(answered=False, held_by=UnreachableError("No network"))
    said = in_all(K.STALE, known(read(0), fault=DOWN), known(read(0)), service=held, now=20)
    assert said.text == "1 job due and not read for 15 minutes: No network"


def queued(where: Stage, key: str = "one") -> QueuedFile:
    return QueuedFile(insertion(key), where)


@pytest.mark.parametrize("where", Stage)
def test_a_file_that_needs_its_user(where: Stage) -> None:
    said = in_all(K.QUEUE, files=[queued(where)])
    assert said.crossing is (CROSSED if where.needs_user else CLEAR)
    assert said.severity is Severity.WARNING


def test_a_queue_that_is_stopped_matters_more() -> None:
    stop = QueueStop(NOW, "500 records failed", "error budget")
    said = in_all(K.QUEUE, files=[queued(Stage.HELD)], stop=stop)
    assert (said.crossing, said.severity) == (CROSSED, Severity.CRITICAL)
    assert said.text == "The queue is stopped: 500 records failed"
    two = [queued(Stage.HELD), queued(Stage.REFUSED, "two")]
    assert in_all(K.QUEUE, files=two).text == "The queue needs you for File one and 1 more"
    assert in_all(K.QUEUE, files=None).crossing is BETWEEN


@pytest.mark.parametrize("kind", AlertKind)
def test_a_kind_that_is_off_is_clear(kind: AlertKind) -> None:
    rules = RULES._replace(off=frozenset({kind}))
    watch = Watch(NOW + timedelta(hours=1), LONG_AGO, LONG_AGO)
    state = ProfileState([known(read(0), fault=DOWN)], spent(999), [queued(Stage.HELD)])
    jobs = [ENDED, known(read(0), read(20, failed=9_000)), known(read(-130, S.READY))]
    found = profile_verdicts(state, rules, watch)
    found += [it for job in jobs for it in job_verdicts(job, (), rules, watch)]
    assert {it.crossing for it in found if it.kind is kind} == {CLEAR}
    assert CROSSED in {it.crossing for it in found if it.kind is not kind}
