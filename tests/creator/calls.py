"""Calls of the real client to a scripted server."""

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr

from tests.support.contract import Refusal
from tests.support.jobs import NOW, REF
from tests.support.stub_server import Answer, Reply, Silence, StubTransport
from zcbulk_tui.creator.accepts import AcceptMemory
from zcbulk_tui.creator.client import CreatorClient, Observe
from zcbulk_tui.creator.control import VariantMemory
from zcbulk_tui.creator.network import Network, Timeouts
from zcbulk_tui.creator.route import Route
from zcbulk_tui.creator.tokens import FixedToken, TokenSource
from zcbulk_tui.domain.contract import UNKNOWN, Contract
from zcbulk_tui.domain.job import JobReading
from zcbulk_tui.domain.proxies import read
from zcbulk_tui.errors import SignedOutError, ZcbulkError

TOKEN = "1000.8cb99dsecret.9b8secret"

TLS = ssl.create_default_context()
"""Made once: it takes longer than all the rest of a call to a server in clear text."""


def patience(answer: Answer) -> Timeouts:
    """The time that an answer gets: hardly any where none will come, else plenty."""
    return Timeouts(read=0.05) if isinstance(answer, Silence) else Timeouts()


@asynccontextmanager
async def creator(
    base_url: str | None,
    *,
    timeouts: Timeouts | None = None,
    memory: VariantMemory | None = None,
    accepts: AcceptMemory | None = None,
    api_version: str = "v2.1",
    report: str | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    proxies: bool = False,
    tokens: TokenSource | None = None,
    contract: Contract = UNKNOWN,
    observe: Observe = lambda _, _finding: None,
) -> AsyncIterator[CreatorClient]:
    """A client that is closed at the end; its clock stands at `NOW`.

    Only with `proxies` does it build its network itself, with the proxies of the environment.
    """
    if transport is None and not proxies:
        transport = Route(read({}), TLS)
    network = Network(timeouts=timeouts, transport=transport)
    try:
        yield CreatorClient(
            tokens or FixedToken(SecretStr(TOKEN), "the tests"),
            network,
            base_url=base_url,
            memory=memory,
            accepts=accepts,
            api_version=api_version,
            report=report,
            contract=lambda _: contract,
            observe=observe,
            now=lambda: NOW,
        )
    finally:
        await network.aclose()


async def read_status(answer: Reply) -> JobReading:
    """One status call that is answered so, without a socket."""
    async with creator(None, transport=StubTransport([answer])) as client:
        return await client.status(REF)


async def failed_status(answer: Reply) -> ZcbulkError:
    """The error of one status call that is answered so, without a socket."""
    with pytest.raises(ZcbulkError) as caught:
        await read_status(answer)
    return caught.value


def status_body(api_status: object = "IN_PROGRESS", **record_details: object) -> bytes:
    """The body of a status answer in the page's shape."""
    data: Mapping[str, object] = {"api_status": api_status, "record_details": record_details}
    return json.dumps({"code": 3000, "data": data}).encode()


def met(row: Refusal) -> type[ZcbulkError]:
    """The error that comes out of the client: a token that cannot be renewed is the end."""
    return SignedOutError if row.code == 1030 else row.error
