"""The run of a probe: step after step, each written down before it is sent.

Whatever ends it, the same form can be probed on: what was sent is in the transcript, and no step
is made twice.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import NamedTuple, Protocol, TypeVar

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.call_limits import OpenCall
from zcbulk_tui.domain.contract import Contract, Question, Withdrawn
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.probe import MOST_CALLS, Act, Exchange, Step, calls_made
from zcbulk_tui.domain.probe_files import form_of
from zcbulk_tui.domain.upload import UploadFile
from zcbulk_tui.errors import HeldError, QuotaSpentError, ZcbulkError
from zcbulk_tui.monitor.call_limiter import Priority
from zcbulk_tui.monitor.calls import Calls, Slots
from zcbulk_tui.monitor.contract_watch import ContractWatch
from zcbulk_tui.monitor.ports import ProbeApi
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.meta_cache import MetaCache

_LAST_PATIENCE = 10.0
"""Seconds that a call is still waited for when the run is interrupted: a create that is cut leaves
a job whose id nobody knows."""

_ANOTHER_FORM = "Name a form that is used for nothing else: a probe inserts records into it."

_UNANSWERED_AT_MOST = 2
"""Steps without an answer, one after the other, after which a run ends."""


_Result = TypeVar("_Result")


class Plan(Protocol):
    """What a probe does, and what it shows; both follow from its transcript alone."""

    def next_step(
        self, transcript: Sequence[Exchange], calls_left: int, now: datetime
    ) -> Step | None:
        """Returns what is done next; None where nothing is left, or too few calls."""

    def findings(self, transcript: Sequence[Exchange]) -> Contract:
        """Returns what is known by now."""

    def contested(self, transcript: Sequence[Exchange]) -> frozenset[tuple[Question, str]]:
        """Returns the aspects that are open because the answers say two things of them."""

    def file(self, name: str, transcript: Sequence[Exchange]) -> UploadFile:
        """Returns the file of an upload, as it stands on the disk.

        Raises:
            DataError: It cannot be written.
        """


class Stop(Enum):
    """Why a run has ended."""

    COMPLETE = "complete"
    """Nothing more can be asked."""

    LIMIT = "limit"
    """The calls of this run are used up, or too few are left for what comes next."""

    DAY = "day"
    """So it is with the day's calls."""

    MOST = "most"
    """So it is with the calls of the whole probe."""

    TROUBLE = "trouble"
    """A step has no answer, or was refused for a reason that every other call would meet."""


class ProbeEnd(NamedTuple):
    """How a run has ended.

    Attributes:
        stop: Why.
        error: What was in the way; None for nothing.
    """

    stop: Stop
    error: ZcbulkError | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """Takes how a run comes along.

    Attributes:
        begins: Called before each step, with the seconds that are waited first.
        ended: Called with what came of it.
    """

    begins: Callable[[Step, float], None]
    ended: Callable[[Exchange], None]


