"""What is published of a profile at one moment: its list, as the screen has it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from zcbulk_tui.domain.concern import Assessment, assess, assess_chain
from zcbulk_tui.domain.insertion import QueuedFile
from zcbulk_tui.domain.job import Counts
from zcbulk_tui.domain.lineage import Chain, chain, families, head
from zcbulk_tui.domain.progress import estimated_since
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed, ServiceSnapshot

MARKS: Mapping[str, str] = MappingProxyType(
    {
        "index.html": "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>"
        "<meta name=generator content=zcbulk-tui>",
        "jobs.json": '{"generator": "zcbulk-tui"',
        "metrics.txt": "# HELP zcbulk_",
    }
)
"""How each file begins that is published, by its name: by this it is known again."""

TRUSTED = timedelta(minutes=10)
"""For how long what is published may be taken for what is so; it is written anew before."""


class Stamp(NamedTuple):
    """The times that are written on what is published.

    Attributes:
        written_at: When it was written; aware.
        trusted_until: When it should have been written anew; aware.
    """

    written_at: datetime
    trusted_until: datetime

    @classmethod
    def at(cls, moment: datetime) -> "Stamp":
        """What is written at a moment is trusted for as long as all is."""
        return cls(moment, moment + TRUSTED)


@dataclass(frozen=True)
class PublishedLine:
    """A line of the list: a job, or a chain of jobs that repair one another.

    Attributes:
        listed: The job; of a chain how its newest one stands, under the name of its first one.
        jobs: The jobs that it stands for.
        chain: The net result; None where it is one job.
    """

    listed: Listed
    jobs: Sequence[Listed]
    chain: Chain | None = None

    @cached_property
    def counts(self) -> Counts:
        """The records, as last read; nothing of them is estimated."""
        last = self.listed.snapshot.last
        if self.chain is not None:
            return self.chain.counts
        return last.counts if last is not None else Counts()

    @cached_property
    def assessment(self) -> Assessment:
        """The one thing about it that may need somebody."""
        snapshot = self.listed.snapshot
        return assess(snapshot) if self.chain is None else assess_chain(snapshot, self.chain)

    def estimate(self, now: datetime) -> int:
        """Returns how many records have probably been processed since the last reading."""
        snapshot = self.listed.snapshot
        if snapshot.last is None:
            return 0
        estimated = estimated_since(snapshot.motion, snapshot.last, now)
        return min(estimated, self.counts.left or 0)


@dataclass(frozen=True)
class Publication:
    """A profile's list at one moment.

    Attributes:
        profile: Whose.
        jobs: The jobs, in the list's order.
        service: How the calls go.
        now: The moment that estimates are for; aware.
        files: The files on their way, which tell what became of repairs.
    """

    profile: str
    jobs: tuple[JobSnapshot, ...]
    service: ServiceSnapshot
    now: datetime
    files: tuple[QueuedFile, ...] = ()

    @cached_property
    def lines(self) -> list[PublishedLine]:
        """The lines of the list; a chain has one, in the place of its first job."""
        listed = [Listed(self.profile, snapshot) for snapshot in self.jobs]
        return list(self._folded(listed))

    def _folded(self, listed: Sequence[Listed]) -> Iterator[PublishedLine]:
        known = {one.key: one for one in listed}
        members = families(listed, {self.profile: self.files})
        in_chains = {key for keys in members.values() for key in keys}
        for one in listed:
            if one.key in members:
                jobs = [known[key] for key in members[one.key]]
                shown = head(jobs[0].snapshot, jobs[-1].snapshot)
                yield PublishedLine(Listed(self.profile, shown), jobs, chain(jobs, self.files))
            elif one.key not in in_chains:
                yield PublishedLine(one, [one])
