"""Starts and aborts whose calls come to grief: what is said and written down is what happened.

``python -m tests.benchmarks.commands [--commands N] [--processes N] [--pairs N] [--seed N]``
commands so many jobs of the simulator: about half by the monitor as the keys use it, the others by
what is behind ``zcbulk-tui start`` and ``abort``, both in virtual time, and the last ones by real
processes; some more by pairs of processes that begin at once in a home with nothing in it. Every
call may be cut on its way or in its answer, or get a redirect or a 502, with and without having
been carried out; effects show up to 45 s late. Windows end while commands are unclear, keys are
pressed again. The exit code is 1 if a command was doubled, or a word or a record is not true.
"""

import argparse
import asyncio
import contextlib
import io
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from tests.benchmarks.command_tally import Tally
from tests.support.commands import PROGRAM, environment
from tests.support.contexts import PROFILE, make_context
from tests.support.cuts import Cut, CuttingProxy, CuttingTransport, Truth
from tests.support.databases import memory_database
from tests.support.jobs import NOW
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.cli import sending as headless
from zcbulk_tui.cli.job_names import watched
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.tokens import FixedToken
from zcbulk_tui.domain.address import parse_job_url
from zcbulk_tui.domain.budget import QuotaPlan, Reason
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobRef, WatchedJob
from zcbulk_tui.domain.outlook import UNREAD, Outlook
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.errors import UsageError, ZcbulkError
from zcbulk_tui.monitor.events import CommandEnded, Event
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.render import words
from zcbulk_tui.simulator.builder import JobBuilder
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.limits import Limits
from zcbulk_tui.simulator.physics import Workload
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import FILE_NAME, Database, open_database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.rate_limiter import RateLimiter
from zcbulk_tui.store.windows import NoWindow

ORIGIN = "https://www.zohoapis.com"
TOKEN = "1000.of.the.simulator"

LATEST = 45.0
"""Seconds by which an effect may be late."""

A_WINDOW = 20
"""Jobs that one window commands before it ends."""

BETWEEN = 8.0
"""Virtual seconds between two commands: more calls do not fit into Zoho's minute."""

AT_ONCE = 16
"""Processes that run at a time."""

AMPLE = QuotaPlan(10_000_000, 1, 20, None)
ENDLESS = Workload(2_000_000_000, 100.0)
CUTS = (*Cut, Cut.AFTER, Cut.WITHIN)


class World:
    """A simulator with jobs to command, and those who watch it.

    Args:
        count: How many jobs.
        timeline: Its time.
        seed: For what is left to chance.
        trouble: Share of the statuses that come to grief.
        late: Whether effects may show late.
    """

    def __init__(
        self,
        count: int,
        timeline: Timeline,
        seed: int,
        *,
        trouble: float = 0.15,
        late: bool = True,
    ) -> None:
        self.random = random.Random(seed)
        builder = JobBuilder(timeline.start, seed)
        self.actions: dict[str, Action] = {}
        for number in range(count):
            form = f"Form_{number}"
            if self.random.random() < 0.5:
                job = builder.ready(form, form, ENDLESS, created=0.0)
                self.actions[job.id] = Action.START
            else:
                job = builder.running(form, form, ENDLESS, done=0.0001)
                self.actions[job.id] = Action.ABORT
        limits = Limits(concurrent=10**6, per_minute=10**9)
        self.creator = Creator(builder.jobs, timeline, token=TOKEN, limits=limits)
        for job in builder.jobs if late else ():
            delay = self.random.choice((0.0, self.random.uniform(0, LATEST)))
            self.creator.inject(Fault(late=delay, job_id=job.id, calls=frozenset({Call.CONTROL})))
        self.truth = Truth(self.creator, CUTS, trouble=trouble, seed=seed)

    def refs(self, origin: str = ORIGIN) -> list[JobRef]:
        return [
            parse_job_url(f"{ORIGIN}{job.path}") if origin == ORIGIN else _at(origin, job.path)
            for job in self.creator.jobs.values()
        ]

    def client(self) -> tuple[CreatorClient, Network]:
        network = Network(transport=CuttingTransport(self.truth))
        token = FixedToken(SecretStr(TOKEN), "this benchmark")
        return CreatorClient(token, network, now=virtual_now), network


