"""The alerts of a profile, and what became of each on its ways out."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zcbulk_tui.domain.alerts import Alert, AlertKind, Severity
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.json_objects import MAKES_NO_SENSE
from zcbulk_tui.store.rows import REF, maybe_moment, to_millis, to_moment, to_ref

_SELECT = f"""
SELECT alerts.id, alerts.kind, alerts.severity, alerts.text, alerts.at, alerts.is_asked,
    alerts.cleared_at, jobs.label, {REF}
FROM alerts LEFT JOIN jobs ON jobs.id = alerts.job WHERE alerts.profile = :profile
"""

_ACTIVE = f"{_SELECT} AND alerts.cleared_at IS NULL ORDER BY alerts.id"

_SINCE = f"{_SELECT} AND (alerts.at >= :since OR alerts.cleared_at >= :since) ORDER BY alerts.id"

_NOTE_SENT = "UPDATE alerts SET sent = json_set(sent, :channel, :outcome) WHERE id = :id"

_SENT = "SELECT sent FROM alerts WHERE id = ?"


class AlertStore:
    """The alerts of a profile.

    Every method raises `ConfigError` where the database cannot be read or written.

    Args:
        database: Keeps them.
        profile: Whose they are.
    """

    def __init__(self, database: Database, profile: str) -> None:
        self._database = database
        self.profile = profile

    def active(self) -> list[Alert]:
        """Returns those that are so still, oldest first."""
        return self._alerts(_ACTIVE, {})

    def since(self, moment: datetime) -> list[Alert]:
        """Returns those that were raised or cleared since an aware moment, oldest first."""
        return self._alerts(_SINCE, {"since": to_millis(moment)})

    def note_sent(self, alert: Alert, channel: str, outcome: str) -> None:
        """Writes what became of an alert on one of its ways, as a few words."""
        with self._database.transaction() as connection:
            values = {"id": alert.id, "channel": f'$."{channel}"', "outcome": one_line(outcome)}
            connection.execute(_NOTE_SENT, values)

    def sent(self, alert: Alert) -> dict[str, str]:
        """Returns what became of an alert on each of its ways, by their names."""
        rows = self._database.rows(_SENT, (alert.id,))
        try:
            return {
                one_line(str(name), 40): one_line(str(outcome))
                for (text,) in rows
                for name, outcome in json.loads(text).items()
            }
        except MAKES_NO_SENSE as error:
            raise self._database.senseless(error) from error

    def _alerts(self, sql: str, values: Mapping[str, int]) -> list[Alert]:
        rows = self._database.rows(sql, {**values, "profile": self.profile})
        try:
            return [self._to_alert(row) for row in rows]
        except MAKES_NO_SENSE as error:
            raise self._database.senseless(error) from error

    def _to_alert(self, row: tuple[Any, ...]) -> Alert:
        number, kind, severity, text, at, is_asked, cleared_at, label, *ref = row
        return Alert(
            number,
            AlertKind(kind),
            Severity[severity.upper()],
            one_line(text, 300),
            to_moment(at),
            self.profile,
            to_ref(tuple(ref)) if ref[0] is not None else None,
            one_line(label or "", 60),
            bool(is_asked),
            maybe_moment(cleared_at),
        )
