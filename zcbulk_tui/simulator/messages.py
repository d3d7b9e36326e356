"""What goes in and out of the simulator, free of any HTTP library."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

JSON_HEADERS: Mapping[str, str] = {"content-type": "application/json;charset=UTF-8"}
ZIP_HEADERS: Mapping[str, str] = {"content-type": "application/zip"}

DRIP_BYTES = 64
"""Bytes of a piece where a body comes with pauses."""

_PIECE_BYTES = 1 << 16
"""The same of one that comes at once."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call as it came over the wire."""

    method: str
    path: str
    """As sent, without the query."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    query: str = ""
    """As sent, without the question mark."""
    scheme: str = "http"
    body_too_large: bool = False
    """Whether the body was larger than any that is taken; it is left out."""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, or its loss."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: JSON_HEADERS)
    code: int | None = None
    """Creator's own code, for the log; None where the body carries none."""
    delay: float = 0.0
    """Real seconds between carrying out the call and sending the answer."""
    lost: bool = False
    """The connection closes instead of carrying this answer."""
    job_id: str | None = None
    """The job that a create call made, for the log."""
    make_body: Callable[[], bytes] | None = None
    """Makes the body when it is to be sent; None where it is there already."""
    is_large: bool = False
    """Whether that may take long."""
    is_cut: bool = False
    """The connection closes after half of the body."""
    pause: float = 0.0
    """Real seconds between pieces of the body, each of ``DRIP_BYTES``; 0 = all at once."""

    def made(self) -> "Response":
        """The answer with its body."""
        if self.make_body is None:
            return self
        return replace(self, body=self.make_body(), make_body=None)

    def pieces(self) -> Iterator[bytes]:
        """The body as it is sent, as far as it is; a pause is due before each."""
        size = DRIP_BYTES if self.pause else _PIECE_BYTES
        end = len(self.body) // 2 if self.is_cut else len(self.body)
        for begin in range(0, end, size):
            yield self.body[begin : min(begin + size, end)]


LOST = Response(status=0, lost=True)
"""No answer at all."""


def json_response(status: int, content: Mapping[str, object]) -> Response:
    """An answer whose ``code`` is an integer, as every one in the contract [OAS]."""
    code = content.get("code")
    body = json.dumps(content).encode()
    return Response(status, body, code=code if isinstance(code, int) else None)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One call in the request log. Headers stay out of it, and the token with them."""

    time: float
    """Simulated seconds, on the creator's timeline."""
    method: str
    path: str
    environment: str
    action: str | None
    """``create``, ``upload``, the filter of a result call, or the action of a control call, in
    either body shape, valid or not.
    """
    status: int | None
    """HTTP status; None if the answer was lost, or the request."""
    code: int | None
    job_id: str | None = None
    """The job of an upload, or that a create call made, answered or not: their paths name none."""

    def line(self) -> str:
        """The entry for a terminal: time in UTC, call, action, job, HTTP status and code."""
        outcome = "no answer" if self.status is None else f"{self.status}/{self.code or '-'}"
        environment = f"[{self.environment}]"
        return log_line(
            self.time, self.method, self.path, environment, self.action, self.job_id, outcome
        )


def log_line(time: float, *words: str | None) -> str:
    """A moment in UTC and the words there are, safe for a terminal wherever they come from."""
    moment = datetime.fromtimestamp(time, UTC).strftime("%H:%M:%S")
    text = " ".join(word for word in (moment, *words) if word)
    return "".join(char if char.isprintable() else "?" for char in text)
