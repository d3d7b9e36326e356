"""Whether the dashboard stays as it is: memory, descriptors, tasks and key latency over an hour.

``python -m tests.benchmarks.soak [--minutes N]`` runs it on a pseudo-terminal over a simulator in
another process: 150 jobs, polled as fast as the contract allows, with refusals, faults, cuts, late
answers and a token that lives for two minutes; somebody presses keys all the time and resizes the
window. It prints a line every minute, and the verdict at the end; Linux only. Memory settles for
ten minutes (a third of a shorter run) before its growth counts.
"""

import argparse
import json
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.figures import Figure, difference, ratio, table
from tests.benchmarks.loopback import Loopback
from tests.benchmarks.picture import Picture, press, wait_for_line
from tests.benchmarks.process_figures import Memory, descriptors, memory, threads
from tests.benchmarks.programs import home
from tests.benchmarks.pty_session import COLUMNS, LINES, MeasurementError, PtySession, pump
from tests.benchmarks.soak_keys import ESCAPE, REDRAW, acts
from zcbulk_tui.render.glyphs import UNICODE

_JOBS = 150
_MINUTE = 60.0
_LEAST = 6
_SETTLING = 10
"""Minutes before memory counts."""

_AVERAGED = 5
"""Minutes of which the median stands for the beginning, and for the end."""

_SIZES = ((120, 40), (80, 24), (100, 30), (160, 50), (30, 8))
_PRESSES = 25
"""Keys whose latency is measured each minute."""

_PATIENCE = 30.0
_TRIES = 3
"""To measure the latency: what is on the screen may hide the list for a while."""

_MOST_GROWTH = 1.02
_MOST_SLOWER = 1.2
_FLAT = 2.0
"""Descriptors and tasks that there may be more: connections and toasts come and go, polls wait."""


class Minute(NamedTuple):
    """What there is at the end of a minute.

    Attributes:
        dead: Widgets that are gone, and garbage that is not collected yet.
        taken: Milliseconds until each key was answered.
        load: Of the machine: on a busy one keys take longer.
    """

    number: int
    memory: Memory
    descriptors: int
    threads: int
    tasks: int
    objects: int
    dead: int
    store: float
    calls: int
    taken: list[float]
    load: float

    def line(self) -> str:
        """The line of the table."""
        return (
            f"{self.number:>4}{self.memory.rss:>8.1f}{self.memory.pss:>8.1f}"
            f"{self.memory.uss:>8.1f}{self.descriptors:>5}{self.threads:>5}{self.tasks:>6}"
            f"{self.objects:>9,}{self.dead:>6}{self.store:>8.2f}{self.calls:>6}"
            f"{quantile(self.taken, 0.5):>7.1f}{quantile(self.taken, 0.95):>7.1f}{self.load:>6.1f}"
        )


_TITLES = (
    " min     RSS     PSS     USS  fds  thr tasks  objects  dead   store calls"
    "    p50    p95  load   (MiB, ms)"
)


