"""Which jobs the list shows, and in which order: filter, sorting, groups, marks, cursor."""

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain

from zcbulk_tui.domain.job import Environment, JobState
from zcbulk_tui.domain.snapshot import JobKey, Listed
from zcbulk_tui.render.job_search import (
    Figures,
    JobFilter,
    Searchable,
    figures,
    job_filter,
    searchable,
)
from zcbulk_tui.render.order import GroupBy, Key, Order, SortBy, arranged, key, ordered
from zcbulk_tui.render.totals import Sum, Tally, share

ListLine = JobKey | str
"""What a line of the list shows: a job, or the heading of a group."""


class JobRows:
    """The watched jobs, and the lines that are shown of them; iterates over all jobs.

    What changes is arranged when the lines are read, so that many changes cost one sorting.

    Attributes:
        states: How many jobs are in each state; None for those that have not been read.
        environments: How many jobs live in each environment.
        failing: How many jobs of each profile are failing.
        order: What the jobs are sorted by.
        group_by: What they are grouped by; None for nothing.
        query: The filter as it was typed.
        marked: The marked jobs, as they were marked; no filter takes one out.
    """

    def __init__(self) -> None:
        self.states: Counter[JobState | None] = Counter()
        self.environments: Counter[Environment] = Counter()
        self.failing: Counter[str] = Counter()
        self.order = Order(SortBy.ADDED)
        self.group_by: GroupBy | None = None
        self.query = ""
        self.marked: dict[JobKey, None] = {}
        self._listed: dict[JobKey, Listed] = {}
        self._filter = JobFilter()
        self._now = datetime.fromtimestamp(0, UTC)
        # What is worked out of a job, until it changes.
        self._sought: dict[JobKey, tuple[Searchable, Figures]] = {}
        self._sort_keys: dict[JobKey, Key] = {}
        self._shares: dict[JobKey, Sum] = {}
        self._tally: Tally | None = None  # of all that is shown
        self._is_arranged = True
        self._jobs: list[JobKey] = []
        self._list_lines: Sequence[ListLine] = []
        self._index: dict[JobKey, int] = {}
        self._line_of: dict[ListLine, int] = {}
        self._groups: dict[str, Sequence[JobKey]] = {}
        # The job that was selected by hand; the cursor is beside it while a filter leaves it out.
        self._chosen: JobKey | None = None
        self._at = 0

    # The jobs.

    def __contains__(self, key: JobKey) -> bool:
        return key in self._listed

    def __len__(self) -> int:
        return len(self._listed)

    def __getitem__(self, key: JobKey) -> Listed:
        return self._listed[key]

    def __iter__(self) -> Iterator[Listed]:
        return iter(self._listed.values())

    def put(self, listed: Listed) -> None:
        """Takes a job, new or changed."""
        key, before = listed.key, self._listed.get(listed.key)
        self._listed[key] = listed
        if before is None:
            self.environments[key.ref.environment] += 1
        else:
            self._count(before, -1)
            self._tell_tally(key, self._forget(key))
        self._count(listed, 1)
        if before is None or not self._is_plain:
            self._is_arranged = False

    def put_before(self, listed: Listed, followers: Sequence[JobKey]) -> None:
        """Takes a job in the place before the first of some others; at the end without any."""
        self.put(listed)
        if not any(key in self._listed for key in followers):
            return
        before = next(key for key in followers if key in self._listed)
        new = self._listed.pop(listed.key)
        keys = list(self._listed)
        at = keys.index(before)
        later = {key: self._listed.pop(key) for key in keys[at:]}
        self._listed |= {listed.key: new} | later
        self._is_arranged = False

    def drop(self, key: JobKey) -> None:
        """Takes a job off the list."""
        self._count(self._listed.pop(key), -1)
        self.environments[key.ref.environment] -= 1
        self.marked.pop(key, None)
        self._forget(key)
        self._tally = None
        self._is_arranged = False
        if key == self._chosen:
            self._chosen = self._nearest(self._jobs, self._listed)

    def _count(self, listed: Listed, by: int) -> None:
        self.states[listed.snapshot.state] += by
        if listed.snapshot.is_failing:
            self.failing[listed.profile] += by

    def _nearest(self, before: Sequence[JobKey], among: Container[JobKey]) -> JobKey | None:
        """The job that the cursor goes to: the next one from where it is, else the one before.

        Args:
            before: The jobs that the cursor is among.
            among: Where it can go.
        """
        candidates = chain(before[self._at :], reversed(before[: self._at]))
        return next((key for key in candidates if key in among), None)

    def _forget(self, key: JobKey) -> Sum | None:
        """Forgets what was worked out of a job; returns what it added to sums."""
        self._sought.pop(key, None)
        self._sort_keys.pop(key, None)
        return self._shares.pop(key, None)

    # What is shown of them.

    @property
    def jobs(self) -> Sequence[JobKey]:
        """The jobs that are shown, in their order."""
        self._arrange()
        return self._jobs

    @property
    def list_lines(self) -> Sequence[ListLine]:
        """What each line shows, from the first to the last."""
        self._arrange()
        return self._list_lines

    def filter(self, text: str) -> None:
        """Shows only what a filter finds; everything where it is empty."""
        self.query = text
        self._filter = job_filter(text)
        self._is_arranged = False

    def set_time(self, now: datetime) -> None:
        """Takes the time of day, by which a filter of ages goes; aware."""
        self._now = now
        if self._filter.ages:
            self._is_arranged = False

    def sort(self, order: Order) -> None:
        """Sorts the jobs."""
        if order.by is not self.order.by:
            self._sort_keys.clear()
        self.order = order
        self._is_arranged = False

    def group(self, by: GroupBy | None) -> None:
        """Puts the jobs together in groups."""
        self.group_by = by
        self._is_arranged = False

    @property
    def _is_filtered(self) -> bool:
        return self._filter != JobFilter()

    @property
    def _is_plain(self) -> bool:
        """Whether a change of a job cannot move it."""
        return not self._is_filtered and self.order.by is SortBy.ADDED and self.group_by is None

    def _arrange(self) -> None:
        if self._is_arranged:
            return
        self._is_arranged = True
        self._groups = self._grouped(self._sorted(self._found()))
        before, self._jobs = self._jobs, list(chain.from_iterable(self._groups.values()))
        self._index = {key: line for line, key in enumerate(self._jobs)}
        if self.group_by is None:
            self._list_lines = self._jobs
        else:
            list_lines: list[ListLine] = []
            for title, members in self._groups.items():
                list_lines.append(title)
                list_lines += members
            self._list_lines = list_lines
            self._line_of = {list_line: line for line, list_line in enumerate(list_lines)}
        if len(before) != len(self._jobs) or self._is_filtered:
            self._tally = None
        is_shown = self._chosen in self._index
        here = self._chosen if is_shown else self._nearest(before, self._index)
        # Until one is selected by hand it is the first, whichever that is.
        self._at = self._index[here] if here and self._chosen else 0

    def _found(self) -> list[JobKey]:
        """The jobs that pass the filter, as they were added."""
        if not self._is_filtered:
            return list(self._listed)
        known = self._sought
        for unknown in self._listed.keys() - known.keys():
            listed = self._listed[unknown]
            known[unknown] = searchable(listed), figures(listed.snapshot)
        return [it for it in self._listed if self._filter.finds(*known[it], self._now)]

    def _sorted(self, keys: list[JobKey]) -> list[JobKey]:
        by, known = self.order.by, self._sort_keys
        if by is SortBy.ADDED:
            return ordered(keys, self.order, ())
        for unknown in self._listed.keys() - known.keys():
            known[unknown] = key(self._listed[unknown], by)
        return ordered(keys, self.order, [known[it] for it in keys])

    def _grouped(self, keys: list[JobKey]) -> dict[str, Sequence[JobKey]]:
        if self.group_by is None:
            return {"": keys}
        groups = arranged((self._listed[key] for key in keys), self.group_by)
        return {group.title: [listed.key for listed in group.rows] for group in groups}

    # The cursor.

    @property
    def cursor(self) -> int:
        """Which of the jobs that are shown is selected."""
        self._arrange()
        return self._at

    @property
    def selected(self) -> Listed | None:
        """The job that is selected."""
        self._arrange()
        return self._listed[self._jobs[self._at]] if self._jobs else None

    def hold(self) -> None:
        """Keeps the selected job selected, as if it had been by hand."""
        if self._jobs:
            self._chosen = self._jobs[self.cursor]

    def select(self, index: int) -> bool:
        """Selects one of the jobs that are shown, or the nearest; returns whether it is another."""
        self._arrange()
        index = max(0, min(index, len(self._jobs) - 1))
        if not self._jobs:
            return False
        before, self._at = self._at, index
        self._chosen = self._jobs[index]
        return index != before

    @property
    def line(self) -> int:
        """The line of the selected job."""
        self._arrange()
        if self.group_by is None:
            return self._at
        return self._line_of.get(self._jobs[self._at], 0) if self._jobs else 0

    def index_of(self, key: JobKey) -> int | None:
        """Which of the jobs that are shown a job is; None for one that is not."""
        self._arrange()
        return self._index.get(key)

    # Marks.

    def mark(self, keys: Sequence[JobKey]) -> None:
        """Marks jobs, or takes the marks off if all of them have one."""
        if all(key in self.marked for key in keys):
            for key in keys:
                del self.marked[key]
        else:
            self.marked.update(dict.fromkeys(keys))

    # Sums.

    def total(self, title: str | None = None) -> Sum:
        """Returns the sum of a group, or of all jobs that are shown, as they were last read."""
        self._arrange()
        if title is not None:
            return Tally(map(self._share, self._groups[title])).sum
        if self._tally is None:
            self._tally = Tally(map(self._share, self._jobs))
        return self._tally.sum

    def _share(self, key: JobKey) -> Sum:
        known = self._shares.get(key)
        if known is None:
            known = self._shares[key] = share(self._listed[key])
        return known

    def _tell_tally(self, key: JobKey, before: Sum | None) -> None:
        """Brings the total up to date, which to add up anew would take long in a long list."""
        if self._tally is None or key not in self._index:
            return
        if before is None:
            self._tally = None
        else:
            self._tally.take(before)
            self._tally.add(self._share(key))
