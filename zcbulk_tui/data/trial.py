"""Choosing the records of a trial: few, and such that most of what may fail is among them.

The source is read once more, after its check. Of each column some records are remembered for each
value, where there are few different ones, else for each shape of a value, and for what stands out;
then they take turns, the rarest first, until four fifths of the trial are full. The rest is drawn
at random, the same for the same file.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import chain, islice, zip_longest

from zcbulk_tui.data.rows import RECORDS_AT_ONCE, OnProgress, Record, in_chunks, read_rows
from zcbulk_tui.data.shapes import alphabet, shapes
from zcbulk_tui.data.source import Source
from zcbulk_tui.domain.preflight import Finding, Preflight
from zcbulk_tui.domain.record_set import RecordSet
from zcbulk_tui.domain.trial import Stratum, Trial

_AT_RANDOM = 5
"""One record in this many is drawn at random, however much there is to choose from."""

_RARE = 20
"""A value is rare if at most one record in this many has it."""

_FEW = 4
"""A column has few different values if each is there this many times on average."""

_ENTRIES = 200_000
"""Different values, and as many shapes, that are remembered of all columns together."""

_MOST_ENTRIES, _LEAST_ENTRIES = 500, 20
"""The same of one column."""

_COMPARED = 64
"""Characters by which values differ."""

_EXAMPLES = 2
"""Records that are remembered of each value, shape, or whatever else there is of a column."""

_Examples = tuple[int, ...]
"""Records any of which will do."""


def choose(
    source: Source,
    found: Preflight,
    most: int,
    *,
    encoding: str | None = None,
    without: RecordSet | None = None,
    on_progress: OnProgress | None = None,
) -> Trial:
    """Returns the records of a trial; memory does not grow with the file.

    Args:
        source: The file; it is read once.
        found: What its check found.
        most: How many records there are to be; all, where there are no more.
        encoding: Its encoding, as for the check.
        without: Records that are not chosen.
        on_progress: Called with the bytes read, and the bytes in all.

    Raises:
        DataError: The file cannot be read, or has changed.
    """
    reader = read_rows(
        source, encoding=encoding, delimiter=found.facts.delimiter, on_progress=on_progress
    )
    records = iter(reader)
    _, header = next(records)
    survey = _Survey(found, len(header), most, without or RecordSet())
    for some in in_chunks(records, RECORDS_AT_ONCE, lambda: reader.bytes_read):
        survey.take(some)
    return survey.trial()


class _Survey:
    """What is remembered of a source while it is read."""

    def __init__(self, found: Preflight, width: int, most: int, without: RecordSet) -> None:
        self._most = most
        self._width = width
        self._without = without
        self._findings = found.findings
        lines = (chain(it.lines, it.originals) for it in found.findings)
        self._lines = frozenset(chain.from_iterable(lines))
        self._by_line: dict[int, int] = {}
        entries = min(max(_ENTRIES // max(width, 1), _LEAST_ENTRIES), _MOST_ENTRIES)
        self._columns = [_Column(entries) for _ in range(width)]
        self._records = 0
        self._eligible = 0
        self._edges: list[int] = []
        eligible = found.facts.records - len(without)
        # Drawn by their ranks among the records that may be chosen.
        rng = random.Random(found.facts.sha256)  # noqa: S311 - repeatable, not cryptography
        self._drawn = dict.fromkeys(rng.sample(range(eligible), min(most, eligible)), 0)

    def take(self, records: Sequence[Record]) -> None:
        """Takes the next records of the file."""
        numbers: Sequence[int] = range(self._records + 1, self._records + 1 + len(records))
        self._records += len(records)
        if self._without:
            may_be = [number not in self._without for number in numbers]
            records = [it for it, may in zip(records, may_be, strict=True) if may]
            numbers = [it for it, may in zip(numbers, may_be, strict=True) if may]
            if not records:
                return
        lines, rows = zip(*records, strict=True)
        if self._lines.intersection(lines):
            pairs = zip(lines, numbers, strict=True)
            self._by_line.update(it for it in pairs if it[0] in self._lines)
        self._edges = [*self._edges[:1], numbers[-1]] if self._edges else [numbers[0], numbers[-1]]
        for rank, number in enumerate(numbers, start=self._eligible):
            if rank in self._drawn:
                self._drawn[rank] = number
        self._eligible += len(numbers)
        # Which value of another record is of which column is not known.
        whole = [at for at, row in enumerate(rows) if len(row) == self._width and any(row)]
        if len(whole) < len(rows):
            rows, numbers = tuple(rows[at] for at in whole), [numbers[at] for at in whole]
        for column, values in zip(self._columns, zip(*rows, strict=True), strict=False):
            column.take(values, numbers)

    def trial(self) -> Trial:
        """Returns the records, chosen in turns."""
        choice = _Choice(self._most)
        # One of each kind before anything else, whatever the room.
        kinds = {it.kind: it for it in reversed(self._findings)}
        for finding in reversed(kinds.values()):
            choice.add(
                Stratum.FINDING, islice(self._of_finding(finding), 2 if finding.originals else 1)
            )
        choice.most = self._most - self._most // _AT_RANDOM
        choice.add(Stratum.EDGE, ((it,) for it in self._edges))
        queues: list[tuple[Stratum, Iterator[_Examples]]] = [
            (Stratum.FINDING, self._of_finding(it)) for it in self._findings
        ]
        for stratum in (Stratum.LONGEST, Stratum.EMPTY, Stratum.NON_ASCII, Stratum.RARE):
            queues += [(stratum, it.examples(stratum, self._records)) for it in self._columns]
        while queues and choice.has_room:
            queues = [it for it in queues if choice.add_next(*it)]
        for column in self._columns:
            choice.add(Stratum.VALUE, column.examples(Stratum.VALUE, self._records))
        choice.most = self._most
        choice.add(Stratum.RANDOM, ((it,) for it in self._drawn.values() if it))
        return Trial(choice.records, choice.strata)

    def _of_finding(self, finding: Finding) -> Iterator[_Examples]:
        """Yields its records; a duplicate fails only where its original is there, too."""
        for pair in zip_longest(finding.lines, finding.originals):
            for line in pair:
                number = self._by_line.get(line)
                if number is not None:
                    yield (number,)


class _Choice:
    """The records that are chosen, each for the first reason that there is.

    Attributes:
        most: How many there are to be, for now.
        records: Their numbers.
        strata: How many were chosen for which reason.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.records = RecordSet()
        self.strata: Counter[Stratum] = Counter()

    @property
    def has_room(self) -> bool:
        """Whether there is room for another one."""
        return len(self.records) < self.most

    def add(self, stratum: Stratum, examples: Iterable[_Examples]) -> None:
        """Chooses one of each, as long as there is room, and none is chosen already."""
        some = iter(examples)
        while self.add_next(stratum, some):
            pass

    def add_next(self, stratum: Stratum, examples: Iterator[_Examples]) -> bool:
        """Chooses one of the next of which none is chosen; returns whether there was one."""
        if not self.has_room:
            return False
        for some in examples:
            if not any(it in self.records for it in some):
                self.records.add(some[0])
                self.strata[stratum] += 1
                return True
        return False


