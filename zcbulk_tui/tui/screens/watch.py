"""The watch screen: its keys, as calls on the workspace and as dialogs."""

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType

from zcbulk_tui.domain.job import Action, JobRef, WatchedJob
from zcbulk_tui.domain.records import History
from zcbulk_tui.domain.snapshot import JobKey, Listed
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.render.clipboard import TMUX_OPTIONS, clipboard, status_command
from zcbulk_tui.render.columns import shown
from zcbulk_tui.tui import notices
from zcbulk_tui.tui.keys import Context, bindings
from zcbulk_tui.tui.notices import ErrorDialog
from zcbulk_tui.tui.profile_view import ProfileView
from zcbulk_tui.tui.screens.watch_view import ProfilesChosen, WatchView, opened
from zcbulk_tui.tui.terminal.input_driver import Paste
from zcbulk_tui.tui.terminal.tmux import tmux_options

if TYPE_CHECKING:  # loaded with what it is opened in
    from zcbulk_tui.domain.insertion import Prepared
    from zcbulk_tui.domain.job_text import FoundJobs
    from zcbulk_tui.tui.connection import Connection
    from zcbulk_tui.tui.question import Question

_MANY = 10
"""Calls from which on one key press asks first."""


class WatchScreen(WatchView):
    """Does what the keys are for; `keys.KEYS` says what that is, for each action below."""

    CONTEXT = Context.JOBS
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXT)

    def _ask(
        self, question: "Question", on_yes: Callable[[], None], over: Callable[[], str] = str
    ) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                on_yes()

        self.app.push_screen(opened().Confirm(question, over), answered)

    def connect(self, profile: ProfileView, connection: "Connection") -> None:
        """Takes the monitor; asks about the jobs of profiles that are no more."""
        super().connect(profile, connection)
        for other in profile.spec.stranded:
            self._ask_to_adopt(other)

    def _ask_to_adopt(self, other: str) -> None:
        """Asks where the jobs of a profile go, once all that they may be of are connected."""
        may = [it for it in self.workspace.profiles if other in it.spec.stranded]
        if any(it.monitor is None for it in may):
            return

        def adopt(profile: ProfileView) -> None:
            jobs = profile.spec.stranded[other]
            self.show_notices(self.workspace.adopt(profile, other, jobs))
            self.flush()

        def chosen(index: int | None) -> None:
            if index is not None and index < len(may):
                adopt(may[index])

        asked = opened().questions
        jobs, specs = may[0].spec.stranded[other], [it.spec for it in may]
        if len(may) > 1:
            choice = asked.choose_adopter(other, jobs, specs)
            self.app.push_screen(opened().Choose(*choice), chosen)
        else:
            self._ask(asked.adopt(other, jobs, specs[0]), lambda: adopt(may[0]))

    # The cursor.

    @property
    def page_lines(self) -> int:
        return self.jobs.page

    def move(self, lines: int) -> None:
        self.jobs.move(lines)

    def move_to_end(self, *, last: bool) -> None:
        self.jobs.move_to_end(last=last)

    def move_pages(self, pages: float) -> None:
        """Moves by pages: the details while they fill the screen, else the cursor."""
        if self.details is not None and self.details_fill:
            self.details.scroll_pages(pages)
        else:
            super().move_pages(pages)

    # The marked jobs, or the selected one.

    def action_start(self) -> None:
        self._command(Action.START)

    def action_abort(self) -> None:
        self._command(Action.ABORT)

    def _command(self, action: Action) -> None:
        """Asks whether to start or abort jobs; does it on a clear yes.

        A command is for what was shown: each is sent with the reading that the question was about.
        """
        jobs = self.workspace.target_jobs_of(action)
        if not jobs.able:
            return

        async def send() -> None:
            for listed in jobs.able:
                self.show_notices(await self.workspace.send(listed, action))

        def confirmed() -> None:
            self.workspace.rows.marked.clear()
            self.show_changes()
            # The app's own worker: the app hears of it if something unforeseen goes wrong.
            self.app.run_worker(send(), group="commands", exit_on_error=False)

        over = partial(opened().outdated.command, self.workspace, jobs.able, action)
        self._ask(
            opened().questions.command(self.workspace, jobs, action, self.now()), confirmed, over
        )

    def awaits_answer(self) -> bool:
        """Whether a command is not settled yet, whose monitor would be gone; says so then."""
        commands = (worker for worker in self.app.workers if worker.group == "commands")
        if not self.workspace.awaits_answer and all(it.is_finished for it in commands):
            return False
        self.show_notices([notices.UNSETTLED])
        return True

    def action_poll(self) -> None:
        self._poll(self.workspace.target_jobs(), "r")

    def _poll(self, jobs: Sequence[Listed], key: str) -> None:
        def confirmed() -> None:
            self.show_notices(self.workspace.poll(jobs, key=key))

        if len(jobs) < _MANY:
            confirmed()
        else:
            self._ask(opened().questions.poll(self.workspace, jobs), confirmed)

    def action_details(self) -> None:
        self.toggle_details()

    def action_history(self) -> None:
        selected, archive = self.workspace.selected, self.workspace.here.archive
        if selected is None or archive is None:
            return
        job = selected.snapshot.job

        def load() -> History:
            return archive.history(job.ref) or History(job, ())

        screen = opened().History(
            load,
            glyphs=self.glyphs,
            now=self.now,
            keys=self.keys,
            chain=partial(self.workspace.rows.chain_of, selected.key),
        )
        self.app.push_screen(screen)

    def action_results(self) -> None:
        self._show_results(self.workspace.target_jobs())

    def _show_results(self, jobs: Sequence[Listed], said: str = "") -> None:
        """Shows the results of jobs, and goes on with what is pressed there."""
        keys_of = [listed.key for listed in jobs]
        rows = self.workspace.rows

        def answered(action: str | None) -> None:
            if action is not None and keys_of[0] in rows:
                self._go_on_with(action, rows[keys_of[0]])

        screen = opened().Results(
            lambda: [rows[key] for key in keys_of if key in rows],
            self.workspace.results,
            self.workspace.here.calls_left,
            repairs=len(jobs) == 1 and bool(self.workspace.can("repair")),
            said=said,
            glyphs=self.glyphs,
            now=self.now,
            keys=self.keys,
        )
        self.app.push_screen(screen, answered)

    def action_failures(self) -> None:
        selected = self.workspace.selected
        self._go_on_with("failures", self.workspace.results.about("failures", selected))

    def action_repair(self) -> None:
        selected = self.workspace.selected
        self._go_on_with("repair", self.workspace.results.about("repair", selected))

    def _go_on_with(self, action: str, listed: Listed | None) -> None:
        """Shows the failures of a job, or their repair; its results where some are missing."""
        if listed is None:
            return
        here = self.workspace.profile(listed.profile)
        kinds = opened().FAILED if action == "repair" else opened().FAILED[:1]
        missing = self.workspace.results.lacks(listed, kinds)
        if here.failures is None:
            return
        if missing:
            label = listed.snapshot.job.label
            self._show_results([listed], f"What is missing of {label} has to be fetched first.")
            return
        job = opened().FailedJob(
            listed.snapshot,
            self.workspace.rows.chain_of(listed.key),
            here.failures,
            here.inserting,
            self.workspace.can("repair"),
            here.calls_left,
            self.now,
            here.left_rules,
        )

        answered = partial(self._take_file, here)
        if action == "repair":
            screen = opened().Repair(job, None, glyphs=self.glyphs, keys=self.keys)
            self.app.push_screen(screen, answered)
        else:
            failures = opened().Failures(job, self._copy_text, glyphs=self.glyphs, keys=self.keys)
            self.app.push_screen(failures, answered)

    def action_edit(self) -> None:
        selected = self.workspace.selected
        if selected is None:
            return

        def answered(job: WatchedJob | None) -> None:
            if job is not None:
                self.show_notices(self.workspace.edit(selected, job))
                self.flush()
                self.jobs.select_job(JobKey(selected.profile, job.ref))

        self.app.push_screen(opened().EditJob(selected.snapshot, self.now), answered)

    def action_alert_on_end(self) -> None:
        self.show_notices(self.workspace.toggle_alert_on_end(self.workspace.target_jobs()))

    def action_copy(self) -> None:
        ids = [listed.snapshot.ref.job_id for listed in self.workspace.target_jobs()]
        self._copy(ids, "the job's id" if len(ids) == 1 else f"{len(ids):,} ids")

    def action_copy_command(self) -> None:
        commands = [status_command(listed) for listed in self.workspace.target_jobs()]
        one = "a command that prints its status"
        self._copy(commands, one if len(commands) == 1 else f"{len(commands):,} commands")

    def _copy(self, lines: Sequence[str], what: str) -> None:
        self._copy_text("\n".join(lines), what)

    def _copy_text(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(text)
        if not os.environ.get("TMUX"):
            self.show_notices([notices.copied(clipboard(os.environ, {}), what)])
            return

        async def ask_tmux() -> None:
            # Each time: its options change while the program runs.
            options = await asyncio.to_thread(tmux_options, dict(os.environ), TMUX_OPTIONS)
            self.show_notices([notices.copied(clipboard(os.environ, options), what)])

        self.app.run_worker(ask_tmux(), group="clipboard", exit_on_error=False)

    def action_unwatch(self) -> None:
        jobs = self.workspace.target_jobs()

        def confirmed() -> None:
            self.show_notices(self.workspace.remove(jobs, undo_key=self.key("undo")))
            self.flush()  # the next key is about the next job

        if jobs:
            over = partial(opened().outdated.removal, self.workspace, jobs)
            self._ask(opened().questions.remove(self.workspace, jobs), confirmed, over)

    def action_undo(self) -> None:
        keys, said = self.workspace.undo()
        self.show_notices(said)
        self.flush()  # puts them on the list
        for key in keys[:1]:
            self.jobs.select_job(key)

    # The list.

    def action_mark(self) -> None:
        self.workspace.mark()
        self.jobs.move(1)
        self.show_changes()

    def action_mark_all(self) -> None:
        self.workspace.mark_all()
        self.show_changes()

    def action_unfold(self) -> None:
        self.workspace.rows.fold()
        self.show_changes()

    def on_paste(self, event: events.Paste) -> None:
        """Offers to watch the jobs whose URLs were pasted."""
        if self.focused is not None or not self.check_action("add", ()):
            return
        found = self._jobs_in(event.text)
        if isinstance(event, Paste) and not (found.jobs or found.left_out):
            return  # the app says that it did nothing
        event.stop()
        if opened().needs_list(found, event.text):
            self._ask_to_watch(found)
        else:
            self._ask_to_add(event.text)

    def action_add(self) -> None:
        self._ask_to_add()

    def _ask_to_add(self, pasted: str = "") -> None:
        """Asks for a job, and watches it; several that are pasted there are asked about."""
        here, like = self.workspace.here, self.workspace.selected

        def answered(answer: "WatchedJob | FoundJobs | None") -> None:
            if isinstance(answer, WatchedJob):
                self._add(here, [answer])
            elif answer is not None:
                self._ask_to_watch(answer)

        dialog = opened().AddJob(
            like.snapshot if like else None,
            here.spec.job_defaults,
            self.now,
            self._jobs_in,
            pasted=pasted,
            watched=self._refs_of(here),
        )
        self.app.push_screen(dialog, answered)

    def _jobs_in(self, text: str) -> "FoundJobs":
        return opened().jobs_in(text, self.workspace.here.spec.job_defaults)

    def _ask_to_watch(self, found: "FoundJobs") -> None:
        """Asks whether to watch the jobs of a text."""
        here = self.workspace.here

        def answered(jobs: list[WatchedJob] | None) -> None:
            if jobs:
                self._add(here, jobs)

        environment, watched = here.spec.job_defaults.environment, self._refs_of(here)
        dialog = opened().WatchJobs(found, environment, watched, self.glyphs, self.now)
        self.app.push_screen(dialog, answered)

    def _refs_of(self, profile: ProfileView) -> list[JobRef]:
        rows = self.workspace.rows
        return [listed.snapshot.ref for listed in rows if listed.profile == profile.name]

    def _add(self, profile: ProfileView, jobs: Sequence[WatchedJob]) -> None:
        self.show_notices(self.workspace.add(profile, *jobs))
        self.flush()  # puts new jobs on the list
        self.jobs.select_job(JobKey(profile.name, jobs[0].ref))

    def action_insert(self) -> None:
        """Asks for a file, and puts it into the queue."""
        here = self.workspace.here
        if here.inserting is None:
            return
        forms, calls_left = self.workspace.forms(here), here.calls_left
        screen = opened().InsertFile(
            here.inserting, here.spec.job_defaults, forms, calls_left, self.now
        )
        self.app.push_screen(screen, partial(self._take_file, here))

    def _take_file(self, profile: ProfileView, prepared: "Prepared | None") -> None:
        if prepared is not None:
            self.show_notices(self.workspace.insert(profile, prepared))
            self.flush()

    def action_queue(self) -> None:
        here = self.workspace.here
        actions = opened().QueueActions(here, self.show_notices)
        queue = opened().Queue
        screen = queue(
            lambda: here.files, actions, glyphs=self.glyphs, keys=self.keys, now=self.now
        )
        self.app.push_screen(screen)

    def action_night(self) -> None:
        opened().open_night(self.app, self.workspace.here, self.now, self.show_notices)

    def action_poll_all(self) -> None:
        self._poll(self.workspace.unfinished(), "R")

    def action_pause(self) -> None:
        self.workspace.toggle_pause()

    def action_log(self) -> None:
        archive = self.workspace.here.archive
        if archive is not None:
            screen = opened().Log(archive.log, glyphs=self.glyphs, now=self.now, keys=self.keys)
            self.app.push_screen(screen)

    # The view.

    def action_filter(self) -> None:
        if not self.query(opened().Filter):
            field = opened().Filter(self.workspace.rows.query, self._filter)
            self.mount(field, after="#foot")

    def _filter(self, text: str) -> None:
        self.workspace.rows.filter(text)
        self.show_changes()

    def action_sort(self) -> None:
        self.workspace.sort_by_next(shown(self.jobs.columns))
        self.show_changes()

    def action_reverse(self) -> None:
        self.sort_by(self.workspace.rows.order.by)

    def action_group(self) -> None:
        self.workspace.group_by_next()
        self.show_changes()

    def action_zoom(self) -> None:
        self.workspace.zoom(fills=self.details_fill)
        self.show_details()

    def action_theme(self) -> None:
        self.say(f"Theme: {self.step_theme()}")

    def action_back(self) -> None:
        before = self.workspace.details
        self.workspace.back()
        if self.workspace.details is not before:
            self.show_details()
        else:
            self.show_changes()

    # The calls.

    def action_budget(self) -> None:
        here = self.workspace.here
        if here.monitor is None:
            return
        self.budget = opened().Budget(
            here.monitor.day_plan,
            lambda: here.service.paused,
            lambda: here.pending_pace,
            partial(self.step_pace, here),
            here.monitor.enter_true_figure,
            glyphs=self.glyphs,
            now=self.now,
            keys=self.keys,
        )

        def closed(_: None) -> None:
            self.budget = None

        self.app.push_screen(self.budget, closed)

    def action_eager(self) -> None:
        self.step_pace(self.workspace.here, 1)

    def action_frugal(self) -> None:
        self.step_pace(self.workspace.here, -1)

    # The program.

    def action_profile(self) -> None:
        profiles = self.workspace.here.spec.profiles
        if profiles is None or self.awaits_answer():
            return
        names = [profile.name for profile in self.workspace.profiles]

        def answered(chosen: Sequence[str] | None) -> None:
            if chosen is None or list(chosen) == names:
                return
            try:
                specs = [profiles.open(name) for name in chosen]
            except ZcbulkError as error:
                self.show_notices([ErrorDialog(error)])
            else:
                self.post_message(ProfilesChosen(specs))

        self.app.push_screen(opened().Profiles(profiles.names, names, self.keys), answered)

    def action_leave(self) -> None:
        if self.workspace.close_details():
            self.show_details()
        else:
            self.app.exit()
