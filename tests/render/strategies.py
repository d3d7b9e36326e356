"""Anything that a row can be asked to show, as the client and the watch list let it through."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from string import ascii_letters, digits

from hypothesis import strategies as st

from tests.support.jobs import NOW, REF
from zcbulk_tui.domain.budget import Reason
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import (
    Action,
    Counts,
    Environment,
    JobReading,
    JobRef,
    JobState,
    WatchedJob,
)
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot, Listed
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import (
    BusyError,
    JobUnknownError,
    RefusedError,
    ServiceError,
    SignInError,
    UnreadableError,
    ZcbulkError,
)
from zcbulk_tui.render.columns import columns
from zcbulk_tui.render.glyphs import ASCII, UNICODE

MOST_RECORDS = 999_999_999_999
"""The largest count that an answer may have."""

WIDE, COMBINING, EMOJI = "名前です", "e\u0301a\u0308\U0001f3fb", "🙂🚀"

characters = (
    st.characters() | st.sampled_from("abcxyz 0123") | st.sampled_from(WIDE + COMBINING + EMOJI)
)
lines = st.text(characters, max_size=60).map(one_line)
"""Text from outside, made safe; wide, combining and emoji characters come often."""

# Not by regular expressions: those are searched for what fits with each example.
_WORD = ascii_letters + digits + "_"
link_names = st.tuples(st.sampled_from(_WORD), st.text(f"{_WORD}.@+-", max_size=40)).map(
    "".join
) | st.sampled_from(["Orders", "Employee_Details", "Customer_Master_Data"])

moments = st.floats(-1e6, 1e6).map(lambda seconds: NOW + timedelta(seconds=seconds))

sizes = st.integers(0, 20) | st.integers(0, 10**6) | st.integers(0, MOST_RECORDS)

# Made once: what is made in a draw is looked through anew with each example.
_yes_or_no = st.booleans()
_told = st.just((True,) * 4) | st.tuples(*[_yes_or_no] * 4)
_states = st.just(JobState.IN_PROGRESS) | st.sampled_from(JobState)


@st.composite
def known_counts(draw: st.DrawFn, totals: st.SearchStrategy[int] = sizes) -> Counts:
    """All four counters, none of them missing; they may add up to less than the total."""
    total = draw(totals)
    parts: list[int] = []
    for _ in range(3):
        parts.append(draw(st.integers(0, total - sum(parts))) if draw(_yes_or_no) else 0)
    if draw(_yes_or_no):
        parts[-1] = total - parts[0] - parts[1]
    return Counts(total, *parts)


_all_counts = known_counts()


@st.composite
def any_counts(draw: st.DrawFn) -> Counts:
    """Counters as an answer may have them: any may be missing."""
    all_told = draw(_all_counts)
    told = draw(_told)
    values = (all_told.total, all_told.success, all_told.failed, all_told.unprocessed)
    return Counts(*(value if said else None for value, said in zip(values, told, strict=True)))


_some_counts = any_counts()


@st.composite
def readings(draw: st.DrawFn) -> JobReading:
    """What one call may have said."""
    state = draw(_states)
    said = one_line(draw(lines), 40) or state.value
    return JobReading(state, said, draw(_some_counts), draw(moments))


@cache
def refs() -> st.SearchStrategy[JobRef]:
    """Which job."""
    return st.builds(
        JobRef,
        st.just(REF.origin),
        link_names,
        link_names,
        link_names,
        st.text(digits, min_size=1, max_size=30),
        st.sampled_from(Environment),
    )


@cache
def watched_jobs() -> st.SearchStrategy[WatchedJob]:
    """A job on the watch list."""
    known = st.tuples(refs(), lines, moments, st.none() | moments)
    return known.map(lambda it: WatchedJob(*it))


@cache
def errors() -> st.SearchStrategy[ZcbulkError]:
    """Why a poll brings no reading."""
    kinds = (BusyError, JobUnknownError, RefusedError, ServiceError, SignInError, UnreadableError)
    return st.builds(
        lambda kind, title, cause: kind(title, cause),
        st.sampled_from(kinds),
        lines.filter(bool),
        lines,
    )


@cache
def commands() -> st.SearchStrategy[Command]:
    """A start or an abort, however it ended."""
    return st.builds(
        Command,
        st.sampled_from(Action),
        moments,
        st.sampled_from(Outcome),
        lines,
        st.none() | errors(),
    )


@cache
def snapshots(
    histories: st.SearchStrategy[Sequence[JobReading]] | None = None,
) -> st.SearchStrategy[JobSnapshot]:
    """A job and all that is known of it."""
    return st.builds(
        lambda job, history, fault, due, reason, command: JobSnapshot(
            job, tuple(history), fault, due, reason, command
        ),
        watched_jobs(),
        st.lists(readings(), max_size=4) if histories is None else histories,
        st.none() | st.builds(Fault, errors(), moments),
        st.none() | moments,
        st.none() | st.sampled_from(Reason),
        st.none() | commands(),
    )


tag_words = st.text(characters, min_size=1, max_size=12).map(one_line).filter(str.split)
"""Tags, before they lose their spaces."""


def listed(
    histories: st.SearchStrategy[Sequence[JobReading]] | None = None,
) -> st.SearchStrategy[Listed]:
    """A job on the list of a profile, with tags and a note."""
    return st.builds(
        lambda profile, snapshot, tags, note: Listed(
            profile, replace(snapshot, job=snapshot.job._replace(tags=tags, note=note))
        ),
        st.sampled_from(["default", "eu", "a-very-long-profile"]),
        snapshots(histories),
        st.lists(tag_words.map(lambda tag: "".join(tag.split())), max_size=2).map(tuple),
        lines,
    )


COLUMNS = st.builds(
    lambda width, profiles, mixed: columns(width, profiles=profiles, mixed=mixed),
    st.integers(20, 300),
    st.booleans(),
    st.booleans(),
)
"""The columns of lists of all kinds, at every width."""

SETS = st.sampled_from([UNICODE, ASCII])
"""The sets of characters."""
