"""What goes to the clipboard: ids and commands of jobs."""

import asyncio
import os
from typing import TYPE_CHECKING

from zcbulk_tui.render.clipboard import TMUX_OPTIONS, Clipboard, clipboard, toast
from zcbulk_tui.tui.list_actions import meant
from zcbulk_tui.tui.tmux import tmux_options

if TYPE_CHECKING:
    from zcbulk_tui.tui.screens.watch_view import WatchView


def copy_ids(screen: "WatchView") -> None:
    """Copies the ids of the jobs that are meant, a line each."""
    ids = [listed.snapshot.ref.job_id for listed in meant(screen)]
    _copy(screen, ids, "the job's id" if len(ids) == 1 else f"{len(ids):,} ids")


def copy_commands(screen: "WatchView") -> None:
    """Copies commands that print the status of the jobs that are meant, a line each."""
    from zcbulk_tui.render.clipboard import status_command

    commands = [status_command(listed) for listed in meant(screen)]
    one = "a command that prints its status"
    _copy(screen, commands, one if len(commands) == 1 else f"{len(commands):,} commands")


def _copy(screen: "WatchView", lines: list[str], what: str) -> None:
    screen.app.copy_to_clipboard("\n".join(lines))
    if not os.environ.get("TMUX"):
        _say(screen, clipboard(os.environ, {}), what)
        return

    async def ask_tmux() -> None:
        # Each time: its options change while the program runs.
        options = await asyncio.to_thread(tmux_options, dict(os.environ), TMUX_OPTIONS)
        _say(screen, clipboard(os.environ, options), what)

    screen.app.run_worker(ask_tmux(), group="clipboard", exit_on_error=False)


def _say(screen: "WatchView", known: Clipboard, what: str) -> None:
    is_lost = known.works is False
    screen.notify(
        toast(known, what),
        severity="warning" if is_lost else "information",
        timeout=15 if is_lost else 4,
        markup=False,
    )
