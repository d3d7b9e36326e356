"""The alerts of a profile: each raised once for its crossing, by whichever window is first."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from zcbulk_tui.domain.alerts import Alert, AlertKind, Severity
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.json_objects import MAKES_NO_SENSE
from zcbulk_tui.store.rows import (
    REF,
    THE_JOB,
    key,
    maybe_millis,
    maybe_moment,
    no_job,
    to_millis,
    to_moment,
    to_ref,
)

if TYPE_CHECKING:
    import sqlite3

SENDING = "sending"
"""The outcome of a channel whose sending has begun; it is settled where the process has ended."""

LOST = "unknown: zcbulk-tui was ended while it was sent"
"""The outcome of a channel whose process was ended meanwhile; it is not sent again."""

_SELECT = f"""
SELECT alerts.id, alerts.kind, alerts.severity, alerts.text, alerts.at, alerts.is_asked,
    alerts.cleared_at, alerts.sent, jobs.label, {REF}
FROM alerts LEFT JOIN jobs ON jobs.id = alerts.job WHERE alerts.profile = :profile
"""

_ACTIVE = f"{_SELECT} AND alerts.cleared_at IS NULL ORDER BY alerts.id"

_SINCE = f"{_SELECT} AND (alerts.at >= :since OR alerts.cleared_at >= :since) ORDER BY alerts.id"

_NEWER = f"{_SELECT} AND alerts.id > :last ORDER BY alerts.id"

_ONE = f"{_SELECT} AND alerts.id = :id"

_NOT_HANDED_ON = f"{_SELECT} AND alerts.sent = '{{}}' AND alerts.at >= :since ORDER BY alerts.id"

# A job that is not known any more is none that anything can be said of.
_RAISE = f"""
INSERT INTO alerts (profile, job, kind, severity, text, is_asked, at)
SELECT :profile, {THE_JOB}, :kind, :severity, :text, :is_asked, :at
WHERE (:job_id IS NULL OR {THE_JOB} IS NOT NULL) AND NOT EXISTS (
    SELECT 1 FROM alerts WHERE profile = :profile AND job IS {THE_JOB} AND kind = :kind
        AND at >= :happened_at)
ON CONFLICT DO NOTHING
"""

_AGAIN = f"""
INSERT INTO alerts (id, profile, job, kind, severity, text, is_asked, at, cleared_at, sent)
SELECT :id, :profile, {THE_JOB}, :kind, :severity, :text, :is_asked, :at, :cleared_at, :sent
WHERE :job_id IS NULL OR {THE_JOB} IS NOT NULL
ON CONFLICT DO NOTHING
"""

_CLEAR = "UPDATE alerts SET cleared_at = :at WHERE id = :id AND cleared_at IS NULL"

_CLEAR_UNWATCHED = """
UPDATE alerts SET cleared_at = :at WHERE profile = :profile AND cleared_at IS NULL
    AND job IN (SELECT id FROM jobs WHERE place IS NULL)
    AND job NOT IN (SELECT job FROM wanted)
"""

_BEGIN_SENDING = "UPDATE alerts SET sent = :sent WHERE id = :id AND sent = '{}'"

# What is no JSON is found by whoever reads it.
_LEFT_SENDING = f"""
{_SELECT} AND CASE WHEN json_valid(alerts.sent)
    THEN EXISTS (SELECT 1 FROM json_each(alerts.sent) WHERE value = '{SENDING}') END
ORDER BY alerts.id
"""

_NOTE_LOST = (
    "UPDATE alerts SET sent = json_set(sent, :channel, :outcome) "
    f"WHERE id = :id AND json_extract(sent, :channel) = '{SENDING}'"
)

_NOTE_SENT = "UPDATE alerts SET sent = json_set(sent, :channel, :outcome) WHERE id = :id"

_SENT = "SELECT sent FROM alerts WHERE id = ?"

_NEWEST = "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'alerts'"

_GO_ON_FROM = (
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'alerts', 0 "
    "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'alerts')",
    "UPDATE sqlite_sequence SET seq = max(seq, :last) WHERE name = 'alerts'",
)

_MARK = "SELECT value FROM marks WHERE name = ?"

_SET_MARK = """
INSERT INTO marks (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE
    SET value = min(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))
