"""What an open dashboard says of an alert: a toast, the bell, the terminal's notification."""

from collections.abc import Sequence
from typing import NamedTuple

from zcbulk_tui.domain.alerts import Alert, AlertKind, QuietHours, Severity, passes
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobRef
from zcbulk_tui.domain.snapshot import JobKey
from zcbulk_tui.tui.job_rows import JobRows
from zcbulk_tui.tui.notices import Announcement, Notice, Toast


class AlertPreferences(NamedTuple):
    """From which severity on alerts take each way; None for none of them.

    Attributes:
        toast: In the dashboard; quiet hours do not matter there.
        bell: The terminal's bell.
        notification: The notification of a terminal that has them.
        quiet_hours: When only what is critical rings or notifies; None for never.
    """

    toast: Severity | None = Severity.INFO
    bell: Severity | None = Severity.CRITICAL
    notification: Severity | None = Severity.WARNING
    quiet_hours: QuietHours | None = None


_TOASTS = {
    Severity.INFO: Toast("", severity="information", seconds=8),
    Severity.WARNING: Toast("", "Warning", "warning", 15),
    Severity.CRITICAL: Toast("", "Critical", "error", 30),
}
"""What each looks like. The titles say it without colours as well."""


class Alerting:
    """Decides what is said of alerts, of each once in this window.

    Args:
        rows: The jobs that they are about.
        preferences: Which way they take.
    """

    def __init__(self, rows: JobRows, preferences: AlertPreferences) -> None:
        self._rows = rows
        self._preferences = preferences
        self._said: set[tuple[str, int]] = set()

    def raised(self, alert: Alert, profile: str) -> list[Notice]:
        """Returns what is to be said of an alert.

        Quiet hours are those of the moment at which it was raised: that it is seen later makes it
        no louder.

        Args:
            alert: The alert.
            profile: What its profile is called here.
        """
        if (profile, alert.id) in self._said:
            return []
        self._said.add((profile, alert.id))
        toast, bell, notification, quiet_hours = self._preferences
        who, at = alert.label or profile, alert.at
        said: list[Notice] = []
        if passes(alert, toast, None, at) and not self._is_said(alert, profile):
            said.append(_TOASTS[alert.severity]._replace(text=f"{who}: {alert.text}"))
        rings = passes(alert, bell, quiet_hours, at)
        notifies = passes(alert, notification, quiet_hours, at)
        if rings or notifies:
            said.append(Announcement(who, alert.text, bell=rings, notification=notifies))
        return said

    def cleared(self, alert: Alert, profile: str) -> None:
        """Takes that what an alert was about is no longer so; the log has it, nothing is said."""
        self._said.discard((profile, alert.id))

    def _is_said(self, alert: Alert, profile: str) -> bool:
        """Whether another notice of this window says the same, and says more.

        A sign-in that fails has its dialog or toast, and so has a file that needs its user and a
        queue that stands still; what became of a start or an abort that was sent from here is said
        with the server's words.
        """
        if alert.is_asked:
            return False
        command = self._command(profile, alert.ref)
        match alert.kind:
            case AlertKind.SIGN_IN | AlertKind.QUEUE:
                return True
            case AlertKind.STARTED:
                return command is not None and command.action is Action.START
            case AlertKind.ENDED_BADLY:
                return command is not None and command.action is Action.ABORT
        return False

    def _command(self, profile: str, ref: JobRef | None) -> Command | None:
        """The last command of a job, unless the server has refused it."""
        if ref is None or JobKey(profile, ref) not in self._rows:
            return None
        command = self._rows[JobKey(profile, ref)].snapshot.command
        return command if command and command.outcome is not Outcome.REFUSED else None


def together(announcements: Sequence[Announcement]) -> Announcement:
    """Returns one announcement of one or several: what comes at once is told at once."""
    if len(announcements) == 1:
        return announcements[0]
    told = [it for it in announcements if it.notification]
    bell = any(it.bell for it in announcements)
    if len(told) == 1:
        return told[0]._replace(bell=bell)
    body = "; ".join(f"{it.title}: {it.body}" for it in told)
    return Announcement(f"{len(told):,} alerts", body, bell=bell, notification=bool(told))
