"""Whatever stands in the files of a sign-in, it is a token or one error that says what to do."""

import asyncio
import json
import multiprocessing
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.creator.asking import ask
from tests.creator.sign_ins import ManualWorld, World
from tests.creator.signing_in import leaks, shown
from tests.support.commands import PATIENCE
from zcbulk_tui.creator.network import Network
from zcbulk_tui.errors import ConfigError, SignedOutError, SignInError

REFUSAL = SignInError("The access token is not valid")
LATER = "2099-01-01T00:00:00+00:00"


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)


def kept(sign_in: str, **changes: object) -> bytes:
    """A token file that is good, changed."""
    good = {
        "sign_in": sign_in,
        "access_token": "1000.foreign",
        "renew_at": LATER,
        "ends_at": LATER,
        "paused_until": None,
    }
    return json.dumps(good | changes).encode()


TOKENS = {
    "empty": b"",
    "not JSON": b"1000.token",
    "half": kept("ID")[:40],
    "list": b"[]",
    "null": b"null",
    "no text": b"\xff\xfe",
    "nested without end": b"[" * 100_000,
    "of another sign-in": kept("another"),
    "of another program": b'{"name": "left-pad"}',
    "time without zone": kept("ID", renew_at="2099-01-01T00:00:00"),
    "no time": kept("ID", ends_at="tomorrow"),
    "token is a number": kept("ID", access_token=5),
    "an array of times": kept("ID", paused_until=[LATER]),
    "a pause without zone": kept("ID", paused_until="2099-01-01T00:00:00"),
}


@pytest.mark.parametrize("content", TOKENS.values(), ids=TOKENS)
async def test_a_token_file_that_is_none_gives_way(
    at_zoho: ManualWorld, wire: Network, content: bytes
) -> None:
    credentials = await at_zoho.sign_in()
    write(at_zoho.token_file, content.replace(b'"ID"', json.dumps(credentials.id).encode()))
    token = await at_zoho.asker(wire).token()
    assert at_zoho.is_accepted(token)
    assert await at_zoho.asker(wire).token() == token
    assert at_zoho.refreshes == ["ok"]


@pytest.mark.parametrize("kind", ["missing", "folder", "readable by others"])
async def test_a_token_file_that_cannot_be_used_is_no_error(
    at_zoho: ManualWorld, wire: Network, kind: str
) -> None:
    await at_zoho.sign_in()
    if kind == "readable by others":
        at_zoho.token_file.chmod(0o644)
    else:
        at_zoho.token_file.unlink()
    if kind == "folder":
        at_zoho.token_file.mkdir(mode=0o700)
    asker = at_zoho.asker(wire)
    token = await asker.token()
    assert at_zoho.is_accepted(token)
    assert await asker.token() == token
    assert at_zoho.refreshes == ["ok"]


CREDENTIALS = {
    "empty": b"",
    "not JSON": b"1000.token",
    "half": b'{"id": "a", "accounts_url": "https://accounts.zoho.com", "client_se',
    "list": b"[]",
    "no text": b"\xff\xfe",
    "nested without end": b"[" * 100_000,
    "of another program": b'{"name": "left-pad"}',
    "a token file": kept("a"),
}


@pytest.mark.parametrize("content", CREDENTIALS.values(), ids=CREDENTIALS)
async def test_credentials_that_are_none_are_named(
    at_zoho: ManualWorld, wire: Network, content: bytes
) -> None:
    await at_zoho.sign_in()
    write(at_zoho.token_file.with_name("credentials.json"), content)
    with pytest.raises(ConfigError) as caught:
        await at_zoho.asker(wire).token()
    assert "zcbulk-tui login" in caught.value.next_step
    assert caught.value.exit_code == 2
    assert at_zoho.refreshes == []


async def test_half_of_what_was_kept_shows_in_no_error(at_zoho: ManualWorld, wire: Network) -> None:
    credentials = await at_zoho.sign_in()
    path = at_zoho.token_file.with_name("credentials.json")
    for rest in (b"", b"\xff"):
        write(path, path.read_bytes()[:-3] + rest)
        with pytest.raises(ConfigError) as caught:
            await at_zoho.asker(wire).token()
        text = shown(caught.value)
        assert credentials.refresh_token.get_secret_value() not in text
        assert credentials.client_secret.get_secret_value() not in text
        assert leaks(text) == []


async def test_who_is_not_signed_in_is_told(at_zoho: ManualWorld, wire: Network) -> None:
    with pytest.raises(SignedOutError, match="not signed in") as caught:
        await at_zoho.asker(wire).token()
    assert caught.value.exit_code == 3
    assert "zcbulk-tui login" in caught.value.next_step


async def test_who_has_signed_out_meanwhile_is_told(at_zoho: ManualWorld, wire: Network) -> None:
    await at_zoho.sign_in()
    asker = at_zoho.asker(wire)
    first = await asker.token()
    at_zoho.store.forget()
    with pytest.raises(SignedOutError, match="not signed in"):
        await asker.renew(first, REFUSAL)
    assert at_zoho.refreshes == []


def test_processes_ask_once_for_each_life(tmp_path: Path) -> None:
    made = World(tmp_path, time.time, 1.0, None)
    with made.server:
        asyncio.run(made.sign_in())
        spawn = multiprocessing.get_context("spawn")
        processes = [spawn.Process(target=ask, args=(tmp_path, n, 20)) for n in range(2)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(PATIENCE)
    assert [process.exitcode for process in processes] == [0] * 2
    got = [line for file in tmp_path.glob("asked-*") for line in file.read_text().split()]
    assert len(got) == 2 * 20
    assert len(set(got)) <= len(made.refreshed_at) + 1
    # Who asked next had the token of the one before until a twelfth of its life was left.
    assert len(made.refreshed_at) >= 2
    assert all(later - at > 0.91 for at, later in pairwise(made.refreshed_at))
