"""Fetching and repairing, killed at every step, and what is made of it when all begins anew.

``python -m tests.benchmarks.killed_results [--only WORD] [--at-once N]`` ends ``zcbulk-tui
results``, and a dashboard that fetches by itself on a pseudo-terminal, by SIGKILL: before the call,
before and in the middle of its answer, with the last byte, while a large result is unpacked and
counted, when it stands in its place and is not written down, and after that. Then the same begins
anew, and once more. ``zcbulk-tui repair`` is killed while it writes, and what inserts the repaired
file at every step of that. The exit code is 1 where a half file was taken for a whole one, where a
file that was there was called for again, where one that was not cost more than one call, where
anything was sent twice, or where something is left that nothing needs.
"""

import argparse
import asyncio
import os
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks import cuts, killed_inserts
from tests.benchmarks.killed_repairs import LARGE, SMALL, RepairCase, run_insert
from tests.benchmarks.killing import PATIENCE, Found, MissedError, digest, until
from tests.benchmarks.result_server import KINDS, LEFT, Hold, ResultServer, files, unpacked
from tests.support.commands import PROGRAM, environment
from tests.support.terminal import Terminal
from zcbulk_tui.store.database import FILE_NAME

_TRIES = 5
"""How often a moment is tried that is over before it is seen."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a program is killed.

    Attributes:
        what: In words.
        hold: How far the answer comes; None for all of it.
        held: Which result that is.
        is_connecting: Whether nobody takes the connection.
        at: When it is, as far as the folder of the results shows it; None for the answer alone.
    """

    what: str
    hold: Hold | None = None
    held: str = "failure"
    is_connecting: bool = False
    at: str = ""

    @property
    def failed(self) -> int:
        """Records that failed: many where the folder is watched."""
        return LARGE if self.at else SMALL


def moments() -> Iterator[Moment]:
    """Yields all moments, in the order of the steps."""
    yield Moment("before its call", is_connecting=True)
    yield Moment("its call has arrived, no answer yet", Hold.ARRIVED)
    yield Moment("half of the file is there", Hold.HALF)
    yield Moment("its last byte is there, not its end", Hold.LAST)
    yield Moment("while it is unpacked", at="unpacking")
    yield Moment("while it is counted", at="counting")
    yield Moment("in its place, not written down", at="placed")
    yield Moment("written down, the next one called for", Hold.ARRIVED, "unprocessed")


