"""Access tokens from stored credentials, renewed in time.

Only the holder of the lock requests a new one, since Zoho limits how many it issues in ten minutes
[K43].
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr, ValidationError

from zcbulk_tui.creator.accounts import Accounts
from zcbulk_tui.creator.credentials import (
    CachedToken,
    Credentials,
    SignInStore,
    open_credentials,
    sealed,
    token_of,
)
from zcbulk_tui.creator.network import Network
from zcbulk_tui.domain.commands import login
from zcbulk_tui.errors import (
    ConfigError,
    ServiceError,
    SignedOutError,
    SignInBusyError,
    SignInError,
    ZcbulkError,
)

_AGAIN = timedelta(minutes=1)
"""How long to wait after a renewal has failed for a token that can still be used."""

_GIVEN_UP = timedelta(minutes=10)
"""How long to request no token after Zoho has refused a new one."""


class RefreshedToken:
    """The access token of a sign-in, renewed in time, by one process at a time.

    Args:
        network: Carries the requests.
        store: Keeps credentials and token.
        profile: The profile's name, for messages.
        now: The time of day; aware.
    """

    def __init__(
        self,
        network: Network,
        store: SignInStore,
        profile: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._network = network
        self._store = store
        self._profile = profile
        self._now = now
        self._turn = asyncio.Lock()
        self._token = CachedToken(sign_in="")
        self._refused: SecretStr | None = None
        self._not_before = datetime.min.replace(tzinfo=UTC)
        self._given_up: tuple[str, datetime | None, ZcbulkError] | None = None

    async def token(self) -> SecretStr:
        """Returns the token, renewed if its end is near; none once the sign-in is forgotten."""
        with contextlib.suppress(ConfigError):  # what cannot be seen is not gone
            if not self._store.exists:
                self._token = CachedToken(sign_in="")
        if self._token.is_good(self._now(), self._refused):
            return self._token.access_token
        return await self._other_than(self._refused)

    async def renew(self, refused: SecretStr, _: SignInError) -> SecretStr:
        """Returns a new token, which another process may have obtained already."""
        # Until there is another, no call is spent on one that is known to be refused.
        self._refused = refused
        return await self._other_than(refused)

    def give_up(self, refusal: SignInError) -> SignedOutError:
        """Requests no token for a while: it would be refused as well."""
        error = SignedOutError(
            "Zoho gives out access tokens and then does not accept them",
            "The usual cause is a data centre that does not fit the jobs.",
            f"Check data_center and base_url; then write: {login(self._profile)}",
            answer=refusal.answer,
        )
        # Of several calls refused together, only the first one has a token to give up.
        if self._token.sign_in:
            self._given_up = (self._token.sign_in, self._now() + _GIVEN_UP, error)
            self._token = CachedToken(sign_in="")
        return error

    async def _other_than(self, refused: SecretStr | None) -> SecretStr:
        async with self._turn:
            now = self._now()
            alive = self._token.is_alive(now, refused)
            # A clock that was set back must not make it longer.
            waits = timedelta(0) < self._not_before - now <= _AGAIN
            if self._token.is_good(now, refused) or (alive and waits):
                return self._token.access_token
            try:
                async with self._store.lock():
                    await self._take_shared_or_new(refused)
            except (ServiceError, SignInError) as error:
                # Where it is early, there is time to try again, unless a new sign-in is needed.
                lasts = isinstance(error, SignedOutError)
                if lasts or not self._token.is_alive(self._now(), refused):
                    raise
                self._not_before = self._now() + _AGAIN
            return self._token.access_token

    async def _take_shared_or_new(self, refused: SecretStr | None) -> None:
        """Takes the token that another process has obtained meanwhile, or requests a new one."""
        # In a thread, since a keyring may take its time.
        credentials = await asyncio.to_thread(open_credentials, self._store, self._profile)
        self._check_not_given_up(credentials)
        shared = self._token = self._latest(credentials, refused)
        now = self._now()
        if shared.is_good(now, refused):
            return
        pause = shared.pause(now)
        if pause:
            raise _paused(pause.total_seconds())
        accounts = Accounts(self._network, credentials.accounts_url)
        try:
            grant = await accounts.refresh(credentials.client, credentials.refresh_token)
        except SignInBusyError as error:
            pause = timedelta(seconds=error.retry_after or 0)
            self._token = shared.model_copy(update={"paused_until": self._now() + pause})
            self._keep(self._token)
            raise
        except SignedOutError as error:
            self._given_up = (credentials.id, None, error)
            raise
        self._token = token_of(grant, credentials.id, self._now())
        self._keep(self._token)

    def _latest(self, credentials: Credentials, refused: SecretStr | None) -> CachedToken:
        """What is shared, unless this process has a later token that could not be kept."""
        shared, own = self._shared(credentials), self._token
        if own.sign_in != credentials.id:
            return shared
        is_later = own.ends_at > shared.ends_at and own.access_token != refused
        pauses = [moment for moment in (own.paused_until, shared.paused_until) if moment]
        return (own if is_later else shared).model_copy(
            update={"paused_until": max(pauses, default=None)}
        )

    def _shared(self, credentials: Credentials) -> CachedToken:
        nothing = CachedToken(sign_in=credentials.id)
        kept = self._store.token()
        if kept is None:
            return nothing
        try:
            token = CachedToken.model_validate_json(kept.get_secret_value())
        except ValidationError:
            return nothing
        return token if token.sign_in == credentials.id else nothing

    def _keep(self, token: CachedToken) -> None:
        # Where it cannot be kept, this process has it all the same.
        with contextlib.suppress(ConfigError):
            self._store.save_token(sealed(token))

    def _check_not_given_up(self, credentials: Credentials) -> None:
        """Lets a new sign-in begin anew; the one that was given up stays so, until its time."""
        if self._given_up is None:
            return
        sign_in, until, error = self._given_up
        # A clock that was set back must not make it longer.
        lasts = until is None or timedelta(0) < until - self._now() <= _GIVEN_UP
        if sign_in == credentials.id and lasts:
            raise error.with_traceback(None)  # else it grows each time
        self._given_up = None


def _paused(seconds: float) -> SignInBusyError:
    return SignInBusyError(
        "Zoho gives out no token for now",
        "Too many were asked for within ten minutes.",
        retry_after=seconds,
    )
