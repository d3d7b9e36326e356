"""The jobs of the feeder, for it and for who reads its screen."""

from datetime import UTC, datetime

from zcbulk_tui.domain.job import JobRef, WatchedJob


def label(number: int) -> str:
    """The name of a job, counted from 0; no other has it."""
    return f"Job {number:05}"


def job_id(number: int) -> str:
    """The id of a job, counted from 0."""
    return str(3888833000000114027 + 11 * number)


def watched_jobs(count: int) -> list[WatchedJob]:
    """So many jobs."""
    now = datetime.now(UTC)
    return [
        WatchedJob(
            JobRef("https://www.zohoapis.com", "jason18", "zylker-store", "Orders", job_id(number)),
            label(number),
            now,
        )
        for number in range(count)
    ]
