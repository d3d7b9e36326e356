"""The filter of the list: the words that a job must have, and the bounds of its figures."""

import re
from collections.abc import Hashable, Mapping
from datetime import datetime
from math import inf, nan, nextafter
from typing import NamedTuple, TypeVar

from zcbulk_tui.domain.concern import Concern, assess, assess_chain
from zcbulk_tui.domain.job import Counts
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.render import concerns, words
from zcbulk_tui.render import terms as language
from zcbulk_tui.render.terms import SearchField, Term

_Place = TypeVar("_Place", bound=Hashable)


class Searchable(NamedTuple):
    """The searchable texts of a job, all in lower case.

    Attributes:
        anywhere: Text for words without a prefix: all but the application, which most jobs of a
            list share.
        job: Its label and its id.
        state: The words for its state, each after a line break; empty before the first reading.
        form: Its form.
        env: Its environment.
        app: Its owner and application, as in ``owner/app``.
        profile: The profile that watches it.
        tag: Its tags.
        risk: The words for its worst concern; empty for none.
    """

    anywhere: str
    job: str
    state: str
    form: str
    env: str
    app: str
    profile: str
    tag: str
    risk: str


class Bound(NamedTuple):
    """A figure that must lie within a range, or must not.

    Attributes:
        figure: The index of the figure among `Figures`.
        least: The least that fits.
        most: The most that fits.
        required: Whether it must, or must not.
    """

    figure: int
    least: float
    most: float
    required: bool


class Figures(NamedTuple):
    """The figures of a job that a filter can bound; not a number where one is not known.

    Attributes:
        total: Records.
        ok: Records that went in.
        failed: Records that failed.
        left: Records that are left.
        age: When it was read, in seconds since the epoch.
    """

    total: float
    ok: float
    failed: float
    left: float
    age: float


class JobFilter(NamedTuple):
    """A filter as it was typed; one without words and bounds finds everything."""

    terms: tuple[Term, ...] = ()
    bounds: tuple[Bound, ...] = ()

    @property
    def ages(self) -> bool:
        """Whether the passing time alone changes what it finds."""
        return any(bound.figure == _AGE for bound in self.bounds)

    def finds(self, texts: Searchable, figures: Figures, now: datetime) -> bool:
        """Whether it finds a job."""
        if not language.matches(self.terms, texts):
            return False
        for figure, least, most, required in self.bounds:
            value = figures[figure]
            if figure == _AGE:
                value = now.timestamp() - value
            if (least <= value <= most) is not required:
                return False
        return True


def searchable(listed: Listed, chain: Chain | None = None) -> Searchable:
    """Returns the searchable texts of a job; cacheable as long as its snapshot.

    Args:
        listed: The job, or what stands for a chain.
        chain: Where it stands for one, the chain, whose net result counts.
    """
    snapshot = listed.snapshot
    job, ref = snapshot.job, snapshot.ref
    name = f"{job.label}\n{ref.job_id}"
    app = f"{ref.owner}/{ref.app}"
    tags = "\n".join(job.tags)
    everything = (
        name,
        ref.form,
        ref.environment,
        tags,
        job.note,
        words.STATE[snapshot.state] if snapshot.state else "",
        snapshot.last.raw_state if snapshot.last else "",
        snapshot.fault.error.title if snapshot.fault else "",
    )
    return Searchable(
        "\n".join(everything).casefold(),
        name.casefold(),
        _state(snapshot),
        ref.form.casefold(),
        ref.environment.casefold(),
        app.casefold(),
        listed.profile.casefold(),
        tags.casefold(),
        _risk(snapshot, chain),
    )


def figures(snapshot: JobSnapshot, chain: Chain | None = None) -> Figures:
    """Returns the figures of a job; cacheable as long as its snapshot.

    Args:
        snapshot: The job, or what stands for a chain.
        chain: Where it stands for one, the chain, whose net result counts.
    """
    last = snapshot.last
    counts = chain.counts if chain else last.counts if last else Counts()
    total, ok, failed, left = (
        nan if count is None else float(count)
        for count in (counts.total, counts.success, counts.failed, counts.left)
    )
    return Figures(total, ok, failed, left, last.read_at.timestamp() if last else nan)


