"""Secrets from outside: where they come from, and that nothing prints them."""

import shlex
import sys
import time
from pathlib import Path

import pytest

from zcbulk_tui.config import secrets
from zcbulk_tui.errors import ConfigError, SignInError

TOKEN = "1000.8cb99dsecret.9b8secret"
NAMES = (secrets.ACCESS_TOKEN, secrets.CLIENT_SECRET, secrets.REFRESH_TOKEN)

BAD = [
    pytest.param(f"Zoho-oauthtoken {TOKEN}", id="with its scheme"),
    pytest.param(f"{TOKEN} {TOKEN}", id="twice"),
    pytest.param(f"{TOKEN}\r\nX-Injected: 1", id="header injection"),
    pytest.param(f"{TOKEN}\x00", id="null"),
    pytest.param(f"{TOKEN}\x7f", id="delete"),
    pytest.param(f"“{TOKEN}”", id="typographic quotes"),
    pytest.param(f"{TOKEN}\u200b", id="zero width"),
    pytest.param(f'"{TOKEN}"', id="quotes"),
    pytest.param(f"'{TOKEN}'", id="single quotes"),
]


def printing(text: str) -> str:
    """A command that prints a text, on its standard error too."""
    code = f"import sys; sys.stderr.write({TOKEN!r}); sys.stdout.write({text!r})"
    return shlex.join([sys.executable, "-c", code])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [TOKEN, f" {TOKEN}\n"], ids=["plain", "white space around"])
def test_one_comes_from_the_environment(name: str, value: str) -> None:
    secret = secrets.from_environment(name, {name: value})
    assert secret is not None
    assert secret.get_secret_value() == TOKEN


@pytest.mark.parametrize("environ", [{}, {"ZCBULK_ACCESS_TOKEN": ""}, {"ZCBULK_ACCESS_TOKEN": " "}])
def test_a_variable_that_is_empty_holds_none(environ: dict[str, str]) -> None:
    assert secrets.from_environment(secrets.ACCESS_TOKEN, environ) is None


def test_nothing_prints_it() -> None:
    token = secrets.secret(TOKEN, "typed")
    assert TOKEN not in f"{token} {token!r} {[token]}"


@pytest.mark.parametrize("value", BAD)
def test_what_cannot_be_one_is_refused_without_showing_it(tmp_path: Path, value: str) -> None:
    file = tmp_path / "token"
    file.write_text(value, encoding="utf-8")
    with pytest.raises(ConfigError) as in_environment:
        secrets.from_environment(secrets.ACCESS_TOKEN, {secrets.ACCESS_TOKEN: value})
    with pytest.raises(ConfigError) as in_file:
        secrets.from_file(file)
    for caught, source in ((in_environment, secrets.ACCESS_TOKEN), (in_file, str(file))):
        assert source in caught.value.title
        assert "without quotes" in caught.value.next_step
        assert TOKEN not in str(caught.value) + repr(caught.value)


def test_one_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    assert secrets.from_file(file).get_secret_value() == TOKEN


