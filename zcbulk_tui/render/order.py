"""Sorting and grouping of the jobs on the list."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple, TypeVar

from zcbulk_tui.domain.concern import assess, assess_chain
from zcbulk_tui.domain.deadlines import upcoming
from zcbulk_tui.domain.job import Counts, JobState
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed

_T = TypeVar("_T")

Key = str | float | tuple[int, float] | None
"""What a job is sorted by; None where it is not known."""


class SortBy(StrEnum):
    """What the list can be sorted by: its columns, and the order in which jobs were added."""

    ADDED = "added"
    JOB = "job"
    PROFILE = "profile"
    FORM = "form"
    RISK = "risk"
    PERCENT = "percent"
    OK = "ok"
    FAILED = "failed"
    LEFT = "left"
    RATE = "rate"
    ENDS = "ends"
    AGE = "age"
    NEXT = "next"
    DUE = "due"


class Order(NamedTuple):
    """How the list is sorted."""

    by: SortBy = SortBy.ADDED
    descending: bool = False


_UNKNOWN = Counts()

_FIGURES = frozenset({SortBy.PERCENT, SortBy.OK, SortBy.FAILED, SortBy.LEFT, SortBy.RATE})


def first(by: SortBy) -> bool:
    """Whether a column is descending when it is first chosen: figures are, texts and times not."""
    return by in _FIGURES


def key(listed: Listed, by: SortBy, chain: Chain | None = None) -> Key:
    """Returns what a job is sorted by, which stays the same as long as its snapshot does.

    Times are moments, in seconds, not ages; the jobs that are sorted by one have keys of one type.

    Args:
        listed: The job, or what stands for a chain.
        by: The column.
        chain: Where it stands for one, the chain, whose net result counts.
    """
    snapshot = listed.snapshot
    last = snapshot.last
    counts = chain.counts if chain else last.counts if last else _UNKNOWN
    match by:
        case SortBy.ADDED:
            return None
        case SortBy.JOB:
            return snapshot.job.label.casefold()
        case SortBy.PROFILE:
            return listed.profile.casefold()
        case SortBy.FORM:
            return snapshot.ref.form.casefold()
        case SortBy.RISK:
            return _risk(snapshot, chain)
        case SortBy.PERCENT:
            return counts.share_done
        case SortBy.OK:
            return counts.success
        case SortBy.FAILED:
            return counts.failed
        case SortBy.LEFT:
            return counts.left
        case SortBy.RATE:
            moves = snapshot.motion
            return None if moves is None else 0.0 if moves.still else moves.rate
        case SortBy.ENDS:
            return _ends(snapshot)
        case SortBy.AGE:
            return None if last is None else last.read_at.timestamp()
        case SortBy.NEXT:
            due = snapshot.next_poll_at
            return None if due is None else due.timestamp()
        case SortBy.DUE:
            deadline = upcoming(snapshot)
            return None if deadline is None else deadline.at.timestamp()


def ordered(rows: Sequence[_T], order: Order, keys: Sequence[Key]) -> list[_T]:
    """Returns rows in an order; those with the same key stay in the order that they come in.

    Args:
        rows: In the list's own order.
        order: What they are sorted by; what is not known is last in both directions.
        keys: What each row is sorted by; not looked at for the list's own order.
    """
    if order.by is SortBy.ADDED:
        return list(reversed(rows) if order.descending else rows)
    keyed = list(zip(keys, rows, strict=True))
    known = [pair for pair in keyed if pair[0] is not None]
    known.sort(key=itemgetter(0), reverse=order.descending)
    return [row for _, row in known] + [row for known_by, row in keyed if known_by is None]


def _ends(snapshot: JobSnapshot) -> float | None:
    """The middle of the forecast; None for a job that stands still, as its end is not known."""
    last = snapshot.last
    if last is None or last.state is not JobState.IN_PROGRESS:
        return None
    moves, expected = snapshot.motion, snapshot.forecast
    if expected is None or (moves is not None and moves.still):
        return None
    return last.read_at.timestamp() + expected.seconds


def _risk(snapshot: JobSnapshot, chain: Chain | None) -> tuple[int, float]:
    """The worst concern first, and of its kind the graver one."""
    assessment = assess(snapshot) if chain is None else assess_chain(snapshot, chain)
    return assessment.concern, -assessment.weight


NO_TAG = "no tag"
"""The group of the jobs without tags; a tag has no spaces, so none is called this."""


class GroupBy(StrEnum):
    """What the list can be grouped by."""

    NONE = "none"
    PROFILE = "profile"
    APP = "app"
    FORM = "form"
    TAG = "tag"


class Group(NamedTuple):
    """Jobs that have something in common.

    Attributes:
        title: What that is; empty where the list is not grouped.
        rows: The jobs.
    """

    title: str
    rows: list[Listed]


def group_of(listed: Listed, by: GroupBy) -> str:
    """Returns the title of a job's group; of several tags the first one counts."""
    job = listed.snapshot.job
    match by:
        case GroupBy.NONE:
            return ""
        case GroupBy.PROFILE:
            return listed.profile
        case GroupBy.APP:
            return f"{job.ref.owner}/{job.ref.app}"
        case GroupBy.FORM:
            return job.ref.form
        case GroupBy.TAG:
            return job.tags[0] if job.tags else NO_TAG


def arranged(rows: Iterable[Listed], by: GroupBy) -> list[Group]:
    """Returns the jobs in groups, by title, those without a tag last; each keeps its order."""
    groups: dict[str, list[Listed]] = {}
    for listed in rows:
        groups.setdefault(group_of(listed, by), []).append(listed)
    titles = sorted(groups, key=lambda title: (title == NO_TAG, title.casefold(), title))
    return [Group(title, groups[title]) for title in titles]
