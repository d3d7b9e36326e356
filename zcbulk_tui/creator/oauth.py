"""The access token on its way into a request."""

from collections.abc import Generator

import httpx
from pydantic import SecretStr


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
