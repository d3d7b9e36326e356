"""Reading jobs once, for commands that print and end."""

import asyncio
from collections.abc import Sequence

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.job import JobReading, JobRef
from zcbulk_tui.errors import QuotaSpentError, ZcbulkError
from zcbulk_tui.monitor.gate import CallGate, Priority
from zcbulk_tui.monitor.ports import JobApi
from zcbulk_tui.monitor.spending import Spending


async def read_all(
    api: JobApi, refs: Sequence[JobRef], spending: Spending
) -> list[JobReading | ZcbulkError]:
    """Asks for the status of each job: one call each, within Zoho's limits.

    Returns:
        A reading, or why there is none, for each job in its place.

    Raises:
        QuotaSpentError: The day's calls do not allow it; nothing is asked then.
        ZcbulkError: The calls cannot be signed.
    """
    spending.check(len(refs))
    await api.sign_in()
    gate = CallGate()

    async def read(ref: JobRef) -> JobReading | ZcbulkError:
        async with gate.call(Priority.KEY):
            spending.count(Cause.SCRIPT)
            try:
                reading = await api.status(ref)
            except ZcbulkError as error:
                if isinstance(error, QuotaSpentError):
                    spending.refused()
                return error
            spending.answered()
            return reading

    return await asyncio.gather(*(read(ref) for ref in refs))