"""
"""The earlier moment stays, whichever process is first."""


class AlertStore:
    """The alerts of a profile.

    What it has read last is written into a file that is begun anew, so that no alert is raised
    again there. Every method raises `ConfigError` where the database cannot be read or written.

    Args:
        database: Keeps them.
        profile: Whose they are.

    Attributes:
        profile: Whose they are.
    """

    def __init__(self, database: Database, profile: str) -> None:
        self._database = database
        self.profile = profile
        self._changes = 0
        self._known: list[tuple[Alert, str]] = []
        self._newest_known = 0
        self._since: datetime | None = None
        database.on_new_file.append(self._write_anew)

    @property
    def version(self) -> tuple[int, int]:
        """Another one once they may stand otherwise: something was written here, or elsewhere."""
        return self._database.version(), self._changes + self._database.begun_anew

    def active(self) -> list[Alert]:
        """Returns those that are so still, oldest first."""
        rows = self._rows(_ACTIVE, {})
        self._known = [(self._to_alert(row), row[7]) for row in rows]
        return [alert for alert, _ in self._known]

    def since(self, moment: datetime) -> list[Alert]:
        """Returns those that were raised or cleared since an aware moment, oldest first."""
        return self._alerts(_SINCE, since=to_millis(moment))

    def newer_than(self, last: int) -> list[Alert]:
        """Returns those with a higher number, whoever has raised them, oldest first."""
        found = self._alerts(_NEWER, last=last)
        self._newest_known = max([self._newest_known, *(alert.id for alert in found)])
        return found

    def newest(self) -> int:
        """Returns the highest number that an alert has had; 0 for none."""
        ((self._newest_known,),) = self._database.rows(_NEWEST)
        return self._newest_known

    def find(self, number: int) -> Alert | None:
        """Returns the alert of a number; None for none."""
        return next(iter(self._alerts(_ONE, id=number)), None)

    def raise_alert(
        self,
        kind: AlertKind,
        severity: Severity,
        text: str,
        at: datetime,
        ref: JobRef | None = None,
        *,
        is_asked: bool = False,
        happened_at: datetime | None = None,
        instead_of: Alert | None = None,
    ) -> Alert | None:
        """Raises an alert, if none of its kind is active for its job, in whatever process.

        Args:
            kind: What it is about.
            severity: How much it matters.
            text: What is so; see `Alert`.
            at: Now; aware.
            ref: The job; None where it is about the profile.
            is_asked: See `Alert`.
            happened_at: When it happened, of what happens once; aware. One that was raised since is
                enough, though it is cleared.
            instead_of: One of its kind that is cleared with it, since it matters more, or less.

        Returns:
            The alert; None where there is one already, or the job is not known.
        """
        self._changes += 1
        values = {
            **(key(self.profile, ref) if ref else no_job(self.profile)),
            "kind": kind.value,
            "severity": severity.word,
            "text": one_line(text, 300),
            "is_asked": is_asked,
            "at": to_millis(at),
            "happened_at": maybe_millis(happened_at),
        }
        with self._database.transaction() as connection:
            if instead_of is not None:
                connection.execute(_CLEAR, {"id": instead_of.id, "at": to_millis(at)})
            raised = connection.execute(_RAISE, values)
            number = raised.lastrowid if raised.rowcount == 1 else None
        return None if number is None else self.find(number)

    def clear(self, alert: Alert, at: datetime) -> bool:
        """Notes that an alert is no longer so; returns whether it was until now."""
        self._changes += 1
        with self._database.transaction() as connection:
            cleared = connection.execute(_CLEAR, {"id": alert.id, "at": to_millis(at)})
        return cleared.rowcount == 1

    def clear_unwatched(self, at: datetime) -> int:
        """Clears those of jobs that no window watches any more; returns how many."""
        with self._database.transaction() as connection:
            values = {"profile": self.profile, "at": to_millis(at)}
            cleared = connection.execute(_CLEAR_UNWATCHED, values).rowcount
        self._changes += cleared > 0
        return cleared

    # Which way they take.

    def not_handed_on(self, since: datetime) -> list[Alert]:
        """Returns those raised since an aware moment that no process has handed on."""
        return self._alerts(_NOT_HANDED_ON, since=to_millis(since))

    def begin_sending(self, alert: Alert, outcomes: Mapping[str, str]) -> bool:
        """Writes that an alert is handed on, if no process has done so.

        Both is one transaction, so that of several processes one alone sends it.

        Args:
            alert: The alert.
            outcomes: What is known by now of each of its ways, at least one.

        Returns:
            Whether this process sends it.
        """
        self._changes += 1  # a file that is begun anew has to hold this, too
        with self._database.transaction(durable=True) as connection:
            values = {"id": alert.id, "sent": json.dumps(dict(outcomes))}
            return bool(connection.execute(_BEGIN_SENDING, values).rowcount == 1)

    def note_sent(self, alert: Alert, channel: str, outcome: str) -> None:
        """Writes what became of an alert on one of its ways, as a few words."""
        with self._database.transaction() as connection:
            values = {"id": alert.id, "channel": f'$."{channel}"', "outcome": one_line(outcome)}
            connection.execute(_NOTE_SENT, values)

    def left_sending(self) -> list[tuple[Alert, list[str]]]:
        """Returns those whose sending has begun and not ended, with the names of the channels."""
        return [
            (alert, [name for name, outcome in self.sent(alert).items() if outcome == SENDING])
            for alert in self._alerts(_LEFT_SENDING)
        ]

    def note_lost(self, alert: Alert, channel: str) -> None:
        """Writes that the sender of an alert is gone, unless it has written another outcome."""
        with self._database.transaction() as connection:
            values = {"id": alert.id, "channel": f'$."{channel}"', "outcome": LOST}
            connection.execute(_NOTE_LOST, values)

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

    # Since when they are kept.

    def kept_since(self, now: datetime) -> datetime:
        """Returns since when alerts are kept for the profile: now, where it is the first time.

        A moment that is still to come was written by a clock that was wrong.
        """
        if self._since is None or self._since > now:
            with self._database.transaction() as connection:
                connection.execute(_SET_MARK, {"name": self._mark, "value": to_millis(now)})
                ((value,),) = connection.execute(_MARK, (self._mark,)).fetchall()
            self._since = to_moment(int(value))
        return self._since

    @property
    def _mark(self) -> str:
        return f"alerts_since {self.profile}"

    def _write_anew(self, connection: "sqlite3.Connection") -> None:
        """Writes what is known into a file that is begun anew, where it lacks that."""
        for statement in _GO_ON_FROM:
            connection.execute(statement, {"last": self._newest_known})
        for alert, sent in self._known:
            connection.execute(_AGAIN, self._values(alert, sent))
        if self._since is not None:
            connection.execute(_SET_MARK, {"name": self._mark, "value": to_millis(self._since)})

    def _values(self, alert: Alert, sent: str) -> dict[str, Any]:
        return {
            **(key(self.profile, alert.ref) if alert.ref else no_job(self.profile)),
            "id": alert.id,
            "kind": alert.kind.value,
            "severity": alert.severity.word,
            "text": alert.text,
            "is_asked": alert.is_asked,
            "at": to_millis(alert.at),
            "cleared_at": maybe_millis(alert.cleared_at),
            "sent": sent,
        }

    def _alerts(self, sql: str, **values: int) -> list[Alert]:
        return [self._to_alert(row) for row in self._rows(sql, values)]

    def _rows(self, sql: str, values: Mapping[str, int]) -> Sequence[tuple[Any, ...]]:
        return self._database.rows(sql, {**values, "profile": self.profile})

    def _to_alert(self, row: tuple[Any, ...]) -> Alert:
        number, kind, severity, text, at, is_asked, cleared_at, _, label, *ref = row
        try:
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
        except MAKES_NO_SENSE as error:
            raise self._database.senseless(error) from error
