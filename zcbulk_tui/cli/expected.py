"""How long a file will probably take in its form, by the form's past jobs: no call is made."""

from collections.abc import Callable
from typing import NamedTuple

from zcbulk_tui.cli.json_records import figure
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.form_forecast import Expected, expected
from zcbulk_tui.domain.form_past import FormPast
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.domain.rehearsal import usual_calls
from zcbulk_tui.domain.text import counted
from zcbulk_tui.render.figures import spread
from zcbulk_tui.render.forecast_words import last_jobs
from zcbulk_tui.render.rehearsal import NO_JOB
from zcbulk_tui.store.form_past import read_form_past
from zcbulk_tui.store.json_objects import JsonObject


class Likely(NamedTuple):
    """What a job will probably take.

    Attributes:
        time: How long.
        calls: How many status readings.
    """

    time: Expected
    calls: int


def expected_of(form: FormRef, settings: Settings, records: int) -> Likely | None:
    """Returns what is to be expected of a job with so many records; None where there is no past.

    Raises:
        ConfigError: The memory cannot be read.
    """
    if not memory_file().exists():
        return None
    with open_memory(is_only_read=True) as database:
        past = read_form_past(database, settings.profile, form.job(""))
    return likely(past, form, records, Pace(settings.budget.pace))


def likely(past: FormPast | None, form: FormRef, records: int, pace: Pace) -> Likely | None:
    """Returns the same by what past jobs of the form show, at a pace."""
    time = expected(past, records)
    if past is None or time is None:
        return None
    calls = usual_calls(past, records, form.job(""), Terms(pace.price))
    return None if calls is None else Likely(time, calls)


def teller(
    past_of: Callable[[JobRef], FormPast | None], pace: Callable[[], Pace]
) -> Callable[[FormRef, int], str]:
    """Returns what says it of a form and so many records; it says nothing where there is no past.

    Args:
        past_of: Returns what past jobs of a job's form show.
        pace: Returns how often jobs are polled.
    """

    def told(form: FormRef, records: int) -> str:
        ahead = likely(past_of(form.job("")), form, records, pace())
        return "" if ahead is None else sentence(ahead)

    return told


def sentences(ahead: Likely | None, *, header_blocks: bool) -> list[str]:
    """Returns in words what is to be expected of a file.

    Args:
        ahead: What is; None where there is no past.
        header_blocks: Whether its header would be refused, so that no job would run.
    """
    if header_blocks:
        return [NO_JOB]
    return [] if ahead is None else [sentence(ahead)]


def sentence(ahead: Likely) -> str:
    """Returns in words what is to be expected."""
    time = ahead.time
    span, jobs = spread(time.least, time.most), last_jobs(time.jobs)
    readings = counted(ahead.calls, "status reading")
    return f"It will probably take {span} and about {readings}, by {jobs} of this form."


def as_object(ahead: Likely | None) -> JsonObject | None:
    """Returns it for ``--json``; None where nothing is."""
    if ahead is None:
        return None
    return {
        "least_seconds": figure(ahead.time.least),
        "most_seconds": figure(ahead.time.most),
        "calls": ahead.calls,
        "jobs": ahead.time.jobs,
    }
