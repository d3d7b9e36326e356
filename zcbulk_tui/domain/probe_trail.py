"""What happened to one job of a probe, from its answers in their order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from html import unescape
from unicodedata import normalize

from zcbulk_tui.domain import probe_answers as answers
from zcbulk_tui.domain import probe_files as files
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.probe import Act, Exchange
from zcbulk_tui.domain.probe_answers import is_accepted, is_refused, is_unclear
from zcbulk_tui.domain.probe_ways import doubts_way, refuses_way

TWIN = "t"
"""The job that is created while another one is active."""

STILL_STARTS = timedelta(hours=2, minutes=30)
"""Age from which on no job is begun with any more: unstarted, it expires after 3 hours [LIMB]."""

STILL_HAS_RESULTS = timedelta(days=2)
"""Age from which on results are not asked for any more: they are kept for 3 days [LIMB]."""

_ROLE = re.compile(r"[a-z][a-z]?[0-9]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """A record of a probe in a result.

    Attributes:
        role: Of the record.
        marker: The cell with its marker, whatever way its letters were written in.
        reason: The cells that are not of the file.
    """

    role: str
    marker: str
    reason: tuple[str, ...]

    @property
    def tail(self) -> str:
        """What stands behind the role; `files.ACCENT` or nothing, as the file had it."""
        return self.marker.partition("-")[2].removeprefix(self.role)


class Trail:
    """The calls of one job.

    Args:
        job: The probe's own name for it.
        transcript: The steps that were sent, of all jobs, in their order.
        columns: Those of its file; None where they are not known.

    Attributes:
        calls: Its own, in their order.
        words: What states were called, each with its moment, the word and its exchange; a moment is
            ``new``, ``uploaded``, ``started``, ``aborted`` or ``end``.
        ended_by: The first answer that proves that it came to its own end; None for none.
        aborted: Whether an abort was sent that may have come before its end.
    """

    def __init__(
        self, job: str, transcript: Sequence[Exchange], columns: files.Columns | None
    ) -> None:
        self.job = job
        self.calls = [it for it in transcript if it.step.job == job]
        self._stamp = files.stamp_of(transcript[0].sent_at) if transcript else ""
        self._header = columns.header if columns is not None else ()
        self.words: list[tuple[str, str, Exchange]] = []
        self.ended_by: Exchange | None = None
        self.aborted = False
        self._walk()

    @property
    def created(self) -> Exchange | None:
        """The answer that made it; None where none did."""
        return self._first(Act.CREATE)

    @property
    def started(self) -> Exchange | None:
        """The answer that started it; None where none did, for sure."""
        return self._first(Act.START)

    @property
    def start_sent_at(self) -> datetime | None:
        """When it may have been started first; None where it was not."""
        sent = (it.sent_at for it in self.calls if it.step.act is Act.START and not is_refused(it))
        return next(sent, None)

    @property
    def has_rows(self) -> bool:
        """Whether one of its records is in one of its results."""
        return bool(self.rows("success") or self.rows("failure"))

    @property
    def is_given_up(self) -> bool:
        """Whether an answer was lost that would have brought it on, and nothing came of it."""
        acts = (Act.CREATE, Act.UPLOAD, Act.START)
        return any(is_unclear(it) for it in self.calls if it.step.act in acts) and not self.has_rows

    @property
    def uploads(self) -> list[Exchange]:
        """Its uploads."""
        return [it for it in self.calls if it.step.act is Act.UPLOAD]

    @property
    def file(self) -> str | None:
        """The name of its file; None where there is none, or it may be one or the other."""
        names = {it.step.detail for it in self.uploads if is_accepted(it) or is_unclear(it)}
        return names.pop() if len(names) == 1 else None

    @property
    def last_counts(self) -> tuple[int, int, int, int] | None:
        """Total, success, failed and unprocessed after its end; None where they are not known."""
        found = [
            counts
            for name, _, it in self.words
            if name == "end" and (counts := answers.counts_of(it))
        ]
        return found[-1] if found else None

    @property
    def is_unread(self) -> bool:
        """Whether it was started, and its results were not asked for yet, or not all of them."""
        return self.start_sent_at is not None and not self.aborted and self.call("success") is None

    @property
    def is_waiting(self) -> bool:
        """Whether it was neither started nor aborted, so that it holds its form for 3 hours.

        A start that may not have come through to Zoho counts as none.
        """
        starts = [it for it in self.calls if it.step.act is Act.START]
        is_started = any(not is_refused(it) and not doubts_way(it) for it in starts)
        return self.created is not None and not is_started and not self.is_closed

    @property
    def is_closed(self) -> bool:
        """Whether an abort of it was sent that may have been understood."""
        aborts = [it for it in self.calls if it.step.act is Act.ABORT]
        return any(not refuses_way(it) and not doubts_way(it) for it in aborts)

    def final_word(self) -> tuple[str, Exchange] | None:
        """Returns the word of its own end, for sure; None where it is not known."""
        found = [(word, it) for name, word, it in self.words if name == "end"]
        return found[-1] if found else None

    def call(self, kind: str) -> Exchange | None:
        """Returns the last answer for a result."""
        return answers.last_result(self.calls, kind)

    def result(self, kind: str) -> answers.Result | None:
        """Returns a result that came as a file."""
        return answers.result_of(self.call(kind))

    def rows(self, kind: str) -> tuple[Row, ...]:
        """Returns the probe's own records in a result."""
        result = self.result(kind)
        if result is None or not self._stamp:
            return ()
        return _rows(result, self._stamp, self._header)

    def roles(self, kind: str) -> list[str]:
        """Returns the roles of the records in a result, in its order."""
        return [it.role for it in self.rows(kind)]

    def is_empty(self, kind: str) -> bool:
        """Whether a result has no records, for sure, by itself or by the counts."""
        result = self.result(kind)
        if result is not None:
            return not result.rows
        counts = self.last_counts
        if counts is not None:
            total, success, failed, _ = counts
            return total > 0 and (success if kind == "success" else failed) == 0
        return False

    def _first(self, act: Act) -> Exchange | None:
        return next((it for it in self.calls if it.step.act is act and is_accepted(it)), None)

    def _walk(self) -> None:
        """Names the moments of its statuses, and finds its end."""
        created = self.created
        if created is None:
            return
        phase, has_result = "new", False
        for it in self.calls:
            if it.step.act is Act.UPLOAD and phase in ("new", "uploaded", "unsure"):
                phase = "uploaded" if is_accepted(it) else "unsure" if is_unclear(it) else phase
            elif it.step.act is Act.START and not is_refused(it):
                phase = "started" if is_accepted(it) and phase == "uploaded" else "unsure"
            elif it.step.act is Act.ABORT and not is_refused(it) and self.ended_by is None:
                self.aborted = True
                # One that ran may have ended by itself just before.
                is_sure = is_accepted(it) and phase in ("new", "uploaded")
                phase = "aborted" if is_sure else "unsure"
            elif it.step.act is Act.RESULT and "zip" in it.seen:
                has_result = True
                if not self.aborted and self.ended_by is None:
                    self.ended_by = it
            elif it.step.act is Act.STATUS:
                self._note(phase, has_result, created.sent_at, it)

    def _note(self, phase: str, has_result: bool, begun: datetime, status: Exchange) -> None:
        word = answers.word_of(status)
        if word is None or answers.meaning_of(word) is JobState.EXPIRED:
            return
        age = status.sent_at - begun
        if phase in ("new", "uploaded"):
            if age < STILL_STARTS:
                self.words.append((phase, word, status))
        elif phase == "aborted":
            if age < STILL_HAS_RESULTS:
                self.words.append((phase, word, status))
        elif not self.aborted:
            if answers.is_final(word) or has_result:
                self.ended_by = self.ended_by or status
                self.words.append(("end", word, status))
            elif phase == "started":
                self.words.append((phase, word, status))


