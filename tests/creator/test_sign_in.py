"""A sign-in from its first code to its end, and that no part of it shows a secret."""

import asyncio
import logging
import warnings
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.creator.calls import patience
from tests.creator.sign_ins import CLIENT, ManualWorld
from tests.creator.signing_in import (
    ACCESS,
    CODE,
    REFRESH,
    SECRET,
    SIGNED_IN,
    THROTTLED,
    accounts,
    grant,
    leaks,
    network,
    shown,
)
from tests.creator.signing_in import (
    CLIENT as CANARY,
)
from tests.support.jobs import NOW
from tests.support.stub_server import DROP, Answer, Reply, Silence, StubServer
from zcbulk_tui.creator import device, sign_in
from zcbulk_tui.creator.credentials import Credentials, open_credentials, sealed
from zcbulk_tui.creator.grants import Grant
from zcbulk_tui.creator.renewal import RefreshedToken
from zcbulk_tui.creator.scopes import CREATE, READ
from zcbulk_tui.errors import (
    ConfigError,
    SignedOutError,
    SignInError,
    UnreachableError,
    ZcbulkError,
)
from zcbulk_tui.store.sign_in import MemorySignIn, SignInFiles

GRANT = Grant(SecretStr(ACCESS), 3600.0, SecretStr(REFRESH), (READ,))
TALKATIVE = ("httpx", "httpcore", "asyncio")


async def kept(store: MemorySignIn | SignInFiles, url: str, given: Grant = GRANT) -> Credentials:
    async with accounts(url) as there:
        return await sign_in.save(store, there, CANARY, given, NOW)


async def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    store = SignInFiles(tmp_path, "default", "file")
    credentials = await kept(store, "https://accounts.zoho.eu")
    assert open_credentials(store, "default") == credentials
    assert credentials.accounts_url == "https://accounts.zoho.eu"
    assert credentials.client == CANARY
    assert credentials.refresh_token == SecretStr(REFRESH)
    assert (credentials.scopes, credentials.signed_in_at) == ((READ,), NOW)


async def test_no_two_sign_ins_are_the_same() -> None:
    store = MemorySignIn()
    one, other = [await kept(store, "https://accounts.zoho.eu") for _ in range(2)]
    assert one.id != other.id


async def test_the_first_access_token_is_not_asked_for_twice() -> None:
    store = MemorySignIn()
    with StubServer() as server:
        await kept(store, server.url)
        async with network() as wire:
            tokens = RefreshedToken(wire, store, "default", now=lambda: NOW)
            assert await tokens.token() == SecretStr(ACCESS)
        assert server.requests == []


async def test_without_a_refresh_token_nothing_is_kept() -> None:
    store = MemorySignIn()
    await kept(store, "https://accounts.zoho.eu")
    before = store.credentials()
    with pytest.raises(SignInError, match="no refresh token"):
        await kept(store, "https://accounts.zoho.com", Grant(SecretStr(ACCESS), 3600.0))
    assert store.credentials() == before


async def test_a_sign_in_is_given_back_and_forgotten(at_zoho: ManualWorld) -> None:
    credentials = await at_zoho.sign_in()
    async with network() as wire:
        token = await at_zoho.asker(wire).token()
        assert await sign_in.give_back(at_zoho.store, wire, "default") == credentials
        assert not at_zoho.is_accepted(token)
        assert at_zoho.store.credentials() is at_zoho.store.token() is None
        with pytest.raises(SignedOutError, match="not signed in"):
            await sign_in.give_back(at_zoho.store, wire, "default")


