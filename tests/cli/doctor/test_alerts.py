"""The doctor on the channels of alerts, none of which is called."""

from pathlib import Path

import pytest

from tests.cli.doctor.examined import Doctor
from tests.support.stub_server import StubServer
from zcbulk_tui.cli.state import kept_webhook_secret
from zcbulk_tui.config import secrets
from zcbulk_tui.config.load import load
from zcbulk_tui.config.secrets import secret

pytestmark = pytest.mark.usefixtures("nobody")


def test_none_is_configured(doctor: Doctor) -> None:
    assert doctor()["alerts"][0] == "pass"


def test_a_command(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZCBULK_ALERTS_COMMAND", "sh -c hunter2")
    found = doctor()
    assert found["alert command"] == (
        "pass",
        "“sh …” can be run. Alerts from warning on take it.",
        "",
    )
    assert "alerts" not in found
    assert "hunter2" not in doctor.ended.out


@pytest.mark.parametrize("command", ["no-such-program-anywhere hunter2", "KEY=hunter2 sh"])
def test_a_command_that_is_not_there(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("ZCBULK_ALERTS_COMMAND", command)
    grade, _, fix = doctor()["alert command"]
    assert (grade, fix) == ("warn", "Correct alerts.command, then try it: zcbulk-tui alerts test")
    assert "hunter2" not in doctor.ended.out


@pytest.mark.parametrize("source", ["nowhere", "file", "variable"])
def test_a_webhook(
    doctor: Doctor, home: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    file = home / "state" / "alerts" / "default" / "webhook-secret"
    if source == "file":
        kept_webhook_secret(load()).write(secret("hunter2", "it"))
    elif source == "variable":
        monkeypatch.setenv(secrets.WEBHOOK_SECRET, "hunter2")
    with StubServer() as server:
        monkeypatch.setenv("ZCBULK_ALERTS_WEBHOOK", f"{server.url}/s3cr3t")
        monkeypatch.setenv("ZCBULK_ALERTS_WEBHOOK_FROM", "off")
        found = doctor()["alert webhook"]
    words = {
        "nowhere": "without a secret",
        "file": f"with the secret in {file}",
        "variable": "with the secret in ZCBULK_WEBHOOK_SECRET",
    }
    assert found == ("pass", f"To {server.url}/…, {words[source]}. No alert takes it.", "")
    assert server.requests == []
    assert "hunter2" not in doctor.ended.out


def test_a_secret_that_others_can_read(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = kept_webhook_secret(load())
    kept.write(secret("hunter2", "it"))
    Path(kept.place).chmod(0o644)
    monkeypatch.setenv("ZCBULK_ALERTS_WEBHOOK", "https://alerts.example.com/x")
    grade, _, fix = doctor()["alert webhook"]
    assert grade == "fail"
    assert f"chmod 600 '{kept.place}'" in fix
