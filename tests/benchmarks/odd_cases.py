"""Odd answers to the call for a result: what they are, and what may come of each.

Each case has an account with one job that has ended, and can be told to be sound again.
"""

import gzip
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.dialect import Dialect
from zcbulk_tui.simulator.faults import ERRORS, Call
from zcbulk_tui.simulator.fields import FORMS, Form
from zcbulk_tui.simulator.hostile import HTML_HEADERS
from zcbulk_tui.simulator.jobs import APP, OWNER, RESULT_KEPT_SECONDS, Address, Job
from zcbulk_tui.simulator.limits import Limits
from zcbulk_tui.simulator.messages import JSON_HEADERS, Request, Response
from zcbulk_tui.simulator.odd_results import ODD_RESULTS, OddResult, OddResults
from zcbulk_tui.simulator.outcomes import Outcome
from zcbulk_tui.simulator.physics import Failures, Run, Workload
from zcbulk_tui.simulator.results import Layout, Result, ResultRules
from zcbulk_tui.simulator.schedule import Fault, Schedule

TOKEN = "1000.of.the.simulator"

FORM = "Leads"

FAILED = 24
"""Records that failed, in most cases."""

_BATCH = 200

_IN_TIME = 6
"""The most calls of one result in two minutes that pass: waits begin at 2.5 s and double."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of odd answer.

    Attributes:
        name: Of the case.
        what: In words.
        odd: The simulator's odd result.
        answer: What comes instead of any other answer; None for none.
        times: How many calls meet it; None for all, until the server is sound again.
        most: The most calls for the result until it is sound, by the rules.
        after: The most that follow then, with the one that brings it.
        taken: Whether what then comes is taken.
        is_whole: Whether the odd answer is a whole CSV itself.
        change: Changes each answer that has a body.
        dialect: Of the account.
        is_token: Whether it is the token that is refused, which a window then gives up.
        failed: Records that failed.
        pause: Seconds between the pieces of a drip; None for one.
        ages: Seconds by which the server's clock is ahead once the job is known to have ended.
        is_old: Whether it is ahead from the beginning.
        patience: Seconds until it is let alone.
    """

    name: str
    what: str
    odd: str = ""
    answer: Response | None = None
    times: int | None = None
    most: int = 1
    after: int = 1
    taken: bool = True
    is_whole: bool = False
    change: Callable[[Response], Response] | None = None
    dialect: Dialect = field(default_factory=Dialect)
    is_token: bool = False
    failed: int = FAILED
    pause: float | None = None
    ages: float = 0.0
    is_old: bool = False
    patience: float = 125.0


_TWICE = 2

_OF_ODD: dict[str, Callable[[Case], Case]] = {
    "json-11110": lambda it: replace(it, most=3, patience=75.0),
    "json-11120": lambda it: replace(it, most=_TWICE),
    "json-11130": lambda it: replace(it, after=0, taken=False),
    "json-4000": lambda it: replace(it, after=0, taken=False, patience=20.0),
    "json-undocumented": lambda it: replace(it, most=_IN_TIME),
    "html": lambda it: replace(it, most=_IN_TIME),
    "empty": lambda it: replace(it, most=_IN_TIME),
    "cut": lambda it: replace(it, most=_IN_TIME),
    "fewer-rows": lambda it: replace(it, is_whole=True, after=0),
    "drip": lambda it: replace(it, is_whole=True, after=0),
}


def cases() -> Iterator[Case]:
    """Yields all cases."""
    sound = Case("sound", "nothing is odd", is_whole=True, after=0)
    yield sound
    for name, what in ODD_RESULTS.items():
        broken = Case(name, what, odd=name, most=_TWICE)
        yield _OF_ODD[name](broken) if name in _OF_ODD else broken
    yield Case("11110 twice", "JSON: still being made, twice", odd="json-11110", times=2, most=3,
               after=0, is_whole=True, patience=90.0)  # fmt: skip
    yield Case("silence", "a head, then nothing for an hour", odd="drip", pause=3600.0, most=4,
               patience=220.0)  # fmt: skip
    for key, row in ERRORS.items():
        if Call.RESULT in row.calls:
            yield replace(_refusal(key), name=key, what=row.message, answer=row.response())
    page = Response(500, b"<html><title>No</title></html>", HTML_HEADERS)
    yield Case("500 page", "a page under HTTP 500", answer=page, most=_IN_TIME)
    said = Response(500, b'{"code":9999,"message":"Internal error"}', JSON_HEADERS, code=9999)
    yield Case("500 JSON", "JSON under HTTP 500", answer=said, most=_IN_TIME)
    busy = Response(503, b"<html></html>", {**HTML_HEADERS, "retry-after": "30"})
    yield Case("503 in 30 s", "HTTP 503 with Retry-After: 30", answer=busy, most=5)
    for status in (302, 307):
        away = Response(status, b"", {"location": "/creator/v2.1/elsewhere/result?filter=failure"})
        yield Case(f"{status}", "a redirect to another path", answer=away, most=_IN_TIME)
    yield replace(sound, name="cookies", what="cookies with the file, twice the same call",
                  change=_with_cookies)  # fmt: skip
    yield Case("gzip", "the file with Content-Encoding: gzip", change=_gzipped, most=_IN_TIME)
    yield replace(sound, name="accept: JSON", what="no Accept but JSON's is taken", most=2,
                  dialect=Dialect(any_accept_for_results=False))  # fmt: skip
    yield replace(sound, name="accept: any", what="any Accept is taken")
    yield replace(sound, name="after 3 days", what="asked for 3 days after the end", taken=False,
                  is_whole=False, ages=RESULT_KEPT_SECONDS + 3600.0)  # fmt: skip
    yield replace(sound, name="expired", what="first seen 3 days after the end", taken=False,
                  is_whole=False, most=0, after=1, ages=RESULT_KEPT_SECONDS + 3600.0, is_old=True,
                  patience=20.0)  # fmt: skip
    yield replace(sound, name="large", what="100,000 records", failed=100_000)


