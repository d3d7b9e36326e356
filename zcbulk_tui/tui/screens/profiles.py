"""The choice of profiles."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from zcbulk_tui.tui.profile_spec import ProfileSpec
from zcbulk_tui.tui.screens.closing import ClosedOnce


class ProfilesChosen(Message):
    """Posted to the app when other profiles are to be shown.

    Args:
        specs: The profiles, ready to be shown.
    """

    def __init__(self, specs: Sequence[ProfileSpec]) -> None:
        super().__init__()
        self.specs = specs


class ProfilesScreen(ClosedOnce[Sequence[str] | None], ModalScreen[Sequence[str] | None]):
    """Asks which profiles to show: the marked ones, else the one that Enter is pressed on.

    Args:
        names: The profiles.
        shown: Those that are shown now.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "cancel", "Cancel"),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
        Binding("space", "mark", "Mark"),
    ]

    def __init__(self, names: Sequence[str], shown: Sequence[str]) -> None:
        super().__init__()
        self._names = names
        self._shown = shown
        self._marked = set(shown) if len(shown) > 1 else set()

    def compose(self) -> ComposeResult:
        """The list, and what its keys are."""
        with Vertical(classes="dialog"):
            yield Static("Profiles", classes="dialog-title")
            yield OptionList(*(Option(self._label(name), id=name) for name in self._names))
            yield Static(
                "Enter shows it   Space marks several   j k move   Esc close", classes="dialog-keys"
            )

    def on_mount(self) -> None:
        """Begins at the first profile that is shown."""
        if self._shown[0] in self._names:
            self._list.highlighted = self._names.index(self._shown[0])

    def action_move(self, by: int) -> None:
        """Moves the choice."""
        (self._list.action_cursor_down if by > 0 else self._list.action_cursor_up)()

    def action_cancel(self) -> None:
        """Leaves all as it is."""
        self.dismiss(None)

    def action_mark(self) -> None:
        """Marks a profile to be shown beside others, or takes its mark off."""
        index = self._list.highlighted
        if index is not None:
            name = self._names[index]
            self._marked ^= {name}
            self._list.replace_option_prompt_at_index(index, self._label(name))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        marked = [name for name in self._names if name in self._marked]
        self.dismiss(marked or [self._names[event.option_index]])

    @property
    def _list(self) -> OptionList:
        return self.query_one(OptionList)

    def _label(self, name: str) -> Content:
        mark = "[x]" if name in self._marked else "[ ]"
        return Content(f"{mark} {name}{'  (shown)' if name in self._shown else ''}")
