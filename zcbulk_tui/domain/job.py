"""Bulk insert jobs: references, states, counts and readings."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from zcbulk_tui.errors import Answer

LIST_VERSION = 1
"""Version of the JSON that lists of watched jobs are written as."""


class Environment(StrEnum):
    """Creator's environments; a request header names all but production [ADD]."""

    PRODUCTION = "production"
    STAGE = "stage"
    DEVELOPMENT = "development"


class JobState(StrEnum):
    """The documented states of a job, and UNKNOWN for all others."""

    CREATED = "created"
    READY = "ready"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    USER_ABORTED = "user_aborted"
    SYSTEM_ABORTED = "system_aborted"
    ABORTED = "aborted"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        """Whether a job in this state never changes again."""
        return self in _FINAL

    @property
    def is_waiting(self) -> bool:
        """Whether a job in this state has not been started."""
        return self in _WAITING


_WAITING = frozenset({JobState.CREATED, JobState.READY})
_FINAL = frozenset(JobState) - _WAITING - {JobState.IN_PROGRESS, JobState.UNKNOWN}


class Action(StrEnum):
    """A command that changes a job."""

    START = "start"
    ABORT = "abort"

    def fits(self, state: JobState | None) -> bool:
        """Whether the action can make sense for a job in `state`; None for a job without a reading.

        False only for a job that is known to be finished or past this step; an unknown state is
        left to the server to judge.
        """
        if state is None or state is JobState.UNKNOWN:
            return True
        if self is Action.START:
            return state.is_waiting
        return not state.is_final


class JobRef(NamedTuple):
    """The identity of a job: what a request needs, and nothing else.

    Attributes:
        origin: Scheme and host of the data centre's API, as in ``https://www.zohoapis.eu``.
        owner: User name of the account owner (the workspace name).
        app: Link name of the application.
        form: Link name of the form.
        job_id: The job's digits; a string, since 19 digits do not fit a float.
        environment: The job's environment; a job is not visible from another one.
    """

    origin: str
    owner: str
    app: str
    form: str
    job_id: str
    environment: Environment = Environment.PRODUCTION


class Counts(NamedTuple):
    """The four counters of a job, in records; None where the server sent none."""

    total: int | None = None
    success: int | None = None
    failed: int | None = None
    unprocessed: int | None = None

    @property
    def processed(self) -> int | None:
        """Records that succeeded or failed; None unless both are known."""
        if self.success is None or self.failed is None:
            return None
        return self.success + self.failed

    @property
    def left(self) -> int | None:
        """Unprocessed records: the server's figure, else the rest of the total; None if unknown."""
        if self.unprocessed is not None:
            return self.unprocessed
        if self.total is None or self.processed is None:
            return None
        return self.total - self.processed

    @property
    def share_done(self) -> float | None:
        """Processed share of the total, 0 to 1; None when either is unknown or the total is 0."""
        if not self.total or self.processed is None:
            return None
        return self.processed / self.total


@dataclass(frozen=True, slots=True)
class JobReading:
    """The answer to one status call.

    Attributes:
        state: The state; UNKNOWN for an undocumented name.
        raw_state: The server's spelling of the state, sanitised.
        counts: The counters.
        read_at: When the answer arrived; aware.
        code: Creator's code in the answer; None when no longer known.
        http_status: HTTP status of the answer; None when no longer known.
    """

    state: JobState
    raw_state: str
    counts: Counts
    read_at: datetime
    code: int | None = field(default=None, compare=False)
    http_status: int | None = field(default=None, compare=False)

    @property
    def answer(self) -> Answer | None:
        """The answer's HTTP status and code; None when no longer known."""
        return None if self.http_status is None else Answer(self.http_status, self.code)


class WatchedJob(NamedTuple):
    """A job on the watch list.

    Attributes:
        ref: Which job.
        label: The user's name for it, sanitised.
        added_at: When it was added to the list; aware.
        created_at: When the job was created at Zoho; None if unknown, since no status answer
            reports it.
        started_at: When its start was accepted; None if unknown.
        added_by: Who added it and how, as in ``anna@jump1, key a``; empty if unknown.
        tags: The user's tags, without spaces.
        note: The user's one-line note, sanitised.
        repairs: The id of the job, of the same form, whose failed and unprocessed records this one
            sends again; empty for none.
        alert_on_end: Whether the user has asked to be alerted when it ends, however it does.
    """

    ref: JobRef
    label: str
    added_at: datetime
    created_at: datetime | None = None
    started_at: datetime | None = None
    added_by: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    repairs: str = ""
    alert_on_end: bool = False
