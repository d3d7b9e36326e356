"""The lines around the list: the status line and the lines about the selected job."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from zcbulk_tui.domain.budget import Spent
from zcbulk_tui.domain.job import Environment, JobState
from zcbulk_tui.domain.planner import Effect
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed, ServiceSnapshot
from zcbulk_tui.errors import QuotaSpentError, ServiceError, SignedOutError
from zcbulk_tui.render import figures, words
from zcbulk_tui.render.figures import clock, countdown, until_reset
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, line_width, wrap
from zcbulk_tui.render.span import width as cells

_GAP = Span("  ")

_LEAST_BESIDE = 30
"""Cells that the other profiles leave to the jobs by state and to the calls."""

_LEAST_OF_A_NAME = 4
"""Cells of a profile's name that stay on a narrow screen."""


def totals(states: Counter[JobState | None], glyphs: Glyphs, room: int) -> list[Span]:
    """How many jobs are in each state, in the order of a job's life: in words, or in glyphs.

    Args:
        states: How many jobs are in each; None for those that have not been read.
        glyphs: The characters.
        room: Cells to spend.
    """
    named = [(state, words.STATE[state], glyphs.states[state]) for state in JobState]
    seen = [
        (f"{states[state]:,} {word}", f"{states[state]:,}{glyph}", words.LOOK[state])
        for state, word, glyph in named
        if states[state]
    ]
    if states[None]:
        unread = f"{states[None]:,} unread"
        seen.insert(0, (unread, unread, Look.DIM))
    in_words = [span for text, _, look in seen for span in (_GAP, Span(text, look))]
    if line_width(in_words) <= room:
        return in_words
    return [span for _, text, look in seen for span in (_GAP, Span(text, look))]


def connection(service: ServiceSnapshot, now: datetime, failing: int = 0) -> Span:
    """Returns the connection's state, and which window polls if there are several.

    Args:
        service: How they go, whichever job they are for.
        now: Aware.
        failing: Jobs whose last poll brought no reading.
    """
    said = _calls(service, now, failing)
    if service.poller:
        return Span(f"{said.text} via {service.poller}", said.look)
    if service.windows > 1:
        return Span(f"{said.text} for {service.windows} windows", said.look)
    return said


def _calls(service: ServiceSnapshot, now: datetime, failing: int) -> Span:
    if service.paused:
        return Span("polls paused", Look.WARNING)
    if isinstance(service.no_token, ServiceError) and service.held_until is not None:
        again = countdown((service.held_until - now).total_seconds())
        return Span(f"no token, again in {again}", Look.WARNING)
    if service.no_token is not None:
        out = isinstance(service.no_token, SignedOutError)
        return Span("SIGNED OUT" if out else "cannot sign in", Look.ERROR)
    if service.spent is not None and not service.spent.allows_polls:
        why = "Zoho: day's calls spent" if service.spent.budget.day.spent else "polls used up"
        return Span(f"{why}, again {words.reset(service.spent)}", Look.WARNING)
    if service.held_until is not None:
        spent = isinstance(service.held_by, QuotaSpentError)
        why = "day's calls still spent" if spent else "too many calls"
        return Span(f"{why}, until {clock(service.held_until, now)}", Look.WARNING)
    if service.answered is None:
        return Span("no answer yet", Look.DIM)
    if service.answered and failing:
        return Span(f"{failing:,} {'job' if failing == 1 else 'jobs'} failing", Look.WARNING)
    if service.answered:
        return Span("connected", Look.SUCCESS)
    since = clock(service.changed_at, now) if service.changed_at else "the start"
    return Span(f"no answer since {since}", Look.ERROR)


def purse(spent: Spent, now: datetime) -> list[list[Span]]:
    """What is left of the day's calls, in full and in shorter forms, the longest first.

    The calls that polls may use, those that are kept for commands, and how long they must last.
    """
    left, kept = spent.budget.left_for_polls, spent.budget.reserve_left
    resets = until_reset((spent.resets_at - now).total_seconds())
    look = Look.TEXT if left else Look.WARNING
    eased = spent.pace_in_force is not spent.pace
    brief = [] if spent.goes_as_usual else [_GAP, Span(spent.pace_in_force, Look.DIM)]
    pace = [*brief, Span(": no focus", Look.DIM)] if eased else brief
    many = figures.at_least(left)
    return [
        [Span(f"{many} calls left, {kept:,} kept", look), _GAP, Span(f"resets in {resets}"), *pace],
        [Span(f"{many} left, {kept:,} kept", look), _GAP, Span(resets), *pace],
        [Span(f"{left:,}+{kept:,} left", look), _GAP, Span(resets), *brief],
        [Span(f"{left:,}+{kept:,}", look)],
    ]


