"""The calls of the selected job's profile: the budget, and the pace."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zcbulk_tui.tui.screens.watch_view import WatchView


def show(screen: "WatchView") -> None:
    """Shows the budget."""
    from zcbulk_tui.tui.screens.budget import BudgetScreen
    from zcbulk_tui.tui.screens.closing import keys_of

    here = screen.here
    if here.monitor is None or here.pace is None:
        return
    screen.budget = BudgetScreen(
        here.monitor.day_plan,
        lambda: here.service.paused,
        here.pace,
        here.monitor.enter_true_figure,
        glyphs=screen.glyphs,
        now=screen.now,
        closed_by=keys_of(screen.keys, "budget"),
    )

    def closed(_: None) -> None:
        screen.budget = None

    screen.app.push_screen(screen.budget, closed)


def step(screen: "WatchView", by: int) -> None:
    """Goes a step towards eager, or towards frugal for less than 0."""
    if screen.here.pace is not None:
        screen.here.pace.step(by)
