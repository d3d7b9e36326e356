"""``zcbulk-tui doctor``: all of its lines, their sum, and what is in none of them."""

import json
from pathlib import Path

import pytest

from tests.cli.doctor.examined import ACCOUNTS_URL, Doctor, calls, configure, sign_in
from tests.support.commands import CANARY, CommandLine
from tests.support.jobs import URL
from tests.support.simulators import url_of
from zcbulk_tui.config import load, secrets
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.server import LoopbackServer


def test_all_is_well(doctor: Doctor, creator: Creator, server: LoopbackServer) -> None:
    credentials = sign_in(creator, server.base_url)
    found = doctor()
    assert {subject for subject, (grade, _, _) in found.items() if grade != "pass"} == {"terminal"}
    assert ", ".join(found) == (
        "configuration, variables, config file, state folder, memory, results, sign-in files, "
        "sign-in, accounts server, scopes, data centre, API route, API DNS, API TLS, API answer, "
        "accounts route, accounts DNS, accounts TLS, accounts answer, clock, contract, token, "
        "status, alerts, terminal"
    )
    assert doctor.ended.code == 0
    assert found["token"][1] == "Valid for 59m."
    assert str(credentials) in found["sign-in"][1]
    assert creator.accounts.client_id in found["sign-in"][1]
    assert calls(creator) == []


def test_for_people(cli: CommandLine, creator: Creator, server: LoopbackServer) -> None:
    sign_in(creator, server.base_url)
    ended = cli("doctor")
    *lines, total = ended.out.splitlines()
    assert total == "24 fine, 1 warning, 0 failures"
    assert lines[0].startswith("ok    configuration     ")
    assert lines[-2].startswith("warn  terminal          ")
    assert lines[-1].startswith(" " * 24 + "Run this")
    assert (ended.code, ended.err) == (0, "")


def test_nothing_there(doctor: Doctor, nobody: str, cli: CommandLine) -> None:
    found = doctor()
    assert found["sign-in"][0] == "fail"
    assert "zcbulk-tui login" in found["sign-in"][2]
    for name in ("API answer", "accounts answer"):
        grade, said, _ = found[name]
        assert grade == "fail"
        assert f"{nobody.removeprefix('http://')} cannot be reached" in said
    assert found["clock"][0] == "warn"
    assert doctor.ended.code == 3
    assert cli("doctor").out.splitlines()[-1].endswith("2 warnings, 3 failures")


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("at", ["sign_in.check", "network.check", "token.check", "configuration"])
def test_an_error_that_nobody_thought_of(
    cli: CommandLine,
    creator: Creator,
    server: LoopbackServer,
    monkeypatch: pytest.MonkeyPatch,
    at: str,
    form: str,
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("my secret is canary-5ecre7")

    credentials = json.loads(sign_in(creator, server.base_url).read_text(encoding="utf-8"))
    if at == "configuration":
        monkeypatch.setattr(load, "read", break_down)
    else:
        monkeypatch.setattr(f"zcbulk_tui.cli.doctor.{at}", break_down)
    ended = cli("doctor", *(["--json"] if form == "json" else []))
    assert "RuntimeError" in ended.out
    assert "terminal" in ended.out
    assert ended.code == 1
    for hidden in ("canary", credentials["refresh_token"], credentials["client_secret"]):
        assert hidden not in ended.out + ended.err


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_sign_in_shows_nothing_secret(
    cli: CommandLine,
    creator: Creator,
    server: LoopbackServer,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
) -> None:
    file = sign_in(creator, server.base_url)
    credentials = json.loads(file.read_text(encoding="utf-8"))
    monkeypatch.setenv(secrets.CLIENT_SECRET, "0123456789abcdef0123456789abcdef0123456789")
    monkeypatch.setenv(secrets.REFRESH_TOKEN, CANARY)
    job = next(iter(creator.jobs.values()))
    ended = cli("doctor", url_of(server, job), *(["--json"] if form == "json" else []))
    assert ended.code == 0
    token = json.loads((file.parent / "token.json").read_text(encoding="utf-8"))["access_token"]
    for hidden in (
        token,
        credentials["refresh_token"],
        credentials["client_secret"],
        CANARY,
        "0123456789abcdef",
    ):
        assert hidden not in ended.out + ended.err


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("way", ["environment", "program"])
def test_no_token_and_no_password_is_shown(
    cli: CommandLine,
    nobody: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    form: str,
) -> None:
    if way == "environment":
        monkeypatch.setenv(secrets.ACCESS_TOKEN, CANARY)
    else:
        configure(home, monkeypatch, f"token_command = \"echo {CANARY} # --pin 'pa55canary'\"\n")
    for name in ("ZCBULK_BASE_URL", ACCOUNTS_URL):
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("HTTPS_PROXY", nobody.replace("//", "//user:pa55canary@"))
    monkeypatch.setenv("ZCBULK_DATA_CENTER", "us")
    ended = cli("doctor", URL, *(["--json"] if form == "json" else []))
    assert "through the proxy" in ended.out
    for hidden in (CANARY, "pa55canary"):
        assert hidden not in ended.out + ended.err
