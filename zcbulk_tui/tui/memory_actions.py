"""The memory on the screen: history and log, and what is wrong with it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.errors import ZcbulkError

if TYPE_CHECKING:
    from zcbulk_tui.tui.profile_view import ProfileView
    from zcbulk_tui.tui.screens.watch_view import WatchView


def show_history(screen: "WatchView") -> None:
    """Shows all that is remembered of the selected job."""
    from zcbulk_tui.domain.records import History
    from zcbulk_tui.tui.screens.closing import keys_of
    from zcbulk_tui.tui.screens.history import HistoryScreen

    selected, archive = screen.selected, screen.here.archive
    if selected is None or archive is None:
        return
    job = selected.snapshot.job

    def load() -> History:
        return archive.history(job.ref) or History(job, ())

    keys = keys_of(screen.keys, "history")
    screen.app.push_screen(
        HistoryScreen(load, glyphs=screen.glyphs, now=screen.now, closed_by=keys)
    )


def show_log(screen: "WatchView") -> None:
    """Shows all that has happened in the selected job's profile."""
    from zcbulk_tui.tui.screens.closing import keys_of
    from zcbulk_tui.tui.screens.log import LogScreen

    archive = screen.here.archive
    if archive is not None:
        keys = keys_of(screen.keys, "log")
        screen.app.push_screen(
            LogScreen(archive.log, glyphs=screen.glyphs, now=screen.now, closed_by=keys)
        )


def report(screen: "WatchView", problem: ZcbulkError, then: Callable[[], None]) -> None:
    """Says what of the memory could not be used, and does something once that is closed."""
    from zcbulk_tui.tui.screens.dialogs import NoticeScreen

    screen.app.push_screen(NoticeScreen.of(problem), lambda _: then())


def tell(screen: "WatchView", profile: "ProfileView", before: ServiceSnapshot) -> None:
    """Says in passing that what happens is not kept any more, or is kept again."""
    now = profile.service
    # The first that is heard of it may be what the dialog at the start says.
    told = profile.spec.problem is not None and before.spent is None
    if told or bool(before.unkept) == bool(now.unkept):
        return
    if now.unkept:
        screen.notify(now.unkept, title="Not saved", severity="warning", timeout=15, markup=False)
    else:
        screen.notify("What was missed has been written down.", title="Saved again", markup=False)
