"""``status`` by each way to an access token."""

import json
import shlex
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.signing_in import Zoho, folder_of, kept, kept_token, sign_in, zoho_for
from tests.support.commands import CANARY, CommandLine, Ended, files_below
from tests.support.text import is_one_safe_line
from zcbulk_tui.config import secrets
from zcbulk_tui.simulator.sign_in_errors import SignInCall

COMMAND = "ZCBULK_TOKEN_COMMAND"
REFRESH = SignInCall.REFRESH


@pytest.fixture
def signed_in(cli: CommandLine, zoho: Zoho, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(cli, zoho, monkeypatch)


def statuses(zoho: Zoho) -> list[int | None]:
    """HTTP status of each call to the API."""
    return [entry.status for entry in zoho.creator.log]


def fine(ended: Ended) -> None:
    assert (ended.code, ended.err) == (0, "")
    assert len(ended.out.splitlines()) == 2


def complaint(ended: Ended, code: int, *words: str) -> None:
    """Makes sure that it ended so, with one safe line and no secret."""
    assert (ended.code, ended.out, len(ended.lines)) == (code, "", 1)
    assert is_one_safe_line(ended.lines[0])
    for word in words:
        assert word in ended.err
    assert CANARY not in ended.err


def script(home: Path, text: str) -> str:
    """A command that runs this Python."""
    path = home / "token.py"
    path.write_text(text, encoding="utf-8")
    return shlex.join([sys.executable, "-ISE", str(path)])


def test_the_token_of_the_environment_goes_before_all(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(COMMAND, script(home, "raise SystemExit('not this')"))
    monkeypatch.setenv(secrets.ACCESS_TOKEN, zoho.creator.token)
    fine(cli("status", zoho.job))
    monkeypatch.setenv(secrets.ACCESS_TOKEN, CANARY)
    complaint(cli("status", zoho.job), 3, secrets.ACCESS_TOKEN, "zcbulk-tui login")
    assert statuses(zoho) == [200, 401]


@pytest.mark.usefixtures("profiles")
def test_what_comes_next_is_for_the_profile(
    cli: CommandLine, zoho: Zoho, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(secrets.ACCESS_TOKEN, CANARY)
    ended = cli("status", zoho.job, "--profile", "orders")
    complaint(ended, 3, "sign in: zcbulk-tui login --profile orders")
    assert zoho.calls == []


@pytest.mark.usefixtures("signed_in")
def test_a_program_goes_before_the_sign_in(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home_of_the_user = script(home, f"print('{zoho.creator.token}')").replace(str(home), "~")
    monkeypatch.setenv(COMMAND, home_of_the_user)
    before = files_below(folder_of(home))
    fine(cli("status", zoho.job))
    assert zoho.calls == []
    assert files_below(folder_of(home)) == before


def test_a_program_is_run_again_when_its_token_is_refused(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "tokens").write_text(f"{CANARY}\n{zoho.creator.token}\n", encoding="utf-8")
    text = (
        "from pathlib import Path\n"
        f"path = Path({str(home / 'tokens')!r})\n"
        "token, *rest = path.read_text().splitlines()\n"
        "path.write_text('\\n'.join(rest))\n"
        "print(token)"
    )
    monkeypatch.setenv(COMMAND, script(home, text))
    fine(cli("status", zoho.job))
    assert statuses(zoho) == [401, 200]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("raise SystemExit(7)", "exit code 7", id="fails"),
        pytest.param("", "printed something that is no token", id="silent"),
        pytest.param(f"print('{CANARY} {CANARY}')", "is no token", id="two"),
        pytest.param(f'print(\'{{"access_token": "{CANARY}"}}\')', "is no token", id="JSON"),
        pytest.param("print('\\x1b[31m')", "is no token", id="escapes"),
        pytest.param("import os; os.write(1, b'\\xff' * 100000)", "is no token", id="bytes"),
        pytest.param(f"import sys; print('{CANARY}', file=sys.stderr)", "is no token", id="stderr"),
        pytest.param(
            f"import sys; print('{CANARY}', file=sys.stderr); sys.exit(1)",
            "exit code 1",
            id="stderr-and-fails",
        ),
        pytest.param("print(input())", "exit code 1", id="asks"),
    ],
)
def test_a_program_that_brings_no_token(
    zoho: Zoho,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    text: str,
    words: str,
) -> None:
    monkeypatch.setenv(COMMAND, script(home, text))
    ended = CommandLine(capfd)("status", zoho.job)
    complaint(ended, 3, "token_command brings no token", words, "by hand")
    assert statuses(zoho) == []


@pytest.mark.parametrize(
    ("command", "words"),
    [
        pytest.param("pass 'show zoho", "its quotes do not match", id="quotes"),
        pytest.param(f"/nowhere/at-all {CANARY}", "No such file", id="missing"),
        pytest.param("/", "cannot be run", id="folder"),
        pytest.param("echo $HOME | cat", "is no token", id="shell"),
    ],
)
def test_a_command_that_is_none(
    cli: CommandLine, zoho: Zoho, monkeypatch: pytest.MonkeyPatch, command: str, words: str
) -> None:
    monkeypatch.setenv(COMMAND, command)
    complaint(cli("status", zoho.job), 3, "token_command", words)
    assert statuses(zoho) == []


def test_a_command_of_blanks(cli: CommandLine, zoho: Zoho, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COMMAND, "  ")
    complaint(cli("status", zoho.job), 2, COMMAND, "token_command cannot be")


def test_a_program_whose_token_zoho_refuses(
    cli: CommandLine, zoho: Zoho, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(COMMAND, script(home, f"print('{CANARY}')"))
    complaint(cli("status", zoho.job), 3, "token_command prints", "by hand")
    assert statuses(zoho) == [401]


@pytest.mark.usefixtures("signed_in")
def test_the_sign_in_serves_many_commands_with_one_token(
    cli: CommandLine, zoho: Zoho, home: Path
) -> None:
    before = files_below(folder_of(home))
    for _ in range(3):
        fine(cli("status", zoho.job))
    assert zoho.calls == []
    assert files_below(folder_of(home)) == before


def make_older(home: Path, by: timedelta) -> None:
    """Lets the token that is kept be of an earlier time."""
    token = kept_token(home)
    for key in ("renew_at", "ends_at", "paused_until"):
        if token[key]:
            token[key] = (datetime.fromisoformat(token[key]) - by).isoformat()
    (folder_of(home) / "token.json").write_text(json.dumps(token), encoding="utf-8")


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("minutes", [58, 61], ids=["near", "over"])
def test_a_token_is_renewed_when_its_end_is_near(
    cli: CommandLine, zoho: Zoho, home: Path, minutes: int
) -> None:
    credentials, first = kept(home), kept_token(home)["access_token"]
    make_older(home, timedelta(minutes=minutes))
    fine(cli("status", zoho.job))
    assert zoho.calls == [("REFRESH", "ok")]
    assert statuses(zoho) == [200]
    assert kept_token(home)["access_token"] != first
    assert kept(home) == credentials
    fine(cli("status", zoho.job))
    assert len(zoho.calls) == 1


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("error", ["general_error", "throttle"])
def test_a_renewal_that_fails_early_is_no_matter(
    cli: CommandLine, zoho: Zoho, home: Path, error: str
) -> None:
    make_older(home, timedelta(minutes=58))
    zoho.fail(REFRESH, error)
    fine(cli("status", zoho.job))
    assert zoho.calls == [("REFRESH", error)]


@pytest.mark.usefixtures("signed_in")
def test_a_token_that_is_refused_is_renewed_once(cli: CommandLine, zoho: Zoho) -> None:
    zoho.pass_time(3700)
    fine(cli("status", zoho.job))
    assert statuses(zoho) == [401, 200]
    assert zoho.calls == [("REFRESH", "ok")]


def test_a_token_that_is_refused_again(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    with zoho_for(monkeypatch) as zoho, zoho_for(monkeypatch, seed=2) as elsewhere:
        monkeypatch.setenv("ZCBULK_ACCOUNTS_URL", zoho.url)
        sign_in(cli, zoho, monkeypatch)
        ended = cli("status", elsewhere.job)
        complaint(ended, 3, "then does not accept them", "data_center", "zcbulk-tui login")
        assert zoho.calls == [("REFRESH", "ok")]
        assert statuses(elsewhere) == [401, 401]
    kept(home)


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("invalid_code", "revoked"),
        ("invalid_client", "data centre"),
        ("invalid_client_secret", "client secret"),
    ],
)
@pytest.mark.parametrize("first", ["over", "refused"])
def test_a_sign_in_that_is_revoked(
    cli: CommandLine, zoho: Zoho, home: Path, error: str, words: str, first: str
) -> None:
    if first == "over":
        make_older(home, timedelta(hours=2))
    zoho.accounts.revoke_all()
    if error != "invalid_code":
        zoho.fail(REFRESH, error)
    before = files_below(folder_of(home))
    complaint(cli("status", zoho.job), 3, words, f"“{error}”", "zcbulk-tui login")
    assert statuses(zoho) == ([] if first == "over" else [401])
    assert files_below(folder_of(home)) == before


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("error", ["throttle", "throttle-400"])
def test_a_throttle_is_kept_for_the_next_command(
    cli: CommandLine, zoho: Zoho, home: Path, error: str
) -> None:
    make_older(home, timedelta(hours=2))
    zoho.fail(REFRESH, error, times=1)
    complaint(cli("status", zoho.job), 4, "ten minutes", "too many requests")
    for _ in range(2):
        complaint(cli("status", zoho.job), 4, "no token for now", "Try again in 10 minutes.")
    assert zoho.calls == [("REFRESH", error)]
    assert statuses(zoho) == []
    make_older(home, timedelta(minutes=10))
    fine(cli("status", zoho.job))


@pytest.mark.usefixtures("signed_in")
def test_the_accounts_server_is_away(cli: CommandLine, zoho: Zoho, home: Path) -> None:
    make_older(home, timedelta(hours=2))
    zoho.server.close()
    complaint(cli("status", zoho.job), 4, "cannot be reached")


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize(
    ("path", "mode", "words"),
    [
        ("credentials.json", 0o640, "chmod 600"),
        ("token.json", 0o604, ""),
        (".", 0o755, "chmod 700"),
    ],
)
def test_what_others_can_read_is_not_used(
    cli: CommandLine, zoho: Zoho, home: Path, path: str, mode: int, words: str
) -> None:
    (folder_of(home) / path).chmod(mode)
    ended = cli("status", zoho.job)
    if words:
        complaint(ended, 2, "can be read by others", words)
    else:
        fine(ended)
        assert zoho.calls == [("REFRESH", "ok")]
        kept(home)