def _at(origin: str, path: str) -> JobRef:
    return parse_job_url(f"{origin}{path}", base_url=origin)


def _seldom(ahead: Outlook, _: Terms) -> tuple[float, Reason]:
    return (0.0 if ahead == UNREAD else 900.0), Reason.ANY_TIME


class Screen:
    """Takes what the monitor says, and holds it against the truth."""

    def __init__(self, world: World, tally: Tally) -> None:
        self._world = world
        self._tally = tally

    def publish(self, event: Event) -> None:
        """See `Sink`."""
        if isinstance(event, CommandEnded):
            job = event.job.ref.job_id
            self._tally.said(job, event.command, self._world.truth)


async def by_keys(world: World, tally: Tally) -> None:
    """Commands all jobs of a world by monitors, window after window."""
    database = memory_database()
    refs = world.refs()
    for first in range(0, len(refs), A_WINDOW):
        await _window(world, tally, database, refs[first : first + A_WINDOW])
    # The last window finds what the others left unclear.
    await _window(world, tally, database, (), rest=2000.0)
    _judge(world, tally, database, refs)


async def _window(
    world: World, tally: Tally, database: Database, refs: Sequence[JobRef], *, rest: float = 0.0
) -> None:
    client, network = world.client()
    context = make_context(database, clock=_time)
    for ref in refs:
        context.memory.add(WatchedJob(ref, ref.form, virtual_now()))
    quota = QuotaTracker(CallLedger(database, PROFILE), AMPLE, now=virtual_now)
    monitor = Monitor(client, Screen(world, tally), context, quota, rule=_seldom, now=virtual_now)
    monitor.watch(context.memory.recall())
    running = asyncio.create_task(monitor.run())
    await asyncio.sleep(1.0)
    keys = []
    for ref in refs:
        await asyncio.sleep(BETWEEN)
        keys.append(asyncio.create_task(_press(world, tally, monitor, ref)))
    await asyncio.sleep(rest or world.random.choice((0.0, 15.0, 120.0)))
    for key in keys:
        key.cancel()
    await asyncio.gather(*keys, return_exceptions=True)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await network.aclose()


async def _press(world: World, tally: Tally, monitor: Monitor, ref: JobRef) -> None:
    """Presses the key once, and now and then again, unless it was accepted."""
    action = world.actions[ref.job_id]
    tally.commands += 1
    for _ in range(world.random.choice((1, 1, 2, 3))):
        try:
            command = await monitor.command(ref, action)
        except UsageError:
            tally.not_sent += 1
        else:
            if command.outcome is Outcome.ACCEPTED:
                return
        await asyncio.sleep(world.random.uniform(0, 90))
        tally.asked_again += 1


def _judge(world: World, tally: Tally, database: Database, refs: Sequence[JobRef]) -> None:
    archive = Archive(database, PROFILE)
    for ref in refs:
        history = archive.history(ref)
        kept = history.commands if history else ()
        tally.judge(world.truth, ref, kept, may_be_unclear=False)
    tally.cuts.update(world.truth.met)


async def by_commands(world: World, tally: Tally) -> None:
    """Commands all jobs of a world by what is behind ``start`` and ``abort``."""
    database = memory_database()
    refs = world.refs()
    for ref in refs:
        for _ in range(world.random.choice((1, 1, 2))):
            if await _headless(world, tally, database, ref) is Outcome.ACCEPTED:
                break
    # One that is left has had no status that could be read: the next command goes on with it.
    for ref in refs:
        for _ in range(4):
            if any(record.is_unclear for record in _context(database).memory.commands_of(ref)):
                await asyncio.sleep(120)
                await _headless(world, tally, database, ref)
    _judge(world, tally, database, refs)


