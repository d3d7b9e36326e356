"""The reasons of many rows in groups, one row after the other, in bounded memory.

Each row gets a number at once; which group that is becomes known when there is something to compare
it with: after `_MOST_OPEN` readings that are not like any before, and at the end.
"""

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zcbulk_tui.data.frames import Frames
from zcbulk_tui.data.masking import HOLE, Masker, Readings, Template, name_of
from zcbulk_tui.domain.failures import NO_REASON, OTHER_REASONS

MOST_GROUPS = 1_000
"""Groups besides that of the other reasons."""

NO_GROUP = 2**16 - 1
"""In the place of a group: the row is no failure."""

_NO_REASON, _SKIPPED, _OTHERS = range(3)
"""Numbers of rows that have no template."""

_MOST_OPEN = 10_000
"""Readings whose group is not settled yet."""

_MOST_KEPT = 20_000
"""Reasons, and shapes of reasons, whose number is remembered."""

_FIRST_PROMOTION = 128
"""Open readings after which those are settled that many rows have."""

_MANY, _MANY_IN_DOUBT = 8, 40
"""Rows of a reading that is settled at once; the same where cells speak for another one."""

_ALIKE_AT_LEAST = 8
"""Templates that differ in one place only make that place a value."""

_ALIKE_IF_UNKNOWN = 40
"""The same where not all columns are known: a form may have many fields with one kind of fault."""

_MOST_WORDS = 24
_MOST_COMPARED = 4_000

_DIGITS = {ord(digit): "0" for digit in "123456789"}
_BY_ITS_QUOTES = "\"'`“‘„«»‹「『<"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """Rows with one reason, whatever their values.

    Attributes:
        name: The reason, masked and sanitised.
        fields: The columns that it names.
        records: How many rows.
    """

    name: str
    fields: tuple[str, ...]
    records: int


