"""No redirect is followed: what is secret stays with the server that was asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.signing_in import CLIENT, Zoho, pipe, set_all, sign_in
from tests.support.commands import CANARY, CommandLine, Ended, files_below
from tests.support.jobs import URL
from tests.support.stub_server import Answer, Reply, Request, StubServer
from tests.support.text import is_one_safe_line
from zcbulk_tui.cli import device_page
from zcbulk_tui.config import secrets

STATUSES = pytest.mark.parametrize("status", [301, 302, 303, 307, 308])

DEVICE = {
    "device_code": "1004.d",
    "user_code": "ABC-123",
    "verification_url": "https://accounts.zoho.com/oauth/v3/device",
}


class Away:
    """Sends to the other server whoever asks for a path that it was told.

    Attributes:
        server: Sends away.
        other: Where to.
    """

    def __init__(self, other: StubServer) -> None:
        self.other = other
        self.status = 302
        self.paths = ("/",)
        self.server = StubServer(self._answer)

    def _answer(self, request: Request) -> Answer:
        if request.path.startswith(self.paths):
            return Reply(self.status, b"", {"Location": f"{self.other.url}{request.path}"})
        return Reply.of(DEVICE)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[Away]:
    with StubServer() as other:
        away = Away(other)
        with away.server:
            for name in ("ZCBULK_BASE_URL", "ZCBULK_ACCOUNTS_URL"):
                monkeypatch.setenv(name, away.server.url)
            yield away
        assert other.requests == []


def refused(ended: Ended, away: Away) -> None:
    assert ended.code == 4
    assert all(map(is_one_safe_line, ended.lines))
    assert "edirects are not followed" in ended.lines[-1]
    assert away.other.url not in ended.err
    assert len(away.server.requests) == 1


@STATUSES
def test_of_the_api(
    cli: CommandLine, away: Away, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv(secrets.ACCESS_TOKEN, CANARY)
    away.status = status
    refused(cli("status", URL), away)


@STATUSES
@pytest.mark.parametrize("way", [(), ("--self-client",), ("--refresh-token",)], ids=" ".join)
def test_of_the_accounts_server(
    cli: CommandLine,
    away: Away,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: tuple[str, ...],
    status: int,
) -> None:
    set_all(monkeypatch, CLIENT)
    pipe(monkeypatch, "1000.pasted\n")
    monkeypatch.setattr(device_page, "check_terminal", lambda: None)
    away.status = status
    refused(cli("login", *way), away)
    assert files_below(home) == {}


def test_while_a_code_is_waited_for(
    cli: CommandLine, zoho: Zoho, away: Away, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert zoho.calls == []
    set_all(monkeypatch, CLIENT)
    away.paths = ("/oauth/v3/device/token",)
    ended = cli("login")
    assert ended.code in (3, 4)
    assert files_below(home) == {}


@pytest.mark.parametrize("command", ["status", "logout"])
def test_of_the_accounts_server_of_a_sign_in(
    cli: CommandLine,
    zoho: Zoho,
    away: Away,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    monkeypatch.setenv("ZCBULK_ACCOUNTS_URL", zoho.url)
    sign_in(cli, zoho, monkeypatch)
    folder = home / "state" / "sign-in" / "default"
    file = folder / "credentials.json"
    text = file.read_text(encoding="utf-8").replace(zoho.url, away.server.url)
    file.write_text(text, encoding="utf-8")
    (folder / "token.json").unlink()
    before = files_below(folder)
    ended = cli(command, *([URL] if command == "status" else []))
    assert ended.code == 4
    assert "edirects are not followed" in ended.lines[-1]
    assert all(request.path.startswith("/oauth/") for request in away.server.requests)
    assert files_below(folder) == before
