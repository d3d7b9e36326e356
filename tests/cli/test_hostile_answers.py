"""Commands against answers of every nonsense: JSON and an exit code, and never a traceback."""

import gzip
import json

import pytest

from tests.support.commands import CANARY, CommandLine
from tests.support.contract import PAGE_STATUS
from tests.support.jobs import URL
from tests.support.stub_server import Raw, Request, StubServer

pytestmark = pytest.mark.usefixtures("signed_in")

OK = b"HTTP/1.1 200 OK\r\n"

ANSWERS = {
    "redirect to a script": b"HTTP/1.1 302 Found\r\nLocation: javascript:x\r\n\r\n",
    "redirect to a long URL": b"HTTP/1.1 308 X\r\nLocation: /%b\r\n\r\n" % (b"x" * 65_000),
    "redirect to no host": b"HTTP/1.1 301 X\r\nLocation: https://[::1\r\n\r\n",
    "redirect not in ASCII": b"HTTP/1.1 307 X\r\nLocation: https://h\xf6st/\r\n\r\n",
    "bomb": OK
    + b"Content-Encoding: gzip, gzip\r\n\r\n"
    + gzip.compress(gzip.compress(b"x" * 9**6)),
    "unknown encoding": OK + b"Content-Encoding: \xff\r\n\r\n" + PAGE_STATUS,
    "interim answers": b"HTTP/1.1 100 C\r\n\r\n" * 5000 + OK + b"\r\n" + PAGE_STATUS,
    "deep": OK + b"\r\n" + b"[" * 100_000,
    "echo": OK + b"Authorization Zoho-oauthtoken %b\r\n\r\n" % CANARY.encode(),
    "echo in words": OK + b'\r\n{"code":7,"message":"%b"}' % CANARY.encode(),
    "switch of protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_status_is_json_and_an_exit_code(
    answer: bytes, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StubServer(lambda _: Raw(answer)) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        ended = cli("status", URL, "--json")
    (job,) = json.loads(ended.out)
    assert (job["state"], job["total"]) == ("unknown", None)
    assert ended.code in (1, 4)
    assert len(ended.lines) == 1
    assert CANARY not in ended.out + ended.err
    assert "nothing was sent" not in ended.err.lower()


@pytest.mark.parametrize("name", ["redirect to a script", "bomb"])
def test_a_start_is_sent_once_and_its_status_is_read(
    name: str, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: Request) -> Raw:
        return Raw(OK + b"\r\n" + PAGE_STATUS if request.method == "GET" else ANSWERS[name])

    monkeypatch.setattr("zcbulk_tui.domain.control.LOOKS", (0.05, 0.1, 0.2, 0.3))
    with StubServer(answer) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        ended = cli("start", URL, "--yes")
    methods = [request.method for request in server.requests]
    assert methods.count("PATCH") == 1
    assert methods[-1] == "GET"
    assert "nothing was sent" not in ended.err
