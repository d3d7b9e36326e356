"""What stands around the values of known reasons: another row of one of them is found fast."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from zcbulk_tui.data.masking import HOLE, QUOTES, Masker, orders_of

_MOST = 1_000
_LETTERS = 6
"""Characters of a beginning, or of an end, by which frames are found."""

_FEW = 0.02
"""A template that another one covers is no kind of its own below this share of its rows."""

_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"[^\s\"'()<>:;=]*[\d@][^\s\"'()<>;=]*")


@dataclass(frozen=True, slots=True)
class _Frame:
    """A template, cut at its holes."""

    template: str
    rows: int
    before: str
    behind: str
    pattern: re.Pattern[str] | None

    def values(self, text: str) -> tuple[str, ...] | None:
        """Returns what stands in the holes; None for a text that is another."""
        before, behind = self.before, self.behind
        if not text.endswith(behind) or not text.startswith(before):
            return None
        if len(text) <= len(before) + len(behind):
            return None
        if self.pattern is None:
            return (text[len(before) : len(text) - len(behind)],)
        match = self.pattern.fullmatch(text)
        return None if match is None else match.groups()


class Frames:
    """The templates with values, to find one that covers a text.

    Args:
        masker: Says what is the name of a column.
        rows: How many rows each template has.
    """

    def __init__(self, masker: Masker, rows: Mapping[str, int]) -> None:
        self._masker = masker
        self._is_name = masker.is_name
        self._beginnings: defaultdict[str, list[_Frame]] = defaultdict(list)
        self._ends: defaultdict[str, list[_Frame]] = defaultdict(list)
        with_holes = [it for it in rows if HOLE in it and rows[it] > 1]
        for template in sorted(with_holes, key=rows.__getitem__, reverse=True)[:_MOST]:
            if len(_WORD.findall(template)) < 2:
                continue
            for text in orders_of(template):
                self._add(template, rows[template], text.split(HOLE))
        self._sizes = sorted({len(it) for it in self._beginnings}, reverse=True)
        self._end_sizes = sorted({len(it) for it in self._ends}, reverse=True)

    def of_row(self, reason: str, cells: Sequence[str]) -> str | None:
        """Returns the template that a reason fits, if it has a value for certain in each hole."""
        for frame in self._like(reason):
            values = frame.values(reason)
            if values is None:
                continue
            for value in values:
                if not self._is_value(value, cells):
                    break
            else:
                return frame.template
        return None

    def covering(self, text: str, rows: int = 1) -> str | None:
        """Returns a template with far more rows that has a value where the text has words."""
        for frame in self._like(text):
            if rows > max(1, _FEW * frame.rows) or frame.template == text:
                continue
            values = frame.values(text)
            if values is None:
                continue
            # Where the template names its column, another name is a value that somebody typed.
            if not any(map(self._is_name, values)) or self._masker.fields_of(frame.template):
                return frame.template
        return None

    def _add(self, template: str, rows: int, pieces: Sequence[str]) -> None:
        before, behind = pieces[0], pieces[-1]
        pattern = None
        if len(pieces) > 2:
            pattern = re.compile("(.+?)".join(map(re.escape, pieces)), re.DOTALL)
        frame = _Frame(template, rows, before, behind, pattern)
        if before:
            self._beginnings[before[:_LETTERS]].append(frame)
        else:
            self._ends[behind[-_LETTERS:]].append(frame)

    def _like(self, text: str) -> Iterator[_Frame]:
        for size in self._sizes:
            if frames := self._beginnings.get(text[:size]):
                yield from frames
        for size in self._end_sizes:
            if frames := self._ends.get(text[-size:] if size else ""):
                yield from frames

    def _is_value(self, text: str, cells: Sequence[str]) -> bool:
        if text in cells:
            return not self._is_name(text)
        if len(text) > 1 and text[-1] in QUOTES.get(text[0], ""):
            return not self._is_name(text[1:-1])
        if _TOKEN.fullmatch(text):
            return not self._is_name(text)
        return any(text == cell.strip() for cell in cells) and not self._is_name(text)
