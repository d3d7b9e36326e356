"""A night that is lived through: files, jobs, windows, and what fails meanwhile."""

import asyncio
import csv
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tests.benchmarks.night_window import PERIOD, Site, Window
from tests.benchmarks.night_wire import TOKEN, Net, Sent, Span, Trouble, loop_time
from tests.support.contexts import PROFILE
from tests.support.virtual_time import virtual_now
from zcbulk_tui.cli.preparing import check_file
from zcbulk_tui.domain.alerts import Alert
from zcbulk_tui.domain.budget import QuotaPlan
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import Insertion, InsertPlan
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.night import ErrorBudget, NightPlan
from zcbulk_tui.simulator.builder import JobBuilder
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import ERRORS, Call
from zcbulk_tui.simulator.fields import Field, Form, Kind
from zcbulk_tui.simulator.hostile import BAD_GATEWAY, SERVER_ERROR, UNAVAILABLE
from zcbulk_tui.simulator.jobs import APP, OWNER, RESULT_KEPT_SECONDS, Job
from zcbulk_tui.simulator.messages import LOST
from zcbulk_tui.simulator.physics import Counts, State, Workload
from zcbulk_tui.simulator.results import ResultRules
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.verdicts import InsertRules
from zcbulk_tui.store import windows
from zcbulk_tui.store.alerts import AlertStore
from zcbulk_tui.store.database import open_database
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.results import Results, is_there
from zcbulk_tui.store.watch_list import WatchList

ORIGIN = "https://www.zohoapis.com"

IDENT = "Ident"
"""The column with the id of a record; no two records of a night share it."""

_FIELDS = (
    Field(IDENT, max_char=20),
    Field("City", mandatory=True, max_char=60),
    Field("Quantity", Kind.NUMBER, max_char=9),
)

_LEAST_HOURS, _MOST_HOURS = 8.0, 10.0

_LOOK = 300.0
"""Seconds between two looks whether all is over, after the night."""

_CALLS = (Call.CREATE, Call.UPLOAD, Call.CONTROL, Call.STATUS, Call.RESULT)

_STEPS = (Call.CREATE, Call.UPLOAD, Call.CONTROL)

_ANSWERS = (
    ("no answer", LOST),
    ("no answer", LOST),
    ("500", SERVER_ERROR),
    ("502", BAD_GATEWAY),
    ("503", UNAVAILABLE),
    ("429", ERRORS["429-2955"].response()),
)
"""What comes in place of an answer, each as often as it stands here."""

_PERIODS_OF_TROUBLE = {Trouble.NETWORK: 40.0, Trouble.SIGN_IN: 60.0, Trouble.DISK: 30.0}
"""The most minutes that each lasts."""


@dataclass
class Outcome:
    """What a night has brought, as the simulator and the network have seen it.

    Attributes:
        site: Calls, heartbeats and reports, as they were counted outside of the product.
        creator: The simulator.
        windows: Those that were open.
        began: When the night was armed, in seconds of the loop.
        until: When it was to end.
        report: Where its report was to go.
        files: What was queued.
        refs: The jobs, as a user of the product names them.
        met: What happened, and how often.
        alerts: Those that were raised.
        spent: The calls of all days, as the product has stored them.
        open: The keys of the files that are still on the queue.
        missing: Results that did not come to the disk.
        fetched: Results that did.
        records: How often each form holds each record.
        over: When all was over, on the timeline of the simulator.
        sure: Seconds for which a window that polls may be sure of that, as in `store.windows`.
        silent: Seconds after which one counts as gone, as there.
    """

    site: Site
    creator: Creator
    windows: list[Window] = field(default_factory=list)
    began: float = 0.0
    until: float = 0.0
    report: Path = Path()
    files: list[Insertion] = field(default_factory=list)
    refs: dict[str, JobRef] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)
    alerts: list[Alert] = field(default_factory=list)
    spent: int = 0
    open: frozenset[str] = frozenset()
    missing: list[str] = field(default_factory=list)
    fetched: int = 0
    records: dict[str, Counter[str]] = field(default_factory=dict)
    over: float = 0.0
    sure: float = field(default_factory=lambda: windows.SURE)
    silent: float = field(default_factory=lambda: windows.SILENT)

    def is_alive(self, moment: float, beside: Window | None = None) -> bool:
        """Whether a window lived at a moment, other than one of them."""
        return any(
            it.opened <= moment and (it.killed is None or it.killed > moment)
            for it in self.windows
            if it is not beside
        )


