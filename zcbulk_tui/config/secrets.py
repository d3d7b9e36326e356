"""The access token, wrapped so that nothing prints it by accident."""

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from zcbulk_tui.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import SecretStr

ACCESS_TOKEN = "ZCBULK_ACCESS_TOKEN"  # noqa: S105 - the name of a variable, not a token


_TOKEN = re.compile(r"[\w.~+/=-]+", re.ASCII)


def check_access_token(environ: Mapping[str, str] = os.environ) -> None:
    """Makes sure that there is an access token, without the time that wrapping it takes.

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
    if not _TOKEN.fullmatch(token):
        raise ConfigError(
            f"{ACCESS_TOKEN} holds something that is no access token",
            "It has characters that no access token has.",
            "Copy the token alone, without “Zoho-oauthtoken” and without quotes.",
        )


def access_token(environ: Mapping[str, str] = os.environ) -> "SecretStr":
    """Returns the access token from the environment.

    Raises:
        ConfigError: There is none, or it cannot stand in a header.
    """
    from pydantic import SecretStr

    check_access_token(environ)
    return SecretStr(environ[ACCESS_TOKEN].strip())
