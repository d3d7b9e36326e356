"""The budget: the day's calls, the plan for each job, the paces, and the field for the truth."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.planner import DayPlan
from zcbulk_tui.render.budget import page
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.tui.screens.closing import ClosedByKey, ClosedOnce
from zcbulk_tui.tui.widgets import painter
from zcbulk_tui.tui.widgets.lines import Lines

_TICK = 5.0
"""Seconds between two looks at the plan."""


class BudgetScreen(ClosedByKey, ClosedOnce[None], ModalScreen[None]):
    """Shows the budget.

    Args:
        plan: Returns the plan of the day.
        paused: Returns whether the polls are paused.
        pending: Returns the pace that has been chosen and does not count yet; None for none.
        step: Called with the steps to another pace, towards eager.
        enter_true_figure: Called with the calls that everybody made today.
        glyphs: The characters to draw with.
        now: The time of day; aware.
        closed_by: Textual's names of the keys that close it, too.
    """

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "#budget-scroll"
    COMPONENT_CLASSES: ClassVar[set[str]] = painter.COMPONENT_CLASSES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close"),
        Binding("plus,equals_sign", "step(1)", "More eager"),
        Binding("minus", "step(-1)", "More frugal"),
        Binding("t", "type", "True figure"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

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
        closed_by: Collection[str],
    ) -> None:
        super().__init__()
        self.closed_by = closed_by
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
        with VerticalScroll(classes="dialog", id="budget-scroll"):
            yield Static("Budget", classes="dialog-title")
            yield self._page
            with Horizontal(classes="field apart"):
                yield Label("Used by everybody today, says Zoho's billing page")
                yield Input(id="true-figure", type="integer", max_length=8, compact=True)
            yield Static(id="budget-said", markup=False)
            yield Static("+ - pace   t type the true figure   j k scroll   Esc close", markup=False)

    def on_mount(self) -> None:
        """Begins to follow the plan."""
        self.set_interval(_TICK, self.show_plan)

    def on_resize(self) -> None:
        """Fits the page to the width."""
        self.call_after_refresh(self.show_plan)

    def show_plan(self) -> None:
        """Shows the plan as it is now."""
        width = self.query_one("#budget-scroll").scrollable_content_region.width
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

    def action_step(self, by: int) -> None:
        """Chooses another pace."""
        self._step(by)
        self.show_plan()

    def action_type(self) -> None:
        """Goes to the field."""
        self.query_one("#true-figure").focus()

    def action_scroll(self, lines: int) -> None:
        """Scrolls."""
        self.query_one("#budget-scroll").scroll_relative(y=lines, animate=False)

    def action_close(self) -> None:
        """Leaves the field, or closes the screen."""
        if self.query_one("#true-figure").has_focus:
            self.query_one("#budget-scroll").focus()
        else:
            self.dismiss()

    @on(Input.Submitted, "#true-figure")
    def _entered(self, event: Input.Submitted) -> None:
        if not event.value.isdecimal():
            self._say("Write a whole number, from 0: how many calls are used up.")
            return
        self._enter_true_figure(int(event.value))
        self._say(f"Taken: {int(event.value):,} calls are used up today.")
        event.input.clear()
        self.query_one("#budget-scroll").focus()
        self.show_plan()

    def _say(self, text: str) -> None:
        self.query_one("#budget-said", Static).update(text)
