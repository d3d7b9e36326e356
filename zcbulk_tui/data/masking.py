"""What of a reason is a value of its row, and what is said of every row.

A text in quotes, a number, a date, an address is a value wherever it stands. What only equals a
cell of its row, or stands in brackets, may be one or not: ``Enter a valid number for Phone`` in a
row with a cell ``valid``. So a reason has several readings, and `data.reasons` chooses between them
by what all rows together say.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import NamedTuple

from zcbulk_tui.domain.failures import VALUE
from zcbulk_tui.domain.text import one_line

HOLE = "\0"
"""In a template: where a value stood."""

_LONGEST = 600
"""Characters of a reason that are read: of a longer one its beginning and its end."""

_LONGEST_NAME = 300

_MOST_DOUBTS = 3
"""Places of a reason that may be values or not; each doubles the readings."""

_CUT_AT_LEAST = 16
"""Characters of a cell that a reason may have before it cuts the cell off."""

_SURE_OF_CELL = 0.9
"""A reading without the cell stands where it has this share of the rows that a value would have."""

_SURE_OF_NAME = 1.01
"""The same of a cell with a capital within a sentence, or of several words: where nothing else
speaks for either, it is a value."""

_SURE_OF_FRAME = 0.2
"""The same of what stands in brackets, without a cell that says so."""

QUOTES = {
    '"': '"', "'": "'", "`": "`'", "“": "”", "‘": "’", "„": "“”", "«": "»", "»": "«", "‹": "›",
    "「": "」", "『": "』", "<": ">",
}  # fmt: skip
"""Opening marks around a value, and what may close each."""

_QUOTED = "|".join(
    (
        r'(?<!\w)"(?:[^"]|"")*?"(?![\w"])',
        r"(?<!\w)'.*?'(?!\w)",
        "`.*?[`']",
        "“.*?”",
        r"‘.*?’(?!\w)",
        "„.*?[“”]",
        "«.*?»",
        "‹.*?›",
        "「.*?」",
        "『.*?』",
        "<[^<>]*>",
    )
)
_PARTING = r"\s\"()\[\]{}<>:;=|,\0"
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_STRONG = (
    rf"(?P<quoted>{_QUOTED})"
    r"|(?P<keep>\b(?:code|error)\b\W{0,3}\d{3,5}\b(?![.,:]?\d))"
    r"|(?P<url>\b[a-z][a-z+]{1,9}://[^\s\"'<>]+|\bwww\.[^\s\"'<>]+)"
    rf"|(?P<date>\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s+{_MONTH}\.?,?\s+\d{{4}}\b"
    rf"|\b{_MONTH}\.?\s+\d{{1,2}},?\s+\d{{4}}\b)"
    rf"|(?P<token>(?<![^{_PARTING}])[^{_PARTING}]*[\d@](?:[^{_PARTING}]|[,:](?=\d))*"
    r"(?:\s?[ap]\.?m\b)?)"
)

_WORD = re.compile(r"\w+")

_ONE_HOLE = re.compile(r"\0(?:[ ,.+/-]*\0)+")
_BRACKETS = re.compile(r"\(([^()\0]+)\)|\[([^\[\]\0]+)\]")
_EMPTY_WORDS = re.compile(r"(?<![\w'])(?:null|none|nan|n/a|undefined)(?!\w)", re.IGNORECASE)
_PARTS = re.compile(r"\s*(?:\n|;\s|\s\|\s)\s*|(?<=[^.\s][.])\s+(?=[A-Z\0'\"])")
_CODE = re.compile(r"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]{4,})(?:-(.*))?", re.DOTALL)
_COLUMN = re.compile(r"[^\W\d][\w.]*(?: [\w.]+){0,3}")
_BEGINS_A_SENTENCE = f"{HOLE}'\""
_MOST_ORDERED = 3
_UNSAFE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]+")


class Template(NamedTuple):
    """A reason as it may be read.

    Attributes:
        text: The reason with a `HOLE` for each value.
        sure: The share of this reading's rows from which on the plain reading stands.
        speaks: Whether its row says that there are values in the holes.
    """

    text: str
    sure: float = 1.0
    speaks: bool = True


class _Doubt(NamedTuple):
    """A place that may be a value."""

    start: int
    end: int
    sure: float
    speaks: bool


@dataclass(frozen=True, slots=True)
class Readings:
    """A reason as it may be read.

    Attributes:
        templates: The plain reading first; one where there is no doubt.
        is_context_free: Whether every row with this reason has the same readings.
    """

    templates: tuple[Template, ...]
    is_context_free: bool = False


class Masker:
    """Reads reasons.

    Args:
        names: The columns that are known, which are no values where a reason names them.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = {form: name for name in names for form in _forms(name)}
        self._as_written = _NamesIn({name: name for name in self._names.values()})
        self._in_any_case = _NamesIn(self._names)
        with_digits = sorted(
            (form for form in self._names if any(map(str.isdigit, form))), key=len, reverse=True
        )
        known = "|".join(map(re.escape, with_digits[:200]))
        own = rf"(?P<known>(?<!\w)(?:{known})(?!\w))|" if known else ""
        self._strong = re.compile(own + _STRONG, re.IGNORECASE | re.DOTALL)
        self.keepers = ("code", "error", *with_digits)
        """Of the reasons without any of these, in small letters, no digit is kept."""

    def read(self, reason: str, cells: Sequence[str]) -> Readings:
        """Returns the readings of a reason.

        Args:
            reason: As it stands in the result.
            cells: Those of its row.
        """
        text = _cleaned(reason)
        if (codes := self._codes(text)) is not None:
            return Readings((Template(codes),), is_context_free=True)
        text = _shortened(_without_quoted(text, cells, self._names))
        doubts = self._doubts(text, cells)
        readings: dict[str, Template] = {}
        for count in range(len(doubts) + 1):
            for some in combinations(doubts, count):
                masked = self._masked(text, some)
                sure = min((doubt.sure for doubt in some), default=1.0)
                speaks = all(doubt.speaks for doubt in some)
                readings.setdefault(masked, Template(masked, sure, speaks))
        return Readings(tuple(readings.values()))

    def fields_of(self, template: str) -> tuple[str, ...]:
        """Returns the columns that a template names, in its order."""
        if (codes := _split_codes(template)) is not None:
            columns = dict.fromkeys(column for _, some in codes for column in some)
            return tuple(self._names.get(_folded(column), column) for column in columns)
        return self._as_written.of(template) or self._in_any_case.of(template.casefold())

    def is_name(self, text: str) -> bool:
        """Whether a text is the name of a column."""
        return _folded(text) in self._names

    def _codes(self, text: str) -> str | None:
        """Codes in one order, each with its columns in one; None for what is no list of codes."""
        codes = _split_codes(text)
        if codes is None:
            return None
        together: dict[str, set[str]] = {}
        for code, columns in codes:
            together.setdefault(code, set()).update(
                self._names.get(_folded(column), column) for column in columns
            )
        return ":".join(
            f"{code}-{','.join(sorted(columns))}" if columns else code
            for code, columns in sorted(together.items())
        )

    def _doubts(self, text: str, cells: Sequence[str]) -> list[_Doubt]:
        """The places that may be values, none of them inside what is one."""
        sure = [match.span() for match in self._strong.finditer(text) if not self._keeps(match)]
        found = [
            _Doubt(*match.span(), 0.9, speaks=False)
            for match in self._strong.finditer(text)
            if match.lastgroup == "quoted" and self.is_name(match[0][1:-1])
        ]
        found += [
            _Doubt(
                *match.span(match.lastindex or 0), _SURE_OF_FRAME, not self.is_name(match[0][1:-1])
            )
            for match in _BRACKETS.finditer(text)
        ]
        found += [_Doubt(*m.span(), _SURE_OF_FRAME, True) for m in _EMPTY_WORDS.finditer(text)]
        found += self._of_cells(text, cells)
        found.sort(key=lambda it: (it.start - it.end, -it.sure))
        chosen: list[_Doubt] = []
        for doubt in found:
            if any(start <= doubt.start and doubt.end <= end for start, end in sure):
                continue
            if all(doubt.end <= it.start or it.end <= doubt.start for it in chosen):
                chosen.append(doubt)
        return sorted(chosen[:_MOST_DOUBTS])

    def _of_cells(self, text: str, cells: Sequence[str]) -> Iterator[_Doubt]:
        lowered = text.lower()
        if len(lowered) != len(text):
            lowered = text
        for cell in dict.fromkeys(cells):
            value = " ".join(cell.split()).lower()
            if not value or len(value) > _LONGEST:
                value = value[:_LONGEST]
            if not any(map(str.isalnum, value)):
                continue
            at = lowered.find(value)
            while at >= 0:
                end = at + len(value)
                if _is_apart(lowered, at, end):
                    sure = _SURE_OF_NAME if _is_like_a_name(text, at, end) else _SURE_OF_CELL
                    yield _Doubt(at, end, sure, not self.is_name(value))
                at = lowered.find(value, end)
            if len(value) > _CUT_AT_LEAST and (at := lowered.find(value[:_CUT_AT_LEAST])) >= 0:
                end = at + _CUT_AT_LEAST
                while end < len(lowered) and value.startswith(lowered[at : end + 1]):
                    end += 1
                while end < len(lowered) and lowered[end] in ".…":
                    end += 1
                yield _Doubt(at, end, _SURE_OF_CELL, speaks=True)

    def _masked(self, text: str, holes: Sequence[_Doubt]) -> str:
        for hole in reversed(holes):
            text = text[: hole.start] + HOLE + text[hole.end :]
        return _template(self._strong.sub(self._hole, text))

    def _keeps(self, match: re.Match[str]) -> bool:
        kind, found = match.lastgroup, match[0]
        if kind in ("keep", "known"):
            return True
        return self.is_name(found[1:-1] if kind == "quoted" else found.rstrip(".!?…'"))

    def _hole(self, match: re.Match[str]) -> str:
        if self._keeps(match):
            return match[0]
        found = match[0]
        if match.lastgroup in ("token", "url"):
            return HOLE + found[len(found.rstrip(".!?…'")) :].rstrip("'")
        return HOLE


