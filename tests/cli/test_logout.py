"""``logout``: a sign-in is revoked and then forgotten, or neither."""

from pathlib import Path

import pytest

from tests.cli.signing_in import Zoho, folder_of, kept, kept_token, sign_in
from tests.support.commands import CommandLine, files_below
from tests.support.stub_server import DROP, Answer, Reply, StubServer
from tests.support.text import is_one_safe_line
from zcbulk_tui.simulator.sign_in_errors import SignInCall

HINT = "zcbulk-tui: Nothing was forgotten. To forget without Zoho: zcbulk-tui logout --local"

REVOKE = SignInCall.REVOKE


@pytest.fixture(autouse=True)
def signed_in(cli: CommandLine, zoho: Zoho, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(cli, zoho, monkeypatch)


def test_it_is_revoked_and_forgotten(cli: CommandLine, zoho: Zoho, home: Path) -> None:
    refresh_token, access_token = kept(home)["refresh_token"], kept_token(home)["access_token"]
    assert zoho.accounts.scopes_of(access_token)
    ended = cli("logout")
    assert (ended.code, ended.err) == (0, "")
    assert "Signed out: profile “default”" in ended.out
    assert zoho.calls == [("REVOKE", "ok")]
    assert not zoho.accounts.log[0].secrets_in_query
    assert zoho.accounts.scopes_of(access_token) is None
    assert files_below(home) == {"state/sign-in/default/lock": b""}
    assert refresh_token not in ended.out
    assert cli("status", zoho.job).code == 3
    assert len(zoho.calls) == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [("general_error", 4), ("invalid_client", 3), ("invalid_client_secret", 3)],
)
def test_zoho_refuses(cli: CommandLine, zoho: Zoho, home: Path, error: str, code: int) -> None:
    before = files_below(home)
    zoho.fail(REVOKE, error)
    ended = cli("logout")
    assert (ended.code, ended.out) == (code, "")
    assert ended.lines[0] == HINT
    assert "Zoho said HTTP 400" in ended.lines[1]
    assert all(map(is_one_safe_line, ended.lines))
    assert files_below(home) == before
    assert cli("status", zoho.job).code == 0


def test_the_older_address_is_tried_when_the_newer_one_fails(
    cli: CommandLine, zoho: Zoho, home: Path
) -> None:
    zoho.fail(REVOKE, "general_error", times=1)
    access_token = kept_token(home)["access_token"]
    ended = cli("logout")
    assert (ended.code, ended.err) == (0, "")
    assert zoho.calls == [("REVOKE", "general_error"), ("REVOKE", "ok")]
    assert not any(entry.secrets_in_query for entry in zoho.accounts.log)
    assert zoho.accounts.scopes_of(access_token) is None


def test_what_has_ended_already_is_forgotten(cli: CommandLine, zoho: Zoho, home: Path) -> None:
    zoho.fail(REVOKE, "invalid_code")
    ended = cli("logout")
    assert (ended.code, ended.err) == (0, "")
    assert files_below(home) == {"state/sign-in/default/lock": b""}


def test_an_answer_that_nobody_knows_leaves_it_as_it_is(
    cli: CommandLine, zoho: Zoho, home: Path
) -> None:
    zoho.accounts.revoke_all()
    before = files_below(home)
    ended = cli("logout")
    assert ended.code == 3
    assert ended.lines[0] == HINT
    assert files_below(home) == before


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(None, "cannot be reached", id="nobody-listens"),
        pytest.param(DROP, "broke the connection off", id="dropped"),
        pytest.param(Reply(503, b"<html>"), "service failed", id="unavailable"),
        pytest.param(Reply(200, b"<html>"), "does not say that the token was revoked", id="html"),
    ],
)
def test_the_server_is_away(
    cli: CommandLine,
    home: Path,
    zoho: Zoho,
    answer: Answer | None,
    words: str,
) -> None:
    file = folder_of(home) / "credentials.json"
    with StubServer(lambda _: answer or DROP) as server:
        text = file.read_text(encoding="utf-8").replace(zoho.url, server.url)
        file.write_text(text, encoding="utf-8")
        before = files_below(home)
        if answer is not None:
            ended = cli("logout")
    if answer is None:
        ended = cli("logout")
    assert ended.code == 4
    assert ended.lines[0] == HINT
    assert words in ended.lines[1]
    assert files_below(home) == before


def test_it_is_forgotten_here_alone(cli: CommandLine, zoho: Zoho, home: Path) -> None:
    access_token = kept_token(home)["access_token"]
    ended = cli("logout", "--local")
    assert (ended.code, ended.err) == (0, "")
    assert "At Zoho the sign-in holds" in ended.out
    assert files_below(home) == {"state/sign-in/default/lock": b""}
    assert zoho.calls == []
    assert zoho.accounts.scopes_of(access_token)


@pytest.mark.usefixtures("profiles")
@pytest.mark.parametrize("arguments", [(), ("--local",)], ids=["revoke", "local"])
def test_nobody_is_signed_in(
    cli: CommandLine, zoho: Zoho, home: Path, arguments: tuple[str, ...]
) -> None:
    before = files_below(home)
    ended = cli("logout", "--profile", "other", *arguments)
    assert (ended.code, ended.out, len(ended.lines)) == (3, "", 1)
    assert "“other” is not signed in" in ended.err
    assert files_below(home) == before
    assert zoho.calls == []


@pytest.mark.parametrize("damage", ["{", ""])
def test_what_cannot_be_read_can_be_forgotten(
    cli: CommandLine, home: Path, zoho: Zoho, damage: str
) -> None:
    (folder_of(home) / "credentials.json").write_text(damage, encoding="utf-8")
    ended = cli("logout")
    assert (ended.code, ended.lines[0]) == (2, HINT)
    assert cli("logout", "--local").code == 0
    assert files_below(home) == {"state/sign-in/default/lock": b""}
    assert zoho.calls == []
