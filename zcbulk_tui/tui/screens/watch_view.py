"""What the watch screen shows of the workspace: the list, the lines around it, and the details."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from textual.app import ComposeResult
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.snapshot import JobKey
from zcbulk_tui.monitor.events import CommandEnded, Event
from zcbulk_tui.render import queue
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.order import GroupBy, Order, SortBy
from zcbulk_tui.render.span import Line, Look, Span, fit_line
from zcbulk_tui.render.window_title import TitleState
from zcbulk_tui.tui.alerting import AlertPreferences, together
from zcbulk_tui.tui.key_line import action_at, key_line
from zcbulk_tui.tui.keys import Key
from zcbulk_tui.tui.notices import Announcement, ErrorDialog, Notice, Toast
from zcbulk_tui.tui.profile_spec import Connection, ProfileSpec
from zcbulk_tui.tui.profile_view import JobPast, ProfileView
from zcbulk_tui.tui.screens.base import KeyedScreen
from zcbulk_tui.tui.widgets.job_list import JobList
from zcbulk_tui.tui.widgets.lines import Lines
from zcbulk_tui.tui.workspace import Details, Workspace

if TYPE_CHECKING:  # loaded when it is first shown
    from zcbulk_tui.tui.screens.budget import BudgetScreen
    from zcbulk_tui.tui.screens.opened import Opened
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

_WINDOW_TITLE = 5.0
"""Seconds for which the terminal's title may stay, while no job changes its state."""


_QUEUE_LINES = 5
"""Files on their way that have a line below the list; fewer on a low screen."""

_SAID = 4.0
"""Seconds for which something that is said in passing stands in the place of the key line."""

_PACE = 3.0
"""Seconds between the last key and the moment at which a pace counts."""


class EventsArrived(Message):
    """Posted when the inbox of the watch screen is no longer empty."""


class ProfilesChosen(Message):
    """Posted to the app when other profiles are to be shown.

    Args:
        specs: The profiles, ready to be shown.
    """

    def __init__(self, specs: Sequence[ProfileSpec]) -> None:
        super().__init__()
        self.specs = specs


def opened() -> "type[Opened]":
    """Returns what keys open, which is loaded with the first of it.

    With what draws it, it takes 10 % of the time to the first frame, which needs none of it.
    """
    from zcbulk_tui.tui.screens.opened import Opened

    return Opened