class ResultCase:
    """One program that fetches, killed at one moment.

    Args:
        moment: When.
        folder: Of its own.
        by_dashboard: Which program.
    """

    def __init__(self, moment: Moment, folder: Path, *, by_dashboard: bool) -> None:
        self._moment = moment
        self._by_dashboard = by_dashboard
        self._home = folder / "home"
        self._state = self._home / "state"
        self._whole = {kind: digest(unpacked(files(moment.failed)[kind])) for kind in KINDS}
        self._sizes = {kind: len(unpacked(files(moment.failed)[kind])) for kind in KINDS}

    async def run(self, found: Found) -> None:
        """Kills, begins anew, and judges."""
        moment = self._moment
        self._server = ResultServer(moment.failed, moment.hold, moment.held)
        await self._server.start()
        self._env = environment(
            self._home, base_url=self._server.base_url, token=cuts.TOKENS[0], LC_ALL="C.UTF-8"
        )
        try:
            for words in (["status"], ["jobs", "add"]):
                await cuts._run([*PROGRAM, *words, self._server.url], self._env)
            await self._until_killed()
            before = Counter(self._server.calls)
            whole = {kind for kind in KINDS if self._is_whole(kind, found)}
            found.said.append(
                f"killed: calls {_calls(before)}; in place {', '.join(sorted(whole)) or 'nothing'};"
                f" {', '.join(self._stages())}; parts {len(self._parts())}"
            )
            await self._anew()
            after = Counter(self._server.calls)
            found.said.append(f"anew: calls {_calls(after)}; {', '.join(self._stages())}")
            for kind in KINDS:
                may_be = before[kind] + (0 if kind in whole else 1)
                found.check(after[kind] == may_be, f"{after[kind]} calls for {kind}, not {may_be}")
                found.check(self._is_whole(kind, found), f"{kind} is not there in the end")
            code, said = await cuts._run([*PROGRAM, "results", self._server.url], self._env)
            found.said += [f"results, {code}: {line}" for line in said.splitlines()]
            found.check(code == 0, f"exit code {code}")
            found.check(self._server.calls == after, "a third time costs a call")
            for kind, records in (("failed", moment.failed), ("unprocessed", LEFT)):
                found.check(f"{kind}: {records:,} records" in said, f"not said: {records} {kind}")
            counted = self._one("SELECT sum(plan + key + command + script) FROM days")
            found.said.append(f"calls that came {self._server.all_calls}, counted {counted}")
            found.check(counted >= self._server.all_calls, "a call was not counted")
            found.check(not self._parts(), f"left: {', '.join(self._parts())}")
        finally:
            self._server.stop()

    async def _until_killed(self) -> None:
        if self._moment.is_connecting:
            async with self._server.away():
                await self._kill(self._connects)
        elif self._moment.at:
            await self._kill(self._watched)
        else:
            await self._kill(self._held)

    async def _connects(self, _: int) -> None:
        await asyncio.to_thread(
            until, lambda: self._stage("failure") == "fetching", "a call that is written down"
        )
        await asyncio.sleep(1.5)  # nothing shows when a connection is tried

    async def _held(self, _: int) -> None:
        await asyncio.wait_for(self._server.is_held.wait(), PATIENCE)

    async def _watched(self, pid: int) -> None:
        await asyncio.to_thread(getattr(self, f"_until_{self._moment.at}"), pid)

    def _until_unpacking(self, pid: int) -> None:
        until(lambda: 0 < self._part_size() < self._sizes["failure"], "a part that grows")
        self._stop(pid)
        if self._part_size() >= self._sizes["failure"]:
            raise MissedError

    def _until_counting(self, pid: int) -> None:
        until(lambda: self._part_size() == self._sizes["failure"], "a part that is whole")
        self._stop(pid)
        if list(self._places("failure")):
            raise MissedError

    def _until_placed(self, pid: int) -> None:
        until(lambda: self._part_size() == self._sizes["failure"], "a part that is whole")
        with self._nothing_written():
            until(lambda: bool(list(self._places("failure"))), "a result in its place")
            self._stop(pid)
            if self._stage("failure") != "fetching":
                raise MissedError
            os.kill(pid, signal.SIGKILL)

    @contextmanager
    def _nothing_written(self) -> Iterator[None]:
        """Nobody else can write down anything within the context."""
        with closing(sqlite3.connect(self._state / FILE_NAME, timeout=10)) as database:
            database.isolation_level = None
            database.execute("BEGIN IMMEDIATE")
            yield
            database.execute("ROLLBACK")

    def _stop(self, pid: int) -> None:
        os.kill(pid, signal.SIGSTOP)

    async def _kill(self, until: Callable[[int], Any]) -> None:
        """Starts the program, and kills it when that is the moment."""
        if not self._by_dashboard:
            process = await asyncio.create_subprocess_exec(
                *(*PROGRAM, "results", self._server.url),
                env=self._env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                await until(process.pid)
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
            return
        with Terminal([*PROGRAM], self._env) as terminal:
            is_over = False
            reading = asyncio.create_task(
                asyncio.to_thread(killed_inserts._read, terminal, lambda: is_over)
            )
            try:
                await until(terminal.pid)
            finally:
                with suppress(ProcessLookupError):
                    os.kill(terminal.pid, signal.SIGKILL)
                is_over = True
                await reading

    async def _anew(self) -> None:
        """Has the same program fetch again, until both results are on the disk."""
        if not self._by_dashboard:
            await cuts._run([*PROGRAM, "results", self._server.url], self._env)
            return

        async def fetched(_: int) -> None:
            await asyncio.to_thread(
                until,
                lambda: all(self._stage(kind) == "on disk" for kind in KINDS),
                "both results",
            )
            await asyncio.sleep(2.0)  # in which more calls would come

        await self._kill(fetched)

    # What is there.

    def _places(self, kind: str) -> Iterator[Path]:
        yield from (self._state / "results").glob(f"*/{kind}.csv")

    def _is_whole(self, kind: str, found: Found) -> bool:
        places = list(self._places(kind))
        if not places:
            return False
        is_whole = digest(places[0].read_bytes()) == self._whole[kind]
        found.check(is_whole, f"{kind}.csv stands there, and is not whole")
        return is_whole

    def _parts(self) -> list[str]:
        folder = self._state / "results"
        kept = {f"{kind}.csv" for kind in KINDS}
        return [
            str(path.relative_to(folder).name)
            for job in folder.glob("*")
            for path in job.iterdir()
            if path.name not in kept
        ]

    def _part_size(self) -> int:
        sizes = [0]
        for path in (self._state / "results").glob("*/.failure-*.part/failure.csv"):
            with suppress(FileNotFoundError):
                sizes.append(path.stat().st_size)
        return max(sizes)

    def _stages(self) -> list[str]:
        return [f"{kind} {self._stage(kind)}" for kind in KINDS]

    def _stage(self, kind: str) -> str:
        found = self._one(f"SELECT stage FROM results WHERE kind = '{kind}'")
        return str(found or "unknown")

    def _one(self, sql: str) -> Any:
        with (
            suppress(sqlite3.OperationalError),
            closing(sqlite3.connect(f"file:{self._state / FILE_NAME}?mode=ro", uri=True)) as opened,
        ):
            for (value,) in opened.execute(sql):
                return value
        return None


def _calls(calls: Counter[str]) -> str:
    return ", ".join(f"{kind} {calls[kind]}" for kind in KINDS)


async def measure(only: str, at_once: int) -> int:
    """Kills at each moment, and prints; returns the exit code."""
    begun, turn = time.monotonic(), asyncio.Semaphore(at_once)
    tasks: list[asyncio.Task[Found]] = []

    async def one(name: str, run: Callable[[Found], Any]) -> Found:
        async with turn:
            for left in reversed(range(_TRIES)):
                found = Found(name)
                try:
                    await run(found)
                    break
                except MissedError:
                    found.check(bool(left), "the moment was missed each time")
                except TimeoutError as error:
                    found.check(False, str(error) or "it took too long")
                    break
            return found

    for name, run in _all():
        if only in name:
            tasks.append(asyncio.create_task(one(name, run)))
    wrong = 0
    for task in tasks:
        found = await task
        wrong += len(found.wrong)
        print(found.name)
        for line in (*found.said, *(f"WRONG: {it}" for it in found.wrong)):
            print(f"  {line}", flush=True)
    print(f"{len(tasks)} killed, {wrong} wrong, {time.monotonic() - begun:.0f} s")
    return int(bool(wrong))


def _all() -> Iterator[tuple[str, Callable[[Found], Any]]]:
    for moment in moments():
        for by_dashboard in (False, True):
            yield (
                f"{_program('results', by_dashboard)}, {moment.what}",
                _fetching(moment, by_dashboard),
            )
    yield "repair, while it writes", _repairing
    for insert in killed_inserts.moments():
        if not insert.is_connecting:  # then no result could be fetched for it
            for by_dashboard in (False, True):
                yield (
                    f"repaired file, {_program('insert', by_dashboard)}, {insert.what}",
                    (_inserting(insert, by_dashboard)),
                )


def _program(command: str, by_dashboard: bool) -> str:
    return "dashboard" if by_dashboard else command


def _fetching(moment: Moment, by_dashboard: bool) -> Callable[[Found], Any]:
    async def run(found: Found) -> None:
        with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as folder:
            await ResultCase(moment, Path(folder), by_dashboard=by_dashboard).run(found)

    return run


async def _repairing(found: Found) -> None:
    with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as folder:
        await RepairCase(Path(folder)).run(found)


def _inserting(moment: killed_inserts.Moment, by_dashboard: bool) -> Callable[[Found], Any]:
    async def run(found: Found) -> None:
        await run_insert(moment, by_dashboard=by_dashboard, found=found)

    return run


def main() -> int:
    """Kills and prints; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.killed_results",
        description="Kills what fetches and repairs at every step, and looks at what follows.",
    )
    parser.add_argument("--only", default="", metavar="WORD", help="only cases with this word")
    parser.add_argument("--at-once", type=int, default=3, metavar="N", help="default: 3")
    given = parser.parse_args()
    return asyncio.run(measure(given.only, given.at_once))


if __name__ == "__main__":
    sys.exit(main())
