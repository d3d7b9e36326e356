"""Choosing a pace: what it would bring is shown first, and it counts a moment later."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.timer import Timer

if TYPE_CHECKING:
    from zcbulk_tui.domain.budget import Pace
    from zcbulk_tui.domain.planner import DayPlan, Effect

_MOMENT = 3.0
"""Seconds between the last key and the moment at which the pace counts."""


class PaceChoice:
    """The pace that has been chosen and does not count yet.

    Args:
        screen: Whose timer is used.
        plan: Tells the plan of the day.
        choose: Called with the pace that counts from now on.
        changed: Called when there is something else to show.
    """

    def __init__(
        self,
        screen: Screen[None],
        plan: Callable[[], "DayPlan"],
        choose: Callable[["Pace"], None],
        changed: Callable[[], None],
    ) -> None:
        self.effect: Effect | None = None
        self._screen = screen
        self._plan = plan
        self._choose = choose
        self._changed = changed
        self._timer: Timer | None = None

    @property
    def pending(self) -> "Pace | None":
        """The pace that does not count yet; None if there is none."""
        return self.effect.pace if self.effect else None

    def step(self, by: int) -> None:
        """Goes `by` steps towards eager, or towards frugal for less than 0."""
        plan = self._plan()
        paces = [effect.pace for effect in plan.effects]
        place = paces.index(self.pending or plan.spent.pace) + by
        effect = plan.effects[max(0, min(place, len(paces) - 1))]
        if self._timer is not None:
            self._timer.stop()
        if effect.pace is plan.spent.pace:
            self.effect = None
        else:
            self.effect = effect
            self._timer = self._screen.set_timer(_MOMENT, self._count)
        self._changed()

    def _count(self) -> None:
        effect, self.effect = self.effect, None
        if effect is not None:
            self._choose(effect.pace)
        self._changed()
