"""A night in words: what will happen in it, and how it stands."""

from datetime import datetime, timedelta, tzinfo

from zcbulk_tui.domain.insertion import QueueStop
from zcbulk_tui.domain.night import ErrorBudget, Night, NightPlan
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.render.figures import duration


def when(moment: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Returns a moment to the minute, with its date on another day, as in ``07:00 on 01 Dec``."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%H:%M on %d %b}"


def end(night: Night, now: datetime) -> str:
    """Returns when a night ends; of one that ends within a day, the time of day says it."""
    is_near = night.until - now < timedelta(days=1)
    return f"{night.until.astimezone():%H:%M}" if is_near else when(night.until, now)


def mark(night: Night, now: datetime) -> str:
    """Returns what the status line says of a night that is armed."""
    return f"night until {end(night, now)}"


def what_happens(plan: NightPlan, files: int, now: datetime, *, read_only: bool) -> list[str]:
    """Returns what a night does, as sentences, before it is armed.

    Args:
        plan: The night.
        files: How many are in the queue.
        now: Aware.
        read_only: Whether this profile sends nothing.
    """
    span = duration((plan.until - now).total_seconds())
    if read_only:
        queue = "This profile is read-only: it sends nothing. Jobs are read, and results fetched."
    elif files:
        queue = (
            f"The queue goes on: {counted(files, 'file is', 'files are')} in it, and each costs "
            "3 calls. Results are fetched, and alerts are sent."
        )
    else:
        queue = "The queue is empty; what comes into it is sent. Results are fetched."
    return [
        f"The night ends at {when(plan.until, now)}, in {span}.",
        queue,
        _limit(plan.budget),
        f"The report goes to {one_line(str(plan.report), 300)}, and as JSON beside it.",
        "Any dashboard of this profile goes on with it when this one ends.",
    ]


def _limit(budget: ErrorBudget) -> str:
    if budget == ErrorBudget():
        return "Nothing stops the queue: no limit is set."
    return (
        f"The queue stops at {budget}, or when Zoho aborts a job. It counts the jobs that come "
        "from it, by what is read. Only a person lets it go on."
    )


def about(night: Night, now: datetime, *, stop: QueueStop | None) -> list[str]:
    """Returns how a night stands that is armed, as sentences."""
    return [
        f"Armed by {night.operator} at {when(night.began_at, now)}, until "
        f"{when(night.until, now)}.",
        f"{stopped(stop, now)}." if stop is not None else _limit(night.budget),
        f"The report goes to {one_line(str(night.report), 300)}.",
    ]


def stopped(stop: QueueStop, now: datetime) -> str:
    """Returns why the queue stands still, without full stop.

    As in ``Stopped at 02:14 by the error budget: 512 of 9,800 records failed``.
    """
    by = stop.by if "@" in stop.by else f"the {stop.by}"
    return f"Stopped at {when(stop.at, now)} by {by}: {stop.why}"


def ended(night: Night) -> str:
    """Returns that a night is over and where its report is, or that it comes."""
    by = f"It was disarmed by {night.ended_by}. " if night.ended_by else ""
    late = f"It ended {duration(night.late.total_seconds())} late. " if night.late else ""
    report = one_line(str(night.report), 300)
    if night.reported_at is None:
        return f"{by}{late}The report is being written."
    return f"{by}{late}The report is in {report}"
