"""What cannot be used is refused with one clear sentence, before anything is sent or changed."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support.commands import CANARY, CommandLine, files_below
from tests.support.jobs import URL
from tests.support.text import is_one_safe_line
from zcbulk_tui.config import paths, secrets

WITH_URL = (("status", "--json"), ("watch",), ("start", "--yes"))
ALL = ((), *WITH_URL)
"""The commands that talk to Zoho, the bare dashboard among them."""


def name_of(command: tuple[str, ...]) -> str:
    return " ".join(command) or "dashboard"


class Attempt:
    """Tries a command with something wrong, and makes sure that nothing comes of it."""

    def __init__(self, cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._cli = cli
        self._home = home
        self.sent: list[httpx.Request] = []
        monkeypatch.setattr(httpx.AsyncClient, "send", self._send)

    async def _send(self, request: httpx.Request, **_: object) -> httpx.Response:
        self.sent.append(request)
        return httpx.Response(200)

    def __call__(self, *arguments: str, code: int = 2) -> str:
        """Runs it; returns the one line that it says."""
        before = files_below(self._home)
        ended = self._cli(*arguments)
        assert ended.code == code
        (complaint,) = ended.lines
        if "--json" in arguments and ended.out:
            (found,) = json.loads(ended.out)
            assert f": {found['error']['title']}." in complaint
        else:
            assert ended.out == ""
        assert complaint.startswith("zcbulk-tui: ")
        assert re.search(r"[.?]$|https://\S+$|: zcbulk-tui [ a-z]+$", complaint)
        assert is_one_safe_line(complaint)
        assert CANARY not in complaint
        assert self.sent == []
        assert files_below(self._home) == before
        return complaint


@pytest.fixture
def attempt(cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch) -> Attempt:
    monkeypatch.setenv(secrets.ACCESS_TOKEN, CANARY)
    return Attempt(cli, home, monkeypatch)


@pytest.mark.parametrize(
    "command",
    [
        *(("status", URL), ("status", URL, "--json"), ("start", URL, "--yes"), ("abort", URL)),
        *(
            ("doctor",),
            ("login",),
            ("logout",),
            ("history", URL),
            ("log",),
            ("jobs", "export"),
            ("jobs",),
            (),
        ),
        *(("jobs", "import", "-"), ("store", "compact"), ("config", "show"), ("config", "check")),
        ("watch", URL),
    ],
    ids=" ".join,
)
def test_a_profile_that_there_is_not_is_refused_by_each_command_in_the_same_words(
    cli: CommandLine, home: Path, command: tuple[str, ...]
) -> None:
    ended = cli("--profile", "nope", *command)
    assert ended.code == 2
    said = ended.out + ended.err
    assert "There is no profile “nope”" in said
    assert "--profile asks for it" in said
    if command != ("doctor",):  # which tries whether the memory can be written
        assert not (home / "state").exists()


@pytest.mark.parametrize("command", WITH_URL, ids=name_of)
@pytest.mark.parametrize(
    ("url", "words"),
    [
        pytest.param(
            "nonsense", ["is called “nonsense”", "its URL", "zcbulk-tui jobs"], id="no-URL"
        ),
        pytest.param("", ["is called “”", "its URL"], id="empty"),
        pytest.param(
            "https://www.zohoapis.com/creator/v2.1/data/a/b/report/c",
            ["is not the URL of a bulk insert job", "/insert/3888833000000114027"],
            id="another-URL",
        ),
        pytest.param(URL.rpartition("/")[0], ["has no job id", "after /insert/"], id="no-id"),
        pytest.param(f"{URL}x", ["114027x” is not a job id", "digits only"], id="odd-id"),
        pytest.param(
            URL.replace("www.zohoapis.com", "zohoapis.example"),
            ["zohoapis.example", "not one of Zoho's API hosts", "www.zohoapis.eu", "base_url"],
            id="unknown-host",
        ),
        pytest.param(
            URL.replace("https://www.zohoapis.com", "http://www.zohoapis.com"),
            ["clear text", "https://"],
            id="http",
        ),
        pytest.param(
            URL.replace("://", f"://user:{CANARY}@"), ["names a user", "Leave out"], id="password"
        ),
        pytest.param(URL.replace(".com", ".com:port"), ["is not a job URL", "Port"], id="port"),
        pytest.param("https://\x1b[31m/\x07", ["is not a job URL"], id="control-characters"),
    ],
)
def test_a_wrong_url(
    attempt: Attempt, command: tuple[str, ...], url: str, words: list[str]
) -> None:
    complaint = attempt(*command, url)
    for word in words:
        assert word in complaint


@pytest.mark.parametrize("command", [("status",), ("watch",)], ids=name_of)
def test_one_wrong_url_among_right_ones(attempt: Attempt, command: tuple[str, ...]) -> None:
    assert "“nonsense”" in attempt(*command, URL, "nonsense")


@pytest.mark.parametrize("command", ALL, ids=name_of)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("profile = \n", ["is not TOML", "line 1"], id="bad-TOML"),
        pytest.param("read_only = true\n[budget\n", ["is not TOML", "line 2"], id="bad-table"),
        pytest.param(
            "[budget]\nreserved = 15\n",
            ["no setting “budget.reserved”", "Did you mean budget.reserve?"],
            id="unknown-setting",
        ),
        pytest.param("colour = 1\n", ["no setting “colour”", "profile"], id="unlike-any-setting"),
        pytest.param(
            'read_only = "yes"\n', ["read_only cannot be 'yes'", "true or false"], id="wrong-type"
        ),
        pytest.param(
            "[timeouts]\nread = 0\n",
            ["timeouts.read cannot be 0", "from 0.1 to 86400"],
            id="too-small",
        ),
        pytest.param("budget = 5\n", ["budget cannot be 5", "a table"], id="no-table"),
        pytest.param(
            'environment = "test"\n', ["environment cannot be 'test'", "stage"], id="wrong-word"
        ),
        pytest.param(
            'base_url = "http://example.com"\n', ["base_url", "clear text", "https://"], id="http"
        ),
        pytest.param(
            'base_url = "https://www.zohoapis.eu/creator"\n',
            ["base_url", "more than a host"],
            id="path",
        ),
        pytest.param(
            'profile = "\\u001b[31m"\n', ["profile cannot be", "name of 1 to 30"], id="control"
        ),
    ],
)
def test_a_configuration_that_cannot_be_used(
    attempt: Attempt,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    content: str,
    words: list[str],
) -> None:
    config = home / "settings.toml"
    config.write_text(content, encoding="utf-8")
    monkeypatch.setenv(paths.CONFIG, str(config))
    complaint = attempt(*command, *([URL] if command else []))
    assert str(config) in complaint
    for word in words:
        assert word in complaint


def _missing(config: Path) -> None:
    assert not config.exists()


def _folder(config: Path) -> None:
    config.mkdir()


def _latin_1(config: Path) -> None:
    config.write_bytes(b'profile = "Z\xfcrich"\n')


@pytest.mark.parametrize("command", ALL, ids=name_of)
@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(
            _missing, ["does not exist", paths.CONFIG, "zcbulk-tui config init"], id="none"
        ),
        pytest.param(_folder, ["cannot be read"], id="folder"),
        pytest.param(_latin_1, ["cannot be read", "UTF-8"], id="not-UTF-8"),
    ],
)
def test_a_configuration_file_that_cannot_be_read(
    attempt: Attempt,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    make: Callable[[Path], None],
    words: list[str],
) -> None:
    config = home / "settings.toml"
    make(config)
    monkeypatch.setenv(paths.CONFIG, str(config))
    complaint = attempt(*command, *([URL] if command else []))
    for word in (str(config), *words):
        assert word in complaint


@pytest.mark.parametrize("command", ALL, ids=name_of)
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        pytest.param(
            "ZCBULK_BASE_URL",
            "zohoapis.eu",
            ["ZCBULK_BASE_URL", "is not a server's URL", "https://www.zohoapis.eu"],
            id="base-URL",
        ),
        pytest.param(
            "ZCBULK_BASE_URL",
            "http://10.0.0.1",
            ["ZCBULK_BASE_URL", "clear text", "https://"],
            id="base-URL-http",
        ),
        pytest.param(
            secrets.ACCESS_TOKEN,
            f"Zoho-oauthtoken {CANARY}",
            [secrets.ACCESS_TOKEN, "cannot be used", "Copy it alone"],
            id="token-with-scheme",
        ),
        pytest.param(paths.CONFIG, "~nobody-here/x", [paths.CONFIG, "whole path"], id="config"),
    ],
)
def test_an_environment_that_cannot_be_used(
    attempt: Attempt,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    name: str,
    value: str,
    words: list[str],
) -> None:
    monkeypatch.setenv(name, value)
    complaint = attempt(*command, *([URL] if command else []))
    for word in words:
        assert word in complaint


@pytest.mark.parametrize("command", [("status", "--json"), ("start", "--yes")], ids=name_of)
@pytest.mark.parametrize("token", ["", " \n"], ids=["none", "blank"])
def test_nobody_is_signed_in(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], token: str
) -> None:
    monkeypatch.setenv(secrets.ACCESS_TOKEN, token)
    complaint = attempt(*command, URL, code=3)
    for word in ("“default” is not signed in", "zcbulk-tui login", "zcbulk-tui demo"):
        assert word in complaint


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), id="dashboard"),
        pytest.param(("watch", URL), id="watch"),
        pytest.param(("demo",), id="demo"),
    ],
)
def test_a_dashboard_without_a_terminal(attempt: Attempt, arguments: tuple[str, ...]) -> None:
    complaint = attempt(*arguments)
    assert "needs a terminal" in complaint
    assert "zcbulk-tui status URL --json" in complaint


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("start",), ["JOB"], id="no-job"),
        pytest.param(("status", URL, "--yes"), ["--yes"], id="option"),
        pytest.param(("status", URL, "--environment", "test"), ["'test'", "stage"], id="word"),
        pytest.param(("demo", "--speed", "0"), ["--speed", "above 0"], id="speed"),
        pytest.param(("demo", "--speed", "nan"), ["--speed", "above 0"], id="speed-nan"),
        pytest.param(("simulator", "--port", "70000"), ["--port", "65535"], id="port"),
    ],
)
def test_wrong_arguments(cli: CommandLine, arguments: tuple[str, ...], words: list[str]) -> None:
    ended = cli(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.lines[0].startswith("usage: zcbulk-tui")
    for word in words:
        assert word in ended.lines[-1]


@pytest.mark.parametrize("option", ["--port", "--speed"])
def test_a_number_that_is_none_is_called_by_no_inner_name(cli: CommandLine, option: str) -> None:
    ended = cli("simulator", option, "x")
    assert (ended.code, ended.out) == (2, "")
    assert f"{option}: " in ended.lines[-1]
    assert "“x”" in ended.lines[-1]
    assert "_port" not in ended.lines[-1]
    assert "_speed" not in ended.lines[-1]


def test_a_scenario_that_there_is_not(cli: CommandLine) -> None:
    ended = cli("simulator", "--scenario", "bogus")
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert "no scenario “bogus”" in ended.err
    assert "steady" in ended.err
