"""Files whose create, upload or start comes to grief: nothing sent twice, no word that is untrue.

``python -m tests.benchmarks.cuts [--cuts N] [--processes N] [--seed N]`` inserts so many files,
each into an account of its own on a socket of its own, in real time. The first call of one step is
cut: before or after it is read, in the middle, in its answer, with and without having been carried
out, with effects that show late; or it gets a 5xx, a redirect, a web page, or one of the documented
refusals. Some files are inserted by processes of ``zcbulk-tui insert``, the others by the queue of
a dashboard, whose window is closed then and opened anew, and whose user lets some go on. What is
published, said, written down and exited with is held against what the server did. The exit code
is 1 where anything was sent twice, or said that is not true.
"""

import argparse
import asyncio
import random
import re
import ssl
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from pydantic import SecretStr

from tests.support.commands import PROGRAM, environment
from tests.support.contexts import PROFILE, make_context
from tests.support.databases import memory_database
from tests.support.insert_cuts import NAMES, STEPS, Cut, CuttingServer, cuts
from zcbulk_tui.cli.context import now
from zcbulk_tui.cli.preparing import check_file
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.network import Network
from zcbulk_tui.domain.budget import QuotaPlan
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import (
    Insertion,
    InsertPlan,
    QueuedFile,
    Stage,
    Step,
    stage,
)
from zcbulk_tui.domain.records import CallRecord, ControlRecord, JobEvent
from zcbulk_tui.errors import Occasion, SignedOutError, SignInError, ZcbulkError
from zcbulk_tui.monitor.events import CommandEnded, Event, QueueChanged
from zcbulk_tui.monitor.insert_queue import InsertQueue
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.render import queue as queue_words
from zcbulk_tui.render import words
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.jobs import APP, OWNER
from zcbulk_tui.simulator.limits import Limits
from zcbulk_tui.simulator.samples import sample
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import FILE_NAME, Database, open_database
from zcbulk_tui.store.insertions import Insertions, as_they_stand
from zcbulk_tui.store.quota import CallLedger

FORM = "Leads"
TOKENS = ("1000.of.the.simulator", "1000.another.one")

AT_ONCE, PROCESSES_AT_ONCE = 60, 12

_PATIENCE = 150.0
"""Seconds after which every file has settled: a command tries again for 100."""

_REST = 2.5
"""Seconds in which a queue that sends by itself would have sent."""

AMPLE = QuotaPlan(1_000_000, 1, 20, UTC)

_STEP = {Step.CREATE: Call.CREATE, Step.UPLOAD: Call.UPLOAD}

_CLAIMS_NOT_SENT = re.compile(
    r"nothing was sent(?! again)|no connection was made|before its first byte|before anything was "
    r"sent|not counted",
    re.IGNORECASE,
)
_CLAIMS_NOT_UPLOADED = re.compile(r"was not uploaded|end was not sent", re.IGNORECASE)

_LOGGED = re.compile(r"(create|upload) (refused|interrupted|unclear|sent)\b|(Created|Uploaded) ")


@dataclass
class Tally:
    """What was found."""

    cuts: Counter[str] = field(default_factory=Counter)
    settled: Counter[str] = field(default_factory=Counter)
    said: int = 0
    files: int = 0
    released: int = 0
    doubled: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)


class Tokens:
    """Two access tokens: the second one once the first is refused."""

    def __init__(self) -> None:
        self._at = 0

    async def token(self) -> SecretStr:
        """See `TokenSource`."""
        return SecretStr(TOKENS[self._at])

    async def renew(self, refused: SecretStr, refusal: SignInError) -> SecretStr:
        """See `TokenSource`."""
        del refused, refusal
        self._at = 1
        return await self.token()

    def give_up(self, refusal: SignInError) -> SignedOutError:
        """See `TokenSource`."""
        return SignedOutError(refusal.title, answer=refusal.answer)


