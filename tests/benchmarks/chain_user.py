"""Who brings a file into a form, whatever happens: a careful user, and the parts of the product.

All of it runs in virtual time. The user reads before acting, and lets a step be sent again only
where the words of the product say that nothing can be doubled by it.
"""

import asyncio
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from pydantic import SecretStr

from tests.benchmarks.chain_files import Made
from tests.benchmarks.chain_server import TOKEN, Server
from tests.support.contexts import PROFILE
from tests.support.databases import memory_database
from tests.support.virtual_time import virtual_now
from zcbulk_tui.cli.inserting import Follower, until_settled, working
from zcbulk_tui.cli.preparing import check_file
from zcbulk_tui.cli.sending import Progress, send_once
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.tokens import FixedToken
from zcbulk_tui.data.result_folder import ResultFolder
from zcbulk_tui.domain.budget import Cause, QuotaPlan
from zcbulk_tui.domain.form import FormFields, FormRef
from zcbulk_tui.domain.insertion import Insertion, InsertPlan, Prepared, QueuedFile, Stage, Step
from zcbulk_tui.domain.job import Action, JobReading, JobRef, WatchedJob
from zcbulk_tui.domain.result import ResultKind, ResultStage, wanted
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import UsageError, ZcbulkError
from zcbulk_tui.monitor.events import Event
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.once import read_all
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.monitor.result_fetcher import ResultFetcher
from zcbulk_tui.simulator.jobs import APP, OWNER
from zcbulk_tui.store.insertions import Insertions, as_they_stand
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.rate_limiter import RateLimiter
from zcbulk_tui.store.results import Results
from zcbulk_tui.store.windows import NoWindow

P = ParamSpec("P")
T = TypeVar("T")

ORIGIN = "https://www.zohoapis.com"

AMPLE = QuotaPlan(10_000_000, 1, 20, None)

_START_WITHIN = 3 * 3600.0 + 120
"""Seconds after which a job that was not started has expired, and holds the form no longer."""

_ROUNDS = 24
"""Times that a user looks at the queue before taking off what is left."""

_BOTH = (ResultKind.FAILURE, ResultKind.UNPROCESSED)


