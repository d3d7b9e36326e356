"""Jobs and readings to test with."""

from datetime import UTC, datetime, timedelta

from zcbulk_tui.domain.job import Counts, JobReading, JobRef, JobState, WatchedJob

NOW = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)

REF = JobRef(
    origin="https://www.zohoapis.com",
    owner="jason18",
    app="zylker-store",
    form="Employee_Details",
    job_id="3888833000000114027",
)
"""The job of Zoho's own samples."""

URL = (
    "https://www.zohoapis.com/creator/v2.1/bulk/jason18/zylker-store"
    "/form/Employee_Details/insert/3888833000000114027"
)
"""Its status URL, as Zoho's pages print it."""


def reading(
    at: float,
    done: int | None,
    total: int | None = 10_000,
    state: JobState = JobState.IN_PROGRESS,
) -> JobReading:
    """A reading `at` seconds after `NOW`, with `done` records in and none failed."""
    return JobReading(state, state.value, Counts(total, done, 0), NOW + timedelta(seconds=at))


def watched(job_id: str = REF.job_id, label: str = "Employees") -> WatchedJob:
    """A job on the watch list since `NOW`."""
    ref = JobRef(REF.origin, REF.owner, REF.app, REF.form, job_id)
    return WatchedJob(ref, label, NOW)


DEMO = (
    "Customers 2019-24",
    "Orders EU",
    "Price list",
    "Invoices Q3",
    "Suppliers",
    "Warehouses",
    "Leads spring fair",
    "Regions",
    "Stock",
    "Returns",
    "Contracts",
    "Tax codes",
)
"""The labels of the demo's jobs, as they were added."""
