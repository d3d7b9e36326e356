"""Reading jobs once, for commands that print and end."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import JobReading, JobRef, WatchedJob
from zcbulk_tui.domain.progress import redated, remember
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import ConfigError, QuotaSpentError, ZcbulkError
from zcbulk_tui.monitor.aftermath import Aftermath
from zcbulk_tui.monitor.calls import Calls, Slots
from zcbulk_tui.monitor.desk import Desk
from zcbulk_tui.monitor.gate import CallGate, Priority
from zcbulk_tui.monitor.ports import JobApi
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.monitor.spending import Spending


async def read_all(
    api: JobApi,
    jobs: Sequence[WatchedJob],
    spending: Spending,
    desk: Desk,
    now: Callable[[], datetime],
    *,
    fresh: bool = False,
) -> list[JobReading | ZcbulkError]:
    """Asks for the status of each job, within Zoho's limits: one call each.

    What a reading shows of the last start or abort of its job is written down, too.

    No call is made for a job that is known to be over, or that a window on this profile polls: what
    is remembered of it is as new as the calls allow. One that was commanded since is asked.

    Args:
        api: Zoho Creator.
        jobs: The jobs.
        spending: What may be spent on calls.
        desk: What is shared with the windows.
        now: The time of day; aware.
        fresh: Whether to ask for all of them nevertheless.

    Returns:
        A reading, or why there is none, for each job in its place.

    Raises:
        QuotaSpentError: The day's calls do not allow it; nothing is asked then.
        ZcbulkError: The calls cannot be signed.
    """
    desk.memory.know(jobs)
    before = {job.ref: desk.memory.known(job) for job in jobs}
    polled = _polled(desk)
    known = {
        ref: redated((snapshot.last,), now())[0]
        for ref, snapshot in before.items()
        if snapshot.last is not None
        and not fresh
        and (snapshot.is_final or ref in polled)
        and not _is_commanded_since(desk, snapshot)
    }
    asked = [job for job in jobs if job.ref not in known]
    if asked:
        spending.check(len(asked))
        await api.sign_in()
    calls = Calls(CallGate(desk.minute), spending, desk.memory, now)
    recorder = Recorder(desk.memory, now)
    aftermath = Aftermath(desk.memory, recorder, now)

    async def read(job: WatchedJob) -> JobReading | ZcbulkError:
        if job.ref in known:
            return known[job.ref]
        snapshot = before[job.ref]
        slot = Slots(calls, job, Cause.SCRIPT, "status", Priority.KEY)
        asked = aftermath.asking(job.ref)
        try:
            reading = await api.status(job.ref, slot)
        except ZcbulkError as error:
            if isinstance(error, QuotaSpentError):
                spending.refused()
            recorder.fault(snapshot, error)
            return error
        spending.answered()
        after = JobSnapshot(job, remember(snapshot.readings, reading))
        recorder.reading(snapshot, after, reading)
        aftermath.read(asked, reading)
        return reading

    return await asyncio.gather(*(read(job) for job in jobs))


def _is_commanded_since(desk: Desk, snapshot: JobSnapshot) -> bool:
    """Whether a command was sent after the last reading that may have changed the job."""
    record = desk.memory.last_command(snapshot.ref)
    if record is None or record.command.outcome is Outcome.REFUSED:
        return False
    return snapshot.last is None or snapshot.last.read_at < record.at


def _polled(desk: Desk) -> Collection[JobRef]:
    """The jobs that a window polls."""
    if not desk.windows.standing.poller:
        return ()
    try:
        return desk.memory.polled()
    except ConfigError:
        return ()
