"""A terminal that stops reading for a while, as behind a hung SSH."""

import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from itertools import pairwise
from typing import Any

from tests.benchmarks.figures import Figure, alone
from tests.benchmarks.loopback import Loopback
from tests.benchmarks.picture import Picture, wait_for_line
from tests.benchmarks.plan import Plan
from tests.benchmarks.programs import home
from tests.benchmarks.pty_session import LINES, PtySession, pump

_JOBS = 12
"""They end one after the other, and each is polled more and more often before its end: so some poll
is always due within seconds, and all polls stay below the limit of calls."""

_BEFORE = 35.0
"""Seconds before the hang: until the first jobs draw near their end."""

_WITHOUT_POLL = 10.0
"""Seconds that may pass without a poll; were the polls held up, it would be the whole hang."""

_AFTER = 1.0
"""Seconds after which the screen is to be right."""

_REDRAW = b"\x0c"
_PAUSE = b"p"
_STILL = 0.5
"""Seconds after which a pressed key has had all its effects."""

_APPLIED = 6.0
"""Seconds after which the last readings before a pause are in the rows, on a slow link too."""

_FIRST_ROW = 3
"""The line of the first job: behind the status line, its rule and the titles."""

_NEWS = (LINES - 3, LINES - 2)
"""The lines about the selected job that tell ages."""


def measure(plan: Plan) -> Iterable[Figure]:
    """What the hang does to polls, and what the screen shows after it."""
    with ExitStack() as stack:
        server = stack.enter_context(Loopback("ending", _JOBS))
        place = stack.enter_context(home())
        place.connect(server)
        place.afford_everything()
        place.watch(server, _JOBS)
        session = stack.enter_context(place.dashboard())
        wait_for_line(session, Picture(), rf"\b{_JOBS} running\b")
        picture = Picture()
        pump([session], _BEFORE)
        picture.follow(session)
        before = picture.lines()
        begin = time.time()
        _hang(session, plan.hang)
        end = time.time()
        session.send(_PAUSE)
        time.sleep(_APPLIED)  # nobody reads, so there is nothing to wait for

        returned, count = time.perf_counter(), session.byte_count
        pump([session], _AFTER)
        picture.follow(session, until=returned + _AFTER)
        backlog = session.byte_count - count
        shown = picture.lines()
        anew = _redraw(session)
        calls = server.calls()
    longest = _longest_wait(calls, begin, end)
    polled = _polled(calls, begin, end)
    rows = [y for y, job in enumerate(server.jobs, _FIRST_ROW) if job["id"] in polled]
    what = f"terminal hung for {plan.hang:g} s"
    yield alone(f"{what}: longest time without a poll", "s", longest, _WITHOUT_POLL)
    yield alone(f"{what}: jobs polled meanwhile", "", len(rows))
    yield alone(f"{what}: bytes in the first {_AFTER:g} s after", "B", backlog)
    frozen = _frozen_rows(before, anew, rows)
    yield alone(f"{what}: rows of these that did not move", "", frozen, 0)
    wrong = _wrong_lines(shown, anew)
    yield alone(f"{what}: lines wrong {_AFTER:g} s after", "", len(wrong), 0)


def _hang(session: PtySession, seconds: float) -> None:
    """Reads nothing, while somebody tries whether the screen is still alive.

    Without that the few bytes of a quiet dashboard might all find room on their way.
    """
    end = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < end:
        session.send((_REDRAW, b"\x1b[B", b"\x1b[A")[turn % 3])
        turn += 1
        time.sleep(_STILL)  # nobody reads here either


def _redraw(session: PtySession) -> list[str]:
    """Returns a screen that is drawn from nothing."""
    count = len(session.chunks)
    session.send(_REDRAW)
    pump([session], _STILL)
    picture = Picture()
    for chunk in session.chunks[count:]:
        picture.feed(chunk.data)
    return picture.lines()


def _longest_wait(calls: Sequence[dict[str, Any]], begin: float, end: float) -> float:
    """Returns the longest time without a poll between two moments."""
    moments = [float(call["time"]) for call in calls if begin < call["time"] < end]
    return max(later - earlier for earlier, later in pairwise([begin, *moments, end]))


def _polled(calls: Sequence[dict[str, Any]], begin: float, end: float) -> set[str]:
    """Returns the ids of the jobs that were polled between two moments."""
    return {str(call["path"]).rpartition("/")[2] for call in calls if begin < call["time"] < end}


def _wrong_lines(shown: Sequence[str], anew: Sequence[str]) -> list[int]:
    """Numbers of the lines that differ, though no poll and no clock has changed them."""
    rows = range(_FIRST_ROW, _FIRST_ROW + _JOBS)
    wrong = []
    for y in sorted(set(range(len(anew))) - set(_NEWS)):
        one, two = shown[y], anew[y]
        if y in rows:
            one, two = (_lasting(line, anew) for line in (one, two))
        if one != two:
            wrong.append(y)
    return wrong


def _lasting(row: str, picture: Sequence[str]) -> str:
    """The cells of a row that only a reading changes: no ages, and not the bar, which grows."""
    titles = picture[_FIRST_ROW - 1]
    names, numbers = titles.index("PROGRESS"), titles.index("%") - len("100")
    return row[:names] + row[numbers : titles.index("LEFT") + len("LEFT")]


def _frozen_rows(before: Sequence[str], after: Sequence[str], rows: Iterable[int]) -> int:
    """How many jobs show what they showed before."""
    # The first cell is the cursor's.
    return sum(_lasting(before[y], after)[1:] == _lasting(after[y], after)[1:] for y in rows)
