"""The application: it shows the watch screen first, and connects to Zoho after that."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.app import App, SystemCommand
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from zcbulk_tui.domain.job import Environment, WatchedJob
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.monitor.ports import Event, Sink
from zcbulk_tui.render.glyphs import ASCII, UNICODE
from zcbulk_tui.tui.ascii_filter import AsciiFilter
from zcbulk_tui.tui.keys import KEYS
from zcbulk_tui.tui.output_gate import OutputGate
from zcbulk_tui.tui.screens.watch import WatchScreen
from zcbulk_tui.tui.signals import SignalHandling

if TYPE_CHECKING:
    from zcbulk_tui.monitor.monitor import Monitor

_ASCII_FILTER = AsciiFilter()

Connect = Callable[[Sink], tuple["Monitor", Sequence[WatchedJob]]]
"""Makes the monitor, and tells the jobs to watch; may take a while: runs once the screen is up."""


class DashboardApp(App[None]):
    """The dashboard.

    Args:
        connect: Makes the monitor.
        watched: The jobs that are known already, for the first frame.
        badge: What the status line begins with: the profile's name, or DEMO.
        read_only: Whether start and abort are left out.
        ascii_only: Whether the terminal shows ASCII only.
        base_url: The configured base URL, if any.
        environment: Where a job that is added lives, if nothing else is said.
        now: The time of day; aware.
    """

    TITLE = "zcbulk-tui"
    CSS_PATH = "screens/watch.tcss"  # a default screen's own is not loaded

    def __init__(
        self,
        connect: Connect,
        *,
        watched: Sequence[WatchedJob] = (),
        badge: str,
        read_only: bool = False,
        ascii_only: bool = False,
        base_url: str | None = None,
        environment: Environment = Environment.PRODUCTION,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self._connect = connect
        self._ascii_only = ascii_only
        self._gate = OutputGate(self)
        self._signals = SignalHandling(self)
        self._watch_screen = WatchScreen(
            watched,
            badge=badge,
            read_only=read_only,
            base_url=base_url,
            environment=environment,
            glyphs=ASCII if ascii_only else UNICODE,
            now=now,
        )

    def get_default_screen(self) -> Screen[None]:
        """The watch screen is the one at the bottom."""
        return self._watch_screen

    def on_mount(self) -> None:
        """Ends in an orderly way when the system asks for it."""
        self._signals.begin()

    def on_ready(self) -> None:
        """The first frame is out: connects."""
        self.run_worker(self._watch(), name="monitor", group="monitor", exit_on_error=False)

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
        monitor, jobs = await asyncio.to_thread(self._connect, self)
        monitor.watch(jobs)
        self._watch_screen.connect(monitor, jobs)
        await monitor.run()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Ends with a message when something that should run has failed."""
        if event.state is not WorkerState.ERROR:
            return
        error = event.worker.error
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if isinstance(error, ZcbulkError):
            code, said = error.exit_code, str(error)
        else:
            # The traceback could hold what is secret, so only the error's kind is shown.
            code = 1
            said = (
                f"A fault in this program ended it ({type(error).__name__}). "
                "The watch list is safe. Please report it."
            )
        self.exit(return_code=code, message=Text(f"zcbulk-tui: {said}"))

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
