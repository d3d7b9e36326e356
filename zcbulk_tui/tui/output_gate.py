"""Keeps a slow or hung terminal from stopping the program.

Textual's writer thread takes 30 writes; with the next one the event loop would wait for the
terminal, and every poll and alert with it. So while writes pile up nothing is drawn: what changes
is collected, and drawn at once when the terminal has caught up.
"""

from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from time import monotonic
from typing import Any

from textual.app import App
from textual.driver import Driver

_MOST_WAITING = 6
"""Writes that may wait; a frame is up to three."""

_LOOK_AGAIN = 0.1
"""Seconds between two looks at whether the terminal has caught up."""

_WINDOW = 30.0
"""Seconds of the past that tell how fast the link is."""

_SLOW = 10.0
"""Seconds of waiting in the window from which on the link is slow.

Measured with the demo at 120x36: the first screen makes a link of 2,000 B/s wait for 14 seconds;
two whole screens in the window, beside all the rows, make one of 8,000 B/s wait for 7.
"""

_QUIET = 180.0
"""Seconds without any wait after which the link counts as fast again, the first time."""


class OutputGate:
    """Watches how the terminal takes what is drawn.

    Args:
        app: Its drawing is held up.
        on_slow: Called when the link turns out to be slow, and when it has long been fast again.
        clock: Seconds.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        on_slow: Callable[[bool], None] = lambda _: None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._app = app
        self._held = ExitStack()
        self._holds = False
        self._frame_lost = False
        self._kept: dict[str, str] = {}
        self._driver: Driver | None = None
        self._on_slow = on_slow
        self._clock = clock
        self._is_slow = False
        self._waits: deque[float] = deque()
        self._quiet = _QUIET

    def after_frame(self, driver: Driver | None) -> None:
        """To be called after every frame, be it drawn or not."""
        self._driver = driver
        if self._holds:
            # A change of layout does not wait: its frame was made, and has not been drawn.
            self._frame_lost = True
        elif waiting(driver) > _MOST_WAITING:
            self._holds = True
            self._held.enter_context(self._app.batch_update())
            self._look_again(driver)
        elif self._is_slow and self._clock() > self._waits[-1] + self._quiet:
            # On a link that turns slow again and again, fewer and fewer frames try it out.
            self._quiet *= 2
            self._tell(slow=False)

    def lags(self) -> bool:
        """Whether the terminal has not taken yet all that was drawn."""
        return self._holds or waiting(self._driver) > 0

    def write(self, kind: str, sequence: str) -> None:
        """Writes what is not drawn, in one piece, as soon as the terminal keeps up.

        Args:
            kind: What it is about; of what waits, the newest of each kind is written.
            sequence: What the terminal is told.
        """
        if self._holds or self._driver is None:
            self._kept[kind] = sequence
        else:
            self._driver.write(sequence)

    def write_last(self, sequence: str) -> None:
        """Writes before the terminal is left, also while it lags; nothing that waited comes after.

        Once, so there is room for it.
        """
        self._kept.clear()
        if self._driver is not None:
            self._driver.write(sequence)

    def _look_again(self, driver: Driver | None) -> None:
        if waiting(driver) > 0:
            self._count_wait()
            self._app.set_timer(_LOOK_AGAIN, lambda: self._look_again(driver))
            return
        self._holds = False
        self._held.close()
        kept, self._kept = self._kept, {}
        for kind, sequence in kept.items():
            self.write(kind, sequence)
        if self._frame_lost:
            self._frame_lost = False
            self._app.screen.refresh()
        # Textual wakes the app at the end of a batch, but what is to be drawn is the screen's.
        self._app.screen.check_idle()

    def _count_wait(self) -> None:
        now = self._clock()
        self._waits.append(now)
        while self._waits[0] <= now - _WINDOW:
            self._waits.popleft()
        if not self._is_slow and len(self._waits) * _LOOK_AGAIN > _SLOW:
            self._tell(slow=True)

    def _tell(self, *, slow: bool) -> None:
        self._is_slow = slow
        self._on_slow(slow)


def waiting(driver: Driver | None) -> int:
    """Writes that the terminal has not taken yet; Textual has no public name for them."""
    writer = getattr(driver, "_writer_thread", None)
    queue = getattr(writer, "_queue", None)
    return queue.qsize() if queue is not None else 0
