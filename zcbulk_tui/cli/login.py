"""``zcbulk-tui login``: a sign-in that lasts."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from zcbulk_tui.cli import device_page, event_loop, options, prompts
from zcbulk_tui.cli.client import make_network, warn_of_proxies
from zcbulk_tui.cli.contracts import known_contract
from zcbulk_tui.cli.output import print_error
from zcbulk_tui.cli.state import sign_in_files
from zcbulk_tui.config import load, secrets
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.creator.accounts import Accounts, Client
from zcbulk_tui.creator.credentials import Credentials, open_credentials
from zcbulk_tui.creator.device import device_code, device_grant
from zcbulk_tui.creator.grants import Grant
from zcbulk_tui.creator.scopes import UPDATE, needed
from zcbulk_tui.creator.sign_in import save
from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.commands import naming
from zcbulk_tui.domain.contract import Contract
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, SignedOutError, UsageError
from zcbulk_tui.store.sign_in import SignInFiles

_EPILOG = """\
Without an option: shows a code that you type in any browser. That takes a terminal; over
SSH, ssh -t gives one.

What is not configured is asked for. In a script, take an option, and set data_center
and client_id (or ZCBULK_DATA_CENTER and ZCBULK_CLIENT_ID) and ZCBULK_CLIENT_SECRET; other
secrets are read from the standard input, a line each."""

_Way = Callable[[Accounts], Awaitable[tuple[Accounts, Grant]]]
"""Goes one of the ways in; returns the accounts server where it ends, and the tokens."""

_CONSOLE = "https://api-console.zoho.com (or .eu, .in, … as your data centre)"


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.epilog = _EPILOG
    options.add_profile(parser, inherit=True)
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--self-client",
        action="store_true",
        help="with a code that the console's “Generate Code” gives",
    )
    ways.add_argument(
        "--refresh-token",
        metavar="FILE",
        nargs="?",
        const="",
        help="with a refresh token that you have: in FILE, in ZCBULK_REFRESH_TOKEN, or typed",
    )
    parser.add_argument(
        "--with-forms",
        action="store_true",
        help="also allow to list applications, forms and fields: a file can then be checked "
        "against its form before it is uploaded",
    )


def run(arguments: Namespace) -> int:
    """Signs in, and keeps what that brings; returns the exit code.

    Raises:
        ZcbulkError: Nobody was signed in; what was kept before is still there.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    with naming(settings.profile):
        return _run(arguments, settings)


def _run(arguments: Namespace, settings: Settings) -> int:
    if not arguments.self_client and arguments.refresh_token is None:
        device_page.check_terminal()
    # All questions come before the loop, in which ctrl+c would have to wait for their answers.
    before = _before(settings)
    accounts_url = _accounts_url(settings, before)
    client = _client(settings, before)
    scopes = needed(
        read_only=settings.read_only,
        with_forms=arguments.with_forms,
        contract=_contract(settings, accounts_url),
    )
    if arguments.self_client:
        way = partial(_by_code, client, _code(scopes))
    elif arguments.refresh_token is not None:
        way = partial(_by_refresh_token, client, _refresh_token(arguments.refresh_token))
    else:
        way = partial(_by_device, client, settings, scopes)
    store = sign_in_files(settings)
    kept = event_loop.run(_sign_in(settings, store, accounts_url, client, way))
    _report(settings, store, kept, scopes)
    return 0


def _contract(settings: Settings, accounts_url: str) -> Contract:
    """What is known of the API of the data centre that is signed in to."""
    home = datacenters.of_accounts(accounts_url)
    return known_contract(settings, home.api_url if home is not None else None)


async def _sign_in(
    settings: Settings, store: SignInFiles, accounts_url: str, client: Client, way: _Way
) -> Credentials:
    network = make_network(settings)
    warn_of_proxies()
    try:
        accounts, grant = await way(Accounts(network, accounts_url))
        return await save(store, accounts, client, grant, datetime.now(UTC))
    finally:
        await network.aclose()


def _before(settings: Settings) -> Credentials | None:
    """The sign-in that is there already: its client is used again."""
    try:
        return open_credentials(sign_in_files(settings), settings.profile)
    except SignedOutError:
        return None
    except ConfigError as error:
        print_error(str(error))
        return None


def _accounts_url(settings: Settings, before: Credentials | None) -> str:
    if settings.accounts_url is not None:
        return settings.accounts_url
    center = datacenters.named(settings.data_center) if settings.data_center else None
    if center is None and before is not None:
        return before.accounts_url
    while center is None:
        name = prompts.line(
            f"Data centre of your Zoho account ({', '.join(datacenters.NAMES)}) [us]: ",
            "data_center",
        )
        center = datacenters.named(name or "us")
        if center is None:
            print(f"There is no data centre “{one_line(name, 20)}”.")
    return center.accounts_url


def _client(settings: Settings, before: Credentials | None) -> Client:
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
        client_id = prompts.line("Client id: ", "client_id")
        if not client_id:
            raise UsageError(
                "Client id: nothing was typed, and nothing was changed",
                next_step="Copy it from the console, or set client_id.",
            )
        secrets.check(client_id, "The client id")
    return Client(client_id, secret or prompts.secret("Client secret: ", secrets.CLIENT_SECRET))


def _code(scopes: Sequence[str]) -> SecretStr:
    print(
        "In the console choose Self Client, Generate Code, with the scopes\n"
        f"{','.join(scopes)}\n"
        "and paste the code here within the minutes that it holds."
    )
    return prompts.secret("Code: ", None)


def _refresh_token(file: str) -> SecretStr:
    if file:
        return secrets.from_file(Path(secrets.expanded(file)))
    token = secrets.from_environment(secrets.REFRESH_TOKEN)
    return token or prompts.secret("Refresh token: ", secrets.REFRESH_TOKEN)


async def _by_code(client: Client, code: SecretStr, accounts: Accounts) -> tuple[Accounts, Grant]:
    return accounts, await accounts.code_grant(client, code)


async def _by_refresh_token(
    client: Client, token: SecretStr, accounts: Accounts
) -> tuple[Accounts, Grant]:
    # It is proved by using it; no other one comes back.
    return accounts, replace(await accounts.refresh(client, token), refresh_token=token)


async def _by_device(
    client: Client, settings: Settings, scopes: Sequence[str], accounts: Accounts
) -> tuple[Accounts, Grant]:
    code = await device_code(accounts, client, scopes)
    device_page.show(code, settings.profile)
    with device_page.Countdown() as countdown:
        return await device_grant(accounts, client, code, countdown.wait)


def _report(
    settings: Settings, store: SignInFiles, kept: Credentials, scopes: Sequence[str]
) -> None:
    print(
        f"Signed in: profile “{settings.profile}”, at {kept.accounts_url}. "
        f"It is kept in {store.place}."
    )
    if store.notice:
        print_error(store.notice)
    missing = [scope for scope in scopes if scope not in (UPDATE, *kept.scopes)]
    if kept.scopes and missing:
        print_error(
            f"It does not allow {' and '.join(missing)}: what needs that will be refused. "
            "Sign in again, and allow it."
        )
    home = datacenters.of_accounts(kept.accounts_url)
    if home is not None and settings.data_center not in (None, home.name):
        print_error(
            f"The account is in the data centre “{home.name}”, and data_center says "
            f"“{settings.data_center}”: correct it."
        )
    if os.environ.get(secrets.ACCESS_TOKEN):
        print_error(f"{secrets.ACCESS_TOKEN} is set and takes precedence: unset it.")
    elif settings.token_command is not None:
        print_error("token_command is set and takes precedence.")
