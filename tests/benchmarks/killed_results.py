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
import hashlib
import os
import re
import signal
import socket
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, AsyncIterator

from tests.benchmarks import cuts, killed_inserts
from tests.support.commands import PROGRAM, environment
from tests.support.insert_cuts import NAMES
from tests.support.terminal import Terminal
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.jobs import APP, OWNER, Address, Job
from zcbulk_tui.simulator.limits import Limits
from zcbulk_tui.simulator.messages import Request
from zcbulk_tui.simulator.physics import Failures, Run, Workload
from zcbulk_tui.store.database import FILE_NAME

JOB_ID = "3888833000000200001"

_PATIENCE = 120.0

_QUICK = 0.0005
"""Seconds between two looks at what another process does, and tells nobody."""

_LEFT = 400
"""Records that were not reached."""

_SMALL, _LARGE = 50, 200_000
"""Records that failed."""

_TRIES = 5
"""How often a moment is tried that is over before it is seen."""

_KINDS = ("failure", "unprocessed")


class Hold(Enum):
    """How far the answer to a call comes."""

    ARRIVED = "not at all"
    HALF = "half of the file"
    LAST = "all bytes of the file, and not the end of the answer"


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
        return _LARGE if self.at else _SMALL


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


class MissedError(Exception):
    """The moment was over before it was seen."""


