"""Start and abort on the screen: the question before, and the answer after."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from textual.app import App

from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Environment, JobState, WatchedJob
from zcbulk_tui.domain.progress import estimated_since
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.errors import Occasion, UsageError
from zcbulk_tui.render import words
from zcbulk_tui.render.figures import age, number
from zcbulk_tui.tui.list_actions import calls_left, meant

if TYPE_CHECKING:
    from zcbulk_tui.tui.screens.dialogs import ConfirmScreen
    from zcbulk_tui.tui.screens.watch_view import WatchView

ACTIONS: Mapping[str, Action] = {"start": Action.START, "abort": Action.ABORT}
"""The actions of the keys that can change something at Zoho."""

_LEFT_OUT = 5
"""Jobs that are left out and named; of more their number is told."""


class Targets(NamedTuple):
    """The jobs that a command is for.

    Attributes:
        able: Those that it makes sense for.
        left_out: The others that are marked.
    """

    able: Sequence[Listed]
    left_out: Sequence[Listed] = ()


def targets(screen: "WatchView", action: Action) -> Targets:
    """The jobs that a command is for: the marked ones for which it makes sense, else the selected.

    What is read-only, or not connected yet, is not asked to do anything.
    """
    able: list[Listed] = []
    left_out: list[Listed] = []
    for listed in meant(screen):
        profile = screen.profile(listed.profile)
        can = profile.monitor is not None and not profile.session.read_only
        (able if can and listed.snapshot.allows(action) else left_out).append(listed)
    return Targets(able, left_out)


def ask(screen: "WatchView", action: Action) -> None:
    """Asks whether to start or abort the marked jobs or the selected one; does it on a clear yes.

    A command is for what was shown: each is sent with the reading that the question was about.
    """
    jobs = targets(screen, action)
    if not jobs.able:
        return

    async def send() -> None:
        for listed in jobs.able:
            await _send(screen, listed, action)

    def answered(yes: bool | None) -> None:
        if yes:
            screen.jobs.rows.marked.clear()
            screen.show_changes()
            # The app's own worker: the app hears of it if something unforeseen goes wrong.
            screen.app.run_worker(send(), group="commands", exit_on_error=False)

    several = len(jobs.able) > 1 or jobs.left_out
    screen.app.push_screen(
        (_about_several if several else _about_one)(screen, jobs, action), answered
    )


async def _send(screen: "WatchView", listed: Listed, action: Action) -> None:
    from zcbulk_tui.tui.screens.dialogs import NoticeScreen

    monitor = screen.profile(listed.profile).monitor
    if monitor is None or listed.key not in screen.jobs.rows:
        return  # it was taken off the list meanwhile, here or in another window
    try:
        await monitor.command(listed.snapshot.ref, action, listed.snapshot.last)
    except UsageError as error:
        screen.app.push_screen(
            NoticeScreen.of(error, f"{listed.snapshot.job.label}: {error.title}")
        )


def _about_one(screen: "WatchView", jobs: Targets, action: Action) -> "ConfirmScreen":
    from zcbulk_tui.tui.screens.dialogs import ConfirmScreen, Typed

    (listed,) = jobs.able
    snapshot, verb = listed.snapshot, action.value.capitalize()
    in_production = snapshot.ref.environment is Environment.PRODUCTION
    return ConfirmScreen(
        f"{verb} “{snapshot.job.label}”?",
        [
            _place(snapshot),
            *consequences(snapshot, action, screen.now()),
            f"{_PRICE} {calls_left(screen, jobs.able)}",
        ],
        yes=verb,
        typed=Typed("the form's link name", snapshot.ref.form)
        if action is Action.ABORT and in_production
        else None,
    )


def _about_several(screen: "WatchView", jobs: Targets, action: Action) -> "ConfirmScreen":
    """Names every job, also those that a filter leaves out of the list."""
    from zcbulk_tui.tui.screens.dialogs import ConfirmScreen, Typed

    verb, count = action.value.capitalize(), len(jobs.able)
    typed: Typed | None = None
    if action is Action.ABORT and any(_in_production(listed) for listed in jobs.able):
        typed = Typed("how many jobs are aborted", str(count))
    told = (
        "Zoho will begin to insert their records. No workflows run for them."
        if action is Action.START
        else "What is in stays in. There is no rollback, and an aborted job cannot be resumed."
    )
    jobs_word = "job" if count == 1 else "jobs"
    return ConfirmScreen(
        f"{verb} {count:,} {jobs_word}?",
        [
            "\n".join(_in_a_line(screen, listed) for listed in jobs.able),
            *([_left_out(jobs.left_out)] if jobs.left_out else []),
            told,
            f"It costs {2 * count:,} calls, up to {5 * count:,} where answers are lost. "
            f"{calls_left(screen, jobs.able)}",
        ],
        yes=verb,
        typed=typed,
    )


def _in_a_line(screen: "WatchView", listed: Listed) -> str:
    snapshot = listed.snapshot
    ref = snapshot.ref
    hidden = screen.jobs.rows.index_of(listed.key) is None
    parts = (
        snapshot.job.label,
        ref.form,
        ref.environment.value.upper() if _in_production(listed) else ref.environment.value,
        f"profile {listed.profile}" if len(screen.profiles) > 1 else "",
        "not shown by the filter" if hidden else "",
    )
    return f"{screen.glyphs.mark} {', '.join(part for part in parts if part)}"


def _left_out(jobs: Sequence[Listed]) -> str:
    named = [f"{it.snapshot.job.label} ({_state(it.snapshot)})" for it in jobs[:_LEFT_OUT]]
    more = len(jobs) - len(named)
    return f"Left out: {', '.join(named)}{f' and {more:,} more' if more else ''}."


def _state(snapshot: JobSnapshot) -> str:
    return words.STATE[snapshot.state] if snapshot.state else "not read yet"


def _in_production(listed: Listed) -> bool:
    return listed.snapshot.ref.environment is Environment.PRODUCTION


def consequences(snapshot: JobSnapshot, action: Action, now: datetime) -> list[str]:
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

        title, occasion = f"{job.label}: no {verb}", Occasion.COMMAND
        app.push_screen(NoticeScreen.of(command.error, title, occasion=occasion))
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


_PRICE = (
    "It costs 2 calls: this one, and one for the status after it; up to 5 where the answer is lost."
)


def _place(snapshot: JobSnapshot) -> str:
    ref = snapshot.ref
    return (
        f"Job {ref.job_id} of form {ref.form} in {ref.owner}/{ref.app}, "
        f"{ref.environment.value.upper()}."
    )
