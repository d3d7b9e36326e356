"""The terminal window's title and progress."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.render.figures import percent
from zcbulk_tui.render.glyphs import Glyphs

NAME = "zcbulk-tui"
"""The title when nothing runs or fails."""

_TROUBLE = (JobState.FAILED, JobState.SYSTEM_ABORTED)


class TitleState(NamedTuple):
    """What a window shows.

    Attributes:
        title: Its title.
        percent: Progress of the running jobs; None where none runs, or if unknown.
        trouble: Whether something needs a look.
    """

    title: str = NAME
    percent: int | None = None
    trouble: bool = False


def title_state(
    states: Counter[JobState | None], faults: int, share: float | None, glyphs: Glyphs
) -> TitleState:
    """Returns what the window shows, as in "2▶ 41% 1✗".

    Args:
        states: How many jobs are in each state.
        faults: Number of unfinished jobs whose last poll failed.
        share: Processed share of the running jobs' records, 0 to 1; None if unknown.
        glyphs: The characters to write with.
    """
    running, done = states[JobState.IN_PROGRESS], states[JobState.COMPLETED]
    trouble = faults + sum(states[state] for state in _TROUBLE)
    all_over = all(state and state.is_final for state, count in states.items() if count)
    part = percent(share) if running and share is not None else ""
    counts = (
        (running, glyphs.states[JobState.IN_PROGRESS]),
        (part, "%"),
        (done if all_over else 0, glyphs.states[JobState.COMPLETED]),
        (trouble, glyphs.states[JobState.FAILED]),
    )
    title = " ".join(f"{count}{glyph}" for count, glyph in counts if count)
    return TitleState(title or NAME, int(part) if part else None, trouble > 0)


def faults_and_share(snapshots: Iterable[JobSnapshot]) -> tuple[int, float | None]:
    """Returns the arguments `faults` and `share` of `title_state`."""
    faults = done = total = 0
    for snapshot in snapshots:
        last = snapshot.last
        if snapshot.is_failing:
            faults += 1
        if last is None or last.state is not JobState.IN_PROGRESS:
            continue
        if last.counts.total and last.counts.processed is not None:
            done += last.counts.processed
            total += last.counts.total
    return faults, (done / total if total else None)
