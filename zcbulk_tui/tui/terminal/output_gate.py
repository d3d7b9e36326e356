"""Keeps a slow or hung terminal from stopping the event loop.

Textual's writer thread queues 30 writes; with the next one the event loop would wait for the
terminal, and every poll and alert with it. So while writes pile up nothing is drawn: changes are
collected, and drawn at once when the terminal has caught up.
"""

from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from time import monotonic
from typing import Any

from textual.app import App
from textual.driver import Driver

from zcbulk_tui.tui.textual_internals import queued_writes

_MAX_QUEUED = 6
"""Writes that may be queued while frames are drawn; a frame is up to three."""

_CHECK_INTERVAL = 0.1
"""Seconds between two checks whether the terminal has caught up."""

_WINDOW = 30.0
"""Seconds of the past by which the speed of the link is judged."""

_SLOW = 10.0
"""Seconds of waiting within the window that make the link a slow one.

Measured with the demo at 120x36: the first screen makes a link of 2,000 B/s wait for 14 seconds;
two whole screens in the window, beside all the rows, make one of 8,000 B/s wait for 7.
"""

_RECOVERY = 180.0
"""Seconds without any wait after which the link counts as fast again, the first time."""


class OutputGate:
    """Stops drawing while the terminal does not keep up with what is written.

    Args:
        app: The app that draws.
        on_slow: Called with True when the link turns out to be slow, and with False when it has
            long been fast again.
        clock: Returns seconds.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        on_slow: Callable[[bool], None] = lambda _: None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._app = app
        self._batch = ExitStack()
        self._is_closed = False
        self._frame_skipped = False
        self._pending: dict[str, str] = {}  # by kind
        self._driver: Driver | None = None
        self._on_slow = on_slow
        self._clock = clock
        self._is_slow = False
        self._waits: deque[float] = deque()
        self._recovery = _RECOVERY

    def after_frame(self, driver: Driver | None) -> None:
        """To be called after every frame, drawn or not."""
        self._driver = driver
        if self._is_closed:
            # Batching does not stop a change of layout: its frame was made, and not written.
            self._frame_skipped = True
        elif queued_writes(driver) > _MAX_QUEUED:
            self._is_closed = True
            self._batch.enter_context(self._app.batch_update())
            self._check_again(driver)
        elif self._is_slow and self._clock() > self._waits[-1] + self._recovery:
            # On a link that turns slow again and again, full speed is tried less and less often.
            self._recovery *= 2
            self._report(slow=False)

    def lags(self) -> bool:
        """Whether the terminal has not read all that was drawn."""
        return self._is_closed or queued_writes(self._driver) > 0

    def write(self, kind: str, sequence: str) -> None:
        """Writes a sequence that is not part of a frame, as soon as the terminal keeps up.

        Args:
            kind: What it sets; of the sequences that wait, the newest of each kind is written.
            sequence: Written in one piece.
        """
        if self._is_closed or self._driver is None:
            self._pending[kind] = sequence
        else:
            self._driver.write(sequence)

    def write_last(self, sequence: str) -> None:
        """Writes before the terminal is left, also while it lags; drops the sequences that wait.

        The writer's queue has room for one more.
        """
        self._pending.clear()
        if self._driver is not None:
            self._driver.write(sequence)

    def _check_again(self, driver: Driver | None) -> None:
        if queued_writes(driver) > 0:
            self._count_wait()
            self._app.set_timer(_CHECK_INTERVAL, lambda: self._check_again(driver))
            return
        self._is_closed = False
        self._batch.close()
        pending, self._pending = self._pending, {}
        for kind, sequence in pending.items():
            self.write(kind, sequence)
        if self._frame_skipped:
            self._frame_skipped = False
            self._app.screen.refresh()
        # The end of a batch wakes the app; the regions to draw are the screen's.
        self._app.screen.check_idle()

    def _count_wait(self) -> None:
        now = self._clock()
        self._waits.append(now)
        while self._waits[0] <= now - _WINDOW:
            self._waits.popleft()
        if not self._is_slow and len(self._waits) * _CHECK_INTERVAL > _SLOW:
            self._report(slow=True)

    def _report(self, *, slow: bool) -> None:
        self._is_slow = slow
        self._on_slow(slow)
