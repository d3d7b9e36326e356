"""Alerts as the settings want them."""

from datetime import time, timedelta
from typing import Any

import pytest

from zcbulk_tui.cli.alerting import alert_rules, quiet_hours
from zcbulk_tui.config.settings import AlertSettings, Settings
from zcbulk_tui.domain.alerts import AlertKind, AlertRules, QuietHours


def settings(**alerts: Any) -> Settings:
    return Settings()._replace(alerts=AlertSettings(**alerts))


def test_the_defaults_are_those_of_the_rules() -> None:
    assert alert_rules(Settings()) == AlertRules()
    assert quiet_hours(Settings()) is None


def test_each_rule_is_set() -> None:
    rules = alert_rules(
        settings(
            no_progress=120,
            failed_share=0.01,
            deadline=600,
            result=3600,
            quota_left=0.2,
            stale=300,
            off=" started  ended-well ",
        )
    )
    assert rules == AlertRules(
        no_progress=timedelta(minutes=2),
        failed_share=0.01,
        deadline=timedelta(minutes=10),
        result=timedelta(hours=1),
        quota_left=0.2,
        stale=timedelta(minutes=5),
        off=frozenset({AlertKind.STARTED, AlertKind.ENDED_WELL}),
    )


@pytest.mark.parametrize("text", ["22:00-07:00", "22:00 – 7:00", " 22:00-07:00 "])
def test_quiet_hours(text: str) -> None:
    assert quiet_hours(settings(quiet_hours=text)) == QuietHours(time(22), time(7))