def name_of(template: str) -> str:
    """Returns the name of the group of a template: sanitised, without a single value."""
    return one_line(template.replace(HOLE, VALUE), _LONGEST_NAME)


def orders_of(template: str) -> Iterator[str]:
    """Yields the orders in which the sentences of a template may stand in a reason."""
    parts = [part for part in _PARTS.split(template) if part]
    if not 1 < len(parts) <= _MOST_ORDERED or not all(map(_is_sentence, parts)):
        yield template
        return
    yield from map(_joined, permutations(parts))


def _template(masked: str) -> str:
    """A masked reason in the one way in which it is written."""
    parts = [_ONE_HOLE.sub(HOLE, " ".join(part.split())) for part in _PARTS.split(masked)]
    parts = [part for part in parts if part]
    if len(parts) > 1 and all(map(_is_sentence, parts)):
        parts = sorted(set(parts))
    return _joined(parts)


def _is_sentence(part: str) -> bool:
    return part[0].isupper() or part[0] in _BEGINS_A_SENTENCE


def _joined(parts: Sequence[str]) -> str:
    ends = ["" if part[-1] == "." else ";" for part in parts[:-1]]
    return " ".join([*map(str.__add__, parts, ends), *parts[-1:]])


def _cleaned(reason: str) -> str:
    """A reason without what cannot be shown, and without what is only around it."""
    text = _shown(reason).strip()
    if text[:1] in ("{", "[") and text[-1:] in ("}", "]"):
        text = _flattened(text)
    while len(text) > 2 and text[-1] in QUOTES.get(text[0], "") and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    return text


