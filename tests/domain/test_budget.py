"""The calls of a day: how many there are, and who may still use them."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.budget import Budget, Cause, DayCalls, Plan, QuotaPlan, daily_calls

TODAY = date(2026, 3, 11)

allowances = st.builds(
    QuotaPlan,
    daily_calls=st.integers(1, 400) | st.integers(1, 10_000_000),
    share=st.floats(0.01, 1),
    reserve=st.integers(0, 60) | st.integers(0, 10_000),
    zone=st.none(),
)
counts = st.integers(0, 150) | st.integers(0, 10_000_000)
days = st.builds(
    DayCalls,
    date=st.just(TODAY),
    calls=st.tuples(*[counts] * len(Cause)),
    elsewhere=counts,
    spent=st.booleans(),
)
causes = st.sampled_from(Cause)


@pytest.mark.parametrize(
    ("plan", "users", "calls"),
    [
        (Plan.FREE, 1, 250),
        (Plan.FREE, 3, 250),
        (Plan.STANDARD, 1, 250),
        (Plan.STANDARD, 3, 750),
        (Plan.PROFESSIONAL, 2, 1000),
        (Plan.ENTERPRISE, 10, 10_000),
    ],
)
def test_the_plan_and_its_users_tell_the_calls(plan: Plan, users: int, calls: int) -> None:
    assert daily_calls(plan, users) == calls


@pytest.mark.parametrize(
    ("calls", "share", "ours"),
    [(250, 1.0, 250), (250, 1, 250), (250, 0.5, 125), (250, 0.33, 82), (1, 0.01, 1), (99, 0.01, 1)],
)
def test_our_share_is_rounded_down_but_never_to_nothing(
    calls: int, share: float, ours: int
) -> None:
    assert QuotaPlan(calls, share, 0, None).ours == ours


@given(st.integers(1, 10_000_000), st.integers(1, 100))
def test_our_share_is_that_of_the_figure_as_it_was_written(calls: int, percent: int) -> None:
    exact = Fraction(percent, 100) * calls
    assert QuotaPlan(calls, float(f"{percent / 100:.2f}"), 0, None).ours == max(int(exact), 1)


@pytest.mark.parametrize(
    ("ours", "reserve", "kept_back"),
    [(250, 20, 20), (250, 0, 0), (250, 500, 62), (40, 20, 10), (3, 20, 0)],
)
def test_no_more_than_a_quarter_is_kept_back(ours: int, reserve: int, kept_back: int) -> None:
    assert QuotaPlan(ours, 1.0, reserve, None).kept_back == kept_back


@given(allowances)
def test_an_allowance_fits_into_the_day(quota_plan: QuotaPlan) -> None:
    assert 1 <= quota_plan.ours <= quota_plan.daily_calls
    assert 0 <= quota_plan.kept_back <= quota_plan.ours / 4


@given(days, causes, st.integers(0, 1000))
def test_a_call_counts_for_its_cause_only(day: DayCalls, cause: Cause, calls: int) -> None:
    after = day.plus(cause, calls)
    assert after.total == day.total + calls
    for other in Cause:
        assert after.of(other) == day.of(other) + (calls if other is cause else 0)
    assert after._replace(calls=day.calls) == day
    assert hash(after.plus(cause, -calls)) == hash(day)


@given(days, counts)
def test_the_true_figure_tells_what_others_used(day: DayCalls, used: int) -> None:
    told = day.with_true_figure(used)
    assert told.total + told.elsewhere == max(used, day.total)
    assert not told.spent
    assert told.calls == day.calls


@given(allowances, days)
def test_what_is_left_is_never_negative_and_splits_in_two(
    quota_plan: QuotaPlan, day: DayCalls
) -> None:
    budget = Budget(quota_plan, day)
    assert budget.left == budget.reserve_left + budget.left_for_polls
    assert 0 <= budget.reserve_left <= quota_plan.kept_back
    assert 0 <= budget.left_for_polls <= quota_plan.ours - quota_plan.kept_back
    assert day.total + budget.left <= max(quota_plan.ours, day.total)
    assert day.total + day.elsewhere + budget.left <= max(
        quota_plan.daily_calls, day.total + day.elsewhere
    )


@given(allowances, days)
def test_nothing_is_left_of_a_spent_day(quota_plan: QuotaPlan, day: DayCalls) -> None:
    budget = Budget(quota_plan, day._replace(spent=True))
    assert (budget.left, budget.reserve_left, budget.left_for_polls) == (0, 0, 0)


@given(allowances, days, causes, st.integers(1, 50), st.integers(0, 50))
def test_no_call_of_anybody_leaves_more(
    quota_plan: QuotaPlan, day: DayCalls, cause: Cause, calls: int, elsewhere: int
) -> None:
    before = Budget(quota_plan, day)
    after = Budget(quota_plan, day._replace(elsewhere=day.elsewhere + elsewhere).plus(cause, calls))
    for what in Cause:
        assert after.left_for(what) <= before.left_for(what)
    assert after.reserve_left <= before.reserve_left


@given(allowances, days, st.integers(0, 10_000))
def test_a_larger_reserve_leaves_commands_the_same_and_polls_no_more(
    quota_plan: QuotaPlan, day: DayCalls, reserve: int
) -> None:
    small = Budget(quota_plan._replace(reserve=min(reserve, quota_plan.reserve)), day)
    large = Budget(quota_plan._replace(reserve=max(reserve, quota_plan.reserve)), day)
    assert large.left_for(Cause.COMMAND) == small.left_for(Cause.COMMAND)
    assert large.left_for_polls <= small.left_for_polls


@given(
    st.builds(QuotaPlan, st.integers(1, 60), st.floats(0.2, 1), st.integers(0, 30), zone=st.none()),
    st.lists(causes | st.none(), max_size=120),
)
def test_in_whatever_order_calls_are_made_polls_leave_the_reserve(
    quota_plan: QuotaPlan, attempts: list[Cause | None]
) -> None:
    day = DayCalls(TODAY)
    for cause in attempts:
        if cause is None:
            day = day._replace(elsewhere=day.elsewhere + 1)
        elif Budget(quota_plan, day).left_for(cause):
            day = day.plus(cause)
    polls = day.total - day.of(Cause.COMMAND)
    assert polls <= quota_plan.ours - quota_plan.kept_back
    assert day.total <= quota_plan.ours
    if not day.elsewhere:
        # Whoever comes last: what is kept back was there for commands.
        left = Budget(quota_plan, day).left_for(Cause.COMMAND)
        assert left + day.of(Cause.COMMAND) >= quota_plan.kept_back


def test_commands_use_what_anybody_may_and_the_reserve_last() -> None:
    quota_plan = QuotaPlan(100, 1.0, 20, None)
    within = Budget(quota_plan, DayCalls(TODAY).plus(Cause.COMMAND, 30))
    assert (within.left, within.reserve_left, within.left_for_polls) == (70, 20, 50)
    beyond = Budget(quota_plan, DayCalls(TODAY).plus(Cause.COMMAND, 85))
    assert (beyond.left, beyond.reserve_left, beyond.left_for_polls) == (15, 15, 0)


def test_what_others_use_takes_from_the_polls_first() -> None:
    quota_plan = QuotaPlan(100, 0.5, 10, None)
    left = {
        elsewhere: Budget(quota_plan, DayCalls(TODAY, elsewhere=elsewhere))
        for elsewhere in (50, 60, 95)
    }
    assert [budget.left for budget in left.values()] == [50, 40, 5]
    assert [budget.left_for_polls for budget in left.values()] == [40, 30, 0]
