"""The jobs of the feeder, for it and for who reads its screen."""

from datetime import UTC, datetime

from zcbulk_tui.domain.job import JobRef, WatchedJob

_NAMES = ("Orders", "Customers", "Prices", "Stock", "Invoices", "Regions", "Suppliers")
_FORMS = ("Orders", "Contacts", "Products", "Invoices", "Returns")


def label(number: int) -> str:
    """The name of a job, counted from 0; no other has it."""
    return f"{_NAMES[number % len(_NAMES)]} {number:05}"


def form(number: int) -> str:
    """The form of a job, counted from 0."""
    return _FORMS[number % len(_FORMS)]


def job_id(number: int) -> str:
    """The id of a job, counted from 0."""
    return str(3888833000000114027 + 11 * number)


def watched_jobs(count: int) -> list[WatchedJob]:
    """So many jobs."""
    now = datetime.now(UTC)
    return [
        WatchedJob(
            JobRef(
                "https://www.zohoapis.com", "jason18", "zylker-store", form(number), job_id(number)
            ),
            label(number),
            now,
        )
        for number in range(count)
    ]
