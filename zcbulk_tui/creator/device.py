"""The device flow: the user types a code elsewhere, and the program waits [DEV-I] [DEV-P]."""

from collections.abc import Awaitable, Callable, Sequence

from zcbulk_tui.creator.accounts import Accounts, Client
from zcbulk_tui.creator.grants import DeviceCode, Grant
from zcbulk_tui.creator.scopes import UPDATE
from zcbulk_tui.creator.sign_in_faults import to_error
from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.address import parse_base_url
from zcbulk_tui.domain.commands import of_any_profile
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import (
    ServiceError,
    SignedOutError,
    SignInError,
    UsageError,
    ZcbulkError,
)

_SLOWER = 5.0
"""Seconds by which to wait longer after each "slow down" (RFC 8628, 3.5)."""

Wait = Callable[[float, float], Awaitable[None]]
"""Waits for so many seconds, the first; the second are those until the code ends."""


async def device_code(accounts: Accounts, client: Client, scopes: Sequence[str]) -> DeviceCode:
    """Begins a sign-in; without the scope for updates where Zoho does not know that.

    Raises:
        ZcbulkError: There is no code.
    """
    try:
        return await accounts.device_code(client.id, scopes)
    except SignedOutError as error:
        said = error.answer.text if error.answer else ""
        is_scope = "_".join(said.lower().split()).startswith("invalid_scope")
        fewer = [scope for scope in scopes if scope != UPDATE]
        if not is_scope or len(fewer) == len(scopes):
            raise
    return await accounts.device_code(client.id, fewer)


async def device_grant(
    accounts: Accounts, client: Client, code: DeviceCode, wait: Wait
) -> tuple[Accounts, Grant]:
    """Waits until the user has typed the code.

    Returns:
        The accounts server of the user's data centre, and the tokens.

    Raises:
        SignedOutError: The user refused, or the code has ended.
        ZcbulkError: Zoho refused, for a reason that lasts.
    """
    interval, left = code.interval, code.life
    trouble: ZcbulkError | None = None
    while left > 0:
        step = min(interval, left)
        await wait(step, left)
        left -= step
        try:
            answer = await accounts.device_grant(client, code.device_code)
        except ServiceError as error:
            trouble = error  # it may be over before the code ends
            continue
        if isinstance(answer, Grant):
            return accounts, answer
        trouble = None
        match answer.error:
            case "authorization_pending":
                pass
            case "general_error":
                trouble = to_error(answer)
            case "slow_down":
                interval += _SLOWER
            case "other_dc":
                accounts = await _home(accounts, answer.user_location or "")
            case _:
                raise to_error(answer)
    raise SignedOutError(
        "The code has ended",
        f"When Zoho was asked last: {trouble}" if trouble else "It was not typed in time.",
        f"Write: {of_any_profile('login')}",
    )


async def _home(accounts: Accounts, location: str) -> Accounts:
    """The accounts server of the data centre where the user is at home.

    The client secret goes there, so Zoho's own servers come from the table; only a configured
    server is queried for the locations of others.

    Raises:
        ZcbulkError: It is not known.
    """
    if datacenters.of_accounts(accounts.url):
        center = datacenters.named(location)
        url = center.accounts_url if center else None
    else:
        url = (await accounts.locations()).get(location.lower())
    try:
        return accounts.at(parse_base_url(url or ""))
    except UsageError:
        raise SignInError(
            "The account is in another data centre",
            f"Zoho calls it “{one_line(location, 20)}”, and where that signs in is not known."
            if location
            else "Zoho does not say in which.",
            f"Set accounts_url and base_url to its servers, and write: {of_any_profile('login')}",
        ) from None
