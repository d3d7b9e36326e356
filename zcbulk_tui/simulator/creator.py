"""The stand-in itself: one call in, one answer out."""

import math
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock

from zcbulk_tui.simulator.accounts import Accounts
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.dialect import Action, Dialect
from zcbulk_tui.simulator.faults import Call, RefusalError
from zcbulk_tui.simulator.fields import Form
from zcbulk_tui.simulator.files import uploaded_file
from zcbulk_tui.simulator.jobs import FIRST_JOB_ID, PRODUCTION, Address, Job
from zcbulk_tui.simulator.limits import Limits, Meter
from zcbulk_tui.simulator.messages import LOST, ZIP_HEADERS, LogEntry, Request, Response
from zcbulk_tui.simulator.meta import Catalogue, Question, question
from zcbulk_tui.simulator.odd_results import OddResult, OddResults
from zcbulk_tui.simulator.outcomes import Outcome
from zcbulk_tui.simulator.physics import Run, State, Workload
from zcbulk_tui.simulator.results import Result, ResultRules, record_id, rows_in
from zcbulk_tui.simulator.schedule import Fault, Schedule
from zcbulk_tui.simulator.scopes import CREATE, READ
from zcbulk_tui.simulator.targets import Target, action_of, environment_of, filter_of, target_of
from zcbulk_tui.simulator.verdicts import InsertRules, Verdict, judge

_NO_CONTROL_AFTER = {
    State.COMPLETED: "409-11100",
    State.USER_ABORTED: "409-11080",
    State.SYSTEM_ABORTED: "409-11090",
    State.FAILED: "failed",
    State.EXPIRED: "expired",
}

_MANY_ROWS = 5_000
"""Rows of a result that keep an event loop from its work for too long."""


@dataclass(frozen=True, slots=True)
class Inserted:
    """A record that a form holds."""

    job_id: str
    record_id: str
    """As the job's result of successes has it."""
    number: int
    """Its place in the file of that job, from 1."""
    values: dict[str, str]
    """By column."""


