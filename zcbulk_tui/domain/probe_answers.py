"""What one answer of a probe says, by HTTP status, code and structure; its words may be any."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.probe import Act, Exchange
from zcbulk_tui.domain.state_words import documented

NO_SCOPE = 2945
"""The token lacks a scope; also seen for a body of another shape [OAS]."""

BEING_MADE = 11110
"""The result is not made yet [OAS]."""

BAD_VALUE = 11000
"""The action or the filter has another value than may be [OAS]."""

ABORTED_BY_SYSTEM = 11090
"""What a start or an abort is answered after the system has aborted the job [OAS]."""

_ENDED = frozenset({11080, 11090, 11100})
"""Codes that say how a job has ended [OAS]."""

OF_STATES = frozenset({11070, 11080, 11090, 11100, 11340, 11350, 7120, 11330})
"""Codes of refusals that are about the state of a job, not about its file [OAS]."""

EXPECTED: Mapping[str, frozenset[int]] = {
    "busy": frozenset(),
    "early": frozenset({11350}),
    "second": frozenset({11070}),
    "late": frozenset({11090, 11100}),
    "empty": frozenset({11120, 11130}),
}
"""The codes that are documented for what is asked out of turn, and for an empty result [OAS].

Any other refusal may be of the moment: it counts once another job was answered so, too. So may that
of an abort by a user, whom nobody has seen.
"""

_LEAST_COLUMNS = 3
"""Of a file, that a result must have before its first row counts as a header."""

QUOTA_SPENT = 4000
PER_MINUTE = 2955

_BESIDE_THE_POINT = frozenset({QUOTA_SPENT, PER_MINUTE, 1030, 1080, 1130, 2930, 2933, 4070})
"""Codes that say nothing of what was sent: limits, the sign-in, the user's rights [OAS]."""


def is_unclear(exchange: Exchange) -> bool:
    """Whether a call that changes something may have taken effect, and may not have."""
    if exchange.is_unsent or not exchange.step.act.changes:
        return False
    status = exchange.http_status
    if status is None or status >= 500 or status == 408:
        return True
    if not exchange.is_from_zoho:
        return True
    return exchange.step.act is Act.CREATE and exchange.is_accepted and not _has_id(exchange)


def is_accepted(exchange: Exchange | None) -> bool:
    """Whether an answer is a clear yes."""
    return exchange is not None and exchange.is_accepted and not is_unclear(exchange)


def is_refused(exchange: Exchange | None) -> bool:
    """Whether Zoho said a clear no to what was asked: no limit, no fault, no missing right."""
    if exchange is None or exchange.is_unsent or exchange.is_accepted or is_unclear(exchange):
        return False
    if not exchange.is_from_zoho:
        return False
    status = exchange.http_status
    if status is None or status in (407, 408, 429) or 300 <= status < 400 or status >= 500:
        return False
    return exchange.code not in _BESIDE_THE_POINT and (status != 401 or exchange.code == NO_SCOPE)


def refusal_text(exchange: Exchange) -> str:
    """Returns a refusal as in ``409/11070``; the HTTP status alone where it has no code."""
    code = "" if exchange.code is None else f"/{exchange.code}"
    return f"{exchange.http_status}{code}"


def confirmed(about: str, answered: Iterable[Exchange]) -> list[Exchange]:
    """Returns the refusals of one kind that are no chance.

    Args:
        about: A key of `EXPECTED`.
        answered: Answers to calls of one kind.
    """
    refused = [it for it in answered if is_refused(it)]
    jobs: dict[str, set[str]] = {}
    for it in refused:
        jobs.setdefault(refusal_text(it), set()).add(it.step.job)
    return [
        it
        for it in refused
        if it.code in EXPECTED[about]
        or (len(jobs[refusal_text(it)]) > 1 and not (about == "early" and it.code in _ENDED))
    ]


def is_refused_again(uploads: Sequence[Exchange]) -> bool:
    """Whether a job's uploads of a file were all refused, in one way, and not for its state."""
    texts = {refusal_text(it) for it in uploads}
    return (
        len(uploads) > 1
        and len(texts) == 1
        and all(is_refused(it) and it.code not in OF_STATES for it in uploads)
    )


