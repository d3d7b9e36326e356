"""HTTP proxies from the environment, with the rules of `urllib.request.getproxies`.

``https_proxy`` applies to https, ``http_proxy`` to http, and ``all_proxy`` where the other is
unset; lower case takes precedence over upper case, and an empty variable unsets the other.
``no_proxy`` lists what is reached directly: domains with their subdomains, addresses, networks such
as ``10.0.0.0/8``, each with or without a port, and ``*`` for everything. Loopback is always direct.
"""

import ipaddress
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError

KINDS = ("https_proxy", "http_proxy", "all_proxy")
"""Names of variables, in lower or upper case."""

_NONE = "no_proxy"
_SCHEMES = ("http", "https", "socks5", "socks5h")
_NAME = re.compile(
    r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*", re.ASCII
)
_ALL_DIGITS = re.compile(r"[0-9.]+", re.ASCII)
_IN_BRACKETS = re.compile(r"\[([0-9a-f:.]+)\](/[0-9]+)?(:[0-9]+)?", re.ASCII)

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxy(NamedTuple):
    """A proxy.

    Attributes:
        variable: The variable that names it.
        url: Its URL, with a password if it has one.
        shown: The URL without user and password.
    """

    variable: str
    url: str
    shown: str

    def __repr__(self) -> str:
        return f"Proxy(variable={self.variable!r}, shown={self.shown!r})"


class Direct(NamedTuple):
    """An entry of `no_proxy`; either `name` or `network` is set."""

    name: str = ""
    network: _Network | None = None
    port: int | None = None

    def has(self, host: str, port: int) -> bool:
        """Whether a host, in lower case, is reached directly on a port."""
        if self.port not in (None, port):
            return False
        if self.network is None:
            return host == self.name or host.endswith(f".{self.name}")
        address = _address(host)
        return address is not None and address in self.network


class Proxies(NamedTuple):
    """The proxy for each request.

    Attributes:
        https: The proxy for https; None for none.
        http: The proxy for http; None for none.
        warnings: Invalid entries of `no_proxy`, which are ignored, as sentences.
        direct: What is reached without a proxy, loopback aside.
        is_off: Whether `no_proxy` lists everything.
    """

    https: Proxy | None = None
    http: Proxy | None = None
    warnings: tuple[str, ...] = ()
    direct: tuple[Direct, ...] = ()
    is_off: bool = False

    def of(self, scheme: str, host: str, port: int) -> Proxy | None:
        """Returns the proxy for a request; None for a direct connection."""
        name = host.strip("[]").rstrip(".").lower()
        address = _address(name)
        if name == "localhost" or (address is not None and address.is_loopback):
            return None
        proxy = self.https if scheme == "https" else self.http
        return None if any(each.has(name, port) for each in self.direct) else proxy


def read(environ: Mapping[str, str]) -> Proxies:
    """Returns the proxies of an environment.

    Raises:
        ConfigError: A variable in effect does not hold a valid proxy URL.
    """
    given = variables(environ)
    name, listed = given.get(_NONE, (_NONE, ""))
    entries = listed.replace(",", " ").split()
    if "*" in entries:
        return Proxies(is_off=True)
    both = given.get("all_proxy")
    made = {
        kind: parse(*found)
        for kind in ("https_proxy", "http_proxy")
        if (found := given.get(kind, both)) is not None
    }
    read_entries = {entry: _direct(entry) for entry in entries}
    return Proxies(
        made.get("https_proxy"),
        made.get("http_proxy"),
        tuple(_left_out(name, entry) for entry, read in read_entries.items() if read is None),
        tuple(read for read in read_entries.values() if read is not None),
    )


def variables(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Returns the variables in effect: name and value, by the name in lower case."""
    found = {}
    for kind in (*KINDS, _NONE):
        # In a CGI program a request's Proxy header sets HTTP_PROXY.
        capitals = kind.upper() if kind != "http_proxy" or "REQUEST_METHOD" not in environ else kind
        name = kind if kind in environ else capitals
        if value := environ.get(name, "").strip():
            found[kind] = (name, value)
    return found


def parse(variable: str, value: str) -> Proxy:
    """Parses the URL of a proxy; errors never repeat it, since it may hold a password.

    Raises:
        ConfigError: The URL is not valid.
    """
    url = value if "://" in value else f"http://{value}"
    if not url.isprintable() or " " in url:
        raise _unusable(variable, "It has spaces or characters that do not print.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _unusable(
            variable, "Its port is no number from 1 to 65535, or its address is broken."
        ) from None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in _SCHEMES:
        raise _unusable(variable, f"Its scheme is none of {', '.join(_SCHEMES)}.")
    if not _is_host(host) or port == 0 or not _is_plain(parts) or parts.netloc.endswith(":"):
        raise _unusable(variable, "It has no host that can be one, or no port from 1 to 65535.")
    bare = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return Proxy(variable, f"{parts.scheme}://{parts.netloc}", bare)


def _is_plain(parts: SplitResult) -> bool:
    """Whether nothing follows host and port, as it would after an unescaped password."""
    return parts.path in ("", "/") and not parts.query and not parts.fragment


def _unusable(variable: str, cause: str) -> ConfigError:
    return ConfigError(
        f"{variable} cannot be used",
        cause,
        "Write it as in http://proxy.example:3128, with %40 for an @ in a password, or unset it.",
    )


def _left_out(variable: str, entry: str) -> str:
    return f"{variable}: “{one_line(entry, 60)}” is no host, address or network, so it is left out."


def _direct(entry: str) -> Direct | None:
    """Parses an entry of `no_proxy`; None if invalid."""
    text = entry.lower()
    if "://" in text:
        text = text.partition("://")[2].rstrip("/")
    if in_brackets := _IN_BRACKETS.fullmatch(text):
        address, length, colon_and_port = in_brackets.groups(default="")
        text, colon, digits = address + length, colon_and_port[:1], colon_and_port[1:]
    elif _network(text) is not None:
        colon = digits = ""
    else:
        host, colon, digits = text.rpartition(":")
        text = host if colon else text
    port = int(digits[:6]) if digits.isascii() and digits.isdigit() else 0
    if colon and not 0 < port < 65536:
        return None
    if (network := _network(text)) is not None:
        return Direct(network=network, port=port or None)
    name = text.removeprefix("*").lstrip(".").rstrip(".")
    is_name = _is_name(name) and not _ALL_DIGITS.fullmatch(name)
    return Direct(name, port=port or None) if is_name else None


def _network(text: str) -> _Network | None:
    try:
        # Not strict: host bits may be set, as in 10.1.2.3/8.
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_host(text: str) -> bool:
    return _address(text) is not None or _is_name(text)


def _is_name(text: str) -> bool:
    return len(text) < 254 and bool(_NAME.fullmatch(text))
