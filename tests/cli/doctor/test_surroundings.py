"""Proxies and certificates from the environment: commands, and what the doctor says of them."""

import json
from pathlib import Path

import pytest

from tests.support.commands import CANARY, CommandLine, Ended, environment, run_process
from tests.support.jobs import URL
from tests.support.stub_server import Reply, StubServer

pytestmark = pytest.mark.usefixtures("signed_in")
SECRET = "pa55canary"


def refused(ended: Ended, variable: str) -> None:
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert variable in ended.err
    assert SECRET not in ended.err


@pytest.mark.parametrize("command", ["status", "start", "abort", "watch"])
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "all_proxy", "HTTP_PROXY"])
def test_a_proxy_that_cannot_be_used_ends_a_command_in_one_line(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, command: str, variable: str
) -> None:
    monkeypatch.setenv(variable, f"http://u:{SECRET}@127.0.0.1:99999")
    if command == "watch":
        monkeypatch.setattr("zcbulk_tui.cli.dashboard._check_terminal", lambda: None)
    yes = ["--yes"] if command in ("start", "abort") else []
    refused(cli(command, URL, *yes), variable)


def test_what_no_proxy_lists_in_vain_is_a_warning(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StubServer([Reply.of({"code": 7120, "message": "No."})]) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        monkeypatch.setenv("NO_PROXY", "::1/128,<local>,[::1]")
        ended = cli("status", URL)
    assert ended.code == 1
    assert ended.lines[0].startswith("zcbulk-tui: NO_PROXY: “<local>”")
    assert len(ended.lines) == 2


def test_a_file_that_cannot_be_used_ends_a_command_in_one_line(home: Path) -> None:
    env = environment(home, token=CANARY, SSL_CERT_FILE=str(home / "nowhere" / "x"))
    refused(run_process("status", URL, env=env), "SSL_CERT_FILE")


def test_no_netrc_is_read(home: Path, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = home / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {SECRET}\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with StubServer([Reply.of({"code": 7120, "message": "No."})]) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        cli("status", URL)
        (request,) = server.requests
    assert request.headers["authorization"] == f"Zoho-oauthtoken {CANARY}"


def test_the_doctor_shows_each_variable(
    home: Path, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {
        "HTTPS_PROXY": f"http://u:{SECRET}@127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "all_proxy": f"socks://u:{SECRET}@x",
        "NO_PROXY": "::1/128 <local>",
        "SSL_CERT_FILE": str(home / "nowhere"),
        "SSL_CERT_DIR": str(home),
        "SSLKEYLOGFILE": str(home / "keys"),
        "REQUESTS_CA_BUNDLE": str(home / "bundle.pem"),
        "ZCBULK_BASE_URL": "http://127.0.0.1:9",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    ended = cli("doctor", "--json")
    assert SECRET not in ended.out + ended.err
    found = {each["subject"]: each for each in json.loads(ended.out)["findings"]}
    assert found["HTTPS_PROXY"]["said"].startswith("http://127.0.0.1:9: what goes to Zoho")
    assert "not needed" in found["HTTP_PROXY"]["said"]
    assert found["all_proxy"]["grade"] == "warn"
    assert "<local>" in found["NO_PROXY"]["said"]
    assert found["SSL_CERT_FILE"]["grade"] == found["SSL_CERT_DIR"]["grade"] == "fail"
    assert found["SSLKEYLOGFILE"]["grade"] == "warn"
    assert "REQUESTS_CA_BUNDLE" in found["not used here"]["said"]
    assert "ca_bundle counts" in found["not used here"]["said"]


def test_the_doctor_shows_a_file_of_keys_that_others_can_read(
    home: Path, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "keys").touch()
    (home / "keys").chmod(0o644)
    monkeypatch.setenv("SSLKEYLOGFILE", str(home / "keys"))
    monkeypatch.setenv("ZCBULK_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ZCBULK_ACCOUNTS_URL", "http://127.0.0.1:9")
    found = {each["subject"]: each for each in json.loads(cli("doctor", "--json").out)["findings"]}
    assert found["SSLKEYLOGFILE"]["grade"] == "fail"
    assert "chmod go-rwx" in found["SSLKEYLOGFILE"]["fix"]
