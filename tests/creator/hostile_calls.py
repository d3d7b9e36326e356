"""Every call of the client to a server that answers with any bytes, and what must hold then."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from tests.creator.calls import TOKEN
from tests.creator.hostile_answers import HostileAnswer
from tests.creator.signing_in import CLIENT, CODE, REFRESH, SECRET, network, shown
from tests.support.contract import PAGE_STATUS
from tests.support.jobs import NOW, REF
from tests.support.raw_server import RawServer, raw_server
from zcbulk_tui.creator.accounts import Accounts
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.network import Network, Timeouts
from zcbulk_tui.creator.probe import probe
from zcbulk_tui.creator.tokens import FixedToken
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Action
from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.domain.upload import UploadFile
from zcbulk_tui.errors import UnclearError, UnreachableError, UnreadableError, ZcbulkError

_GOOD = [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(PAGE_STATUS), PAGE_STATUS)]


_BYTES = Path(__file__).read_bytes()
_FILE = UploadFile(Path(__file__), "rows.csv", len(_BYTES), hashlib.sha256(_BYTES).hexdigest(), 1)
"""This file, since any will do."""


_WRITTEN = bytearray()
"""What was written of the file that the last call fetched."""


def _client(network: Network, url: str) -> CreatorClient:
    tokens = FixedToken(SecretStr(TOKEN), "the tests")
    return CreatorClient(tokens, network, base_url=url, now=lambda: NOW)


CALLS: Mapping[str, Callable[[Network, str], Awaitable[object]]] = {
    "status": lambda network, url: _client(network, url).status(REF),
    "start": lambda network, url: _client(network, url).control(REF, Action.START),
    "abort": lambda network, url: _client(network, url).control(REF, Action.ABORT),
    "create": lambda network, url: _client(network, url).create(FormRef.of(REF)),
    "upload": lambda network, url: _client(network, url).upload(REF, _FILE),
    "result": lambda network, url: _client(network, url).result(
        REF, ResultKind.FAILURE, _WRITTEN.extend
    ),
    "fields": lambda network, url: _client(network, url).fields(FormRef.of(REF)),
    "applications": lambda network, url: _client(network, url).applications(url),
    "device code": lambda network, url: Accounts(network, url).device_code(CLIENT.id, ["a"]),
    "device grant": lambda network, url: Accounts(network, url).device_grant(
        CLIENT, SecretStr(CODE)
    ),
    "code grant": lambda network, url: Accounts(network, url).code_grant(CLIENT, SecretStr(CODE)),
    "refresh": lambda network, url: Accounts(network, url).refresh(CLIENT, SecretStr(REFRESH)),
    "revoke": lambda network, url: Accounts(network, url).revoke(CLIENT, SecretStr(REFRESH)),
    "locations": lambda network, url: Accounts(network, url).locations(),
    "probe": lambda network, url: probe(network, url),
}


class HostileCalls:
    """A server, and one network to it for as long as the context lasts."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._server: RawServer
        self._network: Network

    def __enter__(self) -> Self:
        self._runner.run(self._open())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()

    def check(self, call: str, answer: HostileAnswer) -> None:
        """Makes a call that is answered so, and then one that is answered well."""
        self._runner.run(self._check(call, answer))

    async def _open(self) -> None:
        self._server = await self._stack.enter_async_context(raw_server())
        self._network = await self._stack.enter_async_context(network(Timeouts(total=30)))

    async def _check(self, call: str, answer: HostileAnswer) -> None:
        self._server.answer = answer.pieces
        _WRITTEN.clear()
        try:
            await CALLS[call](self._network, self._server.url)
            assert call != "result" or _WRITTEN, "there is no file"
        except ZcbulkError as error:
            _check_error(call, error, b"".join(self._server.requests).decode())
        assert not _WRITTEN or _WRITTEN.startswith((b"PK\x03\x04", b"PK\x05\x06"))
        # As it came, but for what says how it is cut into pieces.
        came = iter(b"".join(answer.pieces))
        assert all(byte in came for byte in _WRITTEN), "it is not what came"
        assert self._server.requests, "no request was sent"
        assert not any(b"\r\ncookie" in request.lower() for request in self._server.requests)
        self._server.requests.clear()
        self._server.answer = _GOOD
        reading = await _client(self._network, self._server.url).status(REF)
        assert reading.counts.total == 1
        self._server.requests.clear()


def _check_error(call: str, error: ZcbulkError, sent: str) -> None:
    text = shown(error)
    secrets = [secret for secret in (TOKEN, SECRET, REFRESH, CODE) if secret in sent]
    assert secrets or call in ("device code", "locations", "probe")
    assert not [secret for secret in secrets if secret in text]
    # The request arrived.
    assert not isinstance(error, UnreachableError)
    assert "nothing was sent" not in text.lower()
    if _WRITTEN:
        assert isinstance(error, (UnclearError, UnreadableError)), "the file was cut off"
    if call in ("start", "abort", "create", "upload"):
        assert not isinstance(error, UnreadableError), "it may have been carried out"
        status = error.answer.http_status if error.answer else 0
        # 501: a server that does not know the method did nothing.
        is_refusal = 400 <= status < 500 or status == 501 or (error.answer and error.answer.code)
        assert isinstance(error, UnclearError) or is_refusal, "it may have been carried out"
