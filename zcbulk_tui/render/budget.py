"""The budget page: calls made today, calls planned, and the effect of each pace."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from zcbulk_tui.domain.budget import Cause, Pace, Reason, Spent
from zcbulk_tui.domain.planner import DayPlan, Effect, PlannedJob
from zcbulk_tui.render import words
from zcbulk_tui.render.figures import duration, number, soon
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, wrap

REASON = {
    Reason.UNREAD: "first reading",
    Reason.UNSTARTED: "not started yet",
    Reason.UNMOVED: "no progress",
    Reason.FINISH: "end expected",
    Reason.FAILURES: "failures",
    Reason.ANY_TIME: "may end at any time",
    Reason.DEADLINE: "start deadline",
}

CAUSE = {
    Cause.PLAN: "scheduled",
    Cause.KEY: "keys r and R",
    Cause.COMMAND: "commands",
    Cause.SCRIPT: "scripts",
}

_MOST_JOBS = 200
"""Most jobs of the plan to draw."""

_NAME, _WHEN, _WHY, _CALLS = 24, 9, 26, 7


def page(
    plan: DayPlan,
    pending: Pace | None,
    now: datetime,
    glyphs: Glyphs,
    width: int,
    *,
    paused: bool = False,
) -> list[Line]:
    """Returns the whole budget, as lines of the same width.

    Args:
        plan: The plan for the rest of the day.
        pending: A pace that is chosen but not in force yet.
        now: Aware.
        glyphs: The characters.
        width: Cells; at least 40.
        paused: Whether the user has paused the polls.
    """
    lines = [
        *_today(plan, now, glyphs, width),
        (),
        *_paces(plan, pending, glyphs),
        (),
        *_jobs(plan, now, width, paused=paused),
    ]
    return [fit_line(line, width) for line in lines]


def _today(plan: DayPlan, now: datetime, glyphs: Glyphs, width: int) -> Iterator[Line]:
    spent = plan.spent
    budget = spent.budget
    resets = duration((spent.resets_at - now).total_seconds() // 60 * 60)
    yield (
        Span(f"{budget.left:,} of {budget.quota_plan.ours:,} calls left", Look.STRONG),
        Span(f" until {words.reset(spent)}, in {resets}"),
    )
    yield from _gauge(plan, glyphs, width)
    made = (f"{CAUSE[cause]} {budget.day.of(cause):,}" for cause in Cause)
    yield (Span("Made for: " + f" {glyphs.separator} ".join(made)),)
    for note, look in _notes(spent):
        for text in wrap(note, width, 3):
            yield (Span(text, look),)


def _gauge(plan: DayPlan, glyphs: Glyphs, width: int) -> Iterator[Line]:
    """The day's calls as a bar, and what its parts are."""
    budget = plan.spent.budget
    planned = next(
        (effect.calls for effect in plan.effects if effect.pace is plan.spent.pace_in_force),
        0,
    )
    parts = (
        ("made", budget.day.total, glyphs.success, Look.RUNNING),
        (
            "elsewhere",
            max(budget.quota_plan.ours - budget.day.total - budget.left, 0),
            glyphs.failed,
            Look.WARNING,
        ),
        ("planned", planned, glyphs.estimate, Look.ESTIMATE),
        ("free", budget.left_for_polls - planned, glyphs.left, Look.LEFT),
        ("reserved", budget.reserve_left, glyphs.kept, Look.SUCCESS),
    )
    shares = share_out([calls for _, calls, _, _ in parts], width)
    yield tuple(
        Span(glyph * share, look) for share, (_, _, glyph, look) in zip(shares, parts, strict=True)
    )
    legend: list[Span] = []
    for name, calls, glyph, look in parts:
        if calls:
            gap = "   " if legend else ""
            legend += [Span(f"{gap}{glyph} ", look), Span(f"{calls:,} {name}")]
    yield tuple(legend)


