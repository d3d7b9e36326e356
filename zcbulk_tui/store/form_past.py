"""The past jobs of a form, as far as their readings are remembered."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise

from zcbulk_tui.domain.form_past import MOST_JOBS, FormPast, PastJob, form_past, past_job
from zcbulk_tui.domain.job import JobReading, JobRef, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.rows import READING, key, maybe_moment, to_reading

_ENOUGH = 24
"""Readings of a job that show all that is looked for; of more, every so many are left out."""

_FINAL = ", ".join(f"'{state.value}'" for state in sorted(JobState) if state.is_final)

# The number of its last reading orders jobs as they ended, and the index of the readings has it.
_ENDED = f"""
SELECT jobs.id, jobs.started_at FROM jobs
    JOIN readings ON readings.id = (SELECT max(id) FROM readings WHERE job = jobs.id)
WHERE jobs.profile = :profile AND jobs.origin = :origin AND jobs.owner = :owner
    AND jobs.app = :app AND jobs.form = :form AND jobs.environment = :environment
    AND readings.state IN ({_FINAL})
ORDER BY readings.id DESC LIMIT {MOST_JOBS}
"""

_NUMBERS = "SELECT id FROM readings WHERE job = ? ORDER BY id"

_READING = f"SELECT {READING} FROM readings WHERE id = ?"


class FormPasts:
    """The past jobs of forms, each form read once, and again when a job of it has ended.

    Args:
        database: Holds them.
        profile: Whose jobs.
    """

    def __init__(self, database: Database, profile: str) -> None:
        self._database = database
        self._profile = profile
        self._known: dict[JobRef, FormPast | None] = {}
        self._unread: set[JobRef] = set()

    def of(self, ref: JobRef) -> FormPast | None:
        """Returns what past jobs of a job's form show; None where there are none; no error."""
        form = _form(ref)
        if form not in self._known and form not in self._unread:
            try:
                self._known[form] = read_form_past(self._database, self._profile, ref)
            except ConfigError:
                self._unread.add(form)
        return self._known.get(form)

    def look_again(self) -> None:
        """Has those read that could not be read: each is tried once between two calls of this."""
        self._unread.clear()

    def note(self, ref: JobRef, reading: JobReading) -> None:
        """Takes a reading that was written down."""
        if reading.state.is_final:
            self._known.pop(_form(ref), None)


def _form(ref: JobRef) -> JobRef:
    return ref._replace(job_id="")


def with_pasts(
    database: Database, profile: str, snapshots: Iterable[JobSnapshot]
) -> list[JobSnapshot]:
    """Returns jobs with the pasts of their forms; of one that is over it does not matter."""
    pasts = FormPasts(database, profile)
    return [it if it.is_final else replace(it, past=pasts.of(it.ref)) for it in snapshots]


def read_form_past(database: Database, profile: str, ref: JobRef) -> FormPast | None:
    """Returns what the last jobs of a form show that have ended; None where there are none.

    Args:
        database: Holds them.
        profile: Whose jobs.
        ref: A job of the form; its own id is not looked at.

    Raises:
        ConfigError: They cannot be read.
    """
    jobs = []
    for number, started_at in database.rows(_ENDED, key(profile, ref)):
        job = _past_job(database, number, started_at)
        if job is not None:
            jobs.append(job)
    return form_past(jobs)


def _past_job(database: Database, number: int, started_at: int | None) -> PastJob | None:
    numbers = [row[0] for row in database.rows(_NUMBERS, (number,))]
    found: dict[int, JobReading] = {}

    def stage(place: int) -> int:
        """Reads a reading; returns whether the job is over, and else whether it has moved."""
        if place not in found:
            found[place] = to_reading(database.rows(_READING, (numbers[place],))[0])
        reading = found[place]
        return 2 if reading.state.is_final else int(bool(reading.counts.processed))

    try:
        step, last = max(len(numbers) // _ENOUGH, 1), len(numbers) - 1
        places = [*range(0, last, step), last]
        for earlier, later in pairwise(places):
            _narrow(earlier, later, stage)
        started = maybe_moment(started_at)
    except (IndexError, TypeError, ValueError, OverflowError) as error:
        raise database.senseless(error) from error
    return past_job(started, [found[place] for place in sorted(found)])


def _narrow(earlier: int, later: int, stage: Callable[[int], int]) -> None:
    """Reads what lies around the moments at which a job began to move, and ended."""
    if stage(earlier) == stage(later) or later - earlier <= 1:
        return
    middle = (earlier + later) // 2
    _narrow(earlier, middle, stage)
    _narrow(middle, later, stage)