def word_of(exchange: Exchange | None) -> str | None:
    """Returns the state's word in the answer to a status call; None where there is none."""
    if exchange is None or not is_accepted(exchange):
        return None
    return exchange.seen.get("api_status") or None


def meaning_of(word: str | None) -> JobState | None:
    """Returns the state that a word names in the documents; None for one that is in none."""
    return None if word is None else documented(word)


def is_final(word: str | None) -> bool:
    """Whether a word is documented as that of a job which has ended, and not expired."""
    state = meaning_of(word)
    return state is not None and state.is_final and state is not JobState.EXPIRED


def counts_of(exchange: Exchange | None) -> tuple[int, int, int, int] | None:
    """Returns total, success, failed, unprocessed of a status; None unless all are there."""
    if exchange is None or not is_accepted(exchange):
        return None
    try:
        total, success, failed, left = (
            int(exchange.seen[name]) for name in ("total", "success", "failed", "unprocessed")
        )
    except (KeyError, ValueError):
        return None
    return total, success, failed, left


def is_full(exchange: Exchange | None) -> bool:
    """Whether all records of a job are dealt with, by its counts; it may run on for a moment."""
    counts = counts_of(exchange)
    return counts is not None and counts[0] > 0 and counts[1] + counts[2] == counts[0]


def is_still(before: Exchange | None, status: Exchange) -> bool:
    """Whether two statuses are the same, and some records are dealt with."""
    counts = counts_of(status)
    return (
        counts is not None
        and counts[1] + counts[2] > 0
        and counts == counts_of(before)
        and word_of(status) == word_of(before)
    )


@dataclass(frozen=True, slots=True)
class Result:
    """A result that came as a file.

    Attributes:
        columns: Its first row, which may be no header.
        rows: Its other rows.
        encoding: That it was read by; ``ascii`` where any would do.
        delimiter: That it was read by.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    encoding: str = "ascii"
    delimiter: str = ","

    def width(self, header: Sequence[str]) -> int:
        """Returns how many columns of a file it has.

        Args:
            header: Those of the file.

        Returns:
            0 where these are not the file's first and in their order, or fewer than three of more.
        """
        ours = set(header)
        shared = [name for name in self.columns if name in ours]
        is_header = shared == list(header[: len(shared)])
        return len(shared) if is_header and len(shared) >= min(_LEAST_COLUMNS, len(header)) else 0

    def cells(self, name: str) -> list[str]:
        """Returns what stands in a column; empty for a record that is too short."""
        place = self.columns.index(name)
        return [row[place] if place < len(row) else "" for row in self.rows]


def result_of(exchange: Exchange | None) -> Result | None:
    """Returns the file in an answer; None where there is none that can be read."""
    if exchange is None or not exchange.is_accepted or "columns" not in exchange.seen:
        return None
    seen = exchange.seen
    encoding, delimiter = seen.get("encoding", "ascii"), seen.get("delimiter", ",")
    return _parsed(seen["columns"], seen.get("rows", "[]"), encoding, delimiter)


@lru_cache(maxsize=32)
def _parsed(columns: str, rows: str, encoding: str, delimiter: str) -> Result | None:
    """A result from its JSON; the plan looks at each again for every step."""
    try:
        cells = tuple(map(_texts, json.loads(rows)))
        return Result(_texts(json.loads(columns)), cells, encoding, delimiter)
    except (ValueError, TypeError):
        return None


def last_result(exchanges: Iterable[Exchange], kind: str) -> Exchange | None:
    """Returns the last answer to the calls for one result of a job; None for no call."""
    found = [it for it in exchanges if it.step.act is Act.RESULT and it.step.detail == kind]
    return found[-1] if found else None


def made(transcript: Sequence[Exchange]) -> list[Exchange]:
    """Returns the steps that were sent, or may have been."""
    return [it for it in transcript if not it.is_unsent]


def _has_id(exchange: Exchange) -> bool:
    return bool(exchange.seen.get("job_id"))


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)