class Judge:
    """Takes what is said of one file, and holds it against the truth.

    Args:
        server: Knows that.
        tally: Takes what is untrue.
    """

    def __init__(self, server: CuttingServer, tally: Tally) -> None:
        self._server = server
        self._tally = tally
        self._known: set[str] = set()
        self._never_again: list[tuple[float, str]] = []

    def publish(self, event: Event) -> None:
        """See `Sink`."""
        if isinstance(event, QueueChanged):
            for file in event.files:
                self.queued(file)
        elif isinstance(event, CommandEnded):
            self.command(event.command)

    def queued(self, file: QueuedFile) -> None:
        """Judges where a file is said to stand, now."""
        said, server, insertion = queue_words.said(file), self._server, file.insertion
        self._tally.said += 1
        last = insertion.last_step
        if last is None:
            # A user who lets a create go on has been told that there may be a job already.
            may_be = bool(server.released) or not server.did(Call.CREATE)
            self._claim("not created", may_be, said)
            return
        step, record = _STEP[last[0]], last[1]
        since = record.sent_at.timestamp()
        did = server.did(step, since)
        match file.stage:
            case Stage.REFUSED | Stage.TRIES_AGAIN:
                self._claim("not carried out", not did, said)
            case Stage.CREATED | Stage.UPLOADED:
                self._claim("carried out", did, said)
                if "the upload comes next" in said:
                    may_be = bool(server.released) or not server.came(Call.UPLOAD)
                    self._claim("not uploaded yet", may_be, said)
                elif "the start comes next" in said:
                    self._claim("not started yet", not server.came(Call.CONTROL), said)
        if record.error is not None:
            self.error(step, record.error, since)
        if insertion.job_id:
            self._claim("the job is there", insertion.job_id in server.creator.jobs, said)

    def error(
        self, step: Call, error: ZcbulkError, since: float, until: float = float("inf")
    ) -> None:
        """Judges what an error says of a step that began at a moment, and of the next one."""
        said = error.told(Occasion.COMMAND)
        came = any(since <= it.at <= until for it in self._server.arrivals[step])
        if _CLAIMS_NOT_SENT.search(said):
            self._claim("nothing came", not came, said)
        if step is Call.CONTROL and "not sent again by itself" in said:
            self._never_again.append((since, said))
        if _CLAIMS_NOT_UPLOADED.search(said):
            self._claim("not uploaded", not self._server.did(step, since), said)

    def command(self, command: Command, until: float = float("inf")) -> None:
        """Judges what is said of a start; the next one is sent at a moment."""
        self._tally.said += 1
        since, said = command.sent_at.timestamp(), words.command(command, command.sent_at)
        did = self._server.did(Call.CONTROL, since, until)
        if command.outcome in (Outcome.ACCEPTED, Outcome.TOOK_EFFECT):
            self._claim("started", did, said)
        elif command.outcome in (Outcome.REFUSED, Outcome.NO_EFFECT):
            self._claim("not started", not did, said)
        if command.error is not None:
            self.error(Call.CONTROL, command.error, since, until)

    def log(self, database: Database) -> None:
        """Judges what is written down in the end."""
        entries = Archive(database, PROFILE).log()
        starts = [it.at.timestamp() for it in entries if isinstance(it, ControlRecord)]
        for since, said in self._never_again:
            self._claim("not sent again", not any(at > since + 0.1 for at in starts), said)
        for entry in entries:
            if isinstance(entry, JobEvent):
                self._event(entry)
            elif isinstance(entry, CallRecord):
                if entry.request.startswith("GET") or entry.why not in NAMES.values():
                    continue
                step = next(it for it in STEPS if NAMES[it] == entry.why)
                if _CLAIMS_NOT_SENT.search(entry.failure):
                    span = entry.at.timestamp(), entry.at.timestamp() + entry.seconds
                    came = any(span[0] <= it.at <= span[1] for it in self._server.arrivals[step])
                    self._claim("nothing came", not came, entry.failure)
            else:
                later = [at for at in starts if at > entry.at.timestamp()]
                self.command(entry.command, min(later, default=float("inf")))

    def _event(self, event: JobEvent) -> None:
        match = _LOGGED.match(event.text)
        if match is None:
            return
        self._tally.said += 1
        name = match[1] or {"Created": "create", "Uploaded": "upload"}[match[3]]
        step = _STEP[Step(name)]
        before = [it for it in self._server.arrivals[step] if it.at <= event.at.timestamp()]
        did = bool(before) and before[-1].carried_out
        if match[3]:
            self._claim("carried out", did, event.text)
        elif match[2] == "refused":
            self._claim("not carried out", not did, event.text)

    def doubled(self) -> None:
        """Counts what was sent twice."""
        self._tally.doubled += [f"{self._server.cut}: {it}" for it in self._server.doubled()]

    def _claim(self, what: str, is_true: bool, said: str) -> None:
        line = f"{self._server.cut}: said to be {what}: {said}"
        if not is_true and line not in self._known:
            self._known.add(line)
            self._tally.untrue.append(line)


def new_server(cut: Cut) -> CuttingServer:
    """Returns an account without a job, behind a cut."""
    limits = Limits(concurrent=10**6, per_minute=10**9)
    creator = Creator([], Timeline(time.time), token=TOKENS[0], limits=limits)
    creator.accounts.permit(TOKENS[1])
    return CuttingServer(creator, cut)


