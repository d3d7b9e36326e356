"""Reading jobs once, for commands that print and end."""

import asyncio
from collections.abc import Iterable

from zcbulk_tui.domain.job import JobReading, JobRef
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.monitor.gate import CallGate, Priority
from zcbulk_tui.monitor.ports import JobApi


async def read_all(api: JobApi, refs: Iterable[JobRef]) -> list[JobReading | ZcbulkError]:
    """Asks for the status of each job: one call each, within Zoho's limits.

    Returns:
        A reading, or why there is none, for each job in its place.
    """
    gate = CallGate()

    async def read(ref: JobRef) -> JobReading | ZcbulkError:
        async with gate.call(Priority.KEY):
            try:
                return await api.status(ref)
            except ZcbulkError as error:
                return error

    return await asyncio.gather(*(read(ref) for ref in refs))