def _shown(text: str) -> str:
    """A text with what can be shown of it."""
    return text if text.isprintable() else _UNSAFE.sub(" ", text.replace("\r", "\n"))


def _flattened(text: str) -> str:
    """The texts in a JSON object, each behind its name; the text itself where it is no JSON."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return "\n".join(_leaves(found)) or text


def _leaves(found: object, name: str = "") -> Iterator[str]:
    match found:
        case dict():
            for key, each in found.items():
                yield from _leaves(each, str(key))
        case list():
            for each in found:
                yield from _leaves(each, name)
        case _:
            yield f"{name}: {found}" if name else str(found)


def _shortened(text: str) -> str:
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]}{text[-half:]}"


def _without_quoted(text: str, cells: Sequence[str], names: dict[str, str]) -> str:
    """A text without the cells of its row that stand in quotes, whatever they hold."""
    forms = {*cells, *map(str.strip, cells), *map(_shown, cells)}
    for cell in sorted(forms, key=len, reverse=True):
        if not cell or _folded(cell) in names:
            continue
        at = text.find(cell)
        while at >= 0:
            end = at + len(cell)
            if at > 0 and end < len(text) and text[end] in QUOTES.get(text[at - 1], ""):
                text = text[: at - 1] + HOLE + text[end + 1 :]
                end = at
            at = text.find(cell, end)
    return text


def _split_codes(text: str) -> list[tuple[str, list[str]]] | None:
    """The codes of a reason, as in ``CODE-Column,Column:CODE-Column``; None where it has others."""
    found = []
    for part in text.split(":"):
        match = _CODE.fullmatch(part.strip())
        if match is None:
            return None
        columns = [it.strip() for it in match[2].split(",")] if match[2] else []
        if not all(map(_COLUMN.fullmatch, columns)):
            return None
        found.append((match[1], columns))
    return found


class _NamesIn:
    """Finds the names of columns in a text, the longest first.

    A name stands there as whole words, so only those are looked for whose rarest word the text has:
    a file may have hundreds of columns.

    Args:
        names: The names, by how they may be written.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        words_of = {form: _WORD.findall(form) for form in names if form}
        often = Counter(word for words in words_of.values() for word in words)
        order = sorted(words_of, key=len, reverse=True)
        self._places = {form: place for place, form in enumerate(order)}
        self._by_word: defaultdict[str, list[str]] = defaultdict(list)
        self._without_words: list[str] = []
        for form, words in words_of.items():
            if words:
                self._by_word[min(words, key=often.__getitem__)].append(form)
            else:
                self._without_words.append(form)

    def of(self, text: str) -> tuple[str, ...]:
        """Returns the names that a text has, in its order."""
        forms = [*self._without_words]
        for word in {*_WORD.findall(text)}:
            forms += self._by_word.get(word, ())
        found: list[tuple[int, int, str]] = []
        for form in sorted(forms, key=self._places.__getitem__):
            at = text.find(form)
            while at >= 0:
                end = at + len(form)
                if _is_apart(text, at, end) and all(end <= s or e <= at for s, e, _ in found):
                    found.append((at, end, self._names[form]))
                at = text.find(form, end)
        return tuple(dict.fromkeys(name for _, _, name in sorted(found)))


def _is_like_a_name(text: str, start: int, end: int) -> bool:
    piece = text[start:end]
    return " " in piece or (start > 0 and any(map(str.isupper, piece)))


def _is_apart(text: str, start: int, end: int) -> bool:
    """Whether a piece of a text is no part of a longer word."""
    before = start > 0 and _is_word(text[start]) and _is_word(text[start - 1])
    behind = end < len(text) and _is_word(text[end - 1]) and _is_word(text[end])
    return not before and not behind


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _forms(name: str) -> set[str]:
    """How a reason may write the name of a column."""
    folded = _folded(name)
    return {folded, folded.replace("_", " ")} - {""}


def _folded(text: str) -> str:
    return text.strip().casefold()
