"""What a trial finds: kinds of bad records, beside as many records at random.

``python -m tests.benchmarks.trial [--files N] [--records N] [--bad SHARE] [--trial N]`` makes files
for a form of the simulator with 12 kinds of bad records, other values in each, chooses a trial of
each file, with the form's fields known and without, and lets the simulator judge the trial as a
file of its own. A kind is a reason of the simulator, such as ``INVALID_DATA-Email``; those of the
whole file are what there is to find. The exit code is 1 where a trial finds fewer kinds than
records at random. ``--large`` measures seconds and memory of the choice in a large file.
"""

import argparse
import csv
import io
import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

from tests.support.jobs import NOW
from zcbulk_tui.data.inspection import inspect
from zcbulk_tui.data.source import open_source
from zcbulk_tui.data.trial import choose
from zcbulk_tui.domain.form import FormField, FormFields
from zcbulk_tui.domain.trial import Trial
from zcbulk_tui.simulator.fields import FORMS, Field
from zcbulk_tui.simulator.files import InsertFile
from zcbulk_tui.simulator.samples import SampleRows, sample
from zcbulk_tui.simulator.verdicts import InsertRules, judge

FORM = "Customers"
KINDS = 12
"""Of the ways in which its fields can be wrong, others in each file."""

_LENIENT = InsertRules(strict_batches=False)

_Rows = Sequence[list[str]]


@dataclass
class Tally:
    """How many kinds were found in each file.

    Attributes:
        kinds: Those that the whole file has.
        found: Those found by each way of choosing.
        missed: Kinds that a trial has missed.
    """

    kinds: list[int] = field(default_factory=list)
    found: dict[str, list[int]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    example: str = ""


def bad_rows(records: int, bad: float, seed: int) -> Iterator[list[str]]:
    """Yields the rows of a file, the header first; a share of the records is bad."""
    rng = random.Random(f"bad {seed}")
    rows = SampleRows(FORMS[FORM].fields, str(seed))
    yield rows.columns
    spoilers = rng.sample(rows.spoilers, KINDS)
    places = set(rng.sample(range(2, records + 1), round(records * bad)))
    for number in range(1, records + 1):
        row = rows.row(number)
        if number in places:
            spoiler = rng.choice(spoilers)
            row[spoiler.place] = spoiler.spoil(rng, number)
        yield row


def kinds_of(header: list[str], rows: Iterable[list[str]], fields: Sequence[Field]) -> set[str]:
    """Returns the reasons for which the simulator refuses records of a file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    verdict = judge(InsertFile("trial.csv", text.getvalue().encode()), fields, _LENIENT)
    return {f"{it.code}-{it.column}" for flaws in verdict.bad.values() for it in flaws}


def form_fields(fields: Sequence[Field]) -> FormFields:
    """Returns the fields as the Meta API lists them."""
    return FormFields(
        tuple(
            FormField(
                link_name=it.link_name,
                display_name=it.link_name.replace("_", " "),
                type=it.kind,
                is_mandatory=it.mandatory,
                is_unique=it.unique,
                max_char=it.max_char,
                choices=it.choices,
                subfields=it.subfields,
            )
            for it in fields
        ),
        NOW,
    )


def try_file(path: Path, most: int, seed: int, tally: Tally) -> None:
    """Chooses trials of a file, and counts what they find."""
    fields = FORMS[FORM].fields
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    whole = kinds_of(header, rows, fields)
    tally.kinds.append(len(whole))
    for name, known in (("fields known", form_fields(fields)), ("fields not known", None)):
        chosen = choose(open_source(path), inspect(path, known), most)
        _count(tally, name, whole, kinds_of(header, _chosen(rows, chosen), fields))
        tally.example = str(chosen)
    rng = random.Random(f"beside {seed}")  # another one than that which made the records bad
    at_random = kinds_of(header, rng.sample(rows, most), fields)
    _count(tally, "at random", whole, at_random)


def _chosen(rows: _Rows, trial: Trial) -> list[list[str]]:
    return [rows[number - 1] for number in trial.records]


def _count(tally: Tally, name: str, whole: set[str], found: set[str]) -> None:
    tally.found.setdefault(name, []).append(len(found & whole))
    if name == "fields known":
        tally.missed += sorted(whole - found)


def measure(files: int, records: int, bad: float, most: int) -> Tally:
    """Makes files, and chooses trials of each."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as folder:
        for seed in range(files):
            path = Path(folder, f"{seed}.csv")
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(bad_rows(records, bad, seed))
            try_file(path, most, seed, tally)
    return tally


def measure_large(megabytes: int, most: int) -> None:
    """Prints what a choice costs in a large file."""
    with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as folder:
        path = Path(folder, "large.csv")
        block = list(sample(FORMS[FORM].fields, 20_000, bad=0.003))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(block[0])
            number = 0
            while file.tell() < megabytes * 1_000_000:
                number += 1
                writer.writerows([f"{number}-{row[0]}", *row[1:]] for row in block[1:])
        begun = time.perf_counter()
        found = inspect(path)
        checked = time.perf_counter()
        choose(open_source(path), found, most)
        chosen = time.perf_counter()
        print(
            f"{megabytes} MB, {found.facts.records:,} records: checked in {checked - begun:.1f} s, "
            f"chosen in {chosen - checked:.1f} s"
        )
        tracemalloc.start()
        choose(open_source(path), found, most)
        print(f"memory of the choice: {tracemalloc.get_traced_memory()[1] / 1e6:.1f} MB")
        tracemalloc.stop()


def main() -> int:
    """Measures and prints; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.trial",
        description="Counts the kinds of bad records that a trial finds.",
    )
    parser.add_argument("--files", type=int, default=20, metavar="N", help="default: 20")
    parser.add_argument("--records", type=int, default=20_000, metavar="N", help="default: 20000")
    parser.add_argument("--bad", type=float, default=0.003, metavar="SHARE", help="default: 0.003")
    parser.add_argument("--trial", type=int, default=200, metavar="N", help="default: 200")
    parser.add_argument("--large", type=int, default=0, metavar="MB", help="a large file, too")
    given = parser.parse_args()
    tally = measure(given.files, given.records, given.bad, given.trial)
    print(
        f"{given.files} files of {given.records:,} records, {given.bad * 100:g} % of them bad, "
        f"of {mean(tally.kinds):.1f} kinds; {given.trial:,} records of each: kinds found"
    )
    for name, found in tally.found.items():
        share = sum(found) / max(sum(tally.kinds), 1)
        print(f"  {name:18}{mean(found):5.1f}   least {min(found):2}   {share:6.1%}")
    print(f"for example: {tally.example}")
    if tally.missed:
        print(f"missed with fields known: {', '.join(sorted(set(tally.missed)))}")
    if given.large:
        measure_large(given.large, given.trial)
    least = min(map(sum, list(tally.found.values())[:2]))
    return int(least <= sum(tally.found["at random"]))


if __name__ == "__main__":
    sys.exit(main())
