"""The queue: the files that wait for their form, and those that need the user."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from zcbulk_tui.domain.insertion import QueuedFile, QueueStop
from zcbulk_tui.render import queue
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.night import stopped
from zcbulk_tui.render.span import Line, Look, Span, fit_line
from zcbulk_tui.tui import outdated, questions
from zcbulk_tui.tui.key_line import legend
from zcbulk_tui.tui.keys import Context, Key, bindings
from zcbulk_tui.tui.queue_actions import QueueActions
from zcbulk_tui.tui.screens.base import KeyedScreen
from zcbulk_tui.tui.screens.dialogs import ConfirmScreen
from zcbulk_tui.tui.widgets.lines import Lines

_KEYS = {
    "queue_up queue_down": "move it",
    "go_on": "go on",
    "drop": "take it off",
    "down up": "select",
    "back": "close",
}
"""What is said of the keys."""

_TICK = 1.0
"""Seconds between two looks at the queue."""


class QueueScreen(KeyedScreen[None], ModalScreen[None]):
    """Shows the files of a profile that are on their way.

    Args:
        files: Returns them, in the order of their turns.
        actions: What the keys do.
        glyphs: The characters to draw with.
        keys: All keys, some of them the user's own.
        now: The time of day; aware.
    """

    CSS_PATH = "dialogs.tcss"
    CONTEXT = Context.QUEUE
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXT)

    def __init__(
        self,
        files: Callable[[], Sequence[QueuedFile]],
        actions: QueueActions,
        *,
        glyphs: Glyphs,
        keys: Sequence[Key],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(keys)
        self._now = now
        self._files = files
        self._actions = actions
        self._glyphs = glyphs
        self._selected: str | None = None
        self._place = 0
        self._told_of: str | None = None
        self._stopped = Static(id="queue-stopped", classes="dialog-text", markup=False)
        self._list = Lines(id="queue-list")
        self._about = Static(id="queue-about", markup=False)

    def compose(self) -> ComposeResult:
        """The list, what is said of the selected file, and what the keys are."""
        with Vertical(classes="dialog"):
            yield Static("Files for the forms", classes="dialog-title")
            yield self._stopped
            yield self._list
            yield self._about
            yield Lines(id="queue-keys")

    def on_mount(self) -> None:
        """Begins to follow the queue."""
        self.set_interval(_TICK, self.show_files)

    def on_resize(self) -> None:
        """Fits the lines to the width."""
        self.call_after_refresh(self.show_files)

    def show_files(self) -> None:
        """Shows the queue as it is now."""
        files, width, stop = self._files(), self._list.size.width, self._actions.stop
        self._stopped.display = stop is not None
        if stop is not None:
            self._stopped.update(f"{stopped(stop, self._now())}. {self._how_to_resume}")
        self._select(files, self._place_in(files))
        drawn: list[Line] = [
            self._row(file, width, selected=at == self._place) for at, file in enumerate(files)
        ] or [fit_line([Span(f" No file is on its way.{self._how_to_insert}", Look.DIM)], width)]
        self._list.styles.height = len(drawn)
        self._list.show(*drawn)
        selected = self.selected
        self._about.update(self._said_of(selected) if selected else "")
        keys = self.query_one("#queue-keys", Lines)
        keys.show(legend(self.keys, _KEYS, keys.size.width))

    def _said_of(self, file: QueuedFile) -> str:
        if file.insertion.key == self._told_of and not file.stage.needs_user:
            return "It goes on by itself."
        return " ".join(self._actions.about(file))

    def _row(self, file: QueuedFile, width: int, *, selected: bool) -> Line:
        bar = Span(self._glyphs.cursor if selected else " ", Look.RUNNING)
        return (bar, *queue.line(file, self._glyphs, width - 1))

    @property
    def selected(self) -> QueuedFile | None:
        """The file that was drawn under the cursor, as it is now; None where it has left."""
        return next((it for it in self._files() if it.insertion.key == self._selected), None)

    def _place_in(self, files: Sequence[QueuedFile]) -> int:
        """Where the selected file is; its old place where it has left, for a neighbour."""
        places = (at for at, it in enumerate(files) if it.insertion.key == self._selected)
        return next(places, self._place)

    def _select(self, files: Sequence[QueuedFile], place: int) -> None:
        self._place = max(0, min(place, len(files) - 1))
        selected = files[self._place].insertion.key if files else None
        if selected != self._selected:
            self._selected, self._told_of = selected, None

    @property
    def _how_to_insert(self) -> str:
        shown = next(key.shown for key in self.keys if key.action == "insert")
        return f" {shown.split()[0]} inserts one." if shown else ""

    @property
    def _how_to_resume(self) -> str:
        shown = next(key.shown for key in self.keys if key.action == "go_on")
        return f"{shown.split()[0]} lets it go on." if shown else ""

    def _ask_to_resume(self, stop: QueueStop) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self._actions.resume()
                self.show_files()

        def over() -> str:
            return "" if self._actions.stop is not None else "The queue goes on already."

        question = questions.resume(stop, len(self._files()), self._now())
        self.app.push_screen(ConfirmScreen(question, over), answered)

    @property
    def page_lines(self) -> int:
        """Files that are visible at once."""
        return max(self._list.size.height, 1)

    def move(self, lines: int) -> None:
        """Moves the cursor."""
        files = self._files()
        self._select(files, self._place_in(files) + lines)
        self.show_files()

    def move_to_end(self, *, last: bool) -> None:
        """Moves the cursor to the first or the last file."""
        files = self._files()
        self._select(files, len(files) if last else 0)
        self.show_files()

    def action_queue_up(self) -> None:
        """Lets the file change places with the one before it for the same form."""
        self._move_file(up=True)

    def action_queue_down(self) -> None:
        """Lets the file change places with the one after it for the same form."""
        self._move_file(up=False)

    def _move_file(self, *, up: bool) -> None:
        selected = self.selected
        if selected is None:
            return
        self._actions.move(selected, up=up)
        self.show_files()

    def action_drop(self) -> None:
        """Takes the file off the queue; asks first whether to end an upload that is on its way."""
        selected = self.selected
        if selected is None:
            return
        if selected.sent is None:
            self._actions.drop(selected)
            self.show_files()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._actions.cancel(selected)

        def over() -> str:
            return outdated.cancelling(selected, self._files())

        self.app.push_screen(ConfirmScreen(questions.cancel_upload(selected), over), answered)

    def action_go_on(self) -> None:
        """Asks whether the stopped queue goes on, or else the file."""
        if self._actions.stop is not None:
            self._ask_to_resume(self._actions.stop)
            return
        selected = self.selected
        if selected is None:
            return
        if not selected.stage.needs_user:
            self._told_of = self._selected
            self.show_files()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._actions.go_on(selected)
                self.show_files()

        def over() -> str:
            return outdated.going_on(selected, self._files())

        self.app.push_screen(ConfirmScreen(questions.go_on(selected), over), answered)
