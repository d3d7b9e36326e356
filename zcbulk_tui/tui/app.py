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

from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual.app import App, SystemCommand
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import Worker, WorkerCancelled, WorkerFailed, WorkerState

from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.render.glyphs import ASCII, UNICODE
from zcbulk_tui.tui import no_colour, textual_internals
from zcbulk_tui.tui.ascii_filter import AsciiFilter
from zcbulk_tui.tui.guard import Ending
from zcbulk_tui.tui.input_driver import Paste, driver_class
from zcbulk_tui.tui.key_names import shown
from zcbulk_tui.tui.keys import keymap, moving_characters
from zcbulk_tui.tui.messages import ProfilesChosen
from zcbulk_tui.tui.preferences import UNCHANGED, Preferences
from zcbulk_tui.tui.profile_spec import ProfileSpec
from zcbulk_tui.tui.profile_view import ProfileView
from zcbulk_tui.tui.screens.base import KeyedScreen
from zcbulk_tui.tui.screens.help import HelpScreen
from zcbulk_tui.tui.screens.watch import WatchScreen
from zcbulk_tui.tui.screens.watch_view import SPARING, USUAL
from zcbulk_tui.tui.terminal import Terminal
from zcbulk_tui.tui.themes import make

_ASCII_FILTER = AsciiFilter()

_ONE_PASTE = 1.0
"""Seconds in which pieces of text are taken for one paste."""
_CLOSING = 1.0
"""Seconds for the connections to end in order."""

_FRAMES = 4
"""Places in the program that are named after a fault."""


