"""The results of a job: which records failed, were not reached, or went in [RESULT].

Zoho makes one file for each when a job ends, and deletes them three days later [LIMB]. A file costs
a call, so none is fetched twice, and none that can hold nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from zcbulk_tui.domain.job import JobRef, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import ZcbulkError

BY_THEMSELVES = 2
"""The most calls that the results of one job cost which are fetched unasked."""

LARGEST_ZIP = 200 * 10**6
"""Bytes of the largest ZIP that is fetched: twice what a job takes [LIMB]."""


class ResultKind(StrEnum):
    """Which result; the values are those of the parameter ``filter`` [RESULT]."""

    FAILURE = "failure"
    UNPROCESSED = "unprocessed"
    SUCCESS = "success"

    @property
    def word(self) -> str:
        """What its records are called, as in "1,300 failed"."""
        return _WORDS[self]

    def records_of(self, snapshot: JobSnapshot) -> int | None:
        """Returns how many records the result should hold by the last reading; None if unknown."""
        counts = None if snapshot.last is None else snapshot.last.counts
        if counts is None:
            return None
        match self:
            case ResultKind.FAILURE:
                return counts.failed
            case ResultKind.UNPROCESSED:
                return counts.left
            case ResultKind.SUCCESS:
                return counts.success


_WORDS = {
    ResultKind.FAILURE: "failed",
    ResultKind.UNPROCESSED: "unprocessed",
    ResultKind.SUCCESS: "successful",
}


class ResultFile(NamedTuple):
    """A result on this disk: the CSV, out of its ZIP.

    Attributes:
        kind: Which result.
        path: Where it stands.
        size: Its size in bytes.
        sha256: Its SHA-256, in hexadecimal.
        records: Records in it, without the header.
        fetched_at: When it was fetched; aware.
    """

    kind: ResultKind
    path: Path
    size: int
    sha256: str
    records: int
    fetched_at: datetime


class ResultStage(StrEnum):
    """Where a result stands."""

    DUE = "due"
    """To be fetched, now or at the time of its next try."""

    FETCHING = "fetching"
    """A call is on its way, or its process was ended before the end was written down."""

    ON_DISK = "on disk"

    GONE = "gone"
    """Zoho has no such file, or none any more (code 11130)."""

    REFUSED = "refused"
    """It is not tried again by itself; the user may ask for it."""

    REMOVED = "removed"
    """It was on the disk, and the user or its age has removed it."""

    @property
    def is_open(self) -> bool:
        """Whether it is still to be fetched."""
        return self in (ResultStage.DUE, ResultStage.FETCHING)


class Result(NamedTuple):
    """What is known of one result of a job.

    Attributes:
        ref: The job.
        kind: Which result.
        stage: Where it stands.
        tries: Calls that it has cost.
        next_try: When it is tried next; aware; None for at once, or never.
        expected: Records that the job's last reading gave it when it was fetched; None if unknown.
        file: The file; None before and after it is on the disk.
        error: Why the last try failed; None where it did not.
    """

    ref: JobRef
    kind: ResultKind
    stage: ResultStage = ResultStage.DUE
    tries: int = 0
    next_try: datetime | None = None
    expected: int | None = None
    file: ResultFile | None = None
    error: ZcbulkError | None = None

    @property
    def is_short(self) -> bool:
        """Whether the file has another number of records than the job counted."""
        return self.file is not None and self.expected not in (None, self.file.records)


def wanted(snapshot: JobSnapshot) -> tuple[ResultKind, ...]:
    """Returns which results of a job are worth a call each: none before its end, none of no record.

    A job that expired has none.
    """
    state = snapshot.state
    if state is None or not state.is_final or state is JobState.EXPIRED:
        return ()
    kinds = (ResultKind.FAILURE, ResultKind.UNPROCESSED)
    return tuple(kind for kind in kinds if kind.records_of(snapshot) != 0)


def on_disk(snapshot: JobSnapshot, results: Iterable[Result]) -> str:
    """Returns which records of a job are on the disk, without full stop.

    As in "1,300 failed, 0 unprocessed"; empty where none are. Where a file has another number of
    records than Zoho has counted, that is said.
    """
    files = {it.kind: it for it in results if it.file is not None}
    if not files:
        return ""
    parts, doubts = [], []
    for kind in ResultKind:
        result = files.get(kind)
        if result is not None and result.file is not None:
            parts.append(f"{result.file.records:,} {kind.word}")
            if result.is_short:
                doubts.append(
                    f"; Zoho counted {result.expected:,} {kind.word}, "
                    f"the file has {result.file.records:,}"
                )
        elif kind is not ResultKind.SUCCESS and kind.records_of(snapshot) == 0:
            parts.append(f"0 {kind.word}")
    return ", ".join(parts) + "".join(doubts)