def share_out(parts: Sequence[int], width: int) -> list[int]:
    """Shares `width` cells out among `parts`.

    A part that is not zero gets at least one cell, the cells add up to the width, and what remains
    after whole cells goes to the largest remainders.

    Args:
        parts: Whole numbers from 0 up; not all of them 0.
        width: At least as many cells as there are parts.
    """
    total = sum(parts)
    exact = [part * width / total for part in parts]
    given = [max(int(share), 1) if part else 0 for part, share in zip(parts, exact, strict=True)]
    while (spare := width - sum(given)) != 0:
        step = 1 if spare > 0 else -1
        # The part furthest from its exact share; a single cell is never taken away.
        able = [i for i, part in enumerate(parts) if part and (step > 0 or given[i] > 1)]
        chosen = max(able, key=lambda i: step * (exact[i] - given[i]))
        given[chosen] += step
    return given


def _notes(spent: Spent) -> Iterator[tuple[str, Look]]:
    """What is out of the ordinary about the day's calls."""
    if spent.budget.day.spent:
        yield (
            "Zoho says that the day's calls are used up (code 4000): no polls until then. "
            "Start and abort are still tried. If that is wrong, correct the count below.",
            Look.WARNING,
        )
    elif not spent.allows_polls:
        yield (
            "The polls' share is used up: no polls until then. What is kept is for start and "
            "abort.",
            Look.WARNING,
        )
    if spent.trouble is not None:
        yield spent.trouble, Look.WARNING
    if spent.budget.quota_plan.zone is None:
        yield (
            "Zoho's day is that of the super admin's time zone. It is not set "
            "(budget.reset_timezone), so this machine's is taken.",
            Look.DIM,
        )


def _paces(plan: DayPlan, pending: Pace | None, glyphs: Glyphs) -> Iterator[Line]:
    """What each pace would bring, and which one counts."""
    spent = plan.spent
    yield (Span("  PACE       END SEEN WITHIN    CALLS     LEFT", Look.DIM),)
    for effect in plan.effects:
        counts = effect.pace is (pending or spent.pace)
        mark = glyphs.cursor if counts else " "
        look = Look.STRONG if counts else Look.TEXT
        left = spent.budget.left - effect.calls
        yield (
            Span(
                f"{mark} {effect.pace:<9}  {_within(effect):>15}  {number(effect.calls, 7):>7}  ",
                look,
            ),
            Span(f"{number(left, 7):>7}", look),
            Span(f"  {_remark(effect.pace, spent, pending)}", Look.WARNING),
        )


def _within(effect: Effect) -> str:
    return "–" if effect.within is None else f"about {words.about(effect.within)}"


def _remark(pace: Pace, spent: Spent, pending: Pace | None) -> str:
    if pace is pending:
        return "counts in a moment"
    if pace is spent.pace_in_force and pace is not spent.pace:
        return "while there is no focus"
    return ""


def _jobs(plan: DayPlan, now: datetime, width: int, *, paused: bool) -> Iterator[Line]:
    """The plan for each job."""
    name = max(min(_NAME, width - _WHEN - _WHY - _CALLS - 3), 8)
    titles = f"{fit('JOB', name)} {fit('NEXT POLL', _WHEN, right=True)} "
    yield (Span(f"{titles} {fit('WHY', _WHY)}{fit('CALLS', _CALLS, right=True)}", Look.DIM),)
    if not plan.jobs:
        yield (Span("No job is left to be polled.", Look.DIM),)
    for job in plan.jobs[:_MOST_JOBS]:
        yield (Span(_job(job, plan.spent, now, name, paused=paused)),)
    if len(plan.jobs) > _MOST_JOBS:
        yield (Span(f"and {len(plan.jobs) - _MOST_JOBS:,} more", Look.DIM),)


def _job(job: PlannedJob, spent: Spent, now: datetime, name: int, *, paused: bool) -> str:
    snapshot = job.snapshot
    due, reason = snapshot.next_poll_at, snapshot.reason
    calls = f"~{max(round(job.calls), 1)}"
    if due is None and snapshot.is_failing and not snapshot.is_given_up:
        when = "retry"  # when, only the window knows that polls it
    elif due is None:
        when, calls = "never", "0"
    elif not spent.allows_polls:
        when, calls = words.reset(spent, zone=False), "0"
    elif paused:
        when = "paused"
    else:
        when = soon((due - now).total_seconds())
    why = REASON[reason] if reason else "no answer" if snapshot.fault else ""
    return (
        f"{fit(snapshot.job.label, name)} {fit(when, _WHEN, right=True)}  "
        f"{fit(why, _WHY)}{fit(calls, _CALLS, right=True)}"
    )
