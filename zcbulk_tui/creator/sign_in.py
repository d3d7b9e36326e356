"""Storing and revoking a sign-in."""

from datetime import datetime
from uuid import uuid4

from zcbulk_tui.creator.accounts import Accounts, Client
from zcbulk_tui.creator.credentials import (
    Credentials,
    SignInStore,
    open_credentials,
    sealed,
    token_of,
)
from zcbulk_tui.creator.grants import Grant
from zcbulk_tui.creator.network import Network
from zcbulk_tui.domain.commands import of_any_profile
from zcbulk_tui.errors import SignedOutError, SignInError


async def save(
    store: SignInStore, accounts: Accounts, client: Client, grant: Grant, now: datetime
) -> Credentials:
    """Keeps a sign-in instead of the one before, if there was one.

    Args:
        store: Where.
        accounts: The accounts server that gave the tokens.
        client: Who signed in.
        grant: The tokens.
        now: Aware.

    Raises:
        SignInError: Zoho gave no refresh token.
        ConfigError: It cannot be kept; the one before is still there.
    """
    if grant.refresh_token is None:
        raise SignInError(
            "Zoho gave no refresh token",
            "Without it the sign-in would end within the hour. Nothing was kept.",
            f"Sign in with a self client: {of_any_profile('login --self-client')}",
        )
    credentials = Credentials(
        id=uuid4().hex,
        accounts_url=accounts.url,
        client_id=client.id,
        client_secret=client.secret,
        refresh_token=grant.refresh_token,
        scopes=grant.scopes,
        signed_in_at=now,
    )
    async with store.lock():
        store.save(sealed(credentials))
        store.save_token(sealed(token_of(grant, credentials.id, now)))
    return credentials


async def give_back(store: SignInStore, network: Network, profile: str) -> Credentials:
    """Revokes a sign-in, and forgets it.

    Returns:
        What it was.

    Raises:
        SignedOutError: There is none.
        ZcbulkError: It could not be revoked; nothing is forgotten then.
    """
    async with store.lock():
        credentials = open_credentials(store, profile)
        accounts = Accounts(network, credentials.accounts_url)
        try:
            await accounts.revoke(credentials.client, credentials.refresh_token)
        except SignedOutError as error:
            # It has ended before; that the client is not known would leave it as it is.
            if error.answer is None or not error.answer.text.startswith("invalid_code"):
                raise
        store.forget()
    return credentials
