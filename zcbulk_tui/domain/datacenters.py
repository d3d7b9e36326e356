"""Zoho's data centres: where each signs in, and where its API is [MDC][BASE][WD]."""

from collections.abc import Mapping
from typing import NamedTuple


class DataCenter(NamedTuple):
    """One data centre.

    Attributes:
        name: Two-letter name, as Zoho's documents use it.
        accounts_host: Host of the accounts server, which gives out tokens.
        api_host: Host of the bulk API; None where no document tells it.
    """

    name: str
    accounts_host: str
    api_host: str | None

    @property
    def accounts_url(self) -> str:
        """The accounts server."""
        return f"https://{self.accounts_host}"

    @property
    def api_url(self) -> str | None:
        """The API's scheme and host; None where no document tells it."""
        return f"https://{self.api_host}" if self.api_host else None


DATA_CENTERS = (
    DataCenter("us", "accounts.zoho.com", "www.zohoapis.com"),
    DataCenter("eu", "accounts.zoho.eu", "www.zohoapis.eu"),
    DataCenter("in", "accounts.zoho.in", "www.zohoapis.in"),
    # Some pages write accounts.zoho.au; that of the accounts themselves does not [MDC][BASE].
    DataCenter("au", "accounts.zoho.com.au", "www.zohoapis.com.au"),
    DataCenter("jp", "accounts.zoho.jp", "www.zohoapis.jp"),
    DataCenter("ca", "accounts.zohocloud.ca", "www.zohoapis.ca"),
    DataCenter("sa", "accounts.zoho.sa", "www.zohoapis.sa"),
    DataCenter("cn", "accounts.zoho.com.cn", "www.zohoapis.com.cn"),
    DataCenter("uk", "accounts.zoho.uk", "www.zohoapis.uk"),
    DataCenter("ae", "accounts.zoho.ae", "www.zohoapis.ae"),
    DataCenter("sg", "accounts.zoho.sg", None),
)

NAMES = tuple(center.name for center in DATA_CENTERS)
API_HOSTS = tuple(center.api_host for center in DATA_CENTERS if center.api_host)

_BY_HOST = {center.api_host: center for center in DATA_CENTERS}
_BY_NAME: Mapping[str, DataCenter] = {center.name: center for center in DATA_CENTERS}


def find(host: str) -> DataCenter | None:
    """Returns the data centre of an API host, with or without ``www.``; None for other hosts."""
    bare = host.lower().removeprefix("www.")
    return _BY_HOST.get(f"www.{bare}")


def named(name: str) -> DataCenter | None:
    """Returns the data centre of that name, in capitals or not; None for other names."""
    return _BY_NAME.get(name.lower())


def of_accounts(url: str) -> DataCenter | None:
    """Returns the data centre of an accounts server; None for other servers."""
    return next((center for center in DATA_CENTERS if center.accounts_url == url), None)
