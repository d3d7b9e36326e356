"""Signing in: the simulator with a clock that jumps, somebody who types, and what is kept."""

import io
import json
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import CommandLine, Ended
from tests.support.simulators import url_of
from tests.support.text import is_one_safe_line
from zcbulk_tui.cli import device_page
from zcbulk_tui.creator.grants import DeviceCode
from zcbulk_tui.simulator.accounts import CLIENT_ID, CLIENT_SECRET, Accounts
from zcbulk_tui.simulator.faults import SignInFault
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.scopes import CREATE, READ
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.simulator.sign_in_errors import SignInCall

CLIENT = {"ZCBULK_CLIENT_ID": CLIENT_ID, "ZCBULK_CLIENT_SECRET": CLIENT_SECRET}
"""The environment of somebody who is asked for nothing."""


class Zoho:
    """The simulator behind a socket. Its clock goes with the real one, and may be put forward.

    Attributes:
        accounts: Its accounts server.
        codes: The device codes that were shown.
        waits: The seconds that `login` has waited between two looks, none of which were real.
        on_wait: Called at each wait, before the time passes.
    """

    def __init__(self, *, scenario: str = "steady", **of_accounts: Any) -> None:
        self._ahead = 0.0
        self.creator = build(
            scenario,
            clock=lambda: time.time() + self._ahead,
            accounts=partial(Accounts, **of_accounts),
        )
        self.accounts = self.creator.accounts
        self.server = LoopbackServer(self.creator)
        self.codes: list[DeviceCode] = []
        self.waits: list[float] = []
        self.on_wait: Callable[[int], None] = lambda _: None

    @property
    def url(self) -> str:
        """Scheme, host and port of both servers."""
        return self.server.base_url

    @property
    def job(self) -> str:
        """The URL of a job."""
        return url_of(self.server, next(iter(self.creator.jobs.values())))

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Names and outcomes of the calls to the accounts server."""
        return [
            (entry.call.name if entry.call else "", entry.outcome) for entry in self.accounts.log
        ]

    def pass_time(self, seconds: float) -> None:
        """Puts its clock forward."""
        self._ahead += seconds

    def fail(self, call: SignInCall, error: str, times: int | None = None) -> None:
        """Lets calls meet an error."""
        self.accounts.inject(SignInFault(call, error, times))

    def answer(self, after: int = 1, *, allowed: bool = True) -> None:
        """Lets the user answer during that wait."""

        def on_wait(number: int) -> None:
            if number == after:
                assert self.accounts.answer_device(self.codes[-1].user_code, allowed=allowed)

        self.on_wait = on_wait

    def shown(self, code: DeviceCode) -> None:
        """Takes the code that the user sees."""
        self.codes.append(code)

    async def wait(self, _: object, seconds: float, left: float) -> None:
        """Stands in for the countdown."""
        assert seconds <= left
        self.waits.append(seconds)
        self.on_wait(len(self.waits))
        self.pass_time(seconds)


@contextmanager
def zoho_for(monkeypatch: pytest.MonkeyPatch, **arguments: Any) -> Iterator[Zoho]:
    """A simulator that the settings of the environment lead to."""
    zoho = Zoho(**arguments)
    show = device_page.show

    def shown(code: DeviceCode, profile: str) -> None:
        zoho.shown(code)
        show(code, profile)

    async def wait(countdown: device_page.Countdown, seconds: float, left: float) -> None:
        await zoho.wait(countdown, seconds, left)

    monkeypatch.setattr(device_page, "check_terminal", lambda: None)
    monkeypatch.setattr(device_page, "show", shown)
    monkeypatch.setattr(device_page.Countdown, "wait", wait)
    with zoho.server:
        monkeypatch.setenv("ZCBULK_ACCOUNTS_URL", zoho.url)
        monkeypatch.setenv("ZCBULK_BASE_URL", zoho.url)
        yield zoho


def set_all(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    """Sets environment variables."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


class Person:
    """Somebody at a terminal who answers questions.

    Args:
        answers: By the first word or words of the question; an exception is what the keys raise.

    Attributes:
        questions: What was asked, each as a whole.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, object]) -> None:
        self._answers = answers
        self.questions: list[str] = []
        monkeypatch.setattr(sys, "stdin", _Keyboard())
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        monkeypatch.setattr("builtins.input", self._answer)
        monkeypatch.setattr("getpass.getpass", self._answer)

    def _answer(self, question: str) -> str:
        self.questions.append(question)
        found = next(
            (value for words, value in self._answers.items() if question.startswith(words)), None
        )
        if isinstance(found, list):
            found = found.pop(0)
        if isinstance(found, BaseException):
            raise found
        assert isinstance(found, str), f"not expected: {question}"
        return found


class _Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


def pipe(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Lets the standard input be a pipe with that text."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def grant_code(zoho: Zoho) -> str:
    """What the console's "Generate Code" gives."""
    return zoho.accounts.grant_code([READ, CREATE])


def folder_of(home: Path, profile: str = "default") -> Path:
    """Where a profile's sign-in is kept."""
    return home / "state" / "sign-in" / profile


def kept(home: Path, profile: str = "default") -> dict[str, Any]:
    """The credentials that are kept, once they are seen to be kept as they should be."""
    folder = folder_of(home, profile)
    names = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert names == dict.fromkeys(("credentials.json", "token.json", "lock"), 0o600)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    found: dict[str, Any] = json.loads((folder / "credentials.json").read_text(encoding="utf-8"))
    return found


def kept_token(home: Path, profile: str = "default") -> dict[str, Any]:
    """The access token that is kept."""
    path = folder_of(home, profile) / "token.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def sign_in(cli: CommandLine, zoho: Zoho, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    """Signs in with a grant code; the server's log is empty then."""
    with monkeypatch.context() as inner:
        set_all(inner, CLIENT)
        pipe(inner, f"{grant_code(zoho)}\n")
        ended = cli("login", "--self-client", *arguments)
    assert ended.code == 0
    zoho.accounts.log.clear()


def fine(ended: Ended) -> None:
    """Makes sure that somebody was signed in, without a complaint or a secret."""
    assert (ended.code, ended.err) == (0, "")
    assert "Signed in: profile “" in ended.out
    assert CLIENT_SECRET not in ended.out


def complaint(ended: Ended, code: int, *words: str) -> None:
    """Makes sure that it ended so, with one safe line."""
    assert (ended.code, len(ended.lines)) == (code, 1)
    (line,) = ended.lines
    assert is_one_safe_line(line)
    for word in words:
        assert word in line


def refused(ended: Ended, code: int, *words: str) -> None:
    """Makes sure that the last complaint says so, and that all of them are safe."""
    assert ended.code == code
    assert "Signed in" not in ended.out
    assert all(line.startswith("zcbulk-tui: ") and is_one_safe_line(line) for line in ended.lines)
    for word in words:
        assert word in ended.lines[-1]