class Probing:
    """Probes a form.

    Args:
        api: Makes the steps.
        plan: Decides on them.
        calls: Lets the calls through, counts them and writes them down.
        quota: What may be spent on them.
        contracts: Keeps the transcript.
        watch: Takes what is found out.
        insertions: What else goes into forms.
        memory: Knows the jobs that are watched.
        lists: Keeps the fields of the form for whoever needs them next.
        now: The time of day; aware.

    Attributes:
        made: Calls so far.
    """

    def __init__(
        self,
        api: ProbeApi,
        plan: Plan,
        calls: Calls,
        quota: QuotaTracker,
        contracts: Contracts,
        watch: ContractWatch,
        insertions: Insertions,
        memory: Memory,
        lists: MetaCache,
        now: Callable[[], datetime],
    ) -> None:
        self.made = 0
        self._api = api
        self._plan = plan
        self._calls = calls
        self._quota = quota
        self._contracts = contracts
        self._watch = watch
        self._insertions = insertions
        self._memory = memory
        self._lists = lists
        self._now = now

    async def run(
        self, form: FormRef, limit: int | None, listener: Listener, *, anew: bool = False
    ) -> ProbeEnd:
        """Makes steps until nothing is left to do, or something is in the way.

        Args:
            form: The form; not of production.
            limit: The most calls of this run; None for no limit but those of the day and the probe.
            listener: Takes how it comes along.
            anew: Whether to forget an earlier probe of the form, and ask all of it again.

        Raises:
            HeldError: The form is used by something else; nothing was sent.
            ConfigError: A step cannot be written down, so it was not sent.
        """
        if not self._insertions.locks.take(form):
            raise HeldError(
                f"Another process inserts into form {form.form}, so nothing was sent",
                next_step="Wait until it has ended.",
            )
        try:
            check_is_free(form, self._insertions, self._memory)
            if anew:
                if isinstance(stop := self._next((), limit), Stop):
                    return ProbeEnd(stop)  # nothing would take the place of what is known
                self._contracts.forget(form)
            return await self._run(form, limit, listener)
        finally:
            self._insertions.locks.release(form)

    async def _run(self, form: FormRef, limit: int | None, listener: Listener) -> ProbeEnd:
        answered_at, unanswered = None, 0
        if known := self._contracts.transcript(form):
            # An earlier run may have ended between an answer and what it shows.
            self._learn(form, known[:-1], known[-1])
        while True:
            transcript = self._contracts.transcript(form)
            found = self._next(transcript, limit)
            if isinstance(found, Stop):
                return ProbeEnd(found)
            wait = self._wait(found, transcript, answered_at)
            listener.begins(found, wait)
            await asyncio.sleep(wait)
            again = self._next(transcript, limit)
            if isinstance(again, Stop) or again.key != found.key:
                continue  # the calls of the day were spent elsewhere meanwhile, or it is too late
            left, _ = self._left(transcript, limit)
            exchange, error = await self._make(form, found, transcript, left)
            answered_at = _time()
            listener.ended(exchange)
            self._learn(form, transcript, exchange)
            if (fields := form_of([exchange])) is not None:
                self._lists.keep_fields(form, fields)
            if isinstance(error, QuotaSpentError) and error.answer is None:
                continue  # not Zoho says so: what comes next tells which calls are used up
            unanswered = 0 if exchange.is_answered else unanswered + 1
            if exchange.is_unsent or unanswered >= _UNANSWERED_AT_MOST:
                return ProbeEnd(Stop.TROUBLE, error)

    def _next(self, transcript: Sequence[Exchange], limit: int | None) -> Step | Stop:
        """Returns the next step, or why there is none."""
        now = self._now()
        if self._plan.next_step(transcript, MOST_CALLS, now) is None:
            free = [replace(it, calls=0) for it in transcript]
            is_all = self._plan.next_step(free, MOST_CALLS, now) is None
            return Stop.COMPLETE if is_all else Stop.MOST
        left, stop = self._left(transcript, limit)
        step = self._plan.next_step(transcript, left, now) if left > 0 else None
        return stop if step is None else step

    def _left(self, transcript: Sequence[Exchange], limit: int | None) -> tuple[int, Stop]:
        """Returns how many calls may be made, and why no more."""
        self._quota.look()
        bounds = [
            (MOST_CALLS - calls_made(transcript), Stop.MOST),
            (self._quota.budget.left_for(Cause.SCRIPT), Stop.DAY),
        ]
        if limit is not None:
            bounds.append((limit - self.made, Stop.LIMIT))
        return min(bounds, key=lambda it: it[0])

    def _learn(self, form: FormRef, before: Sequence[Exchange], exchange: Exchange) -> None:
        """Keeps what is known with an answer, in place of what was known of those before."""
        # How a limit is put is an answer, too, though its step is made again.
        is_unsent = exchange.is_unsent and not exchange.is_answered
        after = (*before, replace(exchange, is_unsent=is_unsent))
        found = self._plan.findings(after)
        lost = _aspects(self._plan.findings(before)) - _aspects(found)
        contested = self._plan.contested(after) - self._plan.contested(before)
        withdrawn = Withdrawn(lost | contested, exchange.sent_at, contested)
        self._watch.learn(form.origin, found, withdrawn)

    def _wait(self, step: Step, transcript: Sequence[Exchange], answered_at: float | None) -> float:
        """Seconds that are still to pass before a step."""
        if not transcript:
            return 0.0
        if answered_at is None:  # by an earlier run, which did not write down when
            passed = (self._now() - transcript[-1].sent_at).total_seconds()
        else:
            passed = _time() - answered_at
        return min(max(step.wait - passed, 0.0), step.wait)

    async def _make(
        self, form: FormRef, step: Step, transcript: Sequence[Exchange], left: int
    ) -> tuple[Exchange, ZcbulkError | None]:
        """Writes a step down, makes it with so many calls at most, and what came of it down."""
        file = self._plan.file(step.detail, transcript) if step.act is Act.UPLOAD else None
        job_id = job_ids(transcript).get(step.job, "")
        sent_at = self._now()
        self._contracts.begin(form, step, sent_at)
        slots = Slots(self._calls, form.form, Cause.SCRIPT, f"probe: {step.purpose}", Priority.KEY)

        def slot(request: str) -> AbstractAsyncContextManager[OpenCall]:
            if slots.made >= left:
                raise QuotaSpentError("No call is left to make it again")
            return slots(request)

        call = self._api.exchange(form, step, job_id, file, sent_at, slot)
        try:
            (exchange, error), is_interrupted = await _through(asyncio.ensure_future(call))
        except BaseException:
            is_unsent = not slots.may_have_left
            cut = Exchange(step, sent_at, is_unsent=is_unsent, calls=slots.made)
            self._contracts.end(form, cut)
            raise
        finally:
            self.made += slots.made
        exchange = replace(exchange, calls=slots.made)
        self._contracts.end(form, exchange)
        if is_interrupted:
            raise asyncio.CancelledError
        return exchange, error