def quantile(values: Sequence[float], share: float) -> float:
    """A value that so many are not above."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


class Soak:
    """The dashboard, and who sits before it.

    Args:
        session: Its terminal.
        server: What it polls.
        state: Its state folder.
        observed: The socket on which it answers.
        luck: Chooses the keys.
    """

    def __init__(
        self,
        session: PtySession,
        server: Loopback,
        state: Path,
        observed: Path,
        luck: random.Random,
    ) -> None:
        self._session = session
        self._server = server
        self._state = state
        self._observed = observed
        self._luck = luck
        self._calls = 0

    def minutes(self, count: int) -> Iterator[Minute]:
        """Presses keys, and yields what there is after every minute."""
        todo: list[Sequence[bytes]] = []
        begin = time.monotonic()
        for number in range(1, count + 1):
            while time.monotonic() < begin + number * _MINUTE:
                if not todo:  # all in turn, so that every stretch of time is like the others
                    todo = list(acts(self._server.jobs[0]["url"]))
                    self._luck.shuffle(todo)
                self._act(todo.pop())
            yield self._look(number)

    def _act(self, keys: Sequence[bytes]) -> None:
        if not keys:
            size = self._luck.choice(_SIZES)
            self._session.resize(*size)
        for key in keys:
            self._press(key)
        self._press(ESCAPE)

    def _press(self, key: bytes) -> None:
        self._session.send(key)
        pump([self._session], self._luck.uniform(0.15, 0.45))
        self._session.forget()

    def _look(self, number: int) -> Minute:
        taken = self._patiently()
        calls = len(self._server.calls())
        made, self._calls = calls - self._calls, calls
        inside = self._ask()
        pid = self._session.pid
        return Minute(
            number,
            memory(pid),
            descriptors(pid),
            threads(pid),
            inside["tasks"],
            inside["objects"],
            inside["dead"],
            sum(path.stat().st_size for path in self._state.glob("*.db*")) / 1024**2,
            made,
            taken,
            os.getloadavg()[0],
        )

    def _patiently(self) -> list[float]:
        for _ in range(_TRIES - 1):
            with suppress(MeasurementError):
                return self._latencies()
            self._session.take()  # raises, if the program has ended
        return self._latencies()

    def _ask(self) -> dict[str, int]:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(_PATIENCE)
            asking.connect(str(self._observed))
            answer = b""
            while not answer.endswith(b"\n"):
                answer += asking.recv(4096)
        inside: dict[str, int] = json.loads(answer)
        return inside

    def _latencies(self) -> list[float]:
        """Milliseconds from a key to the moment at which the cursor is on another line."""
        self._session.resize(COLUMNS, LINES)
        pump([self._session], 1.0)
        for key in (*[ESCAPE] * 4, b"g"):
            self._press(key)
        self._press(REDRAW)
        pump([self._session], 0.5)
        self._session.forget()
        self._session.send(REDRAW)  # all of the picture, and nothing from before
        picture = Picture()
        wait_for_line(self._session, picture, f"^{UNICODE.cursor}", _PATIENCE)
        pump([self._session], 0.5)
        picture.follow(self._session)
        taken = [self._latency(picture, b"kj"[turn % 2 :][:1]) for turn in range(1, _PRESSES + 1)]
        self._session.forget()
        return taken

    def _latency(self, picture: Picture, key: bytes) -> float:
        before = _cursor(picture)
        first, pressed = press(self._session, picture, key)
        while time.perf_counter() < pressed + _PATIENCE:
            for chunk in self._session.chunks[first:]:
                picture.follow(self._session, until=chunk.at)
                if _cursor(picture) not in (None, before):
                    return (chunk.at - pressed) * 1000
            first = len(self._session.chunks)
            pump([self._session], _PATIENCE, once=True)
        raise MeasurementError(f"The key was not answered within {_PATIENCE:g} s")


def _cursor(picture: Picture) -> int | None:
    return next(
        (y for y, line in enumerate(picture.lines()) if line.startswith(UNICODE.cursor)), None
    )


def verdict(minutes: Sequence[Minute]) -> list[Figure]:
    """The end of a run beside its beginning."""
    settling = min(_SETTLING, len(minutes) // 3)
    settled = minutes[settling:]
    window = min(_AVERAGED, len(settled) // 2)
    first, last = settled[:window], settled[-window:]
    grown = ratio(
        f"memory: last {window} min (base: {window} min after {settling})",
        "MiB",
        [median(each.memory.rss for each in first)],
        [median(each.memory.rss for each in last)],
        _MOST_GROWTH,
    )
    flat = [
        difference(
            f"{what}, the least in the same minutes",
            "",
            [min(getattr(each, what) for each in first)],
            [min(getattr(each, what) for each in last)],
            _FLAT,
        )
        for what in ("descriptors", "threads", "tasks")
    ]
    early, late = minutes[: len(minutes) // 3], minutes[-(len(minutes) // 3) :]
    slower = ratio(
        "key latency, p95: last third (base: first third)",
        "ms",
        [quantile([taken for each in early for taken in each.taken], 0.95)],
        [quantile([taken for each in late for taken in each.taken], 0.95)],
        _MOST_SLOWER,
    )
    return [grown, *flat, slower]


def main() -> int:
    """Runs it, and prints.

    Returns:
        0, or 1 if a measurement could not be made.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=int, default=60, metavar="N", help=f"at least {_LEAST}")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="chooses the keys")
    arguments = parser.parse_args()
    if arguments.minutes < _LEAST:
        parser.error(f"--minutes must be at least {_LEAST}")
    # An orderly end, which takes along the program that is being measured.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    minutes: list[Minute] = []
    failure = ""
    try:
        for minute in _soak(arguments.minutes, random.Random(arguments.seed)):
            minutes.append(minute)
            print(minute.line(), flush=True)
    except (MeasurementError, OSError) as error:
        failure = f"not measured to the end: {error}"
    if len(minutes) >= _LEAST:
        print()
        print(table(verdict(minutes)))
    print(failure, end="\n" if failure else "", file=sys.stderr)
    return 1 if failure else 0


def _soak(count: int, luck: random.Random) -> Iterator[Minute]:
    with ExitStack() as stack:
        server = stack.enter_context(Loopback("soak", _JOBS))
        place = stack.enter_context(home())
        place.afford_everything()
        place.sign_in(server)
        place.watch(server, _JOBS)
        observed = place.path / "observed"
        session = stack.enter_context(place.observed(observed))
        wait_for_line(session, Picture(), r"\b(connected|failing)\b")
        print(_TITLES, flush=True)
        yield from Soak(session, server, place.path / "state", observed, luck).minutes(count)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
