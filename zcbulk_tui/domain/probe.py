"""The probe: which calls settle what the sources leave open, and what their answers show.

A probe is its transcript: every step with what came of it. What is done next, and what is known by
now, follow from the transcript alone, so that a probe that was cut goes on where it stopped. A step
is written down before its first byte is sent, and none is ever made twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MOST_CALLS = 40
"""Calls that a whole probe may cost, over all its days."""


class Act(StrEnum):
    """The kinds of calls."""

    FIELDS = "fields"
    CREATE = "create"
    UPLOAD = "upload"
    STATUS = "status"
    START = "start"
    ABORT = "abort"
    RESULT = "result"

    @property
    def changes(self) -> bool:
        """Whether the call changes something at Zoho."""
        return self in (Act.CREATE, Act.UPLOAD, Act.START, Act.ABORT)


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a probe.

    Attributes:
        key: Names it; no two steps of a probe have the same.
        act: Which call.
        job: The probe's own name for the job, as in ``a``; empty for `Act.FIELDS`.
        purpose: What it is to show, as a short clause for the user.
        detail: What is sent: the name of a file of an upload, the ``filter`` of a result, method,
            shape and case of a start or an abort, as in ``PATCH wrapped lower``; else empty.
        wait: Seconds to let pass first, since the answer before.
    """

    key: str
    act: Act
    job: str
    purpose: str
    detail: str = ""
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """A step, and what came of it.

    Attributes:
        step: The step.
        sent_at: When it was written down, before its first byte; aware.
        http_status: Of the answer; None where none came, or the process was ended before it.
        code: Zoho's own code; None where the answer has none, as those of servers in between.
        text: The server's words, without ids, names and addresses; sanitised.
        seen: What else the answer shows, by name: ``job_id``; ``api_status``, ``details`` (inside,
            beside or none), ``total``, ``success``, ``failed`` and ``unprocessed`` of a status;
            ``zip``, ``columns``, ``rows`` (JSON), ``encoding`` (``ascii`` where any would do) and
            ``delimiter`` of a result; ``retry_after``; ``fields``
            (JSON; see `probe_files.form_of`); ``from``: ``zoho`` where an answer without a code is
            in words of the documents.
        is_unsent: Whether certainly nothing was done, so that the step may be made again.
        calls: What it has cost, with those of earlier attempts: more than one where its call was
            made again, as with another token; 0 where certainly nothing was sent.
    """

    step: Step
    sent_at: datetime
    http_status: int | None = None
    code: int | None = None
    text: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    is_unsent: bool = False
    calls: int = 1

    @property
    def is_answered(self) -> bool:
        """Whether an answer came."""
        return self.http_status is not None

    @property
    def is_from_zoho(self) -> bool:
        """Whether Zoho gave the answer; what a server in between says proves nothing of Zoho."""
        return self.code is not None or "zip" in self.seen or self.seen.get("from") == "zoho"

    @property
    def is_accepted(self) -> bool:
        """Whether the server said success: HTTP 2xx with code 3000, or the file of a result."""
        if self.http_status is None or not 200 <= self.http_status < 300:
            return False
        return self.code == 3000 or "zip" in self.seen


def calls_made(transcript: Sequence[Exchange]) -> int:
    """Returns how many calls a probe has cost."""
    return sum(it.calls for it in transcript)
