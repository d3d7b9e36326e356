"""The pane about the selected job: beside the list, below it, or in its place."""

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.timer import Timer

from zcbulk_tui.domain.control import Command
from zcbulk_tui.domain.job import JobReading
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.snapshot import JobKey, Listed
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.render.detail import Known, detail
from zcbulk_tui.render.span import Line, Look, Span
from zcbulk_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from zcbulk_tui.tui.screens.watch_view import WatchView

_BESIDE_FROM = 140
"""Cells of a screen from which on the pane is beside the list."""

_BELOW_FROM = 30
"""Lines of a screen from which on it is below the list."""

_WIDTH = 54
_HEIGHT_SHARE = 0.42

_REST = 0.3
"""Seconds for which the cursor rests on a job before its past is read."""


class _Where(Enum):
    BESIDE = "beside"
    BELOW = "below"
    WHOLE = "whole"


class DetailPane(Lines):
    """Tells all that is known of the selected job.

    Attributes:
        is_open: Whether it is shown.

    Args:
        screen: The screen that it is on.
    """

    def __init__(self, screen: "WatchView") -> None:
        super().__init__(id="details")
        self.display = False
        self.is_open = False
        self._view = screen
        self._wants_whole = False
        self._where = _Where.BELOW
        self._top = 0
        self._told: tuple[JobKey, Command | None] | None = None
        self._past: Sequence[JobReading] = ()
        self._record: ControlRecord | None = None
        self._timer: Timer | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is in the place of the list."""
        return self.is_open and self._where is _Where.WHOLE

    def toggle(self) -> None:
        """Opens it, or closes it."""
        if self.is_open:
            self.close()
        else:
            self._open(whole=False)

    def zoom(self) -> None:
        """Gives it the whole screen, or a part of it again."""
        self._open(whole=not self.is_whole)

    def close(self) -> None:
        """Leaves the screen to the list."""
        self.is_open = False
        self._fit()

    def _open(self, *, whole: bool) -> None:
        self.is_open, self._wants_whole = True, whole
        self._top = 0
        self._fit()

    def fit(self, size: Size) -> None:
        """Takes the place that a screen of this size has for it."""
        if self._wants_whole:
            self._where = _Where.WHOLE
        elif size.width >= _BESIDE_FROM:
            self._where = _Where.BESIDE
            self.styles.width, self.styles.height = _WIDTH, "100%"
        elif size.height >= _BELOW_FROM:
            self._where = _Where.BELOW
        else:
            self._where = _Where.WHOLE
        if self._where is not _Where.BESIDE:
            self.styles.width = "100%"
            below = self._where is _Where.BELOW
            self.styles.height = int(size.height * _HEIGHT_SHARE) if below else "1fr"
        self._give_room()
        self._view.body.set_class(self._where is _Where.BESIDE, "beside")
        self._view.set_class(self.is_open, "detailed")

    def _give_room(self) -> None:
        """The list says it where nothing is selected, so it is not kept away then."""
        nothing = self._view.selected is None
        self.display = self.is_open and not (nothing and self.is_whole)
        self._view.jobs.display = nothing or not self.is_whole

    def _fit(self) -> None:
        self.fit(self._view.size)
        self._view.call_after_refresh(self._view.show_changes)

    def scroll_pages(self, pages: float) -> None:
        """Scrolls by pages."""
        self._top = max(self._top + int(pages * self.size.height), 0)
        self.show_selected()

    def on_resize(self) -> None:
        """Fits the text to the size."""
        self.show_selected()

    def show_selected(self) -> None:
        """Shows what differs from what was shown."""
        listed = self._view.selected
        if not self.is_open:
            return
        self._give_room()
        if not self.size.width:
            return
        if listed is None:
            self.show()
            return
        if (listed.key, listed.snapshot.command) != self._told:
            self._tell_of(listed)
        self.show(*self._framed(self._lines_about(listed)))

    def _tell_of(self, listed: Listed) -> None:
        """Begins with another job, or after a command; the past is read once the cursor rests."""
        if self._told is None or self._told[0] != listed.key:
            self._past, self._record, self._top = (), None, 0
        self._told = (listed.key, listed.snapshot.command)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_REST, self._read_past)

    def _read_past(self) -> None:
        if self._told is None:
            return
        key, _ = self._told
        archive = self._view.profile(key.profile).archive
        if archive is None:
            return
        try:
            history = archive.history(key.ref)
        except ConfigError:
            return  # the line above the list says that nothing is kept
        if history is not None:
            self._past = history.readings
            self._record = history.commands[-1] if history.commands else None
            self.show_selected()

    def _lines_about(self, listed: Listed) -> list[Line]:
        newest = self._past[-1].read_at if self._past else None
        since = [it for it in listed.snapshot.readings if newest is None or it.read_at > newest]
        service = self._view.profile(listed.profile).service
        copy, copy_command = (self._view.key(action) for action in ("copy", "copy_command"))
        known = Known(listed, (*self._past, *since), self._record, service, copy, copy_command)
        width = self.size.width - (2 if self._where is _Where.BESIDE else 0)
        return detail(known, self._view.now(), width, self._view.glyphs)

    def _framed(self, lines: list[Line]) -> list[Line]:
        """The part of the text that is in view, with a line between it and the list."""
        glyphs, height = self._view.glyphs, self.size.height
        if self._where is _Where.BELOW:
            rule: Line = (Span(glyphs.rule * self.size.width, Look.LEFT),)
            return [rule, *lines[: height - 1]]
        self._top = max(min(self._top, len(lines) - height), 0)
        shown = lines[self._top : self._top + height]
        if self._where is _Where.WHOLE:
            return shown
        side = Span(f"{glyphs.side} ", Look.LEFT)
        return [(side, *line) for line in shown] + [(side,)] * (height - len(shown))
