"""Alerts that were raised: which are so still, which are of the past, and where they went."""

from datetime import timedelta

import pytest

from tests.support import alert_rows
from tests.support.databases import memory_database
from tests.support.jobs import NOW, REF, watched
from zcbulk_tui.domain.alerts import AlertKind, Severity
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.alerts import AlertStore
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.watch_list import WatchList

HOUR = timedelta(hours=1)


@pytest.fixture
def database() -> Database:
    """A job, an alert about it that is over, one of the profile that is so, one of another."""
    database = memory_database()
    WatchList(database, "default").add_all([watched()])
    alert_rows.add(database, NOW, cleared_at=NOW + HOUR, is_asked=True)
    alert_rows.add(
        database, NOW + HOUR, kind=AlertKind.QUOTA, severity=Severity.CRITICAL, is_of_job=False
    )
    alert_rows.add(database, NOW, profile="other", is_of_job=False)
    return database


def test_those_that_are_so_still(database: Database) -> None:
    (alert,) = AlertStore(database, "default").active()
    assert (alert.kind, alert.severity, alert.ref) == (AlertKind.QUOTA, Severity.CRITICAL, None)
    assert (alert.at, alert.cleared_at, alert.profile) == (NOW + HOUR, None, "default")


@pytest.mark.parametrize(("hours", "numbers"), [(0, [1, 2]), (1, [1, 2]), (1.1, [])])
def test_those_raised_or_cleared_since(
    database: Database, hours: float, numbers: list[int]
) -> None:
    found = AlertStore(database, "default").since(NOW + hours * HOUR)
    assert [alert.id for alert in found] == numbers


def test_an_alert_about_a_job_names_it(database: Database) -> None:
    alert = AlertStore(database, "default").since(NOW)[0]
    assert (alert.ref, alert.label, alert.is_asked) == (REF, "Employees", True)
    assert (alert.at, alert.cleared_at) == (NOW, NOW + HOUR)


def test_what_became_of_it_is_kept_by_channel(database: Database) -> None:
    store = AlertStore(database, "default")
    first, second = store.since(NOW)
    assert store.sent(first) == {}
    store.note_sent(first, "webhook", "not sent: 503\x1b[2J")
    store.note_sent(first, "command", "sent")
    store.note_sent(first, "webhook", "sent")
    assert store.sent(first) == {"webhook": "sent", "command": "sent"}
    assert store.sent(second) == {}


def test_text_that_is_kept_is_one_safe_line(database: Database) -> None:
    database.connection.execute(
        "UPDATE alerts SET text = 'a' || char(10, 27) || 'b', sent = ?",
        ['{"web\\u001bhook": "x\\ny"}'],
    )
    store = AlertStore(database, "default")
    alert = store.since(NOW)[0]
    assert alert.text == "a \ufffdb"
    assert store.sent(alert) == {"web\ufffdhook": "x y"}


@pytest.mark.parametrize(
    "change", ["kind = 'x'", "severity = 'x'", "sent = '['", "sent = '[]'", "at = 9e18"]
)
def test_what_makes_no_sense_is_said(database: Database, change: str) -> None:
    database.connection.execute(f"UPDATE alerts SET {change}")
    store = AlertStore(database, "default")
    with pytest.raises(ConfigError, match="make no sense"):
        _ = [store.sent(alert) for alert in store.active()]
