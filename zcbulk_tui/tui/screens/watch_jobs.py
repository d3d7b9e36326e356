"""The dialog that asks whether to watch the jobs of a pasted text."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Label, Select, Static

from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.job_text import FoundJobs
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.tui.pasted_jobs import Offer
from zcbulk_tui.tui.screens.dialogs import Dialog
from zcbulk_tui.tui.widgets.field import EnvironmentSelect


class WatchJobsScreen(Dialog[list[WatchedJob] | None]):
    """Asks whether to watch jobs; Enter watches all of them.

    Args:
        found: What the text has of jobs.
        environment: That of jobs for which the text names none, at first.
        watched: The jobs that are watched already.
        glyphs: The characters to draw with.
        now: The time of day; aware.
    """

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,n,q", "cancel", "Cancel")]

    def __init__(
        self,
        found: FoundJobs,
        environment: Environment,
        watched: Collection[JobRef],
        glyphs: Glyphs,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__()
        self._found = found
        self._watched = watched
        self._glyphs = glyphs
        self._now = now
        self._offer = Offer.of(found, environment, watched)
        self._environment = environment

    def compose(self) -> ComposeResult:
        """The jobs, their environment, and the buttons."""
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static(self._offer.title, classes="dialog-title", markup=False)
            yield Static(self._text, id="offer", classes="dialog-text", markup=False)
            with Vertical(classes="dialog-answer"):
                with Horizontal(classes="field"):
                    yield Label("Environment")
                    yield EnvironmentSelect(self._environment)
                with Horizontal(classes="dialog-buttons"):
                    yield Button("Cancel", id="cancel")
                    yield Button(
                        "Watch", id="watch", variant="primary", disabled=not self._offer.new
                    )

    def on_mount(self) -> None:
        """Has Enter watch the jobs, where there are any."""
        self.query_one("#watch" if self._offer.new else "#cancel").focus()

    @property
    def _text(self) -> str:
        return "\n\n".join(self._offer.paragraphs(self._glyphs))

    @property
    def asks_for_name(self) -> bool:
        """No name has to be typed."""
        return False

    def would_say_yes(self, key: str) -> bool:
        """Whether a key watches the jobs: the rest of a paste must not."""
        return key == "enter" and self.focused is self.query_one("#watch")

    def say_too_soon(self) -> None:
        """Says that Enter came at once, or within text."""
        too_soon = "Too soon after the paste. Wait a second, and press Enter again."
        self.query_one(VerticalScroll).border_subtitle = too_soon

    def action_cancel(self) -> None:
        """Watches none."""
        self.dismiss(None)

    @on(Select.Changed)
    def _environment_chosen(self, event: Select.Changed) -> None:
        environment = Environment(str(event.value))
        self._offer = Offer.of(self._found, environment, self._watched)
        self.query_one(".dialog-title", Static).update(self._offer.title)
        self.query_one("#offer", Static).update(self._text)
        self.query_one("#watch", Button).disabled = not self._offer.new

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        is_yes = event.button.id == "watch"
        self.dismiss(self._offer.watched_jobs(self._now()) if is_yes else None)
