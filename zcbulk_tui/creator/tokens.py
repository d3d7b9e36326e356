"""Where the access token of a call comes from, and its way into the request."""

import asyncio
from collections.abc import Callable, Generator
from typing import Protocol

import httpx
from pydantic import SecretStr

from zcbulk_tui.domain.commands import of_any_profile
from zcbulk_tui.errors import Answer, SignedOutError, SignInError

_AGAIN = 60.0
"""Seconds until a program that printed a refused token is run again: it may ask for a password."""


class AccessToken(httpx.Auth):
    """Signs requests with one access token.

    The scheme word is Zoho's own, not ``Bearer`` [STATUS].
    """

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Adds the header."""
        request.headers["Authorization"] = f"Zoho-oauthtoken {self._token.get_secret_value()}"
        yield request


class TokenSource(Protocol):
    """Gives the access token."""

    async def token(self) -> SecretStr:
        """Returns the token to sign with.

        Raises:
            ZcbulkError: No token can be obtained now.
        """

    async def renew(self, refused: SecretStr, refusal: SignInError, /) -> SecretStr:
        """Returns another token than the one that Zoho refused.

        Raises:
            ZcbulkError: No token can be obtained now.
        """

    def give_up(self, refusal: SignInError) -> SignedOutError:
        """Records that the new token was refused too; returns the error for the user."""


class FixedToken:
    """A token from elsewhere, which cannot be renewed here.

    Args:
        token: The token.
        origin: Where it comes from, as the user knows it.
    """

    def __init__(self, token: SecretStr, origin: str) -> None:
        self._token = token
        self._origin = origin
        self._refusal: SignedOutError | None = None

    async def token(self) -> SecretStr:
        """Returns the token, as long as Zoho has not refused it."""
        if self._refusal is not None:
            raise self._refusal.with_traceback(None)  # else it grows each time
        return self._token

    async def renew(self, _: SecretStr, refusal: SignInError) -> SecretStr:
        """Raises that there is no other."""
        raise self.give_up(refusal)

    def give_up(self, refusal: SignInError) -> SignedOutError:
        """Lets no more calls be made."""
        self._refusal = SignedOutError(
            f"The access token in {self._origin} is not valid, or has ended",
            "An access token lives for one hour.",
            f"Set {self._origin} to another one, or unset it and sign in: "
            f"{of_any_profile('login')}",
            answer=refusal.answer,
        )
        return self._refusal


class CommandToken:
    """A token that a program prints: run when one is needed, and again when Zoho refuses it.

    Args:
        run: Runs the program; blocks, and raises an error of the tree where it prints none.
    """

    def __init__(self, run: Callable[[], SecretStr]) -> None:
        self._run = run
        self._token: SecretStr | None = None
        self._refused: SecretStr | None = None
        self._answer: Answer | None = None
        self._ran_in_vain_at = -_AGAIN
        self._turn = asyncio.Lock()

    async def token(self) -> SecretStr:
        """Returns the token that was printed last; the same is not taken again once refused."""
        async with self._turn:
            if self._token is None:
                time = asyncio.get_running_loop().time
                if time() < self._ran_in_vain_at + _AGAIN:
                    raise _printed_in_vain(self._answer)
                printed = await asyncio.to_thread(self._run)
                if printed == self._refused:
                    self._ran_in_vain_at = time()
                    raise _printed_in_vain(self._answer)
                self._token = printed
            return self._token

    async def renew(self, refused: SecretStr, refusal: SignInError) -> SecretStr:
        """Runs the program again."""
        if self._token == refused:
            self.give_up(refusal)
        return await self.token()

    def give_up(self, refusal: SignInError) -> SignedOutError:
        """Waits until the program prints another token."""
        # Of several calls refused together, only the first one has a token to refuse.
        if self._token is not None:
            self._refused, self._token = self._token, None
        self._answer = refusal.answer
        return _printed_in_vain(refusal.answer)


def _printed_in_vain(answer: Answer | None) -> SignedOutError:
    return SignedOutError(
        "Zoho does not accept the token that token_command prints",
        next_step="Run it by hand: it should print an access token that is not older than an hour.",
        answer=answer,
    )
