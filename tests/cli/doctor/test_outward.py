"""The doctor on the page and the heartbeat."""

from pathlib import Path

import pytest

from tests.cli.doctor.examined import Doctor, configure
from tests.support.stub_server import StubServer

pytestmark = pytest.mark.usefixtures("nobody")


def test_what_is_not_set_has_no_line(doctor: Doctor) -> None:
    assert not {"page", "heartbeat"} & doctor().keys()


def test_what_is_set_is_there_and_nothing_is_called(
    doctor: Doctor, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StubServer() as server:
        url = f"{server.url}/s3cret"
        configure(
            home,
            monkeypatch,
            f'[heartbeat]\nurl = "{url}"\nperiod = 90\n[publish]\ndirectory = "{tmp_path}"\n',
        )
        found = doctor()
    assert server.requests == []
    assert found["page"][0] == "pass"
    assert f"{tmp_path} can be written" in found["page"][1]
    assert found["heartbeat"][:2] == (
        "pass",
        f"A URL of 127.0.0.1:{server.port} is called every 90 s while a dashboard polls and "
        "nothing is red.",
    )
    assert "s3cret" not in doctor.ended.out


def test_what_cannot_be_written_fails(
    doctor: Doctor, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    configure(
        home,
        monkeypatch,
        f'[heartbeat]\nfile = "{gone}/beat"\n[publish]\ndirectory = "{gone}"\n',
    )
    found = doctor()
    assert found["page"][0] == found["heartbeat"][0] == "fail"
    assert "is not there" in found["page"][1]
    assert "[heartbeat] file" in found["heartbeat"][2]
    assert doctor.ended.code != 0


def test_the_file_of_a_heartbeat(
    doctor: Doctor, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(home, monkeypatch, f'[heartbeat]\nfile = "{tmp_path}/beat"\n')
    grade, said, _ = doctor()["heartbeat"]
    assert (grade, said.partition(" is set every 60 s")[0]) == (
        "pass",
        f"The time of {tmp_path}/beat",
    )
    assert not (tmp_path / "beat").exists()
