"""A short day in which every alert is crossed; one that is lost or doubled would be noticed."""

from pathlib import Path

import pytest

from tests.benchmarks.alert_day import EXPECTED, live, problems
from zcbulk_tui.domain.alerts import AlertKind
from zcbulk_tui.monitor.alerts import SENT
from zcbulk_tui.store.alerts import LOST, SENDING


def test_each_alert_is_raised_once_for_each_crossing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zcbulk_tui.monitor.alerts.TICK", 6.0)  # a tenth of a reading's interval
    outcome = live(tmp_path, 7200.0)
    assert list(problems(outcome)) == []
    assert {alert.kind for alert in outcome.alerts} == set(AlertKind)
    assert len(outcome.alerts) == EXPECTED.total()
    # One channel has sent all, one fails now and then, one hangs.
    for name, found in {
        "command": {SENT},
        "webhook": {SENT, "not sent: The server said 503", "not severe enough"},
        "pager": {SENDING, LOST, "not severe enough"},
    }.items():
        assert {ways[name] for ways in outcome.sent.values()} == found
    first, *others = outcome.alerts
    assert len(list(problems(outcome._replace(alerts=others)))) == 1
    doubled = list(problems(outcome._replace(alerts=[first, *outcome.alerts])))
    assert any("raised while it was active" in text for text in doubled)
    outcome.ways[0].taken.append(first)
    assert list(problems(outcome)) == [f"alert {first.id} went 2 times through command"]
