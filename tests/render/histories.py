"""Histories to draw: made by hand, and any that there may be."""

from datetime import timedelta

from hypothesis import strategies as st

from tests.render.strategies import commands, lines, moments, readings, refs, watched_jobs
from tests.support.jobs import NOW, REF, watched
from tests.support.properties import histories_of_one_job
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobState
from zcbulk_tui.domain.records import ControlRecord, EventKind, History, JobEvent


def read(
    at: float,
    success: int | None,
    failed: int | None = 0,
    total: int | None = 1_000,
    state: JobState = JobState.IN_PROGRESS,
) -> JobReading:
    """A reading `at` seconds after `NOW`."""
    left = (
        None if None in (total, success, failed) else (total or 0) - (success or 0) - (failed or 0)
    )
    counts = Counts(total, success, failed, left)
    return JobReading(state, state.value, counts, NOW + timedelta(seconds=at), 3000)


def event(at: float, text: str, kind: EventKind = EventKind.ALERT) -> JobEvent:
    """Something that happened to the job."""
    return JobEvent(NOW + timedelta(seconds=at), kind, text, REF, "Employees")


def start(at: float, said: str = "Job started") -> ControlRecord:
    """A start that the server accepted."""
    sent = NOW + timedelta(seconds=at)
    command = Command(Action.START, sent, Outcome.ACCEPTED, said)
    return ControlRecord("k1", watched(), "eu", "anna@jump1", command)


def history(
    *readings: JobReading,
    events: tuple[JobEvent, ...] = (),
    commands: tuple[ControlRecord, ...] = (),
) -> History:
    """A history of the usual job."""
    return History(watched(), readings, events, commands)


def _events() -> st.SearchStrategy[JobEvent]:
    kinds = st.sampled_from(EventKind)
    return st.builds(JobEvent, moments, kinds, lines, st.none() | refs(), lines, st.none())


def _commands() -> st.SearchStrategy[ControlRecord]:
    known = st.tuples(st.just("key"), watched_jobs(), lines, lines, commands())
    return known.map(lambda it: ControlRecord(*it))


def histories() -> st.SearchStrategy[History]:
    """Anything: in any order of times, with any counts, or nothing at all."""
    any_readings = histories_of_one_job() | st.lists(readings(), max_size=6)
    return st.builds(
        History,
        watched_jobs(),
        any_readings.map(tuple),
        st.lists(_events(), max_size=4).map(tuple),
        st.lists(_commands(), max_size=2).map(tuple),
        st.none(),
    )
