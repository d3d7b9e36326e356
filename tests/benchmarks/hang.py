"""A terminal that stops reading for a while, as behind a hung SSH."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from itertools import pairwise

from tests.benchmarks.figures import Figure, alone, difference
from tests.benchmarks.loopback import Loopback
from tests.benchmarks.picture import Picture, wait_for_line
from tests.benchmarks.plan import Plan
from tests.benchmarks.programs import home
from tests.benchmarks.pty_session import LINES, PtySession, pump

_JOBS = 8
"""Few enough that each is polled by its interval of 15 s, not when the limit of calls lets it: five
rounds may fall into a minute."""

_BEFORE = 35.0
"""Seconds before the hang: two intervals of 15 s, and some."""

_AFTER = 1.0
"""Seconds after which the screen is to be right."""

_REDRAW = b"\x0c"
_PAUSE = b"p"
_STILL = 0.5
"""Seconds after which a pressed key has had all its effects."""

_FIRST_ROW = 3
"""The line of the first job: behind the status line, its rule and the titles."""

_NEWS = (LINES - 3, LINES - 2)
"""The lines about the selected job that tell ages."""


def measure(plan: Plan) -> Iterable[Figure]:
    """What the hang does to polls, and what the screen shows after it."""
    with ExitStack() as stack:
        server = stack.enter_context(Loopback("hundred"))
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
        time.sleep(_STILL)  # nobody reads, so there is nothing to wait for

        returned, count = time.perf_counter(), session.byte_count
        pump([session], _AFTER)
        picture.follow(session, until=returned + _AFTER)
        backlog = session.byte_count - count
        shown = picture.lines()
        anew = _redraw(session)
        calls = server.calls()
    longest_before = _longest_wait(calls, float("-inf"), begin)
    longest = _longest_wait(calls, begin, end)
    what = f"terminal hung for {plan.hang:g} s"
    yield difference(
        f"{what}: longest poll gap of a job (base: before)",
        "s",
        [longest_before],
        [longest],
        0.5,
    )
    yield alone(f"{what}: bytes in the first {_AFTER:g} s after", "B", backlog)
    frozen = _frozen_rows(before, anew)
    yield alone(f"{what}: rows that did not move meanwhile", "", frozen, 0)
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


def _longest_wait(calls: Sequence[dict[str, object]], begin: float, end: float) -> float:
    """Returns the longest time between two polls of a job of which the second fell between.

    What was due at the end, and had not come, counts too.
    """
    times: dict[object, list[float]] = defaultdict(list)
    for call in calls:
        if isinstance(call["time"], float) and call["time"] < end:
            times[call["path"]].append(call["time"])
    return max(
        later - earlier
        for moments in times.values()
        for earlier, later in pairwise([*moments, end])
        if later > begin
    )


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


def _frozen_rows(before: Sequence[str], after: Sequence[str]) -> int:
    """How many jobs show what they showed before."""
    rows = range(_FIRST_ROW, _FIRST_ROW + _JOBS)
    # The first cell is the cursor's.
    return sum(_lasting(before[y], after)[1:] == _lasting(after[y], after)[1:] for y in rows)
