"""What quarantine is worth: files with a few bad records, by the strict reading of the batch rule.

``python -m tests.benchmarks.quarantine [--files N] [--records N] [--bad SHARE] [--seed N]`` makes
files for the forms of the simulator, each with a share of records that its form refuses. Each is
checked against the fields that the simulator's Meta API lists, and inserted three times, each time
into an empty account: as it is, without its suspect records, and with these packed at the end. The
path is that of ``zcbulk-tui insert``: check, prepared file, queue, client; the simulator is in this
process, where one bad record fails its batch. Then what the form holds is compared with the file,
record by record. The exit code is 1 where 1 % of the jobs or more end in spite of quarantine, or a
record is lost or doubled.
"""

import argparse
import asyncio
import csv
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from pydantic import SecretStr

from tests.support.contexts import PROFILE, make_context
from tests.support.databases import memory_database
from zcbulk_tui.cli.context import now
from zcbulk_tui.cli.inserting import Follower, until_settled, working
from zcbulk_tui.cli.preparing import check_file
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.tokens import FixedToken
from zcbulk_tui.domain.budget import QuotaPlan
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import InsertPlan, Prepared
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.fields import FORMS, Form
from zcbulk_tui.simulator.jobs import APP, OWNER, Job
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.simulator.samples import sample
from zcbulk_tui.simulator.transport import InProcessTransport
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.quota import CallLedger

ORIGIN = "https://www.zohoapis.com"
TOKEN = "1000.of.the.simulator"

A_DAY = 86_400.0
"""Seconds in which every job has ended, and after which none has expired."""

AMPLE = QuotaPlan(100_000, 1, 20, UTC)

_Records = Counter[tuple[str, ...]]


@dataclass
class Tally:
    """What became of the jobs of one treatment.

    Attributes:
        jobs: How many there were.
        ended: Those that Zoho aborted.
        left_out: Records that were left out.
        failed: Records that were uploaded and not inserted.
        missed: Bad records that no check found.
        wrong: Records that are lost or doubled, in words.
        calls: Calls in all, but those for the fields.
    """

    jobs: int = 0
    ended: int = 0
    left_out: int = 0
    failed: int = 0
    missed: int = 0
    wrong: list[str] = field(default_factory=list)
    calls: int = 0


class World:
    """An account without a job, and who inserts into it.

    Args:
        folder: Where files are written.
    """

    def __init__(self, folder: Path) -> None:
        self.later = 0.0
        self.folder = folder
        timeline = Timeline(lambda: time.time() + self.later)
        self.creator = Creator([], timeline, token=TOKEN)
        network = Network(transport=InProcessTransport(self.creator))
        self.client = CreatorClient(FixedToken(SecretStr(TOKEN), "this benchmark"), network)
        self._network = network

    async def insert(self, path: Path, form: FormRef, treatment: Suspects) -> Prepared:
        """Checks a file, and inserts it; returns what was sent when its jobs are over."""
        database = memory_database()
        insertions = Insertions(database, PROFILE)
        context, quota = make_context(database), QuotaTracker(CallLedger(database, PROFILE), AMPLE)
        checked = check_file(path, await self.client.fields(form))
        plan = InsertPlan(form, suspects=treatment)
        prepared = checked.prepare(plan, self.folder, "anna@jump1", now())
        files = prepared.insertions
        insertions.add(files)
        follower = Follower([it.key for it in files], lambda _: None)
        async with working(self.client, context, quota, insertions, follower, files) as queue:
            settled = await until_settled(
                queue, follower, insertions, [it.key for it in files], waits=False
            )
        if not all(it.is_over for it in settled):
            raise RuntimeError(f"{path.name} was not inserted: {settled}")
        self.later += A_DAY
        await self._network.aclose()
        return prepared


