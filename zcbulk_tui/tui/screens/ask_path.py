"""Asks for the path of a file."""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Label, Static

from zcbulk_tui.tui.screens.dialogs import Dialog
from zcbulk_tui.tui.widgets.path_field import PathField


class AskPathScreen(Dialog[Path | None]):
    """Asks for the path of a file that is read or written.

    Args:
        title: What it is about.
        text: What there is to know.
        button: What the button that does it says.
        path: What stands in the field at first.
    """

    AUTO_FOCUS = "#path"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, title: str, text: str, button: str, path: str = "") -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._button = button
        self._path = path

    def compose(self) -> ComposeResult:
        """The field, and the buttons."""
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield Static(self._text, classes="dialog-text", markup=False)
            with Horizontal(classes="field"):
                yield Label("File")
                yield PathField(id="path", value=self._path, placeholder="→ completes")
            with Vertical(classes="dialog-answer"), Horizontal(classes="dialog-buttons"):
                yield Button("Cancel", id="cancel")
                yield Button(self._button, id="go", variant="primary")

    def action_cancel(self) -> None:
        """Names none."""
        self.dismiss(None)

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    @on(Button.Pressed, "#go")
    def _entered(self) -> None:
        field = self.query_one(PathField)
        if field.value.strip():
            self.dismiss(field.path)
