"""The pane about the selected job: beside the list, below it, or in its place."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum

from textual.geometry import Size
from textual.timer import Timer

from zcbulk_tui.domain.control import Command
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.result import Result
from zcbulk_tui.domain.snapshot import JobKey, Listed, ServiceSnapshot
from zcbulk_tui.render.detail import Known, detail
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span
from zcbulk_tui.tui.profile_view import JobPast
from zcbulk_tui.tui.widgets.lines import Lines

_BESIDE_FROM = 140
"""Cells of a screen from which on the pane is beside the list."""

_BELOW_FROM = 30
"""Lines of a screen from which on it is below the list."""

_WIDTH = 54
_HEIGHT_SHARE = 0.42

_REST = 0.3
"""Seconds for which the cursor rests on a job before its past is read."""


class _Place(Enum):
    """Where the pane is."""

    BESIDE = "beside the list"
    BELOW = "below the list"
    WHOLE = "in its place"


class DetailPane(Lines):
    """Shows all that is known of the job it was last given.

    Args:
        glyphs: The characters to draw with.
        now: The time of day; aware.
        load_past: Returns what is remembered of a job; None where nothing can be read.
        copy_keys: The keys that copy a job's id and its command, as people write them.
    """

    def __init__(
        self,
        glyphs: Glyphs,
        now: Callable[[], datetime],
        load_past: Callable[[JobKey], JobPast | None],
        copy_keys: tuple[str, str],
    ) -> None:
        super().__init__(id="details")
        self.display = False
        self._place = _Place.BELOW
        self._glyphs = glyphs
        self._now = now
        self._load_past = load_past
        self._copy_keys = copy_keys
        self._top = 0
        self._listed: Listed | None = None
        self._service = ServiceSnapshot()
        self._results: Sequence[Result] = ()
        self._chain: Chain | None = None
        self._base_url: str | None = None
        self._read_for: tuple[JobKey, Command | None] | None = None
        self._past = JobPast()
        self._timer: Timer | None = None

    @property
    def is_beside(self) -> bool:
        """Whether its place is beside the list."""
        return self._place is _Place.BESIDE

    @property
    def is_whole(self) -> bool:
        """Whether its place is that of the list."""
        return self._place is _Place.WHOLE

    def fit(self, size: Size, *, whole: bool) -> None:
        """Takes the place that a screen has for it.

        Args:
            size: The size of the screen.
            whole: Whether it is to have all of it.
        """
        if whole:
            self._place = _Place.WHOLE
        elif size.width >= _BESIDE_FROM:
            self._place = _Place.BESIDE
        else:
            self._place = _Place.BELOW if size.height >= _BELOW_FROM else _Place.WHOLE
        if self._place is _Place.BESIDE:
            self.styles.width, self.styles.height = _WIDTH, "100%"
        else:
            self.styles.width = "100%"
            below = self._place is _Place.BELOW
            self.styles.height = int(size.height * _HEIGHT_SHARE) if below else "1fr"

    def put(
        self,
        listed: Listed | None,
        service: ServiceSnapshot,
        results: Sequence[Result] = (),
        chain: Chain | None = None,
        base_url: str | None = None,
    ) -> None:
        """Shows a job, as far as that differs from what was shown.

        Args:
            listed: The job; None for none.
            service: How the calls of its profile go.
            results: What is known of its results.
            chain: The chain that it belongs to; None for none.
            base_url: The configured one of its profile; None for none.
        """
        self._listed, self._service = listed, service
        self._results, self._chain, self._base_url = results, chain, base_url
        self._draw()

    def scroll_to_top(self) -> None:
        """Begins at the first line with what is shown next."""
        self._top = 0

    def scroll_pages(self, pages: float) -> None:
        """Scrolls by pages."""
        self._top = max(self._top + int(pages * self.size.height), 0)
        self._draw()

    def on_resize(self) -> None:
        """Fits the text to the size."""
        self._draw()

    def _draw(self) -> None:
        listed = self._listed
        if not self.size.width:
            return
        if listed is None:
            self.show()
            return
        if (listed.key, listed.snapshot.command) != self._read_for:
            self._begin(listed)
        self.show(*self._framed(self._lines_about(listed)))

    def _begin(self, listed: Listed) -> None:
        """Begins with another job, or after a command; the past is read once the cursor rests."""
        if self._read_for is None or self._read_for[0] != listed.key:
            self._past, self._top = JobPast(), 0
        self._read_for = (listed.key, listed.snapshot.command)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_REST, self._read_past)

    def _read_past(self) -> None:
        if self._read_for is None:
            return
        past = self._load_past(self._read_for[0])
        if past is not None:
            self._past = past
            self._draw()

    def _lines_about(self, listed: Listed) -> list[Line]:
        readings, record, insertion = self._past
        newest = readings[-1].read_at if readings else None
        since = [it for it in listed.snapshot.readings if newest is None or it.read_at > newest]
        known = Known(
            listed,
            (*readings, *since),
            record,
            self._service,
            *self._copy_keys,
            insertion=insertion,
            results=self._results,
            chain=self._chain,
            base_url=self._base_url,
        )
        width = self.size.width - (2 if self._place is _Place.BESIDE else 0)
        return detail(known, self._now(), width, self._glyphs)

    def _framed(self, lines: list[Line]) -> list[Line]:
        """The part of the text that is in view, with a line between it and the list."""
        glyphs, height = self._glyphs, self.size.height
        if self._place is _Place.BELOW:
            rule: Line = (Span(glyphs.rule * self.size.width, Look.LEFT),)
            return [rule, *lines[: height - 1]]
        self._top = max(min(self._top, len(lines) - height), 0)
        shown = lines[self._top : self._top + height]
        if self._place is _Place.WHOLE:
            return shown
        side = Span(f"{glyphs.side} ", Look.LEFT)
        return [(side, *line) for line in shown] + [(side,)] * (height - len(shown))
