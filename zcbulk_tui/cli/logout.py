"""``zcbulk-tui logout``: the end of a sign-in."""

from argparse import ArgumentParser, Namespace

from zcbulk_tui.cli import event_loop, options
from zcbulk_tui.cli.client import make_network, warn_of_proxies
from zcbulk_tui.cli.output import print_error
from zcbulk_tui.cli.state import sign_in_files
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.creator.credentials import Credentials
from zcbulk_tui.creator.sign_in import give_back
from zcbulk_tui.domain.commands import command, naming, not_signed_in
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.store.sign_in import SignInFiles


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    options.add_profile(parser, inherit=True)
    parser.add_argument(
        "--local", action="store_true", help="delete it here only; Zoho is not told"
    )


def run(arguments: Namespace) -> int:
    """Revokes the sign-in and forgets it; returns the exit code.

    Raises:
        ZcbulkError: It could not be revoked, and is kept; or there is none.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    with naming(settings.profile):
        return _run(arguments, settings)


def _run(arguments: Namespace, settings: Settings) -> int:
    store = sign_in_files(settings)
    if not store.exists:
        raise not_signed_in(settings.profile)
    if arguments.local:
        event_loop.run(_forget(store))
        print(f"Forgotten: profile “{settings.profile}”. At Zoho the sign-in holds until you")
        print("remove zcbulk-tui from the connected apps of your account.")
        if store.notice:
            print_error(store.notice)
        return 0
    try:
        credentials = event_loop.run(_revoke(settings, store))
    except ZcbulkError:
        print_error(
            "Nothing was forgotten. To forget without Zoho: "
            f"{command('logout --local', settings.profile)}"
        )
        raise
    print(
        f"Signed out: profile “{settings.profile}”. {credentials.accounts_url} has revoked the "
        "sign-in, and it is forgotten here."
    )
    if store.notice:
        print_error(store.notice)
    return 0


async def _forget(store: SignInFiles) -> None:
    async with store.lock():
        store.forget()


async def _revoke(settings: Settings, store: SignInFiles) -> Credentials:
    network = make_network(settings)
    warn_of_proxies()
    try:
        return await give_back(store, network, settings.profile)
    finally:
        await network.aclose()
