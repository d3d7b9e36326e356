"""An alert as JSON, which is the same on every way out; ``schemas/alert.json`` describes it.

No field is renamed or given another meaning. Nothing in it is secret: texts are ours, labels the
user's, and both are one line.
"""

import json
from datetime import UTC

from zcbulk_tui.domain.alerts import Alert
from zcbulk_tui.domain.text import one_line

LONGEST = 4096
"""Bytes of the longest JSON of an alert: what every pipe takes at once, even with nobody reading.

The texts below are cut so that it holds; link names and ids are bounded where they are read.
"""

_TEXT, _LABEL = 300, 60
"""Characters; an alert's text and a job's label are never longer where they come from."""


def alert_object(alert: Alert) -> dict[str, object]:
    """Returns an alert for JSON."""
    ref = alert.ref
    return {
        "id": alert.id,
        "kind": alert.kind.value,
        "severity": alert.severity.word,
        "text": text(alert),
        "at": moment(alert),
        "profile": alert.profile,
        "job": ref
        and {
            "origin": ref.origin,
            "owner": ref.owner,
            "app": ref.app,
            "form": ref.form,
            "job_id": ref.job_id,
            "environment": ref.environment.value,
            "label": label(alert),
        },
        "is_asked": alert.is_asked,
    }


def alert_json(alert: Alert) -> bytes:
    """Returns an alert as one line of JSON in UTF-8, of at most `LONGEST` bytes."""
    return json.dumps(alert_object(alert), ensure_ascii=False).encode()


def moment(alert: Alert) -> str:
    """Returns when an alert was raised, in ISO 8601, in UTC, to the millisecond."""
    return alert.at.astimezone(UTC).isoformat(timespec="milliseconds")


def text(alert: Alert) -> str:
    """Returns an alert's text as one line."""
    return one_line(alert.text, _TEXT)


def label(alert: Alert) -> str:
    """Returns the label of an alert's job as one line; empty without one."""
    return one_line(alert.label, _LABEL)
