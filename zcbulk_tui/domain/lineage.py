"""Lineage: jobs that send again what another job left out, and what they have brought in together.

A chain is a job and those that repair it, directly or in turn. What is counted as in is what status
answers have said, and nothing else: an attempt that is unclear adds what its own last reading shows
of it, and no more, until a later reading says more.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import STARTED, QueuedFile, Stage, stage
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.snapshot import JobKey, JobSnapshot, Listed
from zcbulk_tui.domain.text import one_line

_K = TypeVar("_K", bound=Hashable)
_Keys = Sequence[JobKey]


class Attempt(NamedTuple):
    """A job of a chain, or a file that may have become one.

    Attributes:
        label: What it is called.
        at: When it was created, as far as that is known; else when it was added or queued; aware.
        key: The job; None for a file whose job is not known.
        reading: Its last reading; None for none.
        is_unclear: Whether it is not known what became of it: it has not been read, or an answer
            was lost, and no reading shows yet what that did.
        repairs: The id of the job whose records it sends again; empty for none.
    """

    label: str
    at: datetime
    key: JobKey | None = None
    reading: JobReading | None = None
    is_unclear: bool = False
    repairs: str = ""

    @property
    def counts(self) -> Counts:
        """What its last reading says; nothing without one."""
        return self.reading.counts if self.reading is not None else Counts()

    @property
    def is_over(self) -> bool:
        """Whether its job is known to be finished."""
        return self.reading is not None and self.reading.state.is_final

    @property
    def has_expired(self) -> bool:
        """Whether its job expired: no record of it was ever processed."""
        return self.reading is not None and self.reading.state is JobState.EXPIRED

    @property
    def sent(self) -> int:
        """Records that a running job has not processed yet, by its last reading."""
        state = None if self.reading is None else self.reading.state
        if state is None or state.is_final or state.is_waiting:
            return 0
        return self.counts.left or 0


class Chain(NamedTuple):
    """A job and those that repair it.

    Attributes:
        attempts: The first one is the job that the others repair; these are in order of time.
        waiting: Files on the queue that repair one of its jobs, and of which nothing was sent.
        failed: Records that failed and of which no later attempt is known to have them; None where
            a reading lacks its counts.
    """

    attempts: tuple[Attempt, ...]
    waiting: int = 0
    failed: int | None = None

    @property
    def root(self) -> Attempt:
        """The first attempt."""
        return self.attempts[0]

    @property
    def total(self) -> int | None:
        """Records of the first attempt, each of which counts once; None if unknown."""
        return self.root.counts.total

    @property
    def inserted(self) -> int:
        """Records that are in, as the last readings say; none of them is estimated."""
        return sum(it.counts.success or 0 for it in self.attempts)

    @property
    def left(self) -> int | None:
        """Records that are not in, as far as readings say; None if unknown."""
        return None if self.total is None else max(self.total - self.inserted, 0)

    @property
    def surplus(self) -> int:
        """Records that are in beyond the total: some were sent and taken twice."""
        return 0 if self.total is None else max(self.inserted - self.total, 0)

    @property
    def sent(self) -> int:
        """Records that running attempts have not processed yet, by their last readings."""
        return sum(it.sent for it in self.attempts)

    @property
    def unclear(self) -> int:
        """Attempts of which it is not known what became of them."""
        return sum(it.is_unclear for it in self.attempts)

    def rest(self, key: JobKey) -> int:
        """Returns how many records a job left out that nothing has sent again, or is about to.

        What an attempt has are records of the job that it repairs, then those of others before it:
        a repair of the last attempt may name the first one. One of which it is not known how many
        records it has may have all of them, and so may a file that waits.
        """
        if self.waiting:
            return 0
        rests: dict[JobKey, int] = {}
        for attempt in self.attempts:
            again = attempt.counts.total if not attempt.has_expired else 0
            named = [it for it in rests if it.ref.job_id == attempt.repairs]
            for before in dict.fromkeys((*named, *reversed(rests))):
                taken = rests[before] if again is None else min(rests[before], again)
                rests[before] -= taken
                again = None if again is None else again - taken
            if attempt.key is not None:
                rests[attempt.key] = (attempt.counts.failed or 0) + (attempt.counts.left or 0)
        return rests.get(key, 0)

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it: all attempts are finished, and no file waits."""
        return not self.waiting and all(it.is_over for it in self.attempts)

    @property
    def counts(self) -> Counts:
        """The net result as the counts of one job: each record stands as its last attempt left it.

        What is left of the total is neither in nor known to have failed at last.
        """
        total, failed = self.total, self.failed
        if total is None or failed is None:
            return Counts(total, self.inserted, failed)
        # Where the readings contradict each other, those that are in are certain.
        failed = min(failed, max(total - self.inserted, 0))
        return Counts(total, self.inserted, failed, max(total - self.inserted - failed, 0))


