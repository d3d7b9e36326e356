"""Zoho's data centres: accounts servers and API hosts [MDC][BASE][WD]."""

from collections.abc import Mapping
from typing import NamedTuple


class DataCenter(NamedTuple):
    """One data centre.

    Attributes:
        name: Two-letter name, as in Zoho's documents.
        accounts_host: Host of the accounts server, which issues tokens.
        api_host: Host of the bulk API; None where undocumented.
        creator_host: Host of Creator itself, for the URL of a report; None where undocumented.
    """

    name: str
    accounts_host: str
    api_host: str | None
    creator_host: str | None = None

    @property
    def accounts_url(self) -> str:
        """The accounts server's scheme and host."""
        return f"https://{self.accounts_host}"

    @property
    def api_url(self) -> str | None:
        """The API's scheme and host; None where undocumented."""
        return f"https://{self.api_host}" if self.api_host else None

    @property
    def creator_url(self) -> str | None:
        """Creator's scheme and host; None where undocumented."""
        return f"https://{self.creator_host}" if self.creator_host else None


DATA_CENTERS = (
    DataCenter("us", "accounts.zoho.com", "www.zohoapis.com", "creator.zoho.com"),
    DataCenter("eu", "accounts.zoho.eu", "www.zohoapis.eu", "creator.zoho.eu"),
    DataCenter("in", "accounts.zoho.in", "www.zohoapis.in", "creator.zoho.in"),
    # Some pages write accounts.zoho.au; those about accounts themselves do not [MDC][BASE].
    DataCenter("au", "accounts.zoho.com.au", "www.zohoapis.com.au", "creator.zoho.com.au"),
    DataCenter("jp", "accounts.zoho.jp", "www.zohoapis.jp"),
    DataCenter("ca", "accounts.zohocloud.ca", "www.zohoapis.ca"),
    DataCenter("sa", "accounts.zoho.sa", "www.zohoapis.sa"),
    DataCenter("cn", "accounts.zoho.com.cn", "www.zohoapis.com.cn", "creator.zoho.com.cn"),
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
    """Returns the data centre of a name, whatever its case; None for other names."""
    return _BY_NAME.get(name.lower())


def of_accounts(url: str) -> DataCenter | None:
    """Returns the data centre of an accounts URL; None for other servers."""
    return next((center for center in DATA_CENTERS if center.accounts_url == url), None)