@lru_cache(maxsize=32)
def _rows(result: answers.Result, stamp: str, header: tuple[str, ...]) -> tuple[Row, ...]:
    """The probe's own records in a result; the plan looks at each again for every step."""
    ours = {name.casefold() for name in header}
    extra = [at for at, name in enumerate(result.columns) if name.casefold() not in ours]
    found = (_row(cells, f"{stamp}-", extra) for cells in result.rows)
    return tuple(row for row in found if row is not None)


def _row(cells: Sequence[str], begin: str, extra: Sequence[int]) -> Row | None:
    for cell in cells:
        text = normalize("NFC", unescape(cell)).strip().strip("\ufeff")
        if text.startswith(begin) and (role := _ROLE.match(text, len(begin))) is not None:
            reason = tuple(cells[at] for at in extra if at < len(cells))
            return Row(role[0], text, reason)
    return None


def trails_of(transcript: Sequence[Exchange], columns: files.Columns | None) -> list[Trail]:
    """Returns what happened to each job of a probe.

    Args:
        transcript: The probe; what was not sent is left out.
        columns: Those of its files; None where they are not known.
    """
    sent = answers.made(transcript)
    jobs = dict.fromkeys(it.step.job for it in sent if it.step.job)
    return [Trail(job, sent, columns) for job in jobs]


def is_accepted_way(detail: str, sent: Sequence[Exchange]) -> bool:
    """Whether a start or an abort that was put so was accepted at some time."""
    return any(
        it.step.detail == detail and it.step.act in (Act.START, Act.ABORT) and is_accepted(it)
        for it in sent
    )
