"""Why a question that is still open asks for nothing any more: what it is about has changed.

Each function returns a sentence, which is empty as long as the question makes sense.
"""

from collections.abc import Sequence

from zcbulk_tui.domain.insertion import QueuedFile
from zcbulk_tui.domain.job import Action
from zcbulk_tui.domain.night import Night
from zcbulk_tui.domain.snapshot import Listed
from zcbulk_tui.tui import availability
from zcbulk_tui.tui.workspace import Workspace


def disarming(asked: Night, now: Night | None) -> str:
    """About disarming a night."""
    is_armed = now is not None and now.id == asked.id
    return "" if is_armed else "The night has ended meanwhile: nothing is left to disarm."


def command(workspace: Workspace, asked: Sequence[Listed], action: Action) -> str:
    """About starting or aborting jobs; while it makes sense for one of them, it is asked."""
    jobs = _on_list(workspace, asked)
    if any(listed.snapshot.allows(action) for listed in jobs):
        return ""
    return availability.none_fits(action, jobs).why_not if jobs else _gone(asked)


def removal(workspace: Workspace, asked: Sequence[Listed]) -> str:
    """About taking jobs off the list."""
    return "" if _on_list(workspace, asked) else _gone(asked)


def cancelling(asked: QueuedFile, now: Sequence[QueuedFile]) -> str:
    """About ending the upload of a file."""
    is_sent = any(it.insertion.key == asked.insertion.key and it.sent is not None for it in now)
    return "" if is_sent else "The upload has ended meanwhile."


def going_on(asked: QueuedFile, now: Sequence[QueuedFile]) -> str:
    """About letting a file go on that needed its user."""
    waits = any(it.insertion.key == asked.insertion.key and it.stage.needs_user for it in now)
    return "" if waits else "The file does not wait for you any more."


def _on_list(workspace: Workspace, asked: Sequence[Listed]) -> list[Listed]:
    rows = workspace.rows
    return [rows[listed.key] for listed in asked if listed.key in rows]


def _gone(asked: Sequence[Listed]) -> str:
    if len(asked) > 1:
        return f"None of the {len(asked):,} jobs is on the list any more."
    return f"{asked[0].snapshot.job.label} is not on the list any more."
