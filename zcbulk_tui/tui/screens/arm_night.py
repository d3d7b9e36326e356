"""The dialog that arms a night."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Label, Static

from zcbulk_tui.domain.night import NightPlan
from zcbulk_tui.errors import UsageError
from zcbulk_tui.tui.night_form import ASKED, NightForm
from zcbulk_tui.tui.screens.base import Form
from zcbulk_tui.tui.screens.dialogs import Dialog
from zcbulk_tui.tui.widgets.field import Field


class ArmNightScreen(Form[NightPlan | None], Dialog[NightPlan | None]):
    """Asks for a night, and says what will happen in it; Enter arms it.

    Args:
        form: Its fields.
    """

    AUTO_FOCUS = "#until"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, form: NightForm) -> None:
        super().__init__()
        self._form = form

    def compose(self) -> ComposeResult:
        """The fields, what will happen, and the buttons."""
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static("Arm a night", classes="dialog-title")
            for name, (label, placeholder) in ASKED.items():
                with Horizontal(classes="field"):
                    yield Label(label)
                    yield Field(self._form.first[name], id=name, placeholder=placeholder)
            yield Static(id="night-said", classes="dialog-text", markup=False)
            with Vertical(classes="dialog-answer"), Horizontal(classes="dialog-buttons"):
                yield Button("Cancel", id="cancel")
                yield Button("Arm", id="arm", variant="primary")

    def on_mount(self) -> None:
        """Says what will happen."""
        self._say()

    @property
    def _typed(self) -> dict[str, str]:
        return {name: self.query_one(f"#{name}", Input).value for name in ASKED}

    @on(Input.Changed)
    def _say(self) -> None:
        self.query_one("#night-said", Static).update(self._form.said(self._typed))

    @on(Input.Submitted)
    @on(Button.Pressed, "#arm")
    def _arm(self) -> None:
        try:
            plan = self._form.armed(self._typed)
        except UsageError as error:
            self.query_one("#night-said", Static).update(str(error))
        else:
            self.dismiss(plan)

    def action_cancel(self) -> None:
        """Arms none."""
        if self.may_drop():
            self.dismiss(None)

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)