class WatchView(KeyedScreen[None]):
    """Shows the workspace.

    Attributes:
        workspace: What it shows.
        jobs: The list.
        details: The pane about the selected job; None until it is first shown.
        budget: The budget screen; None while it is not open.

    Args:
        specs: The profiles; at least one.
        glyphs: The characters to draw with.
        now: The time of day; aware.
        keys: What can be done by keys.
        tempo: How often it is painted.
        show_title: Called with what the terminal shows beside the picture.
        step_theme: Goes to the next theme; returns its name.
        alerts: Which way alerts take.
        announce: Has the terminal say something.
    """

    def __init__(
        self,
        specs: Sequence[ProfileSpec],
        *,
        glyphs: Glyphs,
        now: Callable[[], datetime],
        keys: Sequence[Key],
        tempo: Tempo,
        show_title: Callable[[TitleState], None],
        step_theme: Callable[[], str],
        alerts: AlertPreferences,
        announce: Callable[[Announcement], None],
    ) -> None:
        super().__init__(keys)
        self.workspace = Workspace(specs, glyphs, self._take, alerts)
        self.workspace.is_sparing = tempo is SPARING
        self.now = now
        self.glyphs = glyphs
        self.details: DetailPane | None = None
        self.budget: BudgetScreen | None = None
        self._inbox: list[tuple[ProfileView, Event]] = []
        self._flushed_at = 0.0
        self._titled: tuple[float, Counter[JobState | None]] | None = None
        self._said = ""
        self._said_timer: Timer | None = None
        self._key_row = 0
        self._pace_timers: dict[str, Timer] = {}
        self._tempo = tempo
        self._show_title = show_title
        self.step_theme = step_theme
        self._announce = announce
        self._status = Lines(id="status")
        self._queue = Lines(id="queue")
        self._foot = Lines(id="foot", on_click=self._click_key)
        self._body = Widget(id="body")
        self.jobs = JobList(
            self.workspace.rows,
            glyphs,
            now,
            on_select=self.show_lines,
            on_title=self.sort_by,
            on_open=self.toggle_details,
            hint=lambda: self.workspace.hint(self.key("add"), self.key("insert")),
            id="jobs",
        )
        self.jobs.shows_profile = len(specs) > 1
        self.jobs.marks_production = any(spec.is_real for spec in specs)

    def compose(self) -> ComposeResult:
        """From top to bottom; the details go beside or below the list."""
        yield self._status
        with self._body:
            yield self.jobs
        yield self._queue
        yield self._foot

    def on_mount(self) -> None:
        """Sets up the clocks: that of the ages runs only while a job is unfinished."""
        self._clock = self.set_interval(self._tempo.tick, self.show_time, pause=True)
        self.set_interval(_COUNTDOWN, self.show_time)

    def on_resize(self) -> None:
        """Fits the lines to the width."""
        self._fit_details()
        self.show_lines()

    def set_view(self, order: Order, group_by: GroupBy | None) -> None:
        """Shows the jobs in an order, and in groups."""
        self.workspace.rows.sort(order)
        self.workspace.rows.group(group_by)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greys what makes no sense for the selected job, and hides what read-only forbids."""
        able = self.workspace.can(action)
        return super().check_action(action, parameters) if able else able.state

    def say_why_not(self, action: str) -> bool:
        """Says why an action makes no sense now; returns whether that is so."""
        able = self.workspace.can(action)
        if not able:
            self.say(able.why_not)
        return not able

    def say(self, text: str) -> None:
        """Says something in passing, in the place of the key line and of what was said before."""
        self._said = text
        if self._said_timer is not None:
            self._said_timer.stop()
        self._said_timer = self.set_timer(_SAID, self._unsay)
        self.show_lines()

    def _unsay(self) -> None:
        self._said = ""
        self.show_lines()

    def key(self, action: str) -> str:
        """The key of an action, as people write it; empty where it has none."""
        return next(key.shown for key in self.keys if key.action == action)

    # What happens.

    def connect(self, profile: ProfileView, connection: Connection) -> None:
        """Takes the monitor that carries out the keys, which has reported its jobs already."""
        said = self.workspace.connect(profile, connection, focused=self.app.app_focus)
        self.jobs.shows_total = True
        self.flush()
        self.show_notices(said)

    def focus_changed(self, *, focused: bool) -> None:
        """Takes whether anybody looks."""
        self.workspace.set_focus(focused=focused)
        self.show_plan()
        self.jobs.paint()  # an empty list says whether somebody has signed in meanwhile

    def set_tempo(self, tempo: Tempo) -> None:
        """Paints more or less often from now on."""
        if tempo is self._tempo:
            return
        self._tempo = tempo
        self.workspace.is_sparing = tempo is SPARING
        self._clock.stop()
        self._clock = self.set_interval(tempo.tick, self.show_time, pause=True)
        self._keep_time()

    def _take(self, profile: ProfileView, event: Event) -> None:
        """Takes what a monitor says; what comes close together is applied and shown together."""
        self._inbox.append((profile, event))
        if len(self._inbox) == 1 or isinstance(event, CommandEnded):
            self.post_message(EventsArrived())

    def on_events_arrived(self) -> None:
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
        self.show_notices([notice for each in inbox for notice in self.workspace.apply(*each)])
        self.show_changes()
        titled = (self._flushed_at // _WINDOW_TITLE, Counter(self.workspace.rows.states))
        if titled != self._titled:
            self._titled = titled
            self._show_title(self.workspace.window_title())

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
        (self._clock.resume if self.workspace.has_unfinished else self._clock.pause)()

    def show_lines(self) -> None:
        """Shows the lines around the list, and the details."""
        now, width = self.now(), self.size.width
        rule: Line = (Span(self.glyphs.rule * width, Look.LEFT),)
        self._status.show(self.workspace.status(now, width), rule)
        self._show_queue(rule, width)
        about = self.workspace.about(now, width)
        self._key_row = 1 + len(about)
        keys = key_line(self.keys, self._state_of, width)
        said = fit_line([Span(f" {self._said}", Look.STRONG)], width) if self._said else keys
        self._foot.show(rule, *about, said)
        if self.details is not None and self.workspace.details is not Details.CLOSED:
            self._give_room()
            selected = self.workspace.selected
            results = self.workspace.results.of(selected) if selected is not None else ()
            service = self.workspace.here.service
            self.details.put(selected, service, results, self.workspace.rows.chain)

    def _show_queue(self, rule: Line, width: int) -> None:
        """Shows the files that are on their way, below the list, while there are some."""
        most = max(min(_QUEUE_LINES, self.size.height // 4), 1)
        files = queue.lines(self.workspace.files, self.glyphs, width, most)
        height = len(files) + 1 if files else 0
        if self._queue.styles.height is None or self._queue.styles.height.value != height:
            self._queue.styles.height = height
        self._queue.show(rule, *files)

    def _state_of(self, action: str) -> bool | None:
        return self.workspace.can(action).state

    async def _click_key(self, x: int, y: int) -> None:
        """Does what a key does on which somebody has clicked."""
        if self._said:
            self._unsay()  # a click on the message closes it
        elif y == self._key_row:
            action = action_at(self.keys, self._state_of, self.size.width, x)
            if action is not None:
                await self.run_action(action)

    def show_plan(self) -> None:
        """Shows a change of a pace, here and on the budget screen."""
        self.show_lines()
        if self.budget is not None and self.budget.is_current:
            self.budget.show_plan()

    def step_pace(self, profile: ProfileView, by: int) -> None:
        """Chooses another pace, which counts a moment after the last key."""
        profile.step_pace(by)
        timer = self._pace_timers.pop(profile.name, None)
        if timer is not None:
            timer.stop()
        if profile.pending_pace is not None:
            set_pace = partial(self._set_pace, profile)
            self._pace_timers[profile.name] = self.set_timer(_PACE, set_pace)
        self.show_plan()

    def _set_pace(self, profile: ProfileView) -> None:
        profile.set_pace()
        self.show_plan()

    def show_details(self) -> None:
        """Shows the details as the workspace has them from now on."""
        if self.details is None:
            # What draws it is not needed for the first frame; see `opened`.
            from zcbulk_tui.tui.widgets.detail_pane import DetailPane

            copy_keys = (self.key("copy"), self.key("copy_command"))
            self.details = DetailPane(self.glyphs, self.now, self._past, copy_keys)
            self._body.mount(self.details)
        self.details.scroll_to_top()
        self._fit_details()
        self.call_after_refresh(self.show_changes)

    def toggle_details(self) -> None:
        """Shows the details of the selected job, or hides them."""
        self.workspace.toggle_details()
        self.show_details()

    def _past(self, key: JobKey) -> JobPast | None:
        return self.workspace.profile(key.profile).past(key.ref)

    def _fit_details(self) -> None:
        if self.details is not None:
            details = self.workspace.details
            self.details.fit(self.size, whole=details is Details.WHOLE)
            self._give_room()
            self._body.set_class(self.details.is_beside, "beside")
            self.set_class(details is not Details.CLOSED, "detailed")

    def _give_room(self) -> None:
        """The list says it where nothing is selected, so it is not kept away then."""
        if self.details is not None:
            is_open = self.workspace.details is not Details.CLOSED
            nothing, fills = self.workspace.selected is None, self.details_fill
            self.details.display = is_open and not (nothing and fills)
            self.jobs.display = nothing or not fills

    @property
    def details_fill(self) -> bool:
        """Whether the details are in the place of the list."""
        is_open = self.workspace.details is not Details.CLOSED
        return is_open and self.details is not None and self.details.is_whole

    def show_notices(self, said: Iterable[Notice]) -> None:
        """Shows what is to be said: in passing, in dialogs, or by the terminal."""
        announcements: list[Announcement] = []
        for notice in said:
            match notice:
                case Toast():
                    self.app.notify(
                        notice.text,
                        title=notice.title,
                        severity=notice.severity,
                        timeout=notice.seconds,
                        markup=False,
                    )
                case ErrorDialog():
                    self._show_dialog(notice)
                case Announcement():
                    announcements.append(notice)
        if announcements:
            self._announce(together(announcements))

    def _show_dialog(self, notice: ErrorDialog) -> None:
        open_ones = (it for it in self.app.screen_stack if isinstance(it, opened().Notice))
        if notice.once and any(it.says(notice.error) for it in open_ones):
            return
        dialog = opened().Notice.of(
            notice.error, notice.title, occasion=notice.occasion, more=notice.more
        )

        def closed(action: str | None) -> None:
            self.show_notices(notice.then)
            if action is not None and not self._shows(action):
                self.call_later(self.run_action, action)

        self.app.push_screen(dialog, closed)

    def _shows(self, action: str) -> bool:
        """Whether the screen that an action opens is open, below a dialog."""
        screens = (it for it in self.app.screen_stack if it is not self)
        return any(isinstance(it, KeyedScreen) and action == it.CONTEXT for it in screens)

    def sort_by(self, column: SortBy) -> None:
        """Sorts by a column, or the other way round."""
        self.workspace.sort_by(column)
        self.show_changes()