class ResultServer:
    """Zoho on a socket, with one job that has failed; the first call of a result may be held.

    Args:
        failed: Its failed records.
        hold: How far the answer to the first call comes.
        held: Which result that is.

    Attributes:
        calls: How many calls came for each result.
        is_held: Set when one is held.
    """

    def __init__(self, failed: int, hold: Hold | None, held: str) -> None:
        self.calls: Counter[str] = Counter()
        self.all_calls = 0
        self.is_held = asyncio.Event()
        self.hold = hold
        self._held = held
        self._files = _files(failed)
        self.creator = _account(failed)
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """Of the job."""
        return self.base_url + self.creator.jobs[JOB_ID].path

    async def start(self) -> None:
        """Begins to listen, where it did before."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Ends it."""
        if self._server is not None:
            self._server.close()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Nobody takes a connection within the context."""
        self.stop()
        with socket.create_server(("127.0.0.1", self._port), backlog=0) as full:
            others = [socket.socket() for _ in range(4)]
            for other in others:
                other.setblocking(False)
                other.connect_ex(full.getsockname())
            try:
                yield
            finally:
                for other in others:
                    other.close()
        await self.start()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii", "replace")
        method, target, _ = head.split(" ", 2)
        path, _, query = target.partition("?")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head.splitlines()[1:])
        }
        self.all_calls += 1
        answer = self.creator.handle(Request(method, path, headers, b"", query))
        kind = query.partition("filter=")[2]
        is_file = path.endswith("/result") and answer.status == 200
        body = self._files[kind] if is_file else answer.made().body
        lines = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        start = f"HTTP/1.1 {answer.status} Said\r\n{lines}connection: close\r\n"
        hold = None
        if path.endswith("/result"):
            self.calls[kind] += 1
            if kind == self._held:
                hold, self.hold = self.hold, None
        if hold is None:
            writer.write(f"{start}content-length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
            return
        if hold is Hold.HALF:
            writer.write(f"{start}content-length: {len(body)}\r\n\r\n".encode())
            writer.write(body[: len(body) // 2])
        elif hold is Hold.LAST:
            writer.write(f"{start}transfer-encoding: chunked\r\n\r\n{len(body):x}\r\n".encode())
            writer.write(body + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0.5)  # until it has been read; nothing says so
        self.is_held.set()
        while await reader.read(65_536):
            pass


@cache
def _files(failed: int) -> dict[str, bytes]:
    """The ZIP of each result."""
    creator = _account(failed)
    path = creator.jobs[JOB_ID].path
    headers = {"authorization": f"Zoho-oauthtoken {cuts.TOKENS[0]}", "accept": "*/*"}
    return {
        kind: creator.handle(Request("GET", f"{path}/result", headers, b"", f"filter={kind}"))
        .made()
        .body
        for kind in _KINDS
    }


def _account(failed: int) -> Creator:
    timeline = Timeline(time.time)
    return Creator(
        [ended(failed, timeline.now())],
        timeline,
        token=cuts.TOKENS[0],
        limits=Limits(concurrent=10**6, per_minute=10**9),
        forms=[FORMS[cuts.FORM]],
    )


def ended(failed: int, now: float) -> Job:
    """A job that broke off, with records that failed and others that it had not reached."""
    batches = -(-failed // 100)
    by_batch = {batch: min(100, failed - 100 * (batch - 1)) for batch in range(1, batches + 1)}
    records = 200 * batches + _LEFT
    workload = Workload(records, 10_000.0, breaks_after=(batches + 0.5) * 200 / records)
    run = Run(workload, "killed", Failures(by_batch, []))
    start = now - 3600.0 - run.duration
    address = Address(OWNER, APP, cuts.FORM)
    return Job(JOB_ID, "killed", address, start - 60.0, run=run, started_at=start)


@dataclass
class Found:
    """What came of one case.

    Attributes:
        name: Of the case.
        said: Line by line.
        wrong: What is wrong.
    """

    name: str
    said: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def check(self, is_true: bool, what: str) -> None:
        """Notes what is wrong, if it is."""
        if not is_true:
            self.wrong.append(what)


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
        self._whole = {kind: _digest(_unpacked(_files(moment.failed)[kind])) for kind in _KINDS}
        self._sizes = {kind: len(_unpacked(_files(moment.failed)[kind])) for kind in _KINDS}

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
            whole = {kind for kind in _KINDS if self._is_whole(kind, found)}
            found.said.append(
                f"killed: calls {_calls(before)}; in place {', '.join(sorted(whole)) or 'nothing'};"
                f" {', '.join(self._stages())}; parts {len(self._parts())}"
            )
            await self._anew()
            after = Counter(self._server.calls)
            found.said.append(f"anew: calls {_calls(after)}; {', '.join(self._stages())}")
            for kind in _KINDS:
                may_be = before[kind] + (0 if kind in whole else 1)
                found.check(
                    after[kind] == may_be, f"{after[kind]} calls for {kind}, not {may_be}"
                )
                found.check(self._is_whole(kind, found), f"{kind} is not there in the end")
            code, said = await cuts._run([*PROGRAM, "results", self._server.url], self._env)
            found.said += [f"results, {code}: {line}" for line in said.splitlines()]
            found.check(code == 0, f"exit code {code}")
            found.check(self._server.calls == after, "a third time costs a call")
            for kind, records in (("failed", moment.failed), ("unprocessed", _LEFT)):
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
            _until, lambda: self._stage("failure") == "fetching", "a call that is written down"
        )
        await asyncio.sleep(1.5)  # nothing shows when a connection is tried

    async def _held(self, _: int) -> None:
        await asyncio.wait_for(self._server.is_held.wait(), _PATIENCE)

    async def _watched(self, pid: int) -> None:
        await asyncio.to_thread(getattr(self, f"_until_{self._moment.at}"), pid)

    def _until_unpacking(self, pid: int) -> None:
        _until(lambda: 0 < self._part_size() < self._sizes["failure"], "a part that grows")
        self._stop(pid)
        if self._part_size() >= self._sizes["failure"]:
            raise MissedError

    def _until_counting(self, pid: int) -> None:
        _until(lambda: self._part_size() == self._sizes["failure"], "a part that is whole")
        self._stop(pid)
        if list(self._places("failure")):
            raise MissedError

    def _until_placed(self, pid: int) -> None:
        _until(lambda: self._part_size() == self._sizes["failure"], "a part that is whole")
        with self._nothing_written():
            _until(lambda: bool(list(self._places("failure"))), "a result in its place")
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
                _until,
                lambda: all(self._stage(kind) == "on disk" for kind in _KINDS),
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
        is_whole = _digest(places[0].read_bytes()) == self._whole[kind]
        found.check(is_whole, f"{kind}.csv stands there, and is not whole")
        return is_whole

    def _parts(self) -> list[str]:
        folder = self._state / "results"
        kept = {f"{kind}.csv" for kind in _KINDS}
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
        return [f"{kind} {self._stage(kind)}" for kind in _KINDS]

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


def _until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"There never was {what}")
        time.sleep(_QUICK)


def _calls(calls: Counter[str]) -> str:
    return ", ".join(f"{kind} {calls[kind]}" for kind in _KINDS)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def _unpacked(packed: bytes) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.read(archive.namelist()[0])


# Repairs.

_RULES = '[[rule]]\nchange = "keep"\n'


class RepairCase:
    """``zcbulk-tui repair``, killed while it writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def run(self, found: Found) -> None:
        """Kills, begins anew, and judges."""
        server = ResultServer(_LARGE, None, "")
        await server.start()
        env = environment(
            self._folder / "home", base_url=server.base_url, token=cuts.TOKENS[0], LC_ALL="C.UTF-8"
        )
        rules, output = self._folder / "rules.toml", self._folder / "out" / "again.csv"
        rules.write_text(_RULES)
        output.parent.mkdir()
        try:
            await cuts._run([*PROGRAM, "results", server.url], env)
            calls = server.all_calls
            command = [*PROGRAM, "repair", server.url, "--rules", str(rules), "--output"]
            process = await asyncio.create_subprocess_exec(
                *(*command, str(output)),
                env=env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            await asyncio.to_thread(
                _until, lambda: any(it.stat().st_size for it in _others(output)), "a part"
            )
            process.kill()
            await process.wait()
            left = [f"{it.name}, {it.stat().st_size:,} bytes" for it in _others(output)]
            found.said.append(f"killed: {', '.join(left) or 'nothing'} beside its place")
            found.check(not output.exists(), "a half file is in its place")
            code, said = await cuts._run([*command, str(output)], env)
            found.said += [f"anew, {code}: {line.strip()}" for line in said.splitlines() if line]
            other = self._folder / "out" / "other.csv"
            await cuts._run([*command, str(other)], env)
            found.check(
                _digest(output.read_bytes()) == _digest(other.read_bytes()), "it is another file"
            )
            records = re.search(r"([\d,]+) records are in", said)
            lines = output.read_bytes().count(b"\r\n") - 1
            found.check(
                records is not None and int(records[1].replace(",", "")) == _LARGE + _LEFT,
                f"said {records and records[1]}, {_LARGE + _LEFT:,} are to be sent",
            )
            found.said.append(f"lines {lines:,}; calls for it {server.all_calls - calls}")
            found.check(server.all_calls == calls, "it made a call")
        finally:
            server.stop()


def _others(place: Path) -> list[Path]:
    return [it for it in place.parent.iterdir() if it != place and it.name != "other.csv"]


class RepairInsertCase(killed_inserts.Case):
    """A repaired file, whose insert is killed at one moment."""

    async def _begin(self, base_url: str) -> None:
        job = ended(_SMALL, self.server.creator.timeline.now())
        self.server.creator.jobs[job.id] = job
        rules = self._home / "rules.toml"
        rules.write_text('[[rule]]\nchange = "drop"\n')
        url = f"{base_url}{job.path}"
        await cuts._run([*PROGRAM, "results", url], self._env)
        repaired = self._home / "repaired" / "few.csv"
        repaired.parent.mkdir()
        options = ["--rules", str(rules), "--output", str(repaired)]
        code, said = await cuts._run([*PROGRAM, "repair", url, *options], self._env)
        self._check(code == 0, f"repair ends with {code}: {said}")
        self._path, self._repairs = repaired, job.id
        await super()._begin(base_url)


async def _run_insert(moment: killed_inserts.Moment, *, by_dashboard: bool, found: Found) -> None:
    with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as folder:
        case = RepairInsertCase(moment, Path(folder), by_dashboard=by_dashboard)
        said = await case.run()
        # What a form holds of the repaired file: each of its records at most once.
        inserted = sum(1 for _ in case.server.creator.records(cuts.FORM))
        calls = {NAMES[step]: len(calls) for step, calls in case.server.arrivals.items()}
        found.said.append(f"sent: {', '.join(f'{name} {count}' for name, count in calls.items())}")
        found.said += said
        found.said.append(f"records in the form: {inserted} of {_LEFT}")
        found.check(inserted <= _LEFT, "records are there twice")
        found.wrong += case.wrong


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
            yield f"{_program('results', by_dashboard)}, {moment.what}", _fetching(
                moment, by_dashboard
            )
    yield "repair, while it writes", _repairing
    for insert in killed_inserts.moments():
        if not insert.is_connecting:  # then no result could be fetched for it
            for by_dashboard in (False, True):
                yield f"repaired file, {_program('insert', by_dashboard)}, {insert.what}", (
                    _inserting(insert, by_dashboard)
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
        await _run_insert(moment, by_dashboard=by_dashboard, found=found)

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
