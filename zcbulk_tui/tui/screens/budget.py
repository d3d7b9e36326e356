"""The budget: the day's calls, the plan for each job, the paces, and the field for the truth."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.planner import DayPlan
from zcbulk_tui.render.budget import page
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.tui.key_line import legend
from zcbulk_tui.tui.keys import Context, Key, bindings
from zcbulk_tui.tui.screens.scrolled import ScrolledScreen
from zcbulk_tui.tui.widgets.field import Field
from zcbulk_tui.tui.widgets.lines import Lines

_TICK = 5.0
"""Seconds between two looks at the plan."""

_KEYS = {
    "eager frugal": "pace",
    "true_figure": "correct the count",
    "down up": "scroll",
    "back": "close",
}
"""What is said of the keys."""


class BudgetScreen(ScrolledScreen[None], ModalScreen[None]):
    """Shows the budget.

    Args:
        plan: Returns the plan of the day.
        paused: Returns whether the polls are paused.
        pending: Returns the pace that has been chosen and does not count yet; None for none.
        step: Called with the steps to another pace, towards eager.
        enter_true_figure: Called with the calls that everybody made today.
        glyphs: The characters to draw with.
        now: The time of day; aware.
        keys: All keys, some of them the user's own.
    """

    CSS_PATH = "dialogs.tcss"
    CONTEXT = Context.BUDGET
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXT)

    def __init__(
        self,
        plan: Callable[[], DayPlan],
        paused: Callable[[], bool],
        pending: Callable[[], Pace | None],
        step: Callable[[int], None],
        enter_true_figure: Callable[[int], None],
        *,
        glyphs: Glyphs,
        now: Callable[[], datetime],
        keys: Sequence[Key],
    ) -> None:
        super().__init__(keys)
        self._plan = plan
        self._paused = paused
        self._pending = pending
        self._step = step
        self._enter_true_figure = enter_true_figure
        self._glyphs = glyphs
        self._now = now
        self._page = Lines(id="budget-page")

    def compose(self) -> ComposeResult:
        """The page, the field, and what its keys are."""
        with VerticalScroll(classes="dialog", id="budget-scroll", can_focus=False):
            yield Static("Budget", classes="dialog-title")
            yield self._page
            with Horizontal(classes="field apart"):
                yield Label("Used by everybody today, says Zoho's billing page")
                yield Field(id="true-figure", type="integer", max_length=8)
            yield Static(id="budget-said", markup=False)
            yield Lines(id="budget-keys")

    def on_mount(self) -> None:
        """Begins to follow the plan."""
        self.set_interval(_TICK, self.show_plan)

    def on_resize(self) -> None:
        """Fits the page to the width."""
        self.call_after_refresh(self.show_plan)

    def show_plan(self) -> None:
        """Shows the plan as it is now."""
        width = self.scrolled.scrollable_content_region.width
        if width <= 0:
            return
        lines = page(
            self._plan(),
            self._pending(),
            self._now(),
            self._glyphs,
            width,
            paused=self._paused(),
        )
        self._page.styles.height = len(lines)
        self._page.show(*lines)
        self.query_one("#budget-keys", Lines).show(legend(self.keys, _KEYS, width))

    def action_eager(self) -> None:
        """Chooses a more eager pace."""
        self._step(1)
        self.show_plan()

    def action_frugal(self) -> None:
        """Chooses a more frugal pace."""
        self._step(-1)
        self.show_plan()

    def action_true_figure(self) -> None:
        """Goes to the field."""
        self.set_focus(self.query_one("#true-figure"))

    def action_back(self) -> None:
        """Leaves the field, or closes the screen."""
        if self.focused is not None:
            self.set_focus(None)
        else:
            self.action_close()

    @on(Input.Submitted, "#true-figure")
    def _entered(self, event: Input.Submitted) -> None:
        if not event.value.isdecimal():
            self._say("Write a whole number, from 0: how many calls are used up.")
            return
        self._enter_true_figure(int(event.value))
        self._say(f"Taken: {int(event.value):,} calls are used up today.")
        event.input.clear()
        self.set_focus(None)
        self.show_plan()

    def _say(self, text: str) -> None:
        self.query_one("#budget-said", Static).update(text)
