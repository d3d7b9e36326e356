"""How soon a key is answered while the rows move."""

import random
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack

from tests.benchmarks import feeder_jobs
from tests.benchmarks.figures import Figure, alone
from tests.benchmarks.picture import Picture, wait_for_line
from tests.benchmarks.plan import Plan
from tests.benchmarks.programs import home
from tests.benchmarks.pty_session import MeasurementError, PtySession, pump
from zcbulk_tui.render.glyphs import UNICODE

_DOWN = b"\x1b[B"
_PAUSE = (0.12, 0.28)
_PATIENCE = 5.0


def measure(plan: Plan) -> Iterable[Figure]:
    """`down`, with 100 and with 10,000 jobs."""
    for jobs in (100, 10_000):
        with ExitStack() as stack:
            place = stack.enter_context(home())
            session = stack.enter_context(place.feeder(jobs))
            picture = Picture()
            wait_for_line(session, picture, rf"\b{jobs:,}|{jobs} running\b.* connected", 120)
            pump([session], 5)
            taken = [_press_down(session, picture, turn) * 1000 for turn in range(1, plan.keys + 1)]
        what = f"down, {jobs:,} jobs, 20 readings a second"
        yield alone(f"{what}: p50", "ms", _quantile(taken, 0.5), runs=len(taken))
        yield alone(f"{what}: p95", "ms", _quantile(taken, 0.95), 15, runs=len(taken))
        yield alone(f"{what}: slowest", "ms", max(taken), runs=len(taken))


def _press_down(session: PtySession, picture: Picture, number: int) -> float:
    """Presses a key and returns the seconds until job `number` is selected on screen.

    The readings repaint rows all the time, so the end of the next burst of output may be theirs.
    What counts is the picture: the cursor stands at the job, and the lines below name its id. It
    is made afterwards, from what came when, so that making it takes no time.
    """
    pump([session], random.uniform(*_PAUSE))
    picture.follow(session)
    pump([session], 0)
    picture.follow(session)
    first = len(session.chunks)
    pressed = time.perf_counter()
    session.send(_DOWN)
    pump([session], _PAUSE[0])
    while time.perf_counter() < pressed + _PATIENCE:
        for chunk in session.chunks[first:]:
            picture.follow(session, until=chunk.at)
            if _selects(picture.lines(), number):
                return chunk.at - pressed
        first = len(session.chunks)
        pump([session], _PATIENCE, once=True)
    raise MeasurementError(f"The key was not answered within {_PATIENCE:g} s")


def _selects(lines: Sequence[str], number: int) -> bool:
    label, job_id = feeder_jobs.label(number), feeder_jobs.job_id(number)
    return any(line.startswith(UNICODE.cursor) and label in line for line in lines) and any(
        job_id in line for line in lines
    )


def _quantile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
