"""The stand-in itself: one call in, one answer out."""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock

from zcbulk_tui.simulator.accounts import Accounts
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.dialect import Action, Dialect, requested_action
from zcbulk_tui.simulator.faults import Call, RefusalError
from zcbulk_tui.simulator.jobs import PRODUCTION, Address, Job
from zcbulk_tui.simulator.limits import Limits, Meter
from zcbulk_tui.simulator.messages import LogEntry, Request, Response
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.simulator.schedule import Fault, Schedule
from zcbulk_tui.simulator.scopes import READ

# The pages say v2.1, the OAS v2.
_PATH = re.compile(
    r"/creator/v2(?:\.1)?/bulk/([^/]+)/([^/]+)/form/([^/]+)/insert(?:/([^/]+))?", re.ASCII
)

_REPORT_PATH = re.compile(r"/api/v2\.1/([^/]+)/([^/]+)/report/([^/]+)/bulk/job/([^/]+)", re.ASCII)
"""As the samples of [START] have it; it names no form."""

_NO_CONTROL_AFTER = {
    State.COMPLETED: "409-11100",
    State.USER_ABORTED: "409-11080",
    State.SYSTEM_ABORTED: "409-11090",
    State.FAILED: "failed",
    State.EXPIRED: "expired",
}


@dataclass(frozen=True, slots=True)
class _Target:
    """What the URL and the ``environment`` header of a call point at."""

    address: Address
    job_id: str | None
    """None on the collection, where jobs are created and files uploaded."""
    by_report: bool = False
    """Whether the URL names a report of the form."""


class Creator:
    """Zoho Creator as far as bulk insert jobs go: their status, start and abort.

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
        faults: Iterable[Fault] = (),
        seed: int = 1,
    ) -> None:
        self.jobs = {job.id: job for job in jobs}
        """By id."""
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
        for fault in faults:
            self._schedule.add(fault)
        addresses = [job.address for job in self.jobs.values()]
        self._owners = {at.owner for at in addresses}
        self._apps = {(at.owner, at.app) for at in addresses}
        self._forms = {(at.owner, at.app, at.form) for at in addresses}
        self._lock = Lock()

    def inject(self, fault: Fault) -> None:
        """Plan a fault while the simulator runs."""
        with self._lock:
            self._schedule.add(fault)

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

    def handle(self, request: Request) -> Response:
        """Answer a call at the present simulated moment, and log it.

        The delay of the answer, and its loss, are left to the caller to act out.
        """
        with self._lock:
            now = self.timeline.now()
            response = self._meet_fault(request, now)
            entry = LogEntry(
                time=now,
                method=request.method,
                path=request.path,
                environment=_environment(request),
                action=requested_action(request.body),
                status=None if response.lost else response.status,
                code=response.code,
            )
            self.log.append(entry)
        self.on_call(entry)
        return response

    def _meet_fault(self, request: Request, now: float) -> Response:
        target = self._by_report(request) or _target(request)
        call = Call.STATUS if request.method == "GET" else Call.CONTROL
        elapsed = now - self.timeline.start
        fault = self._schedule.take(elapsed, target.job_id if target else None, call)
        if fault is None:
            return self._answer(request, target, now)
        response = fault.answer
        if response is None or fault.behind:
            truth = self._answer(request, target, now, fault.late)
            response = response or truth
        return replace(response, delay=fault.delay)

    def _answer(
        self, request: Request, target: _Target | None, now: float, late: float = 0.0
    ) -> Response:
        try:
            if target is None:
                raise RefusalError("404-1000")
            self._check_headers(request)
            self._meter.count(now)
            self._check_names(target.address)
            return self._serve(request, target, now, late)
        except RefusalError as refusal:
            return self._with_retry_after(refusal.row.response(), now)

    def _by_report(self, request: Request) -> _Target | None:
        match = _REPORT_PATH.fullmatch(request.path)
        if match is None or match[3] != self.dialect.control_report:
            return None
        owner, app, _, job_id = match.groups()
        form = self.jobs[job_id].address.form if job_id in self.jobs else ""
        return _Target(Address(owner, app, form, _environment(request)), job_id, by_report=True)

    def _check_headers(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        scopes = self.accounts.scopes_of(token) if scheme == "Zoho-oauthtoken" else None
        if scopes is None:
            raise RefusalError("401-1030")
        if (READ if request.method == "GET" else self.dialect.control_scope) not in scopes:
            raise RefusalError("401-2945")
        # Third parties report this refusal for a missing header and for any wildcard.
        accept = request.headers.get("accept", "")
        if not accept or "*/*" in accept:
            raise RefusalError("400-9210")

    def _check_names(self, at: Address) -> None:
        if at.owner not in self._owners:
            raise RefusalError("404-1040")
        if (at.owner, at.app) not in self._apps:
            raise RefusalError("404-2892")
        if (at.owner, at.app, at.form) not in self._forms:
            raise RefusalError("404-2893")

    def _serve(self, request: Request, target: _Target, now: float, late: float) -> Response:
        is_place = target.by_report == (self.dialect.control_report is not None)
        controls = is_place and request.method in self.dialect.control_methods
        reads = request.method == "GET" and not target.by_report
        if target.job_id is None or not (controls or reads):
            raise RefusalError("405-1020")
        job = self.jobs.get(target.job_id)
        if job is None or job.address != target.address:
            raise RefusalError("200-7120")
        if controls:
            action = self.dialect.action(request.body)
            self._control(job, action, now, late)
            return self.dialect.success(action)
        state = job.state(now)
        spelling = job.spellings.get(state, self.dialect.spellings[state])
        return self.dialect.status(spelling, None if job.run is None else job.counts(now))

    def _control(self, job: Job, action: Action, now: float, late: float) -> None:
        state = job.state(now)
        if state in _NO_CONTROL_AFTER:
            raise RefusalError(_NO_CONTROL_AFTER[state])
        if action is Action.ABORT:
            # A job not started yet can be aborted too: the way out of a wrong upload [LIMB].
            job.carried_out += 1
            job.aborted_at = now + late
            return
        if state is State.RUNNING:
            raise RefusalError("running")
        if state is State.WAITING:
            raise RefusalError("400-11350")
        neighbours = (other for other in self.jobs.values() if other.address == job.address)
        if any(other.state(now) is State.RUNNING for other in neighbours):
            raise RefusalError("busy")
        job.carried_out += 1
        job.started_at = now + late

    def _with_retry_after(self, response: Response, now: float) -> Response:
        wait = self._meter.seconds_to_wait(now)
        if response.status != 429 or not self._meter.limits.retry_after or wait == 0:
            return response
        seconds = math.ceil(wait / self.timeline.speed)
        return replace(response, headers={**response.headers, "retry-after": str(seconds)})


def _target(request: Request) -> _Target | None:
    match = _PATH.fullmatch(request.path)
    if match is None:
        return None
    owner, app, form, job_id = match.groups()
    return _Target(Address(owner, app, form, _environment(request)), job_id)


def _environment(request: Request) -> str:
    return request.headers.get("environment", PRODUCTION)


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
