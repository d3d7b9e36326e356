"""A few lines of spans that are drawn anew only where they differ."""

from collections.abc import Awaitable, Callable

from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from zcbulk_tui.render.span import Line
from zcbulk_tui.tui.widgets.painter import strip


class Lines(Widget):
    """Shows the lines it was last given.

    Args:
        id: Its name in the style sheet.
        on_click: Called with the column and the line of a left click.
    """

    def __init__(
        self, *, id: str, on_click: Callable[[int, int], Awaitable[None]] | None = None
    ) -> None:
        super().__init__(id=id)
        self._clicked = on_click
        self._lines: list[Line] = []

    def show(self, *lines: Line) -> None:
        """Shows `lines`, from the top."""
        before, self._lines = self._lines, list(lines)
        for y in range(max(len(before), len(lines))):
            if before[y : y + 1] != self._lines[y : y + 1]:
                self.refresh(Region(0, y, self.size.width, 1))

    async def on_click(self, event: events.Click) -> None:
        """Passes a click on."""
        if self._clicked is not None and event.button == 1:
            await self._clicked(event.x, event.y)

    def render_line(self, y: int) -> Strip:
        """Draws one line."""
        line: Line = self._lines[y] if y < len(self._lines) else ()
        return strip(self, line)
