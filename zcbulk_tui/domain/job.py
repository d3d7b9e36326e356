"""Bulk insert jobs: which one, in what state, with what counts, read when."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from zcbulk_tui.errors import Answer


class Environment(StrEnum):
    """Creator's environments; all but production are named in a request header [ADD]."""

    PRODUCTION = "production"
    STAGE = "stage"
    DEVELOPMENT = "development"


class JobState(StrEnum):
    """The states of a job, one for each documented name, and one for the rest."""

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
        """Whether the job is still to be started."""
        return self in _WAITING


_WAITING = frozenset({JobState.CREATED, JobState.READY})
_FINAL = frozenset(JobState) - _WAITING - {JobState.IN_PROGRESS, JobState.UNKNOWN}


class Action(StrEnum):
    """What can be asked of a job."""

    START = "start"
    ABORT = "abort"

    def fits(self, state: JobState | None) -> bool:
        """Whether asking this of a job in `state` can make sense; None is a job never read.

        Only a job that is known to be over, or known to be past this step, is refused: a state
        that we do not know is the server's to judge.
        """
        if state is None or state is JobState.UNKNOWN:
            return True
        if self is Action.START:
            return state.is_waiting
        return not state.is_final


@dataclass(frozen=True, slots=True)
class JobRef:
    """Which job: all that is needed to ask Zoho about it, and nothing else.

    Attributes:
        origin: Scheme and host of the data centre's API, as in ``https://www.zohoapis.eu``.
        owner: User name of the account owner (the workspace name).
        app: Link name of the application.
        form: Link name of the form.
        job_id: The job's digits; a string, since 19 digits do not fit a float.
        environment: Where the job lives; a job is not visible from another environment.
    """

    origin: str
    owner: str
    app: str
    form: str
    job_id: str
    environment: Environment = Environment.PRODUCTION


@dataclass(frozen=True, slots=True)
class Counts:
    """The four counters of a job, in records; None is what the server did not say."""

    total: int | None = None
    success: int | None = None
    failed: int | None = None
    unprocessed: int | None = None

    @property
    def processed(self) -> int | None:
        """Records that went in or failed; None unless both are known."""
        if self.success is None or self.failed is None:
            return None
        return self.success + self.failed

    @property
    def left(self) -> int | None:
        """Records still to come: the server's figure, else the rest of the total."""
        if self.unprocessed is not None:
            return self.unprocessed
        if self.total is None or self.processed is None:
            return None
        return self.total - self.processed

    @property
    def share_done(self) -> float | None:
        """Processed share of the total, 0 to 1; None when either is not known or there is none."""
        if not self.total or self.processed is None:
            return None
        return self.processed / self.total


@dataclass(frozen=True, slots=True)
class JobReading:
    """What one status call said.

    Attributes:
        state: The state, as far as its name is known.
        raw_state: The server's own spelling, made safe to show.
        counts: The counters.
        read_at: When the answer arrived; aware.
        code: Creator's code in the answer; None when that is not known any more.
        http_status: HTTP status of the answer; None when that is not known any more.
    """

    state: JobState
    raw_state: str
    counts: Counts
    read_at: datetime
    code: int | None = field(default=None, compare=False)
    http_status: int | None = field(default=None, compare=False)

    @property
    def answer(self) -> Answer | None:
        """The answer that it was read from; None when that is not known any more."""
        return None if self.http_status is None else Answer(self.http_status, self.code)


@dataclass(frozen=True, slots=True)
class WatchedJob:
    """A job on the watch list.

    Attributes:
        ref: Which job.
        label: The user's name for it, made safe to show.
        added_at: When it was put on the list; aware.
        created_at: When the job was created at Zoho; None when that is not known, as for every
            job that was not created here (no answer of Zoho's tells it).
        started_at: When its start was accepted; None when that was not seen.
        added_by: Who put it on the list and how, as in ``anna@jump1, key a``; empty for unknown.
        tags: The user's words for finding and grouping it, without spaces.
        note: The user's own line about it, made safe to show.
    """

    ref: JobRef
    label: str
    added_at: datetime
    created_at: datetime | None = None
    started_at: datetime | None = None
    added_by: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
