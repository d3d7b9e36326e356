"""Screens that read files: in threads, for as long as they are open."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from textual.screen import ScreenResultType
from textual.widget import Widget

from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit_line
from zcbulk_tui.render.span import width as cells
from zcbulk_tui.tui.keys import Key
from zcbulk_tui.tui.screens.scrolled import ListScreen

_Made = TypeVar("_Made")


class StoppedError(Exception):
    """Ends work that nobody wants any more."""


class Reading:
    """Work in a thread, which reports how far it is, and ends at a report where nobody wants it.

    Attributes:
        done: Bytes that were read, and bytes in all; zeros before the first report.
        is_stopped: Whether nobody wants it any more.
    """

    def __init__(self) -> None:
        self.done = (0, 0)
        self.is_stopped = False

    def note_progress(self, read: int, size: int) -> None:
        """Takes from the thread how far it is.

        Raises:
            StoppedError: Nobody wants it any more.
        """
        if self.is_stopped:
            raise StoppedError
        self.done = (read, size)

    def stop(self) -> None:
        """Ends it at its next report."""
        self.is_stopped = True


class ReadingScreen(ListScreen[ScreenResultType]):
    """A screen about what is in files; what it reads ends with it.

    Attributes:
        glyphs: The characters to draw with.

    Args:
        glyphs: See above.
        keys: All keys, some of them the user's own.
    """

    def __init__(self, glyphs: Glyphs, keys: Sequence[Key]) -> None:
        super().__init__(keys)
        self.glyphs = glyphs
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

    # What is drawn.

    def _rule(self, note: Span, width: int) -> Line:
        """A line from edge to edge, with a note near its beginning."""
        text = f" {note.text} " if note.text else ""
        rule, after = self.glyphs.rule, max(width - cells(text) - 2, 0)
        spans = [Span(rule * 2, Look.LEFT), Span(text, note.look), Span(rule * after, Look.LEFT)]
        return fit_line(spans, width)

    def _set_height(self, widget: Widget, lines: int) -> None:
        height = widget.styles.height
        if height is None or height.value != lines:
            widget.styles.height = lines
