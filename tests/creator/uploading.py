"""Files to upload, and a server on loopback that takes uploads as far as a test wants."""

import asyncio
import hashlib
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path

from pydantic import SecretStr

from tests.support.jobs import REF
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.upload import UploadFile
from zcbulk_tui.errors import Answer, SignedOutError, SignInError

FORM = FormRef.of(REF)

CREATED = (
    b'{"code":3000,"details":{"created_time":"11-Mar-2026 10:30:00","job_id":"3888833000000114027",'
    b'"operation":"INSERT","created_by":"jason@zylker.com","status":"Job created successfully"}}'
)
"""The sample of the OpenAPI file."""

UPLOADED = b'{"code":3000,"message":"File uploaded successfully"}'

SMALL = b"Name,City\r\nAnna,Ulm\r\n"

LARGE = bytes(range(256)) * 4096
"""1 MiB, in several blocks."""

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


def a_file(folder: Path, data: bytes = SMALL, name: str = "rows.csv") -> UploadFile:
    """A file as a check of it leaves it."""
    path = folder / "upload"
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return UploadFile(path, name, len(data), digest, 1, path.stat().st_mtime_ns)


def reply(body: bytes, status: bytes = b"200 OK") -> bytes:
    """An answer of a stated length."""
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


@dataclass
class Upload:
    """One request, as far as it arrived.

    Attributes:
        head: Up to the empty line.
        length: Bytes of its body, as announced.
        body: What came of that.
    """

    head: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    length: int = 0
    body: bytearray = field(default_factory=bytearray)

    @property
    def is_whole(self) -> bool:
        """Whether all of it arrived."""
        return len(self.body) == self.length

    @property
    def token(self) -> str:
        """What signs it."""
        found = re.search(rb"Zoho-oauthtoken (\S+)", self.head)
        assert found is not None
        return found[1].decode()

    async def read(self, size: int | None = None) -> None:
        """Reads the rest of the body, or so many bytes of it; less where no more come."""
        rest = self.length - len(self.body)
        wanted = rest if size is None else min(size, rest)
        while wanted > 0 and (data := await self.reader.read(min(wanted, 64 * 1024))):
            self.body += data
            wanted -= len(data)

    async def answer(self, data: bytes) -> None:
        """Sends these bytes."""
        self.writer.write(data)
        await self.writer.drain()

    def part(self) -> tuple[str | None, str | None, str, bytes]:
        """Name, file name, type and content of its only part, as the standard library reads it."""
        kind = re.search(rb"\r\n(Content-Type: multipart/[^\r]+)", self.head, re.IGNORECASE)
        assert kind is not None
        message = message_from_bytes(kind[1] + b"\r\n\r\n" + bytes(self.body), policy=HTTP)
        (part,) = message.iter_parts()
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        name = part.get_param("name", header="content-disposition")
        return str(name), part.get_filename(), part.get_content_type(), content


class Renewing:
    """Has a token, and one more, which are told apart by their last character."""

    def __init__(self) -> None:
        self._number = 1

    async def token(self) -> SecretStr:
        return SecretStr(f"1000.canary.token{self._number}")

    async def renew(self, _: SecretStr, __: SignInError) -> SecretStr:
        self._number += 1
        return await self.token()

    def give_up(self, refusal: SignInError) -> SignedOutError:
        return SignedOutError("Signed out", answer=refusal.answer)


class Recorder:
    """A slot that keeps what is recorded.

    Attributes:
        requests: Each call.
        answers: Those that report success.
        call: The last one.
        opened: Set with the first one.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.answers: list[Answer | None] = []
        self.call = OneCall(self.answers)
        self.opened = asyncio.Event()

    @asynccontextmanager
    async def slot(self, request: str) -> AsyncIterator["OneCall"]:
        self.requests.append(request)
        self.call = OneCall(self.answers)
        self.opened.set()
        yield self.call


class OneCall:
    """A permit for one call."""

    def __init__(self, answers: list[Answer | None]) -> None:
        self.nothing_sent = False
        self._answers = answers

    def __call__(self, answer: Answer | None, /) -> None:
        self._answers.append(answer)


Behaviour = Callable[[Upload], Awaitable[None]]


class UploadServer:
    """Takes requests as `behave` has it, and hangs up.

    Attributes:
        uploads: What arrived, in its order.
        url: Scheme, address and port.
    """

    def __init__(self, behave: Behaviour) -> None:
        self._behave = behave
        self.uploads: list[Upload] = []
        self.url = ""
        self.tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection."""
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            # Cancelled at the end of a test, which the library would report as a fault.
            with suppress(
                ConnectionError,
                asyncio.IncompleteReadError,
                asyncio.CancelledError,
                ssl.SSLError,
            ):
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                upload = Upload(head, reader, writer, int(length[1]) if length else 0)
                self.uploads.append(upload)
                await self._behave(upload)
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()
            self.tasks.discard(task)


@asynccontextmanager
async def upload_server(
    behave: Behaviour, tls: ssl.SSLContext | None = None
) -> AsyncIterator[UploadServer]:
    """A server, until the context ends."""
    server = UploadServer(behave)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", ssl=tls)
    host, port = listener.sockets[0].getsockname()[:2]
    server.url = f"{'https' if tls else 'http'}://{host}:{port}"
    async with listener:
        try:
            yield server
        finally:
            for task in tuple(server.tasks):
                task.cancel()
            await asyncio.gather(*server.tasks, return_exceptions=True)


def answering(*answers: bytes) -> Behaviour:
    """Takes each request as a whole, and answers; nothing more after the last answer."""
    remaining = iter(answers)

    async def behave(upload: Upload) -> None:
        await upload.read()
        await upload.answer(next(remaining, b""))

    return behave


def refusing_early(answer: bytes, after: int = 10_000, *, hangs_up: bool = True) -> Behaviour:
    """Answers when so many bytes of the body have come, and reads no more."""

    async def behave(upload: Upload) -> None:
        await upload.read(after)
        await upload.answer(answer)
        if not hangs_up:
            await asyncio.sleep(3600)

    return behave
