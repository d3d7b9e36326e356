"""Which columns of a result are what: no document names them, so they are found by what they hold.

Two layouts are likely: the columns of the upload and one or more with the reason; or its first
three columns and ``STATUS``, ``RECORD_ID``, ``ERRORS``, as other bulk APIs of Zoho write them.
Columns that a server is known to add go before what others look like.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from zcbulk_tui.data import delimiter as delimiters
from zcbulk_tui.data.masking import Masker
from zcbulk_tui.data.rows import read_header_line, read_rows
from zcbulk_tui.data.source import Source
from zcbulk_tui.domain.contract import Contract, Question
from zcbulk_tui.domain.text import counted, one_line

SAMPLED = 500
"""Records at the beginning of a result by which its columns are told apart."""

OF_ZOHO = ("STATUS", "RECORD_ID", "ERRORS")
"""The columns behind the first mapped ones, by analogy with other bulk APIs of Zoho."""

_FILLED = 0.9
"""Share of the records that a reason has a text in, at least."""

_NAMED_LIKE_A_REASON = re.compile(
    r"error|reason|message|failure|remark|cause|detail|fehler|grund|motiv|erreur", re.IGNORECASE
)
_NAMED_LIKE_A_STATUS = re.compile(r"status|result|state", re.IGNORECASE)
_NAMED_LIKE_AN_ID = re.compile(r"(^|[^a-z])(record|row|zoho)?[ _]?id$", re.IGNORECASE)
_NAMED_LIKE_A_CODE = re.compile(r"code", re.IGNORECASE)
_ID = re.compile(r"\d{15,20}")
_CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+(-.*)?", re.DOTALL)
_STATUS_WORDS = frozenset(
    {
        *("error", "failed", "failure", "fail", "skipped", "not added", "rejected", "unprocessed"),
        *("added", "success", "successful", "succeeded", "inserted", "created", "ok"),
    }
)
_WENT_IN = frozenset({"added", "success", "successful", "succeeded", "inserted", "created"})

_A_REASON = 4.0
"""Points from which on a column holds a reason."""

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """The columns of a result.

    Attributes:
        header: Their names, as they stand in the file.
        cells: The places of the columns with data, from 0.
        names: Their names, without spaces around; those of the upload where it has them in other
            letters.
        reason: The places of the columns with the reason; empty where no column holds one.
        assumed: What was taken for granted, as sentences.
        status: The place of the column with a word such as ``ERROR`` or ``added``; None for none.
    """

    header: tuple[str, ...]
    cells: tuple[int, ...]
    names: tuple[str, ...]
    reason: tuple[int, ...]
    assumed: tuple[str, ...]
    status: int | None = None

    def reason_of(self, row: Sequence[str]) -> str:
        """Returns the reason in a record: all columns that hold one, joined."""
        return ": ".join(
            f"code {text}" if text.isdecimal() and len(self.reason) > 1 else text
            for place in self.reason
            if place < len(row) and (text := row[place].strip())
        )

    def went_in(self, row: Sequence[str]) -> bool:
        """Whether a record is in the form, says its status: it is none that failed."""
        if self.status is None or self.status >= len(row):
            return False
        return row[self.status].strip().casefold() in _WENT_IN


class ServerColumns(NamedTuple):
    """Names of columns that a server is known to add to results; empty for what is not known.

    Attributes:
        reason: Of the one with the reason.
        id: Of the one with the id of a record.
    """

    reason: str = ""
    id: str = ""


NOT_KNOWN = ServerColumns()


def server_columns(contract: Contract) -> ServerColumns:
    """Returns what is known of the columns that a server adds."""
    reason, record_id = (
        contract.value(Question.RESULT_COLUMNS, aspect) for aspect in ("reason", "id")
    )
    return ServerColumns(reason or "", record_id or "")


def read_columns(
    source: Source,
    upload: Sequence[str] | None = None,
    *,
    encoding: str | None = None,
    known: ServerColumns = NOT_KNOWN,
) -> tuple[ResultColumns, str]:
    """Returns the columns of a result, and the character between its cells.

    Args:
        source: The result.
        upload: The header of the file that was uploaded; None where it is not known.
        encoding: The name of its encoding; None for its mark, else UTF-8.
        known: Columns that the server is known to add.

    Raises:
        DataError: It cannot be read.
    """
    line = read_header_line(source, encoding)
    chosen = delimiters.choose(line, (*(upload or ()), *OF_ZOHO, *filter(None, known))).character
    records = iter(read_rows(source, encoding=encoding, delimiter=chosen))
    _, header = next(records)
    rows = [fields for _, fields in islice(records, SAMPLED) if fields]
    return find_columns(header, rows, upload, known), chosen


def find_columns(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    upload: Sequence[str] | None = None,
    known: ServerColumns = NOT_KNOWN,
) -> ResultColumns:
    """Returns which columns of a result are what.

    Args:
        header: Its names.
        rows: Some of its records.
        upload: The header of the file that was uploaded; None where it is not known.
        known: Columns that the server is known to add: where they are there, they go before what
            the others look like.
    """
    return _Finder(header, rows, upload, known).find()


class _Finder:
    """What the columns of one result hold."""

    def __init__(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        upload: Sequence[str] | None,
        known: ServerColumns,
    ) -> None:
        self._header = tuple(header)
        self._names = [name.strip().strip("\ufeff").strip() for name in header]
        self._rows = rows
        self._upload = None if upload is None else [it.strip().strip("\ufeff") for it in upload]
        self._masker = Masker([name for name in self._upload or self._names if name])
        self._places = range(len(self._names))
        self._known = known
        self._held = [[row[at].strip() for row in rows if at < len(row)] for at in self._places]
        added = map(self._added, filter(None, known))
        self._of_server = {at for at in added if at is not None}
        self._points = [self._reason_points(at) for at in self._places]
        self._assumed: list[str] = []

    def find(self) -> ResultColumns:
        """Returns which column is what."""
        extra = sorted({*self._extra(), *self._of_server})
        reason = self._known_reason() or self._reason(extra)
        kinds = {at: self._kind(at) for at in extra if at not in reason}
        status = next((at for at, kind in kinds.items() if kind == "status"), None)
        if self._upload is None:
            # What is only like a reason may be data: it is no worse for being shown.
            extra = [
                at
                for at in extra
                if kinds.get(at) or self._names[at] in OF_ZOHO or at in self._of_server
            ]
        else:
            self._say_what_is_left_out(kinds)
        cells = [at for at in self._places if at not in reason and at not in extra]
        self._say_duplicates(cells)
        names = tuple(self._name_of_data(at) for at in cells)
        self._say_missing(names)
        return ResultColumns(
            self._header,
            tuple(cells),
            names,
            tuple(reason),
            tuple(self._assumed),
            status,
        )

    def _added(self, name: str) -> int | None:
        """The column of that name that the server added; None where it added none to this result.

        Not every result has each of its columns, and data may have a name of theirs.
        """
        if name not in self._names:
            return None
        # The server's columns stand behind the data: the last one of a name is its own.
        at = len(self._names) - 1 - self._names[::-1].index(name)
        if self._upload is None:
            is_data = name == self._known.id and self._kind(at) not in ("id", "empty")
        else:
            here, sent = (_count(name, it) for it in (self._names, self._upload))
            is_data = here <= sent and not (name in OF_ZOHO and self._is_of_zoho())
        return None if is_data else at

    def _extra(self) -> list[int]:
        """Columns that are not of the upload."""
        if self._upload is None:
            return self._extra_by_content()
        left: defaultdict[str, list[int]] = defaultdict(list)
        for at in self._places:
            left[self._names[at]].append(at)
        data: set[int] = set()
        for name in dict.fromkeys(self._upload):
            # Of more columns with one name than the upload has, those like a reason are extra.
            places = sorted(left[name], key=lambda at: (self._points[at] >= _A_REASON, at))
            data.update(places[: self._upload.count(name)])
        if self._is_of_zoho():
            for name in OF_ZOHO:
                # They stand behind the data: the last one of each name is Zoho's.
                data.discard(left[name][-1])
        taken = {self._names[at].casefold() for at in data}
        folded = {name.casefold() for name in self._upload} - taken
        for at in self._places:
            name = self._names[at].casefold()
            if at not in data and name in folded and self._points[at] < _A_REASON:
                if self._is_of_zoho() and self._names[at] in OF_ZOHO:
                    continue
                data.add(at)
                folded.discard(name)
        return [at for at in self._places if at not in data]

    def _is_of_zoho(self) -> bool:
        return all(name in self._names for name in OF_ZOHO) and len(self._names) <= 2 * len(OF_ZOHO)

    def _extra_by_content(self) -> list[int]:
        if all(name in self._names for name in OF_ZOHO):
            backwards = self._names[::-1]
            return sorted(len(self._names) - 1 - backwards.index(name) for name in OF_ZOHO)
        found = []
        for at in self._places:
            name = self._names[at]
            if (
                self._points[at] >= _A_REASON
                or ((kind := self._kind(at)) == "status" and _NAMED_LIKE_A_STATUS.search(name))
                or (kind == "id" and _NAMED_LIKE_AN_ID.search(name) and at > len(self._names) // 2)
            ):
                found.append(at)
        return found

    def _known_reason(self) -> list[int]:
        """The column that is known to hold the reason; empty where it is not there."""
        name = self._known.reason
        found = [at for at in self._of_server if name and self._names[at] == name]
        if found:
            self._assumed.append(
                f"The reason is taken from the column {self._shown(found[0])}, as is known of the "
                "server."
            )
        elif name and name not in self._names:
            self._assumed.append(
                f"The reason was known to be in a column “{one_line(name, _LONGEST_NAME)}”, which "
                "this result does not have."
            )
        return found

    def _reason(self, extra: Sequence[int]) -> list[int]:
        """The columns that hold the reason; says what that was taken from."""
        able = [at for at in extra if self._points[at] >= _A_REASON]
        if self._upload is None and len(able) > 1:
            # Without the upload a text that is like a reason may be data: the likeliest counts.
            most = max(self._points[at] for at in able)
            able = [at for at in able if self._points[at] >= most - 1.0]
        if not able and self._is_of_zoho():
            able = [at for at in extra if self._names[at] == OF_ZOHO[-1] and any(self._held[at])]
        if not able and self._upload is not None:
            # Whatever is not in the upload and has texts: nothing else can say why.
            able = [at for at in extra if self._is_text(at) and not self._kind(at)]
            able.sort(key=lambda at: not _NAMED_LIKE_A_REASON.search(self._names[at]))
            del able[1:]
        if not able and not self._rows:
            able = [at for at in extra if _NAMED_LIKE_A_REASON.search(self._names[at])][:1]
        codes = [
            at
            for at in extra
            if able
            and at not in able
            and _NAMED_LIKE_A_CODE.search(self._names[at])
            and self._share(at, str.isdecimal) > _FILLED
        ]
        if able:
            self._assumed += map(self._whence, able)
            if self._upload is None and self._is_of_zoho():
                self._assumed.append(
                    "The result has only the first columns of the uploaded file: names of others "
                    "that a reason has in quotes count as values."
                )
            return sorted([*able, *codes])
        like = [
            at
            for at in self._places
            if self._points[at] >= _A_REASON and _NAMED_LIKE_A_REASON.search(self._names[at])
        ]
        if like:
            best = max(like, key=self._points.__getitem__)
            self._assumed.append(
                f"The reason is taken from the column {self._shown(best)}, by what it holds, "
                "though the uploaded file has a column of that name."
            )
            return [best]
        self._assumed.append("No column holds a reason.")
        return []

    def _whence(self, at: int) -> str:
        if self._upload is None:
            why = "by its name and by what it holds: the uploaded file is not known"
        elif self._names[at] in self._upload:
            why = "by what it holds: the uploaded file has a column of that name, too"
        else:
            why = "which the uploaded file does not have"
        return f"The reason is taken from the column {self._shown(at)}, {why}."

    def _reason_points(self, at: int) -> float:
        """How much speaks for a column to hold the reason."""
        held = self._held[at]
        texts = [text for text in held if text]
        points = 2.0 if _NAMED_LIKE_A_REASON.search(self._names[at]) else 0.0
        if not texts or len(texts) < _FILLED * len(held):
            return 0.0
        if self._kind(at) or self._share(at, str.isdecimal) > 0.5:
            return 0.0
        codes = self._share(at, lambda text: bool(_CODE.fullmatch(text)))
        words = self._share(at, lambda text: text.count(" ") >= 2)
        masked = [self._masker.read(text, ()).templates[0].text for text in texts[:200]]
        named = sum(any(self._masker.fields_of(it)) for it in masked) / len(masked)
        shapes = len(set(masked))
        points += 3.0 * codes + 2.0 * words + 2.0 * named * max(words, codes)
        if shapes <= max(0.3 * len(masked), 6):
            points += 1.0
        if at == len(self._names) - 1:
            points += 0.5
        return points

    def _kind(self, at: int) -> str:
        """Returns "id", "status", "empty" or nothing."""
        texts = [text for text in self._held[at] if text]
        if not texts:
            return "empty" if self._rows else ""
        if self._share(at, lambda text: bool(_ID.fullmatch(text))) > _FILLED:
            return "id"
        words = {text.casefold() for text in texts}
        if words <= _STATUS_WORDS:
            return "status"
        return ""

    def _is_text(self, at: int) -> bool:
        return self._share(at, lambda text: any(map(str.isalpha, text))) >= _FILLED

    def _share(self, at: int, test: Callable[[str], bool]) -> float:
        texts = [text for text in self._held[at] if text]
        return sum(map(test, texts)) / len(texts) if texts else 0.0

    def _name_of_data(self, at: int) -> str:
        name = self._names[at]
        if self._upload is not None and name not in self._upload:
            return next((it for it in self._upload if it.casefold() == name.casefold()), name)
        return name

    def _say_what_is_left_out(self, kinds: dict[int, str]) -> None:
        for at, kind in kinds.items():
            if kind == "" and self._names[at] not in OF_ZOHO and at not in self._of_server:
                self._assumed.append(
                    f"The column {self._shown(at)} is neither data nor a reason: "
                    "the uploaded file does not have it."
                )

    def _say_duplicates(self, cells: Sequence[int]) -> None:
        names = [self._names[at] for at in cells]
        for name in dict.fromkeys(names):
            if name and names.count(name) > 1:
                self._assumed.append(
                    f"{names.count(name)} columns are called “{one_line(name, _LONGEST_NAME)}”: "
                    "each counts, in the order of the file."
                )
        if empty := names.count(""):
            self._assumed.append(f"{counted(empty, 'column has', 'columns have')} no name.")

    def _say_missing(self, names: Sequence[str]) -> None:
        if missing := [it for it in dict.fromkeys(self._upload or ()) if it not in names]:
            some = ", ".join(one_line(name, _LONGEST_NAME) for name in missing[:3])
            more = f" and {len(missing) - 3:,} more" if len(missing) > 3 else ""
            self._assumed.append(
                f"The result leaves out columns of the uploaded file: {some}{more}."
            )

    def _shown(self, at: int) -> str:
        name = one_line(self._names[at], _LONGEST_NAME)
        return f"“{name}”" if name else f"{at + 1}, which has no name"


def _count(name: str, names: Sequence[str]) -> int:
    """How many have that name, in capitals or not."""
    return sum(it.casefold() == name.casefold() for it in names)
