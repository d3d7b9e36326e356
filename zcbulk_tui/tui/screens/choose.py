"""A choice of one line out of several."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from zcbulk_tui.tui.screens.dialogs import Dialog


class ChooseScreen(Dialog[int | None]):
    """Asks for one of several lines; the answer is its index.

    Args:
        title: What is asked.
        text: What there is to know; empty for nothing.
        lines: The lines; at least one.
    """

    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,n,q", "cancel", "Cancel")]

    def __init__(self, title: str, text: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._lines = lines

    def compose(self) -> ComposeResult:
        """The question and the lines."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            if self._text:
                yield Static(self._text, classes="dialog-text", markup=False)
            yield OptionList(*(Option(Content(line)) for line in self._lines))

    def action_scroll(self, lines: int) -> None:
        """Leaves it to the list."""

    def action_cancel(self) -> None:
        """Chooses none."""
        self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)
