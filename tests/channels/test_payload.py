"""An alert as JSON: as the schema has it, on one line, and never longer than a pipe takes."""

import json
from datetime import timedelta, timezone
from importlib import resources
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.channels.alerts import ALERT, OF_ALL
from tests.support.text import is_one_safe_line
from zcbulk_tui.channels.payload import LONGEST, alert_json, alert_object
from zcbulk_tui.domain.alerts import Alert, AlertKind, Severity
from zcbulk_tui.domain.job import Environment

SCHEMA = json.loads(resources.files("zcbulk_tui.schemas").joinpath("alert.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)

texts = st.text(max_size=500) | st.text(st.sampled_from('"\\\n\x1b😀é'), max_size=500)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_an_alert_of_a_job() -> None:
    assert json.loads(alert_json(ALERT)) == {
        "id": 7,
        "kind": "stuck",
        "severity": "warning",
        "text": "Its counts have not moved for 10 minutes",
        "at": "2026-03-11T10:30:00.000+00:00",
        "profile": "orders",
        "job": {
            "origin": "https://www.zohoapis.com",
            "owner": "jason18",
            "app": "zylker-store",
            "form": "Employee_Details",
            "job_id": "3888833000000114027",
            "environment": "production",
            "label": "Employees",
        },
        "is_asked": False,
    }


def test_an_alert_of_a_profile_has_no_job() -> None:
    assert alert_object(OF_ALL)["job"] is None


def test_the_moment_is_in_utc() -> None:
    elsewhere = ALERT._replace(at=ALERT.at.astimezone(timezone(timedelta(hours=5, minutes=30))))
    assert alert_object(elsewhere) == alert_object(ALERT)


@given(
    alert=st.builds(
        Alert._replace,
        st.sampled_from([ALERT, OF_ALL]),
        kind=st.sampled_from(AlertKind),
        severity=st.sampled_from(Severity),
        text=texts,
        label=texts,
        is_asked=st.booleans(),
    )
)
def test_each_is_as_the_schema_has_it_and_fits_a_pipe(alert: Alert) -> None:
    data = alert_json(alert)
    assert len(data) <= LONGEST
    assert b"\n" not in data
    read: dict[str, Any] = json.loads(data)
    VALIDATOR.validate(read)
    assert is_one_safe_line(read["text"] + (read["job"] or {"label": ""})["label"])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("kind", list(AlertKind)),
        ("severity", [it.word for it in Severity]),
    ],
)
def test_the_schema_names_all_there_are(name: str, values: list[str]) -> None:
    assert SCHEMA["properties"][name]["enum"] == values
    environments = SCHEMA["properties"]["job"]["properties"]["environment"]["enum"]
    assert environments == list(Environment)


def test_the_longest_names_fit() -> None:
    assert ALERT.ref is not None
    name = "x" * 100
    ref = ALERT.ref._replace(owner=name, app=name, form=name, origin=f"https://{'x' * 255}:65535")
    long = ALERT._replace(ref=ref, text="😀" * 300, label="😀" * 60, profile="p" * 30)
    assert len(alert_json(long)) <= LONGEST
