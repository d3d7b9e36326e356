"""Where each rule about a job is crossed and clear, and that it holds in between."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.alert_jobs import (
    BETWEEN,
    CLEAR,
    CROSSED,
    ENDED,
    JOB,
    LONG_AGO,
    MINUTE,
    RULES,
    K,
    S,
    known,
    read,
)
from tests.render.strategies import snapshots
from tests.support.jobs import NOW
from zcbulk_tui.domain.alert_rules import (
    NEWS,
    Crossing,
    Verdict,
    Watch,
    job_verdicts,
    lacks_past,
)
from zcbulk_tui.domain.alerts import AlertKind, AlertRules, Severity
from zcbulk_tui.domain.concern import STUCK
from zcbulk_tui.domain.deadlines import KEPT, START_WITHIN
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage
from zcbulk_tui.domain.risk import Level, risk
from zcbulk_tui.domain.snapshot import JobSnapshot


def verdict(
    kind: AlertKind,
    job: JobSnapshot,
    *,
    now: float | None = None,
    since: float = -600,
    results: Sequence[Result] | None = (),
    rules: AlertRules = RULES,
) -> Verdict:
    """Where a rule stands so many minutes after `NOW`, or with the last reading."""
    at = NOW + now * MINUTE if now is not None else (job.last.read_at if job.last else NOW)
    watch = Watch(at, NOW + since * MINUTE, LONG_AGO)
    (found,) = [it for it in job_verdicts(job, results, rules, watch) if it.kind is kind]
    return found


def crossing(kind: AlertKind, job: JobSnapshot, **more: Any) -> Crossing:
    return verdict(kind, job, **more).crossing


def told(kind: AlertKind, readings: Sequence[JobReading], **more: Any) -> list[Crossing]:
    """Where a rule stands with each of the readings."""
    return [
        crossing(kind, known(*readings[:place], **more)) for place in range(1, len(readings) + 1)
    ]


# Starts and ends.


def test_a_start_is_said_of_a_job_that_was_seen_to_wait() -> None:
    readings = [read(0, S.READY), read(1), read(2, done=1), read(3, S.COMPLETED, 100_000)]
    assert told(K.STARTED, readings) == [CLEAR, CROSSED, CROSSED, CLEAR]


def test_a_start_that_is_not_known_is_not_said() -> None:
    assert crossing(K.STARTED, known(read(0))) is BETWEEN
    here = JOB._replace(started_at=NOW)
    assert crossing(K.STARTED, known(read(0), job=here)) is CROSSED


ENDS = [
    (S.COMPLETED, 0, K.ENDED_WELL, Severity.INFO),
    (S.COMPLETED, None, K.ENDED_WELL, Severity.INFO),
    (S.COMPLETED, 3, K.ENDED_BADLY, Severity.WARNING),
    (S.USER_ABORTED, 0, K.ENDED_BADLY, Severity.WARNING),
    (S.SYSTEM_ABORTED, 900, K.ENDED_BADLY, Severity.CRITICAL),
    (S.ABORTED, 0, K.ENDED_BADLY, Severity.CRITICAL),
    (S.FAILED, 0, K.ENDED_BADLY, Severity.CRITICAL),
    (S.EXPIRED, 0, K.ENDED_BADLY, Severity.CRITICAL),
]


@pytest.mark.parametrize(("state", "failed", "kind", "severity"), ENDS)
def test_each_end_is_one_of_two(
    state: JobState, failed: int | None, kind: AlertKind, severity: Severity
) -> None:
    job = known(read(0), read(1, state, failed=failed))
    ends = [verdict(it, job) for it in (K.ENDED_WELL, K.ENDED_BADLY)]
    (said,) = [it for it in ends if it.crossing is CROSSED]
    assert (said.kind, said.severity, said.is_asked) == (kind, severity, False)
    assert said.text


def test_the_numbers_of_an_end_are_in_its_text() -> None:
    end = read(1, S.SYSTEM_ABORTED, done=40_000, failed=9_000)
    text = "Zoho has aborted it: 9,000 of 100,000 records failed, 51,000 were not reached"
    said = verdict(K.ENDED_BADLY, known(read(0), end))
    assert (said.text, said.happened_at) == (text, end.read_at)
    well = verdict(K.ENDED_WELL, known(read(0), read(1, S.COMPLETED, 100_000)))
    assert well.text == "It is completed: 100,000 of 100,000 records are in"


@pytest.mark.parametrize("kind", [K.STARTED, K.ENDED_WELL])
def test_what_was_before_alerts_were_kept_and_what_is_old_is_no_news(kind: AlertKind) -> None:
    last = read(1, S.COMPLETED) if kind is K.ENDED_WELL else read(1)
    job = known(read(0, S.READY), last)
    assert crossing(kind, job, since=1) is CROSSED
    assert crossing(kind, job, since=1.01) is CLEAR
    day = NEWS / MINUTE
    assert crossing(kind, job, now=1 + day - 1) is CROSSED
    assert crossing(kind, job, now=1 + day) is CLEAR


def test_a_job_that_was_over_when_it_came_to_the_list_is_no_news() -> None:
    over = known(read(0, S.FAILED))
    assert crossing(K.ENDED_BADLY, over) is CLEAR
    started_here = known(read(0, S.FAILED), job=JOB._replace(started_at=NOW))
    assert crossing(K.ENDED_BADLY, started_here) is CROSSED


def test_days_later_zoho_calls_it_expired_and_it_is_the_same_end() -> None:
    job = known(read(0), read(1, S.COMPLETED, 100_000), read(2, S.EXPIRED))
    assert crossing(K.ENDED_WELL, job) is CROSSED
    assert crossing(K.ENDED_BADLY, job) is CLEAR


@pytest.mark.parametrize(("state", "failed", "kind", "_"), ENDS)
def test_an_end_that_was_asked_for_is_said_whatever_is_off(
    state: JobState, failed: int | None, kind: AlertKind, _: Severity
) -> None:
    rules = RULES._replace(off=frozenset(AlertKind))
    plain = known(read(0), read(1, state, failed=failed))
    asked = replace(plain, job=JOB._replace(alert_on_end=True))
    assert crossing(kind, plain, rules=rules) is CLEAR
    said = verdict(kind, asked, rules=rules)
    assert (said.crossing, said.is_asked) == (CROSSED, True)


def test_the_past_is_asked_for_where_an_end_may_be_news() -> None:
    end = read(1, S.FAILED)
    watch = Watch(end.read_at, NOW, NOW)
    assert lacks_past(known(end), watch)
    assert not lacks_past(known(read(0), end), watch)
    assert not lacks_past(known(read(1)), watch)
    assert not lacks_past(known(end), watch._replace(now=end.read_at + NEWS))
    assert not lacks_past(JobSnapshot(JOB), watch)


# How a job runs.


def test_a_job_that_stands_still_holds_until_it_has_moved_twice() -> None:
    readings = [
        *(read(minute) for minute in (0, 9.9, 10, 30)),
        *(read(31, done=1), read(40, done=1), read(41, done=2), read(42, done=3)),
    ]
    assert told(K.STUCK, readings) == [
        *(BETWEEN, BETWEEN, CROSSED, CROSSED),
        *(BETWEEN, BETWEEN, BETWEEN, CLEAR),
    ]


def test_the_user_sets_how_long_a_job_may_stand_still() -> None:
    job = known(read(0), read(5))
    assert crossing(K.STUCK, job, rules=RULES._replace(no_progress=5 * MINUTE)) is CROSSED
    assert verdict(K.STUCK, job).text == "Its counts have not moved for 5 minutes"
    assert RULES.no_progress.total_seconds() == STUCK


def test_a_job_that_has_become_slow_holds_until_it_is_fast_again() -> None:
    steps = [1_000, 1_000, 1_000, 300, 300, 500, 1_000]
    readings, done = [read(0)], 0
    for minute, step in enumerate(steps, 1):
        done += step
        readings.append(read(minute, done=done))
    # After 300, 300 and 500 the mean is 683: 0.73 of it is fast enough.
    assert told(K.SLOW, readings) == [
        *(BETWEEN, BETWEEN, CLEAR, CLEAR, CROSSED, BETWEEN, CLEAR, CLEAR)
    ]
    slow = verdict(K.SLOW, known(*readings[:5]))
    assert slow.text == "Its speed has fallen to 30 % of what it was"


def test_a_job_that_stands_still_is_not_slow() -> None:
    readings = [read(0), read(5, done=5_000), read(10, done=10_000), read(30, done=10_000)]
    assert crossing(K.SLOW, known(*readings)) is BETWEEN
    assert crossing(K.STUCK, known(*readings)) is CROSSED


@pytest.mark.parametrize(
    ("failed", "stands"),
    [(0, CLEAR), (4_000, CLEAR), (4_001, BETWEEN), (5_000, BETWEEN), (5_001, CROSSED)],
)
def test_the_share_of_failed_records(failed: int, stands: Crossing) -> None:
    assert crossing(K.FAILED_SHARE, known(read(0, failed=failed))) is stands


def test_what_the_share_says() -> None:
    text = verdict(K.FAILED_SHARE, known(read(0, failed=5_001))).text
    assert text == "More than 5 % of its records have failed: 5,001 of 100,000"


def test_what_the_risk_says_names_the_limit() -> None:
    job = known(read(0), read(5, done=20_000, failed=5_500))
    least = "It is over Zoho's limit: at least 28 of 500 batches have failed (limit 25)"
    assert verdict(K.OVER_LIMIT, job).text == least
    text = verdict(K.ABORT_RISK, job).text
    assert text.startswith("Zoho may abort it: 28 to ")
    assert text.endswith(" of 500 batches have failed (limit 25)")


@pytest.mark.parametrize(
    "counts", [Counts(), Counts(0, 0, 5), Counts(None, 1, 5), Counts(9, 1, None)]
)
def test_of_what_is_not_known_nothing_is_said(counts: Counts) -> None:
    job = known(replace(read(0), counts=counts))
    for kind in (K.FAILED_SHARE, K.ABORT_RISK, K.OVER_LIMIT):
        assert crossing(kind, job) is BETWEEN


@pytest.mark.parametrize("failed", range(0, 6_000, 250))
def test_the_risk_of_an_abort_is_that_of_the_list(failed: int) -> None:
    job = known(read(0), read(5, done=20_000, failed=failed))
    danger = risk(job.readings)
    assert danger is not None
    amber, red = crossing(K.ABORT_RISK, job), crossing(K.OVER_LIMIT, job)
    assert (amber is CROSSED) == (danger.level is Level.AMBER)
    assert (red is CROSSED) == (danger.level is Level.RED)
    assert (amber is CLEAR) == (danger.level is Level.NONE and danger.chance < 0.15)
    assert red is (CROSSED if failed > 5_000 else BETWEEN if failed > 4_800 else CLEAR)


RUNNING = (K.SLOW, K.STUCK, K.FAILED_SHARE, K.ABORT_RISK, K.OVER_LIMIT)


@pytest.mark.parametrize("state", [it for it in S if it is not S.IN_PROGRESS])
def test_a_job_that_does_not_run_is_clear_of_all_that(state: JobState) -> None:
    job = known(read(0), read(30, failed=9_000), read(60, state, failed=9_000))
    said = {kind: (it.crossing, it.recurs) for kind in RUNNING for it in [verdict(kind, job)]}
    crossing = BETWEEN if state is S.UNKNOWN else CLEAR
    assert said == dict.fromkeys(RUNNING, (crossing, not state.is_final))


# What must be done by then.


def test_the_deadline_of_a_start_comes_with_time_alone() -> None:
    job = known(read(0, S.READY))
    left = {36.1: CLEAR, 35.9: BETWEEN, 30.1: BETWEEN, 30: CROSSED, 0.1: CROSSED, 0: BETWEEN}
    for minutes, stands in left.items():
        now = START_WITHIN / MINUTE - minutes
        assert crossing(K.DEADLINE, job, now=now) is stands


@pytest.mark.parametrize("state", [S.IN_PROGRESS, S.EXPIRED, S.COMPLETED])
def test_a_job_that_waits_no_more_expires_no_more(state: JobState) -> None:
    assert crossing(K.DEADLINE, known(read(0, S.READY), read(1, state)), now=170) is CLEAR


def test_a_start_that_was_accepted_is_waited_for() -> None:
    job = known(read(0, S.READY), job=JOB._replace(started_at=NOW))
    assert crossing(K.DEADLINE, job, now=170) is BETWEEN


def test_the_text_says_whether_the_deadline_is_exact() -> None:
    exact = known(read(0, S.READY), job=JOB._replace(created_at=NOW))
    clock = f"{(NOW + START_WITHIN).astimezone():%H:%M}"
    assert verdict(K.DEADLINE, exact, now=160).text == f"It expires at {clock} unless it is started"
    by = verdict(K.DEADLINE, known(read(0, S.READY)), now=160).text
    assert by == f"It expires by {clock} unless it is started"


LAST_HOURS = 1 + (KEPT - RULES.result) / MINUTE


def results(**stages: ResultStage) -> list[Result]:
    return [Result(JOB.ref, ResultKind(kind), stage) for kind, stage in stages.items()]


@pytest.mark.parametrize(
    ("found", "stands"),
    [
        ([], CROSSED),
        (None, BETWEEN),
        (results(failure=ResultStage.ON_DISK), CROSSED),
        (results(failure=ResultStage.ON_DISK, unprocessed=ResultStage.DUE), CROSSED),
        (results(failure=ResultStage.FETCHING, unprocessed=ResultStage.GONE), CROSSED),
        (results(failure=ResultStage.REFUSED, unprocessed=ResultStage.GONE), CROSSED),
        (results(failure=ResultStage.ON_DISK, unprocessed=ResultStage.GONE), CLEAR),
        (results(failure=ResultStage.REMOVED, unprocessed=ResultStage.ON_DISK), CLEAR),
    ],
)
def test_a_result_is_to_be_fetched_before_it_is_deleted(
    found: list[Result] | None, stands: Crossing
) -> None:
    assert crossing(K.RESULT, ENDED, results=found, now=LAST_HOURS) is stands
    before = CLEAR if stands is CLEAR else BETWEEN
    assert crossing(K.RESULT, ENDED, results=found, now=LAST_HOURS - 1) is before
    assert crossing(K.RESULT, ENDED, results=found, now=KEPT / MINUTE + 1) is CLEAR


def test_the_fetcher_has_its_time_when_a_window_opens() -> None:
    now = NOW + LAST_HOURS * MINUTE

    def opened(minutes: float) -> Crossing:
        watch = Watch(now, LONG_AGO, now - minutes * MINUTE)
        found = job_verdicts(ENDED, (), RULES, watch)
        return next(it.crossing for it in found if it.kind is K.RESULT)

    assert (opened(9.9), opened(10)) == (BETWEEN, CROSSED)


# Of all of them.


@given(snapshots(), st.integers(-5_000, 5_000), st.booleans())
def test_of_whatever_job_each_rule_says_one_thing(
    job: JobSnapshot, minutes: int, is_known: bool
) -> None:
    watch = Watch(NOW + minutes * MINUTE, LONG_AGO, LONG_AGO)
    found = job_verdicts(job, () if is_known else None, RULES, watch)
    kinds = [it.kind for it in found]
    assert len(kinds) == len(set(kinds))
    assert bool(found) == (job.last is not None)
    for said in found:
        if said.crossing is CROSSED:
            assert said.text
            assert said.text.isprintable()
            assert not said.text.endswith(".")


@given(st.lists(st.integers(0, 8_000), min_size=2, max_size=40))
def test_whatever_a_count_does_it_is_crossed_once_until_it_is_clear(failed: list[int]) -> None:
    active, raised = False, 0
    lowest = highest = 0
    for count in failed:
        stands = crossing(K.FAILED_SHARE, known(read(0, failed=count)))
        if stands is CROSSED and not active:
            active, raised = True, raised + 1
        elif stands is CLEAR:
            active = False
        assert (count > 5_000) <= active
        assert (count <= 4_000) <= (not active)
        lowest, highest = lowest + (count <= 4_000), highest + (count > 5_000)
    # Between two crossings it was clear at least once.
    assert raised <= min(lowest + 1, highest)
