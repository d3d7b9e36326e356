"""Alerts in a database, as rows."""

import json
from collections.abc import Mapping
from datetime import datetime

from zcbulk_tui.domain.alerts import AlertKind, Severity
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.rows import to_millis


def add(
    database: Database,
    at: datetime,
    *,
    kind: AlertKind = AlertKind.STUCK,
    severity: Severity = Severity.WARNING,
    text: str = "Its counts have not moved for 10 minutes",
    profile: str = "default",
    is_of_job: bool = True,
    is_asked: bool = False,
    cleared_at: datetime | None = None,
    sent: Mapping[str, str] | None = None,
) -> None:
    """Adds an alert: of the first job that there is, or of the profile."""
    database.connection.execute(
        "INSERT INTO alerts (profile, job, kind, severity, text, is_asked, at, cleared_at, sent)"
        " VALUES (?, CASE WHEN ? THEN (SELECT min(id) FROM jobs) END, ?, ?, ?, ?, ?, ?, ?)",
        (
            profile,
            is_of_job,
            kind.value,
            severity.word,
            text,
            is_asked,
            to_millis(at),
            None if cleared_at is None else to_millis(cleared_at),
            json.dumps(sent or {}),
        ),
    )
