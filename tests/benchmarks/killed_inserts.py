"""Inserts that are killed at every step, and what is said and sent when all begins anew.

``python -m tests.benchmarks.killed_inserts [--only WORD]`` ends ``zcbulk-tui insert``, and a
dashboard that works the same queue on a pseudo-terminal, by SIGKILL: while the file waits, while it
connects, before and after its create, its upload and its start are carried out, in the middle of
the upload, and between the steps. Then it prints what ``zcbulk-tui queue`` says, and what a
dashboard that is started anew shows and offers; the server says whether anything was sent twice.
The exit code is 1 where it was, or where something said is not true.
"""

import argparse
import asyncio
import os
import re
import signal
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tests.benchmarks import cuts
from tests.support.commands import PROGRAM, environment
from tests.support.contexts import PROFILE
from tests.support.insert_cuts import NAMES, STEPS, Cut, CuttingServer, Where
from tests.support.terminal import ESCAPE, Terminal
from zcbulk_tui.cli.context import now
from zcbulk_tui.cli.preparing import check_file
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import InsertPlan
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.jobs import APP, OWNER, Address, Job
from zcbulk_tui.store.database import FILE_NAME, open_database
from zcbulk_tui.store.insertions import Insertions

_LABEL = "few.csv"

_PATIENCE = 60.0

_LOOKS = 5.0
"""Seconds in which a dashboard that is started anew sends what it sends."""

