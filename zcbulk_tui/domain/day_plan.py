"""How the day's calls stand, and what is planned for the rest of them."""

from dataclasses import dataclass
from datetime import datetime

from zcbulk_tui.domain.budget import Budget
from zcbulk_tui.domain.planner import Effect, Pace
from zcbulk_tui.domain.snapshot import JobSnapshot


@dataclass(frozen=True, slots=True)
class Spent:
    """How today's calls stand.

    Attributes:
        budget: What is left of them.
        resets_at: When the next day begins; aware.
        pace: How much waiting a call is worth.
        pace_in_force: The same now: frugal while nobody looks.
        trouble: Why calls are counted in memory only; None while they are kept.
    """

    budget: Budget
    resets_at: datetime
    pace: Pace
    pace_in_force: Pace
    trouble: str | None = None

    @property
    def goes_as_usual(self) -> bool:
        """Whether the pace is the one that nobody has to be told of."""
        return self.pace_in_force is Pace.BALANCED

    @property
    def allows_polls(self) -> bool:
        """Whether there are calls left that polls may use."""
        return self.budget.left_for_polls > 0


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """What the plan holds for a job.

    Attributes:
        snapshot: The job.
        calls: About how many polls it will take until its end, or until the day's.
    """

    snapshot: JobSnapshot
    calls: float


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The plan for the rest of the day.

    Attributes:
        spent: How today's calls stand.
        jobs: The jobs that are polled, in the order of the watch list.
        effects: What each pace would bring.
    """

    spent: Spent
    jobs: tuple[PlannedJob, ...]
    effects: tuple[Effect, ...]
