"""Chains of jobs that repair one another, through all trouble: no record is lost, none is doubled.

``python -m tests.benchmarks.chains [--chains N] [--records N] [--seed N] [--processes N]`` makes so
many files, each for a form of its own: with bad records of several kinds, copies of records,
records that are alike in their first columns, line ends in cells, in several encodings and with
several delimiters. Each is inserted by the parts of the product, and what fails or is not reached
is repaired and sent again, up to six times, while calls, answers and downloads are lost, jobs are
aborted, files are deleted or changed, and servers write cells in their own manner. Then the records
that the form holds are compared with the file, by an id in each record: with those that the product
says are left, each is accounted for once. What the product says is in is compared, too. The exit
code is 1 where a record is lost or doubled, or a net result is not true.
"""

import argparse
import csv
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

from tests.benchmarks.chain_files import IDENT, Made, Row, make_source, read_csv
from tests.benchmarks.chain_judge import Attempt, Judge, Tally
from tests.benchmarks.chain_user import User, without_threads
from tests.support.contexts import PROFILE
from tests.support.virtual_time import run_virtual
from zcbulk_tui.cli.repairing import job_files
from zcbulk_tui.data.repair import Repair
from zcbulk_tui.domain.insertion import Prepared
from zcbulk_tui.domain.repair import Change, RepairFile, Rule
from zcbulk_tui.errors import DataError
from zcbulk_tui.store.archive import Archive

MOST_ATTEMPTS = 6

_COUNTED = ("repaired", "unchanged", "unprocessed", "dropped", "held", "unknown", "resent")
"""What becomes of the records of a repair."""


