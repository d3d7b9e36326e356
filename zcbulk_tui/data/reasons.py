"""The reasons of many rows in groups, one row after the other, in bounded memory.

Each row gets a number at once; which group that is becomes known when there is something to compare
it with: after `_MOST_OPEN` readings that are not like any before, and at the end.
"""

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from zcbulk_tui.data.masking import HOLE, Masker, Readings, Template, name_of
from zcbulk_tui.domain.failures import NO_REASON, OTHER_REASONS

MOST_GROUPS = 1_000
"""Groups besides that of the other reasons."""

NO_GROUP = 2**16 - 1
"""In the place of a group: the row is no failure."""

_NO_REASON, _SKIPPED = range(2)
"""Numbers of rows that have no template."""

_MOST_OPEN = 10_000
"""Readings whose group is not settled yet."""

_MOST_KEPT = 20_000
"""Reasons, and shapes of reasons, whose number is remembered."""

_FEW = 0.02
"""A template that another one covers is no kind of its own below this share of its rows."""

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
        self._numbers = array("I")
        self._exact: dict[str, int] = {}
        self._shapes: dict[str, int] = {}
        self._open: dict[tuple[Template, ...], int] = {}
        self._templates = ["", ""]
        """By number; empty for those without one."""
        self._others: set[int] = set()
        """Numbers of what is one of the other reasons."""
        self._known: dict[str, int] = {}
        self._frames = _Frames(self._masker)
        self._settled = 0
        """Rows that have been counted."""
        self._support: Counter[str] = Counter()

    def add(self, reason: str, cells: Sequence[str]) -> None:
        """Takes the next row.

        Args:
            reason: As it stands in the result.
            cells: The cells of its row.
        """
        number = self._exact.get(reason)
        if number is None:
            number = self._number(reason, cells)
        self._numbers.append(number)

    def skip(self) -> None:
        """Takes the next row, which is no failure."""
        self._numbers.append(_SKIPPED)

    def finish(self) -> tuple[list[ReasonGroup], "array[int]"]:
        """Returns the groups, the largest first and the other reasons last, and each row's."""
        self._settle()
        names = [
            OTHER_REASONS if number in self._others else name_of(template) or NO_REASON
            for number, template in enumerate(self._templates)
        ]
        counts: Counter[str] = Counter()
        for number, count in Counter(self._numbers).items():
            if number != _SKIPPED:
                counts[names[number]] += count
        others = counts.pop(OTHER_REASONS, 0)
        ordered = sorted(counts, key=lambda name: (-counts[name], name))
        kept = ordered[:MOST_GROUPS]
        others += sum(counts[name] for name in ordered[MOST_GROUPS:])
        templates = dict(zip(reversed(names), reversed(self._templates), strict=True))
        groups = [
            ReasonGroup(name, self._masker.fields_of(templates[name]), counts[name])
            for name in kept
        ]
        if others:
            groups.append(ReasonGroup(OTHER_REASONS, (), others))
        place = {name: at for at, name in enumerate(kept)}
        group_of = [place.get(name, len(kept)) for name in names]
        group_of[_SKIPPED] = NO_GROUP
        return groups, array("H", map(group_of.__getitem__, self._numbers))

    def _number(self, reason: str, cells: Sequence[str]) -> int:
        if not reason.strip():
            return _NO_REASON
        shape = self._shape(reason, cells)
        number = self._shapes.get(shape)
        if number is not None:
            return number
        readings = self._masker.read(reason, cells)
        number = self._of(readings)
        if readings.is_context_free and len(self._exact) < _MOST_KEPT:
            self._exact[reason] = number
        elif len(readings.templates) == 1:
            if len(self._shapes) >= _MOST_KEPT:
                self._shapes.clear()
            self._shapes[shape] = number
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
        best = 0
        for template in readings.templates:
            number = self._known.get(template.text)
            if number is not None:
                if template.sure == 1.0:
                    return number
                if not best or self._support[template.text] > self._support[self._templates[best]]:
                    best = number
        if best:
            return best
        plain = readings.templates[0].text
        if (covering := self._frames.covering(plain)) is not None:
            return self._known[covering]
        number = self._open.get(readings.templates)
        if number is None:
            if len(self._open) >= self._most_open:
                self._settle()
                return self._of(readings)
            number = self._open[readings.templates] = len(self._templates)
            self._templates.append(plain)
        return number

    def _settle(self) -> None:
        """Decides on the open readings, by how many rows speak for each."""
        counts = Counter(self._numbers[self._settled :])
        self._settled = len(self._numbers)
        for known, number in self._known.items():
            self._support[known] += counts[number]
        speaking: Counter[str] = Counter(self._support)
        for templates, number in self._open.items():
            for each in templates:
                if each.speaks:
                    speaking[each.text] += counts[number]
        rows: Counter[str] = Counter()
        for templates, number in self._open.items():
            chosen = _chosen(templates, speaking)
            self._templates[number] = chosen
            rows[chosen] += counts[number]
        merged = self._merged(self._support + rows)
        for number in self._open.values():
            self._templates[number] = _end_of(merged, self._templates[number])
        self._support.update(rows)
        self._remember()
        self._open.clear()

    def _merged(self, rows: Counter[str]) -> dict[str, str]:
        """Templates that are others with a value, and which."""
        merged = dict(_without_value(rows))
        self._frames = _Frames(self._masker, rows)
        rest = []
        for template, count in rows.items():
            if template in merged:
                continue
            covering = self._frames.covering(template, count)
            if covering is None:
                rest.append(template)
            elif covering != template:
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

    def _remember(self) -> None:
        """Keeps the templates with the most rows; the rest are other reasons from here on."""
        for number in self._open.values():
            template = self._templates[number]
            self._known.setdefault(template, number)
        rows: Counter[str] = Counter()
        for number, count in Counter(self._numbers).items():
            if number > _SKIPPED and number not in self._others:
                rows[self._templates[number]] += count
        self._support = rows
        keep = {template for template, _ in rows.most_common(2 * MOST_GROUPS)}
        if len(self._known) > len(keep):
            for number, template in enumerate(self._templates):
                if number > _SKIPPED and template not in keep:
                    self._others.add(number)
                    self._templates[number] = ""
            self._known = {it: number for it, number in self._known.items() if it in keep}
        self._frames = _Frames(self._masker, rows)


