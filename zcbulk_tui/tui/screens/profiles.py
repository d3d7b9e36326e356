"""The choice of profiles."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from zcbulk_tui.render.span import Line, Look, Span, line_width
from zcbulk_tui.tui.key_line import legend
from zcbulk_tui.tui.keys import Context, Key, bindings
from zcbulk_tui.tui.screens.base import KeyedScreen
from zcbulk_tui.tui.widgets.lines import Lines

_KEYS = {"mark": "marks several", "down up": "move", "back": "close"}
"""What is said of the keys, after Enter."""


class ProfilesScreen(KeyedScreen[Sequence[str] | None], ModalScreen[Sequence[str] | None]):
    """Asks which profiles to show: the marked ones, else the one that Enter is pressed on.

    Args:
        names: The profiles.
        shown: Those that are shown now.
        keys: All keys, some of them the user's own.
    """

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "OptionList"
    CONTEXT = Context.PROFILES
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXT)

    def __init__(self, names: Sequence[str], shown: Sequence[str], keys: Sequence[Key]) -> None:
        super().__init__(keys)
        self._names = names
        self._shown = shown
        self._marked = set(shown) if len(shown) > 1 else set()

    def compose(self) -> ComposeResult:
        """The list, and what its keys are."""
        with Vertical(classes="dialog"):
            yield Static("Profiles", classes="dialog-title")
            yield OptionList(*(Option(self._label(name), id=name) for name in self._names))
            yield Lines(id="profiles-keys")

    def on_mount(self) -> None:
        """Begins at the first profile that is shown."""
        if self._shown[0] in self._names:
            self._list.highlighted = self._names.index(self._shown[0])

    def on_resize(self) -> None:
        """Fits the keys to the width."""
        self.call_after_refresh(self._show_keys)

    def _show_keys(self) -> None:
        keys = self.query_one("#profiles-keys", Lines)
        enter: Line = (Span(" Enter ", Look.STRONG), Span("shows it "))
        keys.show((*enter, *legend(self.keys, _KEYS, keys.size.width - line_width(enter))))

    @property
    def page_lines(self) -> int:
        """Profiles that are visible at once."""
        return self._list.size.height

    def move(self, lines: int) -> None:
        """Moves the choice."""
        self._list.highlighted = max(0, min((self._list.highlighted or 0) + lines, self._last))

    def move_to_end(self, *, last: bool) -> None:
        """Moves to the first or the last profile."""
        self._list.highlighted = self._last if last else 0

    @property
    def _last(self) -> int:
        return len(self._names) - 1

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