class DashboardApp(App[None]):
    """The dashboard.

    Args:
        specs: What to show: one profile or several.
        preferences: How to show it.
        now: The time of day; aware.
        ending: The end of the process; None where that is none of the app's business.
    """

    TITLE = "zcbulk-tui"
    CSS_PATH = "screens/watch.tcss"  # a default screen's own is not loaded
    ENABLE_COMMAND_PALETTE = False  # that is Textual's key for it, which no setting could move
    DEFAULT_MODE = "profile"  # each profile that is shown has a mode: a stack of screens of its own

    def __init__(
        self,
        *specs: ProfileSpec,
        preferences: Preferences = UNCHANGED,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ending: Ending | None = None,
    ) -> None:
        self.themes = preferences.themes or make()
        self._fault_code = 0
        self.last_words: Text | None = None
        self._paste_noticed = 0.0
        super().__init__(driver_class=driver_class(moving_characters(preferences.keys), self.fault))
        no_colour.settle(self)
        self.themes.install(self)
        self.use_command_palette = True
        self.animation_level = "none"
        self.preferences = preferences
        self._glyphs = ASCII if preferences.ascii_only else UNICODE
        self._now = now
        self._terminal = Terminal(
            self,
            leave_keys=("ctrl+q", *self._keys_of("leave")),
            suspend_keys=self._keys_of("suspend"),
            on_slow=self._link_changed,
            ending=ending,
        )
        self._monitoring: list[Worker[None]] = []
        self._numbers = count(2)
        self._tempo = SPARING if preferences.sparing else USUAL
        self._mode = self.DEFAULT_MODE
        self.set_keymap(keymap(preferences.keys))
        self._set(specs)

    def _set(self, specs: Sequence[ProfileSpec]) -> None:
        self._watch_screen = WatchScreen(
            specs,
            glyphs=self._glyphs,
            now=self._now,
            keys=self.preferences.keys,
            tempo=self._tempo,
            show_signs=self._terminal.show,
            step_theme=lambda: self.themes.step(self),
        )
        self._watch_screen.set_view(self.preferences.order, self.preferences.group_by)

    def get_default_screen(self) -> Screen[None]:
        """The watch screen is the one at the bottom."""
        return self._watch_screen

    def _keys_of(self, action: str) -> list[str]:
        return next(key.keys for key in self.preferences.keys if key.action == action).split(",")

    def on_load(self) -> None:
        """Ends in an orderly way when the system asks for it, from now on."""
        self._terminal.begin()

    def on_ready(self) -> None:
        """The first frame is out: connects."""
        self._terminal.go_on()
        # Only now, since a screen of a mode comes up more slowly than the default screen does.
        self.add_mode(self._mode, self.get_default_screen)
        self._begin()

    def _begin(self) -> None:
        self._monitoring = [
            self.run_worker(
                self._watch(profile), name=profile.name, group="monitor", exit_on_error=False
            )
            for profile in self._watch_screen.workspace.profiles
        ]

    def exit(
        self, result: None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """Ends the app: no call is made any more, and soon the process is gone.

        Once there was a fault, it does not end as if there had been none.
        """
        code = return_code or self._fault_code
        self._terminal.ending(code)
        for worker in self._monitoring:
            worker.cancel()
        super().exit(result, code, message)

    async def _end(self) -> None:
        for worker in self._monitoring:
            worker.cancel()
        for worker in self._monitoring:
            with suppress(WorkerCancelled):
                try:
                    await worker.wait()
                except WorkerFailed as failed:
                    # It may have failed only now, when nobody is left to hear of its state.
                    self.fault(failed.error)

    async def on_unmount(self) -> None:
        """Lets the connection end in order: another window can poll at once."""
        self._terminal.end()
        # Who hangs is not waited for: the terminal has been given back, and its writer is to end.
        await asyncio.wait([asyncio.create_task(self._end())], timeout=_CLOSING)

    async def on_profiles_chosen(self, message: ProfilesChosen) -> None:
        """Leaves the profiles that are shown, and shows others.

        Not while it is open what becomes of a command: keys may have been ahead of this message.
        """
        if self._watch_screen.awaits_answer():
            return
        await self._end()
        self.clear_notifications()
        left, self._mode = self._mode, f"{self.DEFAULT_MODE} {next(self._numbers)}"
        self._set(message.specs)
        self.add_mode(self._mode, self.get_default_screen)
        await self.switch_mode(self._mode)
        await self.remove_mode(left)  # and all dialogs about it
        self._begin()

    def on_app_focus(self) -> None:
        """The terminal has the focus: polls go at the chosen pace."""
        self._watch_screen.focus_changed(focused=True)

    def on_app_blur(self) -> None:
        """The terminal has lost the focus: polls may go more frugally."""
        self._watch_screen.focus_changed(focused=False)

    async def _watch(self, profile: ProfileView) -> None:
        connection = await asyncio.to_thread(profile.spec.connect, profile)
        try:
            connection.monitor.watch(connection.jobs)
            self._watch_screen.connect(profile, connection)
            await connection.monitor.run()
        finally:
            await connection.close()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Ends with a message when something that should run has failed."""
        if event.state is not WorkerState.ERROR:
            return
        self.fault(event.worker.error)

    def fault(self, error: BaseException | None) -> None:
        """Ends the app, with a sentence and an exit code; of several faults the first counts."""
        if self._fault_code:
            return
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        self._fault_code = error.exit_code if isinstance(error, ZcbulkError) else 1
        self.last_words = last_words(error)
        self.exit(message=self.last_words)

    @property
    def has_terminal(self) -> bool:
        """Whether the terminal has not been given back."""
        return self._terminal.is_taken

    def leave_terminal(self, words: str) -> None:
        """Gives the terminal back where the app has not, and writes the last words to it."""
        self._terminal.leave(words)

    def end_from_thread(self) -> None:
        """Ends the app because one of its threads has failed."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.exit, None, 1)

    def panic(self, *_: RenderableType) -> None:
        """Ends the app as `fault` does; what Textual has to say may show values."""
        self.fault(sys.exception())

    def notify(self, message: str, **options: Any) -> None:
        """Shows a toast."""
        textual_internals.remove_empty_toasts(self.screen)
        super().notify(message, **options)

    def _fatal_error(self) -> None:
        # In the place of Textual's own, whose traceback shows the values in every frame, and so
        # what is secret; nothing with a public name does that.
        self.fault(sys.exception())

    def on_paste(self, event: events.Paste) -> None:
        """Says that text has done nothing, where there was nothing to paste it into."""
        if isinstance(event, Paste) and event.time > self._paste_noticed + _ONE_PASTE:
            self._paste_noticed = event.time
            self.notify(
                "Text came faster than anybody types. It was taken for a paste, not for keys.",
                severity="warning",
                markup=False,
            )

    async def on_event(self, event: events.Event) -> None:
        """Keeps from the app what must not reach it: keys that nobody can see the effect of."""
        if not self._terminal.takes(event):
            await super().on_event(event)

    def copy_to_clipboard(self, text: str) -> None:
        """Puts a text into the terminal's clipboard, also through tmux and screen."""
        self._clipboard = text  # what Textual's own fields paste; it has no other name
        self._terminal.copy(text)

    def action_suspend_process(self) -> None:
        """Leaves the terminal to the shell until the program is called back."""
        self._terminal.suspend()

    def action_help_quit(self) -> None:
        """Says how to quit: ctrl+c is pressed by whoever expects that it does."""
        key = shown(",".join(self._keys_of("leave"))).split()[0]
        self.notify(f"Press {key} to quit.", markup=False)

    def action_help(self) -> None:
        """Shows the help."""
        read_only = self._watch_screen.workspace.here.spec.read_only
        keys = self.preferences.keys
        self.push_screen(HelpScreen(keys, read_only=read_only, glyphs=self._glyphs))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every action of the screen that makes sense now."""
        if not isinstance(screen, KeyedScreen):
            return
        for key in self.preferences.keys:
            if (
                screen.CONTEXT in key.contexts
                and key.action
                not in ("palette", screen.CONTEXT)  # open, and "close" in other words
                and screen.check_action(key.action, ())
            ):
                yield SystemCommand(
                    f"{key.label.capitalize()}  {key.shown}".rstrip(),
                    f"{key.help} Costs {key.price}." if key.price else key.help,
                    getattr(screen, f"action_{key.action}"),
                )

    def get_css_variables(self) -> dict[str, str]:
        """None until the theme is known: Textual asks before, and those of its own take time."""
        return super().get_css_variables() if self.theme in self.themes.names else {}

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Adds the one for terminals that show ASCII only."""
        filters = no_colour.line_filters(self, super().get_line_filters())
        return [*filters, _ASCII_FILTER] if self.preferences.ascii_only else filters

    def _link_changed(self, slow: bool) -> None:
        self._tempo = SPARING if slow or self.preferences.sparing else USUAL
        self._watch_screen.set_tempo(self._tempo)

    def action_redraw(self) -> None:
        """Draws everything anew, whatever the terminal may show."""
        self._terminal.forget()
        self.refresh(layout=True)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        # No public name stands between what Textual makes and what it writes.
        super()._display(screen, self._terminal.only_changes(renderable))
        self._terminal.drawn(screen)

    def post_display_hook(self) -> None:
        """Holds up the drawing while the terminal lags, and covers it while it is too small."""
        self._terminal.after_frame(self._driver)
        textual_internals.forget_drawn_widgets()


def last_words(error: BaseException | None) -> Text:
    """What the terminal shows after an end that nobody wanted."""
    if isinstance(error, ZcbulkError):
        return Text(f"zcbulk-tui: {error}")
    # Neither the error's words nor a value of a frame: they may be secret.
    frames = extract_tb(error.__traceback__) if error is not None else []
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-_FRAMES:]]
    what = " at ".join(filter(None, (type(error).__name__, ", ".join(places))))
    where = f" ({what})" if error is not None else ""
    return Text(
        f"zcbulk-tui: A fault in this program ended it{where}. The watch list is safe. "
        "Please report it."
    )
