"""What a probe finds out of servers that differ, what it costs, and what a kill does to it.

``python -m tests.benchmarks.probe [--only NAME] [--at-once N] [--without-update] [--no-kills]``
plays each personality of the simulator as a process, signs in to it, and probes its form Scratch by
``zcbulk-tui doctor --probe`` as another process. The server's own log says how many calls it took,
and `tests.support.personalities` what is true. Then one personality is probed by processes that may
make a few calls each, and one by processes that are killed by SIGKILL, each a few calls after the
one before it: between two steps, and when a call is carried out and its answer not yet sent. One is
killed so in its first create, whose job nobody knows then.

The exit code is 1 where it answers fewer than 12 of its 14 questions, where an answer is false,
where there are more than 40 calls or one is for production, where the report names anything of the
account, or where a step is sent twice. What a kill takes with it need not be answered. Where
``--without-update`` signs in without the scope bulk.UPDATE, what needs a start need not be answered
either, but which scope that needs.
"""

import argparse
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle

from tests.benchmarks.figures import aligned
from tests.benchmarks.probe_account import FORM, Account, HoldingServer, account
from tests.benchmarks.pty_session import MeasurementError
from tests.support.commands import Ended
from tests.support.personalities import TRUTHS, judge
from zcbulk_tui.creator.scopes import UPDATE, needed
from zcbulk_tui.domain.contract import Contract, Question
from zcbulk_tui.domain.probe import MOST_CALLS, Act, Exchange
from zcbulk_tui.simulator.jobs import PRODUCTION
from zcbulk_tui.simulator.personalities import PERSONALITIES
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.database import FILE_NAME, open_database

LEAST_RIGHT = 12
"""Of the questions that are probed."""

CALLS_AT_ONCE = 15
"""What a process may make where they are spread; the first job of a probe takes about as many."""

CALLS_BETWEEN_KILLS = 4

_SPREAD, _KILLED = "curt", "worded"

_CREATES_MORE = "lenient"
"""Takes another job for a form that has one, so that a job which nobody knows is in no way."""

_QUICK = 0.002

_AFTER = (0.0, 0.03, 0.3)
"""Seconds from the answer to the kill between two steps, in turns."""

_ACTS = frozenset(Act)

_TITLES = (
    *("", "right", "wrong", "unknown"),
    *("calls", "production", "processes", "cut", "active", "s"),
)

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
        processes: How many there were.
        said: By the last one.
        seconds: From the first process to the last one's end.
        counts: Questions that are right, wrong and unknown.
        unknown: Those, by name.
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
    processes: int
    said: Ended
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    unknown: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def judge(self, *, needs_all: bool, needs_scope: bool = False) -> None:
        """Looks at all of it.

        Args:
            needs_all: Whether most questions must have an answer.
            needs_scope: Whether that for the scope of start and abort must have one.
        """
        verdicts = judge(self.personality, self.contract)
        probed = [question for question in verdicts if question.is_probed]
        self.counts = Counter(verdicts[question] for question in probed)
        self.unknown = [question.value for question in probed if verdicts[question] == "unknown"]
        for question, verdict in verdicts.items():
            if verdict == "wrong":
                truth = {at: sorted(it) for at, it in TRUTHS[self.personality][question].items()}
                found = dict(self.contract.findings[question].values)
                self.wrong.append(f"{question.value}: found {found}, true is {truth}")
        if needs_all and self.counts["right"] < LEAST_RIGHT:
            self.wrong.append(f"{self.counts['right']} right answers, {LEAST_RIGHT} are the least")
        if needs_scope and verdicts[Question.CONTROL_SCOPE] != "right":
            self.wrong.append("the scope of start and abort is not found")
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
        cut = sum(not (it.is_answered or it.is_unsent) for it in self.transcript)
        answers = (self.counts[verdict] for verdict in ("right", "wrong", "unknown"))
        calls = (len(self.log), self.in_production, self.processes, cut, self.active)
        return (self.name, *map(str, (*answers, *calls)), f"{self.seconds:.0f}")


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


def found_by(account: Account, name: str, personality: str, ended: Ended) -> Probed:
    """What is known in the end.

    Raises:
        MeasurementError: Nothing was probed.
    """
    with closing(open_database(account.home / "state" / FILE_NAME)) as database:
        contracts = Contracts(database, "default")
        form = contracts.last_form()
        if form is None:
            raise MeasurementError(f"Nothing was probed: {ended.out}{ended.err}")
        contract, transcript = contracts.known(form.origin), contracts.transcript(form)
    jobs = [job for job in account.server.jobs() if job["form"] == FORM]
    return Probed(
        name=name,
        personality=personality,
        contract=contract,
        transcript=transcript,
        log=account.server.log(),
        report=account.report(),
        names=account.names | {job["id"] for job in jobs},
        active=sum(job["state"] not in _ENDS for job in jobs),
        processes=account.processes,
        said=ended,
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
    goal, seconds = 1, cycle(_AFTER)
    for is_held in cycle((True, False)):
        process = account.start()
        while process.poll() is None and account.calls() < goal:
            time.sleep(_QUICK)  # the server is another process, and tells nobody of a call
        if is_held:
            wait_for_held(account, process, creates=False)
        else:
            time.sleep(next(seconds))  # so that the kill falls on another moment each time
        if process.poll() is not None:
            return account.wait(process)
        process.kill()
        process.communicate()
        goal = account.calls() + CALLS_BETWEEN_KILLS
    raise AssertionError("there is no end of that")


def killed_in_its_create(account: Account) -> Ended:
    """Probes by a process that is killed while it waits for the answer to its first create."""
    process = account.start()
    wait_for_held(account, process, creates=True)
    process.kill()
    process.communicate()
    return account.run()


def wait_for_held(account: Account, process: subprocess.Popen[str], *, creates: bool) -> None:
    """Holds back the next answer, and waits until its call is carried out, or the process ends."""
    server = account.server
    assert isinstance(server, HoldingServer)
    server.hold(creates=creates)
    while process.poll() is None and not server.is_held.wait(_QUICK):
        pass


WAYS: Mapping[str, Callable[[Account], Ended]] = {
    "in one go": at_once,
    "in runs of a few calls": in_spread_runs,
    "killed": killed,
    "killed in its create": killed_in_its_create,
}


def probe(personality: str, way: str, *, without_update: bool) -> Probed | str:
    """Probes a server of one personality in one of the ways; returns why that cannot be judged."""
    scopes = needed(read_only=False, with_forms=True)
    if without_update:
        scopes = tuple(scope for scope in scopes if scope != UPDATE)
    is_killed = way.startswith("killed")
    with account(personality, scopes, holds=is_killed) as somebody:
        begin = time.monotonic()
        name = personality if way == "in one go" else f"{personality}, {way}"
        try:
            found = found_by(somebody, name, personality, WAYS[way](somebody))
        except MeasurementError as error:
            return f"{name}: {error}"
        found.seconds = time.monotonic() - begin
        found.judge(
            needs_all=not (is_killed or without_update),
            needs_scope=without_update and not is_killed,
        )
        return found


def table(found: Iterable[Probed]) -> str:
    """The figures, a line each."""
    return aligned([_TITLES, *(one.row for one in found)], left=(0,))


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
        planned.append((_CREATES_MORE, "killed in its create"))
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
