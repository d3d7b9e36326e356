"""The dashboard against bombs, floods and drips: its memory, and how soon keys are answered.

``python -m tests.benchmarks.hostile [--only WORD …] [--keys N]`` runs the real dashboard on a
pseudo-terminal for each kind of answer and prints a table; Linux only. The kinds are those of
`tests.benchmarks.hostile_server`; ``--only`` takes those that contain a word. It takes about half a
minute a kind.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from itertools import cycle
from statistics import quantiles
from typing import Self

from tests.benchmarks.figures import Figure, alone, table
from tests.benchmarks.hostile_server import KINDS
from tests.benchmarks.loopback import ROOT
from tests.benchmarks.picture import Picture, press, wait_for_line
from tests.benchmarks.process_figures import peak_rss_mib
from tests.benchmarks.programs import home
from tests.benchmarks.pty_session import MeasurementError, PtySession, pump
from zcbulk_tui.render.glyphs import UNICODE

_JOBS = 12
_DOWN, _UP, _POLL = b"j", b"k", b"r"
_PATIENCE = 10.0

_MEMORY_LIMIT, _KEY_LIMIT = 150.0, 100.0


class Hostile:
    """A hostile server of one kind, for as long as its context lasts.

    Attributes:
        base_url: Where it is.
        token: Any will do.
    """

    def __init__(self, kind: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.hostile_server", kind],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self.base_url = self._process.stdout.readline().strip()
        self.token = "1000.benchmark"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def end(self) -> tuple[int, int]:
        """Ends it; returns how many requests came, and how many bytes it wrote."""
        said, _ = self._process.communicate(timeout=30)
        requests, written = said.split()
        return int(requests), int(written)


def measure(kind: str, keys: int) -> Iterable[Figure]:
    """Memory and keys while the server answers with this kind."""
    with ExitStack() as stack:
        server = stack.enter_context(Hostile(kind))
        place = stack.enter_context(home())
        place.connect(server)
        place.afford_everything()
        path = f"{server.base_url}/creator/v2.1/bulk/o/a/form/F{{0:02}}/insert/{{0}}"
        urls = [path.format(number) for number in range(10, 10 + _JOBS)]
        session = stack.enter_context(place.dashboard("watch", *urls))
        picture = Picture()
        wait_for_line(session, picture, rf"{UNICODE.cursor}.*\bF10\b", 60)
        moves = cycle(
            [(_DOWN, at) for at in range(11, 10 + _JOBS)]
            + [(_UP, at) for at in range(8 + _JOBS, 9, -1)]
        )
        taken = []
        for _ in range(keys):
            session.send(_POLL)
            key, number = next(moves)
            taken.append(_press(session, picture, key, f"F{number}"))
        memory = peak_rss_mib(session.pid)
        requests, written = server.end()
    ordered = quantiles(taken, n=20)
    yield alone(f"{kind}: requests answered", "", requests)
    yield alone(f"{kind}: bytes written", "kB", written / 1000)
    yield alone(f"{kind}: peak memory", "MiB", memory, _MEMORY_LIMIT)
    yield alone(f"{kind}: a key, p50", "ms", ordered[9], runs=len(taken))
    yield alone(f"{kind}: a key, p95", "ms", ordered[-1], _KEY_LIMIT, runs=len(taken))


def _press(session: PtySession, picture: Picture, key: bytes, form: str) -> float:
    """Presses a key; returns the milliseconds until the cursor is at the row of a form."""
    first, pressed = press(session, picture, key)
    while time.perf_counter() < pressed + _PATIENCE:
        for chunk in session.chunks[first:]:
            picture.follow(session, until=chunk.at)
            if any(line.startswith(UNICODE.cursor) and form in line for line in picture.lines()):
                return (chunk.at - pressed) * 1000
        first = len(session.chunks)
        pump([session], _PATIENCE, once=True)
    raise MeasurementError(f"The key was not answered within {_PATIENCE:g} s")


def main() -> int:
    """Measures and prints.

    Returns:
        0, or 1 if something is over its limit or could not be measured.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.hostile", description="Attacks the dashboard."
    )
    parser.add_argument("--only", nargs="+", metavar="WORD", default=[""])
    parser.add_argument("--keys", type=int, default=60)
    arguments = parser.parse_args()
    figures: list[Figure] = []
    failed = False
    for kind in (kind for kind in KINDS if any(word in kind for word in arguments.only)):
        _tell(f"measuring {kind} …")
        try:
            figures += measure(kind, arguments.keys)
        except MeasurementError as error:
            _tell(f"{kind}: {error}")
            failed = True
    print(table(figures))
    return 1 if failed or any(figure.verdict == "over" for figure in figures) else 0


_tell = partial(print, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
