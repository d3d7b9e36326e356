"""How far a request without a token gets, over real sockets."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.support.certificates import Certificate, self_signed
from tests.support.stub_server import DROP, Answer, Raw, Reply, Silence, StubServer, closed_port
from zcbulk_tui.creator.network import Network, Timeouts
from zcbulk_tui.creator.probe import Probe, Stage, probe
from zcbulk_tui.creator.trust import trust
from zcbulk_tui.errors import UnclearError, UnreachableError
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer

NOW = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)
PLAIN = ssl.create_default_context()


@asynccontextmanager
async def network(
    verify: ssl.SSLContext = PLAIN, timeouts: Timeouts | None = None
) -> AsyncIterator[Network]:
    """What carries the requests."""
    made = Network(verify=verify, timeouts=timeouts)
    try:
        yield made
    finally:
        await made.aclose()


async def probed(answer: Answer, timeouts: Timeouts | None = None) -> Probe:
    """What is found where a server answers so; its clock is to stand at `NOW`."""
    with StubServer([answer]) as server:
        async with network(timeouts=timeouts) as made:
            found = await probe(made, server.url, now=lambda: NOW)
        (request,) = server.requests
    assert (request.method, request.path, request.body) == ("GET", "/", b"")
    assert "authorization" not in request.headers
    assert "cookie" not in request.headers
    return found


@pytest.mark.parametrize("status", [200, 204, 302, 401, 404, 503])
async def test_any_answer_will_do(status: int) -> None:
    found = await probed(Reply(status, headers={"Location": "http://127.0.0.1:1/"}))
    assert (found.error, found.failed_at) == (None, None)
    assert found.http_status == status
    assert (found.address, found.proxy, found.tls) == ("127.0.0.1", None, None)


async def test_too_much_of_an_answer_is_one() -> None:
    found = await probed(Reply(200, b"x" * 2 * 1024 * 1024))
    assert (found.error, found.failed_at, found.http_status) == (None, None, None)


@pytest.mark.parametrize("seconds", [0, 59, -61, 299, -301, 86_400])
async def test_the_clock_of_the_host(seconds: int) -> None:
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert (await probed(Reply(200, headers={"Date": date}))).ahead == seconds


async def test_what_comes_out_of_a_cache_was_made_earlier() -> None:
    date = format_datetime(NOW - timedelta(seconds=500), usegmt=True)
    assert (await probed(Reply(200, headers={"Date": date, "Age": "500"}))).ahead == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Date": "now"},
        {"Date": "Sun, 99 Nov 1994 08:49:37 GMT"},
        {"Date": format_datetime(NOW, usegmt=True), "Age": "old"},
    ],
)
async def test_a_host_that_tells_no_time(headers: dict[str, str]) -> None:
    found = await probed(Reply(200, headers=headers))
    assert (found.error, found.ahead) == (None, None)


@pytest.mark.parametrize("answer", [DROP, Raw(b"SSH-2.0-OpenSSH_9.6\r\n"), Raw(b"\x00\xff")])
async def test_what_is_no_answer(answer: Answer) -> None:
    found = await probed(answer)
    assert isinstance(found.error, UnclearError)
    assert (found.failed_at, found.address) == (Stage.ANSWER, "127.0.0.1")


async def test_no_answer_in_time() -> None:
    found = await probed(Silence(), Timeouts(read=0.05))
    assert isinstance(found.error, UnclearError)
    assert found.failed_at is Stage.ANSWER


async def test_nobody_listens() -> None:
    async with network() as made:
        found = await probe(made, f"http://127.0.0.1:{closed_port()}")
    assert isinstance(found.error, UnreachableError)
    assert (found.failed_at, found.address) == (Stage.CONNECTION, "127.0.0.1")


async def test_a_name_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    async with network() as made:
        found = await probe(made, "https://api.example.invalid")
    assert isinstance(found.error, UnreachableError)
    assert (found.failed_at, found.address) == (Stage.NAME, None)


# Proxies.


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    """The password of a proxy; nothing goes past it but what stays on this machine."""
    monkeypatch.setenv("NO_PROXY", "")
    return "canary-5ecre7"


async def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    with StubServer([Reply(407)]) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:{password}@127.0.0.1:{proxy.port}")
        async with network() as made:
            found = await probe(made, "https://api.example.invalid")
        (request,) = proxy.requests
    assert request.method == "CONNECT"
    assert found.failed_at is Stage.CONNECTION
    # The name was left to the proxy.
    assert (found.proxy, found.address) == (f"127.0.0.1:{proxy.port}", None)
    assert password not in repr(found)


async def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    port = closed_port()
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{password}@127.0.0.1:{port}")
    async with network() as made:
        found = await probe(made, "https://api.example.invalid")
    assert (found.failed_at, found.proxy) == (Stage.CONNECTION, f"127.0.0.1:{port}")
    assert password not in repr(found)


async def test_no_proxy_gets_to_see_this_machine(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"http://user:{password}@127.0.0.1:{closed_port()}")
    found = await probed(Reply())
    assert (found.error, found.proxy) == (None, None)


# TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """One for this machine, and for a host that only a proxy knows."""
    names = ("DNS:localhost", "IP:127.0.0.1", "DNS:api.example.invalid")
    return self_signed(tmp_path_factory.mktemp("tls"), *names)


def tls_server(certificate: Certificate) -> LoopbackServer:
    return LoopbackServer(build("steady"), tls=certificate.for_server())


async def test_a_certificate_that_nobody_trusts(certificate: Certificate) -> None:
    with tls_server(certificate) as server:
        async with network() as made:
            found = await probe(made, server.base_url)
    assert isinstance(found.error, UnreachableError)
    assert "not trusted" in found.error.title
    assert "ca_bundle" in found.error.next_step
    assert (found.failed_at, found.tls, found.address) == (Stage.TLS, None, "127.0.0.1")


async def test_a_certificate_that_ca_bundle_vouches_for(certificate: Certificate) -> None:
    with tls_server(certificate) as server:
        async with network(trust(str(certificate.certificate))) as made:
            found = await probe(made, server.base_url)
    assert (found.error, found.http_status) == (None, 404)
    assert found.tls in ("TLSv1.2", "TLSv1.3")
    assert found.certificate_ends is not None
    assert timedelta(days=1) < found.certificate_ends - datetime.now(UTC) < timedelta(days=3)
    assert found.ahead is not None
    assert abs(found.ahead) < 30


class Tunnel:
    """A proxy that leads to one port of this machine, wherever it is asked to lead."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._ended: list[asyncio.Event] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves a connection."""
        ended = asyncio.Event()
        self._ended.append(ended)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(_pump(reader, back), _pump(there, writer))
        ended.set()

    async def end(self) -> None:
        """Waits for the end of all connections."""
        for ended in self._ended:
            await ended.wait()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Hands on what comes, until nothing more does."""
    with suppress(ConnectionError):
        while data := await source.read(64 * 1024):
            target.write(data)
    target.close()
    with suppress(ConnectionError):
        await target.wait_closed()


async def test_tls_through_a_proxy(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    found = []
    with tls_server(certificate) as server:
        tunnel = Tunnel(int(server.base_url.rpartition(":")[2]))
        async with await asyncio.start_server(tunnel, "127.0.0.1", 0) as proxy:
            address = f"127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
            monkeypatch.setenv("HTTPS_PROXY", f"http://user:{password}@{address}")
            for trusted in (trust(str(certificate.certificate)), PLAIN):
                async with network(trusted) as made:
                    found.append(await probe(made, "https://api.example.invalid"))
            await tunnel.end()
    good, bad = found
    assert (good.error, good.http_status, good.proxy) == (None, 404, address)
    assert good.tls is not None
    assert good.certificate_ends is not None
    assert (bad.failed_at, bad.tls, bad.proxy) == (Stage.TLS, None, address)
    assert password not in repr(found)


async def test_a_server_that_does_not_speak_tls() -> None:
    with StubServer() as server:
        async with network() as made:
            found = await probe(made, server.url.replace("http:", "https:"))
    assert found.failed_at is Stage.TLS
    assert isinstance(found.error, UnreachableError)
