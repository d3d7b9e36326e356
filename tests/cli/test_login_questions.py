"""What ``login`` asks for, what a script says instead, and what a second sign-in knows already."""

import sys
from pathlib import Path

import pytest

from tests.cli.signing_in import (
    CLIENT,
    Person,
    Zoho,
    complaint,
    fine,
    grant_code,
    kept,
    kept_token,
    pipe,
    set_all,
    sign_in,
)
from tests.support.commands import PROGRAM, CommandLine, environment, files_below
from tests.support.terminal import ENTER, Terminal
from tests.support.text import is_one_safe_line
from zcbulk_tui.config import secrets
from zcbulk_tui.creator.accounts import Accounts
from zcbulk_tui.simulator.accounts import CLIENT_ID, CLIENT_SECRET


@pytest.mark.parametrize(
    ("arguments", "environ", "text", "words"),
    [
        pytest.param((), {}, "", ("client_id", "ZCBULK_CLIENT_ID"), id="client-id"),
        pytest.param(
            (),
            {"ZCBULK_CLIENT_ID": "1000.A"},
            "",
            ("Client secret", secrets.CLIENT_SECRET),
            id="secret",
        ),
        pytest.param(
            (),
            {**CLIENT, secrets.CLIENT_SECRET: "a b"},
            "",
            (secrets.CLIENT_SECRET,),
            id="odd-secret",
        ),
        pytest.param(("--self-client",), CLIENT, "\n", ("Code: nothing was typed",), id="code"),
        pytest.param(("--self-client",), CLIENT, "a b", ("Code cannot be",), id="odd-code"),
        pytest.param(
            ("--refresh-token",), CLIENT, "", (secrets.REFRESH_TOKEN,), id="refresh-token"
        ),
    ],
)
def test_a_script_that_does_not_tell_all(
    cli: CommandLine,
    zoho: Zoho,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    environ: dict[str, str],
    text: str,
    words: tuple[str, ...],
) -> None:
    set_all(monkeypatch, environ)
    pipe(monkeypatch, text)
    complaint(cli("login", *arguments), 2, *words)
    assert zoho.calls == []
    assert files_below(home) == {}


def test_a_secret_from_a_standard_input_that_is_closed(
    cli: CommandLine, zoho: Zoho, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, CLIENT)
    monkeypatch.setattr(sys, "stdin", None)
    complaint(cli("login", "--refresh-token"), 2, "input cannot be read. It is closed")
    assert zoho.calls == []


def test_a_script_that_does_not_tell_the_data_centre(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe(monkeypatch, "")
    set_all(monkeypatch, CLIENT)
    complaint(cli("login", "--self-client"), 2, "data_center", "ZCBULK_DATA_CENTER")


def test_everything_is_asked_for(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person(
        monkeypatch,
        {
            "Client id": f" {CLIENT_ID} ",
            "Client secret": CLIENT_SECRET,
            "Code": grant_code(zoho),
        },
    )
    ended = cli("login", "--self-client")
    fine(ended)
    assert person.questions == ["Client id: ", "Client secret: ", "Code: "]
    assert "api-console.zoho.com" in ended.out
    assert kept(home)["client_secret"] == CLIENT_SECRET


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        pytest.param([""], "https://accounts.zoho.com", id="default"),
        pytest.param(["EU"], "https://accounts.zoho.eu", id="capitals"),
        pytest.param(["europe", "\x1b[31m", "eu"], "https://accounts.zoho.eu", id="again"),
    ],
)
def test_the_data_centre_is_asked_for(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, typed: list[str], url: str
) -> None:
    asked: list[str] = []

    def stop(_: Accounts, __: object, address: str) -> None:
        asked.append(address)
        raise KeyboardInterrupt  # before anything is sent there

    set_all(monkeypatch, CLIENT)
    person = Person(monkeypatch, {"Data centre": list(typed)})
    monkeypatch.setattr(Accounts, "__init__", stop)
    ended = cli("login")
    assert ended.code == 130
    assert asked == [url]
    assert len(person.questions) == len(typed)
    assert "us, eu, in" in person.questions[0]
    assert ended.out.count("There is no data centre") == len(typed) - 1
    assert all(is_one_safe_line(line) for line in ended.out.splitlines())


SECRETS = ("Client id", "Client secret", "Code", "Refresh token")
LEAVING = {"Data centre": ("c", "d"), **dict.fromkeys(SECRETS, ("c", "d", "enter"))}
KEYS = {"c": (KeyboardInterrupt(), 130), "d": (EOFError(), 2), "enter": ("", 2)}


@pytest.mark.parametrize(
    ("question", "key"), [(question, key) for question, keys in LEAVING.items() for key in keys]
)
def test_somebody_leaves_at_a_question(
    cli: CommandLine,
    zoho: Zoho,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    question: str,
    key: str,
) -> None:
    pressed, code = KEYS[key]
    if question == "Data centre":
        monkeypatch.delenv("ZCBULK_ACCOUNTS_URL")
    answers: dict[str, object] = {"Client id": CLIENT_ID, "Client secret": CLIENT_SECRET}
    person = Person(monkeypatch, {**answers, question: pressed})
    way = "--refresh-token" if question == "Refresh token" else "--self-client"
    ended = cli("login", way)
    assert person.questions[-1].startswith(question)
    assert ended.code == code
    assert len(ended.lines) == (0 if code == 130 else 1)
    assert zoho.calls == []
    assert files_below(home) == {}


def test_the_next_sign_in_is_as_the_same_client(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(cli, zoho, monkeypatch)
    first = kept(home)
    person = Person(monkeypatch, {"Code": grant_code(zoho)})
    monkeypatch.delenv("ZCBULK_ACCOUNTS_URL")
    ended = cli("login", "--self-client")
    fine(ended)
    assert person.questions == ["Code: "]
    assert f"As client {CLIENT_ID}, as before." in ended.out
    second = kept(home)
    same = ("client_id", "client_secret", "accounts_url")
    assert [first[key] for key in same] == [second[key] for key in same]
    assert first["refresh_token"] != second["refresh_token"]
    assert kept_token(home)["sign_in"] == second["id"]


def test_another_client_id_takes_another_secret(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(cli, zoho, monkeypatch)
    monkeypatch.setenv("ZCBULK_CLIENT_ID", "1000.OTHER")
    person = Person(monkeypatch, {"Client secret": "another", "Code": grant_code(zoho)})
    before = files_below(home)
    complaint(cli("login", "--self-client"), 3, "does not know the client")
    assert person.questions[0] == "Client secret: "
    assert files_below(home) == before


@pytest.mark.parametrize("at", ["Client secret:", "Waiting for you"])
def test_ctrl_c_on_a_terminal(zoho: Zoho, home: Path, at: str) -> None:
    env = environment(home, base_url=zoho.url, ZCBULK_ACCOUNTS_URL=zoho.url)
    with Terminal([*PROGRAM, "login"], env) as screen:
        screen.wait_for("Client id:")
        screen.press(CLIENT_ID, ENTER)
        screen.wait_for("Client secret:")
        if at != "Client secret:":
            screen.press(CLIENT_SECRET, ENTER)
        screen.wait_for(at)
        screen.press("\x03")
        assert screen.exit_code() == 130
        assert screen.is_as_it_was()
        assert CLIENT_SECRET.encode() not in screen.written
        assert b"Traceback" not in screen.written
    assert files_below(home) == {}


def test_without_a_terminal_a_code_is_shown_to_nobody(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, CLIENT)
    complaint(cli("login"), 2, "There is no terminal", "--refresh-token FILE", "ssh -t")
