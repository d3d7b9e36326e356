"""The memory on the screen: history and log, and what is wrong with it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.errors import ZcbulkError

if TYPE_CHECKING:
    from zcbulk_tui.tui.screens.watch import WatchScreen


def show_history(screen: "WatchScreen") -> None:
    """Shows all that is remembered of the selected job."""
    from zcbulk_tui.domain.records import History
    from zcbulk_tui.tui.screens.history import HistoryScreen

    selected, archive = screen.jobs.selected, screen.archive
    if selected is None or archive is None:
        return

    def load() -> History:
        return archive.history(selected.ref) or History(selected.job, ())

    screen.app.push_screen(HistoryScreen(load, glyphs=screen.glyphs, now=screen.now))


def show_log(screen: "WatchScreen") -> None:
    """Shows all that has happened."""
    from zcbulk_tui.tui.screens.log import LogScreen

    if screen.archive is not None:
        load = screen.archive.log
        screen.app.push_screen(LogScreen(load, glyphs=screen.glyphs, now=screen.now))


def report(screen: "WatchScreen", problem: ZcbulkError, then: Callable[[], None]) -> None:
    """Says what of the memory could not be used, and does something once that is closed."""
    from zcbulk_tui.tui.screens.dialogs import NoticeScreen

    screen.app.push_screen(NoticeScreen.of(problem), lambda _: then())


def tell(screen: "WatchScreen", before: ServiceSnapshot, now: ServiceSnapshot) -> None:
    """Says in passing that what happens is not kept any more, or is kept again."""
    # The first that is heard of it may be what the dialog at the start says.
    told = screen.session.problem is not None and before.spent is None
    if told or bool(before.unkept) == bool(now.unkept):
        return
    if now.unkept:
        screen.notify(now.unkept, title="Not saved", severity="warning", timeout=15, markup=False)
    else:
        screen.notify("What was missed has been written down.", title="Saved again", markup=False)
