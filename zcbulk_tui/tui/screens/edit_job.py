"""The dialog for what the user says of a job: its words, its environment, when it was created."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Select, Static

from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.creation_time import EXAMPLES, read_created, write_created
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import one_line, tags_in
from zcbulk_tui.errors import UsageError
from zcbulk_tui.tui.screens.dialogs import Form
from zcbulk_tui.tui.widgets.field import EnvironmentSelect, Field

_OPEN = (
    "The environment stays as it is until it is known what became of the last {action}: the answer "
    "was lost, and only {environment} can show it."
)


class EditJobScreen(Form[WatchedJob | None], ModalScreen[WatchedJob | None]):
    """Asks what a job is to be called and found by, where it is, and when it was created.

    Args:
        snapshot: The job as it is.
        now: The time of day; aware.
    """

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "#label"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, snapshot: JobSnapshot, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._snapshot = snapshot
        self._job = snapshot.job
        self._now = now
        self._created = write_created(self._job.created_at)
        command, environment = snapshot.command, snapshot.ref.environment
        self._why_fixed = ""
        if command is not None and command.outcome is Outcome.SENT:
            self._why_fixed = _OPEN.format(action=command.action, environment=environment)

    def compose(self) -> ComposeResult:
        """The fields and the buttons."""
        job = self._job
        tags = " ".join(f"#{tag}" for tag in job.tags)
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static(f"Job {job.ref.job_id}", classes="dialog-title", markup=False)
            for name, label, value in (
                ("label", "Label", job.label),
                ("tags", "Tags", tags),
                ("note", "Note", job.note),
            ):
                with Horizontal(classes="field"):
                    yield Label(label)
                    yield Field(value, id=name)
            with Horizontal(classes="field"):
                yield Label(f"Created, {self._now().astimezone():%Z}", markup=False)
                yield Field(self._created, id="created", placeholder=f"unknown; {EXAMPLES}")
            with Horizontal(classes="field"):
                yield Label("Environment")
                yield EnvironmentSelect(job.ref.environment, disabled=bool(self._why_fixed))
            yield Static(self._why_fixed, id="problem", markup=False)
            with Horizontal(classes="dialog-answer dialog-buttons"):
                yield Button("Cancel", id="cancel")
                yield Button("Save", id="save", variant="primary")

    def action_cancel(self) -> None:
        """Leaves the job as it is."""
        if self.may_drop():
            self.dismiss(None)

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)

    @on(Select.Changed)
    def _environment_chosen(self, event: Select.Changed) -> None:
        was = self._job.ref.environment
        if event.value == was:
            self._say(self._why_fixed)
            return
        proof = f" It was read in {was}, so it is there." if self._snapshot.last else ""
        self._say(
            f"In {event.value} it is watched as another job: its history and log begin anew, and "
            f"those of {was} stay there.{proof}"
        )

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    def _saved(self) -> None:
        label, note = (
            one_line(self.query_one(f"#{name}", Input).value, limit)
            for name, limit in (("label", 60), ("note", 200))
        )
        tags = tags_in(self.query_one("#tags", Input).value.replace(",", " "))
        typed = self.query_one("#created", Input).value
        created_at = self._job.created_at
        if typed != self._created:  # what stands there has no seconds
            try:
                created_at = read_created(typed, self._job, self._now())
            except UsageError as error:
                self._say(str(error))
                return
        environment = self.query_one(EnvironmentSelect).environment
        ref = self._job.ref._replace(environment=environment)
        self.dismiss(
            self._job._replace(
                ref=ref,
                label=label or self._job.label,
                tags=tags,
                note=note,
                created_at=created_at,
                # A start that was accepted was that of the job in the other environment.
                started_at=self._job.started_at if ref == self._job.ref else None,
            )
        )

    def _say(self, problem: str) -> None:
        self.query_one("#problem", Static).update(problem)
