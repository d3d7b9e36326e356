"""The dialog for what the user says of a job: its label, tags and note."""

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.tui.screens.base import ClosedOnce
from zcbulk_tui.tui.widgets.field import Field


class EditJobScreen(ClosedOnce[WatchedJob | None], ModalScreen[WatchedJob | None]):
    """Asks what a job is to be called, and what it is to be found by.

    Args:
        job: The job as it is.
    """

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "#label"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, job: WatchedJob) -> None:
        super().__init__()
        self._job = job

    def compose(self) -> ComposeResult:
        """The fields and the buttons."""
        tags = " ".join(f"#{tag}" for tag in self._job.tags)
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static(f"Job {self._job.ref.job_id}", classes="dialog-title", markup=False)
            for name, label, value in (
                ("label", "Label", self._job.label),
                ("tags", "Tags", tags),
                ("note", "Note", self._job.note),
            ):
                with Horizontal(classes="field"):
                    yield Label(label)
                    yield Field(value, id=name)
            with Horizontal(classes="dialog-buttons"):
                yield Button("Cancel", id="cancel")
                yield Button("Save", id="save", variant="primary")

    def action_cancel(self) -> None:
        """Leaves the job as it is."""
        self.dismiss(None)

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    def _saved(self) -> None:
        label, tags, note = (
            one_line(self.query_one(f"#{name}", Input).value, limit)
            for name, limit in (("label", 60), ("tags", 200), ("note", 200))
        )
        words = dict.fromkeys(word.lstrip("#") for word in tags.replace(",", " ").split())
        self.dismiss(
            replace(
                self._job,
                label=label or self._job.label,
                tags=tuple(filter(None, words)),
                note=note,
            )
        )