async def test_what_cannot_be_given_back_is_not_forgotten(at_zoho: ManualWorld) -> None:
    await at_zoho.sign_in()
    at_zoho.server.close()
    async with network() as wire:
        with pytest.raises(UnreachableError):
            await sign_in.give_back(at_zoho.store, wire, "default")
    assert at_zoho.store.credentials() is not None


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_user_answers_on_the_page(at_zoho: ManualWorld, allowed: bool) -> None:
    async def wait(step: float, left: float) -> None:
        at_zoho.pass_time(step)
        if left < 250:
            at_zoho.accounts.answer_device(code.user_code, allowed=allowed)

    async with accounts(at_zoho.server.base_url) as there:
        code = await device.device_code(there, CLIENT, (READ, CREATE))
        if not allowed:
            with pytest.raises(SignedOutError, match="refused"):
                await device.device_grant(there, CLIENT, code, wait)
            return
        home, given = await device.device_grant(there, CLIENT, code, wait)
        await sign_in.save(at_zoho.store, home, CLIENT, given, at_zoho.now())
        assert at_zoho.is_accepted(await at_zoho.asker(there.network).token())
    assert set(given.scopes) == {READ, CREATE}
    assert not any(entry.secrets_in_query for entry in at_zoho.accounts.log)


ANSWERS: dict[str, Answer] = {
    "granted": Reply.of(SIGNED_IN),
    "refused": Reply.of({"error": "invalid_code"}),
    "throttled": Reply.of(THROTTLED),
    "echo": Reply.of({"error": "x", "access_token": ACCESS, "refresh_token": REFRESH}, 400),
    "half": Reply(200, f'{{"access_token": "{ACCESS}", "refr'.encode()),
    "wrong type": Reply.of({"access_token": [ACCESS]}),
    "no header can hold it": grant(access_token=f"{ACCESS}\n"),
    "too large": Reply(200, f'{{"access_token": "{ACCESS}"'.encode() + b" " * 2 * 1024 * 1024),
    "dropped": DROP,
    "silence": Silence(),
    "server fault": Reply(500, ACCESS.encode()),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_no_error_log_or_warning_shows_a_secret(
    answer: Answer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name in ("", *TALKATIVE):
        caplog.set_level(logging.DEBUG, name or None)
    asyncio.get_running_loop().set_debug(True)
    store = SignInFiles(tmp_path, "default", "file")
    errors: list[ZcbulkError] = []
    with warnings.catch_warnings(record=True) as warned, StubServer(lambda _: answer) as server:
        warnings.simplefilter("always")
        await kept(store, server.url)
        async with accounts(server.url, patience(answer)) as there:
            # Long after: the token that is kept has ended.
            later = RefreshedToken(
                there.network, store, "default", now=lambda: datetime(2027, 1, 1, tzinfo=UTC)
            )
            for attempt in (
                later.token,
                lambda: there.code_grant(CANARY, SecretStr(CODE)),
                lambda: there.device_grant(CANARY, SecretStr(CODE)),
                lambda: sign_in.give_back(store, there.network, "default"),
            ):
                try:
                    await attempt()
                except ZcbulkError as error:
                    errors.append(error)
            objects = f"{vars(later)} {vars(there)} {vars(there.network)}"
    assert [leaks(shown(error)) for error in errors] == [[]] * len(errors)
    assert "send_request_body" in caplog.text
    assert leaks(caplog.text) == []
    assert leaks(objects) == []
    assert [str(warning.message) for warning in warned if leaks(str(warning.message))] == []
    assert leaks(Path("/proc/self/cmdline").read_text()) == []  # noqa: ASYNC240 - no disk


async def test_no_representation_shows_a_secret() -> None:
    store = MemorySignIn()
    credentials = await kept(store, "https://accounts.zoho.eu")
    for made in (credentials, CANARY, GRANT, sealed(credentials), CANARY.form):
        assert leaks(f"{made!r} {made!s}") == []
    assert leaks(f"{vars(credentials)} {vars(store)}") == []
    assert SECRET in sealed(credentials).get_secret_value()


async def test_a_full_store_shows_no_secret(tmp_path: Path) -> None:
    (tmp_path / "default").mkdir(mode=0o700)
    (tmp_path / "default" / "credentials.json").mkdir(mode=0o700)
    with pytest.raises(ConfigError) as caught:
        await kept(SignInFiles(tmp_path, "default", "file"), "https://accounts.zoho.eu")
    assert leaks(shown(caught.value)) == []
    with suppress(ConfigError):
        SignInFiles(tmp_path, "default", "file").forget()
