"""The application: it shows the watch screen first, and connects to Zoho after that."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from traceback import extract_tb
from typing import Any, NamedTuple

from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual.actions import ActionParseResult
from textual.app import App, SystemCommand
from textual.await_complete import AwaitComplete
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.notifications import Notify
from textual.screen import Screen
from textual.worker import Worker, WorkerCancelled, WorkerFailed, WorkerState

from zcbulk_tui.errors import LimitError, ZcbulkError
from zcbulk_tui.render.glyphs import ASCII, UNICODE
from zcbulk_tui.render.order import GroupBy, Order
from zcbulk_tui.tui import textual_internals
from zcbulk_tui.tui.alerting import AlertPreferences
from zcbulk_tui.tui.key_names import shown
from zcbulk_tui.tui.keys import KEYS, Key, keymap
from zcbulk_tui.tui.notices import MOST_TOASTS, toast_text
from zcbulk_tui.tui.own_keys import moving_characters
from zcbulk_tui.tui.profile_spec import ProfileSpec
from zcbulk_tui.tui.profile_view import ProfileView
from zcbulk_tui.tui.screens.base import CommandPaletteScreen, KeyedScreen
from zcbulk_tui.tui.screens.watch import WatchScreen
from zcbulk_tui.tui.screens.watch_view import SPARING, USUAL, ProfilesChosen, opened
from zcbulk_tui.tui.terminal.app_terminal import AppTerminal
from zcbulk_tui.tui.terminal.exit_watchdog import Ending
from zcbulk_tui.tui.terminal.input_driver import Paste, driver_class
from zcbulk_tui.tui.terminal.key_order import KeyOrder, KeySettled
from zcbulk_tui.tui.terminal.line_filters import apply_no_color, line_filters
from zcbulk_tui.tui.themes import Themes, make

_ONE_PASTE = 1.0
"""Seconds in which pieces of text are taken for one paste."""
_CLOSING = 1.0
"""Seconds for the connections to end in order."""

_FRAMES = 4
"""Places in the program that are named after a fault."""


class Preferences(NamedTuple):
    """The user's choices for the screen.

    Attributes:
        ascii_only: Whether the terminal shows ASCII only.
        sparing: Whether to draw less often, for a slow link.
        keys: The actions and their keys.
        order: The first order of the list.
        group_by: Its first grouping; None for none.
        themes: The themes to choose from; None for ours only.
        alerts: Which way alerts take.
    """

    ascii_only: bool = False
    sparing: bool = False
    keys: Sequence[Key] = KEYS
    order: Order = Order()
    group_by: GroupBy | None = None
    themes: Themes | None = None
    alerts: AlertPreferences = AlertPreferences()


_DEFAULTS = Preferences()


class DashboardApp(App[None]):
    """The dashboard.

    Args:
        specs: The profiles to show.
        preferences: How to show them.
        now: Returns the time of day; aware.
        ending: The end of the process; None leaves the process alone when the app ends.

    Raises:
        IncompatibleError: The installed Textual lacks something that this cannot do without.
    """

    TITLE = "zcbulk-tui"
    CSS_PATH = "screens/watch.tcss"  # a default screen's own is not loaded
    ENABLE_COMMAND_PALETTE = False  # that is Textual's key for it, which no setting could move
    DEFAULT_MODE = "profile"  # each profile that is shown has a mode: a stack of screens of its own

    def __init__(
        self,
        *specs: ProfileSpec,
        preferences: Preferences = _DEFAULTS,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ending: Ending | None = None,
    ) -> None:
        textual_internals.check_required_names()
        self.themes = preferences.themes or make()
        self._fault_code = 0
        self.last_words: Text | None = None
        self._paste_noticed = 0.0
        super().__init__(driver_class=driver_class(moving_characters(preferences.keys), self.fault))
        apply_no_color(self)
        self.themes.install(self)
        self.use_command_palette = True
        self.animation_level = "none"
        self.preferences = preferences
        self._glyphs = ASCII if preferences.ascii_only else UNICODE
        self._now = now
        self._copied = ""
        self._terminal = AppTerminal(
            self,
            leave_keys=("ctrl+q", *self._keys_of("leave")),
            suspend_keys=self._keys_of("suspend"),
            on_slow=self._link_changed,
            ending=ending,
            ascii_only=preferences.ascii_only,
            notifies=preferences.alerts.notification is not None,
        )
        self._key_order = KeyOrder(self, self._deliver)
        self._monitoring: list[Worker[None]] = []
        self._numbers = count(2)
        self._tempo = SPARING if preferences.sparing else USUAL
        self._mode = self.DEFAULT_MODE
        self.set_keymap(keymap(preferences.keys))
        self._show_profiles(specs)

    def _show_profiles(self, specs: Sequence[ProfileSpec]) -> None:
        self._watch_screen = WatchScreen(
            specs,
            glyphs=self._glyphs,
            now=self._now,
            keys=self.preferences.keys,
            tempo=self._tempo,
            show_title=self._terminal.set_title,
            step_theme=lambda: self.themes.step(self),
            alerts=self.preferences.alerts,
            announce=self._terminal.announce,
        )
        self._watch_screen.set_view(self.preferences.order, self.preferences.group_by)

    def get_default_screen(self) -> Screen[None]:
        """The watch screen is the one at the bottom."""
        return self._watch_screen

    def _keys_of(self, action: str) -> list[str]:
        return next(key.keys for key in self.preferences.keys if key.action == action).split(",")

    def on_load(self) -> None:
        """Ends in an orderly way when the system asks for it, from now on."""
        self._terminal.loop_started()

    def on_ready(self) -> None:
        """The first frame is out: connects."""
        self._terminal.first_frame_shown()
        # Only now, since a screen of a mode comes up more slowly than the default screen does.
        self.add_mode(self._mode, self.get_default_screen)
        self._begin()

    def _begin(self) -> None:
        self._monitoring = [
            self.run_worker(
                self._monitor(profile), name=profile.name, group="monitor", exit_on_error=False
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
        self._terminal.begin_exit(code)
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
        self._show_profiles(message.specs)
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

    async def _monitor(self, profile: ProfileView) -> None:
        connection = await asyncio.to_thread(profile.spec.connect, profile)
        try:
            connection.monitor.watch(connection.jobs)
            self._watch_screen.connect(profile, connection)
            async with asyncio.TaskGroup() as tasks:
                for run in connection.tasks:
                    tasks.create_task(run())
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
        """Whether the app has the terminal, and has not restored it."""
        return self._terminal.is_taken

    def leave_terminal(self, words: str) -> None:
        """Restores the terminal where the app has not, and writes last words to it."""
        self._terminal.restore(words)

    def end_from_thread(self) -> None:
        """Ends the app because one of its threads has failed."""
        self._terminal.exit_from_thread(1)

    def panic(self, *_: RenderableType) -> None:
        """Ends the app as `fault` does; what Textual has to say may show values."""
        self.fault(sys.exception())

    def notify(self, message: str, *, title: str = "", **options: Any) -> None:
        """Shows a toast, of two lines at most."""
        textual_internals.remove_empty_toasts(self.screen)
        super().notify(toast_text(title, message, self.size.width), **options)

    def on_notify(self, event: Notify) -> None:
        """Makes room for a toast, before Textual takes it."""
        textual_internals.make_room_for_toast(self, event.notification, MOST_TOASTS)

    def _fatal_error(self) -> None:
        # Instead of Textual's own, whose traceback shows the values of every frame, and so access
        # tokens. No public name is called there; `check_required_names` checks this one.
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
        """Handles an event in turn, unless it is a key or click whose effect nobody could see."""
        await self._key_order.take(event)

    async def _deliver(self, event: events.Event) -> None:
        if not self._terminal.intercepts(event):
            await super().on_event(event)

    async def on_key_settled(self, message: KeySettled) -> None:
        """Goes on with the keys that came close behind one that has acted now."""
        await self._key_order.settled(message)

    def pop_screen(self) -> AwaitComplete:
        """Closes the screen on top; keys that came meanwhile are for the one beneath."""
        closed = self.screen
        popped = super().pop_screen()
        self._key_order.screen_closed(closed)
        return popped

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Carries out an action; one of the list that makes no sense now says why."""
        if await super().run_action(action, default_namespace, namespaces):
            return True
        if isinstance(default_namespace, WatchScreen) and isinstance(action, str):
            return default_namespace.say_why_not(action)
        return False

    def copy_to_clipboard(self, text: str) -> None:
        """Copies a text to the terminal's clipboard, also through tmux and screen."""
        self._copied = text
        self._terminal.copy(text)

    @property
    def clipboard(self) -> str:
        """The text that was copied last; Textual's fields paste it."""
        return self._copied

    def action_suspend_process(self) -> None:
        """Leaves the terminal to the shell until the program is brought back."""
        self._terminal.suspend()

    def action_help_quit(self) -> None:
        """Says how to quit: ctrl+c is pressed by whoever expects that it does."""
        key = shown(",".join(self._keys_of("leave"))).split()[0]
        self.notify(f"Press {key} to quit.", markup=False)

    def action_help(self) -> None:
        """Shows the help."""
        read_only = self._watch_screen.workspace.here.spec.read_only
        keys = self.preferences.keys
        self.push_screen(opened().Help(keys, read_only=read_only, glyphs=self._glyphs))

    def action_command_palette(self) -> None:
        """Opens the command palette."""
        if not isinstance(self.screen, CommandPaletteScreen):
            self.push_screen(CommandPaletteScreen(id="--command-palette"))

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
        """Returns the filters for no colours and for ASCII, where they apply."""
        ascii_only = self.preferences.ascii_only
        return list(line_filters(self, super().get_line_filters(), ascii_only=ascii_only))

    def _link_changed(self, slow: bool) -> None:
        self._tempo = SPARING if slow or self.preferences.sparing else USUAL
        self._watch_screen.set_tempo(self._tempo)

    def action_redraw(self) -> None:
        """Draws everything again, whatever the terminal may show."""
        self._terminal.redraw()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        # No public method stands between what Textual makes and what it writes.
        super()._display(screen, self._terminal.diff(renderable))
        self._terminal.screen_drawn(screen)

    def post_display_hook(self) -> None:
        """Stops drawing while the terminal lags, and covers the screen while it is too small."""
        self._terminal.after_frame(textual_internals.driver_of(self))
        textual_internals.clear_render_caches()


def last_words(error: BaseException | None) -> Text:
    """What the terminal shows after an end that nobody wanted."""
    known = error if isinstance(error, ZcbulkError) else LimitError.of(error)
    if known is not None:
        return Text(f"zcbulk-tui: {known}")
    # Neither the error's words nor a value of a frame: they may be secret.
    frames = extract_tb(error.__traceback__) if error is not None else []
    frames_shown = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-_FRAMES:]]
    what = " at ".join(filter(None, (type(error).__name__, ", ".join(frames_shown))))
    where = f" ({what})" if error is not None else ""
    return Text(
        f"zcbulk-tui: A fault in this program ended it{where}. The watch list is safe. "
        "Please report it."
    )