async def _headless(world: World, tally: Tally, database: Database, ref: JobRef) -> Outcome | None:
    """Runs a command; returns what became of it, None where it was not sent."""
    action = world.actions[ref.job_id]
    client, network = world.client()
    context = _context(database)
    quota = QuotaTracker(CallLedger(database, PROFILE), AMPLE, now=virtual_now)
    progress, out = headless.Progress(action, watched(ref), PROFILE, print), io.StringIO()
    tally.commands += 1
    command: Command | None = None
    with contextlib.redirect_stdout(out):
        try:
            command = await headless.send_once(
                client, context, quota, progress.job, action, progress, now=virtual_now
            )
            error = headless.failure(command, progress.job, progress.state, PROFILE)
            if error is not None:
                raise error
            code = 0
            out.write(words.command(command, command.sent_at))
        except UsageError:
            tally.not_sent += 1
            return None
        except ZcbulkError as error:
            code = error.exit_code
            out.write(str(error))
        finally:
            await network.aclose()
    assert command is not None
    tally.said(ref.job_id, command, world.truth)
    happened = any(world.truth.attempts[ref.job_id])
    if code == 0 and not happened:
        tally.words.append(f"{ref.job_id}: exit code 0, and it was not carried out")
    if "no effect" in out.getvalue() and command.outcome is not Outcome.NO_EFFECT:
        tally.words.append(f"{ref.job_id}: {out.getvalue()}")
    return command.outcome


def _context(database: Database) -> ProfileContext:
    window = NoWindow(database, PROFILE, clock=_time)
    memory = Memory(database, PROFILE, window, shows_list=False)
    return ProfileContext(
        PROFILE, "anna@jump1", memory, window, RateLimiter(database, PROFILE, clock=_time)
    )


async def by_processes(world: World, tally: Tally, folder: Path) -> None:
    """Commands all jobs of a world by processes, in real time."""
    with LoopbackServer(world.creator) as server:
        proxy = CuttingProxy(world.truth, int(server.base_url.rpartition(":")[2]))
        listening, base_url = await proxy.serve()
        env = environment(folder, base_url=base_url, token=TOKEN)
        turn = asyncio.Semaphore(AT_ONCE)
        refs = world.refs(base_url)
        async with asyncio.TaskGroup() as tasks:
            for ref in refs:
                tasks.create_task(_process(world, tally, env, ref, turn))
        listening.close()
    with closing(open_database(folder / "state" / FILE_NAME)) as database:
        archive = Archive(database, PROFILE)
        for ref in refs:
            history = archive.history(ref)
            kept = history.commands if history else ()
            tally.judge(world.truth, ref, kept, may_be_unclear=True)
    tally.cuts.update(world.truth.met)