class Run:
    """One chain, or several where the file is cut into parts.

    Args:
        name: Names it in what is wrong.
        made: The source.
        user: Brings it into the form.
        folder: Where files are written.
        chance: For what is left to chance.
        tally: Takes what is found.
    """

    def __init__(
        self, name: str, made: Made, user: User, folder: Path, chance: random.Random, tally: Tally
    ) -> None:
        self._name = name
        self._made = made
        self._user = user
        self._folder = folder
        self._chance = chance
        self._tally = tally
        self._judge = Judge(name, made, user.creator, tally)
        self._attempts: list[Attempt] = []
        self._left_out: list[Row] = []
        self._said_left_out = 0
        self._files = 0

    async def run(self) -> None:
        """Inserts the source, and repairs what is left until nothing can be repaired."""
        made, user = self._made, self._user
        await user.read_fields()
        user.on_look = self._look
        records = None
        if self._chance.random() < 0.25:
            records = max(len(made.rows) // self._chance.randint(2, 4), 1)
        dress = made.dress
        if not await self._insert(made.path, dress.encoding, dress.delimiter, "", records, 1):
            self._left_out, self._said_left_out = made.rows, len(made.rows)
        self._judge.all_records(self._attempts, self._left_out, self._said_left_out)
        self._look(are_over=True)

    def _look(self, *, are_over: bool = False) -> None:
        """Looks at the net results, as the list and ``status`` show them."""
        chains = Archive(self._user.database, PROFILE).chains()
        each = {id(chain): chain for chain in chains.values()}.values()
        self._judge.net_results(each, are_over=are_over)

    async def _insert(
        self,
        path: Path,
        encoding: str | None,
        delimiter: str | None,
        repairs: str,
        records: int | None,
        number: int,
    ) -> bool:
        """Inserts a file, and repairs what comes of it; returns whether it could be used."""
        try:
            prepared = self._user.prepare(path, encoding, delimiter, repairs, records)
        except DataError as error:
            self._tally.met[f"not prepared: {error.title.split(' of ')[0][:40]}"] += 1
            return False
        self._take_left_out(prepared)
        attempts = [
            Attempt(it, *read_csv(it.upload_file.path), number) for it in prepared.insertions
        ]
        for attempt in attempts:
            if attempt.insertion.upload_file.rows != len(attempt.rows):
                self._judge.untrue(
                    f"{len(attempt.rows)} records are said to be {attempt.insertion}"
                )
        self._attempts += attempts
        await self._user.insert(prepared.insertions)
        for attempt in attempts:
            await self._end(attempt)
        for attempt in attempts:
            await self._go_on(attempt)
        return True

    def _take_left_out(self, prepared: Prepared) -> None:
        if prepared.left_out_path is not None:
            self._left_out += read_csv(prepared.left_out_path)[1]
            self._said_left_out += prepared.left_out

    async def _end(self, attempt: Attempt) -> None:
        found = self._user.insertions.find(attempt.insertion.key)
        attempt.ref = found.ref if found is not None else None
        if attempt.ref is not None:
            attempt.reading = await self._user.finish(attempt.ref)
            self._tally.met[f"job {attempt.reading.state.value}"] += 1

    async def _go_on(self, attempt: Attempt) -> None:
        """Sends again what an attempt has left."""
        reading, source = attempt.reading, attempt.insertion.source
        if reading is None or attempt.ref is None or reading.counts.total in (None, 0):
            await self._once_more(attempt)
            return
        if not any((reading.counts.success, reading.counts.failed)) and reading.state == "expired":
            await self._once_more(attempt)
            return
        counts = reading.counts
        attempt.said_left = left = (counts.failed or 0) + (counts.left or 0)
        if not left or attempt.number >= MOST_ATTEMPTS:
            return
        await self._user.fetch(attempt.ref)
        kept = self._user.spoil(source.path)
        made = self._repair(attempt)
        if made is None and kept is not None and self._chance.random() < 0.6:
            # “Put the file that was sent back to where it was.”
            kept.replace(source.path)
            made = self._repair(attempt)
        if made is None:
            return
        attempt.said_left = left - made.records
        attempt.sent_on = read_csv(made.path)[1]
        did = await self._insert(
            made.path, None, None, attempt.ref.job_id, None, attempt.number + 1
        )
        if not did:
            attempt.sent_on, attempt.said_left = [], left

    async def _once_more(self, attempt: Attempt) -> None:
        """Inserts a file anew that no job was started with."""
        attempt.said_left = attempt.insertion.upload_file.rows
        source = attempt.insertion.source
        again = source.parts == 0 and attempt.number < MOST_ATTEMPTS
        if not again or self._chance.random() < 0.5 or not source.path.exists():
            return
        if source.rows != len(attempt.rows):
            return  # some of it was left out
        attempt.sent_on, attempt.said_left = attempt.rows, 0
        self._tally.met["inserted anew"] += 1
        repairs = attempt.insertion.repairs
        did = await self._insert(
            source.path, source.encoding, source.delimiter, repairs, None, attempt.number + 1
        )
        if not did:
            attempt.sent_on, attempt.said_left = [], attempt.insertion.upload_file.rows

    def _repair(self, attempt: Attempt) -> RepairFile | None:
        """Makes the file of what an attempt has left; None where there is none."""
        assert attempt.ref is not None
        try:
            files = job_files(
                self._user.database, PROFILE, attempt.ref, attempt.ref.job_id, self._user.folder
            )
            repair = files.repair()
            rules = self._rules(repair)
            self._files += 1
            target = self._folder / f"again-{self._files}.csv"
            with_unchanged = self._chance.random() < 0.4
            made = repair.write(rules, target, with_unchanged=with_unchanged)
        except DataError as error:
            self._tally.met[f"not repaired: {error.title[:44]}"] += 1
            return None
        for what in _COUNTED:
            self._tally.counts[f"  {what}"] += getattr(made, what)
        self._tally.counts["repair files"] += 1
        self._judge.repair(attempt, files, repair, rules, made)
        return made

    def _rules(self, repair: Repair) -> list[Rule]:
        """What is suggested, and what comes to mind."""
        report = repair.report
        if report is None:
            return []
        suggested = repair.suggest(self._user.fields)
        rules: list[Rule] = []
        for group in report.groups:
            found = suggested.get(group.reason)
            if found is not None and self._chance.random() < 0.9:
                rules.append(found.rule)
            elif self._chance.random() < 0.7:
                rules += self._own_rule(group.reason, group.fields, repair.columns)
        if self._chance.random() < 0.3:
            rules += self._own_rule("", (), repair.columns)
        return [rule for rule in rules if {*rule.columns} <= {*repair.columns}]

    def _own_rule(
        self, reason: str, named: Sequence[str], columns: Sequence[str]
    ) -> Iterable[Rule]:
        chance = self._chance
        others = [name for name in (named or columns) if name != IDENT and name in columns]
        if not others:
            return [Rule(Change.DROP, reason)] if reason and chance.random() < 0.3 else []
        name = chance.choice(others)
        good = {
            "Region": "North",
            "Active": "true",
            "Email": "nobody@example.com",
            "Quantity": "1",
            "Amount": "1.5",
            "Day": "01-Jan-2025",
        }
        return [
            chance.choice(
                (
                    Rule(Change.SET, reason, name, good.get(name, "set")),
                    Rule(Change.SET, reason, name, good.get(name, "set")),
                    Rule(Change.REPLACE, reason, name, "", find=","),
                    Rule(Change.TRIM, reason, name),
                    Rule(Change.TRUNCATE, reason, name, length=40),
                    Rule(Change.UPPER, reason, name),
                    Rule(Change.COPY, reason, name, chance.choice(columns)),
                    Rule(Change.DATE, reason, name, formats=("%Y-%m-%d", "%d.%m.%Y")),
                )
            )
        ]


def run_chain(number: int, seed: int, records: int) -> Tally:
    """Runs one chain; returns what was found."""
    csv.field_size_limit(10**7)
    name, tally = f"chain {number}", Tally()
    chance = random.Random(f"{seed}:{number}")
    with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as temporary:
        folder = Path(temporary)
        made = make_source(folder, records, chance)
        (folder / "work").mkdir()

        async def scene() -> None:
            user = User(made, folder / "work", chance)
            try:
                await Run(name, made, user, folder, chance, tally).run()
            finally:
                tally.met += user.met
                await user.close()

        with without_threads():
            run_virtual(scene())
    return tally


def _run_caught(number: int, seed: int, records: int) -> Tally:
    """Runs one chain; what is raised counts as lost, since nobody can say what became of it."""
    try:
        return run_chain(number, seed, records)
    except Exception as error:  # noqa: BLE001 - the others go on, and this one is reported
        return Tally(lost=[f"chain {number}: {type(error).__name__}: {error}"])


def measure(chains: int, records: int, seed: int, processes: int, first: int = 0) -> Tally:
    """Runs so many chains; returns what was found."""
    tally, numbers = Tally(), range(first, first + chains)
    if processes <= 1:
        for number in numbers:
            tally.add(_run_caught(number, seed, records))
        return tally
    with ProcessPoolExecutor(processes) as pool:
        for found in pool.map(_run_caught, numbers, repeat(seed), repeat(records), chunksize=4):
            tally.add(found)
            if tally.counts["chains"] % 50 == 0:
                wrong = len(tally.lost) + len(tally.doubled) + len(tally.untrue)
                print(f"{tally.counts['chains']:,} chains, {wrong:,} wrong", file=sys.stderr)
    return tally


def main() -> int:
    """Runs chains and prints; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.chains",
        description="Inserts files and repairs what is left, and compares with the truth.",
    )
    parser.add_argument("--chains", type=int, default=1000, metavar="N", help="default: 1000")
    parser.add_argument("--records", type=int, default=1500, metavar="N", help="at most; 1500")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="default: 2")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="number of the first")
    given = parser.parse_args()
    begun = time.monotonic()
    tally = measure(given.chains, given.records, given.seed, given.processes, given.first)
    figures = {
        **tally.counts,
        **{f"met: {what}": count for what, count in sorted(tally.met.items())},
        "records lost": len(tally.lost),
        "records doubled": len(tally.doubled),
        "net results and words that are not true": len(tally.untrue),
        "seconds": round(time.monotonic() - begun),
    }
    for what, figure in figures.items():
        print(f"{what:60} {figure:10,}")
    wrong = (*tally.lost, *tally.doubled, *tally.untrue)
    for line in wrong[:60]:
        print(f"  {line[:400]}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
