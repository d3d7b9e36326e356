"""Grant codes, refresh tokens and access tokens: which there are, and how long they hold."""

import math
import random
from collections import deque
from dataclasses import dataclass, field

from zcbulk_tui.simulator.sign_in_errors import SignInRefusalError

Scopes = frozenset[str]

CODE_SECONDS = 180.0
"""How long a grant code of a self client holds by default [SELF]."""

TOKEN_LIFE = 3600.0
"""How long an access token holds, in seconds [TOK2]."""

TOKENS_PER_TEN_MINUTES = 10
"""Access tokens to a refresh token [K43]."""

THROTTLE_SECONDS = 600.0
"""The window of the limit on access tokens, and how long the block after it lasts [K43]."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a sign-in or a refresh gave."""

    access: str
    refresh: str | None
    """None = no new one."""
    scopes: Scopes


@dataclass(frozen=True, slots=True)
class _Access:
    scopes: Scopes
    ends_at: float
    refresh: str | None
    """The refresh token it came from, which takes it along when revoked."""


@dataclass(slots=True)
class _Refresh:
    scopes: Scopes
    issued: deque[float] = field(default_factory=deque)
    """When its access tokens of the last ten minutes were issued."""
    blocked_until: float = -math.inf


class TokenBook:
    """Everything issued so far. All moments are simulated seconds."""

    def __init__(self, rng: random.Random, life: float, per_ten_minutes: int | None) -> None:
        """Starts empty.

        Args:
            rng: Makes the tokens.
            life: Seconds an access token holds.
            per_ten_minutes: Access tokens to a refresh token; None = no limit.
        """
        self._rng = rng
        self._life = life
        self._per_ten_minutes = per_ten_minutes
        self._codes: dict[str, tuple[Scopes, float]] = {}
        self._refresh: dict[str, _Refresh] = {}
        self._access: dict[str, _Access] = {}

    def permit(self, token: str, scopes: Scopes) -> None:
        """Make an access token that ends only when revoked by name."""
        self._access[token] = _Access(scopes, math.inf, None)

    def scopes_of(self, token: str, now: float) -> Scopes | None:
        """What an access token is for; None if it is unknown, expired or revoked."""
        access = self._access.get(token)
        return access.scopes if access is not None and now < access.ends_at else None

    def new_code(self, scopes: Scopes, now: float) -> str:
        """A grant code, to be redeemed once."""
        code = self.new_secret()
        self._codes[code] = scopes, now + CODE_SECONDS
        return code

    def redeem(self, code: str, now: float) -> Grant:
        """Turn a grant code into tokens.

        Raises:
            SignInRefusalError: It is unknown, used or too old.
        """
        scopes, ends_at = self._codes.pop(code, (frozenset(), -math.inf))
        if now >= ends_at:
            raise SignInRefusalError("invalid_code")
        return self.grant(scopes, now, offline=True)

    def grant(self, scopes: Scopes, now: float, *, offline: bool) -> Grant:
        """Issue an access token and, if ``offline``, a refresh token."""
        refresh = None
        if offline:
            refresh = self.new_secret()
            self._refresh[refresh] = _Refresh(scopes, deque([now]))
        return Grant(self._issue(scopes, now, refresh), refresh, scopes)

    def refresh(self, token: str, now: float) -> Grant:
        """Issue another access token.

        The one issued with the refresh token counts in the limit too; calls during the block do
        not prolong it. Both are invented.

        Raises:
            SignInRefusalError: The token is unknown or revoked, or there were too many.
        """
        refresh = self._refresh.get(token)
        if refresh is None:
            raise SignInRefusalError("invalid_code")
        while refresh.issued and now - refresh.issued[0] >= THROTTLE_SECONDS:
            refresh.issued.popleft()
        if now < refresh.blocked_until:
            raise SignInRefusalError("throttle")
        if self._per_ten_minutes is not None and len(refresh.issued) >= self._per_ten_minutes:
            refresh.blocked_until = now + THROTTLE_SECONDS
            raise SignInRefusalError("throttle")
        refresh.issued.append(now)
        return Grant(self._issue(refresh.scopes, now, token), None, refresh.scopes)

    def revoke(self, token: str, kind: str = "") -> None:
        """End a token; a refresh token takes its access tokens along.

        Args:
            token: Of either kind.
            kind: ``refresh_token`` or ``access_token`` [REV2]; "" = whichever it is.

        Raises:
            SignInRefusalError: There is no such token of that kind.
        """
        if kind != "access_token" and self._refresh.pop(token, None) is not None:
            self._access = {
                name: access for name, access in self._access.items() if access.refresh != token
            }
        elif kind == "refresh_token" or self._access.pop(token, None) is None:
            raise SignInRefusalError("unknown_token")

    def revoke_all(self) -> None:
        """End all tokens that a sign-in gave."""
        self._refresh.clear()
        self._access = {
            name: access for name, access in self._access.items() if access.ends_at == math.inf
        }

    def new_secret(self) -> str:
        """A secret in Zoho's format, unguessable without the seed."""
        return f"1000.{self._rng.getrandbits(128):032x}.{self._rng.getrandbits(128):032x}"

    def _issue(self, scopes: Scopes, now: float, refresh: str | None) -> str:
        token = self.new_secret()
        self._access[token] = _Access(scopes, now + self._life, refresh)
        return token