async def quarantine(
    path: Path, form: Form, treatment: Suspects, folder: Path, tally: Tally
) -> None:
    """Inserts a file in one way, and compares what the form holds with it."""
    world = World(folder)
    ref = FormRef(ORIGIN, OWNER, APP, form.link_name)
    prepared = await world.insert(path, ref, treatment)
    creator = world.creator
    tally.calls += sum(entry.action is not None for entry in creator.log)
    for job in creator.jobs.values():
        tally.jobs += 1
        tally.ended += job.state(creator.timeline.now()) is State.SYSTEM_ABORTED
        if job.verdict is not None and treatment is Suspects.LEAVE_OUT:
            tally.missed += len(job.verdict.bad)
    tally.left_out += prepared.left_out
    found = [tuple(it.values.values()) for it in creator.records(form.link_name)]
    left_out = _records(prepared.left_out_path) if prepared.left_out_path else Counter()
    _compare(_records(path), Counter(found), left_out, list(creator.jobs.values()), tally)


def _compare(
    source: _Records, found: _Records, left_out: _Records, jobs: Sequence[Job], tally: Tally
) -> None:
    """Each record of the file is in the form, left out, or was uploaded and refused: once."""
    sent: _Records = Counter()
    for job in jobs:
        if job.verdict is not None:
            sent.update(map(tuple, job.verdict.file.rows()))
    refused = sent - found
    tally.failed += refused.total()
    together = found + left_out + refused
    for what, some in (("lost", source - together), ("doubled", together - source)):
        tally.wrong += [f"{what}: {record}" for record in some.elements()]


def _records(path: Path) -> _Records:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return Counter(map(tuple, rows))


def write(path: Path, form: Form, records: int, bad: float, seed: int) -> None:
    """Writes a file for a form."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(sample(form.fields, records, bad=bad, seed=seed))


def measure(files: int, records: int, bad: float, seed: int) -> dict[Suspects, Tally]:
    """Inserts files of all forms, each in each way; returns what became of them."""
    tallies = {treatment: Tally() for treatment in Suspects}
    forms = [form for form in FORMS.values() if not form.stateless]
    for number in range(files):
        form = forms[number % len(forms)]
        with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as folder:
            path = Path(folder, f"{form.link_name}.csv")
            write(path, form, records, bad, seed + number)
            for treatment, tally in tallies.items():
                uploads = Path(folder, treatment.value)
                asyncio.run(quarantine(path, form, treatment, uploads, tally))
    return tallies


def main() -> int:
    """Inserts and prints; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.quarantine",
        description="Inserts files with a few bad records, with and without quarantine.",
    )
    parser.add_argument("--files", type=int, default=40, metavar="N", help="default: 40")
    parser.add_argument("--records", type=int, default=10_000, metavar="N", help="default: 10000")
    parser.add_argument("--bad", type=float, default=0.003, metavar="SHARE", help="default: 0.003")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    given = parser.parse_args()
    begun = time.monotonic()
    tallies = measure(given.files, given.records, given.bad, given.seed)
    print(
        f"{given.files} files of {given.records:,} records, {given.bad * 100:g} % of them bad; "
        f"{time.monotonic() - begun:.0f} s"
    )
    print(
        f"{'':14}{'jobs':>6}{'ended by Zoho':>15}{'left out':>10}"
        f"{'not inserted':>14}{'lost, doubled':>15}{'calls':>7}"
    )
    for treatment, it in tallies.items():
        print(
            f"{treatment.value:14}{it.jobs:6}{it.ended:7} = {it.ended / it.jobs:5.1%}"
            f"{it.left_out:10,}{it.failed:14,}{len(it.wrong):15,}{it.calls:7,}"
        )
    missed = tallies[Suspects.LEAVE_OUT].missed
    print(f"bad records that no check found: {missed:,}")
    wrong = [line for it in tallies.values() for line in it.wrong]
    for line in wrong[:20]:
        print(f"  {line}")
    saved = [tallies[it] for it in (Suspects.LEAVE_OUT, Suspects.PACK)]
    return int(bool(wrong) or any(it.ended >= 0.01 * it.jobs for it in saved))


if __name__ == "__main__":
    sys.exit(main())
