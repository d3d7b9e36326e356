"""Accounts servers to test with, what they answer, and where the canaries could show."""

import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs

import httpx
from pydantic import SecretStr

from tests.creator.calls import TLS
from tests.support.stub_server import Reply, Request
from zcbulk_tui.creator.accounts import Accounts, Client
from zcbulk_tui.creator.network import Network, Timeouts

SECRET = "canary-client-5ecre7"
ACCESS = "1000.canary-access.5ecre7"
REFRESH = "1000.canary-refresh.5ecre7"
CODE = "1000.canary-code.5ecre7"
CLIENT = Client("1000.CLIENT", SecretStr(SECRET))

GRANTED = {"access_token": ACCESS, "expires_in": 3600}
SIGNED_IN = {**GRANTED, "refresh_token": REFRESH, "scope": "ZohoCreator.bulk.READ"}
THROTTLED = {
    "error": "Access Denied",
    "error_description": "You have made too many requests continuously. Please try again later.",
}


def grant(**changes: object) -> Reply:
    """An answer that gives an access token."""
    return Reply.of(GRANTED | changes)


@asynccontextmanager
async def network(
    timeouts: Timeouts | None = None, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Network]:
    """A network that is closed at the end."""
    made = Network(timeouts=timeouts, transport=transport or httpx.AsyncHTTPTransport(verify=TLS))
    try:
        yield made
    finally:
        await made.aclose()


@asynccontextmanager
async def accounts(url: str, timeouts: Timeouts | None = None) -> AsyncIterator[Accounts]:
    """The accounts server there."""
    async with network(timeouts) as made:
        yield Accounts(made, url)


def form(request: Request) -> dict[str, str]:
    """The form that a request carries."""
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}


def shown(error: BaseException) -> str:
    """All that the most talkative reporter could show of an error, without the tests themselves."""
    frames = error.__traceback__
    while frames and "tests" in Path(frames.tb_frame.f_code.co_filename).parts:
        frames = frames.tb_next
    trace = traceback.TracebackException(type(error), error, frames, capture_locals=True)
    return f"{error} {error!r} {vars(error)!r} {''.join(trace.format())}"


def leaks(text: str) -> list[str]:
    """The canaries in a text."""
    return [canary for canary in (SECRET, ACCESS, REFRESH, CODE) if canary in text]
