"""``zcbulk-tui budget``: prints the day's calls, as b shows them in the dashboard."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from zcbulk_tui.cli import options, templates
from zcbulk_tui.cli.job_objects import poll_object
from zcbulk_tui.cli.json_records import failure_object, figure, named_object
from zcbulk_tui.cli.output import page_width, print_lines
from zcbulk_tui.cli.overview import Overview, read_overview
from zcbulk_tui.config import load
from zcbulk_tui.domain.budget import Cause, Spent
from zcbulk_tui.domain.planner import Effect, PlannedJob
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.render.budget import page
from zcbulk_tui.render.figures import clock
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.span import Line, Look, Span
from zcbulk_tui.store.json_objects import JsonObject, moment

_DESCRIPTION = """\
Prints the day's calls: made, by cause; planned, by pace and by job; left, and kept for start
and abort; and when the day ends. It makes no call, and writes nothing.

Zoho reports nowhere how many calls are left, so they are counted here. What is planned is an
estimate: as a dashboard that is open now plans, or as one would."""

_LEAST_WIDTH = 60
"""Cells of the page, at least."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    templates.add_arguments(parser, "budget", "as a JSON object")
    options.add_profile(parser, inherit=True)


def run(arguments: Namespace) -> int:
    """Prints the day's calls; returns the exit code.

    Raises:
        ConfigError: The memory cannot be read.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    seen = read_overview(settings)
    if templates.is_for_programs(arguments):
        templates.print_found(arguments, budget_object(settings.profile, seen))
    else:
        print_lines(_lines(seen))
    return 0


def _lines(seen: Overview) -> Iterator[Line]:
    service = seen.windows.service or ServiceSnapshot()
    yield from page(
        seen.plan, None, seen.at, UNICODE, page_width(_LEAST_WIDTH), paused=service.paused
    )
    yield ()
    yield (_polled_by(seen, service),)


def _polled_by(seen: Overview, service: ServiceSnapshot) -> Span:
    if not seen.windows.poller:
        said = (
            "No dashboard is open on this profile, so nothing is polled: one would poll as above."
        )
        return Span(said, Look.DIM)
    by = f"Polled by the dashboard on {seen.windows.poller}"
    if service.paused:
        return Span(f"{by}: paused.", Look.WARNING)
    if service.held_by is not None and service.held_until is not None:
        until = clock(service.held_until, seen.at)
        return Span(f"{by}: held until {until}: {service.held_by.title}.", Look.WARNING)
    return Span(f"{by}.", Look.DIM)


def budget_object(profile: str, seen: Overview) -> JsonObject:
    """Returns the day's calls for ``--json``.

    Args:
        profile: Whose calls.
        seen: How the profile stands.
    """
    spent, service = seen.plan.spent, seen.windows.service or ServiceSnapshot()
    budget = spent.budget
    allowed, day = budget.quota_plan, budget.day
    return {
        "profile": profile,
        "at": moment(seen.at),
        "date": day.date.isoformat(),
        "resets_at": moment(spent.resets_at),
        "time_zone": None if allowed.zone is None else str(allowed.zone),
        "daily_calls": allowed.daily_calls,
        "share": figure(allowed.share),
        "quota": allowed.ours,
        "reserve": allowed.kept_back,
        "left": budget.left,
        "left_for_polls": budget.left_for_polls,
        "reserve_left": budget.reserve_left,
        "used_up": day.spent,
        "calls": {"total": day.total, **{cause.value: day.of(cause) for cause in Cause}},
        "elsewhere": day.elsewhere,
        "pace": spent.pace.value,
        "pace_in_force": spent.pace_in_force.value,
        "windows": seen.windows.windows,
        "window": seen.windows.poller or None,
        "paused": service.paused,
        "held_until": moment(service.held_until),
        "held_by": failure_object(service.held_by),
        "trouble": spent.trouble,
        "paces": [_effect_object(effect, spent) for effect in seen.plan.effects],
        "jobs": [_planned_object(job) for job in seen.plan.jobs],
    }


def _effect_object(effect: Effect, spent: Spent) -> JsonObject:
    return {
        "pace": effect.pace.value,
        "estimated_calls": effect.calls,
        "estimated_left": spent.budget.left - effect.calls,
        "end_seen_within_seconds": figure(effect.within),
    }


def _planned_object(job: PlannedJob) -> JsonObject:
    snapshot = job.snapshot
    return {
        **named_object(snapshot.job),
        "next_poll": poll_object(snapshot.next_poll_at, snapshot.reason),
        "estimated_calls": figure(job.calls),
    }
