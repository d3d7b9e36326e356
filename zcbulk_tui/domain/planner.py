"""When to ask about a job again: the one place that decides it."""

from dataclasses import dataclass

from zcbulk_tui.domain.job import JobState


@dataclass(frozen=True, slots=True)
class Intervals:
    """Seconds between two polls of a job, by what its last reading said."""

    in_progress: float = 15.0
    waiting: float = 120.0
    unknown: float = 60.0


def next_poll_in(state: JobState, intervals: Intervals) -> float | None:
    """Returns the seconds until a job in `state` is worth a call again; None for never."""
    if state.is_final:
        return None
    if state.is_waiting:
        return intervals.waiting
    return intervals.in_progress if state is JobState.IN_PROGRESS else intervals.unknown