@contextmanager
def without_threads() -> Iterator[None]:
    """What takes long is done at once: virtual time would pass while a thread does it."""

    async def at_once(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        await asyncio.sleep(0)
        return work(*args, **kwargs)

    with patch.object(asyncio, "to_thread", at_once):
        yield


class _Nobody:
    """A sink that nobody looks at."""

    def publish(self, event: Event) -> None:
        """See `Sink`."""


class User:
    """Somebody at a terminal, with an account of the simulator without a job.

    Args:
        made: What is to be inserted.
        folder: Where files are written.
        chance: For what is left to chance.

    Attributes:
        creator: The simulator.
        insertions: The queue.
        on_look: Called whenever the user looks at the queue.
        met: What has happened, and how often.
    """

    def __init__(self, made: Made, folder: Path, chance: random.Random) -> None:
        self.met: Counter[str] = Counter()
        self.database = memory_database()
        self.insertions = Insertions(self.database, PROFILE)
        self.on_look: Callable[[], None] = lambda: None
        self.results = Results(self.database, PROFILE)
        self.form = FormRef(ORIGIN, OWNER, APP, made.form.link_name)
        self.fields: FormFields | None = None
        self._chance = chance
        self._folder = folder
        self.folder = ResultFolder(folder / "results", virtual_now)
        self._server = Server(made.form, chance, self.met)
        self.creator = self._server.creator
        self._network = Network(transport=self._server.transport)
        token = FixedToken(SecretStr(TOKEN), "this benchmark")
        self.client = CreatorClient(token, self._network, now=virtual_now)

    async def close(self) -> None:
        """Ends it."""
        await self._network.aclose()

    async def read_fields(self) -> None:
        """Reads the fields of the form, as the dialog and ``insert`` do."""
        self.fields = await self.client.fields(self.form)

    def prepare(
        self,
        path: Path,
        encoding: str | None,
        delimiter: str | None,
        repairs: str,
        records: int | None,
    ) -> Prepared:
        """Checks a file, and writes what is uploaded.

        Raises:
            DataError: It cannot be used.
        """
        treatment = self._chance.choices(tuple(Suspects), (85, 5, 10))[0]
        fields = self.fields if self._chance.random() < 0.7 else None
        checked = check_file(path, fields, encoding=encoding, delimiter=delimiter)
        self._count(f"suspects: {treatment.value}")
        plan = InsertPlan(self.form, suspects=treatment, part_records=records, repairs=repairs)
        # Each has a folder of its own, so that none takes the name of another's.
        uploads = Path(tempfile.mkdtemp(dir=self._folder))
        return checked.prepare(plan, uploads, "anna@jump1", virtual_now())

    async def insert(self, files: Sequence[Insertion]) -> None:
        """Brings files into the form, as far as they come."""
        self._server.plan_trouble()
        self.insertions.add(files)
        keys = {it.key for it in files}
        tries: Counter[str] = Counter()
        for _ in range(_ROUNDS):
            await self._work(keys)
            self.on_look()
            mine = [it for it in as_they_stand(self.database, PROFILE) if it.insertion.key in keys]
            if not mine:
                break
            first = next(it for it in mine if not it.behind)
            tries[first.insertion.key] += 1
            await self._decide(first, tries[first.insertion.key])
        for file in as_they_stand(self.database, PROFILE):
            if file.insertion.key in keys:
                self._drop(file)
        # What cannot be taken off, as its step is on its way, is over soon.
        if any(it.key in keys for it in self.insertions.open()):
            raise RuntimeError(f"still on the queue: {self.insertions.open()}")

    async def finish(self, ref: JobRef) -> JobReading:
        """Waits until a job has ended, starts it where that is still to be done, or aborts it."""
        starts = 0
        aborts = self._chance.random() < 0.25
        for _ in range(60):
            reading = await self.read(ref)
            if reading is None:
                await asyncio.sleep(60)
                continue
            if reading.state.is_final:
                return reading
            if reading.state.is_waiting and reading.counts.total and starts < 3:
                starts += 1
                self._count("started by its key")
                await self.command(ref, Action.START)
                await asyncio.sleep(90)
            elif reading.state.is_waiting:
                await asyncio.sleep(_START_WITHIN)
            elif aborts:
                aborts = False
                await asyncio.sleep(self._chance.uniform(0, 30))
                self._count("aborted by its user")
                await self.command(ref, Action.ABORT)
                await asyncio.sleep(70)
            else:
                await asyncio.sleep(600)
        raise RuntimeError(f"job {ref.job_id} does not end")

    async def read(self, ref: JobRef) -> JobReading | None:
        """Reads a job as ``status`` does; None where there is no answer that can be read."""
        job = self.job(ref)
        context, quota = self._context()
        try:
            (found,) = await read_all(self.client, [job], quota, context, virtual_now, fresh=True)
        except ZcbulkError:
            return None
        return None if isinstance(found, ZcbulkError) else found

    async def command(self, ref: JobRef, action: Action) -> None:
        """Starts or aborts a job, as the commands do."""
        context, quota = self._context()
        job = self.job(ref)
        progress = Progress(action, job, PROFILE, lambda _: None)
        with suppress(ZcbulkError):
            command = await send_once(
                self.client, context, quota, job, action, progress, now=virtual_now
            )
            self._count(f"{action} {command.outcome.value}")

    async def fetch(self, ref: JobRef) -> None:
        """Fetches the results of a job, unasked or as ``results`` does."""
        asks = self._chance.random() < 0.5
        if self._chance.random() < 0.02:
            self._count("results fetched too late")
            await asyncio.sleep(4 * 86_400.0)
            asks = True
        if self._chance.random() < 0.05:
            self._count("fetching broken off")
            async with self._fetching(ref, asks=asks) as fetcher:
                if asks:
                    fetcher.fetch([ref], _BOTH)
                await asyncio.sleep(self._chance.choice((0.0, 0.01, 1.0, 20.0)))
        async with self._fetching(ref, asks=asks) as fetcher:
            if asks:
                fetcher.fetch([ref], _BOTH)
            await self._fetched(fetcher, ref)
            fetcher.fetch([ref], _BOTH)  # what could not be had unasked
            await self._fetched(fetcher, ref)

    @asynccontextmanager
    async def _fetching(self, ref: JobRef, *, asks: bool) -> AsyncIterator[ResultFetcher]:
        context, quota = self._context()
        monitor = Monitor(self.client, _Nobody(), context, quota, polls=False, now=virtual_now)
        snapshot = context.memory.known(self.job(ref))
        monitor.watch([Recalled(snapshot, context.memory.last_command(ref))])
        fetcher = ResultFetcher(
            self.client,
            monitor,
            context,
            quota,
            self.results,
            self.folder,
            _Nobody(),
            now=virtual_now,
            by_itself=lambda: not asks,
            cause=Cause.SCRIPT if asks else Cause.KEY,
            luck=self._chance.random,
        )
        running = [asyncio.create_task(monitor.run()), asyncio.create_task(fetcher.run())]
        await asyncio.sleep(0)  # so that they have begun
        try:
            yield fetcher
        finally:
            for task in reversed(running):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _fetched(self, fetcher: ResultFetcher, ref: JobRef) -> None:
        kinds = wanted(self._context()[0].memory.known(self.job(ref)))
        until = _time() + 6 * 3600
        while _time() < until:
            stages = {it.kind: it.stage for it in fetcher.results(ref)}
            is_open = any(stages.get(it, ResultStage.DUE).is_open for it in kinds)
            if not is_open and not any(fetcher.is_asked(ref, kind) for kind in kinds):
                return
            await asyncio.sleep(5)

    def job(self, ref: JobRef) -> WatchedJob:
        """Returns a job as the watch list has it."""
        memory = self._context()[0].memory
        return next(
            (it.snapshot.job for it in memory.recall([ref])), WatchedJob(ref, "?", virtual_now())
        )

    # The queue.

    async def _work(self, keys: set[str]) -> None:
        """Works the queue until nothing goes on; now and then that is broken off."""
        context, quota = self._context()
        files = [it for it in self.insertions.open() if it.key in keys]
        if not files:
            return
        follower = Follower([it.key for it in files], lambda _: None)
        patience = None
        if self._chance.random() < 0.05:
            self._count("queue broken off")
            patience = self._chance.choice((0.0, 0.01, 0.5, 3.0))
        async with working(
            self.client, context, quota, self.insertions, follower, files, virtual_now
        ) as queue:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await until_settled(
                        queue, follower, self.insertions, [it.key for it in files], waits=False
                    )

    async def _decide(self, file: QueuedFile, tries: int) -> None:
        """Does what a careful user does about a file that stands still."""
        match file.stage:
            case Stage.HELD:
                self._go_on_or_drop(file, 0.8)
            case Stage.UNCLEAR if file.insertion.create and file.insertion.last_step:
                self._count(f"unclear {file.insertion.last_step[0].value}")
                if file.insertion.last_step[0] is Step.CREATE:
                    # “A job may exist, and the form be busy, for up to 3 h”.
                    await asyncio.sleep(_START_WITHIN)
                    self._go_on_or_drop(file, 0.7)
                else:
                    await self._look_for_file(file, tries)
            case Stage.REFUSED:
                await asyncio.sleep(_START_WITHIN)
                self._go_on_or_drop(file, 0.7 if tries < 3 else 0.0)
            case Stage.WAITS if file.slot.taken_by:
                await self._free_the_form()
            case _:
                await asyncio.sleep(60)

    async def _look_for_file(self, file: QueuedFile, tries: int) -> None:
        """Reads whether a job has its file: “the job may have the file”."""
        ref = file.insertion.ref
        if ref is None:
            raise RuntimeError(f"an upload without a job: {file}")
        await asyncio.sleep(self._chance.choice((0.0, 100.0)))
        reading = await self.read(ref)
        if reading is None:
            return
        if reading.state.is_waiting and reading.counts.total:
            await self.command(ref, Action.START)
        elif reading.state.is_waiting and tries < 4:
            # A second file in a job that has not been started takes the place of the first.
            self._go_on_or_drop(file, 0.8)
        elif reading.state.is_waiting or reading.state.is_final:
            self._drop(file)

    async def _free_the_form(self) -> None:
        """Waits for the job that is active in the form."""
        memory = self._context()[0].memory
        active = [it.snapshot.ref for it in memory.recall() if not it.snapshot.is_final]
        for ref in active:
            await self.finish(ref)

    def _go_on_or_drop(self, file: QueuedFile, chance: float) -> None:
        if self._chance.random() >= chance:
            self._drop(file)
            return
        with suppress(UsageError):
            self.insertions.release(file.insertion)
            self._count(f"let go on: {file.stage.value}")

    def _drop(self, file: QueuedFile) -> None:
        with suppress(UsageError):
            self.insertions.drop(file.insertion)
            self._count(f"taken off: {file.stage.value}")

    def spoil(self, path: Path) -> Path | None:
        """Deletes or changes a file, now and then; returns where a copy of it is, or None."""
        kind = self._chance.choices(("none", "deleted", "grown", "changed"), (85, 6, 5, 4))[0]
        if kind == "none" or not path.exists():
            return None
        copy = path.with_name(f"{path.name}.kept")
        shutil.copy2(path, copy)
        self._count(f"source {kind}")
        if kind == "deleted":
            path.unlink()
        elif kind == "grown":
            with path.open("ab") as file:
                file.write(b"more,of,it\r\n")
        else:
            data = bytearray(path.read_bytes())
            data[-3] = data[-3] ^ 1
            path.write_bytes(data)
        return copy

    def _context(self) -> tuple[ProfileContext, QuotaTracker]:
        """What a process of its own has."""
        database = self.database
        window = NoWindow(database, PROFILE, clock=_time)
        memory = Memory(database, PROFILE, window, shows_list=False)
        limiter = RateLimiter(database, PROFILE, clock=_time)
        context = ProfileContext(PROFILE, "anna@jump1", memory, window, limiter)
        quota = QuotaTracker(CallLedger(database, PROFILE), AMPLE, now=virtual_now)
        return context, quota

    def _count(self, what: str) -> None:
        self.met[what] += 1


def _time() -> float:
    return asyncio.get_running_loop().time()
