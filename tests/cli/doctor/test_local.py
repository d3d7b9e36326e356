"""The doctor on configuration and permissions."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.doctor.examined import Doctor, configure, sign_in
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.store import database


def test_a_configuration_that_cannot_be_used_does_not_stop_the_rest(
    doctor: Doctor, server: LoopbackServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(home, monkeypatch, "read_onyl = true\n")
    found = doctor()
    grade, said, fix = found["configuration"]
    assert grade == "fail"
    assert "read_onyl" in said
    assert "read_only" in fix
    assert found["sign-in"][0] == "warn"
    # What the environment says of the network holds.
    assert server.base_url in found["API route"][1]
    assert found["API answer"][0] == found["memory"][0] == "pass"
    assert "token" not in found
    assert doctor.ended.code == 2
    assert json.loads(doctor.ended.out)["profile"] is None


@pytest.mark.usefixtures("nobody")
def test_the_profile(doctor: Doctor, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(home, monkeypatch, "[profiles.orders]\n[profiles.test]\n")
    found = doctor("--profile", "test")
    assert found["configuration"][:2] == ("pass", "~/config.toml; profile test.")
    assert json.loads(doctor.ended.out)["profile"] == "test"


@pytest.mark.usefixtures("nobody")
def test_a_variable_that_means_nothing(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZCBULK_READONLY", "1")
    grade, said, _ = doctor()["variables"]
    assert grade == "warn"
    assert "ZCBULK_READ_ONLY" in said


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize(("mode", "grade"), [(0o644, "pass"), (0o664, "warn"), (0o646, "warn")])
def test_a_configuration_that_others_can_write(
    doctor: Doctor,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: int,
    grade: str,
) -> None:
    file = configure(home, monkeypatch, "")
    file.chmod(mode)
    found = doctor()["config file"]
    assert found[0] == grade
    assert found[2] == (f"chmod go-w '{file}'" if grade == "warn" else "")


def test_credentials_that_others_can_read(
    doctor: Doctor, creator: Creator, server: LoopbackServer
) -> None:
    credentials = sign_in(creator, server.base_url)
    credentials.chmod(0o644)
    found = doctor()
    for subject in ("sign-in files", "sign-in"):
        assert found[subject][0] == "fail"
        assert f"chmod 600 '{credentials}'" in found[subject][2]
    assert "token" not in found
    assert doctor.ended.code == 2


@pytest.mark.usefixtures("nobody")
def test_a_state_folder_that_cannot_be_one(doctor: Doctor, home: Path) -> None:
    (home / "state").write_text("")
    found = doctor()
    assert found["state folder"][0] == found["memory"][0] == "fail"
    assert "ZCBULK_STATE_DIR" in found["state folder"][2]
    assert doctor.ended.code == 2


@pytest.mark.usefixtures("nobody")
def test_a_ledger_that_is_damaged(doctor: Doctor, home: Path) -> None:
    (home / "state").mkdir(mode=0o700)
    (home / "state" / database.FILE_NAME).write_text("no database " * 100)
    grade, said, _ = doctor()["memory"]
    assert grade == "fail"
    assert "damaged" in said
    assert doctor.ended.code == 2


def test_where_results_are_kept_and_for_how_long(doctor: Doctor, home: Path) -> None:
    folder = home / "state" / "results"
    _, said, _ = doctor()["results"]
    assert (
        said == "There are none; ~/state/results is where they would be. They are kept for 30 days."
    )
    job = folder / "1-ab"
    for path in (folder, job):
        path.mkdir(mode=0o700)
    result = job / "failure.csv"
    result.touch(mode=0o600)
    result.write_text("Name\r\nAnna\r\n")
    os.utime(result, (1_700_000_000, 1_700_000_000))
    grade, said, _ = doctor()["results"]
    assert grade == "pass"
    assert said.startswith("~/state/results: 1 file, 12 bytes, which only you can read. They are")
    assert said.endswith("The first go on Thu 14 Dec.")
    assert "Anna" not in said


def test_results_that_others_can_read(doctor: Doctor, home: Path) -> None:
    folder = home / "state" / "results"
    folder.mkdir(mode=0o755, parents=True)
    grade, said, fix = doctor()["results"]
    assert (grade, said) == (
        "warn",
        "Others can read ~/state/results, which holds records of yours.",
    )
    assert fix == f"chmod -R go= '{folder}'"
