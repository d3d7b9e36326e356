"""``zcbulk-tui login`` and ``logout``: a sign-in that lasts, and its end."""

import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from zcbulk_tui.cli import ask, compose, loops
from zcbulk_tui.cli.main import complain
from zcbulk_tui.config import load, secrets
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.sign_in import not_signed_in
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, SignedOutError, UsageError, ZcbulkError

if TYPE_CHECKING:
    from pydantic import SecretStr

    from zcbulk_tui.creator.accounts import Accounts, Client
    from zcbulk_tui.creator.credentials import Credentials
    from zcbulk_tui.creator.grants import Grant
    from zcbulk_tui.store.sign_in import SignInFiles

_Way = Callable[["Accounts"], Awaitable[tuple["Accounts", "Grant"]]]
"""Goes one of the ways in; returns the accounts server where it ends, and the tokens."""

_CONSOLE = "https://api-console.zoho.com (or .eu, .in, … as your data centre)"


def run(flags: Mapping[str, object], *, self_client: bool, refresh_token: str | None) -> int:
    """Signs in, and keeps what that brings.

    Args:
        flags: Settings from the command line.
        self_client: Whether to ask for the code of a self client.
        refresh_token: The file with a refresh token; empty to take it from the environment or to
            ask for it; None for another way in.

    Returns:
        The exit code.

    Raises:
        ZcbulkError: Nobody was signed in; what was kept before is still there.
    """
    settings = load.load(flags=flags)
    # All questions come before the loop, in which ctrl+c would have to wait for their answers.
    before = _before(settings)
    accounts_url = _accounts_url(settings, before)
    client = _client(settings, before)
    if self_client:
        way = partial(_by_code, client, _code(settings))
    elif refresh_token is not None:
        way = partial(_by_refresh_token, client, _refresh_token(refresh_token))
    else:
        way = partial(_by_device, client, settings)
    store = compose.sign_in_files(settings)
    kept = loops.run(_sign_in(settings, store, accounts_url, client, way))
    _tell(settings, store, kept)
    return 0


async def _sign_in(
    settings: Settings, store: "SignInFiles", accounts_url: str, client: "Client", way: _Way
) -> "Credentials":
    from zcbulk_tui.creator.accounts import Accounts
    from zcbulk_tui.creator.sign_in import save

    network = compose.make_network(settings)
    compose.warn_of_proxies()
    try:
        accounts, grant = await way(Accounts(network, accounts_url))
        return await save(store, accounts, client, grant, datetime.now(UTC))
    finally:
        await network.aclose()


def _before(settings: Settings) -> "Credentials | None":
    """The sign-in that is there already: its client is used again."""
    from zcbulk_tui.creator.credentials import open_credentials

    try:
        return open_credentials(compose.sign_in_files(settings), settings.profile)
    except SignedOutError:
        return None
    except ConfigError as error:
        complain(str(error))
        return None


def _accounts_url(settings: Settings, before: "Credentials | None") -> str:
    if settings.accounts_url is not None:
        return settings.accounts_url
    center = datacenters.named(settings.data_center) if settings.data_center else None
    if center is None and before is not None:
        return before.accounts_url
    while center is None:
        name = ask.line(
            f"Data centre of your Zoho account ({', '.join(datacenters.NAMES)}) [us]: ",
            "data_center",
        )
        center = datacenters.named(name or "us")
        if center is None:
            print(f"There is no data centre “{one_line(name, 20)}”.")
    return center.accounts_url


def _client(settings: Settings, before: "Credentials | None") -> "Client":
    from zcbulk_tui.creator.accounts import Client

    secret = secrets.from_environment(secrets.CLIENT_SECRET)
    known = before is not None and settings.client_id in (None, before.client_id)
    if before is not None and known and secret is None:
        print(f"As client {before.client_id}, as before.")
        return before.client
    client_id = settings.client_id or (before.client_id if before is not None else None)
    if client_id is None:
        print(
            f"zcbulk-tui signs in as a client of yours. Make one once at\n{_CONSOLE}:\n"
            "“Non-browser application” (any name and home page will do), or with --self-client\n"
            "“Self client”."
        )
        client_id = ask.line("Client id: ", "client_id")
        if not client_id:
            raise UsageError(
                "Client id: nothing was typed, and nothing was changed",
                next_step="Copy it from the console, or set client_id.",
            )
        secrets.check(client_id, "The client id")
    return Client(client_id, secret or ask.secret("Client secret: ", secrets.CLIENT_SECRET))