class _Column:
    """What is remembered of a column.

    Args:
        entries: Most of its different values, and of its shapes.
    """

    def __init__(self, entries: int) -> None:
        self._filled = 0
        self._empty: int | None = None
        self._non_ascii: int | None = None
        self._longest: list[tuple[int, int]] = []
        self._values = _Varieties(entries)
        self._shapes = _Varieties(entries)
        self._alphabets = _Varieties(entries)

    def take(self, values: Sequence[str], numbers: Sequence[int]) -> None:
        """Takes the values of some records, and the numbers of these."""
        lengths = list(map(len, values))
        longest = max(lengths)
        empty = values.count("")
        self._filled += len(values) - empty
        if empty and self._empty is None:
            self._empty = numbers[values.index("")]
        if len(self._longest) < _EXAMPLES or longest > self._longest[-1][0]:
            some = nlargest(_EXAMPLES, zip(lengths, (-it for it in numbers), strict=True))
            self._longest = nlargest(_EXAMPLES, [*self._longest, *some])
        if self._non_ascii is None and not "".join(values).isascii():
            self._non_ascii = next(
                number for value, number in zip(values, numbers, strict=True) if not value.isascii()
            )
        self._take_varieties(values, longest, numbers)

    def examples(self, stratum: Stratum, records: int) -> Iterator[_Examples]:
        """Yields the records that stand out for one reason, the rarest first.

        Args:
            stratum: The reason.
            records: How many there are in the file.
        """
        match stratum:
            case Stratum.LONGEST if self._filled:
                yield from ((-number,) for _, number in self._longest)
            case Stratum.EMPTY if self._empty is not None and self._filled:
                yield (self._empty,)
            case Stratum.NON_ASCII if self._non_ascii is not None:
                yield (self._non_ascii,)
            case Stratum.RARE | Stratum.VALUE:
                every = (self._values, self._shapes, self._alphabets)
                if few := next((it for it in every if it.are_few(records)), None):
                    yield from few.rarest(records, are_rare=stratum is Stratum.RARE)

    def _take_varieties(self, values: Sequence[str], longest: int, numbers: Sequence[int]) -> None:
        if not self._values.are_too_many:
            short = [it[:_COMPARED] for it in values] if longest > _COMPARED else values
            self._values.take(short, numbers)
        found = shapes(values)
        if not self._shapes.are_too_many:
            self._shapes.take(found, numbers)
        if not self._alphabets.are_too_many:
            alphabets = {it: alphabet(it) for it in set(found)}
            self._alphabets.take([alphabets[it] for it in found], numbers)


class _Varieties:
    """Different texts of a column, how many records have each, and some of these.

    Args:
        most: Beyond so many they are forgotten.

    Attributes:
        are_too_many: Whether there were more.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, _Examples] = {}
        self.are_too_many = False

    def take(self, texts: Sequence[str], numbers: Sequence[int]) -> None:
        """Takes the texts of some records, and the numbers of these."""
        self._counts.update(texts)
        if len(self._counts) > self._most:
            self.are_too_many = True
            self._counts.clear()
            self._examples.clear()
            return
        last = dict(zip(texts, numbers, strict=True))
        wanting = [it for it in last if len(self._examples.get(it, ())) < _EXAMPLES]
        if not wanting:
            return
        first = dict(zip(reversed(texts), reversed(numbers), strict=True))
        for text in wanting:
            some = dict.fromkeys((*self._examples.get(text, ()), first[text], last[text]))
            self._examples[text] = tuple(islice(some, _EXAMPLES))

    def are_few(self, records: int) -> bool:
        """Whether each is there several times on average."""
        return not self.are_too_many and len(self._counts) * _FEW <= records

    def rarest(self, records: int, *, are_rare: bool) -> Iterator[_Examples]:
        """Yields records of those that few have, or of all others, the rarest first."""
        for text, count in reversed(self._counts.most_common()):
            if (count * _RARE <= records) is are_rare:
                yield self._examples[text]
