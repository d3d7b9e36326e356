"""The doctor on the sign-in and the token."""

from pathlib import Path

import pytest

from tests.cli.doctor.examined import US, Doctor, change, configure, sign_in
from tests.cli.remembering import database
from tests.support.commands import CANARY
from tests.support.contracts import contract_of
from zcbulk_tui.cli.doctor import network
from zcbulk_tui.config import secrets
from zcbulk_tui.config.layers import variable
from zcbulk_tui.creator import scopes
from zcbulk_tui.domain.contract import Question
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.sign_in import SignInFiles


@pytest.mark.parametrize(
    ("allowed", "read_only", "grade", "said"),
    [
        ((scopes.READ, scopes.CREATE), False, "pass", "READ"),
        ((scopes.READ,), True, "pass", "READ"),
        ((scopes.READ,), False, "warn", "CREATE is missing"),
        ((scopes.CREATE,), True, "warn", "READ is missing"),
        ((), False, "pass", "did not say"),
    ],
)
def test_scopes(
    doctor: Doctor,
    creator: Creator,
    server: LoopbackServer,
    monkeypatch: pytest.MonkeyPatch,
    allowed: tuple[str, ...],
    read_only: bool,
    grade: str,
    said: str,
) -> None:
    change(sign_in(creator, server.base_url), scopes=allowed)
    monkeypatch.setenv(variable("read_only"), str(read_only).lower())
    found = doctor()["scopes"]
    assert found[0] == grade
    assert said in found[1]


@pytest.mark.parametrize(
    ("settings", "grade", "said"),
    [
        ({"data_center": "us"}, "pass", "us"),
        ({}, "pass", "us"),
        ({"data_center": "eu"}, "warn", "data_center says “eu”"),
        ({"base_url": "https://www.zohoapis.in"}, "warn", "base_url says “in”"),
        ({"base_url": "https://www.zohoapis.com"}, "pass", "us"),
    ],
)
def test_the_data_centre(
    doctor: Doctor,
    creator: Creator,
    server: LoopbackServer,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    grade: str,
    said: str,
) -> None:
    change(sign_in(creator, server.base_url), accounts_url=US.accounts_url)
    monkeypatch.setattr(network, "check", lambda _: ())
    for key, value in settings.items():
        monkeypatch.setenv(variable(key), value)
    found = doctor()
    assert found["data centre"][0] == grade
    assert said in found["data centre"][1]
    # It signed in at Zoho, and accounts_url says the simulator.
    assert found["accounts server"][0] == "warn"


def test_a_sign_in_that_zoho_has_ended(
    doctor: Doctor, creator: Creator, server: LoopbackServer
) -> None:
    credentials = sign_in(creator, server.base_url)
    change(credentials, id="another", refresh_token="1000.canary.gone")
    grade, said, fix = doctor()["token"]
    assert grade == "fail"
    assert "does not accept the sign-in" in said
    assert "zcbulk-tui login" in fix
    assert doctor.ended.code == 3


@pytest.mark.usefixtures("signed_in")
def test_a_token_of_the_environment(
    doctor: Doctor, creator: Creator, server: LoopbackServer
) -> None:
    sign_in(creator, server.base_url)
    found = doctor()
    assert found["sign-in"][1] == (
        "Tokens come from ZCBULK_ACCESS_TOKEN, which takes precedence over the sign-in."
    )
    assert found["token"][0] == "pass"
    assert "scopes" not in found


@pytest.mark.usefixtures("nobody")
def test_something_that_is_no_token(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(secrets.ACCESS_TOKEN, "Zoho-oauthtoken 1000.canary.5ecre7")
    assert doctor()["sign-in"][0] == "fail"
    assert doctor.ended.code == 2
    assert "canary" not in doctor.ended.out


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("command", "grade"), [(f"echo {CANARY}", "pass"), ("false", "fail"), ("echo not one", "fail")]
)
def test_a_program_that_prints_the_token(
    doctor: Doctor,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    grade: str,
) -> None:
    configure(home, monkeypatch, f'token_command = "{command}"\n')
    found = doctor()
    assert found["sign-in"][:2] == ("pass", "Tokens come from token_command.")
    assert found["token"][0] == grade
    assert doctor.ended.code == (0 if grade == "pass" else 3)
    assert CANARY not in doctor.ended.out


def test_files_of_a_sign_in_that_cannot_be_looked_at(
    doctor: Doctor, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> bool:
        raise PermissionError(13, "Permission denied", "/elsewhere")

    monkeypatch.setattr(SignInFiles, "exists", property(refuse))
    found = doctor()
    assert found["sign-in"][0] == "fail"
    assert "/elsewhere cannot be read" in found["sign-in"][1]
    assert server.base_url in found["API route"][1]
    assert doctor.ended.code == 2


@pytest.mark.parametrize(("known", "grade"), [("UPDATE", "warn"), ("CREATE", "pass")])
def test_a_scope_that_a_probe_has_found_to_be_needed_is_missed(
    doctor: Doctor, creator: Creator, server: LoopbackServer, home: Path, known: str, grade: str
) -> None:
    change(sign_in(creator, server.base_url), scopes=(scopes.READ, scopes.CREATE))
    with database(home) as opened:
        contract = contract_of((Question.CONTROL_SCOPE, {"scope": known}))
        Contracts(opened, "default").save(server.base_url, contract)
    found = doctor()["scopes"]
    assert found[0] == grade
    assert ("UPDATE is missing" in found[1]) == (known == "UPDATE")