class Window:
    """A dashboard's monitor and queue, until the context ends."""

    def __init__(self, database: Database, judge: Judge, base_url: str, name: str) -> None:
        # Nothing here goes by TLS, and reading all certificates takes long.
        self.network = Network(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        client = CreatorClient(Tokens(), self.network, base_url=base_url)
        self.context = make_context(database, name=name)
        quota = QuotaTracker(CallLedger(database, PROFILE), AMPLE)
        self.monitor = Monitor(client, judge, self.context, quota)
        self.monitor.watch(self.context.memory.recall())
        self.insertions = Insertions(database, PROFILE)
        self.queue = InsertQueue(
            client,
            self.monitor,
            self.context,
            quota,
            self.insertions,
            judge,
            now=now,
            works=lambda: self.monitor.polls_for_all,
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Works until the context ends."""
        tasks = [asyncio.create_task(self.monitor.run()), asyncio.create_task(self.queue.run())]
        try:
            yield
        finally:
            for task in reversed(tasks):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await self.network.aclose()

    async def settles(self, key: str) -> str:
        """Waits until a file comes no further; returns where it stands."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            await asyncio.sleep(0.1)
            insertion = self.insertions.find(key)
            if insertion is None or stage(insertion).needs_user:
                return "gone" if insertion is None else stage(insertion).value
            if insertion.is_over and insertion.ref is not None:
                last = self.context.memory.last_command(insertion.ref)
                is_known = last is not None and not last.is_unclear
                if is_known or not self.monitor.is_looking(insertion.ref):
                    return f"over, start {last.command.outcome.value if last else 'not sent'}"
        return "never settled"


async def by_queue(cut: Cut, path: Path, tally: Tally, seed: int, turn: asyncio.Semaphore) -> None:
    """Inserts a file by the queue of a dashboard."""
    async with turn:
        chance, server, database = random.Random(seed), new_server(cut), memory_database()
        judge = Judge(server, tally)
        await server.start()
        insertion = _prepared(path, server.base_url)
        try:
            first = Window(database, judge, server.base_url, "pts/1")
            async with first.open():
                first.queue.add(insertion)
                await first.settles(insertion.key)
                await asyncio.sleep(_REST)
            second = Window(database, judge, server.base_url, "pts/2")
            async with second.open():
                await asyncio.sleep(_REST)
                stands = await second.settles(insertion.key)
                left = second.insertions.find(insertion.key)
                if left is not None and stage(left).needs_user and chance.random() < 0.5:
                    tally.released += 1
                    server.released.append(time.time())
                    second.queue.go_on(left)
                    await asyncio.sleep(0.2)
                    stands = await second.settles(insertion.key)
                    await asyncio.sleep(_REST)
            tally.settled[stands] += 1
            judge.log(database)
            judge.doubled()
        finally:
            await server.stop()


def _prepared(path: Path, origin: str) -> Insertion:
    form = FormRef(origin, OWNER, APP, FORM)
    folder = path.parent / "uploads"
    prepared = check_file(path, None).prepare(InsertPlan(form), folder, "anna@jump1", now())
    return prepared.insertions[0]


async def by_process(
    cut: Cut, path: Path, tally: Tally, home: Path, turn: asyncio.Semaphore
) -> None:
    """Inserts a file by a process of ``zcbulk-tui insert``."""
    async with turn:
        server = new_server(cut)
        judge = Judge(server, tally)
        await server.start()
        env = environment(home, base_url=server.base_url, token=TOKENS[0])
        names = ["--owner", OWNER, "--app", APP, "--form", FORM]
        code, said = await _run([*PROGRAM, "insert", str(path), *names, "--yes"], env)
        try:
            _judge_process(server, tally, code, said)
            with closing(open_database(home / "state" / FILE_NAME)) as database:
                for file in as_they_stand(database, PROFILE):
                    judge.queued(file)
                judge.log(database)
            judge.doubled()
        finally:
            await server.stop()
    tally.settled[f"process: exit code {code}"] += 1


def _judge_process(server: CuttingServer, tally: Tally, code: int, said: str) -> None:
    """The exit code and the text agree with what happened."""
    tally.said += 1
    created, uploaded, started = map(server.did, STEPS)
    wrong = []
    if code == 0 and not (created and uploaded and started):
        wrong.append("exit code 0, and not started")
    # 1 and 2 say that a step was not carried out; 3 and 4 that this, or not, is not known.
    if code != 0 and started and code != 4:
        wrong.append(f"exit code {code}, and started")
    if code not in (0, 1, 2, 3, 4):
        wrong.append(f"exit code {code}")
    if re.search(r"nothing was sent(?! again)", said, re.IGNORECASE) and server.came(Call.CREATE):
        failing = next((it for it in reversed(STEPS) if server.came(it)), Call.CREATE)
        if server.arrivals[failing][-1].carried_out:
            wrong.append("“nothing was sent”, and it was")
    for step, did in zip(STEPS, (created, uploaded, started), strict=True):
        refused = re.search(rf"\b{NAMES[step]} refused", said, re.IGNORECASE)
        if did and refused and not any(it.proves_nothing for it in server.arrivals[step]):
            wrong.append(f"“{NAMES[step]} refused”, and it was carried out")
    if "not sent again by itself" in said and any(len(it) > 1 for it in server.arrivals.values()):
        wrong.append("“not sent again by itself”, and it was")
    for name, did in (("job created", created), ("uploaded;", uploaded), ("accepted", started)):
        if name in said and not did:
            wrong.append(f"“{name}”, and it was not")
    tally.untrue += [f"process, {server.cut}: {it}: {said}" for it in wrong]


async def _run(command: Sequence[str], env: dict[str, str]) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command,
        env=env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), _PATIENCE)
    except TimeoutError:
        process.kill()
        out, _ = await process.communicate()
        return -1, f"{out.decode()} (killed, since it did not end)"
    assert process.returncode is not None
    return process.returncode, out.decode()