class World:
    """A night as it happens.

    Args:
        folder: A folder of its own.
        seed: Makes it another one.
        hours: How long it lasts; None for 8 to 10 hours.
    """

    def __init__(self, folder: Path, seed: str, hours: float | None = None) -> None:
        chance = self._chance = random.Random(seed)
        self._folder = folder
        length = 3600.0 * (hours or chance.uniform(_LEAST_HOURS, _MOST_HOURS))
        self._length = length
        self._forms = [f"Night{number}" for number in range(1, chance.randint(1, 3) + 1)]
        builder = JobBuilder(virtual_now().timestamp(), chance.randrange(10**6))
        self._elsewhere = list(_elsewhere(builder, chance, length))
        self._creator = Creator(
            builder.jobs,
            Timeline(lambda: virtual_now().timestamp()),
            token=TOKEN,
            forms=[Form(name, _FIELDS) for name in self._forms],
            rules=InsertRules(
                strict_batches=chance.random() < 0.3,
                records_per_second=chance.choice((0.3, 1.0, 4.0, 30.0)),
            ),
            results=ResultRules(delay=chance.choice((0.0, 3.0, 40.0, 400.0))),
            seed=chance.randrange(10**9),
        )
        spans = sorted(_spans(chance, length), key=lambda it: it.begin)
        net = Net(self._creator, chance, spans)
        net.on_sent = self._note_sent
        calls = chance.choice((250, 250, 120, 60, 40, 30))
        self._site = Site(folder, net, QuotaPlan(calls, 1, chance.choice((20, 20, 8)), UTC))
        self.outcome = Outcome(self._site, self._creator)
        self._called = asyncio.Event()

    async def live(self) -> Outcome:
        """Lives through the night, and on until all results are there or deleted."""
        out, chance, begin = self.outcome, self._chance, virtual_now()
        self._queue_files()
        first = self._open()
        out.began, out.until = loop_time(), loop_time() + self._length
        until = begin + timedelta(seconds=self._length)
        out.report = self._folder / "reports" / "night.md"
        out.report.parent.mkdir()
        budget = ErrorBudget(
            chance.choice((500, 100, None)), chance.choice((0.03, 0.1, None, None))
        )
        first.nights.arm(NightPlan(until, budget, out.report))
        self._plan_faults()
        scenes = [*self._disk_scenes(), *self._kills(), (self._length + 650.0, self._wake)]
        async with asyncio.TaskGroup() as happening:
            for moment, happen in scenes:
                happening.create_task(_at(moment, happen))
        await self._end()
        return out

    # What there is in the evening.

    def _queue_files(self) -> None:
        out, chance = self.outcome, self._chance
        uploads = self._folder / "uploads"
        with closing(open_database(self._site.path)) as database:
            insertions = Insertions(database, PROFILE)
            for number in range(1, chance.randint(3, 7) + 1):
                path = self._folder / f"file{number}.csv"
                _write(path, number, chance)
                form = FormRef(ORIGIN, OWNER, APP, chance.choice(self._forms))
                plan = InsertPlan(form, label=f"File {number}")
                prepared = check_file(path, None).prepare(
                    plan, uploads, "anna@jump1", virtual_now()
                )
                insertions.add(prepared.insertions)
                out.files += prepared.insertions
            now = virtual_now()
            jobs = [_watched(job, now) for job in self._elsewhere]
            WatchList(database, PROFILE).add_all(jobs)

    def _plan_faults(self) -> None:
        chance, start = self._chance, self._creator.timeline.start
        elapsed = self._creator.timeline.now() - start
        for _ in range(chance.randint(2, 9)):
            (name, answer), call = chance.choice(_ANSWERS), chance.choice(_CALLS)
            # Most of what is sent is sent early.
            begin = elapsed + self._length * chance.random() ** 2
            if call in _STEPS and chance.random() < 0.7:
                begin = elapsed
            self._creator.inject(
                Fault(
                    answer,
                    behind=chance.random() < 0.5 and name != "429",
                    late=chance.choice((0.0, 0.0, 5.0, 40.0)),
                    calls=frozenset({call}),
                    window=(begin, begin + 7200.0),
                    times=chance.choice((1, 1, 2, 6)),
                )
            )
            self.outcome.met[f"fault: {name}"] += 1
        for span in self._site.net.spans:
            self.outcome.met[f"span: {span.trouble.value}"] += 1

    # What happens in the night.

    def _disk_scenes(self) -> Iterator[tuple[float, Callable[[], Awaitable[None]]]]:
        for span in self._site.net.spans:
            if span.trouble is Trouble.DISK:
                yield span.begin, self._feel_disk
                yield span.end, self._feel_disk

    async def _feel_disk(self) -> None:
        for window in self.outcome.windows:
            window.feel_disk()

    def _kills(self) -> Iterator[tuple[float, Callable[[], Awaitable[None]]]]:
        chance = self._chance
        for _ in range(chance.randint(1, 4)):
            moment = chance.uniform(0.0, self._length + 600.0)
            yield moment, partial(self._kill, in_call=chance.random() < 0.5)
        if chance.random() < 0.3:
            # While the first files are sent.
            yield chance.uniform(0.0, 10.0), partial(self._kill, in_call=True)
        for span in self._site.net.spans:
            if span.trouble is Trouble.DISK and chance.random() < 0.3:
                yield chance.uniform(span.begin, span.end), partial(self._kill, in_call=False)
        if chance.random() < 0.3:
            yield self._length + chance.uniform(-3.0, 3.0), partial(self._kill, in_call=False)
        if chance.random() < 0.5:
            yield chance.uniform(10.0, self._length), self._open_another

    async def _open_another(self) -> None:
        await self._wait_for_disk()
        self._open()

    async def _kill(self, *, in_call: bool) -> None:
        window = next((it for it in self.outcome.windows if it.polls), None)
        if window is None:
            return
        if in_call:
            self._called.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(900.0):
                    await self._called.wait()
            await asyncio.sleep(self._chance.choice((0.0, 0.2, 0.7, 1.5, 5.0)))
        if window.killed is not None:
            return
        await window.kill()
        self.outcome.met["kills"] += 1
        if self._site.net.fails(Trouble.DISK):
            self.outcome.met["kills while the disk was full"] += 1
        if any(it.killed is None for it in self.outcome.windows):
            self.outcome.met["taken over by another window"] += 1
            return
        await asyncio.sleep(self._chance.uniform(60.0, 1200.0))
        await self._wake()

    async def _wake(self) -> None:
        """Opens a window where none is."""
        await self._wait_for_disk()
        if not any(it.killed is None for it in self.outcome.windows):
            self._open()

    async def _wait_for_disk(self) -> None:
        """On a full disk no window is opened that would store anything."""
        full = [it for it in self._site.net.spans if it.trouble is Trouble.DISK]
        for span in full:  # in the order of their beginnings
            if span.begin <= loop_time() < span.end:
                await asyncio.sleep(span.end - loop_time())

    def _open(self) -> Window:
        window = Window(self._site, f"pts/{len(self.outcome.windows) + 1}")
        self.outcome.windows.append(window)
        return window

    def _note_sent(self, _: Sent) -> None:
        self._called.set()

    # How it ends.

    async def _end(self) -> None:
        out = self.outcome
        with closing(open_database(self._site.path)) as database:
            results = Results(database, PROFILE)
            while True:
                missing = list(self._missing(results))
                now = self._creator.timeline.now()
                is_over = all(
                    (end := job.end(now)) is not None and now > end[1] + RESULT_KEPT_SECONDS
                    for job, _ in missing
                )
                if self._site.reports and (not missing or is_over):
                    break
                if loop_time() > out.until + 4 * 86_400.0:
                    break
                await asyncio.sleep(_LOOK)
            await asyncio.sleep(3 * PERIOD)
            out.missing = [f"{job.label}: {count} {kind}" for job, (kind, count) in missing]
            out.fetched = sum(it.file is not None for it in results.all())
            out.alerts = AlertStore(database, PROFILE).newer_than(0)
            (out.spent,) = database.rows("SELECT sum(plan + key + command + script) FROM days")[0]
            out.open = frozenset(it.key for it in Insertions(database, PROFILE).open())
        out.over = self._creator.timeline.now()
        for form in self._forms:
            out.records[form] = Counter(it.values[IDENT] for it in self._creator.records(form))
        for window in out.windows:
            if window.killed is None:
                await window.kill()

    def _missing(self, results: Results) -> Iterator[tuple[Job, tuple[str, int]]]:
        """The results of jobs that ended in the night, and that are not on the disk."""
        out, now = self.outcome, self._creator.timeline.now()
        known = {it.job_id for it in self._site.net.sent if it.status == 200 and it.job_id}
        there = {
            (it.ref.job_id, it.kind.word): it.file.records
            for it in results.all()
            if it.file is not None and is_there(it.file)
        }
        for job in self._creator.jobs.values():
            end = job.end(now)
            if end is None or job.id not in known or end[0] is State.EXPIRED:
                continue
            if end[1] - self._creator.timeline.start > out.until:
                continue
            counts = ended_counts(job, end[1])
            for kind, count in (("failed", counts.failed), ("unprocessed", counts.unprocessed)):
                if count and there.get((job.id, kind)) != count:
                    yield job, (kind, count)