def repaired(listed: Listed) -> JobKey | None:
    """Returns the job that a job repairs, be that on the list or not; None for none."""
    repairs, ref = listed.snapshot.job.repairs, listed.snapshot.ref
    return JobKey(listed.profile, ref._replace(job_id=repairs)) if repairs else None


def roots(parents: Mapping[_K, _K]) -> dict[_K, _K]:
    """Returns the root of each job that has one above it.

    Of jobs that repair each other in a circle the first one is the root.

    Args:
        parents: The job that each of them repairs, in the list's order.
    """
    found: dict[_K, _K] = {}
    order = {key: place for place, key in enumerate(parents)}
    for start in parents:
        path: dict[_K, None] = {}
        at = start
        while at in parents and at not in path and at not in found:
            path[at] = None
            at = parents[at]
        if at in path:
            keys = list(path)
            at = min(keys[keys.index(at) :], key=order.__getitem__)
        root = found.get(at, at)
        found |= dict.fromkeys(path, root)
    return {key: root for key, root in found.items() if key != root}


Files = Mapping[str, Sequence[QueuedFile]]
"""By profile, the files on their way."""


def families(jobs: Iterable[Listed], files: Files = MappingProxyType({})) -> dict[JobKey, _Keys]:
    """Returns the jobs of each chain by its root, the root first, then the others in order of time.

    Args:
        jobs: In the list's order. What repairs none of them, or itself, and is repaired by none is
            left out.
        files: A file that may have become a job makes a chain of the one that it repairs.
    """
    known = {listed.key: listed for listed in jobs}
    links = {key: repaired(listed) for key, listed in known.items()}
    parents = {key: it for key, it in links.items() if it is not None and it in known}
    members: dict[JobKey, list[JobKey]] = {}
    above = roots(parents)
    for key, root in above.items():
        members.setdefault(root, []).append(key)
    for key in sent_for(files):
        if key in known and key not in above:
            members.setdefault(key, [])
    return {
        root: [root, *sorted(keys, key=lambda key: _created(known[key].snapshot))]
        for root, keys in members.items()
    }


def sent_for(files: Files) -> set[JobKey]:
    """Returns the jobs that files repair which may have become jobs already."""
    return {
        JobKey(profile, it.insertion.form.job(it.insertion.repairs))
        for profile, queue in files.items()
        for it in queue
        if it.insertion.repairs and _was_sent(it)
    }


def chain(jobs: Sequence[Listed], files: Iterable[QueuedFile] = ()) -> Chain:
    """Returns the chain of some jobs.

    Args:
        jobs: Its jobs, as `families` has them.
        files: Files on their way that repair a job, of the same profile; others are left alone.
    """
    form = FormRef.of(jobs[0].snapshot.ref)
    of_form = [file for file in files if file.insertion.form == form]
    ids = {listed.snapshot.ref.job_id for listed in jobs}
    by_job = {file.insertion.job_id: file for file in of_form if file.insertion.job_id}
    attempts = [_attempt(it, by_job.get(it.snapshot.ref.job_id)) for it in jobs]
    waiting = 0
    for file in of_form:
        if file.insertion.repairs not in ids or file.insertion.job_id in ids:
            continue
        if _was_sent(file):
            attempts.append(_attempt_of_file(file))
        else:
            waiting += 1
    return Chain(_by_time(attempts), waiting, _failed(jobs))


