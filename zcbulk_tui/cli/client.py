"""The client for Zoho, as the settings have it: network, token, and the client over them.

Loads httpx and pydantic, so the dashboard imports it after its first frame.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from zcbulk_tui.cli.contracts import command_watch
from zcbulk_tui.cli.output import print_error
from zcbulk_tui.cli.shutdown import end_children_at_signals
from zcbulk_tui.cli.state import check_signed_in, sign_in_files
from zcbulk_tui.config import paths, secrets
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.creator.accepts import AcceptMemory
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.control import VariantMemory
from zcbulk_tui.creator.network import Network, Timeouts
from zcbulk_tui.creator.renewal import RefreshedToken
from zcbulk_tui.creator.tokens import CommandToken, FixedToken, TokenSource
from zcbulk_tui.creator.trust import trust
from zcbulk_tui.domain import proxies
from zcbulk_tui.domain.commands import command
from zcbulk_tui.errors import ConfigError, ZcbulkError
from zcbulk_tui.monitor.contract_watch import ContractWatch
from zcbulk_tui.store import variants

if TYPE_CHECKING:  # loaded by the probe alone
    from zcbulk_tui.creator.probe_calls import ProbeCalls


@asynccontextmanager
async def open_client(settings: Settings) -> AsyncIterator[CreatorClient]:
    """Opens the client for Zoho.

    Raises:
        ZcbulkError: There is no way to a token, or a setting cannot be used.
    """
    check_signed_in(settings)
    with command_watch(settings) as watch:
        async with client_with(settings, watch) as client:
            yield client


@asynccontextmanager
async def client_with(settings: Settings, watch: ContractWatch) -> AsyncIterator[CreatorClient]:
    """Opens the client for Zoho of a profile that seems signed in; for arguments see `make_client`.

    Raises:
        ZcbulkError: A setting cannot be used.
    """
    client, network = make_client(settings, watch)
    try:
        warn_of_proxies()
        yield client
    finally:
        await network.aclose()


@asynccontextmanager
async def open_probe_calls(settings: Settings) -> AsyncIterator["ProbeCalls"]:
    """Opens what makes the calls of a probe.

    Raises:
        ZcbulkError: There is no way to a token, or a setting cannot be used.
    """
    from zcbulk_tui.creator.probe_calls import ProbeCalls  # no other client makes such calls

    check_signed_in(settings)
    network = make_network(settings)
    try:
        warn_of_proxies()
        yield ProbeCalls(
            _token_source(settings, network),
            network,
            profile=settings.profile,
            base_url=settings.base_url,
            api_version=settings.api_version,
            accepts=AcceptMemory(_variant_file(variants.RESULT_FILE_NAME)),
        )
    finally:
        await network.aclose()


def make_client(settings: Settings, watch: ContractWatch) -> tuple[CreatorClient, Network]:
    """Returns the client for Zoho, and the network under it, which is to be closed at the end.

    Args:
        settings: Those of the profile.
        watch: Knows the servers, and takes what answers show of them.

    Raises:
        ConfigError: A setting cannot be used.
    """
    network = make_network(settings)
    client = CreatorClient(
        _token_source(settings, network),
        network,
        profile=settings.profile,
        base_url=settings.base_url,
        api_version=settings.api_version,
        report=settings.control.report,
        memory=variant_memory(settings),
        accepts=AcceptMemory(_variant_file(variants.RESULT_FILE_NAME)),
        contract=watch.known,
        observe=watch.observe,
    )
    return client, network


def variant_memory(settings: Settings) -> VariantMemory:
    """Returns what remembers how start and abort were last put with success."""
    control = settings.control
    return VariantMemory(control.method, control.body, store=_variant_file(variants.FILE_NAME))


def _variant_file(name: str) -> variants.VariantFile:
    return variants.VariantFile(paths.state_dir() / name)


def make_network(settings: Settings) -> Network:
    """Returns what carries all requests.

    Raises:
        ConfigError: The file of `ca_bundle`, or what a variable names, cannot be used.
    """
    timeouts = settings.timeouts
    try:
        return Network(
            timeouts=Timeouts(timeouts.connect, timeouts.read, timeouts.total),
            verify=trust(settings.ca_bundle),
        )
    except ZcbulkError:
        raise
    except Exception as error:  # noqa: BLE001 - what nobody thought of ends no command in a traceback
        kind = type(error).__name__
    # Without its words, which may quote a password.
    raise ConfigError(
        "HTTPS cannot be set up",
        f"It fails with {kind}.",
        f"Check proxies and certificates: {command('doctor', settings.profile)}",
    )


def warn_of_proxies() -> None:
    """Writes a line about each part of NO_PROXY that means nothing.

    Raises:
        ConfigError: A proxy that the environment names cannot be used.
    """
    for warning in proxies.read(os.environ).warnings:
        print_error(warning)


def _token_source(settings: Settings, network: Network) -> TokenSource:
    """What gives the access token: the environment, else a program, else the sign-in."""
    token = secrets.from_environment(secrets.ACCESS_TOKEN)
    if token is not None:
        return FixedToken(token, secrets.ACCESS_TOKEN)
    if settings.token_command is not None:
        end_children_at_signals()
        return CommandToken(partial(secrets.printed_by, settings.token_command))
    return RefreshedToken(network, sign_in_files(settings), settings.profile)
