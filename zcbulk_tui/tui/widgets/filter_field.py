"""The field in which a filter of the list is typed."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from zcbulk_tui.tui.widgets.field import Field


class FilterField(Field):
    """Stands in the place of the key line; the list follows every letter.

    Args:
        query: The filter so far.
        typed: Called with what has been typed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "discard", show=False)]

    def __init__(self, query: str, typed: Callable[[str], None]) -> None:
        super().__init__(
            query,
            placeholder="words, !word for without, risk: failed:>0 state: form: tag: job:",
            select_on_focus=False,
        )
        self._typed = typed

    def on_mount(self) -> None:
        """Takes the keys, and the place of the key line."""
        self.screen.set_focus(self)  # at once: the next key is for it
        self.screen.add_class("filtering")
        # A message about each letter would come a frame after the letter is shown.
        self.watch(self, "value", self._typed, init=False)

    def action_discard(self) -> None:
        """Leaves, and shows everything again."""
        self.value = ""
        self._leave()

    @on(Input.Submitted)
    def _leave(self) -> None:
        self.screen.remove_class("filtering")
        self.screen.set_focus(None)
        # Textual subscribes each field to its screen, which then keeps it for good.
        self.screen.text_selection_started_signal.unsubscribe(self)
        self.remove()
