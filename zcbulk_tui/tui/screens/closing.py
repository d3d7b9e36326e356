"""How screens close: by the key that opens them, and once."""

from collections.abc import Collection, Sequence

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import Screen, ScreenResultType

from zcbulk_tui.tui.keys import Key


def keys_of(keys: Sequence[Key], action: str) -> Collection[str]:
    """Returns Textual's names of the keys of an action; none where the user has taken them away."""
    return {name for key in keys if key.action == action for name in key.keys.split(",") if name}


class ClosedByKey:
    """What a screen has in common with others that a key of the watch screen opens.

    These keys come before the screen's own, since the user may have chosen one of these; while a
    field has the focus, what can be typed goes into the field.

    Attributes:
        closed_by: Textual's names of the keys that close it.
    """

    closed_by: Collection[str] = ()

    def on_key(self, event: events.Key) -> None:
        """Closes the screen with the key that opens it."""
        if event.key in self.closed_by:
            event.stop()
            self.action_close()

    def action_close(self) -> None:
        """Closes the screen."""
        raise NotImplementedError


class ClosedOnce(Screen[ScreenResultType]):
    """A screen whose first answer counts: two keys may come before it is gone."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Closes the screen with a result, unless it is closed already."""
        is_on_top = self.app.screen is self
        return super().dismiss(result) if is_on_top else AwaitComplete()
