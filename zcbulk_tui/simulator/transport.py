"""The simulator behind httpx without a socket."""

import asyncio
from contextlib import ExitStack
from functools import partial

import httpx

from zcbulk_tui.simulator.creator import Creator, answering
from zcbulk_tui.simulator.messages import Request

_LARGE = 1_000_000
"""Bytes of a body that keep an event loop from its work for too long."""


class InProcessTransport(httpx.AsyncBaseTransport):
    """Takes the calls of an ``httpx.AsyncClient``, whatever host they are for, to a creator.

    Calls for the accounts server are recognised by their path. Lost answers and read timeouts raise
    what a socket would make httpx raise. The sleep before each answer, be it of 0 seconds, lets
    calls made together overlap as they do on a network.
    """

    def __init__(self, creator: Creator) -> None:
        self._creator = creator

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry out one call; see ``httpx.AsyncBaseTransport``."""
        body = await request.aread()
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        headers = dict(request.headers)
        call = Request(request.method, path, headers, body, query, request.url.scheme)
        with ExitStack() as stack:
            answer = partial(stack.enter_context, answering(self._creator, call))
            takes_long = len(body) > _LARGE or path.endswith("/result")
            response = await asyncio.to_thread(answer) if takes_long else answer()
            timeout: float | None = request.extensions.get("timeout", {}).get("read")
            if timeout is not None and response.delay > timeout:
                await asyncio.sleep(timeout)
                raise httpx.ReadTimeout("The answer is late.", request=request)
            await asyncio.sleep(response.delay)
        if response.lost:
            raise httpx.RemoteProtocolError(
                "Server disconnected without sending a response.", request=request
            )
        return httpx.Response(
            response.status,
            headers=dict(response.headers),
            content=response.body,
            request=request,
        )
