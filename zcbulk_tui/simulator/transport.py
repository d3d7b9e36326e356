"""The simulator behind httpx without a socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from functools import partial

import httpx

from zcbulk_tui.simulator.creator import Creator, answering
from zcbulk_tui.simulator.messages import Request, Response

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
            response = await asyncio.to_thread(answer) if len(body) > _LARGE else answer()
            timeout: float | None = request.extensions.get("timeout", {}).get("read")
            if timeout is not None and response.delay > timeout:
                await asyncio.sleep(timeout)
                raise httpx.ReadTimeout("The answer is late.", request=request)
            await asyncio.sleep(response.delay)
        if response.lost:
            raise httpx.RemoteProtocolError(
                "Server disconnected without sending a response.", request=request
            )
        # Only then: a loop in virtual time does not wait for threads.
        made = response.made
        response = await asyncio.to_thread(made) if response.is_large else made()
        headers = {**response.headers, "content-length": str(len(response.body))}
        stream = _Pieces(response, request, timeout)
        return httpx.Response(response.status, headers=headers, stream=stream, request=request)


class _Pieces(httpx.AsyncByteStream):
    """The body of an answer, as a socket would hand it over."""

    def __init__(self, response: Response, request: httpx.Request, timeout: float | None) -> None:
        self._response = response
        self._request = request
        self._timeout = timeout

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pause, size, sent = self._response.pause, len(self._response.body), 0
        for piece in self._response.pieces():
            if pause:
                await self._wait(pause)
            sent += len(piece)
            yield piece
        if sent < size:
            raise httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body"
                f" (received {sent} bytes, expected {size})",
                request=self._request,
            )

    async def _wait(self, pause: float) -> None:
        if self._timeout is not None and pause > self._timeout:
            await asyncio.sleep(self._timeout)
            raise httpx.ReadTimeout("The answer is late.", request=self._request)
        await asyncio.sleep(pause)
