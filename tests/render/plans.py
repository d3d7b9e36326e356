"""Days of calls, and plans for what is left of them."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from tests.render.strategies import lines, snapshots
from tests.support.jobs import NOW
from zcbulk_tui.domain.budget import Budget, Cause, DayCalls, Pace, QuotaPlan, Spent
from zcbulk_tui.domain.planner import DayPlan, Effect, PlannedJob

CET = timezone(timedelta(hours=1), "CET")
"""Where Zoho counts the calls."""

MIDNIGHT = datetime(2026, 3, 11, 23, tzinfo=UTC)
"""When the day after `NOW` begins there: in 12 hours and a half."""

FULL = QuotaPlan(daily_calls=1_000, share=1, reserve=20, zone=CET)
"""All of a day of a thousand calls, of which 20 are kept."""


def spent(
    made: int = 120,
    quota_plan: QuotaPlan = FULL,
    *,
    elsewhere: int = 0,
    said_by_zoho: bool = False,
    pace: Pace = Pace.BALANCED,
    focused: bool = True,
    trouble: str | None = None,
) -> Spent:
    """How a day stands on which the plan has made some calls."""
    day = DayCalls(quota_plan.day(NOW), elsewhere=elsewhere, spent=said_by_zoho)
    return Spent(
        Budget(quota_plan, day.plus(Cause.PLAN, made)),
        quota_plan.resets_at(NOW),
        pace,
        pace if focused else Pace.FRUGAL,
        trouble,
    )


SPENT_BY_ZOHO = spent(said_by_zoho=True)
"""Zoho has answered with code 4000."""

USED_UP = spent(985)
"""Only calls for start and abort are left."""


def plan(day: Spent, *jobs: PlannedJob, runs: bool = True) -> DayPlan:
    """A plan in which every step of the pace takes a hundred calls more, or what is left."""
    effects = [
        Effect(
            pace,
            min(100 * step, day.budget.left_for_polls),
            30.0 / step if runs else None,
        )
        for step, pace in enumerate(Pace, 1)
    ]
    return DayPlan(day, jobs, tuple(effects))


calls = st.just(0) | st.integers(0, 300) | st.integers(0, 10**7)

allowances = st.builds(
    QuotaPlan,
    st.integers(1, 10**7),
    st.floats(0.01, 1),
    calls,
    st.none() | st.just(CET),
)


# Made once: what is made in a draw is looked through anew with each example.
_yes_or_no = st.booleans()
_paces = st.sampled_from(Pace)
_reasons = st.none() | lines.filter(bool)


@st.composite
def days(draw: st.DrawFn) -> Spent:
    """Any day of calls, also one on which there were more than there may be."""
    quota_plan = draw(allowances)
    made = tuple(draw(calls) for _ in Cause)
    pace = draw(_paces)
    return Spent(
        Budget(quota_plan, DayCalls(quota_plan.day(NOW), made, draw(calls), draw(_yes_or_no))),
        quota_plan.resets_at(NOW),
        pace,
        pace if draw(_yes_or_no) else Pace.FRUGAL,
        draw(_reasons),
    )


_any_days = days()
_planned_jobs = st.lists(st.builds(PlannedJob, snapshots(), st.floats(0, 1e4)), max_size=5)
_within = st.none() | st.floats(0.1, 1e6)


@st.composite
def plans(draw: st.DrawFn) -> DayPlan:
    """Any plan: what a pace takes is no more than what is left."""
    day = draw(_any_days)
    return DayPlan(
        day,
        tuple(draw(_planned_jobs)),
        tuple(
            Effect(pace, draw(st.integers(0, day.budget.left_for_polls)), draw(_within))
            for pace in Pace
        ),
    )
