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
from zcbulk_tui.monitor.call_limiter import CallLimiter, Priority
from zcbulk_tui.monitor.calls import Calls, Slots
from zcbulk_tui.monitor.ports import JobApi
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.monitor.recorder import Recorder


async def read_all(
    api: JobApi,
    jobs: Sequence[WatchedJob],
    quota: QuotaTracker,
    context: ProfileContext,
    now: Callable[[], datetime],
    *,
    fresh: bool = False,
) -> list[JobReading | ZcbulkError]:
    """Asks for the status of each job, within Zoho's limits: one call each.

    What a reading shows of the last start or abort of its job is written down, too.

    No call is made for a job that is known to be over, or that a window on this profile polls: what
    is remembered of it is as new as the calls allow. One that was commanded since is read.

    Args:
        api: Zoho Creator.
        jobs: The jobs.
        quota: What may be spent on calls.
        context: What is shared with the windows.
        now: The time of day; aware.
        fresh: Whether to ask for all of them nevertheless.

    Returns:
        A reading, or why there is none, for each job in its place.

    Raises:
        QuotaSpentError: The day's calls do not allow it; no call is made then.
        ZcbulkError: The calls cannot be signed.
    """
    context.memory.know(jobs)
    before = {job.ref: context.memory.known(job) for job in jobs}
    polled = _polled(context)
    known = {
        ref: redated((snapshot.last,), now())[0]
        for ref, snapshot in before.items()
        if snapshot.last is not None
        and not fresh
        and (snapshot.is_final or ref in polled)
        and not _is_commanded_since(context, snapshot)
    }
    asked = [job for job in jobs if job.ref not in known]
    if asked:
        quota.check(len(asked))
        await api.sign_in()
    calls = Calls(CallLimiter(context.rate_limiter), quota, context.memory, now)
    recorder = Recorder(context.memory, now)
    aftermath = Aftermath(context.memory, recorder, now)

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
                quota.refused()
            recorder.fault(snapshot, error)
            return error
        quota.answered()
        after = JobSnapshot(job, remember(snapshot.readings, reading))
        recorder.reading(snapshot, after, reading)
        aftermath.read(asked, reading)
        return reading

    return await asyncio.gather(*(read(job) for job in jobs))


def _is_commanded_since(context: ProfileContext, snapshot: JobSnapshot) -> bool:
    """Whether a command was sent after the last reading that may have changed the job."""
    record = context.memory.last_command(snapshot.ref)
    if record is None or record.command.outcome is Outcome.REFUSED:
        return False
    return snapshot.last is None or snapshot.last.read_at < record.at


def _polled(context: ProfileContext) -> Collection[JobRef]:
    """The jobs that a window polls."""
    if not context.windows.status.poller:
        return ()
    try:
        return context.memory.polled(of_list=not context.windows.status.poller_yields)
    except ConfigError:
        return ()
