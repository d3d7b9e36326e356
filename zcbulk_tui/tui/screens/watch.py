"""The watch screen: the list of jobs, a line above it and a few below."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from zcbulk_tui.domain.job import Action, Environment
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot
from zcbulk_tui.monitor.events import CommandEnded, Event, JobChanged, JobRemoved, ServiceChanged
from zcbulk_tui.render import words
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span
from zcbulk_tui.render.status import Badge, about, news, preview, status_line
from zcbulk_tui.tui import (
    control_actions,
    keys,
    list_actions,
    memory_actions,
    profile_actions,
)
from zcbulk_tui.tui.messages import Happened
from zcbulk_tui.tui.pace_choice import PaceChoice
from zcbulk_tui.tui.session import Connection, Session
from zcbulk_tui.tui.widgets import painter
from zcbulk_tui.tui.widgets.job_list import JobList
from zcbulk_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from zcbulk_tui.monitor.archive import Archive
    from zcbulk_tui.monitor.monitor import Monitor
    from zcbulk_tui.tui.screens.budget import BudgetScreen

_FLUSH = 1.0
"""Seconds between two paintings of readings, if they come faster than that."""

_TICK = 5.0
"""Seconds between two looks at what the passing time has changed."""

_COUNTDOWN = 60.0
"""Seconds between two looks at how long the day still lasts."""

_NEWS_LINES = 2


class WatchScreen(Screen[None]):
    """Shows the jobs; the only writer of what is on it.

    Args:
        session: The profile.
        glyphs: The characters to draw with.
        now: The time of day; aware.
    """

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings()
    COMPONENT_CLASSES: ClassVar[set[str]] = painter.COMPONENT_CLASSES

    def __init__(self, session: Session, *, glyphs: Glyphs, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.monitor: Monitor | None = None
        self.archive: Archive | None = None
        self.session = session
        self.now = now
        self._pace: PaceChoice | None = None
        self._budget: BudgetScreen | None = None
        self.glyphs = glyphs
        self._service = ServiceSnapshot()
        self._inbox: list[Event] = []
        self._flushed_at = 0.0
        self._status = Lines(id="status")
        self._foot = Lines(id="foot")
        self.jobs = JobList(glyphs, now, on_select=self._show_lines, id="jobs")
        for snapshot in session.watched:
            self.jobs.put(snapshot)

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._status
        yield self.jobs
        yield self._foot

    def on_mount(self) -> None:
        """Sets up the clocks: that of the ages runs only while a job is unfinished."""
        self._clock = self.set_interval(_TICK, self.show_time, pause=True)
        self.set_interval(_COUNTDOWN, self._show_lines)

    def on_resize(self) -> None:
        """Fits the lines to the width."""
        self._show_lines()

    # What happens.

    def connect(self, connection: Connection) -> None:
        """Takes the monitor that carries out the keys, which has told of its jobs already."""
        monitor = self.monitor = connection.monitor
        self.archive = connection.archive
        self._pace = PaceChoice(self, monitor.day_plan, monitor.set_pace, self._show_budget)
        monitor.set_focus(focused=self.app.app_focus)
        watched = {job.snapshot.ref for job in connection.jobs}
        for snapshot in list(self.jobs.snapshots):
            if snapshot.ref not in watched:  # another window has just taken it off the list
                self.jobs.drop(snapshot.ref)
        self.flush()
        if self.session.problem is not None:
            # What is said in passing would stand before it.
            memory_actions.report(self, self.session.problem, self._say_notice)
        else:
            self._say_notice()

    def _say_notice(self) -> None:
        if self.session.notice:
            self.notify(self.session.notice, severity="warning", timeout=15, markup=False)

    def focus_changed(self, *, focused: bool) -> None:
        """Takes whether anybody looks."""
        if self.monitor is not None:
            self.monitor.set_focus(focused=focused)
            self._show_budget()

    def calls_left(self) -> str:
        """What is left of today's calls, in a sentence."""
        spent = self._service.spent
        return words.calls_left(spent) if spent is not None else ""

    def take(self, event: Event) -> None:
        """Takes what the monitor says; what comes close together is applied and shown together."""
        self._inbox.append(event)
        if len(self._inbox) == 1 or isinstance(event, CommandEnded):
            self.post_message(Happened())

    def on_happened(self) -> None:
        """Shows the news: at once what a command did, and after a quiet time; else in a while."""
        awaited = any(isinstance(event, CommandEnded) for event in self._inbox)
        due = self._flushed_at + _FLUSH - monotonic()
        if due > 0 and not awaited:
            self.set_timer(due, self.flush)
        else:
            self.flush()

    def flush(self) -> None:
        """Applies what has come, in its order, and shows what it has changed."""
        self._flushed_at = monotonic()
        events, self._inbox = self._inbox, []
        for event in events:
            self._apply(event)
        self.show_changes()

    def _apply(self, event: Event) -> None:
        match event:
            case JobChanged(snapshot):
                self.jobs.put(snapshot)
            case JobRemoved(ref):
                self.jobs.drop(ref)
            case ServiceChanged(service):
                profile_actions.report(self, self._service, service)
                memory_actions.tell(self, self._service, service)
                self._service = service
            case CommandEnded(job, command):
                control_actions.report(self.app, job, command)

    def show_time(self) -> None:
        """Shows what the passing time has changed."""
        self.jobs.paint(all_rows=True)
        self._show_lines()

    def show_changes(self) -> None:
        """Shows what has happened to jobs."""
        self.jobs.paint()
        self._show_lines()
        states = self.jobs.states.items()
        ages = any(count and not (state and state.is_final) for state, count in states)
        (self._clock.resume if ages else self._clock.pause)()

    def _show_lines(self) -> None:
        now, selected, width = self.now(), self.jobs.selected, self.size.width
        marks = (("READ-ONLY", self.session.read_only), ("NOT SAVED", self._service.unkept))
        notes = [note for note, applies in marks if applies]
        rule = (Span(self.glyphs.rule * width, Look.LEFT),)
        self._status.show(
            status_line(
                Badge(self.session.badge, self._environment()),
                notes,
                self.jobs.states,
                self._service,
                now,
                self.glyphs,
                width,
            ),
            rule,
        )
        self._foot.show(
            rule,
            about(selected, self.glyphs, width),
            *self._news(selected, now, width),
            keys.key_line(lambda action: self.check_action(action, ()), width),
        )

    def _environment(self) -> Environment | None:
        """Where what is done here takes effect: where it hurts most, if there are several."""
        if not self.session.is_real:
            return None
        real = Environment.PRODUCTION
        return real if self.jobs.environments[real] else self.session.home.environment

    def _show_budget(self) -> None:
        """Shows a change of the pace, here and on the budget screen."""
        self._show_lines()
        if self._budget is not None and self._budget.is_current:
            self._budget.show_plan()

    def _news(self, selected: JobSnapshot | None, now: datetime, width: int) -> list[Line]:
        spent = self._service.spent
        if spent is not None and self._pace is not None and self._pace.effect is not None:
            return preview(self._pace.effect, spent, width, _NEWS_LINES)
        return news(selected, spent, now, width, _NEWS_LINES)

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greys what makes no sense for the selected job, and hides what read-only forbids."""
        selected = self.jobs.selected
        if action in control_actions.ACTIONS:
            if self.session.read_only:
                return False
            allowed = selected is not None and selected.allows(control_actions.ACTIONS[action])
            return True if allowed and self.monitor else None
        if action in ("poll", "unwatch", "history", "edit"):
            return True if selected and self.monitor else None
        if action in ("add", "poll_all", "pause", "budget", "eager", "frugal", "log"):
            return True if self.monitor else None
        if action == "profile":
            return True if self.monitor and profile_actions.others(self.session) else None
        return super().check_action(action, parameters)

    def action_down(self) -> None:
        """See `keys.KEYS`, as for all that follow."""
        self.jobs.move(1)

    def action_up(self) -> None:
        self.jobs.move(-1)

    def action_top(self) -> None:
        self.jobs.move_to_end(last=False)

    def action_bottom(self) -> None:
        self.jobs.move_to_end(last=True)

    def action_page_down(self) -> None:
        self.jobs.move(self.jobs.page)

    def action_page_up(self) -> None:
        self.jobs.move(-self.jobs.page)

    def action_half_down(self) -> None:
        self.jobs.move(max(self.jobs.page // 2, 1))

    def action_half_up(self) -> None:
        self.jobs.move(-max(self.jobs.page // 2, 1))

    def action_start(self) -> None:
        control_actions.ask(self, Action.START)

    def action_abort(self) -> None:
        control_actions.ask(self, Action.ABORT)

    def action_poll(self) -> None:
        if self.jobs.selected:
            list_actions.poll(self, [self.jobs.selected.ref])

    def action_poll_all(self) -> None:
        list_actions.poll_all(self)

    def action_pause(self) -> None:
        if self.monitor:
            self.monitor.pause(paused=not self._service.paused)

    def action_add(self) -> None:
        list_actions.ask_to_add(self)

    def action_edit(self) -> None:
        list_actions.ask_to_edit(self)

    def action_unwatch(self) -> None:
        list_actions.ask_to_remove(self)

    def action_budget(self) -> None:
        from zcbulk_tui.tui.screens.budget import BudgetScreen

        if self.monitor and self._pace:
            self._budget = BudgetScreen(
                self.monitor.day_plan,
                lambda: self._service.paused,
                self._pace,
                self.monitor.enter_true_figure,
                glyphs=self.glyphs,
                now=self.now,
            )
            self.app.push_screen(self._budget)

    def action_history(self) -> None:
        memory_actions.show_history(self)

    def action_log(self) -> None:
        memory_actions.show_log(self)

    def action_eager(self) -> None:
        if self._pace:
            self._pace.step(1)

    def action_frugal(self) -> None:
        if self._pace:
            self._pace.step(-1)

    def action_profile(self) -> None:
        profile_actions.ask(self)

    def action_help(self) -> None:
        from zcbulk_tui.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(read_only=self.session.read_only))

    def action_palette(self) -> None:
        self.app.action_command_palette()

    def action_redraw(self) -> None:
        self.refresh(layout=True)

    def action_leave(self) -> None:
        self.app.exit()
