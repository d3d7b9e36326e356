"""Alerts to send."""

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

OF_ALL = ALERT._replace(kind=AlertKind.QUOTA, text="10 % of the day's calls are left", ref=None)
OF_ALL = OF_ALL._replace(label="")