def job_filter(text: str) -> JobFilter:
    """Parses a filter as typed; what is incomplete, as in ``failed:>``, finds everything."""
    names: list[str] = []
    bounds: list[Bound] = []
    for word in text.split():
        found = _BOUND.fullmatch(word.casefold())
        if found is None:
            names.append(word)
        elif found["number"]:
            bounds.append(_bound(found))
    return JobFilter(language.terms(names, _FIELDS, _ANYWHERE), tuple(bounds))


class Search:
    """What is looked for, and what is known of each place for that, until it changes.

    Attributes:
        finds_all: Whether nothing is looked for.
    """

    def __init__(self) -> None:
        self._filter = JobFilter()
        self.finds_all = True
        self._known: dict[Hashable, tuple[Searchable, Figures]] = {}

    def ask(self, text: str) -> None:
        """Looks for what a filter says, as it was typed."""
        self._filter = job_filter(text)
        self.finds_all = self._filter == JobFilter()

    @property
    def ages(self) -> bool:
        """Whether the passing time alone changes what it finds."""
        return self._filter.ages

    def found(self, jobs: Mapping[_Place, Listed], now: datetime) -> list[_Place]:
        """Returns the places of the jobs that it finds, in their order."""
        known, finds = self._known, self._filter.finds
        for unknown in jobs.keys() - known.keys():
            listed = jobs[unknown]
            known[unknown] = searchable(listed), figures(listed.snapshot)
        return [place for place in jobs if finds(*known[place], now)]

    def finds(self, place: Hashable, listed: Listed, chain: Chain | None, now: datetime) -> bool:
        """Whether it finds what is at a place.

        Args:
            place: Where it is.
            listed: The job, or what stands for a chain.
            chain: Where it stands for one, the chain.
            now: The time of day; aware.
        """
        if place not in self._known:
            self._known[place] = searchable(listed, chain), figures(listed.snapshot, chain)
        return self._filter.finds(*self._known[place], now)

    def forget(self, place: Hashable) -> None:
        """Forgets what is known of a place, which has changed."""
        self._known.pop(place, None)

    def forget_all(self) -> None:
        """Forgets what is known of all places."""
        self._known.clear()


_BOUND = re.compile(
    rf"(?P<no>!?)(?P<figure>{'|'.join(Figures._fields)}):"
    r"(?P<sign>[<>]?=?)(?P<number>(?:[0-9][0-9,]*(?:\.[0-9]+)?)?)(?P<unit>[a-z]?)"
)

_UNITS = {"k": 1e3, "m": 1e6, "": 1.0}
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "": 1.0}


def _bound(found: re.Match[str]) -> Bound:
    index = Figures._fields.index(found["figure"])
    unit = (_SECONDS if index == _AGE else _UNITS).get(found["unit"], nan)  # nan fits nothing
    number = float(found["number"].replace(",", "")) * unit
    # The next number up or down leaves the bound itself out.
    least, most = {
        "<": (-inf, nextafter(number, -inf)),
        "<=": (-inf, number),
        ">": (nextafter(number, inf), inf),
        ">=": (number, inf),
    }.get(found["sign"], (number, number))
    return Bound(index, least, most, not found["no"])


_AGE = Figures._fields.index("age")


def _risk(snapshot: JobSnapshot, chain: Chain | None) -> str:
    """The words for the worst concern: "over the limit" means that it may be aborted, too."""
    concern = (assess(snapshot) if chain is None else assess_chain(snapshot, chain)).concern
    said = concerns.WORDS[concern]
    return f"{said} {concerns.WORDS[Concern.MAY_BE_ABORTED]}" if not concern else said


def _state(snapshot: JobSnapshot) -> str:
    """The words for a state, and the last part of one: "sys-aborted" is "aborted", too."""
    if snapshot.state is None:
        return ""
    shown = words.STATE[snapshot.state]
    return f"\n{shown}\n{snapshot.state.value}\n{shown.rpartition('-')[2]}"


_ANYWHERE = Searchable._fields.index("anywhere")
_FIELDS = tuple(
    # A state is found by how its words begin: "failed" is a word, "5 failed records" is not.
    SearchField(f"{name}:", index, "\n" if name == "state" else "")
    for index, name in enumerate(Searchable._fields)
    if index != _ANYWHERE
)
