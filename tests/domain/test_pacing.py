"""What a call has to wait for: pauses after failures, the minute's limit; and Zoho's deadlines."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, watched
from zcbulk_tui.domain import backoff, deadlines
from zcbulk_tui.domain.call_limits import CALLS_AT_ONCE, CALLS_PER_MINUTE, wait

lucks = st.floats(0, 1)
failures = st.integers(1, 10_000)


@given(failures, lucks)
def test_a_wait_lies_in_the_upper_half_below_the_cap(failed: int, luck: float) -> None:
    wait = backoff.delay(failed, luck)
    assert backoff.FIRST / 2 <= wait <= backoff.CAP


@given(failures, lucks)
def test_more_failures_never_shorten_the_wait(failed: int, luck: float) -> None:
    assert backoff.delay(failed, luck) <= backoff.delay(failed + 1, luck)


@given(failures, lucks, st.floats(0, 3600))
def test_what_the_server_asks_for_is_never_undercut(failed: int, luck: float, asked: float) -> None:
    assert backoff.delay(failed, luck, asked) >= asked


@given(failures, lucks, st.floats(3600, 1e12))
def test_no_server_can_ask_for_more_than_an_hour(failed: int, luck: float, asked: float) -> None:
    assert backoff.delay(failed, luck, asked) == 3600


@pytest.mark.parametrize(
    ("failed", "least", "most"),
    [(1, 2.5, 5), (2, 5, 10), (3, 10, 20), (7, 150, 300), (99, 150, 300)],
)
def test_the_wait_doubles_up_to_the_cap(failed: int, least: float, most: float) -> None:
    assert (backoff.delay(failed, 0), backoff.delay(failed, 1)) == (least, most)


def test_the_limits_are_those_of_the_contract() -> None:
    assert (CALLS_PER_MINUTE, CALLS_AT_ONCE) == (50, 6)


@given(
    st.lists(
        st.tuples(st.floats(0, 5) | st.just(0.0), st.booleans()), min_size=CALLS_PER_MINUTE + 5
    ),
    st.floats(0, 1e9),
)
def test_no_minute_has_more_calls_than_allowed(
    attempts: list[tuple[float, bool]], begin: float
) -> None:
    calls: list[float] = []
    now = begin
    for pause, urgent in attempts:
        now += pause
        while (seconds := wait(calls, now, urgent=urgent)) > 0:
            now += max(seconds, 1e-6)
        calls.append(now)
    crowded = zip(calls, calls[CALLS_PER_MINUTE:], strict=False)
    assert all(later - earlier >= 60 for earlier, later in crowded)


@given(st.lists(st.floats(0, 5), max_size=80), st.booleans())
def test_a_wait_is_never_negative_and_never_longer_than_the_minute(
    pauses: list[float], urgent: bool
) -> None:
    calls: list[float] = []
    now = 0.0
    for pause in pauses:
        now += pause
        seconds = wait(calls, now, urgent=urgent)
        assert 0 <= seconds <= 61.001
        if seconds == 0:
            calls.append(now)


def test_the_last_calls_are_kept_back_for_keys() -> None:
    polls = [0.0] * (CALLS_PER_MINUTE - 3)
    assert wait(polls, 0.0) == 0
    polls.append(0.0)
    assert wait(polls, 0.0) > 60
    assert wait(polls, 0.0, urgent=True) == 0
    assert wait([*polls, 0.0, 0.0], 0.0, urgent=True) > 60
    assert wait([*polls, 0.0, 0.0], 61.0) == 0


def test_a_job_expires_three_hours_after_its_creation() -> None:
    created = NOW - timedelta(hours=1)
    job = watched()._replace(created_at=created)
    assert deadlines.start_by(job) == deadlines.Deadline(created + timedelta(hours=3), exact=True)


def test_a_job_of_unknown_age_expires_three_hours_after_it_was_seen_at_the_latest() -> None:
    deadline = deadlines.start_by(watched())
    assert deadline == deadlines.Deadline(NOW + timedelta(hours=3), exact=False)