def _refusal(key: str) -> Case:
    """What the rules allow for a documented refusal that comes again and again."""
    case = Case(key, "")
    match key:
        case "200-4000":
            return replace(case, after=0, taken=False, patience=20.0)
        case "200-11110":
            return replace(case, most=3, patience=75.0)
        case "200-11120" | "400-9210":
            return replace(case, most=_TWICE)
        case "404-11130":
            return replace(case, after=0, taken=False)
        case "401-1030":
            return replace(case, most=_TWICE, is_token=True, patience=20.0)
        case "401-1000" | "401-1000-parameter" | "401-2945" | "404-2930":
            return replace(case, most=_IN_TIME)
        case "429-2955":
            return replace(case, most=3)
    return case


def _gzipped(response: Response) -> Response:
    headers = {**response.headers, "content-encoding": "gzip"}
    return replace(response, body=gzip.compress(response.body), headers=headers)


def _with_cookies(response: Response) -> Response:
    cookie = "session=5ecre7; Path=/; Domain=127.0.0.1"
    return replace(response, headers={**response.headers, "set-cookie": cookie})


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call that came.

    Attributes:
        at: When, by the clock of this machine.
        path: Where it went.
        has_cookie: Whether it had a cookie.
        accept: Its Accept.
        status: Of the answer.
    """

    at: float
    path: str
    has_cookie: bool
    accept: str
    status: int


class OddCreator(Creator):
    """An account with one ended job, whose results are odd until it is sound.

    Args:
        case: What is odd.

    Attributes:
        arrivals: All calls.
        job: The job.
    """

    def __init__(self, case: Case) -> None:
        self.arrivals: list[Arrival] = []
        self._ahead = 0.0
        now = time.time()
        timeline = Timeline(lambda: time.time() + self._ahead)
        self.job = _ended(case.failed, now)
        self._ahead = case.ages if case.is_old else 0.0
        form: Form = FORMS[FORM]
        super().__init__(
            [self.job],
            timeline,
            token=TOKEN,
            dialect=case.dialect,
            limits=Limits(concurrent=10**6, per_minute=10**9),
            forms=[form],
            results=ResultRules(layout=Layout.ORIGINAL),
        )
        self._case = case
        self._form = form
        self._is_sound = False
        if case.odd:
            self.inject(OddResult(case.odd, times=case.times, pause=case.pause))
        if case.answer is not None:
            self.inject(Fault(case.answer, calls=frozenset({Call.RESULT}), times=case.times))

    def heal(self) -> None:
        """Makes all answers sound from here on."""
        self._schedule, self._odd_results = Schedule(1), OddResults()
        self._is_sound = True

    def handle(self, request: Request) -> Response:
        """See `Creator`."""
        if self._case.ages and request.path.endswith("/result"):
            self._ahead = self._case.ages  # the client has read that the job has ended
        response = super().handle(request)
        if self._case.change and request.path.endswith("/result") and not self._is_sound:
            response = self._case.change(response.made())
        has_cookie = "cookie" in request.headers
        accept = request.headers.get("accept", "")
        self.arrivals.append(
            Arrival(time.time(), request.path, has_cookie, accept, response.status)
        )
        return response

    def results_called(self) -> int:
        """How many calls for results have come."""
        return sum(it.path.endswith("/result") for it in self.arrivals)

    def csv(self) -> bytes:
        """The CSV of what failed, as it is when nothing is odd."""
        return "".join(self._lines()).encode()

    def fewer(self) -> bytes:
        """The CSV without a tenth of its rows, as ``fewer-rows`` sends it."""
        lines = self._lines()
        return "".join(lines[: len(lines) - max(1, (len(lines) - 1) // 10)]).encode()

    def _lines(self) -> list[str]:
        batches = self.job.batches_done(self.timeline.now())
        fields = self._form.fields
        rules, seed = self.result_rules, self._seed
        return Result(self.job, Outcome.FAILURE, batches, fields, rules, seed).lines()


def _ended(failed: int, now: float) -> Job:
    """A job that has ended an hour ago: three batches in four are without failures."""
    batches = 4 * -(-failed // _BATCH)
    by_batch = {1 + 4 * at: min(_BATCH, failed - at * _BATCH) for at in range(-(-failed // _BATCH))}
    workload = Workload(batches * _BATCH, 10_000.0)
    run = Run(workload, "odd", Failures(by_batch, []))
    job_id = str(3888833000000200000 + random.Random(failed).randrange(10**5))
    address = Address(OWNER, APP, FORM)
    start = now - 3600.0 - run.duration
    return Job(job_id, "odd", address, created_at=start - 60.0, run=run, started_at=start)
