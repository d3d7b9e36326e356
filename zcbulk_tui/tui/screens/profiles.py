"""The choice of a profile."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option


class ProfilesScreen(ModalScreen[str | None]):
    """Asks which profile to show.

    Args:
        names: The profiles.
        shown: The one that is shown now.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "cancel", "Cancel"),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
    ]

    def __init__(self, names: Sequence[str], shown: str) -> None:
        super().__init__()
        self._names = names
        self._shown = shown

    def compose(self) -> ComposeResult:
        """The list, and what its keys are."""
        with Vertical(classes="dialog"):
            yield Static("Profiles", classes="dialog-title")
            yield OptionList(*(Option(self._label(name), id=name) for name in self._names))
            yield Static("Enter shows it   j k move   Esc close", classes="dialog-keys")

    def on_mount(self) -> None:
        """Begins at the profile that is shown."""
        if self._shown in self._names:
            self._list.highlighted = self._names.index(self._shown)

    def action_move(self, by: int) -> None:
        """Moves the choice."""
        (self._list.action_cursor_down if by > 0 else self._list.action_cursor_up)()

    def action_cancel(self) -> None:
        """Leaves all as it is."""
        self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    @property
    def _list(self) -> OptionList:
        return self.query_one(OptionList)

    def _label(self, name: str) -> Content:
        return Content(f"{name}  (shown)" if name == self._shown else name)
