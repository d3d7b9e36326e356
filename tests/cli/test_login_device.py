"""``login`` by a code that is typed elsewhere: every state of it, and every error."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.signing_in import CLIENT, Zoho, kept, kept_token, refused, set_all, zoho_for
from tests.support.commands import CommandLine, files_below
from zcbulk_tui.cli.device_page import Countdown
from zcbulk_tui.simulator.scopes import CREATE, READ, UPDATE
from zcbulk_tui.simulator.sign_in_errors import SignInCall

META = (
    "ZohoCreator.meta.form.READ",
    "ZohoCreator.meta.application.READ",
    "ZohoCreator.dashboard.READ",
)

POLL, CODE = SignInCall.DEVICE_TOKEN, SignInCall.DEVICE_CODE


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, CLIENT)


@pytest.mark.parametrize("milliseconds", [False, True], ids=["seconds", "milliseconds"])
def test_somebody_types_the_code(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, home: Path, milliseconds: bool
) -> None:
    with zoho_for(monkeypatch, milliseconds=milliseconds) as zoho:
        zoho.answer(after=3)
        ended = cli("login")
        token = kept_token(home)["access_token"]
        assert zoho.accounts.scopes_of(token) == frozenset({READ, CREATE, UPDATE})
    assert (ended.code, ended.err) == (0, "")
    (code,) = zoho.codes
    for shown in (
        code.url,
        code.user_code,
        "“default”",
        f"Signed in: profile “default”, at {zoho.url}",
    ):
        assert shown in ended.out
    assert "\x1b" not in ended.out
    assert zoho.waits == [30.0, 30.0, 30.0]
    pending = ("DEVICE_TOKEN", "authorization_pending")
    assert zoho.calls == [("DEVICE_CODE", "ok"), pending, pending, ("DEVICE_TOKEN", "ok")]
    assert not any(entry.secrets_in_query for entry in zoho.accounts.log)
    found = kept(home)
    assert found["accounts_url"] == zoho.url
    assert token not in ended.out
    assert found["refresh_token"] not in ended.out


def test_a_read_only_profile_asks_for_no_more(
    cli: CommandLine, zoho: Zoho, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("ZCBULK_READ_ONLY", "true")
    zoho.answer()
    ended = cli("login")
    assert (ended.code, ended.err) == (0, "")
    assert kept(home)["scopes"] == [READ]


def test_forms_and_fields_are_asked_for_where_that_is_wanted(
    cli: CommandLine, zoho: Zoho, home: Path
) -> None:
    zoho.answer()
    ended = cli("login", "--with-forms")
    assert (ended.code, ended.err) == (0, "")
    assert set(kept(home)["scopes"]) == {READ, CREATE, UPDATE, *META}


def test_where_updates_are_no_scope_it_is_left_out(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    with zoho_for(monkeypatch, known_scopes=(READ, CREATE)) as zoho:
        zoho.answer()
        ended = cli("login")
    assert (ended.code, ended.err) == (0, "")
    assert sorted(kept(home)["scopes"]) == [CREATE, READ]


def test_somebody_denies(
    cli: CommandLine, zoho: Zoho, home: Path, before: dict[str, bytes]
) -> None:
    zoho.answer(allowed=False)
    refused(cli("login"), 3, "was refused", "Zoho's page", "Write: zcbulk-tui login")
    assert zoho.calls[-1] == ("DEVICE_TOKEN", "access_denied")
    assert files_below(home) == before


def test_nobody_types_the_code(
    cli: CommandLine, zoho: Zoho, home: Path, before: dict[str, bytes]
) -> None:
    ended = cli("login")
    refused(ended, 3, "The code has ended", "Write: zcbulk-tui login")
    assert sum(zoho.waits) == 300
    assert files_below(home) == before


def test_zoho_says_first_that_the_code_has_ended(cli: CommandLine, zoho: Zoho, home: Path) -> None:
    zoho.on_wait = lambda number: zoho.pass_time(300 if number == 2 else 0)
    refused(cli("login"), 3, "The code has ended", "“expired”", "Write: zcbulk-tui login")
    assert zoho.calls[-1] == ("DEVICE_TOKEN", "expired")
    assert files_below(home) == {}


def test_slow_down_lengthens_the_waits(cli: CommandLine, zoho: Zoho, home: Path) -> None:
    zoho.fail(POLL, "slow_down", times=2)
    zoho.answer(after=4)
    assert cli("login").code == 0
    assert zoho.waits == [30.0, 35.0, 40.0, 40.0]
    kept(home)


@pytest.mark.parametrize("key", ["user_location", "dc"])
def test_the_account_is_in_another_data_centre(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, home: Path, key: str
) -> None:
    with zoho_for(monkeypatch, home="eu", dc_key=key) as zoho:
        zoho.answer()
        ended = cli("login")
        there = zoho.url.replace("127.0.0.1", "localhost")
        assert (ended.code, ended.err) == (0, "")
        assert zoho.calls == [
            ("DEVICE_CODE", "ok"),
            ("DEVICE_TOKEN", "other_dc"),
            ("INFO", "ok"),
            ("DEVICE_TOKEN", "ok"),
        ]
        assert f"{zoho.accounts.log[-1].host}" == there.removeprefix("http://")
        assert f"at {there}" in ended.out
        assert kept(home)["accounts_url"] == there
        # It is where tokens are renewed and revoked from then on.
        zoho.accounts.log.clear()
        assert cli("logout").code == 0
        assert {f"http://{entry.host}" for entry in zoho.accounts.log} == {there}


@pytest.mark.parametrize(
    "location",
    ["mars", "", "eu\x1b[31m", "x" * 500],
    ids=["unknown", "untold", "hostile", "long"],
)
def test_a_data_centre_that_nobody_knows(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, home: Path, location: str
) -> None:
    with zoho_for(monkeypatch, home=location) as zoho:
        zoho.fail(POLL, "other_dc")
        refused(cli("login"), 3, "data centre", "accounts_url", "zcbulk-tui login")
    assert files_below(home) == {}


LOGIN = "zcbulk-tui login"


@pytest.mark.parametrize("before", ["somebody"], indirect=True)
@pytest.mark.parametrize("call", [CODE, POLL], ids=lambda call: call.name)
@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        pytest.param("invalid_code", 3, ("revoked", "Write: zcbulk-tui login"), id="code"),
        pytest.param(
            "invalid_client",
            3,
            ("does not know the client", "usual cause is the wrong data centre", LOGIN),
            id="client",
        ),
        pytest.param("invalid_client_secret", 3, ("client secret", "console", LOGIN), id="secret"),
        pytest.param("invalid_redirect_uri", 3, ("redirect URI", "Non-browser", LOGIN), id="uri"),
        pytest.param("invalid_scope", 3, ("scope", f"{LOGIN} --self-client"), id="scope"),
        pytest.param("access_denied", 3, ("was refused", LOGIN), id="denied"),
        pytest.param("expired", 3, ("has ended", LOGIN), id="expired"),
        pytest.param("throttle", 4, ("ten minutes", "too many requests"), id="throttle"),
        pytest.param("throttle-400", 4, ("ten minutes", "too many requests"), id="throttle-400"),
    ],
)
def test_each_error(
    cli: CommandLine,
    zoho: Zoho,
    home: Path,
    before: dict[str, bytes],
    call: SignInCall,
    error: str,
    code: int,
    words: tuple[str, ...],
) -> None:
    zoho.fail(call, error)
    ended = cli("login")
    refused(ended, code, *words)
    assert "Zoho said HTTP" in ended.lines[-1]
    assert files_below(home) == before


@pytest.mark.parametrize("before", ["somebody"], indirect=True)
@pytest.mark.parametrize(
    ("call", "code", "words"),
    [
        pytest.param(CODE, 4, ("service failed", "Try again"), id="at first"),
        pytest.param(POLL, 3, ("The code has ended", "service failed", LOGIN), id="while waiting"),
    ],
)
def test_a_service_that_fails(
    cli: CommandLine,
    zoho: Zoho,
    home: Path,
    before: dict[str, bytes],
    call: SignInCall,
    code: int,
    words: tuple[str, ...],
) -> None:
    zoho.fail(call, "general_error")
    refused(cli("login"), code, *words)
    assert files_below(home) == before


def test_ctrl_c_while_it_waits(
    cli: CommandLine, zoho: Zoho, home: Path, before: dict[str, bytes]
) -> None:
    zoho.on_wait = lambda number: signal.raise_signal(signal.SIGINT) if number == 2 else None
    ended = cli("login")
    assert ended.code == 130
    assert "Traceback" not in ended.err
    assert files_below(home) == before


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> float:
        return sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.mark.parametrize("columns", [200, 80, 40])
def test_the_countdown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: int
) -> None:
    clock = Clock()
    monkeypatch.setattr("zcbulk_tui.cli.device_page.monotonic", clock.now)
    monkeypatch.setattr("zcbulk_tui.cli.device_page.asyncio.sleep", clock.sleep)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    with Countdown() as countdown:
        asyncio.run(countdown.wait(30.5, 300))
    assert clock.slept == [1.0] * 30 + [0.5]
    *lines, after = capsys.readouterr().out.split("\r")[1:]
    assert len(lines) == 31
    assert all(len(line.removesuffix("\x1b[K")) < columns for line in lines)
    assert ("ctrl+c stops" in lines[0]) is (columns == 200)
    assert after == "\x1b[K"
