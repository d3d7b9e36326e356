"""What the watch screen shows: the list of jobs, lines above and below it, and the details."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from zcbulk_tui.domain.job import Environment, JobState
from zcbulk_tui.domain.sign_in import login
from zcbulk_tui.domain.snapshot import JobKey, Listed
from zcbulk_tui.monitor.events import CommandEnded, Event, JobChanged, JobRemoved, ServiceChanged
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.hints import first_run, nothing_found
from zcbulk_tui.render.order import Order
from zcbulk_tui.render.span import Line, Look, Span
from zcbulk_tui.render.status import Badge, Elsewhere, about, news, preview, status_line
from zcbulk_tui.tui import (
    control_actions,
    keys,
    memory_actions,
    profile_actions,
    view_actions,
)
from zcbulk_tui.tui.keys import Key
from zcbulk_tui.tui.messages import Happened
from zcbulk_tui.tui.pace_choice import PaceChoice
from zcbulk_tui.tui.profile_spec import Connection, ProfileSpec
from zcbulk_tui.tui.profile_view import ProfileView
from zcbulk_tui.tui.widgets import painter
from zcbulk_tui.tui.widgets.job_list import JobList
from zcbulk_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from zcbulk_tui.render.groups import GroupBy
    from zcbulk_tui.render.signs import Signs
    from zcbulk_tui.tui.screens.budget import BudgetScreen
    from zcbulk_tui.tui.widgets.detail_pane import DetailPane


class Tempo(NamedTuple):
    """How often the screen is painted.

    Attributes:
        flush: Seconds between two paintings of readings, if they come faster than that.
        tick: Seconds between two looks at what the passing time has changed.
    """

    flush: float
    tick: float


USUAL, SPARING = Tempo(1.0, 5.0), Tempo(5.0, 30.0)

_COUNTDOWN = 60.0
"""Seconds between two looks at how long the day still lasts."""

_SIGNS = 5.0
"""Seconds for which the terminal's title may stay, while no job changes its state."""

_NEWS_LINES = 2


