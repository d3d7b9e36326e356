"""Adding, removing and polling jobs from the screen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.errors import ConfigError, QuotaSpentError

if TYPE_CHECKING:
    from zcbulk_tui.tui.screens.watch import WatchScreen

_MANY = 10
"""Calls from which on one key press asks first."""


def ask_to_add(screen: "WatchScreen") -> None:
    """Asks for a job, and watches it."""
    from zcbulk_tui.tui.screens.add_job import AddJobScreen

    def answered(job: WatchedJob | None) -> None:
        if job is None or screen.monitor is None:
            return
        if job.ref in screen.jobs:
            screen.notify("It is on the list already.", title=job.label, markup=False)
        else:
            try:
                screen.monitor.add(job)
            except ConfigError as error:
                _show(screen, error)
                return
        screen.flush()  # puts a new job on the list
        screen.jobs.select_job(job.ref)

    screen.app.push_screen(
        AddJobScreen(screen.jobs.selected, screen.session.home, screen.now),
        answered,
    )


def ask_to_edit(screen: "WatchScreen") -> None:
    """Asks for the label, the tags and the note of the selected job."""
    from zcbulk_tui.tui.screens.edit_job import EditJobScreen

    snapshot = screen.jobs.selected
    if snapshot is None:
        return

    def answered(job: WatchedJob | None) -> None:
        if job is None or screen.monitor is None or job == snapshot.job:
            return
        try:
            screen.monitor.edit(job)
        except ConfigError as error:
            _show(screen, error)
        screen.flush()

    screen.app.push_screen(EditJobScreen(snapshot.job), answered)


def ask_to_remove(screen: "WatchScreen") -> None:
    """Asks whether to stop watching the selected job."""
    from zcbulk_tui.tui.screens.dialogs import ConfirmScreen

    snapshot = screen.jobs.selected
    if snapshot is None:
        return
    ref = snapshot.ref

    def answered(yes: bool | None) -> None:
        if not yes or screen.monitor is None:
            return
        try:
            screen.monitor.remove(ref)
        except ConfigError as error:
            _show(screen, error)
        screen.flush()  # the next key is about the next job

    screen.app.push_screen(
        ConfirmScreen(
            f"Stop watching “{snapshot.job.label}”?",
            [
                "It leaves this list. Nothing changes at Zoho.",
                f"Zoho has no list of jobs: to watch it again you need its id, {ref.job_id}.",
            ],
            yes="Stop watching",
        ),
        answered,
    )


def poll(screen: "WatchScreen", refs: Sequence[JobRef], *, key: str = "r") -> None:
    """Asks for the status of jobs; says why, where the day's calls do not allow it."""
    if screen.monitor is None:
        return
    try:
        screen.monitor.poll_now(refs, key=key)
    except QuotaSpentError as error:
        parts = (error.cause, error.next_step)
        screen.notify(
            " ".join(part for part in parts if part),
            title=error.title,
            severity="warning",
            timeout=10,
            markup=False,
        )


def poll_all(screen: "WatchScreen") -> None:
    """Polls every job that is not over; asks first when that costs many calls."""
    from zcbulk_tui.tui.screens.dialogs import ConfirmScreen

    refs = [snapshot.ref for snapshot in screen.jobs.snapshots if not snapshot.is_final]
    if len(refs) < _MANY:
        poll(screen, refs, key="R")
        return

    def answered(yes: bool | None) -> None:
        if yes:
            poll(screen, refs, key="R")

    screen.app.push_screen(
        ConfirmScreen(
            f"Ask for the status of {len(refs):,} jobs?",
            [f"It costs {len(refs):,} calls, at 50 a minute. {screen.calls_left()}"],
            yes="Ask",
        ),
        answered,
    )


def _show(screen: "WatchScreen", error: ConfigError) -> None:
    from zcbulk_tui.tui.screens.dialogs import NoticeScreen

    screen.app.push_screen(NoticeScreen.of(error))
