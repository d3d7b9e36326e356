"""Fields of dialogs: in which text is typed, and from which one is chosen."""

from collections.abc import Callable
from typing import Any

from textual import events
from textual.widgets import Input, Select

from zcbulk_tui.domain.job import Environment


class Field(Input):
    """A field of one line whose cursor stands still: a screen that waits sends nothing.

    Args:
        value: What it holds at first.
        more: See `textual.widgets.Input`.
    """

    def __init__(self, value: str = "", **more: Any) -> None:
        super().__init__(value, compact=True, **more)
        self.cursor_blink = False


class PasteField(Field):
    """A field that hands on what is pasted into it, which may have many lines.

    Args:
        on_text: Called with the pasted text.
        more: See `textual.widgets.Input`.
    """

    def __init__(self, on_text: Callable[[str], None], **more: Any) -> None:
        super().__init__(**more)
        self._on_text = on_text

    def on_paste(self, event: events.Paste) -> None:
        """Hands the text on, instead of taking its first line."""
        event.prevent_default()
        event.stop()
        self._on_text(event.text)

    def put(self, text: str) -> None:
        """Puts a text in the place of the selection, as a paste does."""
        self.replace(text, *self.selection)


class EnvironmentSelect(Select[Environment]):
    """The choice of an environment.

    Args:
        chosen: The one that is chosen at first.
        more: See `textual.widgets.Select`.
    """

    def __init__(self, chosen: Environment, **more: Any) -> None:
        super().__init__(
            [(environment.value, environment) for environment in Environment],
            value=chosen,
            allow_blank=False,
            compact=True,
            id="environment",
            **more,
        )

    @property
    def environment(self) -> Environment:
        """The one that is chosen."""
        return Environment(str(self.value))
