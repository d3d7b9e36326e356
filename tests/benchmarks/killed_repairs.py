"""Repairs that are killed: while the file is written, and while it is inserted."""

import asyncio
import re
import tempfile
from pathlib import Path

from tests.benchmarks import cuts, killed_inserts
from tests.benchmarks.killing import Found, digest, until
from tests.benchmarks.result_server import LEFT, ResultServer, ended
from tests.support.commands import PROGRAM, environment
from tests.support.insert_cuts import NAMES

SMALL, LARGE = 50, 200_000
"""Records that failed."""

_RULES = '[[rule]]\nchange = "keep"\n'


class RepairCase:
    """``zcbulk-tui repair``, killed while it writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def run(self, found: Found) -> None:
        """Kills, begins anew, and judges."""
        server = ResultServer(LARGE, None, "")
        await server.start()
        env = environment(
            self._folder / "home", base_url=server.base_url, token=cuts.TOKENS[0], LC_ALL="C.UTF-8"
        )
        rules, output = self._folder / "rules.toml", self._folder / "out" / "again.csv"
        rules.write_text(_RULES)
        output.parent.mkdir()
        try:
            await cuts._run([*PROGRAM, "results", server.url], env)
            calls = server.all_calls
            command = [*PROGRAM, "repair", server.url, "--rules", str(rules), "--output"]
            process = await asyncio.create_subprocess_exec(
                *(*command, str(output)),
                env=env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            await asyncio.to_thread(
                until, lambda: any(it.stat().st_size for it in _others(output)), "a part"
            )
            process.kill()
            await process.wait()
            left = [f"{it.name}, {it.stat().st_size:,} bytes" for it in _others(output)]
            found.said.append(f"killed: {', '.join(left) or 'nothing'} beside its place")
            found.check(not output.exists(), "a half file is in its place")
            code, said = await cuts._run([*command, str(output)], env)
            found.said += [f"anew, {code}: {line.strip()}" for line in said.splitlines() if line]
            other = self._folder / "out" / "other.csv"
            await cuts._run([*command, str(other)], env)
            found.check(
                digest(output.read_bytes()) == digest(other.read_bytes()), "it is another file"
            )
            records = re.search(r"([\d,]+) records are in", said)
            lines = output.read_bytes().count(b"\r\n") - 1
            found.check(
                records is not None and int(records[1].replace(",", "")) == LARGE + LEFT,
                f"said {records and records[1]}, {LARGE + LEFT:,} are to be sent",
            )
            found.said.append(f"lines {lines:,}; calls for it {server.all_calls - calls}")
            found.check(server.all_calls == calls, "it made a call")
        finally:
            server.stop()


def _others(place: Path) -> list[Path]:
    return [it for it in place.parent.iterdir() if it != place and it.name != "other.csv"]


class RepairInsertCase(killed_inserts.Case):
    """A repaired file, whose insert is killed at one moment."""

    async def _begin(self, base_url: str) -> None:
        job = ended(SMALL, self.server.creator.timeline.now())
        self.server.creator.jobs[job.id] = job
        rules = self._home / "rules.toml"
        rules.write_text('[[rule]]\nchange = "drop"\n')
        url = f"{base_url}{job.path}"
        await cuts._run([*PROGRAM, "results", url], self._env)
        repaired = self._home / "repaired" / "few.csv"
        repaired.parent.mkdir()
        options = ["--rules", str(rules), "--output", str(repaired)]
        code, said = await cuts._run([*PROGRAM, "repair", url, *options], self._env)
        self._check(code == 0, f"repair ends with {code}: {said}")
        self._path, self._repairs = repaired, job.id
        if not self._by_dashboard:
            self._label = "repair 1"
        await super()._begin(base_url)


async def run_insert(moment: killed_inserts.Moment, *, by_dashboard: bool, found: Found) -> None:
    with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as folder:
        case = RepairInsertCase(moment, Path(folder), by_dashboard=by_dashboard)
        said = await case.run()
        # What a form holds of the repaired file: each of its records at most once.
        inserted = sum(1 for _ in case.server.creator.records(cuts.FORM))
        calls = {NAMES[step]: len(calls) for step, calls in case.server.arrivals.items()}
        found.said.append(f"sent: {', '.join(f'{name} {count}' for name, count in calls.items())}")
        found.said += said
        found.said.append(f"records in the form: {inserted} of {LEFT}")
        found.check(inserted <= LEFT, "records are there twice")
        found.wrong += case.wrong
