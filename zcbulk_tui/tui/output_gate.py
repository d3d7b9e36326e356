"""Keeps a slow or hung terminal from stopping the program.

Textual's writer thread takes 30 writes; with the next one the event loop would wait for the
terminal, and every poll and alert with it. So while writes pile up nothing is drawn: what changes
is collected, and drawn at once when the terminal has caught up.
"""

from contextlib import ExitStack
from typing import Any

from textual.app import App
from textual.driver import Driver

_MOST_WAITING = 6
"""Writes that may wait; a frame is up to three."""

_LOOK_AGAIN = 0.1
"""Seconds between two looks at whether the terminal has caught up."""


class OutputGate:
    """Watches how the terminal takes what is drawn.

    Args:
        app: Its drawing is held up.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._held = ExitStack()
        self._holds = False
        self._frame_lost = False

    def after_frame(self, driver: Driver | None) -> None:
        """To be called after every frame, be it drawn or not."""
        if self._holds:
            # A change of layout does not wait: its frame was made, and has not been drawn.
            self._frame_lost = True
        elif _waiting(driver) > _MOST_WAITING:
            self._holds = True
            self._held.enter_context(self._app.batch_update())
            self._look_again(driver)

    def _look_again(self, driver: Driver | None) -> None:
        if _waiting(driver) > 0:
            self._app.set_timer(_LOOK_AGAIN, lambda: self._look_again(driver))
            return
        self._holds = False
        self._held.close()
        if self._frame_lost:
            self._frame_lost = False
            self._app.screen.refresh()
        # Textual wakes the app at the end of a batch, but what is to be drawn is the screen's.
        self._app.screen.check_idle()


def _waiting(driver: Driver | None) -> int:
    """Writes that the terminal has not taken yet; Textual has no public name for them."""
    writer = getattr(driver, "_writer_thread", None)
    queue = getattr(writer, "_queue", None)
    return queue.qsize() if queue is not None else 0
