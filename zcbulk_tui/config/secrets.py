"""The access token, wrapped so that nothing prints it by accident."""

import os
from collections.abc import Mapping

from pydantic import SecretStr

from zcbulk_tui.errors import ConfigError

ACCESS_TOKEN = "ZCBULK_ACCESS_TOKEN"  # noqa: S105 - the name of a variable, not a token


def access_token(environ: Mapping[str, str] = os.environ) -> SecretStr:
    """Returns the access token from the environment.

    Raises:
        ConfigError: There is none, or it cannot stand in a header.
    """
    token = environ.get(ACCESS_TOKEN, "").strip()
    if not token:
        raise ConfigError(
            "There is no access token",
            f"The environment variable {ACCESS_TOKEN} is not set.",
            f"Write: export {ACCESS_TOKEN}=… with a token of your Zoho account. "
            "To look around without one: zcbulk-tui demo.",
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(
            f"{ACCESS_TOKEN} holds something that is no access token",
            "It has spaces or characters beyond ASCII.",
            "Copy the token alone, without “Zoho-oauthtoken” and without quotes.",
        )
    return SecretStr(token)