def _code(settings: Settings) -> "SecretStr":
    from zcbulk_tui.creator.scopes import needed

    print(
        "In the console choose Self Client, Generate Code, with the scopes\n"
        f"{','.join(needed(read_only=settings.read_only))}\n"
        "and paste the code here within the minutes that it holds."
    )
    return ask.secret("Code: ", None)


def _refresh_token(file: str) -> "SecretStr":
    if file:
        return secrets.from_file(Path(file).expanduser())
    token = secrets.from_environment(secrets.REFRESH_TOKEN)
    return token or ask.secret("Refresh token: ", secrets.REFRESH_TOKEN)


async def _by_code(
    client: "Client", code: "SecretStr", accounts: "Accounts"
) -> "tuple[Accounts, Grant]":
    return accounts, await accounts.code_grant(client, code)


async def _by_refresh_token(
    client: "Client", token: "SecretStr", accounts: "Accounts"
) -> "tuple[Accounts, Grant]":
    # It is proved by using it; no other one comes back.
    return accounts, replace(await accounts.refresh(client, token), refresh_token=token)


async def _by_device(
    client: "Client", settings: Settings, accounts: "Accounts"
) -> "tuple[Accounts, Grant]":
    from zcbulk_tui.cli.device_page import Countdown, show
    from zcbulk_tui.creator.device import device_code, device_grant
    from zcbulk_tui.creator.scopes import needed

    code = await device_code(accounts, client, needed(read_only=settings.read_only))
    show(code, settings.profile)
    with Countdown() as countdown:
        return await device_grant(accounts, client, code, countdown.wait)


def _tell(settings: Settings, store: "SignInFiles", kept: "Credentials") -> None:
    from zcbulk_tui.creator.scopes import CREATE, READ

    print(
        f"Signed in: profile “{settings.profile}”, at {kept.accounts_url}. "
        f"It is kept in {store.place}."
    )
    if store.notice:
        complain(store.notice)
    wanted = (READ,) if settings.read_only else (READ, CREATE)
    missing = [scope for scope in wanted if scope not in kept.scopes]
    if kept.scopes and missing:
        complain(
            f"It does not allow {' and '.join(missing)}: what needs that will be refused. "
            "Sign in anew, and allow it."
        )
    home = datacenters.of_accounts(kept.accounts_url)
    if home is not None and settings.data_center not in (None, home.name):
        complain(
            f"The account is in the data centre “{home.name}”, and data_center says "
            f"“{settings.data_center}”: correct it."
        )
    if os.environ.get(secrets.ACCESS_TOKEN):
        complain(f"{secrets.ACCESS_TOKEN} is set, and goes before this sign-in: unset it.")
    elif settings.token_command is not None:
        complain("token_command is set, and goes before this sign-in.")


def end(flags: Mapping[str, object], *, local: bool) -> int:
    """Revokes the sign-in and forgets it.

    Args:
        flags: Settings from the command line.
        local: Whether to forget it only, without a word to Zoho.

    Returns:
        The exit code.

    Raises:
        ZcbulkError: It could not be revoked, and is kept; or there is none.
    """
    settings = load.load(flags=flags)
    store = compose.sign_in_files(settings)
    if not store.exists:
        raise not_signed_in(settings.profile)
    if local:
        loops.run(_forget(store))
        print(f"Forgotten: profile “{settings.profile}”. At Zoho the sign-in holds until you")
        print("remove zcbulk-tui from the connected apps of your account.")
        if store.notice:
            complain(store.notice)
        return 0
    try:
        credentials = loops.run(_give_back(settings, store))
    except ZcbulkError:
        complain("Nothing was forgotten. To forget without Zoho: zcbulk-tui logout --local")
        raise
    print(
        f"Signed out: profile “{settings.profile}”. {credentials.accounts_url} has revoked the "
        "sign-in, and it is forgotten here."
    )
    if store.notice:
        complain(store.notice)
    return 0


async def _forget(store: "SignInFiles") -> None:
    async with store.lock():
        store.forget()


async def _give_back(settings: Settings, store: "SignInFiles") -> "Credentials":
    from zcbulk_tui.creator.sign_in import give_back

    network = compose.make_network(settings)
    compose.warn_of_proxies()
    try:
        return await give_back(store, network, settings.profile)
    finally:
        await network.aclose()
