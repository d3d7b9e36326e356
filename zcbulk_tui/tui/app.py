"""The application: it shows the watch screen first, and connects to Zoho after that."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from traceback import extract_tb
from typing import Any

from rich.text import Text
from textual.app import App, SystemCommand
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import Worker, WorkerCancelled, WorkerFailed, WorkerState

from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.monitor.events import Event
from zcbulk_tui.render.glyphs import ASCII, UNICODE
from zcbulk_tui.tui import profile_actions
from zcbulk_tui.tui.ascii_filter import AsciiFilter
from zcbulk_tui.tui.keys import KEYS
from zcbulk_tui.tui.messages import ProfileChosen
from zcbulk_tui.tui.output_gate import OutputGate
from zcbulk_tui.tui.screens.watch import WatchScreen
from zcbulk_tui.tui.session import Session
from zcbulk_tui.tui.signals import SignalHandling

_ASCII_FILTER = AsciiFilter()

_FRAMES = 4
"""Places in the program that are named after a fault."""


class DashboardApp(App[None]):
    """The dashboard.

    Args:
        session: What to show.
        ascii_only: Whether the terminal shows ASCII only.
        now: The time of day; aware.
    """

    TITLE = "zcbulk-tui"
    CSS_PATH = "screens/watch.tcss"  # a default screen's own is not loaded
    DEFAULT_MODE = "profile"  # each profile that is shown has a mode: a stack of screens of its own

    def __init__(
        self,
        session: Session,
        *,
        ascii_only: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self._ascii_only = ascii_only
        self._now = now
        self._gate = OutputGate(self)
        self._signals = SignalHandling(self)
        self._monitoring: Worker[None] | None = None
        self._numbers = count(2)
        self._mode = self.DEFAULT_MODE
        self._set(session)

    def _set(self, session: Session) -> None:
        self.session = session
        glyphs = ASCII if self._ascii_only else UNICODE
        self._watch_screen = WatchScreen(session, glyphs=glyphs, now=self._now)

    def get_default_screen(self) -> Screen[None]:
        """The watch screen is the one at the bottom."""
        return self._watch_screen

    def on_mount(self) -> None:
        """Ends in an orderly way when the system asks for it."""
        self._signals.begin()

    def on_ready(self) -> None:
        """The first frame is out: connects."""
        # Only now, since a screen of a mode comes up more slowly than the default screen does.
        self.add_mode(self._mode, self.get_default_screen)
        self._begin()

    def _begin(self) -> None:
        self._monitoring = self.run_worker(
            self._watch(), name="monitor", group="monitor", exit_on_error=False
        )

    async def _end(self) -> None:
        if self._monitoring is not None:
            self._monitoring.cancel()
            with suppress(WorkerCancelled, WorkerFailed):
                await self._monitoring.wait()

    async def on_unmount(self) -> None:
        """Lets the connection end in order: another window can poll at once."""
        await self._end()

    async def on_profile_chosen(self, message: ProfileChosen) -> None:
        """Leaves the profile that is shown, and shows another.

        Not while it is open what becomes of a command: keys may have been ahead of this message.
        """
        if profile_actions.awaits_an_answer(self._watch_screen):
            return
        await self._end()
        self.clear_notifications()
        left, self._mode = self._mode, f"{self.DEFAULT_MODE} {next(self._numbers)}"
        self._set(message.session)
        self.add_mode(self._mode, self.get_default_screen)
        await self.switch_mode(self._mode)
        await self.remove_mode(left)  # and all dialogs about it
        self._begin()

    def publish(self, event: Event) -> None:
        """Takes an event of the monitor (it is the monitor's `Sink`)."""
        self._watch_screen.take(event)

    def on_app_focus(self) -> None:
        """The terminal has the focus: polls go at the chosen pace."""
        self._watch_screen.focus_changed(focused=True)

    def on_app_blur(self) -> None:
        """The terminal has lost the focus: polls may go more frugally."""
        self._watch_screen.focus_changed(focused=False)

    async def _watch(self) -> None:
        connection = await asyncio.to_thread(self.session.connect, self)
        try:
            connection.monitor.watch(connection.jobs)
            self._watch_screen.connect(connection)
            await connection.monitor.run()
        finally:
            await connection.close()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Ends with a message when something that should run has failed."""
        if event.state is not WorkerState.ERROR:
            return
        error = event.worker.error
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        code = error.exit_code if isinstance(error, ZcbulkError) else 1
        self.exit(return_code=code, message=_last_words(error))

    def _fatal_error(self) -> None:
        # In the place of Textual's own, whose traceback shows the values in every frame, and so
        # what is secret; nothing with a public name does that.
        self.panic(_last_words(sys.exception()))

    def action_help_quit(self) -> None:
        """Tells who presses ctrl+c how to quit, since it may be meant for the shell."""
        self.notify("Press q to quit.", markup=False)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every key of the watch screen that can be pressed now."""
        if screen is not self._watch_screen:
            return
        for key in KEYS:
            if key.action != "palette" and screen.check_action(key.action, ()):
                yield SystemCommand(
                    f"{key.label.capitalize()}  {key.shown}",
                    f"{key.help} {f'Costs {key.price}.' if key.price else ''}",
                    getattr(screen, f"action_{key.action}"),
                )

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Adds the one for terminals that show ASCII only."""
        filters = super().get_line_filters()
        return [*filters, _ASCII_FILTER] if self._ascii_only else filters

    def post_display_hook(self) -> None:
        """Holds up the drawing while the terminal lags."""
        self._gate.after_frame(self._driver)


def _last_words(error: BaseException | None) -> Text:
    """What the terminal shows after an end that nobody wanted."""
    if isinstance(error, ZcbulkError):
        return Text(f"zcbulk-tui: {error}")
    # Neither the error's words nor a value of a frame: they may be secret.
    frames = extract_tb(error.__traceback__) if error is not None else []
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-_FRAMES:]]
    what = " at ".join(filter(None, (type(error).__name__, ", ".join(places))))
    return Text(
        f"zcbulk-tui: A fault in this program ended it ({what}). The watch list is safe. "
        "Please report it."
    )