def head(root: JobSnapshot, newest: JobSnapshot) -> JobSnapshot:
    """Returns how the newest job of a chain stands, under what the first one is called."""
    first = root.job
    named = newest.job._replace(
        ref=first.ref, label=first.label, tags=first.tags, note=first.note, repairs=""
    )
    return replace(newest, job=named)


def chains(jobs: Iterable[Listed], files: Files = MappingProxyType({})) -> dict[JobKey, Chain]:
    """Returns the chain of each job that belongs to one, the same for all of its jobs.

    Args:
        jobs: In the list's order.
        files: See `families`.
    """
    known = {listed.key: listed for listed in jobs}
    found: dict[JobKey, Chain] = {}
    for root, members in families(known.values(), files).items():
        made = chain([known[key] for key in members], files.get(root.profile, ()))
        found |= dict.fromkeys(members, made)
    return found


_LONGEST_LABEL = 60


def repair_label(label: str, chain: Chain | None) -> str:
    """Returns what a job that repairs another one is called, as in ``Customers, repair 2``.

    Args:
        label: What that other one is called.
        chain: The chain that it belongs to already, whose first job gives the name; None for none.
    """
    count = 1 if chain is None else len(chain.attempts) + chain.waiting
    suffix = f", repair {count:,}"
    root = label if chain is None else chain.root.label
    return one_line(root, _LONGEST_LABEL - len(suffix)) + suffix


def _created(snapshot: JobSnapshot) -> datetime:
    return snapshot.job.created_at or snapshot.job.added_at


def _by_time(attempts: Sequence[Attempt]) -> tuple[Attempt, ...]:
    return (attempts[0], *sorted(attempts[1:], key=lambda it: it.at))


def _attempt(listed: Listed, file: QueuedFile | None) -> Attempt:
    snapshot = listed.snapshot
    job, last = snapshot.job, snapshot.last
    return Attempt(
        job.label,
        _created(snapshot),
        listed.key,
        last,
        is_unclear=_is_unclear(snapshot, file),
        repairs=job.repairs,
    )


def _is_unclear(snapshot: JobSnapshot, file: QueuedFile | None) -> bool:
    """Whether it is not known what became of a job; a later reading settles that."""
    last, sent = snapshot.last, snapshot.command
    if last is None:
        return True
    if last.counts.success is None and not _never_started(last):
        return True
    if last.state.is_final:
        return False
    if sent is not None and sent.is_unclear:
        return True
    if file is None or last.state in STARTED:
        return False
    return stage(file.insertion) is Stage.UNCLEAR


def _was_sent(file: QueuedFile) -> bool:
    """Whether a file may have become a job: its create was sent, and not refused."""
    create = file.insertion.create
    return create is not None and create.outcome is not Outcome.REFUSED


def _attempt_of_file(file: QueuedFile) -> Attempt:
    insertion = file.insertion
    at = insertion.create.sent_at if insertion.create is not None else insertion.queued_at
    return Attempt(insertion.label, at, is_unclear=True, repairs=insertion.repairs)


def _failed(jobs: Sequence[Listed]) -> int | None:
    """Returns how many records failed at last; None where a reading lacks its counts.

    What an attempt sends again is taken off what those before it left out: first what was not
    reached, which is sent again always, then what failed.
    """
    failed = unreached = 0
    for listed in jobs:
        last = listed.snapshot.last
        if last is None or _never_started(last):
            continue
        counts = last.counts
        if counts.failed is None or counts.success is None:
            return None
        again = counts.total or 0
        reached = min(again, unreached)
        failed = max(failed - (again - reached), 0) + counts.failed
        unreached += (counts.left or 0) - reached
    return failed


def _never_started(reading: JobReading) -> bool:
    """Whether nothing of a job can be in: such jobs may have no counts yet."""
    return reading.state.is_waiting or reading.state is JobState.EXPIRED
