"""How long a check of 100 MB takes, and how much memory, beside reading it alone.

``python -m tests.benchmarks.check [--records N] [--runs N] [--bad SHARE]`` makes a CSV of 12
columns in a temporary folder, from a seed, and the form's fields. Then it runs three programs in
turn, each as a process of its own: `csv.reader` over the file, SHA-256 over its bytes, and
``zcbulk-tui check`` with the fields known. It prints the medians of their seconds and of their CPU
time, and their peak memory.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.figures import Figure, alone, ratio, table
from tests.benchmarks.loopback import ROOT

_SECONDS, _MEGABYTES = 15, 100
"""What a check of the usual file may take."""

_READER = """\
import csv, sys
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for _ in csv.reader(file):
        pass
"""

_HASH = """\
import hashlib, sys
with open(sys.argv[1], "rb") as file:
    hashlib.file_digest(file, "sha256")
"""

_FIELDS = [
    {"link_name": "Email", "type": 3, "unique": True, "mandatory": True, "max_char": 255},
    {"link_name": "First", "type": 1, "mandatory": True, "max_char": 100},
    {"link_name": "Last", "type": 1, "max_char": 100},
    {"link_name": "Phone", "type": 1},
    {"link_name": "Country", "type": 12, "choices": ["FR", "DE", "ES", "IT"]},
    {"link_name": "Amount", "type": 8},
    {"link_name": "Pieces", "type": 5},
    {"link_name": "Rate", "type": 6},
    {"link_name": "Since", "type": 10},
    {"link_name": "Active", "type": 16},
    {"link_name": "Customer", "type": 1, "unique": True},
    {"link_name": "Note", "type": 2},
]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Run(NamedTuple):
    """What a process took.

    Attributes:
        seconds: From its start to its end.
        cpu: Seconds that it computed.
        megabytes: The most memory that it had in RAM, in millions of bytes.
    """

    seconds: float
    cpu: float
    megabytes: float


def records(count: int, bad: float, seed: int = 1) -> Iterator[str]:
    """Yields lines of records of 80 bytes or so; a share of them has a value that is refused."""
    chance = random.Random(seed)
    for number in range(count):
        amount = "n/a" if chance.random() < bad else f"{number % 10_000}.{number % 100:02}"
        yield (
            f"u{number}@x{number % 97}.eu,Ann{number % 100},Gómez,"
            f"{chance.randrange(10**6)},{('FR', 'DE', 'ES', 'IT')[number % 4]},{amount},"
            f"{number % 1_000},0.{number % 997},"
            f"{number % 28 + 1:02}-{_MONTHS[number % 12]}-20{number % 25:02},"
            f"{'true' if number % 3 else 'false'},C{number},ok\r\n"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, and prints the figures; returns 1 where one is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=1_340_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--bad", type=float, default=0.003, help="share of the records")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        file, fields = Path(folder, "customers.csv"), Path(folder, "fields.json")
        with file.open("w", encoding="utf-8", newline="") as out:
            out.write(",".join(str(field["link_name"]) for field in _FIELDS) + "\r\n")
            out.writelines(records(given.records, given.bad))
        fields.write_text(json.dumps({"code": 3000, "fields": _FIELDS}), encoding="utf-8")
        print(f"{given.records:,} records, {file.stat().st_size / 1e6:.1f} MB")
        programs = {
            "csv.reader": ["-c", _READER, str(file)],
            "SHA-256": ["-c", _HASH, str(file)],
            "check": ["-m", "zcbulk_tui", "check", str(file), "--fields", str(fields)],
        }
        runs: dict[str, list[Run]] = {name: [] for name in programs}
        for _ in range(given.runs):
            for name, program in programs.items():
                runs[name].append(_run(program))
    figures = _figures(runs)
    print(table(figures))
    return int(any(figure.verdict == "over" for figure in figures))


def _figures(runs: dict[str, list[Run]]) -> list[Figure]:
    reader, hashing, check = runs["csv.reader"], runs["SHA-256"], runs["check"]
    amount = len(check)
    return [
        ratio("check : csv.reader", "s", [r.seconds for r in reader], [r.seconds for r in check]),
        ratio("the same, CPU", "s", [r.cpu for r in reader], [r.cpu for r in check]),
        ratio("check : SHA-256", "s", [r.seconds for r in hashing], [r.seconds for r in check]),
        alone("check", "s", median(r.seconds for r in check), _SECONDS, runs=amount),
        alone("memory, csv.reader", "MB", median(r.megabytes for r in reader), runs=amount),
        alone("memory, SHA-256", "MB", median(r.megabytes for r in hashing), runs=amount),
        alone("memory, check", "MB", max(r.megabytes for r in check), _MEGABYTES, runs=amount),
    ]


def _run(program: Sequence[str]) -> Run:
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *program], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1: something was found
        raise SystemExit(said.decode(errors="replace"))
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)


if __name__ == "__main__":
    sys.exit(main())
