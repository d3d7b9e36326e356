"""What the settings come to."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from zcbulk_tui.cli import context
from zcbulk_tui.config.settings import BudgetSettings, Settings
from zcbulk_tui.domain.budget import QuotaPlan


@pytest.mark.parametrize(
    ("budget", "quota_plan"),
    [
        pytest.param(BudgetSettings(), QuotaPlan(250, 1, 20, None), id="default"),
        pytest.param(
            BudgetSettings(users=40), QuotaPlan(250, 1, 20, None), id="free is for the account"
        ),
        pytest.param(
            BudgetSettings("professional", users=40), QuotaPlan(20_000, 1, 20, None), id="users"
        ),
        pytest.param(
            BudgetSettings("enterprise", users=40, daily_calls=300, share=0.5, reserve=7),
            QuotaPlan(300, 0.5, 7, None),
            id="figure in the plan's place",
        ),
        pytest.param(
            BudgetSettings(reset_timezone="Asia/Kolkata"),
            QuotaPlan(250, 1, 20, ZoneInfo("Asia/Kolkata")),
            id="time zone",
        ),
    ],
)
def test_what_is_allowed_of_a_day(budget: BudgetSettings, quota_plan: QuotaPlan) -> None:
    assert context.quota_plan(Settings(budget=budget)) == quota_plan


def test_the_day_is_that_of_the_time_zone() -> None:
    settings = Settings(budget=BudgetSettings(reset_timezone="Asia/Kolkata"))
    now = datetime(2026, 3, 11, 20, 0, tzinfo=UTC)
    assert context.quota_plan(settings).day(now).isoformat() == "2026-03-12"
