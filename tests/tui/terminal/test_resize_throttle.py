"""Storms of resizes: few are let through, and the last one always is."""

import asyncio
import time

from textual import events
from textual.app import App
from textual.geometry import Size

from tests.support.commands import PATIENCE
from tests.tui.terminal.test_output_gate import comes_true
from zcbulk_tui.tui.terminal.resize_throttle import ResizeThrottle


class _Sized(App[None]):
    """Takes down the sizes that get through."""

    def __init__(self) -> None:
        super().__init__()
        self.throttle = ResizeThrottle(self)
        self.sizes: list[Size] = []

    async def on_event(self, event: events.Event) -> None:
        if self.throttle.intercepts(event):
            return
        if isinstance(event, events.Resize):
            self.sizes.append(event.size)
        await super().on_event(event)

    def resized(self, width: int, height: int = 24) -> None:
        """The terminal says that it has another size."""
        self.post_message(events.Resize(Size(width, height), Size(width, height)))


async def test_a_single_size_gets_through_at_once() -> None:
    app = _Sized()
    async with app.run_test() as pilot:
        await asyncio.sleep(0.1)  # what came with the start is over
        app.sizes.clear()
        app.resized(100)
        await pilot.pause()
        assert app.sizes == [Size(100, 24)]
        assert app.size == Size(100, 24)


async def test_of_a_storm_few_get_through_and_the_last_one_does() -> None:
    app = _Sized()
    async with app.run_test():
        app.sizes.clear()
        begun = time.monotonic()
        for width in range(60, 120):
            app.resized(width)
            await asyncio.sleep(0.01)  # as a window that is dragged
        assert await comes_true(lambda: app.size == Size(119, 24))
        # At most one when it begins, one in each 0.4 s, and the last.
        assert 1 < len(app.sizes) <= 2 + (time.monotonic() - begun) / 0.4
        assert await comes_true(lambda: app.screen.size == Size(119, 24))


async def test_something_is_seen_of_a_storm_without_end() -> None:
    app = _Sized()
    async with app.run_test():
        app.sizes.clear()
        width = 60
        async with asyncio.timeout(PATIENCE):
            while len(app.sizes) < 3:
                width += 1
                app.resized(width)
                await asyncio.sleep(0.01)
        assert app.sizes == sorted(app.sizes)
