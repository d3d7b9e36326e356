"""How long a file will probably take in its form, by the form's past jobs: no call is made."""

from collections.abc import Callable
from math import ceil

from zcbulk_tui.cli.json_records import figure
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.form_forecast import Expected, expected
from zcbulk_tui.domain.form_past import FormPast
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.outlook import Outlook
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.domain.text import counted
from zcbulk_tui.render.figures import duration
from zcbulk_tui.store.form_past import read_form_past
from zcbulk_tui.store.json_objects import JsonObject

_DAY = 86400.0


def expected_of(form: FormRef, settings: Settings, records: int) -> Expected | None:
    """Returns what is to be expected of a job with so many records; None where there is no past.

    Raises:
        ConfigError: The memory cannot be read.
    """
    if not memory_file().exists():
        return None
    with open_memory(is_only_read=True) as database:
        return expected(read_form_past(database, settings.profile, form.job("")), records)


def teller(
    past_of: Callable[[JobRef], FormPast | None], pace: Callable[[], Pace]
) -> Callable[[FormRef, int], str]:
    """Returns what says it of a form and so many records; it says nothing where there is no past.

    Args:
        past_of: Returns what past jobs of a job's form show.
        pace: Returns how often jobs are polled.
    """

    def told(form: FormRef, records: int) -> str:
        ahead = expected(past_of(form.job("")), records)
        return "" if ahead is None else sentence(ahead, pace())

    return told


def calls(ahead: Expected, pace: Pace) -> int:
    """Estimates the status readings of such a job."""
    outlook = Outlook(finish=ahead.end, unexpected=ahead.unexpected)
    return ceil(planner.calls(outlook, Terms(pace.price), _DAY))


def sentence(ahead: Expected, pace: Pace) -> str:
    """Returns in words what is to be expected."""
    least, most = duration(ahead.least), duration(ahead.most)
    span = f"about {most}" if least == most else f"{least} to {most}"
    jobs = "the last job" if ahead.jobs == 1 else f"the last {ahead.jobs} jobs"
    readings = counted(calls(ahead, pace), "status reading")
    return f"It will probably take {span} and about {readings}, by {jobs} of this form."


def as_object(ahead: Expected | None, pace: Pace) -> JsonObject | None:
    """Returns it for ``--json``; None where nothing is."""
    if ahead is None:
        return None
    return {
        "least_seconds": figure(ahead.least),
        "most_seconds": figure(ahead.most),
        "calls": calls(ahead, pace),
        "jobs": ahead.jobs,
    }
