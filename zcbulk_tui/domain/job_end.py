"""How jobs end, as the exit code of a command that has waited for them."""

from collections.abc import Collection

from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import ExitCode

WORST_FIRST = (
    ExitCode.SIGN_IN,
    ExitCode.REFUSED,
    ExitCode.ENDED_BADLY,
    ExitCode.TIMEOUT,
    ExitCode.FAILED_RECORDS,
    ExitCode.FINE,
)
"""Of several jobs, the first of these that one of them has ended with is that of the wait."""


def end_of(snapshot: JobSnapshot) -> ExitCode | None:
    """Returns how a job has ended, or that it cannot be read; None while neither is known.

    A job that is completed, and whose answer does not say how many of its records failed, is fine:
    nothing says otherwise.
    """
    last = snapshot.last
    if last is not None and last.state.is_final:
        if last.state is not JobState.COMPLETED:
            return ExitCode.ENDED_BADLY
        return ExitCode.FAILED_RECORDS if last.counts.failed else ExitCode.FINE
    if snapshot.fault is not None and snapshot.fault.error.ends_polls:
        return snapshot.fault.error.exit_code
    return None


def worst(codes: Collection[ExitCode]) -> ExitCode:
    """Returns the exit code of a wait for several jobs."""
    return next((code for code in WORST_FIRST if code in codes), ExitCode.FINE)