def ended_counts(job: Job, ended_at: float) -> Counts:
    """Returns the counts of a job at its end, which is a moment that no float may hold."""
    return job.counts(ended_at + 0.001)


async def _at(moment: float, happen: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(max(moment - loop_time(), 0.0))
    await happen()


def _spans(chance: random.Random, length: float) -> Iterator[Span]:
    for trouble, minutes in _PERIODS_OF_TROUBLE.items():
        for _ in range(chance.choice((0, 0, 1, 1, 2))):
            begin = chance.uniform(0.0, length)
            yield Span(trouble, begin, begin + 60.0 * chance.uniform(0.5, minutes))


def _elsewhere(builder: JobBuilder, chance: random.Random, length: float) -> Iterator[Job]:
    """Jobs that somebody else has made, and that are on the watch list."""
    for number in range(1, chance.randint(0, 3) + 1):
        name = f"Else{number}"
        workload = Workload(
            chance.randint(200, 30_000),
            chance.uniform(0.5, 4.0),
            bad_batch_chance=chance.choice((0.0, 0.0, 0.03, 0.2)),
            breaks_after=chance.choice((None, None, None, 0.6)),
        )
        match chance.randrange(3):
            case 0:
                yield builder.running(name, name, workload, done=chance.uniform(0.0, 0.9))
            case 1:
                at = chance.uniform(0.05, 0.9) * length
                yield builder.ending(name, name, workload, at=at)
            case _:
                yield builder.ready(name, name, workload, created=-chance.uniform(60.0, 9000.0))


def _watched(job: Job, now: datetime) -> WatchedJob:
    address = job.address
    ref = JobRef(ORIGIN, address.owner, address.app, address.form, job.id)
    return WatchedJob(ref, job.label, now, datetime.fromtimestamp(job.created_at, UTC))


def _write(path: Path, number: int, chance: random.Random) -> None:
    """Writes a file, some of whose records lack what their form wants."""
    share = chance.choice((0.0, 0.0, 0.0, 0.002, 0.01, 0.1))
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((IDENT, "City", "Quantity"))
        for record in range(chance.randint(100, 3000)):
            city = "" if chance.random() < share else "Zürich"
            writer.writerow((f"F{number}-{record:05}", city, record % 97))