async def measure(count: int, processes: int, seed: int, folder: Path, tally: Tally) -> None:
    """Inserts files, and tallies what was said of them."""
    chance = random.Random(seed)
    paths = [_write(folder, name, records) for name, records in (("few", 300), ("many", 12_000))]
    chosen = _choose(count, chance)
    turn, other_turn = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(PROCESSES_AT_ONCE)
    by_command = set(chance.sample(range(count), min(processes, count)))
    async with asyncio.TaskGroup() as tasks:
        for number, cut in enumerate(chosen):
            tally.files += 1
            tally.cuts[cut.what if not cut.proves_nothing else f"refusals, {cut.where.value}"] += 1
            path = paths[chance.random() < 0.25]
            if number in by_command:
                home = folder / f"home{number}"
                tasks.create_task(by_process(cut, path, tally, home, other_turn))
            else:
                tasks.create_task(by_queue(cut, path, tally, seed + number, turn))


def _choose(count: int, chance: random.Random) -> list[Cut]:
    """So many cuts: all there are as often as others, a third of them for each step."""
    chosen: list[Cut] = []
    for number, step in enumerate(STEPS):
        of_step, known = (count + number) // len(STEPS), list(cuts(step))
        times, rest = divmod(of_step, len(known))
        chosen += [*known * times, *chance.sample(known, rest)]
    chance.shuffle(chosen)
    return chosen


def _write(folder: Path, name: str, records: int) -> Path:
    path = folder / f"{name}.csv"
    rows = sample(FORMS[FORM].fields, records)
    path.write_text(
        "\r\n".join(",".join(f'"{cell}"' for cell in _quoted(row)) for row in rows) + "\r\n",
        encoding="utf-8",
    )
    return path


def _quoted(row: Sequence[str]) -> list[str]:
    return [cell.replace('"', '""') for cell in row]


def main() -> int:
    """Cuts and prints; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.cuts",
        description="Inserts files whose calls come to grief, and compares with the truth.",
    )
    parser.add_argument("--cuts", type=int, default=300, metavar="N", help="default: 300")
    parser.add_argument("--processes", type=int, default=60, metavar="N", help="of these; 60")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    given = parser.parse_args()
    tally, begun = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as folder:
        asyncio.run(measure(given.cuts, given.processes, given.seed, Path(folder), tally))
    figures = {
        "files": tally.files,
        **{f"  {what}": count for what, count in sorted(tally.cuts.items())},
        **{f"at last: {what}": count for what, count in sorted(tally.settled.items())},
        "let go on by the user": tally.released,
        "words judged": tally.said,
        "sent twice": len(tally.doubled),
        "words that are not true": len(tally.untrue),
        "seconds": round(time.monotonic() - begun),
    }
    for what, figure in figures.items():
        print(f"{what:52} {figure:8,}")
    for wrong in (*tally.doubled, *tally.untrue):
        print(f"  {wrong}")
    return int(bool(tally.doubled or tally.untrue))


if __name__ == "__main__":
    sys.exit(main())
