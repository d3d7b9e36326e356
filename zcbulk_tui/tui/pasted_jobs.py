"""The jobs of a pasted text, and what is said of them before they are watched."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from zcbulk_tui.domain.address import parse_job_url
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.job_id import doubts
from zcbulk_tui.domain.job_text import FoundJob, FoundJobs, find_jobs
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.tui.profile_spec import JobDefaults

IGNORED = "An access token in the text was ignored."

_NAMED = 5
"""Jobs that are on the list already and named; of more the number."""


def jobs_in(text: str, defaults: JobDefaults) -> FoundJobs:
    """Returns the jobs whose URLs are in a text."""

    def job(url: str, environment: Environment | None) -> JobRef:
        return parse_job_url(url, environment or defaults.environment, base_url=defaults.base_url)

    return find_jobs(text, job)


def needs_list(found: FoundJobs, text: str) -> bool:
    """Whether a text has more to decide on than the fields for one job can show."""
    is_sentence = len(text.split()) > 1
    return len(found.jobs) + len(found.left_out) > 1 or bool(found.left_out and is_sentence)


@dataclass(frozen=True, slots=True)
class Offer:
    """The jobs of a text, with an environment for those that the text leaves without.

    Attributes:
        new: The jobs that are not watched yet.
        listed: Those that are.
        found: All that was found.
        doubted: Why an id may be wrong, as sentences.
    """

    new: Sequence[FoundJob]
    listed: Sequence[FoundJob]
    found: FoundJobs
    doubted: Sequence[str]

    @classmethod
    def of(cls, found: FoundJobs, environment: Environment, watched: Collection[JobRef]) -> "Offer":
        """Returns the offer for an environment and the jobs that are watched already."""
        jobs = [
            replace(job, ref=job.ref._replace(environment=job.environment or environment))
            for job in found.jobs
        ]
        return cls(
            [job for job in jobs if job.ref not in watched],
            [job for job in jobs if job.ref in watched],
            found,
            list(doubts([job.ref for job in jobs], watched).values()),
        )

    @property
    def title(self) -> str:
        """What is asked; where there is nothing to watch, why."""
        count = len(self.new)
        if count:
            return f"Watch {counted(count, 'job')}?"
        return "These jobs are on the list already" if self.listed else "No job to watch"

    def paragraphs(self, glyphs: Glyphs) -> list[str]:
        """Returns what there is to know: doubts, the jobs, and what is left out."""
        said = list(self.doubted)
        if self.new:
            said.append("\n".join(f"{glyphs.mark} {_in_a_line(job)}" for job in self.new))
        if any(job.environment for job in self.new):
            said.append("An environment with a * is that of the text.")
        if self.listed:
            more = len(self.listed) - _NAMED
            named = ", ".join(_name(job) for job in self.listed[:_NAMED])
            said.append(f"On the list already: {named}{f' and {more:,} more' if more > 0 else ''}.")
        if self.found.left_out:
            reasons = (f"line {line}: {reason}" for line, reason in self.found.left_out)
            said.append("\n".join(["Left out:", *reasons]))
        if self.found.has_token:
            said.append(IGNORED)
        return said

    def watched_jobs(self, now: datetime) -> list[WatchedJob]:
        """Returns the new jobs, as they are watched from `now` on; aware."""
        return [WatchedJob(job.ref, _name(job), now) for job in self.new]


def _name(job: FoundJob) -> str:
    return job.label or f"{job.ref.form} {job.ref.job_id[-4:]}"


def _in_a_line(job: FoundJob) -> str:
    ref = job.ref
    form = ref.form if job.label else ""  # else the name has it
    environment = f"{ref.environment.value}{'*' if job.environment else ''}"
    return one_line(", ".join(filter(None, (_name(job), form, ref.job_id, environment))))
