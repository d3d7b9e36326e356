"""The watch screen: what each of its keys does."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType

from zcbulk_tui.domain.job import Action
from zcbulk_tui.tui import (
    budget_actions,
    control_actions,
    copy_actions,
    list_actions,
    memory_actions,
    profile_actions,
    view_actions,
)
from zcbulk_tui.tui.input_driver import Paste
from zcbulk_tui.tui.keys import Key, bindings
from zcbulk_tui.tui.screens.watch_view import WatchView

_ABOUT_A_JOB = frozenset({"history", "edit"})
"""Actions that need the selected job, and what carries them out."""

_ABOUT_JOBS = frozenset({"poll", "unwatch"})
"""The same for marked jobs, too."""

_ABOUT_THE_LIST = frozenset(
    {"add", "poll_all", "pause", "budget", "eager", "frugal", "log"},
)
"""Actions that need what carries them out."""

_COPIES = frozenset({"copy", "copy_command"})
"""Actions that need marked jobs or the selected one."""

_ABOUT_WHAT_IS_SHOWN = frozenset(
    {"details", "zoom", "mark", "mark_all", "filter", "sort", "reverse"}
)
"""Actions that need a list that is not empty."""


def with_keys(keys: Sequence[Key]) -> type["WatchScreen"]:
    """Returns the watch screen with keys; Textual takes them from a class."""

    class BoundScreen(WatchScreen):
        BINDINGS: ClassVar[list[BindingType]] = bindings(keys)

    return BoundScreen


class WatchScreen(WatchView):
    """Does what the keys are for; `keys.KEYS` says what that is, for each method below."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greys what makes no sense for the selected job, and hides what read-only forbids."""
        connected = self.here.monitor is not None
        if action in control_actions.ACTIONS:
            if self.here.spec.read_only and not self.jobs.rows.marked:
                return False
            able = control_actions.targets(self, control_actions.ACTIONS[action]).able
            return True if able and connected else None
        if action in _ABOUT_A_JOB:
            return True if self.selected and connected else None
        if action in _ABOUT_JOBS:
            return True if connected and list_actions.meant(self) else None
        if action in _COPIES:
            return True if list_actions.meant(self) else None
        if action in _ABOUT_THE_LIST:
            return True if connected else None
        if action in _ABOUT_WHAT_IS_SHOWN:
            return True if len(self.jobs.rows) else None
        if action == "profile":
            return True if connected and profile_actions.others(self.here.spec) else None
        return super().check_action(action, parameters)

    def on_paste(self, event: events.Paste) -> None:
        """Offers to watch the jobs whose URLs were pasted."""
        if self.focused is not None or not self.check_action("add", ()):
            return
        urls = list_actions.job_urls(self, event.text)
        if not isinstance(event, Paste):
            urls = urls or [event.text]
        if urls:
            event.stop()
            list_actions.ask_to_add(self, *urls)

    # The cursor.

    def action_down(self) -> None:
        self.jobs.move(1)

    def action_up(self) -> None:
        self.jobs.move(-1)

    def action_top(self) -> None:
        self.jobs.move_to_end(last=False)

    def action_bottom(self) -> None:
        self.jobs.move_to_end(last=True)

    def action_page_down(self) -> None:
        self._page(1)

    def action_page_up(self) -> None:
        self._page(-1)

    def action_half_down(self) -> None:
        self._page(0.5)

    def action_half_up(self) -> None:
        self._page(-0.5)

    def _page(self, pages: float) -> None:
        """Moves by pages: the details while they fill the screen, else the cursor."""
        if self.details is not None and self.details.is_whole:
            self.details.scroll_pages(pages)
        else:
            rows = max(int(abs(pages) * self.jobs.page), 1)
            self.jobs.move(rows if pages > 0 else -rows)

    # The marked jobs, or the selected one.

    def action_start(self) -> None:
        control_actions.ask(self, Action.START)

    def action_abort(self) -> None:
        control_actions.ask(self, Action.ABORT)

    def action_poll(self) -> None:
        list_actions.poll(self, list_actions.meant(self), key="r")

    def action_details(self) -> None:
        view_actions.show_details(self)

    def action_history(self) -> None:
        memory_actions.show_history(self)

    def action_edit(self) -> None:
        list_actions.ask_to_edit(self)

    def action_copy(self) -> None:
        copy_actions.copy_ids(self)

    def action_copy_command(self) -> None:
        copy_actions.copy_commands(self)

    def action_unwatch(self) -> None:
        list_actions.ask_to_remove(self)

    # The list.

    def action_mark(self) -> None:
        if self.selected:
            self.jobs.rows.mark([self.selected.key])
            self.jobs.move(1)
            self.show_changes()

    def action_mark_all(self) -> None:
        self.jobs.rows.mark(self.jobs.rows.jobs)
        self.show_changes()

    def action_add(self) -> None:
        list_actions.ask_to_add(self)

    def action_poll_all(self) -> None:
        list_actions.poll_all(self)

    def action_pause(self) -> None:
        paused = not self.here.service.paused
        for profile in self.profiles:
            if profile.monitor is not None:
                profile.monitor.pause(paused=paused)

    def action_log(self) -> None:
        memory_actions.show_log(self)

    # The view.

    def action_filter(self) -> None:
        view_actions.ask_for_filter(self)

    def action_sort(self) -> None:
        view_actions.sort_by_next(self)

    def action_reverse(self) -> None:
        view_actions.sort_by(self, self.jobs.rows.order.by)

    def action_group(self) -> None:
        view_actions.group_by_next(self)

    def action_zoom(self) -> None:
        view_actions.zoom(self)

    def action_theme(self) -> None:
        view_actions.change_theme(self)

    def action_back(self) -> None:
        view_actions.back(self)

    # The calls.

    def action_budget(self) -> None:
        budget_actions.show(self)

    def action_eager(self) -> None:
        budget_actions.step(self, 1)

    def action_frugal(self) -> None:
        budget_actions.step(self, -1)

    # The program.

    def action_profile(self) -> None:
        profile_actions.ask(self)

    def action_help(self) -> None:
        from zcbulk_tui.tui.screens.help import HelpScreen

        read_only = self.here.spec.read_only
        self.app.push_screen(HelpScreen(self.keys, read_only=read_only, glyphs=self.glyphs))

    def action_palette(self) -> None:
        self.app.action_command_palette()

    async def action_redraw(self) -> None:
        await self.run_action("app.redraw")

    def action_suspend(self) -> None:
        self.app.action_suspend_process()

    def action_leave(self) -> None:
        self.app.exit()