class WatchView(Screen[None]):
    """Shows the jobs of one or several profiles; the only writer of what is on it.

    Attributes:
        profiles: The profiles that are shown; at least one.
        jobs: The list.
        details: The pane about the selected job; None until it is first asked for.
        step_theme: Goes to the next theme; tells its name.

    Args:
        specs: The profiles.
        glyphs: The characters to draw with.
        now: The time of day; aware.
        keys: What can be done by keys.
        tempo: How often it is painted.
        show_signs: Called with what the terminal shows beside the picture.
        step_theme: Goes to the next theme; tells its name.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = painter.COMPONENT_CLASSES

    def __init__(
        self,
        specs: Sequence[ProfileSpec],
        *,
        glyphs: Glyphs,
        now: Callable[[], datetime],
        keys: Sequence[Key],
        tempo: Tempo,
        show_signs: "Callable[[Signs], None]",
        step_theme: Callable[[], str],
    ) -> None:
        super().__init__()
        self.profiles = [ProfileView(spec, self) for spec in specs]
        self.now = now
        self.glyphs = glyphs
        self.keys = keys
        self.details: DetailPane | None = None
        self.budget: BudgetScreen | None = None
        self._inbox: list[tuple[ProfileView, Event]] = []
        self._flushed_at = 0.0
        self._signs_of: tuple[float, Counter[JobState | None]] | None = None
        self._noticed: set[str] = set()
        self._tempo = tempo
        self._show_signs = show_signs
        self.step_theme = step_theme
        self._status = Lines(id="status")
        self._foot = Lines(id="foot")
        self.body = Widget(id="body")
        self.jobs = JobList(
            glyphs,
            now,
            on_select=self.show_lines,
            on_title=lambda column: view_actions.sort_by(self, column),
            on_open=lambda: view_actions.show_details(self),
            hint=self._hint,
            id="jobs",
        )
        self.jobs.shows_profile = len(specs) > 1
        self.jobs.marks_production = any(spec.is_real for spec in specs)
        for profile in self.profiles:
            for snapshot in profile.spec.watched:
                self.jobs.rows.put(Listed(profile.name, snapshot))

    def compose(self) -> ComposeResult:
        """From top to bottom; the details go beside or below the list."""
        yield self._status
        with self.body:
            yield self.jobs
        yield self._foot

    def on_mount(self) -> None:
        """Sets up the clocks: that of the ages runs only while a job is unfinished."""
        self._clock = self.set_interval(self._tempo.tick, self.show_time, pause=True)
        self.set_interval(_COUNTDOWN, self.show_time)

    def on_resize(self) -> None:
        """Fits the lines to the width."""
        if self.details is not None:
            self.details.fit(self.size)
        self.show_lines()

    def set_view(self, order: Order, group_by: "GroupBy | None") -> None:
        """Shows the jobs in an order, and in groups."""
        self.jobs.rows.sort(order)
        self.jobs.rows.group(group_by)

    # Where we are.

    @property
    def selected(self) -> Listed | None:
        """The job under the cursor."""
        return self.jobs.selected

    @property
    def here(self) -> ProfileView:
        """The profile of the selected job."""
        selected = self.selected
        return self.profile(selected.profile) if selected else self.profiles[0]

    def profile(self, name: str) -> ProfileView:
        """The profile of a name, one of those that are shown."""
        return next(profile for profile in self.profiles if profile.name == name)

    def key(self, action: str) -> str:
        """How people write the key of an action; empty where it has none."""
        return next(key.shown for key in self.keys if key.action == action)

    # What happens.

    def connect(self, profile: ProfileView, connection: Connection) -> None:
        """Takes the monitor that carries out the keys, which has told of its jobs already."""
        monitor = profile.monitor = connection.monitor
        profile.archive = connection.archive
        profile.pace = PaceChoice(self, monitor.day_plan, monitor.set_pace, self.show_plan)
        monitor.set_focus(focused=self.app.app_focus)
        watched = {JobKey(profile.name, job.snapshot.ref) for job in connection.jobs}
        for listed in list(self.jobs.rows):
            if listed.profile == profile.name and listed.key not in watched:
                self.jobs.rows.drop(listed.key)  # another window has just taken it off the list
        self.jobs.shows_total = True
        self.flush()
        if profile.spec.problem is not None:
            # What is said in passing would stand before it.
            memory_actions.report(self, profile.spec.problem, lambda: self._say_notice(profile))
        else:
            self._say_notice(profile)

    def _say_notice(self, profile: ProfileView) -> None:
        notice = profile.spec.notice
        if notice and notice not in self._noticed:
            self._noticed.add(notice)
            self.notify(notice, severity="warning", timeout=15, markup=False)

    def focus_changed(self, *, focused: bool) -> None:
        """Takes whether anybody looks."""
        for profile in self.profiles:
            if profile.monitor is not None:
                profile.monitor.set_focus(focused=focused)
        self.show_plan()
        self.jobs.paint()  # an empty list says whether somebody has signed in meanwhile

    def set_tempo(self, tempo: Tempo) -> None:
        """Paints more or less often from now on."""
        if tempo is self._tempo:
            return
        self._tempo = tempo
        self._clock.stop()
        self._clock = self.set_interval(tempo.tick, self.show_time, pause=True)
        self._keep_time()

    def take(self, profile: ProfileView, event: Event) -> None:
        """Takes what a monitor says; what comes close together is applied and shown together."""
        self._inbox.append((profile, event))
        if len(self._inbox) == 1 or isinstance(event, CommandEnded):
            self.post_message(Happened())

    def on_happened(self) -> None:
        """Shows the news: at once what a command did, and after a quiet time; else in a while."""
        awaited = any(isinstance(event, CommandEnded) for _, event in self._inbox)
        due = self._flushed_at + self._tempo.flush - monotonic()
        if due > 0 and not awaited:
            self.set_timer(due, self.flush)
        else:
            self.flush()

    def flush(self) -> None:
        """Applies what has come, in its order, and shows what it has changed."""
        self._flushed_at = monotonic()
        inbox, self._inbox = self._inbox, []
        for profile, event in inbox:
            self._apply(profile, event)
        self.show_changes()
        of = (self._flushed_at // _SIGNS, Counter(self.jobs.rows.states))
        if of != self._signs_of:
            self._signs_of = of
            self._show_signs(self._signs())

    def _signs(self) -> "Signs":
        # Not before the first frame, which is not to wait for this.
        from zcbulk_tui.render.signs import faults_and_share, signs

        faults, share = faults_and_share(listed.snapshot for listed in self.jobs.rows)
        return signs(self.jobs.rows.states, faults, share, self.glyphs)

    def _apply(self, profile: ProfileView, event: Event) -> None:
        match event:
            case JobChanged(snapshot):
                self.jobs.rows.put(Listed(profile.name, snapshot))
            case JobRemoved(ref):
                self.jobs.rows.drop(JobKey(profile.name, ref))
            case ServiceChanged(service):
                before, profile.service = profile.service, service
                profile_actions.report(self, profile, before)
                memory_actions.tell(self, profile, before)
            case CommandEnded(job, command):
                control_actions.report(self.app, job, command)

    # What is shown.

    def show_time(self) -> None:
        """Shows what the passing time has changed."""
        self.jobs.paint(all_rows=True)
        self.show_lines()

    def show_changes(self) -> None:
        """Shows what has happened to jobs."""
        self.jobs.paint()
        self.show_lines()
        self._keep_time()

    def _keep_time(self) -> None:
        states = self.jobs.rows.states.items()
        ages = any(count and not (state and state.is_final) for state, count in states)
        (self._clock.resume if ages else self._clock.pause)()

    def show_lines(self) -> None:
        """Shows the lines around the list, and the details."""
        now, here, width = self.now(), self.here, self.size.width
        rule: Line = (Span(self.glyphs.rule * width, Look.LEFT),)
        status = status_line(
            Badge(here.name, self._environment()),
            self._notes(),
            self.jobs.rows.states,
            here.service,
            now,
            self.glyphs,
            width,
            [
                Elsewhere(it.name, it.service, self.jobs.rows.failing[it.name])
                for it in self.profiles
                if it is not here
            ],
            self.jobs.rows.failing[here.name],
        )
        self._status.show(status, rule)
        key_line = keys.key_line(self.keys, lambda action: self.check_action(action, ()), width)
        told_already = self.details is not None and self.details.is_open
        self._foot.show(rule, *([] if told_already else self._about(now, width)), key_line)
        if self.details is not None:
            self.details.show_selected()

    def _about(self, now: datetime, width: int) -> list[Line]:
        """The lines about the selected job."""
        several = len(self.profiles) > 1
        where = about(self.selected, self.glyphs, width, with_profile=several)
        return [where, *self._news(now, width)]

    def show_plan(self) -> None:
        """Shows a change of a pace, here and on the budget screen."""
        self.show_lines()
        if self.budget is not None and self.budget.is_current:
            self.budget.show_plan()

    def _notes(self) -> list[str]:
        """What must not be overlooked."""
        marked = len(self.jobs.rows.marked)
        notes = {
            "SIGNED OUT": not len(self.jobs.rows) and not self._is_signed_in(),
            "READ-ONLY": self.here.spec.read_only,
            "NOT SAVED": any(profile.service.unkept for profile in self.profiles),
            f"{marked:,} MARKED": marked,
            "SLOW LINK": self._tempo is SPARING,
        }
        return [note for note, applies in notes.items() if applies]

    def _environment(self) -> Environment | None:
        """Where what is done here takes effect: where it hurts most, if there are several."""
        here, selected = self.here, self.selected
        if not here.spec.is_real:
            return None
        if len(self.profiles) > 1 and selected is not None:
            return selected.snapshot.ref.environment
        if self.jobs.rows.environments[Environment.PRODUCTION]:
            return Environment.PRODUCTION
        return here.spec.job_defaults.environment

    def _news(self, now: datetime, width: int) -> list[Line]:
        selected, here = self.selected, self.here
        spent, effect = here.service.spent, here.pace.effect if here.pace else None
        if spent is not None and effect is not None:
            return preview(effect, spent, width, _NEWS_LINES)
        return news(selected.snapshot if selected else None, here.service, now, width, _NEWS_LINES)

    def _is_signed_in(self) -> bool:
        """Whether Zoho can be asked, as far as that is known before it was."""
        service = self.here.service
        return service.no_token is None and (
            service.answered is not None or self.here.spec.is_signed_in()
        )

    def _hint(self) -> list[Line]:
        """What is said in the place of the jobs: how to begin, or that the filter finds nothing."""
        rows = self.jobs.rows
        if len(rows):
            return nothing_found(rows.asked, len(rows))
        return first_run("" if self._is_signed_in() else login(self.here.name), add=self.key("add"))
