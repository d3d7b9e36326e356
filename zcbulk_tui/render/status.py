"""The lines around the list: the status line and the lines about the selected job."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from zcbulk_tui.domain.budget import Spent
from zcbulk_tui.domain.job import Environment, JobState
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.planner import Effect
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed, ServiceSnapshot
from zcbulk_tui.errors import QuotaSpentError, ServiceError, SignedOutError
from zcbulk_tui.render import figures, lineage, words
from zcbulk_tui.render.figures import clock, countdown
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, line_width, wrap
from zcbulk_tui.render.span import width as cells

_GAP = Span("  ")

_LEAST_BESIDE = 30
"""Cells that the other profiles leave to the jobs by state and to the calls."""

_LEAST_OF_A_NAME = 4
"""Cells of a profile's name that stay on a narrow screen."""


_SUMMED = {
    JobState.SYSTEM_ABORTED: JobState.ABORTED,
    JobState.USER_ABORTED: JobState.ABORTED,
}
"""States that are counted together where they are counted in words."""


def totals(
    states: Counter[JobState | None], glyphs: Glyphs, *, in_words: bool, is_narrow: bool = False
) -> list[Span]:
    """How many jobs are in each state, in the order of a job's life.

    Args:
        states: How many jobs are in each; None for those that have not been read.
        glyphs: The characters.
        in_words: Whether states are named, all that were aborted together; else each has its glyph.
        is_narrow: Whether there is little room, even for the jobs that have no glyph.
    """
    kind = " unread" if is_narrow else " not read yet"
    unread = [_GAP, Span(f"{states[None]:,}{kind}", Look.DIM)] if states[None] else []
    counted: Counter[JobState] = Counter()
    for state, count in states.items():
        if state is not None:
            counted[_SUMMED.get(state, state) if in_words else state] += count
    looks = words.LOOK | ({JobState.ABORTED: Look.ERROR} if states[JobState.SYSTEM_ABORTED] else {})
    spans = list(unread)
    for state in JobState:
        if counted[state]:
            kind = f" {words.STATE[state]}" if in_words else glyphs.states[state]
            look = (looks if in_words else words.LOOK)[state]
            spans += [_GAP, Span(f"{counted[state]:,}{kind}", look)]
    return spans


def _whole(counts: Sequence[Span], room: int) -> Line:
    """Returns what fits of the jobs by state: no count of them is cut, so that it misleads."""
    shown = len(counts)
    while line_width(counts[:shown]) > room:
        shown -= 1
    return fit_line(counts[:shown], room)


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


def purse(spent: Spent) -> list[list[Span]]:
    """What is left of the day's calls, in full and in shorter forms, the longest first.

    All that are left, how many of them are reserved for commands, and until when they must last.
    """
    for_polls, kept = spent.budget.left_for_polls, spent.budget.reserve_left
    until = Span(f" until {words.reset(spent)}")
    look = Look.TEXT if for_polls else Look.WARNING
    eased = spent.pace_in_force is not spent.pace
    brief = [] if spent.goes_as_usual else [_GAP, Span(spent.pace_in_force, Look.DIM)]
    pace = [*brief, Span(": no focus", Look.DIM)] if eased else brief
    left = figures.at_least(for_polls + kept)
    return [
        [
            Span(f"{left} calls left ({kept:,} reserved)", look),
            until,
            *pace,
        ],
        [Span(f"{left} left ({kept:,} reserved)", look), until, *pace],
        [Span(f"{left} calls left", look), until, *brief],
        [Span(f"{left} left", look)],
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
        left = spent.budget.left_for_polls + spent.budget.reserve_left
        return [_GAP, Span(f"{self.name}: {left:,} left", Look.DIM)]


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
    night: str = "",
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
        night: What is said of the night that is armed; empty for none.
    """
    said = [Span(f" {note} ", Look.WARNING) for note in notes]
    state = [_GAP, connection(service, now, failing)]
    others = [other.spans(now) for other in elsewhere]
    taken = line_width([*badge.spans(), *said, *state])
    if night:
        others.append([_GAP, Span(night, Look.DIM)])
    for spans in sorted(others, key=lambda spans: spans[-1].look is Look.DIM):
        if taken + line_width(spans) + _LEAST_BESIDE <= width:
            state += spans
            taken += line_width(spans)
    state.append(Span(" "))
    forms = purse(service.spent) if service.spent is not None else [[]]
    least = line_width([*badge.spans(), *said, Span(" "), *forms[-1], *state])
    left = [*badge.spans(least - width), *said]
    # The jobs are in words rather than the calls at length; their glyphs take the least.
    kinds = [totals(states, glyphs, in_words=in_words) for in_words in (True, False)]
    room = width - line_width(left) - line_width(state) - 1
    counts, calls = next(
        ((kind, form) for kind in kinds for form in forms if line_width([*kind, *form]) <= room),
        (totals(states, glyphs, in_words=False, is_narrow=True), forms[-1]),
    )
    right = [*calls, *state]
    room = width - line_width(left) - line_width(right)
    middle = _whole(counts, max(room - 1, 0))
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
    snapshot: JobSnapshot | None,
    service: ServiceSnapshot,
    now: datetime,
    width: int,
    height: int,
    chain: Chain | None = None,
) -> list[Line]:
    """Returns the selected job's summary and next poll: `height` lines.

    Args:
        snapshot: The job; None for none.
        service: How the calls of its profile go.
        now: Aware.
        width: Cells.
        height: Lines.
        chain: The chain that it belongs to, whose net result comes first; None for none.
    """
    if snapshot is None:
        return [fit_line([], width)] * height
    said = words.sentence(snapshot, now)
    next_poll = words.next_poll(snapshot, service.spent, now, paused=service.paused)
    due = Span(f"  {next_poll} ", Look.DIM)
    room = width - line_width([due])
    text = said.text if chain is None else f"{lineage.net(chain)}. {said.text}"
    texts = wrap(text, max(room - 1, 10), height)
    lines = [fit_line([Span(f" {text}", said.look)], room) for text in texts]
    # As wide as the line, not as the room: an empty line stays the same whatever stands above it.
    empty = [fit_line([], width)] * (height - len(lines))
    return [(*lines[0], due), *lines[1:], *empty]


def preview(effect: Effect, spent: Spent, width: int, height: int) -> list[Line]:
    """Returns the effect of a pace that is chosen but not in force yet: `height` lines."""
    texts = wrap(f"{words.effect(effect, spent)}. It counts in a moment.", width - 2, height)
    lines = [fit_line([Span(f" {text}", Look.STRONG)], width) for text in texts]
    return lines + [fit_line([], width)] * (height - len(lines))