async def _through(call: asyncio.Future[_Result]) -> tuple[_Result, bool]:
    """Returns what a call returns, and whether the run was interrupted meanwhile."""
    try:
        return await asyncio.shield(call), False
    except asyncio.CancelledError:
        try:
            await asyncio.wait([call], timeout=_LAST_PATIENCE)
        finally:
            call.cancel()
        if not call.done():
            await asyncio.wait([call])
        return call.result(), True


def check_is_free(form: FormRef, insertions: Insertions, memory: Memory) -> None:
    """Looks whether a form is used by something else, as far as is known here.

    Args:
        form: The form.
        insertions: What goes into forms.
        memory: Knows the jobs that are watched.

    Raises:
        HeldError: It is.
        ConfigError: The memory cannot be read.
    """
    taken_by = insertions.slot(form, [it.snapshot for it in memory.recall()]).taken_by
    if taken_by:
        raise HeldError(
            f"Form {form.form} is in use, so nothing was sent",
            f"Job {taken_by} is active in it, or may be.",
            _ANOTHER_FORM,
        )
    if any(it.form == form for it in insertions.open()):
        raise HeldError(
            f"Form {form.form} is in use, so nothing was sent",
            "Files are queued for it.",
            _ANOTHER_FORM,
        )


def job_ids(transcript: Sequence[Exchange]) -> dict[str, str]:
    """Returns the ids of the jobs that a probe has created, by its own names for them."""
    return {
        it.step.job: it.seen["job_id"]
        for it in transcript
        if it.step.act is Act.CREATE and "job_id" in it.seen
    }


def _aspects(contract: Contract) -> set[tuple[Question, str]]:
    return {(it.question, aspect) for it in contract.findings.values() for aspect in it.values}


def _time() -> float:
    return asyncio.get_running_loop().time()
