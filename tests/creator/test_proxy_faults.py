"""A proxy that does not do its part is named by its variable, and never with its password."""

import socket
import ssl
from collections.abc import Iterable

import pytest

from tests.support.raw_server import raw_server
from tests.support.stub_server import closed_port
from zcbulk_tui.creator.network import Network, Timeouts
from zcbulk_tui.errors import UnreachableError, ZcbulkError

PASSWORD = "canary-5ecre7"
HOST = "https://www.zohoapis.eu"
VARIABLES = pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])


@pytest.fixture(autouse=True)
def no_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "")


async def failure(timeouts: Timeouts | None = None) -> ZcbulkError:
    made = Network(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), timeouts=timeouts)
    try:
        with pytest.raises(ZcbulkError) as caught:
            await made.send(made.request("GET", HOST))
    finally:
        await made.aclose()
    return caught.value


def named(error: ZcbulkError, variable: str) -> str:
    """All that is said, once it is seen that the right one is named, and not too closely."""
    assert isinstance(error, UnreachableError)
    assert f"The proxy that {variable} names" in error.title
    assert variable in error.next_step
    assert "othing was sent" in error.cause
    said = str(error)
    assert PASSWORD not in said
    assert "user:" not in said.replace("http://user:password@host:port", "")
    assert "Zoho" not in said
    return said


@VARIABLES
async def test_one_whose_name_is_not_found(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    def getaddrinfo(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setenv(variable, f"http://user:{PASSWORD}@proxy.example:3128")
    said = named(await failure(), variable)
    for words in ("cannot be reached", "http://proxy.example:3128", "Name or service not known"):
        assert words in said


@VARIABLES
async def test_one_that_is_not_there(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    port = closed_port()
    monkeypatch.setenv(variable, f"http://user:{PASSWORD}@127.0.0.1:{port}")
    said = named(await failure(), variable)
    assert f"http://127.0.0.1:{port} takes no connection" in said


ANSWERS: dict[str, tuple[Iterable[bytes], str]] = {
    "refusal": ([b"HTTP/1.1 403 Not for you\r\n\r\n"], "answered: 403 Not for you"),
    "sign-in": ([b"HTTP/1.1 407 Who?\r\n\r\n"], "user and password into HTTPS_PROXY"),
    "no name": ([b"HTTP/1.1 502 No such host\r\n\r\n"], "does not lead to www.zohoapis.eu"),
    "nothing": ([], "cannot be read"),
    "garbage": ([b"SSH-2.0-OpenSSH_9.6\r\n"], "cannot be read"),
}


@pytest.mark.parametrize(("answer", "words"), ANSWERS.values(), ids=ANSWERS)
async def test_one_that_answers_no_or_nonsense(
    monkeypatch: pytest.MonkeyPatch, answer: Iterable[bytes], words: str
) -> None:
    async with raw_server() as proxy:
        proxy.answer = answer
        address = proxy.url.removeprefix("http://")
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:{PASSWORD}@{address}")
        assert words in named(await failure(), "HTTPS_PROXY")


async def test_one_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:{PASSWORD}@127.0.0.1:{port}")
        assert "did not answer in time" in named(await failure(Timeouts(read=0.05)), "HTTPS_PROXY")


async def test_a_tunnel_into_nothing_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_server() as proxy:
        proxy.answer = [b"HTTP/1.1 200 OK\r\n\r\n", b"\x16\x03\x03garbage" * 10]
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        error = await failure()
    assert error.title == "www.zohoapis.eu cannot be reached through the proxy of HTTPS_PROXY"