_CREATED = "job_id != '' AND uploaded IS NULL"
_UPLOADED = "uploaded LIKE '%accepted%'"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a program is killed.

    Attributes:
        what: In words.
        cut: How far its calls come.
        sql: What the queue's table then has, where that is the moment.
        is_waiting: Whether another job is active in the form.
        is_connecting: Whether nobody takes the connection.
    """

    what: str
    cut: Cut
    sql: str = ""
    is_waiting: bool = False
    is_connecting: bool = False


def moments() -> list[Moment]:
    """Returns all moments, in the order of the steps."""
    nothing = Cut(Call.CREATE, "nothing", Where.ANSWERED, carried_out=True)
    found = [
        Moment("while it waits for the form's slot", nothing, is_waiting=True),
        Moment("while it connects for the create", nothing, is_connecting=True),
    ]
    for step in STEPS:
        name, cut = NAMES[step], Cut(step, "held", Where.ARRIVED, holds=True)
        if step is Call.UPLOAD:
            half = replace(cut, where=Where.IN_BODY)
            found.append(Moment("in the middle of the upload", half))
        found.append(Moment(f"{name} sent, not carried out", cut))
        found.append(Moment(f"{name} carried out, no answer yet", replace(cut, carried_out=True)))
        if step is Call.CREATE:
            found.append(Moment("after the answer to the create", nothing, _CREATED))
        elif step is Call.UPLOAD:
            found.append(Moment("after the answer to the upload", nothing, _UPLOADED))
    return found


class Case:
    """One program, killed at one moment.

    Args:
        moment: When.
        folder: Of its own; the home and the file are in it.
        by_dashboard: Which program.
    """

    def __init__(self, moment: Moment, folder: Path, *, by_dashboard: bool) -> None:
        self.name = f"{'dashboard' if by_dashboard else 'insert'}, {moment.what}"
        self.wrong: list[str] = []
        self._moment = moment
        self._by_dashboard = by_dashboard
        self._home = folder / "home"
        self._path = cuts._write(folder, "few", 300)
        self._repairs = ""
        self._label = _LABEL
        self.server: CuttingServer = cuts.new_server(moment.cut)

    async def run(self) -> list[str]:
        """Kills, begins anew; returns what was said, line by line."""
        await self.server.start()
        if self._moment.is_waiting:
            self._occupy()
        said: list[str] = []
        try:
            async with self._address() as base_url:
                self._env = environment(
                    self._home, base_url=base_url, token=cuts.TOKENS[0], LC_ALL="C.UTF-8"
                )
                await self._begin(base_url)
            if self._moment.is_connecting:
                # The base URL names the form's server: a server that is back has the same.
                said.append("(the server that took no connection is still away)")
            code, listed = await cuts._run([*PROGRAM, "queue"], self._env)
            said += [f"queue: {line.strip()}" for line in listed.splitlines()]
            self._check(code == 0, f"queue ends with {code}")
            self._judge(listed, is_alive=False)
            said += await asyncio.to_thread(self._look)
            self.wrong += self.server.doubled()
        finally:
            await self.server.stop()
        return said

    def _occupy(self) -> None:
        creator = self.server.creator
        address = Address(OWNER, APP, cuts.FORM)
        job = Job("3888833000000999999", "another", address, created_at=creator.timeline.now())
        creator.jobs[job.id] = job

    @asynccontextmanager
    async def _address(self) -> AsyncIterator[str]:
        """Where the server is, or a place that takes no connection."""
        if not self._moment.is_connecting:
            yield self.server.base_url
            return
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            others = [socket.socket() for _ in range(4)]
            for other in others:
                other.setblocking(False)
                other.connect_ex(full.getsockname())
            try:
                yield f"http://127.0.0.1:{full.getsockname()[1]}"
            finally:
                for other in others:
                    other.close()

    async def _begin(self, base_url: str) -> None:
        """Starts the program, and kills it at the moment."""
        if self._by_dashboard:
            await self._queue_file(base_url)
            await self._in_dashboard()
        else:
            await self._in_command(base_url)

    async def _queue_file(self, base_url: str) -> None:
        """Puts the file into the queue without a program that works it."""
        form = FormRef(base_url, OWNER, APP, cuts.FORM)
        uploads = self._home / "state" / "uploads"
        prepared = check_file(self._path, None).prepare(
            InsertPlan(form, repairs=self._repairs), uploads, "anna@j", now()
        )
        with closing(open_database(self._home / "state" / FILE_NAME)) as database:
            Insertions(database, PROFILE).add(prepared.insertions)

    async def _in_command(self, base_url: str) -> None:
        if self._moment.is_waiting:
            await self._watch_other(base_url)
        names = ["--owner", OWNER, "--app", APP, "--form", cuts.FORM]
        if self._repairs:
            names += ["--repairs", self._repairs]
        process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            "insert",
            str(self._path),
            *names,
            *("--yes", "--wait"),
            env=self._env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await self._until_moment()
        process.kill()
        await process.wait()

    async def _in_dashboard(self) -> None:
        if self._moment.is_waiting:
            await self._watch_other(self.server.base_url)
        with Terminal([*PROGRAM], self._env) as terminal:
            reading = asyncio.create_task(asyncio.to_thread(_read, terminal, self._is_over))
            await self._until_moment()
            os.kill(terminal.pid, signal.SIGKILL)
            self._over = True
            await reading

    async def _watch_other(self, base_url: str) -> None:
        """Has the job that is active in the form watched, so that its slot is known to be taken."""
        url = f"{base_url}{Address(OWNER, APP, cuts.FORM).path}/3888833000000999999"
        await cuts._run([*PROGRAM, "status", url], self._env)
        await cuts._run([*PROGRAM, "jobs", "add", url], self._env)

    _over = False

    def _is_over(self) -> bool:
        return self._over

    async def _until_moment(self) -> None:
        if self._moment.sql or self._moment.is_waiting or self._moment.is_connecting:
            sql = self._moment.sql or ("created IS NOT NULL" if self._moment.is_connecting else "1")
            await asyncio.to_thread(self._until_table, sql)
            if not self._moment.sql:
                await asyncio.sleep(1.5)  # nothing shows when a connection is tried
        else:
            await asyncio.wait_for(self.server.held.wait(), _PATIENCE)

    def _until_table(self, sql: str) -> None:
        path = self._home / "state" / FILE_NAME
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            with suppress(sqlite3.OperationalError), closing(sqlite3.connect(path)) as database:
                while time.monotonic() < end:
                    if database.execute(f"SELECT 1 FROM insertions WHERE {sql}").fetchall():
                        return
                    time.sleep(0.0005)  # another process writes, and tells nobody
            time.sleep(0.01)  # there is no database yet
        raise TimeoutError(f"{self.name}: the moment never came")

    def _look(self) -> list[str]:
        """Starts a dashboard anew; returns what it says of the file, and offers."""
        with Terminal([*PROGRAM], self._env) as terminal:
            terminal.wait_until(lambda: bool(terminal.text), "a first frame", _PATIENCE)
            _read_for(terminal, _LOOKS)
            told = [line.strip(" │") for line in terminal.lines if "│" in line]
            said = [f"dashboard's dialog: {line}" for line in told if line]
            terminal.press(ESCAPE)
            _read_for(terminal, 1.0)
            rows = [line.strip() for line in terminal.lines if self._label in line]
            said += [f"dashboard: {row}" for row in rows] or ["dashboard: the file is gone"]
            terminal.press("n")
            _read_for(terminal, 2.0)
            shown = [line.strip(" │┃▌") for line in terminal.lines]
            said += [f"its queue: {line}" for line in _of_dialog(shown)]
            terminal.press("g")
            _read_for(terminal, 1.5)
        self._judge("\n".join(rows), is_alive=True)
        return said

    def _judge(self, said: str, *, is_alive: bool) -> None:
        """What is said of the file agrees with what the server holds."""
        created, uploaded, started = map(self.server.did, STEPS)
        for words, is_true in {
            "refused": False,
            "creating the job": is_alive,
            "uploading": is_alive,
            "job created": created,
            "uploaded;": uploaded,
            "the upload comes next": not self.server.came(Call.UPLOAD),
            "the start comes next": not self.server.came(Call.CONTROL),
            "No file is on its way": uploaded,
            "running": started,
        }.items():
            self._check(words not in said or is_true, f"“{words}” is not true: {said}")
        is_next = re.search(r"\d +next$", said, re.MULTILINE) is not None
        may_be = not self._moment.is_waiting and not self.server.came(Call.CREATE)
        self._check(not is_next or may_be, f"“next” is not true: {said}")

    def _check(self, is_true: bool, what: str) -> None:
        if not is_true:
            self.wrong.append(what)


def _of_dialog(lines: list[str]) -> list[str]:
    first = next((at for at, line in enumerate(lines) if "Files for the forms" in line), None)
    if first is None:
        return ["no dialog"]
    return [line for line in lines[first + 1 : first + 10] if line]


def _read(terminal: Terminal, is_over: Callable[[], bool]) -> None:
    with suppress(AssertionError):
        terminal.wait_until(is_over, "the end", _PATIENCE)


def _read_for(terminal: Terminal, seconds: float) -> None:
    end = time.monotonic() + seconds
    terminal.wait_until(lambda: time.monotonic() >= end, "some time", seconds + 1)


async def measure(only: str) -> int:
    """Kills at each moment, and prints; returns the exit code."""
    begun, wrong, killed = time.monotonic(), 0, 0
    for moment in moments():
        for by_dashboard in (False, True):
            with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as folder:
                case = Case(moment, Path(folder), by_dashboard=by_dashboard)
                if only not in case.name:
                    continue
                said = await case.run()
            killed += 1
            wrong += len(case.wrong)
            calls = {NAMES[step]: len(calls) for step, calls in case.server.arrivals.items()}
            print(case.name)
            print(f"  sent: {', '.join(f'{name} {count}' for name, count in calls.items())}")
            for line in (*said, *(f"WRONG: {it}" for it in case.wrong)):
                print(f"  {line}", flush=True)
    print(f"{killed} killed, {wrong} wrong, {time.monotonic() - begun:.0f} s")
    return int(bool(wrong))


def main() -> int:
    """Kills and prints; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.killed_inserts",
        description="Kills inserts at every step, and looks at what follows.",
    )
    parser.add_argument("--only", default="", metavar="WORD", help="only cases with this word")
    return asyncio.run(measure(parser.parse_args().only))


if __name__ == "__main__":
    sys.exit(main())
