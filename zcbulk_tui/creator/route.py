"""The way of each request: through a proxy of the environment, or without one."""

import ssl
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import httpx
from pydantic import SecretStr

from zcbulk_tui.creator.exchange import observe
from zcbulk_tui.domain.proxies import Proxies, Proxy
from zcbulk_tui.errors import ConfigError


class Route(httpx.AsyncBaseTransport):
    """Sends each request the way that the proxies say.

    Attributes:
        secrets: The passwords of the proxies.

    Args:
        proxies: Which request goes through which proxy.
        verify: Whom to trust, as a proxy too.

    Raises:
        ConfigError: One of the proxies cannot be used.
    """

    def __init__(self, proxies: Proxies, verify: ssl.SSLContext) -> None:
        self._proxies = proxies
        self._direct = observe(httpx.AsyncHTTPTransport(verify=verify, trust_env=False))
        self._through = {
            proxy: observe(_through(proxy, verify))
            for proxy in (proxies.https, proxies.http)
            if proxy
        }
        self.secrets = tuple(each for proxy in self._through for each in _passwords(proxy))

    def proxy_of(self, request: httpx.Request) -> Proxy | None:
        """Returns the proxy that a request goes through; None where it goes without."""
        url = request.url
        port = url.port or (443 if url.scheme == "https" else 80)
        return self._proxies.of(url.scheme, url.raw_host.decode("ascii"), port)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request, as `httpx.AsyncBaseTransport` does."""
        proxy = self.proxy_of(request)
        transport = self._direct if proxy is None else self._through[proxy]
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Closes all connections."""
        for transport in (self._direct, *self._through.values()):
            await transport.aclose()


def _passwords(proxy: Proxy) -> Iterator[SecretStr]:
    """The password of a proxy, if it has one, as it stands in the URL and as it is sent."""
    password = urlsplit(proxy.url).password
    if password:
        yield from (SecretStr(password), SecretStr(unquote(password)))


def _through(proxy: Proxy, verify: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    # Only to a proxy that is itself reached by TLS.
    own = verify if proxy.url.startswith("https:") else None
    try:
        return httpx.AsyncHTTPTransport(
            verify=verify, trust_env=False, proxy=httpx.Proxy(proxy.url, ssl_context=own)
        )
    except ImportError:
        cause, next_step = (
            "It names a proxy of SOCKS, and the package for that is missing.",
            "Write: pip install socksio",
        )
    except Exception:  # noqa: BLE001 - whatever the library raises, it may quote the password
        cause, next_step = (
            "What talks HTTPS here does not take such a proxy.",
            "Write it as in http://proxy.example:3128, or unset it.",
        )
    # Outside, so that no traceback leads to the password.
    raise ConfigError(f"{proxy.variable} cannot be used", cause, next_step)