class _Frames:
    """What stands around the values of templates, to find one that covers a text.

    Args:
        masker: Says what is the name of a column.
        rows: How many rows each template has.
    """

    def __init__(self, masker: Masker, rows: Counter[str] | None = None) -> None:
        self._masker = masker
        self._rows: Counter[str] = rows or Counter()
        self._by_beginning: defaultdict[str, list[tuple[str, re.Pattern[str]]]] = defaultdict(list)
        for template, count in self._rows.most_common(MOST_GROUPS):
            constant = template.replace(HOLE, " ")
            if count < 2 or HOLE not in template or len(_WORD.findall(constant)) < 2:
                continue
            pattern = "(.+?)".join(map(re.escape, template.split(HOLE)))
            beginning = template.partition(HOLE)[0][:6]
            self._by_beginning[beginning].append((template, re.compile(pattern, re.DOTALL)))

    def covering(self, text: str, count: int = 1) -> str | None:
        """Returns a template with far more rows that has a value where the text has words."""
        for size in range(min(len(text), 6) + 1):
            for template, pattern in self._by_beginning.get(text[:size], ()):
                if count > max(1, _FEW * self._rows[template]) or template == text:
                    continue
                match = pattern.fullmatch(text)
                if match and not any(map(self._masker.is_name, match.groups())):
                    return template
        return None


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


def grouped(
    reasons: Iterable[tuple[str, Sequence[str]]], names: Sequence[str]
) -> list[ReasonGroup]:
    """Returns the groups of reasons, each with the cells of its row."""
    grouper = ReasonGrouper(names)
    for reason, cells in reasons:
        grouper.add(reason, cells)
    return grouper.finish()[0]
