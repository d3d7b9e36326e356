"""Works the queue for some files, and says on the terminal how they come along."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Protocol

from zcbulk_tui.cli import event_loop
from zcbulk_tui.cli.context import now
from zcbulk_tui.cli.progress import ProgressLine
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import Insertion, QueuedFile, QueueStop, Stage
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.errors import QuotaSpentError, SignedOutError, SignInError
from zcbulk_tui.monitor.events import CommandEnded, Event, QueueChanged
from zcbulk_tui.monitor.insert_queue import InsertQueue
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.ports import InsertApi, JobApi
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.render import queue as queue_words
from zcbulk_tui.render import words
from zcbulk_tui.store.insertions import Insertions

_SLOT_LOOKS = 60.0
"""Seconds between two readings of the job that has the slot which is waited for."""

_GIVES_UP_AFTER = 100.0
"""Seconds in which a step is tried again by a command: three times, after 15, 30 and 60 s."""

_LASTS = (SignInError, QuotaSpentError)
"""Errors that pass, but not while a command waits."""


class InsertingApi(JobApi, InsertApi, Protocol):
    """Zoho Creator, as far as files are brought into it and their jobs are watched."""


class Follower:
    """The sink of the queue: prints a line whenever a file has come further.

    Args:
        keys: The files that it is about.
        say: Prints a line.

    Attributes:
        files: How these files stand, by their keys; those that are over are gone.
        stop: Why none of them goes on; None where they do.
        held_by: The files that a person has to decide on before these, which wait behind them.
        commanded: The jobs of which it has said what became of their start.
        changed: Set with every event.
    """

    def __init__(self, keys: Sequence[str], say: Callable[[str], None]) -> None:
        self.files: dict[str, QueuedFile] = {}
        self.stop: QueueStop | None = None
        self.held_by: dict[str, QueuedFile] = {}
        self.commanded: set[JobRef] = set()
        self.changed = asyncio.Event()
        self._keys = frozenset(keys)
        self._say = say
        self._said: dict[str, str] = {}
        self._line = ProgressLine()

    def publish(self, event: Event) -> None:
        """See `Sink`."""
        if isinstance(event, QueueChanged):
            self.stop = event.stop
            self.files = {
                it.insertion.key: it for it in event.files if it.insertion.key in self._keys
            }
            self.held_by = self._held_by(event.files)
            for file in self.files.values():
                self._tell(file)
        elif isinstance(event, CommandEnded):
            self.commanded.add(event.job.ref)
            self.clear()
            self._say(f"{event.job.label}: {words.command(event.command, event.command.sent_at)}")
        self.changed.set()

    def _held_by(self, files: Sequence[QueuedFile]) -> dict[str, QueuedFile]:
        first: dict[FormRef, QueuedFile] = {}
        held = {}
        for file in files:  # in the order of their turns
            form = file.insertion.form
            if file.behind and form in first and file.insertion.key in self._keys:
                held[file.insertion.key] = first[form]
            if file.stage.needs_user:
                first.setdefault(form, file)
        return held

    def _tell(self, file: QueuedFile) -> None:
        said = queue_words.said(file)
        if file.sent is not None:
            self._line.say(f"{file.insertion.label}: {said}")
            return
        if file.stage in (Stage.CREATED, Stage.UPLOADED) or said == "next":
            return  # the next step follows at once
        if self._said.get(file.insertion.key) != said:
            self._said[file.insertion.key] = said
            self.clear()
            self._say(f"{file.insertion.label}: {said}")

    def clear(self) -> None:
        """Takes the line of the upload away."""
        self._line.clear()


@asynccontextmanager
async def working(
    api: InsertingApi,
    context: ProfileContext,
    quota: QuotaTracker,
    insertions: Insertions,
    follower: Follower,
    files: Sequence[Insertion],
    clock: Callable[[], datetime] = now,
) -> AsyncIterator[InsertQueue]:
    """Works the queue for some files within the context."""
    monitor = Monitor(api, follower, context, quota, polls=False, now=clock)
    forms = {file.form for file in files}
    recalled = [it for it in context.memory.recall() if FormRef.of(it.snapshot.ref) in forms]
    monitor.watch(recalled)
    keys = [file.key for file in files]
    queue = InsertQueue(
        api,
        monitor,
        context,
        quota,
        insertions,
        follower,
        now=clock,
        works=lambda: True,
        only=keys,
    )
    async with event_loop.beside(monitor.run, queue.run):
        yield queue


async def until_settled(
    queue: InsertQueue,
    follower: Follower,
    insertions: Insertions,
    keys: Sequence[str],
    *,
    waits: bool,
    ends_at: float | None = None,
) -> list[Insertion]:
    """Waits until no file comes further here; returns the files as they stand then.

    What became of a start whose answer was lost is waited for, too. What a person has to mend is
    not: a file that is held, also one before it, a queue that is stopped, a sign-in that is lost.

    Args:
        queue: Works them.
        follower: Learns how they come along.
        insertions: Keeps them.
        keys: Which files.
        waits: Whether to wait for the slot of the form, too, and for whatever passes.
        ends_at: Until when it waits for these, in the loop's time; None for no end.
    """
    stuck_since: dict[str, float] = {}
    looked = _time()

    def still_waits() -> bool:
        return waits and (ends_at is None or _time() < ends_at)

    def goes_on(insertion: Insertion) -> bool:
        if insertion.is_over:
            return queue.is_looking(insertion)
        if _rests(follower, insertion, still_waits()):
            return False
        error = queue.error_of(insertion)
        if still_waits() and not isinstance(error, SignedOutError):
            return True
        if not _is_stuck(follower, insertion):
            return True
        since = stuck_since.setdefault(insertion.key, _time())
        is_late = waits or _time() - since >= _GIVES_UP_AFTER
        return not is_late and not isinstance(error, _LASTS)

    while True:
        follower.changed.clear()
        found = [it for it in map(insertions.find, keys) if it is not None]
        if not any(map(goes_on, found)):
            return found
        if waits and _time() - looked >= _SLOT_LOOKS:
            looked = _time()
            queue.read_slots(timedelta(seconds=_SLOT_LOOKS))
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):  # wait_for may lose a cancellation (Python 3.11)
                await follower.changed.wait()


def _rests(follower: Follower, insertion: Insertion, waits: bool) -> bool:
    file = follower.files.get(insertion.key)
    if file is None:
        return False
    if insertion.key in follower.held_by:
        return True
    if file.stage.needs_user or (follower.stop is not None and file.stage is not Stage.SENDING):
        return True
    return file.stage is Stage.WAITS and bool(file.slot.taken_by or file.behind) and not waits


def _is_stuck(follower: Follower, insertion: Insertion) -> bool:
    """Whether a step was not carried out, or not tried, for a reason that passes."""
    file = follower.files.get(insertion.key)
    if file is None:
        return False
    is_between = file.stage in (Stage.WAITS, Stage.CREATED, Stage.UPLOADED)
    return (is_between and bool(file.trouble)) or file.stage is Stage.TRIES_AGAIN


def _time() -> float:
    return asyncio.get_running_loop().time()
