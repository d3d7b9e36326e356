"""The heartbeat on a real socket, and as the time of a file."""

import asyncio
import gzip
import os
import ssl
import stat
import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.support.stub_server import DROP, Answer, Raw, Reply, Silence, StubServer, closed_port
from zcbulk_tui.channels import ping
from zcbulk_tui.channels.ping import FileTouch, UrlPing
from zcbulk_tui.creator.network import MAX_ANSWER, Network
from zcbulk_tui.errors import ConfigError, ServiceError

SECRET = "5ecre7-p1ng-c0de"

NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Whom to trust where nothing is encrypted: to read all certificates takes as long as a test."""


async def call(url: str) -> None:
    network = Network(verify=NOBODY)
    try:
        await UrlPing(network, SecretStr(url))()
    finally:
        await network.aclose()


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_it_is_one_get_of_the_whole_url(status: int) -> None:
    with StubServer([Reply(status)]) as server:
        await call(f"{server.url}/ping/{SECRET}?from=here")
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", f"/ping/{SECRET}?from=here")
    assert request.body == b""
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            Reply(200, gzip.compress(b"OK"), headers={"Content-Encoding": "gzip"}), id="encoded"
        ),
        pytest.param(Reply(200, bytes(MAX_ANSWER + 1)), id="large"),
    ],
)
async def test_the_body_of_a_success_is_no_matter(answer: Answer) -> None:
    with StubServer([answer]) as server:
        await call(f"{server.url}/ping/{SECRET}")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(Reply(404), "The answer was HTTP 404.", id="unknown"),
        pytest.param(Reply(503), "The answer was HTTP 503.", id="unavailable"),
        pytest.param(
            Reply(302, headers={"Location": f"/{SECRET}"}), "The answer was HTTP 302.", id="moved"
        ),
        pytest.param(DROP, "broke the connection off", id="dropped"),
        pytest.param(Raw(f"{SECRET}\r\n\r\n".encode()), "cannot be read", id="no HTTP"),
        pytest.param(Silence(), "There was no answer within 0 s.", id="silence"),
    ],
)
async def test_what_did_not_arrive_is_said_without_the_secret(
    answer: Answer, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ping, "ANSWERED_WITHIN", 0.3)
    with StubServer([answer]) as server, pytest.raises(ServiceError) as caught:
        await call(f"{server.url}/ping/{SECRET}?key={SECRET}")
    assert why in str(caught.value)
    assert caught.value.title == f"The heartbeat did not reach 127.0.0.1:{server.port}"
    assert SECRET not in "".join(traceback.format_exception(caught.value))


async def test_a_host_that_is_not_there_is_said() -> None:
    port = closed_port()
    with pytest.raises(ServiceError) as caught:
        await call(f"http://127.0.0.1:{port}/{SECRET}")
    assert "cannot be reached" in caught.value.cause
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_nothing_shows_the_secret() -> None:
    made = UrlPing(Network(), SecretStr(f"https://hc.example.com/{SECRET}"))
    assert made.host == "hc.example.com"
    assert SECRET not in repr(vars(made))


async def test_a_file_is_made_for_all_to_read_and_its_time_is_set(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"
    before = os.umask(0o077)
    try:
        await FileTouch(file)()
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    os.utime(file, (0, 0))
    inode = file.stat().st_ino
    await FileTouch(file)()
    assert file.stat().st_mtime > 1e9
    assert file.stat().st_ino == inode, "it is the same file, which was never missing"


async def test_what_stands_in_the_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"
    file.write_text("mine")
    await asyncio.gather(FileTouch(file)(), FileTouch(file)())
    assert file.read_text() == "mine"


async def test_a_file_that_cannot_be_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        await FileTouch(tmp_path / "missing" / "heartbeat")()
    assert "No such file or directory" in str(caught.value)
    assert "[heartbeat] file" in caught.value.next_step
