"""Every odd download: what is said, what stands on the disk, and what it costs.

``python -m tests.benchmarks.odd_results [--only WORD] [--at-once N]`` gives every odd answer of the
simulator, and every documented refusal, to the call for a result: to ``zcbulk-tui results``, and to
a dashboard's monitor with its fetcher, each as a process of its own. Then the server is sound
again, and both ask once more. The exit code is 1 where anything but a whole CSV ever stood in the
place of a result, or is left beside it; where a number of records is said that is not true; where a
call was not counted, or not announced, or one too many; where a loop was kept busy for more than
100 ms; and where a process had more than 150 MB.
"""

import argparse
import csv
import io
import json
import re
import stat
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

from tests.benchmarks.odd_cases import TOKEN, Case, OddCreator, cases
from tests.benchmarks.process_figures import peak_rss_mib
from tests.support.commands import PROGRAM, environment
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.store.database import FILE_NAME, open_database

LATENCY = 100.0
"""Milliseconds for which a loop may be busy at most."""

MEMORY = 150.0
"""MB that a process may have at most."""

_MIB = 1024 * 1024 / 1e6

_WINDOW = (sys.executable, "-m", "tests.benchmarks.odd_window")

_RECORDS = re.compile(r"(?<!counted )(?<![\d,])(\d{1,3}(?:,\d{3})*) (?:records?|failed)\b")

_TRIED = re.compile(r"\((\d+) calls? so far\)")

_MADE = "failure NOT LIKE '%not counted'"

_MOST_ENTRIES = 2
"""The log has why a result is not there, and that it is not tried again, and not each try."""

_LOOK = 0.02
_FORCE = 60.0
"""Seconds until a process that is told to end has."""


@dataclass
class Seen:
    """What came of one case, one way.

    Attributes:
        way: "command" or "dashboard".
        case: What was odd.
        said: What was said, line by line.
        disk: What was left in the folder of the results, while it was odd.
        calls: For results, until it was sound.
        later: Calls that followed.
        code: Exit code; None for a dashboard.
        taken: Whether the sound answer was taken in the end.
        late: The 95th percentile and the maximum of the loop's lateness in ms, with and without
            the time in which the machine had no CPU for it.
        memory: The most that the process had, in MB.
        wrong: What is wrong.
    """

    way: str
    case: Case
    said: list[str] = field(default_factory=list)
    disk: list[str] = field(default_factory=list)
    calls: int = 0
    later: int = 0
    code: int | None = None
    taken: bool = False
    late: tuple[float, ...] = ()
    memory: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def check(self, is_true: bool, what: str) -> None:
        """Notes what is wrong, if it is."""
        if not is_true:
            self.wrong.append(what)


class Watch:
    """Looks at a folder of results all the time: a CSV in its place is whole at any moment.

    Args:
        state: The state folder.
        whole: What a whole one is.
    """

    def __init__(self, state: Path, whole: set[bytes]) -> None:
        self.wrong: list[str] = []
        self._state = state
        self._whole = whole
        self._ends = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> list[str]:
        """Ends it; returns what was wrong."""
        self._ends.set()
        self._thread.join()
        return list(dict.fromkeys(self.wrong))

    def _look(self) -> None:
        seen: tuple[int, int] | None = None
        while not self._ends.wait(_LOOK):
            for path in self._state.glob("results/*/*.csv"):
                with suppress(FileNotFoundError):
                    found = path.stat()
                    if (found.st_ino, found.st_size) != seen:
                        seen = found.st_ino, found.st_size
                        if path.read_bytes() not in self._whole:
                            self.wrong.append(f"{path.name} stood there, and was not whole")


def run(case: Case, way: str) -> Seen:
    """Runs one case, one way."""
    creator = OddCreator(case)
    seen = Seen(way, case)
    whole = {creator.csv()}
    if case.odd == "fewer-rows":
        whole.add(creator.fewer())
    with (
        tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as name,
        LoopbackServer(creator) as server,
    ):
        home = Path(name) / "home"
        state = home / "state"
        env = environment(home, base_url=server.base_url, token=TOKEN, LC_ALL="C.UTF-8")
        url = f"{server.base_url}{creator.job.path}"
        watch = Watch(state, whole)
        if way == "command":
            _by_command(seen, creator, env, url, state)
        else:
            _by_window(seen, creator, env, url, state)
        seen.wrong += watch.stop()
        _check_calls(seen, creator)
        _check_end(seen, state, whole)
        strays = list(Path(name).rglob("*was-here*"))
        seen.check(not strays, f"written elsewhere: {strays}")
    return seen


