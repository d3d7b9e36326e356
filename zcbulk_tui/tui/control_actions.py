"""Start and abort on the screen: the question before, and the answer after."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.app import App

from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Environment, JobState, WatchedJob
from zcbulk_tui.domain.progress import estimated_since
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import UsageError
from zcbulk_tui.render import words
from zcbulk_tui.render.figures import age, number

if TYPE_CHECKING:
    from datetime import datetime

    from zcbulk_tui.tui.screens.watch import WatchScreen

ACTIONS: Mapping[str, Action] = {"start": Action.START, "abort": Action.ABORT}
"""The actions of the keys that can change something at Zoho."""


def ask(screen: "WatchScreen", action: Action) -> None:
    """Asks whether to start or abort the selected job, and does it on a clear yes."""
    from zcbulk_tui.tui.screens.dialogs import ConfirmScreen, NoticeScreen

    snapshot = screen.jobs.selected
    if snapshot is None or screen.monitor is None:
        return
    monitor, ref, shown = screen.monitor, snapshot.ref, snapshot.last
    in_production = ref.environment is Environment.PRODUCTION

    async def send() -> None:
        try:
            await monitor.command(ref, action, shown)
        except UsageError as error:
            screen.app.push_screen(NoticeScreen.of(error))

    def answered(yes: bool | None) -> None:
        if yes:
            # The app's own worker: the app hears of it if something unforeseen goes wrong.
            screen.app.run_worker(send(), group="commands", exit_on_error=False)

    verb = action.value.capitalize()
    screen.app.push_screen(
        ConfirmScreen(
            f"{verb} “{snapshot.job.label}”?",
            [
                _place(snapshot),
                *consequences(snapshot, action, screen.now()),
                f"{_PRICE} {screen.calls_left()}",
            ],
            yes=verb,
            typed=ref.form if action is Action.ABORT and in_production else None,
        ),
        answered,
    )


def consequences(snapshot: JobSnapshot, action: Action, now: "datetime") -> list[str]:
    """What a start or an abort will do, as far as it can be told."""
    last = snapshot.last
    if action is Action.START:
        total = last.counts.total if last else None
        records = f"{number(total, 15)} records" if total else "the uploaded records"
        return [f"Zoho will begin to insert {records}. No workflows run for them."]
    if last is None:
        told = "It has not been read yet, so nobody here knows how many records are in."
    elif last.state is not JobState.IN_PROGRESS:
        told = "It has not begun as far as is known; it can not be started after this."
    elif last.counts.success is None or last.counts.left is None:
        told = "The server has not said how many records are in."
    else:
        moved = estimated_since(snapshot.motion, last, now)
        told = (
            f"About {number(last.counts.success + moved, 15)} records are in and stay in; about "
            f"{number(last.counts.left - moved, 15)} will not be inserted "
            f"(read: {age((now - last.read_at).total_seconds())})."
        )
    return [told, "There is no rollback, and an aborted job cannot be resumed."]


def report(app: App[object], job: WatchedJob, command: Command) -> None:
    """Says what became of a command: a refusal in a dialog, all else in passing."""
    verb = command.action.value
    if command.outcome is Outcome.REFUSED and command.error is not None:
        from zcbulk_tui.tui.screens.dialogs import NoticeScreen

        app.push_screen(NoticeScreen.of(command.error, f"{job.label}: no {verb}"))
        return
    said = words.command(command, command.sent_at)
    fine = command.outcome in (Outcome.ACCEPTED, Outcome.TOOK_EFFECT)
    app.notify(
        said,
        title=job.label,
        severity="information" if fine else "warning",
        timeout=6 if fine else 15,
        markup=False,
    )


_PRICE = "It costs 2 calls: this one, and one for the status after it."


def _place(snapshot: JobSnapshot) -> str:
    ref = snapshot.ref
    return (
        f"Job {ref.job_id} of form {ref.form} in {ref.owner}/{ref.app}, "
        f"{ref.environment.value.upper()}."
    )
