"""What goes wrong with a host, a proxy or a connection, as errors of the tree."""

import httpx

from zcbulk_tui.creator.exchange import TooMuchError
from zcbulk_tui.creator.redaction import Line
from zcbulk_tui.creator.trust import distrust
from zcbulk_tui.domain.proxies import Proxy
from zcbulk_tui.errors import UnclearError, UnreachableError

_OF_CONNECTIONS = (httpx.TransportError, httpx.InvalidURL, TooMuchError, UnicodeError, OSError)
"""What goes wrong with a host, a connection or an answer."""


def unreachable(
    host: str,
    error: Exception,
    line: Line,
    proxy: Proxy | None = None,
    *,
    is_through: bool = False,
) -> UnreachableError:
    """Returns what to say where nothing was sent.

    Args:
        host: Where the request goes; with a port, if it has one.
        error: What was raised.
        line: Makes its words fit to be shown.
        proxy: Which the request goes through; None for none.
        is_through: Whether the proxy has led to the host, so that the fault is not the proxy's.
    """
    if not _is_of_connection(error):
        return UnreachableError(
            f"No request to {host} can be made",
            f"Nothing was sent ({_reason(error, line)}).",
            "Check the access token and the names of the job.",
        )
    if proxy is not None and not is_through:
        return _of_proxy(host, error, line, proxy)
    distrusted = distrust(host, error)
    if distrusted is not None:
        return distrusted
    through = f" through the proxy of {proxy.variable}" if proxy else ""
    return UnreachableError(
        f"{host} cannot be reached{through}",
        f"No connection was made ({_reason(error, line)}), so nothing was sent.",
        "Check the network, the proxy and the host name.",
    )


def _of_proxy(host: str, error: Exception, line: Line, proxy: Proxy) -> UnreachableError:
    """What to say of a proxy that does not lead to a host; user and password are not shown."""
    variable = proxy.variable
    distrusted = distrust(f"the proxy {proxy.shown}, which {variable} names,", error)
    if distrusted is not None:
        return distrusted
    reason = _reason(error, line)
    if isinstance(error, httpx.ProxyError):
        what, why = f"does not lead to {host}", f"answered: {reason}"
    elif isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        what, why = "cannot be reached", f"takes no connection: {reason}"
    elif isinstance(error, (httpx.TimeoutException, TimeoutError)):
        what, why = "did not answer in time", f"was asked for {host}"
    else:
        what, why = "gave an answer that cannot be read", f"was asked for {host} ({reason})"
    next_step = f"Check the network, and correct {variable} or unset it."
    if reason.startswith("407"):
        next_step = f"Write its user and password into {variable}: http://user:password@host:port."
    return UnreachableError(
        f"The proxy that {variable} names {what}",
        f"{proxy.shown} {why}. Nothing was sent.",
        next_step,
    )


def unclear(
    host: str,
    error: Exception,
    line: Line,
    proxy: Proxy | None = None,
    *,
    is_sending: bool = False,
    received: int = 0,
) -> UnclearError:
    """Returns what to say where a request was sent and no answer came; see `unreachable`.

    Args:
        host: See `unreachable`, as for all but the last.
        error: What was raised.
        line: Makes its words fit to be shown.
        proxy: Which the request goes through.
        is_sending: Whether its body had not left as a whole.
        received: Bytes of a file that had come by then.
    """
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        what = "stopped taking the upload" if is_sending else "did not answer in time"
        what = "stopped sending the file" if received else what
    elif isinstance(error, (httpx.NetworkError, OSError)) or "connect" in _reason(error, line):
        what = "broke the connection off"
    else:
        what = "gave an answer that cannot be read"
    through = f" through the proxy of {proxy.variable}" if proxy else ""
    part = "A part of the request" if is_sending else "The request"
    came = f", and {received:,} bytes of the file came" if received else ""
    return UnclearError(
        f"{host} {what}", f"{part} was sent{through}{came} ({_reason(error, line)})."
    )


def _is_of_connection(error: Exception) -> bool:
    # The other one is what is wrong with our own request.
    is_local = isinstance(error, (httpx.LocalProtocolError, UnicodeEncodeError))
    return isinstance(error, _OF_CONNECTIONS) and not is_local


def _reason(error: Exception, line: Line) -> str:
    """The words of an error, as far as they can quote neither the request nor the answer."""
    words = str(error) if _is_of_connection(error) else ""
    if isinstance(error, httpx.RemoteProtocolError):
        words, _, _ = words.partition(":")
    return line(words, 120) or type(error).__name__
