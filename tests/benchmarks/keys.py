"""How soon a key is answered while the rows move."""

import time
from collections.abc import Iterable
from contextlib import ExitStack
from typing import NamedTuple

from tests.benchmarks import feeder_jobs
from tests.benchmarks.figures import Figure, alone
from tests.benchmarks.picture import Picture, press, wait_for_line
from tests.benchmarks.plan import Plan
from tests.benchmarks.programs import home
from tests.benchmarks.pty_session import MeasurementError, PtySession, pump
from zcbulk_tui.render.glyphs import UNICODE

_DOWN = b"\x1b[B"
_PATIENCE = 5.0
_LIMIT = 15.0


def measure(plan: Plan) -> Iterable[Figure]:
    """`down`, with 100 and with 10,000 jobs."""
    for jobs in (100, 10_000):
        with ExitStack() as stack:
            place = stack.enter_context(home())
            session = stack.enter_context(place.feeder(jobs))
            picture = Picture()
            wait_for_line(session, picture, rf"\b{jobs:,} running\b.* connected", 120)
            pump([session], 5)
            answers = [_press_down(session, picture, turn) for turn in range(1, plan.keys + 1)]
        for what, taken in (
            (f"down, {jobs:,} jobs, fed: cursor", [answer.cursor for answer in answers]),
            (f"down, {jobs:,} jobs, fed: lines below", [answer.lines_below for answer in answers]),
        ):
            yield alone(f"{what}, p50", "ms", _quantile(taken, 0.5), runs=len(taken))
            yield alone(f"{what}, p95", "ms", _quantile(taken, 0.95), _LIMIT, runs=len(taken))


class Answer(NamedTuple):
    """When a key had its effects, in milliseconds after it was pressed."""

    cursor: float
    lines_below: float


def _press_down(session: PtySession, picture: Picture, number: int) -> Answer:
    """Presses a key, and waits until job `number` is selected on screen.

    The readings repaint rows all the time, so the end of the next burst of output may be theirs.
    What counts is the picture: the cursor stands at the job, and the lines below name its id. It
    is made afterwards, from what came when, so that making it takes no time.
    """
    first, pressed = press(session, picture, _DOWN)
    cursor: float | None = None
    while time.perf_counter() < pressed + _PATIENCE:
        for chunk in session.chunks[first:]:
            picture.follow(session, until=chunk.at)
            lines, taken = picture.lines(), (chunk.at - pressed) * 1000
            if cursor is None and _has_cursor(lines, number):
                cursor = taken
            if cursor is not None and _is_described(lines, number):
                return Answer(cursor, taken)
        first = len(session.chunks)
        pump([session], _PATIENCE, once=True)
    raise MeasurementError(f"The key was not answered within {_PATIENCE:g} s")


def _has_cursor(lines: Iterable[str], number: int) -> bool:
    label = feeder_jobs.label(number)
    return any(line.startswith(UNICODE.cursor) and label in line for line in lines)


def _is_described(lines: Iterable[str], number: int) -> bool:
    return any(feeder_jobs.job_id(number) in line for line in lines)


def _quantile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
