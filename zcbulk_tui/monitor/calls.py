"""Making a call: its turn, its place in the minute and the day, and what is written down of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, datetime
from typing import NamedTuple

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.call_limits import OpenCall
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.records import NOT_COUNTED, CallRecord
from zcbulk_tui.errors import Answer, UnreachableError, ZcbulkError
from zcbulk_tui.monitor.call_limiter import CallLimiter, Priority
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store.memory import Memory

_CUT_SHORT = "Cut short before an answer came"
_CUT_EARLIER = "Cut short before anything was sent"


class Admission(NamedTuple):
    """A call that has had its turn, and is counted.

    Attributes:
        place: Its place in the minute.
        day: The day that it is counted to.
        cause: What for.
    """

    place: float
    day: date
    cause: Cause


class _Call:
    """A call that is under way; see `OpenCall`.

    Attributes:
        answer: What came back, as far as it is known; None for nothing.
        failure: What went wrong; empty for nothing.
    """

    def __init__(self) -> None:
        self.nothing_sent = False
        self.answer: Answer | None = None
        self.failure = ""
        self.has_ended = False

    def __call__(self, answer: Answer | None, /) -> None:
        self.answer, self.has_ended = answer, True

    def fail(self, error: ZcbulkError) -> None:
        """Takes why it was not carried out, or why that is not known."""
        self.answer, self.failure, self.has_ended = error.answer, error.title, True
        self.nothing_sent = self.nothing_sent or isinstance(error, UnreachableError)

    @property
    def words(self) -> str:
        """What went wrong, and whether it counts."""
        cut = _CUT_EARLIER if self.nothing_sent else _CUT_SHORT
        failure = self.failure if self.has_ended else cut
        return f"{failure}{NOT_COUNTED}" if self.nothing_sent else failure


class Calls:
    """Lets calls through the gate, counts them, and writes them down.

    A call is counted before it is made, so that no two share one of the day's, and a process that
    is killed meanwhile has counted it. Where it is certain that nothing was sent, it is taken back.

    Args:
        limiter: Lets them through.
        quota: Counts them.
        memory: Keeps what there is to say of each.
        now: The time of day; aware.
    """

    def __init__(
        self, limiter: CallLimiter, quota: QuotaTracker, memory: Memory, now: Callable[[], datetime]
    ) -> None:
        self.limiter = limiter
        self._quota = quota
        self._memory = memory
        self._now = now

    @property
    def profile(self) -> str:
        """Whose calls they are."""
        return self._memory.profile

    def admit(self, place: float, cause: Cause) -> Admission:
        """Counts a call that the gate has let through."""
        return Admission(place, self._quota.count(cause), cause)

    def take_back(self, admission: Admission) -> None:
        """Ends a call that was not made after all: it counts neither for the day nor the minute."""
        self._quota.take_back(admission.day, admission.cause)
        self.limiter.give_back(admission.place)

    @asynccontextmanager
    async def make(
        self, admission: Admission, about: WatchedJob | str, why: str, request: str
    ) -> AsyncIterator[_Call]:
        """A context for one call that was admitted, which ends it, however it does.

        Args:
            admission: Its turn.
            about: The job, or the name of a form or an application.
            why: The rule, the key or the command that caused it.
            request: How it is put.
        """
        at, began = self._now(), _time()
        ref, label = (None, about) if isinstance(about, str) else (about.ref, about.label)
        call = _Call()
        try:
            yield call
        except ZcbulkError as error:
            call.fail(error)
            raise
        finally:
            if call.nothing_sent:
                self.take_back(admission)
            else:
                self.limiter.leave()
            self._memory.called(
                CallRecord(
                    at,
                    admission.cause,
                    why,
                    request,
                    _time() - began,
                    self._quota.budget.left,
                    call.answer,
                    call.words,
                    ref,
                    label,
                )
            )


class Slots:
    """The `Slot` of one status or one command, which may take several calls.

    Args:
        calls: Makes them.
        about: The job, or the name of a form or an application.
        cause: What for.
        why: See `Calls.make`.
        priority: How they wait for their turn.
        admission: The turn of the first one, where it has had it already.
        check: Called when a call has waited for its turn; where it raises, the call is not made.

    Attributes:
        request: How the last of them was put; empty where there was none.
        made: How many were made; those do not count of which nothing was sent.
    """

    def __init__(
        self,
        calls: Calls,
        about: WatchedJob | str,
        cause: Cause,
        why: str,
        priority: Priority,
        admission: Admission | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.request = ""
        self.made = 0
        self._calls = calls
        self._about = about
        self._cause = cause
        self._why = why
        self._priority = priority
        self._admission = admission
        self._check = check
        self._call: _Call | None = None

    @property
    def may_have_left(self) -> bool:
        """Whether a byte of a call may have left of which no answer is known."""
        return self._call is not None and not (self._call.has_ended or self._call.nothing_sent)

    def __call__(self, request: str) -> AbstractAsyncContextManager[OpenCall]:
        """Opens a context for one call."""
        return self._open(request)

    @asynccontextmanager
    async def _open(self, request: str) -> AsyncIterator[OpenCall]:
        self.request = request
        admission, self._admission = self._admission, None
        if admission is None:
            place = await self._calls.limiter.enter(self._priority)
            try:
                self._check()
            except ZcbulkError:
                self._calls.limiter.give_back(place)
                raise
            admission = self._calls.admit(place, self._cause)
        try:
            async with self._calls.make(admission, self._about, self._why, request) as self._call:
                yield self._call
        finally:
            self.made += self._call is not None and not self._call.nothing_sent

    def close(self) -> None:
        """Takes a turn back of which no use was made."""
        if self._admission is not None:
            self._calls.take_back(self._admission)
            self._admission = None


def _time() -> float:
    return asyncio.get_running_loop().time()
