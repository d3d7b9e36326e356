"""A bulk insert job: where it lives, what was done to it, and the state that follows."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from zcbulk_tui.simulator.physics import Counts, Run, State
from zcbulk_tui.simulator.verdicts import Verdict

# The names and the first job id are those of the samples [STATUS].
OWNER = "jason18"
APP = "zylker-store"
FIRST_JOB_ID = 3888833000000114027

START_WITHIN_SECONDS = 3 * 3600
"""A job not started this long after its creation is Expired [LIMB]."""

RESULT_KEPT_SECONDS = 3 * 86400
"""A job that ended this long ago counts as Expired [LIMB]."""

PRODUCTION = "production"
"""The environment of a call without an ``environment`` header [ADD]."""


@dataclass(frozen=True, slots=True)
class Address:
    """The form a job inserts into, by link names, in one environment [CREATE]."""

    owner: str
    app: str
    form: str
    environment: str = PRODUCTION

    @property
    def path(self) -> str:
        """The URL path of its create and upload calls [CREATE]."""
        return f"/creator/v2.1/bulk/{self.owner}/{self.app}/form/{self.form}/insert"


@dataclass(slots=True)
class Job:
    """One job. All moments are simulated seconds on the timeline of its creator."""

    id: str
    label: str
    """For people: no call of the API shows it."""
    address: Address
    created_at: float
    run: Run | None = None
    """What a start sets going; None until a file is uploaded."""
    started_at: float | None = None
    aborted_at: float | None = None
    """When a user aborted it."""
    carried_out: int = 0
    """Commands that were, since the simulator began; no call of the API shows it."""
    spellings: Mapping[State, str] = field(default_factory=dict)
    """States this job spells otherwise than the dialect does."""
    appears_at: float = -math.inf
    """When a create call shows that takes effect late."""
    verdict: Verdict | None = None
    """What becomes of the uploaded file; None where a scenario made up the run."""
    uploaded_at: float = -math.inf
    """When an upload shows that takes effect late."""
    uploads: int = 0
    """Uploads that were carried out; no call of the API shows it."""

    @property
    def path(self) -> str:
        """The URL path of the job's status and control calls [STATUS][START]."""
        return f"{self.address.path}/{self.id}"

    def state(self, now: float) -> State:
        """The state at a simulated moment."""
        end = self.end(now)
        if end is not None:
            state, ended_at = end
            return State.EXPIRED if now >= ended_at + RESULT_KEPT_SECONDS else state
        if self.started_at is not None and now >= self.started_at:
            return State.RUNNING
        return State.WAITING if self._run(now) is None else State.READY

    def holds_form(self, now: float, *, expired_too: bool) -> bool:
        """Whether it keeps others from being created for its form [LIMB].

        Args:
            now: The simulated moment.
            expired_too: Whether a job that was not started in time does, too.
        """
        state = self.state(now)
        if state is State.EXPIRED:
            return expired_too and self.started_at is None and self.aborted_at is None
        return state in (State.WAITING, State.READY, State.RUNNING)

    def counts(self, now: float) -> Counts:
        """The counters at a simulated moment; all 0 while there is no file."""
        run = self._run(now)
        if run is None:
            return Counts(0, 0, 0, 0)
        elapsed = self._elapsed(now)
        if elapsed is None:
            records = run.workload.records
            return Counts(records, 0, 0, records)
        return run.counts(elapsed)

    def inserted(self, now: float) -> Iterator[tuple[int, dict[str, str]]]:
        """The records of its file inserted so far, with their numbers from 1; none without one."""
        if self.verdict is not None:
            yield from self.verdict.inserted(self.batches_done(now))

    def batches_done(self, now: float) -> int:
        """Batches that it has dealt with, failed ones included."""
        elapsed = self._elapsed(now)
        return 0 if self.run is None or elapsed is None else self.run.batches_done(elapsed)

    def end(self, now: float) -> tuple[State, float] | None:
        """How it ended, and at which moment; None before that."""
        if self.aborted_at is not None and now >= self.aborted_at:
            return State.USER_ABORTED, self.aborted_at
        if self.run is None or self.started_at is None:
            end = State.EXPIRED, self.created_at + START_WITHIN_SECONDS
        else:
            end = self.run.ending, self.started_at + self.run.duration
        return end if now >= end[1] else None

    def _run(self, now: float) -> Run | None:
        return self.run if now >= self.uploaded_at else None

    def _elapsed(self, now: float) -> float | None:
        """Seconds that it has run; None before its start."""
        if self.started_at is None or now < self.started_at:
            return None
        moment = now if self.aborted_at is None else min(now, self.aborted_at)
        return moment - self.started_at
