"""A look behind the scenes for people and tests, outside the contract."""

from dataclasses import asdict

from zcbulk_tui.simulator.creator import Creator


def describe_jobs(creator: Creator, base_url: str) -> list[dict[str, object]]:
    """Every job as it really stands, whatever its answers say; counts in records."""
    now = creator.timeline.now()
    return [
        {
            "id": job.id,
            "label": job.label,
            "form": job.address.form,
            "environment": job.address.environment,
            "state": job.state(now).name,
            "counts": asdict(job.counts(now)),
            "url": base_url + job.path,
        }
        for job in creator.jobs.values()
    ]


def describe_log(creator: Creator) -> list[dict[str, object]]:
    """The request log, oldest entry first."""
    return [asdict(entry) for entry in creator.log.copy()]


def describe_sign_ins(creator: Creator) -> list[dict[str, object]]:
    """The log of the accounts server, oldest entry first, calls by name."""
    return [
        {**asdict(entry), "call": entry.call.name if entry.call else None}
        for entry in creator.accounts.log.copy()
    ]
