"""A bulk insert job: where it lives, what was done to it, and the state that follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from zcbulk_tui.simulator.physics import Counts, Run, State

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

    @property
    def path(self) -> str:
        """The URL path of the job's status and control calls [STATUS][START]."""
        at = self.address
        return f"/creator/v2.1/bulk/{at.owner}/{at.app}/form/{at.form}/insert/{self.id}"

    def state(self, now: float) -> State:
        """The state at a simulated moment."""
        end = self._end(now)
        if end is not None:
            state, ended_at = end
            return State.EXPIRED if now >= ended_at + RESULT_KEPT_SECONDS else state
        if self.started_at is not None and now >= self.started_at:
            return State.RUNNING
        return State.WAITING if self.run is None else State.READY

    def counts(self, now: float) -> Counts:
        """The counters at a simulated moment; all 0 while there is no file."""
        if self.run is None:
            return Counts(0, 0, 0, 0)
        if self.started_at is None or now < self.started_at:
            records = self.run.workload.records
            return Counts(records, 0, 0, records)
        moment = now if self.aborted_at is None else min(now, self.aborted_at)
        return self.run.counts(moment - self.started_at)

    def _end(self, now: float) -> tuple[State, float] | None:
        if self.aborted_at is not None and now >= self.aborted_at:
            return State.USER_ABORTED, self.aborted_at
        if self.run is None or self.started_at is None:
            end = State.EXPIRED, self.created_at + START_WITHIN_SECONDS
        else:
            end = self.run.ending, self.started_at + self.run.duration
        return end if now >= end[1] else None
