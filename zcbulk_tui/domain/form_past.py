"""How a form behaves, by its past jobs: measured; where there is no past, nothing is claimed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from zcbulk_tui.domain.job import JobState


class Quantity(NamedTuple):
    """A positive quantity that varies from job to job, as a log-normal distribution.

    Attributes:
        middle: Its median.
        spread: Standard deviation of its natural logarithm.
    """

    middle: float
    spread: float


@dataclass(frozen=True, slots=True)
class FormPast:
    """What the past jobs of a form show, as far as they are like the last ones.

    Attributes:
        jobs: How many jobs it rests on.
        rate: Records a second from the first movement to the end; None where no job showed it.
        lag: Seconds from the accepted start to the first movement; None where no job showed it.
        wander: Standard deviation of the logarithm of the rate within a job; None where no job
            showed it.
        failed_share: Share of the records that failed, over all jobs, from 0 to 1.
        endings: How many jobs ended in which state.
    """

    jobs: int
    rate: Quantity | None
    lag: Quantity | None
    wander: float | None
    failed_share: float
    endings: Mapping[JobState, int]