class Creator:
    """Zoho Creator as far as bulk insert jobs go: from their creation to their results.

    Safe to call from several threads.
    """

    def __init__(
        self,
        jobs: Iterable[Job],
        timeline: Timeline,
        *,
        token: str,
        accounts: Accounts | None = None,
        dialect: Dialect | None = None,
        limits: Limits | None = None,
        faults: Iterable[Fault | OddResult] = (),
        forms: Iterable[Form] = (),
        rules: InsertRules | None = None,
        results: ResultRules | None = None,
        seed: int = 1,
    ) -> None:
        self.jobs = {job.id: job for job in jobs}
        """By id; those created by calls come last."""
        self.timeline = timeline
        self.token = token
        """An access token that never ends, for those who do not sign in."""
        self.accounts = accounts or Accounts(timeline, seed=seed)
        """Where all other access tokens come from."""
        self.accounts.permit(token)
        self.dialect = dialect or Dialect()
        self.log: list[LogEntry] = []
        """Every call, the oldest first."""
        self.on_call: Callable[[LogEntry], None] = lambda _: None
        """Called with every log entry as it is made; must not call the creator."""
        self._meter = Meter(limits or Limits())
        self._schedule = Schedule(seed)
        self._odd_results = OddResults()
        for fault in faults:
            self._plan(fault)
        addresses = [job.address for job in self.jobs.values()]
        self._catalogue = Catalogue(addresses, {form.link_name: form for form in forms})
        self._rules = rules or InsertRules()
        self.result_rules = results or ResultRules()
        """What the results of jobs look like."""
        self._seed = seed
        self._ids = random.Random(f"{seed}:ids")  # noqa: S311 - repeatable ids, not cryptography
        self._lock = Lock()

    def inject(self, fault: Fault | OddResult) -> None:
        """Plan a fault while the simulator runs."""
        with self._lock:
            self._plan(fault)

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Holds one place of the limit on parallel calls, from request to answer sent."""
        with self._lock:
            self._meter.in_flight += 1
        try:
            yield
        finally:
            with self._lock:
                self._meter.in_flight -= 1

    def records(self, form: str, environment: str = PRODUCTION) -> Iterator[Inserted]:
        """What the files of all jobs of a form have inserted so far, in the order of the jobs.

        Jobs that a scenario made up have no file, and so no records.
        """
        now = self.timeline.now()
        for job in list(self.jobs.values()):
            if (job.address.form, job.address.environment) == (form, environment):
                for number, values in job.inserted(now):
                    yield Inserted(job.id, record_id(job, number), number, values)

    def handle(self, request: Request) -> Response:
        """Answer a call at the present simulated moment, and log it.

        The delay of the answer, and its loss, are left to the caller to act out; and its body to
        be made, where that takes long.
        """
        target = self._target(request)
        # Outside of the lock: a large file takes seconds, in which others are to have answers.
        file = self._look_into_file(request, target)
        with self._lock:
            now = self.timeline.now()
            response = self._meet_fault(request, target, file, now)
            entry = self._log(request, target, now, response)
        self.on_call(entry)
        return response

    def lose(self, request: Request) -> None:
        """Log a call whose client went away before all of it was sent; nothing comes of it."""
        target = self._target(request)
        with self._lock:
            entry = self._log(request, target, self.timeline.now(), LOST)
        self.on_call(entry)

    def _target(self, request: Request) -> Target | None:
        return target_of(request, self.jobs, self.dialect.control_report)

    def _plan(self, fault: Fault | OddResult) -> None:
        if isinstance(fault, OddResult):
            self._odd_results.add(fault)
        else:
            self._schedule.add(fault)

    def _log(
        self, request: Request, target: Target | None, now: float, response: Response
    ) -> LogEntry:
        sends = target is not None and target.call in (Call.CREATE, Call.UPLOAD)
        entry = LogEntry(
            time=now,
            method=request.method,
            path=request.path,
            environment=environment_of(request),
            action=action_of(request, target),
            status=None if response.lost else response.status,
            code=response.code,
            job_id=(response.job_id or target.job_id) if target and sends else None,
        )
        self.log.append(entry)
        return entry

    def _look_into_file(
        self, request: Request, target: Target | None
    ) -> Verdict | RefusalError | None:
        """What becomes of the file of an upload call, or why it is refused."""
        if target is None or target.call is not Call.UPLOAD:
            return None
        at = target.address
        if self._catalogue.refusal(at.owner, at.app, at.form):
            return None
        try:
            return judge(
                uploaded_file(request, self._rules.files), self._catalogue.fields(at), self._rules
            )
        except RefusalError as refusal:
            return refusal

    def _meet_fault(
        self,
        request: Request,
        target: Target | None,
        file: Verdict | RefusalError | None,
        now: float,
    ) -> Response:
        elapsed = now - self.timeline.start
        if target is not None:
            call = target.call
        elif question(request.path) is not None:
            call = Call.META
        else:
            call = Call.STATUS if request.method == "GET" else Call.CONTROL
        fault = self._schedule.take(elapsed, target.job_id if target else None, call)
        if fault is None:
            return self._answer(request, target, file, now)
        response = fault.answer
        if response is None or fault.behind:
            truth = self._answer(request, target, file, now, fault.late)
            response = truth if response is None else replace(response, job_id=truth.job_id)
        return replace(response, delay=fault.delay)

    def _answer(
        self,
        request: Request,
        target: Target | None,
        file: Verdict | RefusalError | None,
        now: float,
        late: float = 0.0,
    ) -> Response:
        try:
            if target is None:
                asked = question(request.path)
                if asked is None:
                    raise RefusalError("404-1000")
                return self._answer_meta(request, asked, now)
            self._check_headers(request, self._scopes(target), target.call)
            self._meter.count(now)
            self._check_names(target.address.owner, target.address.app, target.address.form)
            if target.call is Call.CREATE:
                return self._create(target, now, late)
            if target.call is Call.UPLOAD:
                return self._upload(target, file, now, late)
            if target.call is Call.RESULT:
                return self._result(request, target, now)
            return self._serve(request, target, now, late)
        except RefusalError as refusal:
            row = refusal.row
            if refusal.key == "unsupported":
                row = replace(row, code=self.dialect.unsupported_code)
            return self._with_retry_after(row.response(), now)

    def _answer_meta(self, request: Request, asked: Question, now: float) -> Response:
        self._check_headers(request, frozenset({asked.scope}), Call.META)
        self._meter.count(now)
        if request.method != "GET":
            raise RefusalError("405-1020")
        self._check_names(asked.owner, asked.app, asked.form)
        answer = self._catalogue.answer(asked)
        if answer is None:
            raise RefusalError("200-3910")
        return answer

    def _scopes(self, target: Target) -> frozenset[str]:
        """The scopes of which a token must have one."""
        if target.call is Call.CONTROL:
            return self.dialect.control_scopes
        return frozenset({READ if target.call in (Call.STATUS, Call.RESULT) else CREATE})

    def _create(self, target: Target, now: float, late: float) -> Response:
        blocks = self.dialect.expired_blocks
        refusal = self.dialect.out_of_turn.create_on_busy
        for other in self._neighbours(target.address, now):
            if refusal is not None and other.holds_form(now, expired_too=blocks):
                raise RefusalError(refusal)
        self._meter.count_create(now)
        newest = max((int(job_id) for job_id in self.jobs), default=FIRST_JOB_ID)
        job_id = str(newest + self._ids.randrange(1, 1000))
        job = Job(job_id, "", target.address, created_at=now + late)
        if late > 0:
            job.appears_at = job.created_at
        self.jobs[job_id] = job
        return self.dialect.created(job)

    def _upload(
        self,
        target: Target,
        file: Verdict | RefusalError | None,
        now: float,
        late: float,
    ) -> Response:
        if not self._neighbours(target.address, now):
            raise RefusalError("404-11330")
        job = self._job(target, now)
        state = job.state(now)
        refusal: str | None = None if state is State.WAITING else "400-11340"
        if state is State.READY:
            refusal = self.dialect.out_of_turn.second_upload
        if refusal is not None:
            raise RefusalError(refusal, CURRENT_STATUS=self._spelling(job, state))
        if not isinstance(file, Verdict):
            raise file or RefusalError("400-9350")
        workload = Workload(
            file.records,
            self._rules.records_per_second,
            queue_seconds=self._rules.queue_seconds,
        )
        job.run = Run(workload, f"{self._seed}:{job.id}", file.failures)
        job.verdict = file
        job.label = file.file.name
        job.uploads += 1
        if late > 0:
            job.uploaded_at = now + late
        return self.dialect.uploaded()

    def _neighbours(self, at: Address, now: float) -> list[Job]:
        """The jobs of a form that are there."""
        jobs = self.jobs.values()
        return [job for job in jobs if job.address == at and job.appears_at <= now]

    def _job(self, target: Target, now: float) -> Job:
        job = self.jobs.get(target.job_id or "")
        if job is None or job.address != target.address or job.appears_at > now:
            raise RefusalError("200-7120")
        return job

    def _spelling(self, job: Job, state: State) -> str:
        return job.spellings.get(state, self.dialect.spellings[state])

    def _check_headers(self, request: Request, enough: frozenset[str], call: Call) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        scopes = self.accounts.scopes_of(token) if scheme == "Zoho-oauthtoken" else None
        if scopes is None:
            raise RefusalError("401-1030")
        if not enough & scopes:
            raise RefusalError("401-2945")
        if not self.dialect.accepts(call, request.headers.get("accept", "")):
            raise RefusalError("400-9210")

    def _check_names(self, owner: str | None, app: str | None, form: str | None) -> None:
        key = self._catalogue.refusal(owner, app, form)
        if key is not None:
            raise RefusalError(key)

    def _serve(self, request: Request, target: Target, now: float, late: float) -> Response:
        is_place = target.by_report == (self.dialect.control_report is not None)
        controls = is_place and request.method in self.dialect.control_methods
        reads = request.method == "GET" and not target.by_report
        if target.job_id is None or not (controls or reads):
            raise RefusalError("405-1020")
        job = self._job(target, now)
        if controls:
            action = self.dialect.action(request.body)
            self._control(job, action, now, late)
            return self.dialect.success(action)
        state = job.state(now)
        # Before the file there is nothing to count.
        has_file = state is not State.WAITING and job.run is not None
        counts = job.counts(now) if has_file or self.dialect.zeros_before_file else None
        return self.dialect.status(self._spelling(job, state), counts)

    def _result(self, request: Request, target: Target, now: float) -> Response:
        if request.method != "GET":
            raise RefusalError("405-1020")
        job = self._job(target, now)
        asked = filter_of(request)
        if not asked:
            raise RefusalError("400-9350")
        try:
            outcome = Outcome(asked)
        except ValueError as error:
            raise RefusalError("400-11000") from error
        end = job.end(now)
        # A job that was not started in time did nothing that a result could list.
        if end is None or end[0] is State.EXPIRED:
            raise RefusalError("200-11120")
        if job.state(now) is State.EXPIRED:
            raise RefusalError("404-11130")
        if now < end[1] + self.result_rules.delay:
            raise RefusalError("200-11110")
        counts = job.counts(now)
        rows = rows_in(counts, outcome)
        refusal = self.result_rules.empty_refusal
        if counts.total == 0 or (rows == 0 and refusal is not None):
            raise RefusalError(refusal or "404-11130")
        fields = self._catalogue.fields(job.address)
        batches = job.batches_done(now)
        result = Result(job, outcome, batches, fields, self.result_rules, self._seed)
        odd = self._odd_results.take(job.id, outcome)
        if odd is not None:
            answer = odd.answer(result)
        else:
            answer = Response(200, headers=ZIP_HEADERS, make_body=result.zip)
        return replace(answer, is_large=rows > _MANY_ROWS)

    def _control(self, job: Job, action: Action, now: float, late: float) -> None:
        state = job.state(now)
        rules = self.dialect.out_of_turn
        if state in _NO_CONTROL_AFTER:
            if action is Action.ABORT and rules.takes_late_abort:
                return
            raise RefusalError(_NO_CONTROL_AFTER[state])
        if action is Action.ABORT:
            # A job not started yet can be aborted too: the way out of a wrong upload [LIMB].
            job.carried_out += 1
            job.aborted_at = now + late
            return
        if state is State.RUNNING:
            raise RefusalError("running")
        if state is State.WAITING:
            raise RefusalError(rules.early_start)
        neighbours = self._neighbours(job.address, now)
        if any(other.state(now) is State.RUNNING for other in neighbours):
            raise RefusalError("busy")
        if job.verdict is not None and job.verdict.unknown_columns:
            raise RefusalError("header", COLUMNS=", ".join(job.verdict.unknown_columns))
        job.carried_out += 1
        job.started_at = now + late

    def _with_retry_after(self, response: Response, now: float) -> Response:
        wait = self._meter.seconds_to_wait(now)
        if response.status != 429 or not self._meter.limits.retry_after or wait == 0:
            return response
        seconds = math.ceil(wait / self.timeline.speed)
        return replace(response, headers={**response.headers, "retry-after": str(seconds)})


@contextmanager
def answering(creator: Creator, request: Request) -> Iterator[Response]:
    """Carry out a call; the block sends the answer.

    Calls to the accounts server are none of the API's: they hold no place in its limits.
    """
    if request.path.startswith("/oauth/"):
        yield creator.accounts.handle(request)
    else:
        with creator.in_flight():
            yield creator.handle(request)
