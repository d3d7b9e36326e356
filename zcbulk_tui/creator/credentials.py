"""Stored credentials and access tokens.

All processes of a user share both: the credentials, and the access token that was got with them.
"""

import json
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr, ValidationError

from zcbulk_tui.creator.accounts import Client
from zcbulk_tui.creator.grants import Grant
from zcbulk_tui.creator.sign_in_faults import PAUSE
from zcbulk_tui.domain.commands import login, not_signed_in
from zcbulk_tui.errors import ConfigError

_EARLY = timedelta(minutes=5)
"""How long before its end a token is renewed."""

_EARLY_SHARE = 12
"""Of tokens that live for less than the usual hour: one of so many parts of their life."""


class SignInStore(Protocol):
    """Keeps what a profile has been given, for every process of this user."""

    @property
    def exists(self) -> bool:
        """Whether there are credentials, as far as that shows without reading them.

        Raises:
            ConfigError: That cannot be seen.
        """

    def credentials(self) -> SecretStr | None:
        """Returns what `save` was given last; None after `forget`.

        Raises:
            ConfigError: It cannot be read, or others could read it too.
        """

    def save(self, credentials: SecretStr) -> None:
        """Keeps the credentials instead of those before.

        Raises:
            ConfigError: They cannot be kept; those before are still there.
        """

    def forget(self) -> None:
        """Removes all.

        Raises:
            ConfigError: It cannot be removed.
        """

    def token(self) -> SecretStr | None:
        """Returns what `save_token` was given last; None where that cannot be read."""

    def save_token(self, token: SecretStr) -> None:
        """Keeps the access token.

        Raises:
            ConfigError: It cannot be kept.
        """

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Keeps all other processes from what is done in its context.

        Raises:
            ServiceError: Another process holds it for too long.
        """


class Credentials(BaseModel):
    """What a sign-in leaves behind.

    Attributes:
        id: A unique id of the sign-in.
        accounts_url: The accounts server that knows it.
        client_id: Who signed in.
        client_secret: The client's secret.
        refresh_token: Gets access tokens, until it is revoked.
        scopes: What they allow; empty where Zoho did not say.
        signed_in_at: When; aware.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    id: str
    accounts_url: str
    client_id: str
    client_secret: SecretStr
    refresh_token: SecretStr
    scopes: tuple[str, ...]
    signed_in_at: datetime

    @property
    def client(self) -> Client:
        """Who signed in."""
        return Client(self.client_id, self.client_secret)


class CachedToken(BaseModel):
    """An access token as it is kept.

    Attributes:
        sign_in: The id of the credentials that it came from.
        access_token: The token; empty for none.
        renew_at: When to renew it; aware.
        ends_at: When it ends; aware.
        paused_until: No renewal before this time; aware.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    sign_in: str
    access_token: SecretStr = SecretStr("")
    renew_at: AwareDatetime = datetime.min.replace(tzinfo=UTC)
    ends_at: AwareDatetime = datetime.min.replace(tzinfo=UTC)
    paused_until: AwareDatetime | None = None

    def is_good(self, now: datetime, refused: SecretStr | None) -> bool:
        """Whether it can be used, and need not be renewed yet."""
        return now < self.renew_at and self.access_token != refused

    def is_alive(self, now: datetime, refused: SecretStr | None) -> bool:
        """Whether it can be used at all."""
        return now < self.ends_at and self.access_token != refused

    def pause(self, now: datetime) -> timedelta:
        """Returns how long no token may be requested."""
        if self.paused_until is None:
            return timedelta()
        left = self.paused_until - now
        # More than a whole pause: the clock was set back.
        return left if timedelta() < left <= timedelta(seconds=PAUSE) else timedelta()


def token_of(grant: Grant, sign_in: str, now: datetime) -> CachedToken:
    """The access token of a grant, as it is to be kept."""
    life = timedelta(seconds=grant.life)
    return CachedToken(
        sign_in=sign_in,
        access_token=grant.access_token,
        renew_at=now + life - min(_EARLY, life / _EARLY_SHARE),
        ends_at=now + life,
    )


def sealed(record: Credentials | CachedToken) -> SecretStr:
    """A record as a `SignInStore` keeps it."""
    return SecretStr(json.dumps(record.model_dump(), default=_plain))


def open_credentials(store: SignInStore, profile: str) -> Credentials:
    """Returns the credentials that are kept.

    Raises:
        SignedOutError: There are none.
        ConfigError: They cannot be read.
    """
    kept = store.credentials()
    if kept is None:
        raise not_signed_in(profile)
    try:
        return Credentials.model_validate_json(kept.get_secret_value())
    except ValidationError:
        pass
    # Outside, so that no traceback leads to what could not be read.
    raise ConfigError(
        f"What is kept of the sign-in of “{profile}” cannot be understood",
        "It was changed, or is of another version.",
        f"Sign in again: {login(profile)}",
    )


def _plain(value: object) -> str:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case datetime():
            return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be kept")
