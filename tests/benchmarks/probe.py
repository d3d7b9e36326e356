"""What a probe finds out of servers that differ, what it costs, and what a kill does to it.

``python -m tests.benchmarks.probe [--only NAME] [--at-once N] [--without-update] [--no-kills]``
plays each personality of the simulator as a process, signs in to it, and probes its form Scratch by
``zcbulk-tui doctor --probe`` as another process. The server's own log says how many calls it took,
and `tests.support.personalities` what is true. Then one personality is probed by processes that may
make a few calls each, and one by processes that are killed by SIGKILL, each a few calls after the
one before it. The exit code is 1 where a probe answers fewer than 12 of its 14 questions, where an
answer is wrong, where there are more than 40 calls or one is for production, where the report names
anything of the account, or where a step is sent twice. What a kill takes with it need not be
answered; nor what needs a start where ``--without-update`` signs in without the scope bulk.UPDATE.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path

from tests.benchmarks.figures import aligned
from tests.benchmarks.pty_session import MeasurementError
from tests.support.commands import PROGRAM, Ended, environment
from tests.support.personalities import TRUTHS, judge
from tests.support.simulators import SimulatorProcess
from zcbulk_tui.config import secrets
from zcbulk_tui.creator.scopes import UPDATE, needed
from zcbulk_tui.domain.contract import Contract
from zcbulk_tui.domain.probe import MOST_CALLS, Act, Exchange
from zcbulk_tui.simulator.accounts import CLIENT_ID, CLIENT_SECRET
from zcbulk_tui.simulator.jobs import APP, OWNER, PRODUCTION
from zcbulk_tui.simulator.personalities import PERSONALITIES
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.database import FILE_NAME, open_database

FORM = "Scratch"
ENVIRONMENT = "development"

LEAST_RIGHT = 12
"""Of the questions that are probed."""

CALLS_AT_ONCE = 15
"""What a process may make where they are spread; the first job of a probe takes about as many."""

CALLS_BETWEEN_KILLS = 4

_KILLED = "worded"
_SPREAD = "curt"

_PATIENCE = 900.0
"""Seconds within which a whole probe has ended."""

_QUICK = 0.002

_AFTER = (0.0, 0.004, 0.03, 0.3)
"""Seconds from a call's arrival to the kill, in turns: with its answer on the way, written down,
and while the next step waits.
"""

_ACTS = frozenset(Act)

_ENDS = frozenset({"COMPLETED", "USER_ABORTED", "SYSTEM_ABORTED", "FAILED", "EXPIRED"})


@dataclass
class Probed:
    """What came of the probe of one server.

    Attributes:
        name: Of the personality, and of how it was probed.
        personality: The server's.
        contract: What is known of it in the end.
        transcript: The steps as the probe has them.
        log: The calls as the server has them.
        report: What may be shared.
        names: What the report must not hold.
        active: Jobs of the form that have not ended.
        seconds: From the first process to the last one's end.
        processes: How many there were.
        said: By the last one.
        needs_all: Whether most questions must have an answer.
        wrong: What is wrong, in words.
    """

    name: str
    personality: str
    contract: Contract
    transcript: tuple[Exchange, ...]
    log: list[dict[str, object]]
    report: str
    names: frozenset[str]
    active: int
    seconds: float
    processes: int
    said: Ended
    needs_all: bool = True
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        verdicts = judge(self.personality, self.contract)
        probed = [question for question in verdicts if question.is_probed]
        tally = Counter(verdicts[question] for question in probed)
        self.counts = [tally["right"], tally["wrong"], tally["unknown"]]
        self.unknown = [question.value for question in probed if verdicts[question] == "unknown"]
        for question, verdict in verdicts.items():
            if verdict == "wrong":
                truth = {at: sorted(it) for at, it in TRUTHS[self.personality][question].items()}
                found = dict(self.contract.findings[question].values)
                self.wrong.append(f"{question.value}: found {found}, true is {truth}")
        if self.needs_all and tally["right"] < LEAST_RIGHT:
            self.wrong.append(f"{tally['right']} right answers, {LEAST_RIGHT} are the least")
        if len(self.log) > MOST_CALLS:
            self.wrong.append(f"{len(self.log)} calls, {MOST_CALLS} are the most")
        if self.in_production:
            self.wrong.append(f"{self.in_production} calls to production")
        if not self.report:
            self.wrong.append("there is no report")
        self.wrong += [f"the report holds “{name}”" for name in self.names if name in self.report]
        self.wrong += sent_twice(self.log, self.transcript)

    @property
    def in_production(self) -> int:
        """Calls that were for production."""
        return sum(call["environment"] == PRODUCTION for call in self.log)

    @property
    def row(self) -> tuple[str, ...]:
        """Of the table."""
        figures = (*self.counts, len(self.log), self.in_production, self.processes, self.active)
        return (self.name, *map(str, figures), f"{self.seconds:.0f}")


def sent_twice(log: Iterable[dict[str, object]], transcript: Sequence[Exchange]) -> list[str]:
    """Returns the kinds of calls of which the server has more than the probe has steps.

    Each step has a key of its own, and is written down before it is sent: one that is sent twice is
    a call without a step.
    """
    steps = Counter(exchange.step.act for exchange in transcript if not exchange.is_unsent)
    calls = Counter(map(act_of, log))
    return [
        f"{act}: {count} calls for {steps[act]} steps"
        for act, count in calls.items()
        if count > steps[act]
    ]


def act_of(call: dict[str, object]) -> Act:
    """Returns which of a probe's calls an entry of the server's log is."""
    path, action = str(call["path"]), str(call["action"] or "").lower()
    if "/meta/" in path:
        return Act.FIELDS
    if path.endswith("/result"):
        return Act.RESULT
    return Act(action) if action in _ACTS else Act.STATUS


class Account:
    """A server of one personality, and somebody who has signed in to it.

    Args:
        folder: An empty one.
        server: The simulator.
        scopes: Those of the sign-in.
    """

    def __init__(self, folder: Path, server: SimulatorProcess, scopes: Sequence[str]) -> None:
        self.server = server
        self.processes = 0
        self._home = folder / "home"
        self._report = folder / "report.txt"
        self._environment = environment(
            self._home,
            base_url=server.base_url,
            ZCBULK_ACCOUNTS_URL=server.accounts_url,
            ZCBULK_SECRETS="file",
        )
        self._sign_in(scopes)
        self.names = frozenset(
            {OWNER, APP, FORM, f":{server.port}", "@zylker", CLIENT_ID, str(folder)}
        )

    def _sign_in(self, scopes: Sequence[str]) -> None:
        query = urllib.parse.urlencode({"scope": ",".join(scopes)})
        url = f"{self.server.base_url}/simulator/grant-code?{query}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            code = answer.read()
        subprocess.run(
            [*PROGRAM, "login", "--self-client"],
            input=code,
            env={
                **self._environment,
                "ZCBULK_CLIENT_ID": CLIENT_ID,
                secrets.CLIENT_SECRET: CLIENT_SECRET,
            },
            check=True,
            capture_output=True,
            timeout=60,
        )

    def start(self, *more: str) -> subprocess.Popen[str]:
        """Starts a probe, or goes on with it."""
        self.processes += 1
        form = ("--form", FORM, "--owner", OWNER, "--app", APP, "--environment", ENVIRONMENT)
        return subprocess.Popen(
            [*PROGRAM, "doctor", "--probe", *form, "--yes", "--report", str(self._report), *more],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *more: str) -> Ended:
        """Probes until the process ends by itself.

        Raises:
            MeasurementError: It did nothing, or never ends.
        """
        return self.wait(self.start(*more))

    def wait(self, process: subprocess.Popen[str]) -> Ended:
        """Waits for the end of a process.

        Raises:
            MeasurementError: It did nothing, or never ends.
        """
        try:
            out, err = process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired as error:
            process.kill()
            out, err = process.communicate()
            raise MeasurementError(f"The probe never ends: {out[-2000:]}{err[-2000:]}") from error
        if process.returncode == 2:
            raise MeasurementError(f"The probe did not begin: {err}")
        return Ended(process.returncode, out, err)

    def calls(self) -> int:
        """How many came so far."""
        return len(self.server.log())

    def found(
        self, name: str, personality: str, said: Ended, seconds: float, *, needs_all: bool
    ) -> Probed:
        """What is known in the end."""
        with closing(open_database(self._home / "state" / FILE_NAME)) as database:
            contracts = Contracts(database, "default")
            form = contracts.last_form()
            if form is None:
                raise MeasurementError(f"Nothing was probed: {said.out}{said.err}")
            contract, transcript = contracts.known(form.origin), contracts.transcript(form)
        log = self.server.log()
        jobs = [job for job in self.server.jobs() if job["form"] == FORM]
        return Probed(
            name=name,
            personality=personality,
            contract=contract,
            transcript=transcript,
            log=log,
            report=self._report.read_text("utf-8") if self._report.exists() else "",
            names=self.names | {job["id"] for job in jobs},
            active=sum(job["state"] not in _ENDS for job in jobs),
            seconds=seconds,
            processes=self.processes,
            said=said,
            needs_all=needs_all,
        )


def at_once(account: Account) -> Ended:
    """Probes in one go."""
    return account.run()


def in_spread_runs(account: Account) -> Ended:
    """Probes by processes that may make a few calls each, until one makes none."""
    calls = -1
    while account.calls() > calls:
        calls = account.calls()
        said = account.run("--calls", str(CALLS_AT_ONCE))
        if account.calls() > calls + CALLS_AT_ONCE:
            raise MeasurementError(f"More than {CALLS_AT_ONCE} calls: {said.out}{said.err}")
    return said


def killed(account: Account) -> Ended:
    """Probes by processes that are killed after a few calls each, until one ends by itself."""
    goal = 1
    for after in cycle(_AFTER):
        process = account.start()
        while process.poll() is None and account.calls() < goal:
            time.sleep(_QUICK)  # the server tells nobody
        time.sleep(after)
        if process.poll() is not None:
            return account.wait(process)
        process.kill()
        process.communicate()
        # The last ones may have come and nobody knows: it goes on from what there is.
        goal = account.calls() + CALLS_BETWEEN_KILLS
    raise AssertionError("there is no end of that")


WAYS = {"in one go": at_once, "in runs of a few calls": in_spread_runs, "killed": killed}


@contextmanager
def account(personality: str, scopes: Sequence[str]) -> Iterator[Account]:
    """An account at a server of that personality, for as long as the context lasts."""
    with tempfile.TemporaryDirectory(
        prefix="zcbulk-benchmark-", ignore_cleanup_errors=True
    ) as folder:
        served = environment(Path(folder, "server"))
        arguments = ("--personality", personality)
        with SimulatorProcess(served, arguments=arguments) as server:
            yield Account(Path(folder), server, scopes)


def probe(personality: str, way: str, *, without_update: bool) -> Probed | str:
    """Probes a server of one personality in one of the ways; returns why that cannot be judged."""
    scopes = needed(read_only=False, with_forms=True)
    if without_update:
        scopes = tuple(scope for scope in scopes if scope != UPDATE)
    with account(personality, scopes) as somebody:
        begin = time.monotonic()
        name = personality if way == "in one go" else f"{personality}, {way}"
        try:
            said = WAYS[way](somebody)
            seconds = time.monotonic() - begin
            needs_all = way != "killed" and not without_update
            return somebody.found(name, personality, said, seconds, needs_all=needs_all)
        except MeasurementError as error:
            return f"{name}: {error}"


def table(found: Iterable[Probed]) -> str:
    """The figures, a line each."""
    titles = ("", "right", "wrong", "unknown", "calls", "production", "processes", "active", "s")
    return aligned([titles, *(one.row for one in found)], left=(0,))


def main(arguments: Sequence[str] | None = None) -> int:
    """Probes, and prints what came of it; returns 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=PERSONALITIES, help="only this personality")
    parser.add_argument("--at-once", type=int, default=4, metavar="N", help="probes side by side")
    parser.add_argument("--without-update", action="store_true")
    parser.add_argument("--no-kills", action="store_true", help="only in one go")
    given = parser.parse_args(arguments)
    planned = [(name, "in one go") for name in PERSONALITIES]
    if not given.no_kills:
        planned += [(_SPREAD, "in runs of a few calls"), (_KILLED, "killed")]
    planned = [one for one in planned if given.only in (None, one[0])]
    run = partial(probe, without_update=given.without_update)
    with ThreadPoolExecutor(given.at_once) as threads:
        ended = list(threads.map(lambda one: run(*one), planned))
    found = [one for one in ended if isinstance(one, Probed)]
    print(table(found))
    for one in ended:
        if isinstance(one, str):
            print(f"WRONG: {one}")
    for one in found:
        print(f"{one.name}: unknown: {', '.join(one.unknown) or 'nothing'}")
        for what in one.wrong:
            print(f"  WRONG: {what}")
        if one.wrong:
            print("  " + "\n  ".join((one.said.out + one.said.err).splitlines()[-8:]))
    return int(len(found) < len(ended) or any(one.wrong for one in found))


if __name__ == "__main__":
    sys.exit(main())