async def _process(
    world: World, tally: Tally, env: dict[str, str], ref: JobRef, turn: asyncio.Semaphore
) -> None:
    path = world.creator.jobs[ref.job_id].path
    command = [*PROGRAM, world.actions[ref.job_id].value, f"{ref.origin}{path}", "--yes"]
    async with turn:
        tally.commands += 1
        process = await asyncio.create_subprocess_exec(
            *command, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        out, _ = await process.communicate()
    tally.said_in_all += 1
    said, did = out.decode(), any(world.truth.attempts[ref.job_id])
    code = process.returncode
    lies = (code == 0 and not did) or (code == 1 and did) or (code not in (0, 1, 4))
    if lies or ("nothing was sent" in said and did) or ("shows no effect" in said and did):
        tally.words.append(f"{ref.job_id}: exit code {code}, {did=}: {said}")


async def by_pairs(world: World, tally: Tally, folder: Path) -> None:
    """Commands each job by two processes at once, who find no memory yet, in real time."""
    with LoopbackServer(world.creator) as server:
        for number, ref in enumerate(world.refs(server.base_url)):
            home, job = folder / str(number), world.creator.jobs[ref.job_id]
            env = environment(home, base_url=server.base_url, token=TOKEN)
            action = world.actions[ref.job_id].value
            command = [*PROGRAM, action, f"{ref.origin}{job.path}", "--yes"]
            ended = await asyncio.gather(*(_ended(command, env) for _ in range(2)))
            tally.commands += 2
            tally.said_in_all += 2
            sent = sum(
                entry.method != "GET" and ref.job_id in entry.path for entry in world.creator.log
            )
            codes = sorted(code or 0 for code, _ in ended)
            if sent != 1:
                tally.doubled.append(f"{ref.job_id}: {sent} sent by a pair: {ended}")
            # The other one is told that it was accepted, and that the status comes first.
            if codes != [0, 2]:
                tally.words.append(f"{ref.job_id}: exit codes of a pair {codes}: {ended}")
            with closing(open_database(home / "state" / FILE_NAME)) as database:
                history = Archive(database, PROFILE).history(ref)
            kept = [record.command.outcome for record in (history.commands if history else ())]
            tally.outcomes.update(outcome.value for outcome in kept)
            if kept != [Outcome.ACCEPTED]:
                tally.records.append(f"{ref.job_id}: recorded of a pair: {kept}")


async def _ended(command: Sequence[str], env: dict[str, str]) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode()


def _time() -> float:
    return asyncio.get_running_loop().time()


async def _in_virtual_time(count: int, seed: int, tally: Tally, *, keys: bool) -> None:
    world = World(count, Timeline(lambda: NOW.timestamp() + _time()), seed)
    await (by_keys if keys else by_commands)(world, tally)


def main() -> int:
    """Commands and prints; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.commands",
        description="Commands jobs whose calls come to grief, and compares with the truth.",
    )
    parser.add_argument("--commands", type=int, default=1000, metavar="N", help="default: 1000")
    parser.add_argument("--processes", type=int, default=48, metavar="N", help="of these; 48")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    parser.add_argument("--pairs", type=int, default=4, metavar="N", help="of processes; 4")
    arguments = parser.parse_args()
    tally, begun = Tally(), time.monotonic()
    rest = max(arguments.commands - arguments.processes, 0)
    batch = 200
    for number in range(0, rest, batch):
        count, keys = min(batch, rest - number), number // batch % 2 == 0
        run_virtual(_in_virtual_time(count, arguments.seed + number, tally, keys=keys))
    if arguments.processes:
        os.nice(5)
        world = World(arguments.processes, Timeline(time.time), arguments.seed, trouble=0.1)
        with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as folder:
            asyncio.run(by_processes(world, tally, Path(folder)))
    if arguments.pairs:
        world = World(arguments.pairs, Timeline(time.time), arguments.seed, late=False)
        with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as folder:
            asyncio.run(by_pairs(world, tally, Path(folder)))
    _print(tally, time.monotonic() - begun)
    return 1 if tally.doubled or tally.words or tally.records else 0


def _print(tally: Tally, seconds: float) -> None:
    figures = {
        "start and abort asked for": tally.commands,
        "control calls that left": sum(tally.cuts.values()),
        "keys and commands not sent, since one was unclear": tally.not_sent,
        **{f"  {cut.value[0]}": tally.cuts[cut] for cut in Cut},
        **{f"recorded: {name}": count for name, count in sorted(tally.outcomes.items())},
        "words said of them": tally.said_in_all,
        "doubled": len(tally.doubled),
        "words that are not true": len(tally.words),
        "records that are not true": len(tally.records),
    }
    for what, figure in figures.items():
        print(f"{what:52} {figure:8,}")
    print(f"{'time':52} {timedelta(seconds=round(seconds))!s:>8}")
    for wrong in (*tally.doubled, *tally.words, *tally.records):
        print(f"  {wrong}")


if __name__ == "__main__":
    sys.exit(main())
