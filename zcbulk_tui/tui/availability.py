"""Whether an action makes sense now, and in a sentence why not."""

from collections.abc import Sequence
from typing import NamedTuple

from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.render import words

COMMANDS = {"start": Action.START, "abort": Action.ABORT}
"""What can change something at Zoho."""

NEED_A_JOB = frozenset({"history", "edit", "failures", "repair"})
"""Actions on the selected job."""

NEED_JOBS = frozenset(
    {*COMMANDS, "poll", "unwatch", "copy", "copy_command", "results", "alert_on_end"}
)
"""Actions on the marked jobs, or else on the selected one."""

ABOUT_RESULTS = frozenset({"results", "failures", "repair"})
"""Actions on jobs that are over."""

NEED_A_LIST = frozenset(
    {"details", "zoom", "mark", "mark_all", "filter", "sort", "reverse", "unfold"}
)
"""Actions on a list that is not empty."""

NEED_A_CONNECTION = frozenset(
    {*COMMANDS, *NEED_A_JOB, "poll", "unwatch", "add", "poll_all", "pause", "budget", "eager"}
    | {"frugal", "insert", "log", "night", "profile", "queue", "results", "undo", "alert_on_end"}
)
"""Actions that a monitor carries out."""


class Availability(NamedTuple):
    """Whether an action makes sense now.

    Attributes:
        why_not: Why it does not, as a sentence; empty where it does.
        is_hidden: Whether its key is left out, instead of greyed.
    """

    why_not: str = ""
    is_hidden: bool = False

    def __bool__(self) -> bool:
        return not self.why_not

    @property
    def state(self) -> bool | None:
        """What Textual's `check_action` returns: None greys a key, and False hides it."""
        return True if self else False if self.is_hidden else None


AVAILABLE = Availability()
NOT_CONNECTED = Availability("The connection is not up yet. Try again in a moment.")
READ_ONLY = Availability(
    "This profile is read-only: nothing is started or aborted.", is_hidden=True
)
NO_JOBS = Availability("There is no job on the list yet.")
NONE_FOUND = Availability("The filter finds no job. Esc clears it.")
NO_CHAIN = Availability("No job on the list repairs this one, and it repairs none of them.")
NOTHING_REMOVED = Availability("There is no removal to undo.")
NO_INSERTS = Availability("Files cannot be inserted here.")
NO_RESULTS = Availability("Results cannot be fetched here.")
ONE_PROFILE = Availability("There is no other profile in the configuration.")


def of_results(action: str, jobs: Sequence[Listed]) -> Availability:
    """Returns whether `results`, `failures` or `repair` makes sense; there is at least one job."""
    reasons = [_why_no(action, listed.snapshot) for listed in jobs]
    if not all(reasons):
        return AVAILABLE
    if len(jobs) > 1:
        return Availability(f"None of the {len(jobs):,} marked jobs has results.")
    return Availability(reasons[0])


def of_alert_on_end(jobs: Sequence[Listed]) -> Availability:
    """Returns whether an alert at the end of jobs makes sense; there is at least one."""
    if not all(listed.snapshot.is_final for listed in jobs):
        return AVAILABLE
    if len(jobs) > 1:
        return Availability(f"All of the {len(jobs):,} marked jobs have ended already.")
    label, state = jobs[0].snapshot.job.label, jobs[0].snapshot.state
    how = f": it is {words.STATE[state]}" if state is not None else ""
    return Availability(f"{label} has ended already{how}.")


def _why_no(action: str, snapshot: JobSnapshot) -> str:
    """Why a job has none of what an action is about; empty where it has, or may have."""
    label, state, last = snapshot.job.label, snapshot.state, snapshot.last
    if state is None or last is None:
        return f"{label} is not read yet; a job has results once it is over."
    if not state.is_final:
        return f"{label} is {words.STATE[state]}; a job has results once it is over."
    if state is JobState.EXPIRED:
        return f"{label} is expired: it was not started, so there is nothing of it."
    failed, left = last.counts.failed, last.counts.left
    if action == "failures" and failed == 0:
        return f"No record of {label} failed."
    if action == "repair" and failed == 0 and left == 0:
        return f"All records of {label} are in: there is nothing to repair."
    return ""


def none_fits(action: Action, jobs: Sequence[Listed]) -> Availability:
    """Returns why a command makes sense for none of the jobs; there is at least one."""
    if len(jobs) > 1:
        return Availability(f"None of the {len(jobs):,} marked jobs can be {_DONE[action]} now.")
    return Availability(_command_to_one(action, jobs[0].snapshot))


def _command_to_one(action: Action, snapshot: JobSnapshot) -> str:
    label, last = snapshot.job.label, snapshot.command
    if last is not None and last.outcome is Outcome.SENT:
        return f"The outcome is not known yet of the {last.action.value} of {label}."
    if action.fits(snapshot.state) or snapshot.state is None:
        return f"The profile of {label} is read-only."
    is_so = f"{label} is {words.STATE[snapshot.state]}"
    if action is Action.START:
        return f"{is_so}; only a job that is ready can be started."
    return f"{is_so}; a job that is over cannot be aborted."


_DONE = {Action.START: "started", Action.ABORT: "aborted"}
