"""``login`` with a code or a token that somebody has: where it comes from, and what is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.signing_in import (
    CLIENT,
    Person,
    Zoho,
    complaint,
    fine,
    folder_of,
    grant_code,
    kept,
    kept_token,
    pipe,
    set_all,
    sign_in,
    zoho_for,
)
from tests.support.commands import CommandLine, files_below
from zcbulk_tui.config import paths, secrets
from zcbulk_tui.domain import datacenters
from zcbulk_tui.simulator.accounts import CLIENT_ID
from zcbulk_tui.simulator.scopes import CREATE, READ
from zcbulk_tui.simulator.sign_in_errors import SignInCall

LOGIN = "zcbulk-tui login"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked for but the code or the token."""
    set_all(monkeypatch, CLIENT)


def a_refresh_token(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """One that is good, of a sign-in that this profile knows nothing of."""
    sign_in(cli, zoho, monkeypatch, "--profile", "of-another")
    return str(kept(home, "of-another")["refresh_token"])


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("typed", [True, False], ids=["typed", "piped"])
def test_the_code_of_a_self_client(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch, typed: bool
) -> None:
    code = f" {grant_code(zoho)} "
    if typed:
        assert Person(monkeypatch, {"Code: ": code}).questions == []
    else:
        pipe(monkeypatch, f"{code}\r\n")
    ended = cli("login", "--self-client")
    fine(ended)
    assert f"\n{READ},{CREATE}," in ended.out
    assert zoho.calls == [("CODE", "ok")]
    assert kept(home)["client_id"] == CLIENT_ID
    assert code.strip() not in ended.out + str(files_below(home))


@pytest.mark.usefixtures("client")
def test_a_code_with_few_scopes_is_kept_and_said(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe(monkeypatch, zoho.accounts.grant_code([READ]))
    complaint(cli("login", "--self-client"), 0, f"does not allow {CREATE}")
    assert kept(home)["scopes"] == [READ]


@pytest.mark.usefixtures("client", "profiles")
@pytest.mark.parametrize("way", ["file", "variable", "typed", "piped"])
def test_a_refresh_token(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    token = a_refresh_token(cli, zoho, home, monkeypatch)
    arguments = ["--refresh-token"]
    match way:
        case "file":
            (home / "token").write_text(f"{token}\n", encoding="utf-8")
            arguments.append("~/token")
        case "variable":
            monkeypatch.setenv(secrets.REFRESH_TOKEN, token)
        case "typed":
            Person(monkeypatch, {"Refresh token: ": token})
        case _:
            pipe(monkeypatch, f"{token}\n")
    ended = cli("login", *arguments)
    fine(ended)
    assert zoho.calls == [("REFRESH", "ok")]
    assert kept(home)["refresh_token"] == token
    assert zoho.accounts.scopes_of(kept_token(home)["access_token"])
    assert token not in ended.out


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda _: None, ("cannot be read", "No such file"), id="none"),
        pytest.param(lambda path: path.mkdir(), ("cannot be read",), id="folder"),
        pytest.param(lambda path: path.write_bytes(b""), ("It is empty",), id="empty"),
        pytest.param(lambda path: path.write_bytes(b"\xff\xfe"), ("cannot be read",), id="bytes"),
        pytest.param(lambda path: path.write_bytes(b"1000.a\n1000.b"), ("be used",), id="two"),
        pytest.param(lambda path: path.write_bytes(b'{"a": "1000.b"}'), ("be used",), id="JSON"),
    ],
)
def test_a_file_without_a_refresh_token(
    cli: CommandLine,
    zoho: Zoho,
    home: Path,
    make: Callable[[Path], object],
    words: tuple[str, ...],
) -> None:
    path = home / "token"
    make(path)
    ended = cli("login", "--refresh-token", str(path))
    complaint(ended, 2, str(path), *words)
    assert "1000." not in ended.err
    assert zoho.calls == []
    assert not (home / "state").exists()


