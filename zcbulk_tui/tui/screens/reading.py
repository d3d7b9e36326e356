"""Screens that read files: in threads, for as long as they are open."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from textual.screen import ScreenResultType

from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.tui.keys import Key
from zcbulk_tui.tui.reading import Reading, StoppedError
from zcbulk_tui.tui.screens.base import KeyedScreen

_Made = TypeVar("_Made")


class ReadingScreen(KeyedScreen[ScreenResultType]):
    """A screen that reads files; what it reads ends with it.

    Args:
        keys: All keys, some of them the user's own.
    """

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__(keys)
        self._under_way: dict[str, Reading] = {}

    def in_thread(
        self,
        purpose: str,
        work: Callable[[Reading], _Made],
        take: Callable[[_Made], None],
        failed: Callable[[ZcbulkError], None],
    ) -> Reading:
        """Does something in a thread, in the place of what was done for the same purpose.

        Args:
            purpose: What it is for.
            work: Does it; an error of our tree is for `failed`.
            take: Takes what it made, unless it was stopped meanwhile.
            failed: Takes the error that ended it.

        Returns:
            How far it is; who stops it gets nothing of it any more.
        """
        self.stop(purpose)
        reading = Reading()
        self._under_way[purpose] = reading

        async def read() -> None:
            try:
                made = await asyncio.to_thread(work, reading)
            except StoppedError:
                return
            except ZcbulkError as error:
                if self._ends(purpose, reading):
                    failed(error)
                return
            if self._ends(purpose, reading):
                take(made)

        # The app's own worker: the app hears of it if something unforeseen goes wrong.
        self.app.run_worker(read(), group="reading", exit_on_error=False)
        return reading

    def stop(self, purpose: str) -> None:
        """Ends what is done for a purpose; its effect is none from now on."""
        reading = self._under_way.pop(purpose, None)
        if reading is not None:
            reading.stop()

    def reads(self, purpose: str) -> Reading | None:
        """Returns what is done for a purpose now; None for nothing."""
        return self._under_way.get(purpose)

    def on_unmount(self) -> None:
        """Ends all that is under way."""
        for purpose in list(self._under_way):
            self.stop(purpose)

    def _ends(self, purpose: str, reading: Reading) -> bool:
        """Whether something was still wanted that has ended."""
        if self._under_way.get(purpose) is not reading:
            return False
        del self._under_way[purpose]
        return True
