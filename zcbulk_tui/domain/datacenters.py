"""Zoho's data centres and the API hosts that a job's URL may name [MDC][BASE][WD]."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataCenter:
    """One data centre.

    Attributes:
        name: Two-letter name, as Zoho's documents use it.
        api_host: Host of the bulk API.
    """

    name: str
    api_host: str


DATA_CENTERS = (
    DataCenter("US", "www.zohoapis.com"),
    DataCenter("EU", "www.zohoapis.eu"),
    DataCenter("IN", "www.zohoapis.in"),
    DataCenter("AU", "www.zohoapis.com.au"),
    DataCenter("JP", "www.zohoapis.jp"),
    DataCenter("CA", "www.zohoapis.ca"),
    DataCenter("SA", "www.zohoapis.sa"),
    DataCenter("CN", "www.zohoapis.com.cn"),
    DataCenter("UK", "www.zohoapis.uk"),
    DataCenter("AE", "www.zohoapis.ae"),
)

_BY_HOST = {center.api_host: center for center in DATA_CENTERS}


def find(host: str) -> DataCenter | None:
    """Returns the data centre of an API host, with or without ``www.``; None for other hosts."""
    bare = host.lower().removeprefix("www.")
    return _BY_HOST.get(f"www.{bare}")
