"""Rules that repair records which failed, and what they make of one record.

A rule is for the records of one reason, as the groups of failures are named, or for all that
failed. Records that Zoho had not reached are never changed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from zcbulk_tui.domain.date_formats import check_format, rewritten
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError


class Change(StrEnum):
    """What a rule does; the values are those of a file of rules."""

    TRIM = "trim"
    UPPER = "upper"
    LOWER = "lower"
    SET = "set"
    REPLACE = "replace"
    TRUNCATE = "truncate"
    DATE = "date"
    COPY = "copy"
    DROP = "drop"
    KEEP = "keep"
    """Nothing: the record is sent again as it is, where else it would be left out."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A change of one field in the records that failed for one reason.

    Attributes:
        change: What it does.
        reason: The reason of the group that it is for, masked; empty for every failed record.
        field: The column that it changes; empty for `Change.DROP` and `Change.KEEP`.
        value: What is set, or put in the place of what is replaced; the column that is copied.
        find: The text that is replaced.
        length: To how many characters it is cut.
        formats: Formats of dates that are read, as for `strptime`; written is ``dd-MMM-yyyy``.
            A date that two of them read in different ways stays as it is.
    """

    change: Change
    reason: str = ""
    field: str = ""
    value: str = ""
    find: str = ""
    length: int = 0
    formats: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a record must have for it."""
        match self.change:
            case Change.DROP | Change.KEEP:
                return ()
            case Change.COPY:
                return (self.field, self.value)
            case _:
                return (self.field,)

    def is_for(self, reason: str) -> bool:
        """Whether it is for the records that failed for a reason, masked."""
        return not self.reason or self.reason == reason


@dataclass(frozen=True, slots=True)
class Repaired:
    """What the rules made of a record.

    Attributes:
        row: Its cells by column; as they were where no rule changed any.
        is_changed: Whether a rule changed a cell.
        is_dropped: Whether it is left out.
        is_kept: Whether a rule sends it again, though none may have changed it.
    """

    row: Mapping[str, str]
    is_changed: bool = False
    is_dropped: bool = False
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class RepairFile:
    """The file that is sent again, and what became of every record.

    Attributes:
        path: The CSV, under the header of the file that was uploaded.
        records: Records in it: those below, but for `dropped` and `held`.
        repaired: Failed records that rules changed.
        unchanged: Failed records that no rule changed and that are sent again all the same, since
            the user asked for it, or a rule does.
        unprocessed: Records that Zoho had not reached.
        dropped: Records that a rule leaves out.
        held: Failed records that no rule changed; they are not in the file.
        unknown: Records that cannot be told apart from others, or are not found, in the source;
            they are not in the file.
        resent: Records that an earlier repair of the job has sent again; they are not in the file.
        notes: What was taken for granted, and what could not be used, as sentences.
    """

    path: Path
    records: int
    repaired: int = 0
    unchanged: int = 0
    unprocessed: int = 0
    dropped: int = 0
    held: int = 0
    unknown: int = 0
    resent: int = 0
    notes: tuple[str, ...] = ()

    @property
    def accounted(self) -> int:
        """Records that failed or were not reached: each is in one of the counts."""
        return self.records + self.dropped + self.held + self.unknown + self.resent


@dataclass(frozen=True, slots=True)
class Preview:
    """A record before and after, and which columns differ.

    Attributes:
        columns: The columns that the rules touch.
        before: Their cells as they failed.
        after: Their cells as they would be sent; None for a record that is left out.
    """

    columns: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...] | None


Rules = Sequence[Rule]

_NAMED_AT_MOST = 12
"""Columns that an error names."""


def apply(rules: Rules, reason: str, row: Mapping[str, str]) -> Repaired:
    """Returns what rules make of a record that failed, one after the other.

    Args:
        rules: See `check`; those for other reasons are passed over.
        reason: Why it failed, masked.
        row: Its cells by column.
    """
    repaired, is_kept = dict(row), False
    for rule in rules:
        if not rule.is_for(reason):
            continue
        if rule.change is Change.DROP:
            return Repaired(row, is_dropped=True)
        if rule.change is Change.KEEP:
            is_kept = True
            continue
        repaired[rule.field] = _changed(rule, repaired)
    is_changed = repaired != dict(row)
    return Repaired(repaired if is_changed else row, is_changed, is_kept=is_kept)


def check(rules: Rules, columns: Collection[str], reasons: Collection[str]) -> tuple[Rule, ...]:
    """Makes sure that rules can be applied; returns those that are for no record at all.

    Args:
        rules: What is to be done.
        columns: The columns of the records.
        reasons: The reasons for which records failed, masked.

    Raises:
        UsageError: A record that a rule is for has not its columns, or a format is none.
    """
    for number, rule in enumerate(rules, start=1):
        for date_format in rule.formats:
            check_format(date_format)
        if rule.reason and rule.reason not in reasons:
            continue
        for name in rule.columns:
            if name not in columns:
                raise UsageError(
                    f"Rule {number} is for the column “{one_line(name, 60)}”, which the records "
                    "have not",
                    f"They have {_listed(columns)}.",
                    "Name one of these, as it is written there.",
                )
    return tuple(rule for rule in rules if rule.reason and rule.reason not in reasons)


def preview(rules: Rules, reason: str, row: Mapping[str, str]) -> Preview:
    """Returns a record that failed before and after; for arguments see `apply`.

    Rules for columns that are not in the row are passed over; of a record that is left out all
    columns are shown where no rule touches one.
    """
    own = [rule for rule in rules if rule.is_for(reason) and row.keys() >= set(rule.columns)]
    columns = tuple(dict.fromkeys(rule.field for rule in own if rule.field)) or tuple(row)
    repaired = apply(own, reason, row)
    before = tuple(row[name] for name in columns)
    after = None if repaired.is_dropped else tuple(repaired.row[name] for name in columns)
    return Preview(columns, before, after)


def _changed(rule: Rule, row: Mapping[str, str]) -> str:
    """Returns the cell that a rule makes."""
    cell = row[rule.field]
    match rule.change:
        case Change.TRIM:
            return cell.strip()
        case Change.UPPER:
            return cell.upper()
        case Change.LOWER:
            return cell.lower()
        case Change.SET:
            return rule.value
        case Change.REPLACE:
            return cell.replace(rule.find, rule.value) if rule.find else cell
        case Change.TRUNCATE:
            return cell[: rule.length]
        case Change.DATE:
            return rewritten(cell, rule.formats) or cell
        case Change.COPY:
            return row[rule.value]
        case Change.DROP | Change.KEEP:
            return cell


def _listed(columns: Collection[str]) -> str:
    names = [f"“{one_line(name, 60)}”" for name in columns]
    more = len(names) - _NAMED_AT_MOST
    return f"{', '.join(names[:_NAMED_AT_MOST])}{f' and {more:,} more' if more > 0 else ''}"
