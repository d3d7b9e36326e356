"""The key of the night: the dialog that arms one, or disarms the one that is armed."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Label, Static

from zcbulk_tui.domain.night import Night, NightPlan
from zcbulk_tui.errors import ConfigError, FaultError, UsageError
from zcbulk_tui.tui import outdated
from zcbulk_tui.tui.night_form import ASKED, NightForm, disarm
from zcbulk_tui.tui.notices import ErrorDialog, Notice
from zcbulk_tui.tui.profile_view import ProfileView
from zcbulk_tui.tui.screens.dialogs import ConfirmScreen, Dialog, Form
from zcbulk_tui.tui.widgets.field import Field


def open_night(
    app: App[Any],
    profile: ProfileView,
    now: Callable[[], datetime],
    say: Callable[[Iterable[Notice]], None],
) -> None:
    """Asks for a night; where one is armed, shows it and asks whether to disarm it.

    Args:
        app: Where it is asked.
        profile: Whose night.
        now: The time of day; aware.
        say: Shows what is to be said.
    """
    watch, night = profile.watch, profile.night
    if watch is None:
        return

    def change(act: Callable[[], object]) -> None:
        try:
            act()
        except (ConfigError, FaultError, UsageError) as error:
            say([ErrorDialog(error)])

    def armed(plan: NightPlan | None) -> None:
        if plan is not None:
            change(lambda: watch.arm(plan))

    def disarmed(yes: bool | None) -> None:
        if yes and night is not None:
            change(lambda: watch.disarm(night))

    if night is not None:
        question = disarm(night, profile.stop, now())
        over = partial(_why_over, night, profile)
        app.push_screen(ConfirmScreen(question, over), disarmed)
        return
    form = NightForm(
        watch.default_budget,
        watch.reports,
        len(profile.files),
        now,
        read_only=profile.spec.read_only,
    )
    app.push_screen(ArmNightScreen(form), armed)


def _why_over(night: Night, profile: ProfileView) -> str:
    return outdated.disarming(night, profile.night)


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
