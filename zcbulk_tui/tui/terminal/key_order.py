"""Holds back keys while the one before them opens a screen, or may still close a dialog.

Textual passes a key on to the screen on top as soon as it arrives, and a key may close that screen
a few messages later: keys that were close behind it would be lost with the screen. And it carries
out a key by the screen that is on top once the key is back, which may not be mounted yet.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

_ROUNDS = 2
"""Messages that follow a key on its way: the second is behind those that the key has caused."""

_PATIENCE = 1.0
"""Seconds for which a key waits where what it waits for is gone with a widget."""

MAX_HELD = 200
"""Keys that wait at most: a flood must not fill memory."""


class KeySettled(Message):
    """Follows a key through the widgets that it goes through; it is back when the key has acted.

    Args:
        dialog: The screen that the key may close.
        target: The widget that has got the key.
        rounds: How often it has to go the way.
    """

    def __init__(self, dialog: Screen[Any], target: Widget, rounds: int = _ROUNDS) -> None:
        super().__init__()
        self.dialog = dialog
        self.target = target
        self.rounds = rounds


class KeyOrder:
    """Passes keys and pastes to the app in their order, each to the screen that it is meant for.

    Args:
        app: Whose keys they are.
        deliver: Gives the app an event.
    """

    def __init__(self, app: App[Any], deliver: Callable[[events.Event], Awaitable[object]]) -> None:
        self._app = app
        self._deliver = deliver
        self._held: deque[events.Event] = deque()
        self._waits_for: Screen[Any] | None = None

    async def take(self, event: events.Event) -> None:
        """Delivers an event, at once or when it is its turn."""
        if not isinstance(event, events.Key | events.Paste):
            await self._deliver(event)
        elif not self._app.screen_stack:
            return  # the app has ended meanwhile: Textual would fail for want of a screen
        elif event.is_forwarded:
            if self._app.screen.is_mounted:
                await self._deliver(event)
            else:  # behind what Textual has in turn already: to wait until that screen is mounted
                self._app.call_next(self._deliver, event)
        elif self._waits_for is None:
            await self._pass_on(event)
        else:
            self._held.append(event)
            if len(self._held) == 1:
                self._app.set_timer(_PATIENCE, self.release)
            elif len(self._held) > MAX_HELD:
                await self.release()

    async def _pass_on(self, event: events.Event) -> None:
        stack = self._app.screen_stack
        dialog = stack[-1] if len(stack) > 1 else None
        target = self._app.focused or dialog
        await self._deliver(event)
        if dialog is not None and target is not None and self._app.screen is dialog:
            self._waits_for = dialog
            target.post_message(KeySettled(dialog, target))

    async def settled(self, message: KeySettled) -> None:
        """Takes a follower that is back: the keys that wait are next."""
        if message.dialog is not self._waits_for:
            return
        again = KeySettled(message.dialog, message.target, message.rounds - 1)
        if not (again.rounds and message.target.post_message(again)):
            await self.release()

    def screen_closed(self, screen: Screen[Any]) -> None:
        """To be called when a screen is no more: the keys that wait are for the one beneath."""
        if screen is self._waits_for:
            self._app.call_later(self.release)

    async def release(self) -> None:
        """Delivers the keys that wait, until one of them may close a dialog again."""
        self._waits_for = None
        while self._held and self._waits_for is None:
            await self._pass_on(self._held.popleft())
