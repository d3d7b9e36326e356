"""What has become of the records of a chain, by what the simulator holds."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.chain_files import IDENT, Made, Row, idents, read_csv
from tests.benchmarks.chain_server import Manner
from zcbulk_tui.cli.repairing import JobFiles
from zcbulk_tui.data.repair import Repair
from zcbulk_tui.domain.insertion import Insertion
from zcbulk_tui.domain.job import JobReading, JobRef
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.repair import RepairFile, Rule
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.jobs import Job
from zcbulk_tui.simulator.outcomes import Outcome

_LEFT = (Outcome.FAILURE, Outcome.UNPROCESSED)


@dataclass
class Tally:
    """What was found.

    Attributes:
        counts: Figures by what they count.
        met: What happened on the way, and how often.
        lost: Records that are lost, in words.
        doubled: Records that are in twice, or were about to be.
        untrue: What was said and is not true.
    """

    counts: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Takes what was found elsewhere."""
        self.counts += other.counts
        self.met += other.met
        self.lost += other.lost
        self.doubled += other.doubled
        self.untrue += other.untrue


@dataclass
class Attempt:
    """A file on its way into the form, and what is sent again of it.

    Attributes:
        insertion: The file, as it was queued.
        header: Its columns.
        rows: Its records.
        number: Which attempt it is for its records, from 1.
        ref: Its job; None where it has none.
        reading: The last one of that; None where it was not started.
        sent_on: The records that the next attempt was made of.
        said_left: Records that are not in and not sent again, as the product says.
    """

    insertion: Insertion
    header: list[str]
    rows: list[Row]
    number: int
    ref: JobRef | None = None
    reading: JobReading | None = None
    sent_on: list[Row] = field(default_factory=list)
    said_left: int = 0


