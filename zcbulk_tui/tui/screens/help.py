"""The help: every key, read off the table of keys."""

from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from zcbulk_tui.tui.keys import KEYS

_LEGEND = (
    "The solid part of a bar is what the last poll said: records that went in, then records that "
    "failed. The shaded part is an estimate of what has happened since. READ is the age of that "
    "poll, in the colour of a warning when it is stale."
)


class HelpScreen(ModalScreen[None]):
    """Shows the keys.

    Args:
        read_only: Whether the keys that change something at Zoho are left out.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "close", "Close"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, *, read_only: bool) -> None:
        super().__init__()
        self._keys = [key for key in KEYS if not (key.controls and read_only)]

    def compose(self) -> ComposeResult:
        """The groups of keys, then how to read a bar."""
        with VerticalScroll(classes="dialog"):
            yield Static("Keys", classes="dialog-title")
            for group, members in groupby(self._keys, key=lambda key: key.group):
                lines = [Content.styled(group, "bold")]
                for key in members:
                    price = f" ({key.price})" if key.price else ""
                    lines.append(Content(f"  {key.shown:<10}{key.help}{price}"))
                yield Static(Content("\n").join(lines), classes="dialog-text")
            yield Static(_LEGEND, classes="dialog-text", markup=False)
            yield Static("Esc or q closes this help; j and k scroll it.", markup=False)

    def action_scroll(self, lines: int) -> None:
        """Scrolls."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_close(self) -> None:
        """Closes it."""
        self.dismiss()