class Badge(NamedTuple):
    """The profile and its environment.

    Attributes:
        name: The profile's, or DEMO.
        environment: Where what is done takes effect; None for nowhere.
    """

    name: str
    environment: Environment | None = None

    def spans(self, over: int = 0) -> list[Span]:
        """Production stands first, and in a way that needs no colour.

        Args:
            over: Cells that the name is to give up; a few stay.
        """
        taken = cells(self.name)
        fitting = fit(self.name, min(taken, max(taken - over, _LEAST_OF_A_NAME)))
        name = Span(f" {fitting} ", Look.BADGE)
        match self.environment:
            case None:
                return [name]
            case Environment.PRODUCTION:
                return [Span(" PRODUCTION ", Look.PRODUCTION), name]
        return [name, Span(f" {self.environment.value} ", Look.DIM)]


class Elsewhere(NamedTuple):
    """A profile that is shown, too, but not that of the selected job."""

    name: str
    service: ServiceSnapshot
    failing: int = 0

    def spans(self, now: datetime) -> list[Span]:
        """What is left of its day's calls, or what keeps it from making any."""
        said, spent = connection(self.service, now, self.failing), self.service.spent
        if said.look in (Look.WARNING, Look.ERROR):
            return [_GAP, Span(f"{self.name}: {said.text}", said.look)]
        if spent is None:
            return [_GAP, Span(self.name, Look.DIM)]
        left = f"{spent.budget.left_for_polls:,}+{spent.budget.reserve_left:,}"
        return [_GAP, Span(f"{self.name} {left}", Look.DIM)]


def status_line(
    badge: Badge,
    notes: Iterable[str],
    states: Counter[JobState | None],
    service: ServiceSnapshot,
    now: datetime,
    glyphs: Glyphs,
    width: int,
    elsewhere: Sequence[Elsewhere] = (),
    failing: int = 0,
) -> Line:
    """The top line: where we are, the jobs by state, the calls, the connection.

    Args:
        badge: The profile and its environment.
        notes: What must not be overlooked, such as READ-ONLY.
        states: How many jobs are in each.
        service: How the calls go.
        now: Aware.
        glyphs: The characters.
        width: Cells.
        elsewhere: The other profiles that are shown; those with trouble stay as long as they can.
        failing: Jobs of the profile whose last poll brought no reading.
    """
    said = [Span(f" {note} ", Look.WARNING) for note in notes]
    state = [_GAP, connection(service, now, failing)]
    others = [other.spans(now) for other in elsewhere]
    taken = line_width([*badge.spans(), *said, *state])
    for spans in sorted(others, key=lambda spans: spans[-1].look is Look.DIM):
        if taken + line_width(spans) + _LEAST_BESIDE <= width:
            state += spans
            taken += line_width(spans)
    state.append(Span(" "))
    forms = purse(service.spent, now) if service.spent is not None else [[]]
    least = line_width([*badge.spans(), *said, Span(" "), *forms[-1], *state])
    left = [*badge.spans(least - width), *said]
    shortest = line_width(totals(states, glyphs, 0)) + 1
    fitting = width - line_width(left) - line_width(state) - shortest
    right = next((form for form in forms if line_width(form) <= fitting), forms[-1]) + state
    room = width - line_width(left) - line_width(right)
    middle = fit_line(totals(states, glyphs, room - 1), max(room - 1, 0))
    return fit_line([*left, *middle, Span(" "), *right], width)


def about(listed: Listed | None, glyphs: Glyphs, width: int, *, with_profile: bool = False) -> Line:
    """Which job is selected, in full."""
    if listed is None:
        return fit_line([], width)
    snapshot, ref = listed.snapshot, listed.snapshot.ref
    profile = listed.profile if with_profile else ""
    tags = " ".join(f"#{tag}" for tag in snapshot.job.tags)
    place = f"{ref.owner}/{ref.app}/{ref.form}"
    facts = filter(
        None, (ref.job_id, profile, ref.environment.value, place, tags, snapshot.job.note)
    )
    rest = "".join(f" {glyphs.separator} {fact}" for fact in facts)
    return fit_line([Span(f" {snapshot.job.label}", Look.STRONG), Span(rest, Look.DIM)], width)


def summary(
    snapshot: JobSnapshot | None, service: ServiceSnapshot, now: datetime, width: int, height: int
) -> list[Line]:
    """Returns the selected job's summary and next poll: `height` lines."""
    if snapshot is None:
        return [fit_line([], width)] * height
    said = words.sentence(snapshot, now)
    next_poll = words.next_poll(snapshot, service.spent, now, paused=service.paused)
    due = Span(f"  {next_poll} ", Look.DIM)
    room = width - line_width([due])
    texts = wrap(said.text, max(room - 1, 10), height)
    lines = [fit_line([Span(f" {text}", said.look)], room) for text in texts]
    # As wide as the line, not as the room: an empty line stays the same whatever stands above it.
    empty = [fit_line([], width)] * (height - len(lines))
    return [(*lines[0], due), *lines[1:], *empty]


def preview(effect: Effect, spent: Spent, width: int, height: int) -> list[Line]:
    """Returns the effect of a pace that is chosen but not in force yet: `height` lines."""
    texts = wrap(f"{words.effect(effect, spent)}. It counts in a moment.", width - 2, height)
    lines = [fit_line([Span(f" {text}", Look.STRONG)], width) for text in texts]
    return lines + [fit_line([], width)] * (height - len(lines))