class Judge:
    """Compares what the product does and says with what the simulator holds.

    Args:
        name: Names the chain in what is wrong.
        made: The source.
        creator: The simulator.
        tally: Takes what is found.
    """

    def __init__(self, name: str, made: Made, creator: Creator, tally: Tally) -> None:
        self._name = name
        self._made = made
        self._creator = creator
        self._tally = tally

    def repair(
        self,
        attempt: Attempt,
        files: JobFiles,
        repair: Repair,
        rules: Sequence[Rule],
        made: RepairFile,
    ) -> None:
        """Looks whether a repair file has nothing but what the job left, each once.

        Args:
            attempt: The job's.
            files: What the file was made of.
            repair: What made it.
            rules: What was done to failed records.
            made: The file.
        """
        assert attempt.ref is not None
        job = self._creator.jobs[attempt.ref.job_id]
        header, rows = read_csv(made.path)
        if header != attempt.header:
            self.untrue(f"the header {attempt.header} has become {header}")
            return
        width = len(header)
        touched = {rule.field for rule in rules}
        kept = [at for at, name in enumerate(header) if name not in touched]
        failed, unreached = (_rows(job, it, self._now) for it in _LEFT)
        left = _picked([*failed, *unreached], kept, width)
        surplus = _picked(rows, kept, width) - left
        self._tally.doubled += [
            f"{self._name}: job {job.id} has not left {record}" for record in surplus.elements()
        ]
        all_columns = range(width)
        same = _picked(rows, all_columns, width) & _picked(
            [*failed, *unreached], all_columns, width
        )
        if same.total() < made.unprocessed + made.unchanged:
            self.untrue(
                f"{same.total()} records are as they were, {made.unprocessed} are said to be not "
                f"reached, and {made.unchanged} unchanged"
            )
        if len(rows) != made.records or made.accounted != repair.records:
            self.untrue(f"{len(rows)} records of {repair.records} were written: {made}")
        counted = left.total()
        if repair.records != counted and not files.notes:
            self.untrue(f"{counted} records are left, {repair.records} are said to be")
        if made.repaired + made.unchanged + made.held + made.dropped > len(failed):
            self.untrue(f"{len(failed)} records failed: {made}")
        if made.unprocessed > len(unreached):
            self.untrue(f"{len(unreached)} records were not reached: {made}")

    @property
    def _now(self) -> float:
        return self._creator.timeline.now()

    def all_records(self, attempts: Sequence[Attempt], left_out: Sequence[Row], said: int) -> None:
        """Accounts for every record of the source.

        Args:
            attempts: All of them.
            left_out: Records that were left out of an upload.
            said: How many those are, as the product says.
        """
        creator, made = self._creator, self._made
        source = made.idents
        form = Counter(it.values[IDENT] for it in creator.records(made.form.link_name))
        left = idents(made.header, left_out)
        for attempt in attempts:
            job = creator.jobs[attempt.ref.job_id] if attempt.ref is not None else None
            if job is None or job.verdict is None:
                not_in = attempt.rows
            else:
                not_in = [row for it in _LEFT for row in _rows(job, it, self._now)]
                if list(job.verdict.file.rows()) != attempt.rows:
                    self.untrue(f"job {job.id} has another file than {attempt.insertion}")
            left.update(idents(attempt.header, not_in))
            left.subtract(idents(attempt.header, attempt.sent_on))
        for ident in source.keys() | form.keys() | left.keys():
            had, has, rest = source[ident], form[ident], left[ident]
            if has > had:
                self._tally.doubled.append(f"{self._name}: {ident}: {had} sent, {has} are in")
            elif has + rest != had:
                about = self._tally.lost if has + rest < had else self._tally.doubled
                about.append(f"{self._name}: {ident}: {had} sent, {has} in, {rest} left")
        said += sum(it.said_left for it in attempts)
        if said != left.total():
            difference = left.total() - said
            where = self._tally.lost if difference > 0 else self._tally.untrue
            where.append(f"{self._name}: {left.total()} records are left, {said} are said to be")
        counts = self._tally.counts
        counts["chains"] += 1
        counts["attempts"] += len(attempts)
        counts["jobs"] += len(creator.jobs)
        counts["records in the sources"] += source.total()
        counts["records in the forms"] += form.total()
        counts["records left, as is said"] += said
        counts["copies of records"] += source.total() - len(source)

    def net_results(self, chains: Iterable[Chain], *, are_over: bool) -> None:
        """Compares what the product says of chains, each once, with the truth.

        Args:
            chains: The chains.
            are_over: Whether all their jobs have ended, and were read since.
        """
        jobs, now = self._creator.jobs, self._creator.timeline.now()
        counts = self._tally.counts
        for chain in chains:
            of_chain = [jobs[it.key.ref.job_id] for it in chain.attempts if it.key is not None]
            inserted = sum(sum(1 for _ in job.inserted(now)) for job in of_chain)
            counts["net results"] += 1
            counts["net results of what is not over"] += not are_over
            counts["net results with unclear attempts"] += chain.unclear > 0
            if are_over and not chain.unclear:
                self._net_result(chain, inserted, of_chain[0])
            elif chain.inserted > inserted or (are_over and not chain.is_over):
                self.untrue(f"{inserted} are in, {chain.inserted} are said to be, so far")

    def _net_result(self, chain: Chain, inserted: int, root: Job) -> None:
        if chain.inserted != inserted:
            self.untrue(f"{inserted} are in, {chain.inserted} are said to be")
        total = root.verdict.records if root.verdict is not None else 0
        if (chain.total or 0) != total or (chain.left or 0) != total - inserted or chain.surplus:
            self.untrue(
                f"{total - inserted} of {total} are left, {chain.left} of {chain.total} are said "
                f"to be, and {chain.surplus} too many"
            )

    def untrue(self, what: str) -> None:
        """Takes something that is not true."""
        self._tally.untrue.append(f"{self._name}: {what}")


def _rows(job: Job, outcome: Outcome, now: float) -> list[Row]:
    """The records of a job with an outcome; without a start none was reached."""
    assert job.verdict is not None
    return [cells for _, cells, _ in job.verdict.of(outcome, job.batches_done(now))]


def _picked(
    rows: Iterable[Sequence[str]], places: Iterable[int], width: int
) -> Counter[tuple[str, ...]]:
    """Some cells of records, in whatever manner a server writes them.

    What is missing is empty, and what is too much is not looked at.
    """
    at = list(places)
    found: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        filled = [*row, *[""] * (width - len(row))]
        found[tuple(_tidy(filled[place]) for place in at)] += 1
    return found


def _tidy(cell: str) -> str:
    return Manner.ROUNDED.written(Manner.TIDY.written(cell))
