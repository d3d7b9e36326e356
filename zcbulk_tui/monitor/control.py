"""Sending a start or an abort exactly once, and telling what became of it."""

from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.errors import UnclearError, ZcbulkError
from zcbulk_tui.monitor.ports import JobApi, Slot


async def send(api: JobApi, ref: JobRef, command: Command, slot: Slot) -> Command:
    """Sends a command.

    Returns:
        The command as its answer leaves it: accepted, refused, or still `Outcome.SENT` where the
        answer is unclear. Then it must not be sent again; a status tells what became of it.
    """
    try:
        said = await api.control(ref, command.action, slot)
    except UnclearError as error:
        return command.ended(Outcome.SENT, error=error)
    except ZcbulkError as error:
        return command.ended(Outcome.REFUSED, error=error)
    return command.ended(Outcome.ACCEPTED, said=said)
