"""The chains of the list: which jobs belong together, which of them are folded, how they stand."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from zcbulk_tui.domain.insertion import QueuedFile
from zcbulk_tui.domain.lineage import Chain, chain, families, head, repaired, sent_for
from zcbulk_tui.domain.snapshot import JobKey, Listed


class ChainKey(NamedTuple):
    """The line of a chain, above those of its jobs where it is unfolded.

    Attributes:
        root: The job that the others repair.
    """

    root: JobKey


class ChainLine(NamedTuple):
    """What the line of a chain shows.

    Attributes:
        listed: How its newest job stands, under the name of its first one.
        chain: The net result.
    """

    listed: Listed
    chain: Chain


class Chains:
    """The chains of a list; while no job repairs another one, they cost nothing.

    Args:
        jobs: The jobs of the list, which its owner changes.
    """

    def __init__(self, jobs: Mapping[JobKey, Listed]) -> None:
        self._jobs = jobs
        self._repaired: dict[JobKey, JobKey] = {}  # by the job that repairs it, listed or not
        self._files: dict[str, tuple[QueuedFile, ...]] = {}
        self._unfolded: set[JobKey] = set()
        self._families: dict[JobKey, Sequence[JobKey]] = {}
        self._root_of: dict[JobKey, JobKey] = {}
        self._lines: dict[JobKey, ChainLine] = {}

    def __bool__(self) -> bool:
        return bool(self._families)

    # What changes.

    def put(self, listed: Listed, *, is_new: bool) -> bool:
        """Takes a job that was put on the list; returns whether other jobs belong together."""
        if not (listed.snapshot.job.repairs or self._repaired or self._files):
            return False
        key, above = listed.key, repaired(listed)
        root = self._root_of.get(key)
        if root is not None:
            self._lines.pop(root, None)
        is_linked = above != self._repaired.get(key)
        if is_linked and above is not None:
            self._repaired[key] = above
        elif is_linked:
            del self._repaired[key]
        if is_linked or (is_new and (self._repaired or self._files)):
            return self._arrange()
        return False

    def drop(self, key: JobKey) -> bool:
        """Takes a job off that is off the list; returns whether other jobs belong together."""
        self._repaired.pop(key, None)
        return key in self._root_of and self._arrange()

    def set_files(self, profile: str, files: Sequence[QueuedFile]) -> bool:
        """Takes the files on their way; returns whether that changes what chains show."""
        # How far an upload is changes nothing about a chain.
        repairing = tuple(
            QueuedFile(it.insertion, it.stage) for it in files if it.insertion.repairs
        )
        if repairing == self._files.get(profile, ()):
            return False
        self._files[profile] = repairing
        if not repairing:
            del self._files[profile]
        self._arrange()
        return True

    def _arrange(self) -> bool:
        """Works out anew which jobs belong together; returns whether that is different."""
        related = {*self._repaired, *self._repaired.values(), *sent_for(self._files)}
        before = self._families
        jobs = [listed for key, listed in self._jobs.items() if key in related]
        self._families = dict(families(jobs, self._files))
        self._root_of = {key: root for root, keys in self._families.items() for key in keys}
        self._unfolded.intersection_update(self._families)
        self._lines.clear()
        return before != self._families

    # How they stand.

    def root_of(self, key: JobKey) -> JobKey | None:
        """Returns the root of a job's chain; None for a job without one."""
        return self._root_of.get(key)

    def jobs_of(self, root: JobKey) -> Sequence[JobKey]:
        """Returns the jobs of a chain, the root first, then in order of time."""
        return self._families[root]

    def line(self, root: JobKey) -> ChainLine:
        """Returns what the line of a chain shows; the same object until that is different."""
        known = self._lines.get(root)
        if known is None:
            jobs = [self._jobs[key] for key in self._families[root]]
            made = chain(jobs, self._files.get(root.profile, ()))
            shown = head(jobs[0].snapshot, jobs[-1].snapshot)
            known = self._lines[root] = ChainLine(Listed(root.profile, shown), made)
        return known

    def is_folded(self, root: JobKey) -> bool:
        """Whether the jobs of a chain have no lines of their own."""
        return root not in self._unfolded

    def toggle(self, root: JobKey) -> None:
        """Unfolds a chain, or folds it."""
        self._unfolded ^= {root}
