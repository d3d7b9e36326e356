"""A server on loopback, in the loop of the test, that answers with any bytes whatever."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


class RawServer:
    """Answers every request with `answer`, whatever it asks for, and hangs up.

    Attributes:
        answer: The pieces of the answer, which may be without end.
        pause: Seconds after each piece.
        requests: What arrived, in its order.
        url: Scheme, address and port.
    """

    def __init__(self) -> None:
        self.answer: Iterable[bytes] = ()
        self.pause = 0.0
        self.requests: list[bytes] = []
        self.url = ""
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = writer
        task.add_done_callback(self._connections.pop)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1])) if length else b""
            self.requests.append(head + body)
            for piece in self.answer:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(self.pause)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def hang_up(self) -> None:
        """Breaks all connections off."""
        for writer in self._connections.values():
            writer.transport.abort()
        await asyncio.gather(*self._connections)


@asynccontextmanager
async def raw_server() -> AsyncIterator[RawServer]:
    """A server, until the context ends."""
    server = RawServer()
    listener = await asyncio.start_server(server.serve, "127.0.0.1")
    server.url = "http://{}:{}".format(*listener.sockets[0].getsockname())
    async with listener:
        try:
            yield server
        finally:
            await server.hang_up()
