"""``login`` by a code that is typed elsewhere, and servers that answer as no document has it."""

from pathlib import Path

import pytest

from tests.cli.signing_in import CLIENT, Zoho, kept, refused, set_all, zoho_for
from tests.support.commands import CommandLine, files_below
from tests.support.stub_server import DROP, Answer, Reply, Request, StubServer
from tests.support.text import is_one_safe_line

LOGIN = "zcbulk-tui login"


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, CLIENT)


DEVICE = {
    "device_code": "1004.d",
    "user_code": "ABC-123",
    "verification_url": "https://accounts.zoho.com/oauth/v3/device",
    "interval": 5000,
    "expires_in": 300000,
}
GRANT = {"access_token": "1000.x", "refresh_token": "1000.y", "expires_in": 3600}


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Zoho:
    """Waits as the simulator's users do, for servers that are scripted."""
    with zoho_for(monkeypatch) as zoho:
        return zoho


@pytest.mark.usefixtures("scripted")
@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(DROP, id="dropped"),
        pytest.param(Reply(502, b"<html>"), id="bad-gateway"),
        pytest.param(Reply(200, b"<html>"), id="html"),
    ],
)
def test_trouble_on_the_way_is_waited_out(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, home: Path, trouble: Answer
) -> None:
    with StubServer([Reply.of(DEVICE), trouble, Reply.of(GRANT)]) as server:
        monkeypatch.setenv("ZCBULK_ACCOUNTS_URL", server.url)
        ended = cli("login")
    assert (ended.code, ended.err) == (0, "")
    assert kept(home)["refresh_token"] == GRANT["refresh_token"]
    assert kept(home)["scopes"] == []


@pytest.mark.usefixtures("scripted")
@pytest.mark.parametrize(
    ("answers", "code", "words"),
    [
        pytest.param([DROP], 4, ("broke the connection off",), id="dropped"),
        pytest.param(
            [Reply(200, b"<html>")], 4, ("cannot be understood", "accounts_url"), id="html"
        ),
        pytest.param([Reply(404, b"{}")], 4, ("HTTP 404",), id="not-found"),
        pytest.param(
            [Reply.of({**DEVICE, "verification_url": "http://zoho.example"})],
            4,
            ("not one of https",),
            id="page-in-clear-text",
        ),
        pytest.param(
            [Reply.of(DEVICE), Reply.of({key: GRANT[key] for key in ("access_token",)})],
            3,
            ("no refresh token", "Nothing was kept", f"{LOGIN} --self-client"),
            id="online",
        ),
        pytest.param(
            [Reply.of(DEVICE), Reply.of({"error": "half \x1b[31m\u202e done"}, 400)],
            3,
            ("No document explains", "half"),
            id="hostile",
        ),
    ],
)
def test_answers_that_no_sign_in_comes_of(
    cli: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    before: dict[str, bytes],
    answers: list[Answer],
    code: int,
    words: tuple[str, ...],
) -> None:
    with StubServer(answers) as server:
        monkeypatch.setenv("ZCBULK_ACCOUNTS_URL", server.url)
        refused(cli("login"), code, *words)
    assert files_below(home) == before


@pytest.mark.usefixtures("scripted")
def test_a_hostile_code_is_shown_safely(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: Request) -> Reply:
        hostile = {**DEVICE, "user_code": "A\x1b]0;owned\x07\u202eB"}
        return Reply.of(hostile if "code" in request.path else GRANT)

    with StubServer(answer) as server:
        monkeypatch.setenv("ZCBULK_ACCOUNTS_URL", server.url)
        ended = cli("login")
    assert all(is_one_safe_line(line) for line in ended.out.splitlines())
