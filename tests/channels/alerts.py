"""Alerts to send."""

from dataclasses import replace

from tests.support.jobs import NOW, REF
from zcbulk_tui.domain.alerts import Alert, AlertKind, Severity

ALERT = Alert(
    7,
    AlertKind.STUCK,
    Severity.WARNING,
    "Its counts have not moved for 10 minutes",
    NOW,
    "orders",
    REF,
    "Employees",
)

OF_ALL = replace(ALERT, kind=AlertKind.QUOTA, text="10 % of the day's calls are left", ref=None)
OF_ALL = replace(OF_ALL, label="")
