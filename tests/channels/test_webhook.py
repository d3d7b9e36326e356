"""A webhook for alerts, against a server on loopback: what arrives, and what is sent again."""

import asyncio
import gzip
import hashlib
import json
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from pydantic import SecretStr

from tests.channels.alerts import ALERT
from tests.creator.signing_in import shown
from tests.support.floods import DRIPS
from tests.support.raw_server import raw_server
from tests.support.stub_server import DROP, Answer, Reply, Request, Silence, StubServer, closed_port
from tests.support.text import is_one_safe_line
from zcbulk_tui.channels.payload import alert_json
from zcbulk_tui.channels.webhook import PATIENCE, WebhookChannel
from zcbulk_tui.creator.network import Network, Timeouts
from zcbulk_tui.errors import AlertNotSentError, ConfigError, ZcbulkError

SECRET = SecretStr("hunter2.hunter2.hunter2")
PATH = "/services/T0000/s3cr3t-path?key=s3cr3t-query"
OK = Reply(204)
BUSY = Reply(503, b"<h1>down</h1>")


class Waits:
    """Waits in no time, and counts the seconds."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    async def wait(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def clock(self) -> float:
        return sum(self.pauses)


@asynccontextmanager
async def webhook(
    url: str,
    waits: Waits | None = None,
    *,
    secret: Callable[[], SecretStr | None] = lambda: SECRET,
    patience: float = PATIENCE,
    timeouts: Timeouts | None = None,
) -> AsyncIterator[WebhookChannel]:
    """A channel to a URL."""
    waits = waits or Waits()
    # Nothing here goes by TLS, and reading all certificates takes most of the time.
    network = Network(timeouts=timeouts, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    try:
        yield WebhookChannel(
            network, url, secret, patience=patience, wait=waits.wait, clock=waits.clock
        )
    finally:
        await network.aclose()


async def sent(answers: Sequence[Answer], waits: Waits | None = None) -> list[Request]:
    """What arrives of an alert that is taken in the end."""
    with StubServer(answers) as server:
        async with webhook(server.url + PATH, waits) as channel:
            await channel.send(ALERT)
        return server.requests


async def refused(
    answer: Answer | Callable[[Request], Answer], waits: Waits | None = None
) -> tuple[ZcbulkError, list[Request]]:
    """What is said of an alert that is not taken, and what arrived."""
    with StubServer(answer if callable(answer) else [answer]) as server:
        async with webhook(server.url + PATH, waits) as channel:
            with pytest.raises(AlertNotSentError) as caught:
                await channel.send(ALERT)
    check(caught.value)
    return caught.value, server.requests


def check(error: ZcbulkError) -> None:
    """Nothing secret is in an error, nor in what leads to it."""
    assert is_one_safe_line(str(error))
    assert error.next_step
    for text in (str(error), repr(error), shown(error)):
        assert "hunter2" not in text
        assert "s3cr3t" not in text


async def test_an_alert_is_posted_with_the_secret() -> None:
    (request,) = await sent([OK])
    assert (request.method, request.path) == ("POST", PATH)
    assert request.body == alert_json(ALERT)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == f"Bearer {SECRET.get_secret_value()}"
    assert request.headers["idempotency-key"] == hashlib.sha256(request.body).hexdigest()[:32]
    assert "cookie" not in request.headers


async def test_without_a_secret_there_is_no_header_for_it() -> None:
    with StubServer([OK]) as server:
        async with webhook(server.url, secret=lambda: None) as channel:
            await channel.send(ALERT)
    assert "authorization" not in server.requests[0].headers


async def test_a_secret_that_cannot_be_read_sends_nothing() -> None:
    def fail() -> SecretStr:
        raise ConfigError("The keyring is locked")

    with StubServer() as server:
        async with webhook(server.url, secret=fail) as channel:
            with pytest.raises(ConfigError, match="locked"):
                await channel.send(ALERT)
    assert server.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        Reply(200, b"ok"),
        Reply(202, b"x" * 2_000_000),
        Reply(200, gzip.compress(b"{}"), {"Content-Encoding": "gzip"}),
        Reply(200, b"{}", {"Set-Cookie": "a=b"}),
        Reply(200, b'{"error": "no"}'),
    ],
    ids=["text", "large", "encoded", "cookie", "error"],
)
async def test_any_success_is_one(answer: Reply) -> None:
    assert len(await sent([answer])) == 1


@pytest.mark.parametrize(
    "failures",
    [
        [BUSY, BUSY],
        [DROP, BUSY],
        [Reply(429), Reply(500), Reply(502), Reply(408), Reply(425)],
        [Reply(501)],
    ],
)
async def test_what_fails_for_a_while_is_sent_again_with_the_same_key(
    failures: list[Answer],
) -> None:
    waits = Waits()
    requests = await sent([*failures, OK], waits)
    assert len(requests) == len(failures) + 1
    assert len({request.headers["idempotency-key"] for request in requests}) == 1
    assert len({request.body for request in requests}) == 1
    for number, pause in enumerate(waits.pauses):
        assert 2.5 * 2**number <= pause <= 5 * 2**number


async def test_each_alert_has_a_key_of_its_own() -> None:
    with StubServer([OK, OK, OK, OK]) as server:
        async with webhook(server.url) as channel:
            for alert in (
                ALERT,
                ALERT._replace(id=8),
                ALERT._replace(at=ALERT.at + timedelta(milliseconds=1)),
                ALERT._replace(profile="other"),
            ):
                await channel.send(alert)
    assert len({request.headers["idempotency-key"] for request in server.requests}) == 4


async def test_retry_after_is_waited_for() -> None:
    waits = Waits()
    await sent([Reply(503, headers={"Retry-After": "120"}), OK], waits)
    assert waits.pauses == [120.0]


async def test_a_longer_wait_than_there_is_patience_for_ends_it() -> None:
    waits = Waits()
    error, requests = await refused(Reply(429, headers={"Retry-After": "3600"}), waits)
    assert "answered HTTP 429" in error.title
    assert (waits.pauses, len(requests)) == ([], 1)


async def test_after_ten_minutes_it_is_given_up() -> None:
    waits = Waits()
    error, requests = await refused(lambda _: BUSY, waits)
    assert 300 < sum(waits.pauses) <= PATIENCE
    assert len(requests) == len(waits.pauses) + 1
    assert f"It was tried {len(requests)} times in" in error.cause
    assert "It said: “down”." in error.cause
    assert "zcbulk-tui alerts test --profile orders" in error.next_step


async def test_with_no_patience_it_is_tried_once() -> None:
    with StubServer(lambda _: BUSY) as server:
        async with webhook(server.url, patience=0.0) as channel:
            with pytest.raises(AlertNotSentError):
                await channel.send(ALERT)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
async def test_a_refusal_is_final(status: int) -> None:
    error, requests = await refused(Reply(status, b'{"message": "no\\nsuch\\u001b[2J hook"}'))
    assert len(requests) == 1
    assert error.title.startswith("http://127.0.0.1:")
    assert error.title.endswith(f"answered HTTP {status}")
    assert error.cause == "It said: “no such\ufffd[2J hook”."
    wants_secret = status in (401, 403)
    assert ("zcbulk-tui alerts secret set --profile orders" in error.next_step) is wants_secret


async def test_an_answer_that_quotes_the_secret_and_the_url() -> None:
    def quoting(request: Request) -> Reply:
        words = f"bad {request.headers['authorization']} at {request.path}"
        return Reply.of({"message": words}, 400)

    error, _ = await refused(quoting)
    assert error.cause.startswith("It said: “bad Bearer [...]")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    with StubServer() as other:
        error, requests = await refused(
            Reply(status, headers={"Location": f"{other.url}/s3cr3t-path"})
        )
    assert (len(requests), other.requests) == (1, [])
    assert f"redirects elsewhere with HTTP {status}" in error.title


async def test_where_nobody_listens() -> None:
    url = f"http://127.0.0.1:{closed_port()}{PATH}"
    async with webhook(url, Waits()) as channel:
        with pytest.raises(AlertNotSentError, match="cannot be reached") as caught:
            await channel.send(ALERT)
    check(caught.value)
    assert "It was tried" in caught.value.cause


async def test_a_server_that_does_not_answer() -> None:
    timeouts = Timeouts(total=0.1)
    with StubServer([Silence(), OK]) as server:
        async with webhook(server.url + PATH, timeouts=timeouts) as channel:
            await channel.send(ALERT)
    assert len(server.requests) == 2


@pytest.mark.parametrize("drip", DRIPS)
async def test_a_drip_ends_in_time(drip: str) -> None:
    async with raw_server() as server:
        server.answer, server.pause = DRIPS[drip](), 0.01
        async with webhook(
            server.url + PATH, patience=0.0, timeouts=Timeouts(total=0.1)
        ) as channel:
            async with asyncio.timeout(5):
                with pytest.raises(AlertNotSentError) as caught:
                    await channel.send(ALERT)
    check(caught.value)


async def test_a_cancelled_one_is_not_sent_again() -> None:
    waiting = asyncio.Event()

    class Endless(Waits):
        async def wait(self, seconds: float) -> None:
            await super().wait(seconds)
            waiting.set()
            await asyncio.Event().wait()

    with StubServer(lambda _: BUSY) as server:
        async with webhook(server.url, Endless()) as channel:
            task = asyncio.create_task(channel.send(ALERT))
            await waiting.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    assert len(server.requests) == 1


async def test_nothing_shows_what_is_secret() -> None:
    async with webhook(f"https://alerts.example.com{PATH}") as channel:
        assert "s3cr3t" not in f"{channel!r} {vars(channel)}"


async def test_the_body_is_json() -> None:
    (request,) = await sent([OK])
    assert json.loads(request.body)["kind"] == "stuck"
