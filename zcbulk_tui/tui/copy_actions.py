"""What goes to the clipboard: ids and commands of jobs."""

from typing import TYPE_CHECKING

from zcbulk_tui.tui.list_actions import meant

if TYPE_CHECKING:
    from zcbulk_tui.tui.screens.watch_view import WatchView


def copy_ids(screen: "WatchView") -> None:
    """Copies the ids of the jobs that are meant, a line each."""
    ids = [listed.snapshot.ref.job_id for listed in meant(screen)]
    _copy(screen, ids, "the job's id" if len(ids) == 1 else f"{len(ids):,} ids")


def copy_commands(screen: "WatchView") -> None:
    """Copies commands that print the status of the jobs that are meant, a line each."""
    from zcbulk_tui.render.command_line import status_command

    commands = [status_command(listed) for listed in meant(screen)]
    one = "a command that prints its status"
    _copy(screen, commands, one if len(commands) == 1 else f"{len(commands):,} commands")


def _copy(screen: "WatchView", lines: list[str], what: str) -> None:
    screen.app.copy_to_clipboard("\n".join(lines))
    # Whether the terminal takes it is not told to anybody.
    screen.notify(f"Sent to the terminal's clipboard: {what}.", timeout=4, markup=False)