class ReasonGrouper:
    """Groups reasons.

    Args:
        names: The columns that are known.
        knows_all: Whether these are all columns of the upload.
        most_open: Readings that are kept until their groups are settled.
    """

    def __init__(
        self, names: Sequence[str], *, knows_all: bool = True, most_open: int = _MOST_OPEN
    ) -> None:
        self._masker = Masker(names)
        self._alike = _ALIKE_AT_LEAST if knows_all else _ALIKE_IF_UNKNOWN
        self._most_open = most_open
        self._rows = array("I")
        """The number of each row."""
        self._counted = 0
        """Rows that are in the counts."""
        self._counts = [0, 0, 0]
        self._same_as = array("I", range(3))
        """By number: itself, or the one that it has turned out to be."""
        self._known: dict[str, int] = {}
        """Templates that are groups."""
        self._open: dict[tuple[Template, ...], int] = {}
        """Readings that nothing is decided about yet."""
        self._promoted_at = _FIRST_PROMOTION
        self._exact: dict[str, int] = {}
        self._shapes: dict[str, int] = {}
        self._frames = Frames(self._masker, {})

    def add(self, reason: str, cells: Sequence[str]) -> None:
        """Takes the next row.

        Args:
            reason: As it stands in the result.
            cells: The cells of its row.
        """
        number = self._exact.get(reason)
        if number is None:
            number = self._number(reason.strip(), cells)
        self._rows.append(number)

    def skip(self) -> None:
        """Takes the next row, which is no failure."""
        self._rows.append(_SKIPPED)

    def finish(self) -> tuple[list[ReasonGroup], "array[int]"]:
        """Returns the groups, the largest first and the other reasons last, and each row's."""
        self._settle()
        rows: Counter[str] = Counter()
        template_of = {NO_REASON: ""}
        numbers: defaultdict[str, list[int]] = defaultdict(list, {NO_REASON: [_NO_REASON]})
        for template, number in self._known.items():
            name = name_of(template)
            template_of.setdefault(name, template)
            numbers[name].append(number)
        for name, some in numbers.items():
            rows[name] = sum(self._counts[number] for number in some)
        ordered = sorted(+rows, key=lambda name: (-rows[name], name))
        kept = ordered[:MOST_GROUPS]
        groups = [
            ReasonGroup(name, self._masker.fields_of(template_of[name]), rows[name])
            for name in kept
        ]
        others = self._counts[_OTHERS] + sum(rows[name] for name in ordered[MOST_GROUPS:])
        if others:
            groups.append(ReasonGroup(OTHER_REASONS, (), others))
        place = {_SKIPPED: NO_GROUP}
        place |= {number: at for at, name in enumerate(kept) for number in numbers[name]}
        group_of = [place.get(self._root(it), len(kept)) for it in range(len(self._same_as))]
        return groups, array("H", map(group_of.__getitem__, self._rows))

    def _number(self, reason: str, cells: Sequence[str]) -> int:
        if not reason:
            return _NO_REASON
        if (number := self._exact.get(reason)) is not None:
            return number
        if (template := self._frames.of_row(reason, cells)) is not None:
            return self._known[template]
        shape = self._shape(reason, cells)
        if (number := self._shapes.get(shape)) is not None:
            return number
        readings = self._masker.read(reason, cells)
        number = self._of(readings)
        if readings.is_context_free:
            _remember(self._exact, reason, number)
        elif len(readings.templates) == 1:
            _remember(self._shapes, shape, number)
        return number

    def _shape(self, reason: str, cells: Sequence[str]) -> str:
        """A reason without the cells in its quotes, and with one digit for all: found fast."""
        shape = reason
        for quote in _BY_ITS_QUOTES:
            if quote in reason:
                for cell in cells:
                    if cell and cell in shape:
                        shape = _without(shape, cell)
                break
        lowered = shape.lower()
        for keeper in self._masker.keepers:
            if keeper in lowered:
                return shape
        return shape.translate(_DIGITS)

    def _of(self, readings: Readings) -> int:
        """The number of a row by its readings: a known one, or that of those like it."""
        plain = readings.templates[0].text
        known = [self._known[it.text] for it in readings.templates if it.text in self._known]
        if known:
            return self._known.get(plain) or max(known, key=self._counts.__getitem__)
        if (covering := self._frames.covering(plain)) is not None:
            return self._known[covering]
        number = self._open.get(readings.templates)
        if number is None:
            if len(self._open) >= self._most_open:
                self._settle()
                return self._of(readings)
            if len(self._open) >= self._promoted_at:
                self._promote()
                return self._of(readings)
            number = self._open[readings.templates] = len(self._counts)
            self._counts.append(0)
            self._same_as.append(number)
        return number

    def _promote(self) -> None:
        """Makes groups of the readings that many rows have; the others stay open."""
        chosen, rows = self._decide()
        for templates, template in chosen.items():
            is_doubtful = len(templates) > 1 and template == templates[0].text
            if rows[template] >= (_MANY_IN_DOUBT if is_doubtful else _MANY):
                self._join(self._open.pop(templates), template)
        self._promoted_at = max(2 * len(self._open), _FIRST_PROMOTION)
        self._frames = Frames(self._masker, self._rows_of_known())

    def _settle(self) -> None:
        """Makes groups of all open readings; the smallest of too many become other reasons."""
        chosen, rows = self._decide()
        merged = self._merged(Counter(self._rows_of_known()) + rows)
        for template in [it for it in self._known if it in merged]:
            self._join(self._known.pop(template), _end_of(merged, template))
        for templates, template in chosen.items():
            self._join(self._open.pop(templates), _end_of(merged, template))
        kept = sorted(self._known, key=lambda it: self._counts[self._known[it]], reverse=True)
        for template in kept[2 * MOST_GROUPS :]:
            self._make_same(self._known.pop(template), _OTHERS)
        self._promoted_at = _FIRST_PROMOTION
        self._frames = Frames(self._masker, self._rows_of_known())

    def _decide(self) -> tuple[dict[tuple[Template, ...], str], Counter[str]]:
        """The template that each open reading is, and the rows that each has, as of now."""
        for number, count in Counter(self._rows[self._counted :]).items():
            self._counts[self._root(number)] += count
        self._counted = len(self._rows)
        speaking = Counter(self._rows_of_known())
        for templates, number in self._open.items():
            for template in templates:
                if template.speaks:
                    speaking[template.text] += self._counts[number]
        chosen: dict[tuple[Template, ...], str] = {}
        rows: Counter[str] = Counter()
        for templates, number in self._open.items():
            chosen[templates] = text = _chosen(templates, speaking)
            # One that comes next has no count yet, and is none of nothing.
            rows[text] += max(self._counts[number], 1)
        return chosen, rows

    def _rows_of_known(self) -> dict[str, int]:
        return {template: self._counts[number] for template, number in self._known.items()}

    def _join(self, number: int, template: str) -> None:
        """Makes a number that of a template, or the same as the one that has it."""
        if (known := self._known.setdefault(template, number)) != number:
            self._make_same(number, known)
        elif HOLE not in template:
            _remember(self._exact, template, number)

    def _make_same(self, number: int, other: int) -> None:
        self._same_as[number] = other
        self._counts[other] += self._counts[number]
        self._counts[number] = 0

    def _root(self, number: int) -> int:
        while (other := self._same_as[number]) != number:
            number = other
        return number

    def _merged(self, rows: Counter[str]) -> dict[str, str]:
        """Templates that are others with a value, and which."""
        merged = dict(_without_value(rows))
        frames = Frames(self._masker, rows)
        rest = []
        for template, count in rows.items():
            if template in merged:
                continue
            if (covering := frames.covering(template, count)) is None:
                rest.append(template)
            else:
                merged[template] = covering
        merged.update(self._alike_in(rest, rows))
        return merged

    def _alike_in(self, rest: Sequence[str], rows: Counter[str]) -> Iterator[tuple[str, str]]:
        """Yields those that differ from many others in one place only, and what they become."""
        few = max(rows.total() // 200, 3)
        left = [it for it in rest if rows[it] <= few and it.count(" ") < _MOST_WORDS]
        left = sorted(left, key=rows.__getitem__)[:_MOST_COMPARED]
        while len(left) >= self._alike:
            with_hole: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
            for template in left:
                for before, value, behind in _cuts(template):
                    if not self._masker.is_name(value):
                        with_hole[before, behind].add(template)
            best = max(
                with_hole,
                key=lambda it: (len(with_hole[it]), len(it[0]) + len(it[1])),
                default=None,
            )
            if best is None or len(with_hole[best]) < self._alike:
                return
            together = f"{best[0]} {HOLE} {best[1]}".strip()
            for template in with_hole[best]:
                yield template, together
            left = [it for it in left if it not in with_hole[best]]


def _remember(cache: dict[str, int], text: str, number: int) -> None:
    if len(cache) >= _MOST_KEPT:
        cache.clear()
    cache[text] = number


def _end_of(merged: dict[str, str], template: str) -> str:
    """What a template has become, and what that has, until one stays or comes again."""
    seen = {template}
    while (following := merged.get(template)) is not None and following not in seen:
        template = following
        seen.add(template)
    return template


def _chosen(templates: Sequence[Template], speaking: Counter[str]) -> str:
    """The reading that the rows speak for: the plain one, if many have it whatever their cells."""
    plain = templates[0].text
    support = speaking[plain]
    best, most = plain, 0
    for template in templates[1:]:
        found = speaking[template.text]
        if support < template.sure * found and found > most:
            best, most = template.text, found
    return best


def _without_value(rows: Counter[str]) -> Iterator[tuple[str, str]]:
    """Yields templates that are another one whose value is empty, and that one."""
    for template in rows:
        if HOLE not in template:
            continue
        pieces = template.split(HOLE)
        for at in range(1, len(pieces)):
            before, behind = HOLE.join(pieces[:at]), HOLE.join(pieces[at:])
            without = " ".join(f"{before}{behind}".split())
            if without != template and without in rows and _WORD.search(without):
                yield without, template


def _cuts(template: str) -> Iterator[tuple[str, str, str]]:
    """Yields a template without some words that follow each other, two at least being left."""
    words = template.split(" ")
    for start in range(len(words)):
        for end in range(start + 1, min(start + 5, len(words) + 1)):
            if len(words) - (end - start) >= 2:
                yield " ".join(words[:start]), " ".join(words[start:end]), " ".join(words[end:])


def _without(text: str, cell: str) -> str:
    """A text without a cell wherever marks stand around it."""
    at = text.find(cell)
    while at >= 0:
        end = at + len(cell)
        if (
            at > 0
            and end < len(text)
            and text[at - 1] in _BY_ITS_QUOTES
            and not text[end].isalnum()
        ):
            text = text[:at] + HOLE + text[end:]
            end = at + 1
        at = text.find(cell, end)
    return text
