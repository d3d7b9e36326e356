"""How long a file will probably take in its form, by the form's past jobs: no call is made."""

from math import ceil

from zcbulk_tui.cli.json_records import figure
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.form_forecast import Expected, expected
from zcbulk_tui.domain.outlook import Outlook
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.domain.text import counted
from zcbulk_tui.render.figures import spread
from zcbulk_tui.render.forecast_words import last_jobs
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


def calls(ahead: Expected, settings: Settings) -> int:
    """Estimates the status readings of such a job, at the pace that is set."""
    outlook = Outlook(finish=ahead.end, unexpected=ahead.unexpected)
    return ceil(planner.calls(outlook, Terms(Pace(settings.budget.pace).price), _DAY))


def sentence(ahead: Expected, settings: Settings) -> str:
    """Returns in words what is to be expected."""
    span, jobs = spread(ahead.least, ahead.most), last_jobs(ahead.jobs)
    readings = counted(calls(ahead, settings), "status reading")
    return f"It will probably take {span} and about {readings}, by {jobs} of this form."


def as_object(ahead: Expected | None, settings: Settings) -> JsonObject | None:
    """Returns it for ``--json``; None where nothing is."""
    if ahead is None:
        return None
    return {
        "least_seconds": figure(ahead.least),
        "most_seconds": figure(ahead.most),
        "calls": calls(ahead, settings),
        "jobs": ahead.jobs,
    }