@pytest.mark.usefixtures("client")
def test_a_file_in_the_home_of_nobody(cli: CommandLine, zoho: Zoho) -> None:
    name = "~nobody-of-this-name/token"
    complaint(cli("login", "--refresh-token", name), 2, f"{name} cannot be read")
    assert zoho.calls == []


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        pytest.param(SignInCall.CODE, ("--self-client",), id="code"),
        pytest.param(SignInCall.REFRESH, ("--refresh-token",), id="refresh-token"),
    ],
)
@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        ("invalid_code", 3, ("revoked", "lives for minutes", LOGIN)),
        ("invalid_client", 3, ("usual cause is the wrong data centre", LOGIN)),
        ("invalid_client_secret", 3, ("client secret", LOGIN)),
        ("invalid_redirect_uri", 3, ("redirect URI", LOGIN)),
        ("invalid_scope", 3, ("scope", LOGIN)),
        ("general_error", 4, ("service failed",)),
        ("throttle", 4, ("ten minutes",)),
        ("throttle-400", 4, ("ten minutes",)),
    ],
)
def test_an_error_leaves_what_was_there(
    cli: CommandLine,
    zoho: Zoho,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: SignInCall,
    arguments: tuple[str, ...],
    error: str,
    code: int,
    words: tuple[str, ...],
) -> None:
    sign_in(cli, zoho, monkeypatch)
    before = files_below(home)
    zoho.fail(call, error)
    pipe(monkeypatch, "1000.pasted\n")
    ended = cli("login", *arguments)
    complaint(ended, code, "Zoho said HTTP", *words)
    assert "1000.pasted" not in ended.err
    assert len(zoho.calls) == 1
    assert files_below(home) == before
    assert cli("status", zoho.job).code == 0


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("file", ["credentials.json", "credentials.json is open"])
def test_a_sign_in_that_cannot_be_read_is_replaced(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    sign_in(cli, zoho, monkeypatch)
    path = folder_of(home) / "credentials.json"
    if file == path.name:
        path.write_text("{", encoding="utf-8")
    else:
        path.chmod(0o644)
    pipe(monkeypatch, grant_code(zoho))
    ended = cli("login", "--self-client")
    complaint(ended, 0, "“default” cannot be" if file == path.name else "can be read by others")
    kept(home)


@pytest.mark.usefixtures("client", "profiles")
def test_each_profile_has_a_sign_in_of_its_own(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(cli, zoho, monkeypatch)
    before = files_below(folder_of(home))
    pipe(monkeypatch, grant_code(zoho))
    ended = cli("login", "--self-client", "--profile", "x")
    fine(ended)
    assert "profile “x”" in ended.out
    assert str(folder_of(home, "x") / "credentials.json") in ended.out
    assert kept(home, "x")["id"] != kept(home)["id"]
    assert files_below(folder_of(home)) == before
    assert cli("logout", "--profile", "x").code == 0
    assert files_below(folder_of(home)) == before


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("name", "words"),
    [(secrets.ACCESS_TOKEN, "unset it"), ("ZCBULK_TOKEN_COMMAND", "token_command is set")],
)
def test_what_goes_before_a_sign_in_is_said(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    monkeypatch.setenv(name, "1000.another")
    pipe(monkeypatch, grant_code(zoho))
    complaint(cli("login", "--self-client"), 0, "takes precedence", words)
    kept(home)


@pytest.mark.usefixtures("client")
def test_a_data_centre_that_is_not_that_of_the_account_is_said(
    cli: CommandLine, zoho: Zoho, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datacenters, "of_accounts", lambda _: datacenters.named("eu"))
    monkeypatch.setenv("ZCBULK_DATA_CENTER", "us")
    pipe(monkeypatch, grant_code(zoho))
    complaint(cli("login", "--self-client"), 0, "“eu”", "data_center says “us”", "correct it")


@pytest.mark.usefixtures("client")
def test_a_state_folder_that_takes_nothing(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").touch()
    monkeypatch.setenv(paths.STATE_DIR, str(home / "file"))
    pipe(monkeypatch, grant_code(zoho))
    ended = cli("login", "--self-client")
    assert ended.code == 2
    assert "Signed in" not in ended.out
    assert str(home / "file") in ended.lines[-1]


def test_a_limit_of_tokens(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    with zoho_for(monkeypatch, tokens_per_ten_minutes=1) as zoho:
        sign_in(cli, zoho, monkeypatch)
        token = kept(home)["refresh_token"]
        set_all(monkeypatch, CLIENT)
        pipe(monkeypatch, token)
        before = files_below(home)
        complaint(cli("login", "--refresh-token"), 4, "ten minutes")
        assert files_below(home) == before
