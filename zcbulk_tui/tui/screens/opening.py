"""What the screens about a job's failures have in common: they read them first."""

from abc import abstractmethod
from collections.abc import Sequence

from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.insertion import Prepared
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.preflight import size
from zcbulk_tui.render.span import Look, Span
from zcbulk_tui.tui.failed_job import FailedJob
from zcbulk_tui.tui.failing import FailureRows
from zcbulk_tui.tui.keys import Key
from zcbulk_tui.tui.screens.reading import Reading, ReadingScreen

_TICK = 0.25
"""Seconds between two looks at how much has been read."""

_OPEN = "open"


class OpeningScreen(ReadingScreen[Prepared | None]):
    """A screen about a job's failures, which it reads unless they were read already.

    Its answer is what was prepared to be inserted; None for nothing.

    Attributes:
        job: The job.
        rows: Its failures; None before they are read.
        fields: The fields of its form; None where they are not known.
        hint: What is said in their place.

    Args:
        job: The job.
        rows: Its failures; None where they are to be read.
        glyphs: The characters to draw with.
        keys: All keys, some of them the user's own.
    """

    def __init__(
        self, job: FailedJob, rows: FailureRows | None, *, glyphs: Glyphs, keys: Sequence[Key]
    ) -> None:
        super().__init__(glyphs, keys)
        self.job = job
        self.rows = rows
        self.fields: FormFields | None = None
        self.hint = Span("Reading the failed records. Esc cancels.", Look.DIM)

    def on_mount(self) -> None:
        """Begins to read."""
        self.fields = self.job.fields
        self._ticking = self.set_interval(_TICK, self._show_progress, pause=True)
        if self.rows is not None:
            self.call_after_refresh(self._take, self.rows)
            return
        self._ticking.resume()

        def work(reading: Reading) -> FailureRows:
            return self.job.open(reading.note_progress)

        self.in_thread(_OPEN, work, self._take, self._failed)

    def on_resize(self) -> None:
        """Fits the lines to the size."""
        self.call_after_refresh(self.show_lines)

    @abstractmethod
    def opened(self, rows: FailureRows) -> None:
        """Shows the failures."""

    @abstractmethod
    def show_lines(self) -> None:
        """Shows all of it, as far as it is known."""

    def _take(self, rows: FailureRows) -> None:
        self._ticking.pause()
        self.rows = rows
        self.refresh_bindings()
        self.opened(rows)

    def _failed(self, error: ZcbulkError) -> None:
        self._ticking.pause()
        self.hint = Span(str(error), Look.WARNING)
        self.show_lines()

    def _show_progress(self) -> None:
        reading = self.reads(_OPEN)
        read, total = reading.done if reading is not None else (0, 0)
        if total:
            part = min(read * 100 // total, 100)
            said = f"Reading the failed records: {part} % of {size(total)}. Esc cancels."
            self.hint = Span(said, Look.DIM)
            self.show_lines()