@pytest.mark.parametrize("kind", ["missing", "folder", "binary"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "token"
    if kind == "folder":
        file.mkdir()
    elif kind == "binary":
        file.write_bytes(TOKEN.encode() + b"\xff")
    with pytest.raises(ConfigError) as caught:
        secrets.from_file(file)
    assert f"{file} cannot be read" in caught.value.title
    assert TOKEN not in str(caught.value)


def test_one_is_printed_by_a_command() -> None:
    assert secrets.printed_by(printing(f"{TOKEN}\n")).get_secret_value() == TOKEN


def test_no_shell_reads_the_command() -> None:
    command = f"{printing(TOKEN)} > /nowhere/file; exit 3"
    assert secrets.printed_by(command).get_secret_value() == TOKEN


@pytest.mark.parametrize(
    ("command", "words"),
    [
        pytest.param(printing(""), "no token", id="nothing"),
        pytest.param(printing(f"token: {TOKEN}"), "no token", id="more"),
        pytest.param(
            shlex.join([sys.executable, "-c", f"print({TOKEN!r}); exit(3)"]),
            "failed with exit code 3",
            id="failed",
        ),
        pytest.param(f"/nowhere/program {TOKEN}", "cannot be run", id="no program"),
        pytest.param("~nosuch/program", "cannot be run", id="nobody's home"),
        pytest.param(f"pass '{TOKEN}", "quotes do not match", id="quotes"),
    ],
)
def test_a_command_that_prints_none_is_not_repeated(command: str, words: str) -> None:
    with pytest.raises(SignInError) as caught:
        secrets.printed_by(command)
    assert words in caught.value.title
    assert TOKEN not in str(caught.value)


def test_a_command_is_asked_nothing() -> None:
    code = f"import sys; print(sys.stdin.read() + {TOKEN!r})"
    command = shlex.join([sys.executable, "-c", code])
    assert secrets.printed_by(command).get_secret_value() == TOKEN


def test_a_command_may_be_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    script = tmp_path / "token"
    script.write_text(f"#!/bin/sh\necho {TOKEN}\n")
    script.chmod(0o700)
    assert secrets.printed_by("~/token").get_secret_value() == TOKEN


def test_a_command_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_PATIENCE", 0.05)
    with pytest.raises(SignInError, match="did not end within"):
        # The command sleeps for longer than any patience: it has to be ended.
        secrets.printed_by(shlex.join([sys.executable, "-c", "import time; time.sleep(60)"]))


def has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("rest", ["sleep 60", "yes"], ids=["takes too long", "prints too much"])
def test_all_that_it_has_started_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: str
) -> None:
    monkeypatch.setattr(secrets, "_PATIENCE", 0.5)
    pids = tmp_path / "pids"
    # The second child is of a parent that is gone, so only its group leads to it.
    orphan = f"(sh -c 'echo $$ >> {pids}; exec sleep 60' &)"
    script = f"sleep 60 & echo $! > {pids}; {orphan}; while ! grep -c . {pids} | grep -qx 2; do :; "
    with pytest.raises(SignInError, match=r"did not end within|far too much of it"):
        secrets.printed_by(shlex.join(["sh", "-c", f"{script}done; {rest}"]))
    found = [int(pid) for pid in pids.read_text().split()]
    assert len(found) == 2
    ends = time.monotonic() + 5
    while not all(map(has_ended, found)):
        assert time.monotonic() < ends
        time.sleep(0.01)  # the system takes a moment to end what was killed


def test_what_a_command_leaves_running_is_not_waited_for() -> None:
    # A child that outlives it has its output open for longer than any patience.
    script = "import subprocess, sys; print('1000.a.b', flush=True); subprocess.Popen(%r)"
    child = [sys.executable, "-c", "import time; time.sleep(5)"]
    begin = time.monotonic()
    token = secrets.printed_by(shlex.join([sys.executable, "-c", script % child]))
    assert token.get_secret_value() == "1000.a.b"
    assert time.monotonic() < begin + 5


def test_a_command_that_prints_no_text_brings_no_token() -> None:
    code = "import sys; sys.stdout.buffer.write(bytes(range(256)))"
    with pytest.raises(SignInError, match="no token"):
        secrets.printed_by(shlex.join([sys.executable, "-c", code]))


def test_a_program_that_prints_without_an_end() -> None:
    with pytest.raises(SignInError, match="far too much of it"):
        secrets.printed_by("cat /dev/zero")


@pytest.mark.parametrize("file", ["/dev/zero", "/", "/dev/tty"])
def test_what_is_no_file_is_not_read(file: str) -> None:
    with pytest.raises(ConfigError, match=f"{file} cannot be read") as caught:
        secrets.from_file(Path(file))
    assert "It is no file" in caught.value.cause
