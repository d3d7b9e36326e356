"""The results of jobs: what is here, what fetching the others costs, until when they exist."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.domain.snapshot import Listed
from zcbulk_tui.domain.text import counted
from zcbulk_tui.render import results as render
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line
from zcbulk_tui.tui.job_results import JobResults
from zcbulk_tui.tui.key_line import legend
from zcbulk_tui.tui.keys import Context, Key, bindings
from zcbulk_tui.tui.screens.scrolled import ListScreen
from zcbulk_tui.tui.widgets.line_list import LineList
from zcbulk_tui.tui.widgets.lines import Lines

_TICK = 1.0
"""Seconds between two looks at how the results stand."""

FAILED = (ResultKind.FAILURE, ResultKind.UNPROCESSED)
"""The results that a repair needs."""


class ResultsScreen(ListScreen[str | None], ModalScreen[str | None]):
    """Shows the results of jobs, and fetches them.

    Its answer is the action of the watch screen that comes next; None for none.

    Args:
        jobs: Returns the jobs, as they stand now.
        results: What is known of their results.
        calls_left: Returns how many calls are left today, as a sentence.
        repairs: Whether the selected job can be repaired.
        said: Stands above them; empty for nothing.
        glyphs: The characters to draw with.
        now: The time of day; aware.
        keys: All keys, some of them the user's own.
    """

    CSS_PATH = "dialogs.tcss"
    CONTEXT = Context.RESULTS
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXT)

    def __init__(
        self,
        jobs: Callable[[], Sequence[Listed]],
        results: JobResults,
        calls_left: Callable[[], str],
        *,
        repairs: bool,
        said: str = "",
        glyphs: Glyphs,
        now: Callable[[], datetime],
        keys: Sequence[Key],
    ) -> None:
        super().__init__(keys)
        self._jobs = jobs
        self._results = results
        self._calls_left = calls_left
        self._repairs = repairs
        self._said = said
        self._now = now
        self._with_success = False
        self._why_not = ""
        self._rows: list[tuple[Listed, ResultKind, bool]] = []
        self._heading = Lines(id="results-heading")
        self._list = LineList(self._row, glyphs.cursor, self.show_results, id="results-list")
        self._about = Static(id="results-about", markup=False)

    def compose(self) -> ComposeResult:
        """The results, a line each, what fetching costs, and what the keys are."""
        with Vertical(classes="dialog"):
            yield Static("Results", classes="dialog-title")
            yield Static(self._said, id="results-said", classes="dialog-text", markup=False)
            yield self._heading
            yield self._list
            yield self._about
            yield Lines(id="results-keys")

    def on_mount(self) -> None:
        """Begins to follow the results."""
        self.query_one("#results-said").display = bool(self._said)
        self.set_interval(_TICK, self.show_results)

    def on_resize(self) -> None:
        """Fits the lines to the width."""
        self.call_after_refresh(self.show_results)

    @property
    def kinds(self) -> tuple[ResultKind, ...]:
        """The results that are shown, and fetched."""
        return (*FAILED, ResultKind.SUCCESS) if self._with_success else FAILED

    def show_results(self) -> None:
        """Shows the results as they stand now."""
        width = self._list.size.width
        if width <= 0:
            return
        self._rows = [
            (listed, kind, kind is self.kinds[0]) for listed in self._jobs() for kind in self.kinds
        ]
        self._list.styles.height = len(self._rows) or 1
        self._list.put(len(self._rows), self._list.cursor)
        self._heading.show(render.heading(width))
        self._list.paint()
        self._about.update(self._about_price())
        actions = {
            "fetch": "fetch",
            "with_success": "without successful ones"
            if self._with_success
            else "successful ones, too",
        }
        if len(self._jobs()) == 1:
            actions["failures"] = "failures"
            actions |= {"repair": "repair"} if self._repairs else {}
        keys = self.query_one("#results-keys", Lines)
        keys.show(legend(self.keys, {**actions, "back": "close"}, keys.size.width))

    def _row(self, place: int, width: int) -> Line:
        listed, kind, is_first = self._rows[place]
        known = {it.kind: it for it in self._results.of(listed)}
        return render.row(
            listed.snapshot,
            kind,
            known.get(kind),
            self._now(),
            width,
            got=self._results.got(listed, kind),
            is_first=is_first,
        )

    def _about_price(self) -> str:
        if self._why_not:
            return self._why_not
        jobs = self._jobs()
        price = self._results.price(jobs, self.kinds)
        if not price:
            return "There is nothing to fetch."
        return f"Fetching costs {counted(price, 'call')}. {self._calls_left()}".rstrip()

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leaves out what makes no sense for several jobs, or in a read-only profile."""
        if action in ("failures", "repair") and len(self._jobs()) != 1:
            return None
        if action == "repair" and not self._repairs:
            return None
        return super().check_action(action, parameters)

    def action_fetch(self) -> None:
        """Has those fetched that are not here."""
        jobs = self._jobs()
        if self._results.price(jobs, self.kinds):
            said = self._results.fetch(jobs, self.kinds)
            # In passing it would be said behind this dialog.
            self._why_not = " ".join(f"{it.title}. {it.text}" for it in said)
        self.show_results()

    def action_with_success(self) -> None:
        """Shows the records that went in, too, or does not."""
        self._with_success = not self._with_success
        self.show_results()

    def action_failures(self) -> None:
        """Goes on to the failures."""
        self.dismiss("failures")

    def action_repair(self) -> None:
        """Goes on to the repair."""
        self.dismiss("repair")