def _by_command(
    seen: Seen, creator: OddCreator, env: dict[str, str], url: str, state: Path
) -> None:
    seen.code, said = _run(seen, env, url, seen.case.patience)
    seen.said = said
    seen.calls = creator.results_called()
    seen.disk = list(_left(state))
    _check_counted(seen, creator, state)
    _check_announced(seen, "\n".join(said))
    _check_words(seen, "\n".join(said), _served(seen.case, creator))
    seen.check("before it was started" not in "\n".join(said), "it was started")
    creator.heal()
    code, again = _run(seen, env, url, _FORCE)
    seen.later = creator.results_called() - seen.calls
    _check_counted(seen, creator, state)
    _check_words(seen, "\n".join(again), _served(seen.case, creator))
    seen.said += [f"later, {code}: {line}" for line in again]
    seen.check(seen.case.taken == (code == 0), f"exit code {code} in the end")


def _run(seen: Seen, env: dict[str, str], url: str, patience: float) -> tuple[int, list[str]]:
    """Runs the command; tells it to end when it takes too long, as a user would."""
    with subprocess.Popen(
        [*PROGRAM, "results", url, "--failed"],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        end, is_told = time.monotonic() + patience, False
        while process.poll() is None:
            with suppress(OSError):
                seen.memory = max(seen.memory, peak_rss_mib(process.pid) * _MIB)
            if time.monotonic() > end and not is_told:
                is_told = True
                process.terminate()
            if time.monotonic() > end + _FORCE:
                process.kill()
                seen.wrong.append("it did not end when it was told to")
            time.sleep(_LOOK)  # the memory of another process can only be looked at
        assert process.stdout is not None
        said = [line.strip() for line in process.stdout.read().splitlines()]
    if is_told:
        said.append(f"(told to end after {patience:.0f} s)")
    return process.returncode, said


def _by_window(seen: Seen, creator: OddCreator, env: dict[str, str], url: str, state: Path) -> None:
    with subprocess.Popen(
        [*_WINDOW, str(state), url, TOKEN, f"{seen.case.patience}"],
        env={**env, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        first = json.loads(process.stdout.readline() or "{}")
        if not first:
            seen.wrong.append("the window fell over")
            return
        seen.calls = creator.results_called()
        seen.disk = list(_left(state, may_be_busy=True))
        seen.said = _of_window(first)
        creator.heal()
        process.stdin.write("\n")
        process.stdin.flush()
        last = json.loads(process.stdout.readline())
        seen.later = creator.results_called() - seen.calls
        process.wait()
    seen.said += [f"later: {line}" for line in _of_window(last) if line not in seen.said]
    if last["refused"]:
        seen.said.append(f"later: {last['refused']}")
    for figures in (first, last):
        words = "\n".join((*figures["said"], *figures["log"]))
        _check_words(seen, words, _served(seen.case, creator))
    often = max((count for count in Counter(last["log"]).values()), default=0)
    seen.check(often <= _MOST_ENTRIES, f"the log has the same entry {often} times")
    _check_counted(seen, creator, state)
    seen.late = (last["p95"], last["max"], last["own_p95"], last["own_max"], last["cpu"])
    seen.memory = last["memory"] * _MIB
    # On a busy machine a tick may come late, where another thread that has the interpreter, or the
    # disk, is waited for; what the loop does itself counts, and what comes again and again.
    for name in ("cpu", "own_p99"):
        seen.check(last[name] <= LATENCY, f"its loop was busy for {last[name]:.0f} ms ({name})")


def _of_window(figures: dict[str, Any]) -> list[str]:
    lines = [f"log: {text}" for text in figures["log"]]
    records = figures["records"]
    count = "" if records is None else f", {records:,} records"
    lines.append(f"stands: {figures['stage']}{count}")
    if figures["error"]:
        lines.append(f"error: {figures['error']}")
    return lines


def _served(case: Case, creator: OddCreator) -> int:
    """Records in what came as a file."""
    data = creator.fewer() if case.odd == "fewer-rows" else creator.csv()
    return sum(1 for _ in csv.reader(io.StringIO(data.decode()))) - 1


def _check_words(seen: Seen, words: str, true: int) -> None:
    for match in _RECORDS.finditer(words):
        seen.check(int(match[1].replace(",", "")) == true, f"“{match[0]}” is not true")
    for match in re.finditer(r"counted (\d[\d,]*)", words):
        counted = int(match[1].replace(",", ""))
        seen.check(counted == seen.case.failed, f"“{match[0]}” is not true")


def _check_counted(seen: Seen, creator: OddCreator, state: Path) -> None:
    """What was called for is in the account of the day, and in the log of calls."""
    with closing(open_database(state / FILE_NAME, backed_up=False)) as database:
        ((counted,),) = database.rows("SELECT sum(plan + key + command + script) FROM days")
        ((called,),) = database.rows(f"SELECT count(*) FROM calls WHERE {_MADE}")
        tries = database.rows("SELECT tries FROM results WHERE kind = 'failure'")
    came = len(creator.arrivals)
    seen.check(counted == came, f"{came} calls came, {counted} are counted")
    seen.check(called == came, f"{came} calls came, {called} are in the log")
    tried = tries[0][0] if tries else 0
    results = creator.results_called()
    seen.check(tried == results, f"{results} calls for results came, {tried} are written down")


def _check_announced(seen: Seen, words: str) -> None:
    """The first call of a result has its price beforehand, those that follow a line each."""
    announced = len(re.findall(r"^To fetch: 1 result, 1 call of", words, re.MULTILINE))
    tried = [int(it) for it in _TRIED.findall(words)]
    # The last one has its end instead; of two calls within a try, as with another Accept, one is.
    may_be = announced + (max(tried) if tried else 0) + 1
    seen.check(not seen.calls or bool(announced), "the call was not announced")
    seen.check(seen.calls <= may_be, f"{seen.calls} calls, {may_be} announced")


def _check_calls(seen: Seen, creator: OddCreator) -> None:
    case = seen.case
    seen.check(seen.calls <= case.most, f"{seen.calls} calls, {case.most} at most")
    seen.check(seen.later <= case.after, f"{seen.later} calls later, {case.after} at most")
    for arrival in creator.arrivals:
        seen.check(not arrival.has_cookie, "a cookie was sent back")
        seen.check("elsewhere" not in arrival.path, "a redirect was followed")


def _check_end(seen: Seen, state: Path, whole: set[bytes]) -> None:
    """What is on the disk in the end is one whole file, or none, and nothing else."""
    files = [it for it in (state / "results").rglob("*") if it.is_file()]
    seen.taken = bool(files) and files[0].read_bytes() in whole
    taken = seen.case.taken and not (seen.case.is_token and seen.way == "dashboard")
    seen.check(seen.taken == taken, f"it was {'' if seen.taken else 'not '}taken in the end")
    for path in files:
        seen.check(path.name == "failure.csv", f"left behind: {path.name}")
        seen.check(path.read_bytes() in whole, f"{path.name} is not whole")
    for path in (state / "results").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        seen.check(mode == (0o700 if path.is_dir() else 0o600), f"{path.name} has mode {mode:o}")
    seen.check(seen.memory <= MEMORY, f"{seen.memory:.0f} MB")


def _left(state: Path, *, may_be_busy: bool = False) -> Iterator[str]:
    """What stands in the folder of the results."""
    for path in sorted((state / "results").rglob("*")):
        if path.is_file() and not (may_be_busy and ".part" in str(path)):
            found = path.stat()
            mode = stat.S_IMODE(found.st_mode)
            yield f"{path.name}, {found.st_size:,} bytes, {mode:o}"


def _print(seen: Seen) -> None:
    case = seen.case
    code = "" if seen.code is None else f", exit code {seen.code}"
    print(f"{case.name} ({case.what}), {seen.way}")
    later = "taken" if seen.taken else "not taken"
    print(f"  calls {seen.calls} of {case.most}, later {seen.later}: {later}{code}")
    print(f"  disk: {'; '.join(seen.disk) or 'nothing'}; memory {seen.memory:.0f} MB", end="")
    if seen.late:
        p95, most, own_p95, own, cpu = seen.late
        print(
            f"; loop late p95 {p95:.0f}, max {most:.0f} ms; "
            f"by itself {own_p95:.0f}, {own:.0f} (CPU {cpu:.0f})"
        )
    else:
        print()
    for line in (*seen.said, *(f"WRONG: {it}" for it in seen.wrong)):
        print(f"    {line}", flush=True)


def main() -> int:
    """Runs all and prints; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.odd_results",
        description="Gives odd answers to the call for a result, and looks at what comes of them.",
    )
    parser.add_argument("--only", default="", metavar="WORD", help="only cases with this word")
    parser.add_argument("--at-once", type=int, default=8, metavar="N", help="default: 8")
    given = parser.parse_args()
    begun = time.monotonic()
    chosen = [
        (case, way)
        for case in cases()
        for way in ("command", "dashboard")
        if given.only in f"{case.name}, {way}"
    ]
    found: list[Seen] = []
    with ThreadPoolExecutor(given.at_once) as pool:
        for seen in pool.map(lambda it: run(*it), chosen):
            found.append(seen)
            _print(seen)
    late = sorted(it.late for it in found if it.late)
    if late:
        print(
            f"loops: p95 at most {max(it[0] for it in late):.0f} ms, "
            f"max {max(it[1] for it in late):.0f} ms; by themselves p95 at most "
            f"{max(it[2] for it in late):.0f} ms, max {max(it[3] for it in late):.0f} ms"
        )
    print(f"memory: {max(it.memory for it in found):.0f} MB at most")
    wrong = sum(len(it.wrong) for it in found)
    print(f"{len(found)} run, {wrong} wrong, {time.monotonic() - begun:.0f} s")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
