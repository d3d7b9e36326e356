"""The model of the watch screen: what it shows, what its keys are about, and what they do.

It knows no terminal: time is an argument, what is to be said comes back as `notices`, and questions
are made of it by `questions`. Data runs one way: an event of a monitor comes to `apply`, and a
request to a monitor shows in the list only once an event reports its effect.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from zcbulk_tui.domain.commands import login
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.form import FormRef, known_forms
from zcbulk_tui.domain.insertion import Prepared, QueuedFile
from zcbulk_tui.domain.job import Action, Environment, WatchedJob
from zcbulk_tui.domain.snapshot import JobKey, Listed
from zcbulk_tui.errors import ConfigError, FaultError, QuotaSpentError, UsageError
from zcbulk_tui.monitor.events import (
    AlertCleared,
    AlertNotSent,
    AlertRaised,
    CommandEnded,
    ContractContradicted,
    Event,
    JobChanged,
    JobRemoved,
    NightChanged,
    PartFailed,
    QueueChanged,
    ReportNotWritten,
    ResultChanged,
    ServiceChanged,
)
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.hints import first_run, nothing_found
from zcbulk_tui.render.night import mark
from zcbulk_tui.render.order import GroupBy, Order, SortBy, first
from zcbulk_tui.render.span import Line
from zcbulk_tui.render.status import Badge, Elsewhere, about, preview, status_line, summary
from zcbulk_tui.render.window_title import TitleState, faults_and_share, title_state
from zcbulk_tui.tui import availability, notices
from zcbulk_tui.tui.alerting import Alerting, AlertPreferences
from zcbulk_tui.tui.availability import Availability
from zcbulk_tui.tui.job_edit import JobEdit
from zcbulk_tui.tui.job_results import JobResults
from zcbulk_tui.tui.job_rows import JobRows
from zcbulk_tui.tui.notices import ErrorDialog, Notice
from zcbulk_tui.tui.profile_spec import ProfileSpec
from zcbulk_tui.tui.profile_view import ProfileView
from zcbulk_tui.tui.removal import Removal

if TYPE_CHECKING:  # loaded with what it connects to, after the first frame
    from zcbulk_tui.tui.connection import Connection

_NEWS_LINES = 2

_DEFAULT_ALERTS = AlertPreferences()


class Details(Enum):
    """How much of the screen the details of the selected job are to have."""

    CLOSED = "closed"
    SHARED = "shared"
    WHOLE = "whole"


class Targets(NamedTuple):
    """The jobs that a command is for.

    Attributes:
        able: Those that it makes sense for.
        left_out: The others that are marked.
    """

    able: Sequence[Listed]
    left_out: Sequence[Listed] = ()


class Workspace:
    """The jobs of one or several profiles; `apply` is the only writer of what is known of them.

    Attributes:
        profiles: The profiles that are shown; at least one.
        rows: The jobs, with order, filter, groups, marks and cursor.
        results: The results of the jobs.
        details: Whether the details are shown, and how.
        is_sparing: Whether the screen is painted less often.
        glyphs: The characters to draw with.

    Args:
        specs: The profiles.
        glyphs: The characters to draw with.
        take: Called with each event of a monitor; hands it to `apply` when it is time to.
        alerts: Which way alerts take.
    """

    def __init__(
        self,
        specs: Sequence[ProfileSpec],
        glyphs: Glyphs,
        take: Callable[[ProfileView, Event], None],
        alerts: AlertPreferences = _DEFAULT_ALERTS,
    ) -> None:
        self.profiles = [ProfileView(spec, take) for spec in specs]
        self.glyphs = glyphs
        self.rows = JobRows()
        self.details = Details.CLOSED
        self.is_sparing = False
        self._warned: set[str] = set()
        self._removal = removal = Removal(self.rows, lambda name: self.profile(name).monitor)
        self.remove, self.undo = removal.remove, removal.undo
        editing = JobEdit(self.rows, self.profile, removal.keep_place)
        self.edit, self.toggle_alert_on_end = editing.edit, editing.toggle_alert_on_end
        self._alerting = Alerting(self.rows, alerts)
        self.results = JobResults(self.rows, self.profile)
        for profile in self.profiles:
            for snapshot in profile.spec.watched:
                self.rows.put(Listed(profile.name, snapshot))

    # What happens.

    def connect(
        self, profile: ProfileView, connection: "Connection", *, focused: bool
    ) -> list[Notice]:
        """Takes the monitor that carries out the keys, which has reported its jobs already.

        Args:
            profile: Whose.
            connection: What there is now.
            focused: Whether anybody looks.

        Returns:
            What is to be said of it.
        """
        profile.connect(connection)
        connection.monitor.set_focus(focused=focused)
        watched = {JobKey(profile.name, job.snapshot.ref) for job in connection.jobs}
        for listed in list(self.rows):
            if listed.profile == profile.name and listed.key not in watched:
                self.rows.drop(listed.key)  # another window has just taken it off the list
        warning = profile.spec.notice
        said = notices.at_start(profile.spec.problem, "" if warning in self._warned else warning)
        self._warned.add(warning)
        return said

    def apply(self, profile: ProfileView, event: Event) -> list[Notice]:
        """Applies an event of a profile's monitor; returns what is to be said of it."""
        match event:
            case JobChanged(snapshot):
                self._removal.put(Listed(profile.name, snapshot))
            case JobRemoved(ref):
                self.rows.drop(JobKey(profile.name, ref))
            case ServiceChanged(service):
                before, profile.service = profile.service, service
                is_empty, is_known = not len(self.rows), profile.spec.problem is not None
                return [
                    *notices.sign_in(profile.name, before, service, list_is_empty=is_empty),
                    *notices.saving(before, service, is_known=is_known),
                    *notices.publishing(before, service),
                ]
            case QueueChanged():
                self.rows.set_files(profile.name, event.files)
                files, stop = profile.files, profile.stop
                profile.files, profile.stop = event.files, event.stop
                return [*notices.queue_stop(stop, event.stop), *notices.queue(files, event.files)]
            case NightChanged():
                profile.night = event.night
                return [notices.night_ended(event.ended)] if event.ended is not None else []
            case CommandEnded(job, command):
                return [notices.command_ended(job, command)]
            case ResultChanged():
                return self.results.take(profile, event)
            case AlertRaised(alert):
                return self._alerting.raised(alert, profile.name)
            case AlertCleared(alert):
                self._alerting.cleared(alert, profile.name)
            case AlertNotSent() | ReportNotWritten() | ContractContradicted() | PartFailed():
                return [notices.about_profile(profile.name, event)]
        return []

    # Where we are.

    @property
    def selected(self) -> Listed | None:
        """The job under the cursor; on the line of a chain the newest one."""
        return self.rows.selected

    @property
    def here(self) -> ProfileView:
        """The profile of the selected job."""
        selected = self.selected
        return self.profile(selected.profile) if selected else self.profiles[0]

    def profile(self, name: str) -> ProfileView:
        """Returns the profile of a name, one of those that are shown."""
        return next(profile for profile in self.profiles if profile.name == name)

    def target_jobs(self) -> list[Listed]:
        """Returns the jobs that a key is about: the marked ones, else the selected one."""
        if self.rows.marked:
            return [self.rows[key] for key in self.rows.marked]
        return [self.selected] if self.selected else []

    def target_jobs_of(self, action: Action) -> Targets:
        """Returns the jobs of `target_jobs` that a command makes sense for, and the others.

        What is read-only, or not connected yet, is not commanded.
        """
        able: list[Listed] = []
        left_out: list[Listed] = []
        for listed in self.target_jobs():
            profile = self.profile(listed.profile)
            can = profile.monitor is not None and not profile.spec.read_only
            (able if can and listed.snapshot.allows(action) else left_out).append(listed)
        return Targets(able, left_out)

    def unfinished(self) -> list[Listed]:
        """Returns the jobs that are shown and not over."""
        shown = [self.rows[key] for key in self.rows.jobs]
        return [listed for listed in shown if not listed.snapshot.is_final]

    def can(self, action: str) -> Availability:
        """Returns whether an action makes sense now, and why not."""
        here, command = self.here, availability.COMMANDS.get(action)
        nothing = availability.NONE_FOUND if len(self.rows) else availability.NO_JOBS
        if command and here.spec.read_only and not self.rows.marked:
            return availability.READ_ONLY
        if action == "profile" and not here.others:
            return availability.ONE_PROFILE
        if action in availability.NEED_A_CONNECTION and here.monitor is None:
            return availability.NOT_CONNECTED
        if action in ("insert", "repair") and here.spec.read_only:
            return availability.READ_ONLY
        if {"insert": here.inserting, "night": here.watch}.get(action, here) is None:
            return availability.NOT_CONNECTED
        if action == "undo" and not self._removal.can_undo:
            return availability.NOTHING_REMOVED
        if action in availability.NEED_A_LIST and not len(self.rows):
            return nothing
        if action in availability.NEED_A_JOB and self.selected is None:
            return nothing
        if action in availability.NEED_JOBS and not self.target_jobs():
            return nothing
        if action == "unfold" and self.rows.chain is None:
            return availability.NO_CHAIN
        if command and not self.target_jobs_of(command).able:
            return availability.none_fits(command, self.target_jobs())
        if action == "alert_on_end":
            return availability.of_alert_on_end(self.target_jobs())
        if action in availability.ABOUT_RESULTS:
            return self.results.can(action, here, self.selected, self.target_jobs())
        return availability.AVAILABLE

    @property
    def files(self) -> list[QueuedFile]:
        """The files that are on their way into forms, of all profiles."""
        return [file for profile in self.profiles for file in profile.files]

    @property
    def awaits_answer(self) -> bool:
        """Whether it is not known yet what became of a command."""
        commands = (listed.snapshot.command for listed in self.rows)
        return any(command and command.outcome is Outcome.SENT for command in commands)

    # Requests to the monitors.

    def set_focus(self, *, focused: bool) -> None:
        """Takes whether anybody looks."""
        for profile in self.profiles:
            if profile.monitor is not None:
                profile.monitor.set_focus(focused=focused)

    def toggle_pause(self) -> None:
        """Pauses the polls of all profiles, or resumes them."""
        paused = not self.here.service.paused
        for profile in self.profiles:
            if profile.monitor is not None:
                profile.monitor.pause(paused=paused)

    def poll(self, jobs: Iterable[Listed], *, key: str) -> list[Notice]:
        """Polls jobs; says why, where the day's calls do not allow it."""
        said: list[Notice] = []
        by_profile = sorted(jobs, key=lambda listed: listed.profile)
        for name, members in groupby(by_profile, key=lambda listed: listed.profile):
            monitor = self.profile(name).monitor
            try:
                if monitor is not None:
                    monitor.poll_now([listed.snapshot.ref for listed in members], key=key)
            except QuotaSpentError as error:
                said.append(notices.quota(error))
        return said

    async def send(self, listed: Listed, action: Action) -> list[Notice]:
        """Sends a command for what was shown: with the reading that the question was about.

        Returns:
            Why it was not sent; what became of it is an event.
        """
        monitor = self.profile(listed.profile).monitor
        if monitor is None or listed.key not in self.rows:
            return []  # it was taken off the list meanwhile, here or in another window
        try:
            await monitor.command(listed.snapshot.ref, action, listed.snapshot.last)
        except UsageError as error:
            return [ErrorDialog(error, f"{listed.snapshot.job.label}: {error.title}")]
        return []

    def add(self, profile: ProfileView, *jobs: WatchedJob) -> list[Notice]:
        """Watches jobs, all or none; says why, where that cannot be or need not be."""
        new = [job for job in jobs if JobKey(profile.name, job.ref) not in self.rows]
        if not new:
            return [notices.listed_already(job) for job in jobs[:1]]
        try:
            if profile.monitor is not None:
                profile.monitor.add(*new)
        except ConfigError as error:
            return [ErrorDialog(error)]
        return []

    def insert(self, profile: ProfileView, prepared: Prepared) -> list[Notice]:
        """Puts files into the queue; says why, where that cannot be."""
        try:
            if profile.inserting is not None:
                profile.inserting.queue.add(*prepared.insertions)
        except (ConfigError, FaultError) as error:
            return [ErrorDialog(error)]
        return []

    def forms(self, profile: ProfileView) -> list[FormRef]:
        """Returns the forms of a profile's jobs, each once, that of the selected job first."""
        refs = [listed.snapshot.ref for listed in self.rows if listed.profile == profile.name]
        if self.selected is not None and self.selected.profile == profile.name:
            refs.append(self.selected.snapshot.ref)
        return known_forms(map(FormRef.of, refs))

    def adopt(self, profile: ProfileView, other: str, jobs: Sequence[WatchedJob]) -> list[Notice]:
        """Moves jobs of a profile that is no more to another; says why, where that cannot be."""
        try:
            if profile.monitor is not None:
                profile.monitor.adopt(other, jobs)
        except ConfigError as error:
            return [ErrorDialog(error)]
        return []

    # Which jobs are shown, and how.

    def sort_by(self, column: SortBy) -> None:
        """Sorts by a column; if it is sorted by it already, the other way round."""
        order = self.rows.order
        again = order.by is column
        self.rows.sort(Order(column, not order.descending if again else first(column)))

    def sort_by_next(self, columns: Sequence[SortBy]) -> None:
        """Sorts by the next of the columns on the screen; after the last by when jobs were added.

        Args:
            columns: From left to right; the order in which jobs were added among them.
        """
        by = self.rows.order.by
        # One that has left since, as the screen narrowed, is before the first.
        place = columns.index(by) + 1 if by in columns else 0
        column = columns[place % len(columns)]
        self.rows.sort(Order(column, first(column)))

    def group_by_next(self) -> None:
        """Puts the jobs together by what comes next; after the last not at all."""
        kinds = list(GroupBy)
        before = self.rows.group_by
        by = kinds[(kinds.index(before) + 1 if before else 1) % len(kinds)]
        self.rows.group(None if by is GroupBy.NONE else by)

    def mark(self) -> None:
        """Marks the selected job, or all jobs of a chain, or takes their marks off."""
        if self.rows.place is not None:
            self.rows.mark(self.rows.jobs_at(self.rows.place))

    def mark_all(self) -> None:
        """Marks all jobs that are shown, or none."""
        self.rows.mark(self.rows.jobs)

    def close_details(self) -> bool:
        """Hides the details; returns whether there were any."""
        was_open = self.details is not Details.CLOSED
        self.details = Details.CLOSED
        return was_open

    def toggle_details(self) -> None:
        """Shows the details of the selected job, or hides them."""
        is_closed = self.details is Details.CLOSED
        self.rows.hold()
        self.details = Details.SHARED if is_closed else Details.CLOSED

    def zoom(self, *, fills: bool) -> None:
        """Gives the details the whole screen, or a part of it again.

        Args:
            fills: Whether they have all of it now, be it for want of room.
        """
        self.details = Details.SHARED if fills else Details.WHOLE

    def back(self) -> None:
        """Takes back one thing: the filter, else the marks, else the details."""
        if self.rows.query:
            self.rows.filter("")
        elif self.rows.marked:
            self.rows.marked.clear()
        else:
            self.details = Details.CLOSED

    # What is said around the list.

    @property
    def has_unfinished(self) -> bool:
        """Whether there is a job whose age still goes on."""
        states = self.rows.states.items()
        return any(count and not (state and state.is_final) for state, count in states)

    def window_title(self) -> TitleState:
        """Returns what the window of the terminal shows beside the picture."""
        faults, share = faults_and_share(listed.snapshot for listed in self.rows)
        return title_state(self.rows.states, faults, share, self.glyphs)

    @property
    def badge(self) -> Badge:
        """Where we are, and where what is done takes effect: the worst place of several."""
        here, selected = self.here, self.selected
        environment: Environment | None = here.spec.job_defaults.environment
        if not here.spec.is_real:
            environment = None
        elif len(self.profiles) > 1 and selected is not None:
            environment = selected.snapshot.ref.environment
        elif self.rows.environments[Environment.PRODUCTION]:
            environment = Environment.PRODUCTION
        return Badge(here.name, environment)

    @property
    def notes(self) -> list[str]:
        """What must not be overlooked."""
        marked = len(self.rows.marked)
        notes = {
            "SIGNED OUT": self.here.service.no_token is None and not self.here.is_signed_in,
            "READ-ONLY": self.here.spec.read_only,
            "QUEUE STOPPED": any(profile.stop is not None for profile in self.profiles),
            "NOT SAVED": any(profile.service.unkept for profile in self.profiles),
            "NOT PUBLISHED": any(profile.service.unpublished for profile in self.profiles),
            **{f"{it.upper()} FAILED": True for p in self.profiles for it in p.service.failed},
            f"{marked:,} MARKED": marked,
            "SLOW LINK": self.is_sparing,
        }
        return [note for note, applies in notes.items() if applies]

    def status(self, now: datetime, width: int) -> Line:
        """Returns the line above the list."""
        here, failing = self.here, self.rows.failing
        return status_line(
            self.badge,
            self.notes,
            self.rows.states,
            here.service,
            now,
            self.glyphs,
            width,
            [
                Elsewhere(it.name, it.service, failing[it.name])
                for it in self.profiles
                if it is not here
            ],
            failing[here.name],
            mark(here.night, now) if here.night is not None else "",
        )

    def about(self, now: datetime, width: int) -> list[Line]:
        """Returns the lines about the selected job; none while the details say it."""
        if self.details is not Details.CLOSED:
            return []
        selected, here = self.selected, self.here
        where = about(selected, self.glyphs, width, with_profile=len(self.profiles) > 1)
        spent = here.service.spent
        if spent is not None and here.effect is not None:
            return [where, *preview(here.effect, spent, width, _NEWS_LINES)]
        snapshot = selected.snapshot if selected else None
        return [where, *summary(snapshot, here.service, now, width, _NEWS_LINES, self.rows.chain)]

    def hint(self, add_key: str, insert_key: str) -> list[Line]:
        """Returns what is said in the place of the jobs: how to begin, or that none is found.

        Args:
            add_key: The key that adds a job, as people write it.
            insert_key: The key that inserts a file.
        """
        if len(self.rows):
            return nothing_found(self.rows.query, len(self.rows))
        here = self.here
        sign_in = "" if here.is_signed_in else login(here.name)
        insert = "" if here.spec.read_only else insert_key
        return first_run(sign_in, add=add_key, insert=insert)
