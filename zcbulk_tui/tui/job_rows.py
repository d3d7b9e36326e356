"""Which jobs the list shows, and in which order: filter, sorting, groups, marks, cursor."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

from zcbulk_tui.domain.insertion import QueuedFile
from zcbulk_tui.domain.job import Environment, JobState
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.snapshot import JobKey, Listed
from zcbulk_tui.render.lineage import Branch, short_label
from zcbulk_tui.render.order import GroupBy, Key, Order, SortBy, arranged, key, ordered
from zcbulk_tui.render.totals import Sum, Tally, share, share_of_chain
from zcbulk_tui.tui.chain_lines import ChainKey, ChainLine, Chains

if TYPE_CHECKING:  # loaded with the first filter
    from zcbulk_tui.render.job_search import Search

Place = JobKey | ChainKey
"""Where the cursor can be: a job, or the chain of several."""

ListLine = Place | str
"""What a line of the list shows: a place, or the heading of a group."""


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
        self._now = datetime.fromtimestamp(0, UTC)
        # What is worked out of a job, until it changes.
        self._search: Search | None = None  # None until something is looked for
        self._sort_keys: dict[Place, Key] = {}
        self._shares: dict[Place, Sum] = {}
        self._tally: Tally | None = None  # of all that is shown
        self._is_arranged = True
        self._chains = Chains(self._listed)
        self._places: Sequence[Place] = []
        self._list_lines: Sequence[ListLine] = []
        self._index: dict[Place, int] = {}
        self._line_of: dict[ListLine, int] = {}
        # What is sorted and added up: chains as a whole, be they folded or not.
        self._units: Sequence[Place] = []
        self._groups: dict[str, Sequence[Place]] = {}
        # The place that was selected by hand; the cursor is beside it while a filter leaves it out.
        self._chosen: Place | None = None
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
        self._count(listed, 1)
        if self._chains.put(listed, is_new=before is None):
            self._forget_all()
        elif before is not None:
            self._tell_tally(self._unit(key), self._forget(key))
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
        if self._chains.drop(key):
            self._forget_all()
        self._tally = None
        self._is_arranged = False
        if key == self._chosen:
            self._chosen = self._nearest(self._places, self._is_listed)

    def set_files(self, profile: str, files: Sequence[QueuedFile]) -> None:
        """Takes the files of a profile on their way, of which some may repair a job."""
        if self._chains.set_files(profile, files):
            self._forget_all()

    def _count(self, listed: Listed, by: int) -> None:
        self.states[listed.snapshot.state] += by
        if listed.snapshot.is_failing:
            self.failing[listed.profile] += by

    def _is_listed(self, place: Place) -> bool:
        return (place.root if isinstance(place, ChainKey) else place) in self._listed

    def _nearest(self, before: Sequence[Place], fits: Callable[[Place], bool]) -> Place | None:
        """The place that the cursor goes to: the next one from where it is, else the one before.

        Args:
            before: The places that the cursor is among.
            fits: Whether it can go to one.
        """
        candidates = chain(before[self._at :], reversed(before[: self._at]))
        return next((place for place in candidates if fits(place)), None)

    def _unit(self, key: JobKey) -> Place:
        """What a job is sorted and added up with: its chain, where that is shown, or itself."""
        root = self._chains.root_of(key) if self._chains else None
        return ChainKey(root) if root is not None and ChainKey(root) in self._index else key

    def _forget(self, key: JobKey) -> Sum | None:
        """Forgets what was worked out of a job; returns what it, or its chain, added to sums."""
        added = self._shares.get(self._unit(key))
        root = self._chains.root_of(key) if self._chains else None
        for place in (key,) if root is None else (key, ChainKey(root)):
            if self._search is not None:
                self._search.forget(place)
            self._sort_keys.pop(place, None)
            self._shares.pop(place, None)
        return added

    def _forget_all(self) -> None:
        """Forgets all that was worked out, since other jobs belong together."""
        if self._search is not None:
            self._search.forget_all()
        self._sort_keys.clear()
        self._shares.clear()
        self._tally = None
        self._is_arranged = False

    # What is shown of them.

    @property
    def jobs(self) -> Sequence[JobKey]:
        """The jobs that are shown, in their order; those of folded chains among them."""
        self._arrange()
        return [key for unit in self._units for key in self.jobs_at(unit)]

    def jobs_at(self, place: Place) -> Sequence[JobKey]:
        """Returns the job of a place, or all of its chain."""
        return self._chains.jobs_of(place.root) if isinstance(place, ChainKey) else (place,)

    @property
    def places(self) -> Sequence[Place]:
        """Where the cursor can be, from the first line to the last."""
        self._arrange()
        return self._places

    @property
    def list_lines(self) -> Sequence[ListLine]:
        """What each line shows, from the first to the last."""
        self._arrange()
        return self._list_lines

    def filter(self, text: str) -> None:
        """Shows only what a filter finds; everything where it is empty."""
        self.query = text
        if self._search is None:
            # Nothing has been looked for in the first frame, nor by most who open the dashboard.
            from zcbulk_tui.render.job_search import Search

            self._search = Search()
        self._search.ask(text)
        self._is_arranged = False

    def set_time(self, now: datetime) -> None:
        """Takes the time of day, by which a filter of ages goes; aware."""
        self._now = now
        if self._search is not None and self._search.ages:
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
        return self._search is not None and not self._search.finds_all

    @property
    def _is_plain(self) -> bool:
        """Whether a change of a job cannot move it."""
        return not self._is_filtered and self.order.by is SortBy.ADDED and self.group_by is None

    def _arrange(self) -> None:
        if self._is_arranged:
            return
        self._is_arranged = True
        self._groups = self._grouped(self._sorted(self._found()))
        was_units, self._units = self._units, list(chain.from_iterable(self._groups.values()))
        before, self._places = self._places, self._with_branches(self._units)
        self._index = {place: line for line, place in enumerate(self._places)}
        self._index |= self._folded_away()
        if self.group_by is None:
            self._list_lines = self._places
        else:
            list_lines: list[ListLine] = []
            for title, members in self._groups.items():
                list_lines.append(title)
                list_lines += self._with_branches(members)
            self._list_lines = list_lines
            self._line_of = {list_line: line for line, list_line in enumerate(list_lines)}
        # As many places are the same ones, unless a job was shown in the place of its chain.
        is_same = self._units == was_units if self._chains else len(self._units) == len(was_units)
        if not is_same or self._is_filtered:
            self._tally = None
        is_shown = self._chosen in self._index
        here = self._chosen if is_shown else self._stand_in(before)
        # Until one is selected by hand it is the first, whichever that is.
        self._at = self._index[here] if here and self._chosen else 0

    def _stand_in(self, before: Sequence[Place]) -> Place | None:
        """Where the cursor is while its place is not shown."""
        chosen = self._chosen
        if isinstance(chosen, ChainKey) and chosen.root in self._index:
            return chosen.root  # what repaired it is off the list
        return self._nearest(before, self._index.__contains__)

    def _found(self) -> Sequence[Place]:
        """The jobs and chains that pass the filter, as they were added."""
        search = self._search
        if search is None or search.finds_all:
            return self._joined(lambda _: True) if self._chains else list(self._listed)
        if not self._chains:
            return search.found(self._listed, self._now)

        def passes(place: Place) -> bool:
            """Whether it finds a job by itself, or a chain by what its line shows."""
            if isinstance(place, ChainKey):
                return search.finds(place, *self._chains.line(place.root), self._now)
            return search.finds(place, self._listed[place], None, self._now)

        return self._joined(passes)

    def _joined(self, passes: Callable[[Place], bool]) -> list[Place]:
        """The places that pass, each chain in that of its root.

        Where a chain does not pass, a job that repairs in it may do so by itself.
        """
        found: list[Place] = []
        for listed in self._listed:
            root = self._chains.root_of(listed)
            chain_key = None if root is None else ChainKey(root)
            place = listed if chain_key is None or root != listed else chain_key
            is_shown = chain_key is not None and place != chain_key and passes(chain_key)
            if not is_shown and passes(place):
                found.append(place)
        return found

    def _with_branches(self, units: Sequence[Place]) -> Sequence[Place]:
        """Returns places with the jobs of unfolded chains below their chains."""
        if not self._chains:
            return units
        places: list[Place] = []
        for unit in units:
            places.append(unit)
            if isinstance(unit, ChainKey) and not self._chains.is_folded(unit.root):
                places += self._chains.jobs_of(unit.root)
        return places

    def _folded_away(self) -> dict[Place, int]:
        """Returns the jobs of the folded chains that are shown, with the places of these."""
        if not self._chains:
            return {}
        return {
            key: self._index[unit]
            for unit in self._units
            if isinstance(unit, ChainKey) and self._chains.is_folded(unit.root)
            for key in self._chains.jobs_of(unit.root)
        }

    def _sorted(self, places: Sequence[Place]) -> Sequence[Place]:
        by, known = self.order.by, self._sort_keys
        if by is SortBy.ADDED:
            return ordered(places, self.order, ())
        for unknown in (set(places) if self._chains else self._listed.keys()) - known.keys():
            known[unknown] = self._sort_key(unknown, by)
        return ordered(places, self.order, [known[it] for it in places])

    def _sort_key(self, place: Place, by: SortBy) -> Key:
        if isinstance(place, ChainKey):
            listed, made = self._chains.line(place.root)
            return key(listed, by, made)
        return key(self._listed[place], by)

    def _grouped(self, places: Sequence[Place]) -> dict[str, Sequence[Place]]:
        if self.group_by is None:
            return {"": places}
        # A chain is in the group of its root, whose key what stands for it has, too.
        by_key = {it.root if isinstance(it, ChainKey) else it: it for it in places}
        groups = arranged(map(self.shown_at, places), self.group_by)
        return {group.title: [by_key[listed.key] for listed in group.rows] for group in groups}

    # Chains.

    def shown_at(self, place: Place) -> Listed:
        """Returns what the line of a place is about: of a chain its newest job, under its name."""
        if isinstance(place, ChainKey):
            return self._chains.line(place.root).listed
        return self._listed[place]

    def job_at(self, place: Place) -> Listed:
        """Returns the job that keys on a place are about: of a chain the newest one."""
        key = self._chains.jobs_of(place.root)[-1] if isinstance(place, ChainKey) else place
        return self._listed[key]

    def chain_line(self, place: Place) -> ChainLine | None:
        """Returns what the line of a chain shows; None for that of a job."""
        return self._chains.line(place.root) if isinstance(place, ChainKey) else None

    def branch(self, place: Place) -> Branch:
        """Returns how a place belongs to the chain whose line it is, or is below."""
        if isinstance(place, ChainKey):
            return Branch.FOLDED if self._chains.is_folded(place.root) else Branch.UNFOLDED
        unit = self._unit(place)
        if not isinstance(unit, ChainKey):
            return Branch.NONE
        is_last = self._chains.jobs_of(unit.root)[-1] == place
        return Branch.LAST if is_last else Branch.ONE

    def label(self, place: Place) -> str:
        """Returns what a place is called: a job below its chain without the chain's name."""
        listed = self.shown_at(place)
        chain = self.chain_of(listed.key) if self.branch(place).is_below else None
        label = listed.snapshot.job.label
        return label if chain is None else short_label(label, chain)

    @property
    def chain(self) -> Chain | None:
        """The chain that the selected job belongs to; None for none."""
        return self.chain_of(self.selected.key) if self.selected else None

    def chain_of(self, key: JobKey) -> Chain | None:
        """Returns the chain that a job belongs to; None for none."""
        root = self._chains.root_of(key)
        return None if root is None else self._chains.line(root).chain

    def fold(self) -> bool:
        """Unfolds the chain that the cursor is on, or folds it; returns whether there is one."""
        place = self.place
        unit = self._unit(place) if isinstance(place, JobKey) else place
        if not isinstance(unit, ChainKey):
            return False
        self._chosen = unit
        self._chains.toggle(unit.root)
        self._is_arranged = False
        return True

    # The cursor.

    @property
    def cursor(self) -> int:
        """Which of the places is selected."""
        self._arrange()
        return self._at

    @property
    def place(self) -> Place | None:
        """The place that is selected."""
        self._arrange()
        return self._places[self._at] if self._places else None

    @property
    def selected(self) -> Listed | None:
        """The job that is selected: on the line of a chain the newest one."""
        place = self.place
        return None if place is None else self.job_at(place)

    def hold(self) -> None:
        """Keeps the selected place selected, as if it had been by hand."""
        self._chosen = self.place or self._chosen

    def select(self, index: int) -> bool:
        """Selects one of the places, or the nearest; returns whether it is another."""
        self._arrange()
        index = max(0, min(index, len(self._places) - 1))
        if not self._places:
            return False
        before, self._at = self._at, index
        self._chosen = self._places[index]
        return index != before

    @property
    def line(self) -> int:
        """The line of the selected place."""
        self._arrange()
        if self.group_by is None:
            return self._at
        return self._line_of.get(self._places[self._at], 0) if self._places else 0

    def index_of(self, place: Place) -> int | None:
        """Which of the places a job is, or is folded into; None for one that is not shown."""
        self._arrange()
        return self._index.get(place)

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
            self._tally = Tally(map(self._share, self._units))
        return self._tally.sum

    def _share(self, place: Place) -> Sum:
        known = self._shares.get(place)
        if known is None:
            known = self._shares[place] = self._worked_out(place)
        return known

    def _worked_out(self, place: Place) -> Sum:
        if isinstance(place, ChainKey):
            members = [self._listed[key] for key in self._chains.jobs_of(place.root)]
            return share_of_chain(self._chains.line(place.root).chain, members)
        return share(self._listed[place])

    def _tell_tally(self, place: Place, before: Sum | None) -> None:
        """Brings the total up to date, which to add up anew would take long in a long list."""
        if self._tally is None or place not in self._index:
            return
        if before is None:
            self._tally = None
        else:
            self._tally.take(before)
            self._tally.add(self._share(place))
