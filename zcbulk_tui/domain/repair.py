"""Rules that repair records which failed, and what they make of one record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


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


@dataclass(frozen=True, slots=True)
class Rule:
    """A change of one field in the records that failed for one reason.

    Attributes:
        change: What it does.
        reason: The reason of the group that it is for, masked; empty for every failed record.
        field: The column that it changes; empty for `Change.DROP`.
        value: What is set, or put in the place of what is replaced; the column that is copied.
        find: The text that is replaced.
        length: To how many characters it is cut.
        formats: Formats of dates that are read, as for `strptime`; written is ``dd-MMM-yyyy``.
    """

    change: Change
    reason: str = ""
    field: str = ""
    value: str = ""
    find: str = ""
    length: int = 0
    formats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repaired:
    """What the rules made of a record.

    Attributes:
        row: Its cells by column; as they were where no rule changed any.
        is_changed: Whether a rule changed a cell.
        is_dropped: Whether it is left out.
    """

    row: Mapping[str, str]
    is_changed: bool = False
    is_dropped: bool = False


@dataclass(frozen=True, slots=True)
class RepairFile:
    """The file that is sent again, and what became of every record.

    Attributes:
        path: The CSV, under the header of the file that was uploaded.
        records: Records in it: those below, but for `dropped` and `held`.
        repaired: Failed records that rules changed.
        unchanged: Failed records that no rule changed and that are sent again all the same, since
            the user asked for it.
        unprocessed: Records that Zoho had not reached.
        dropped: Records that a rule leaves out.
        held: Failed records that no rule changed; they are not in the file.
        unknown: Records that cannot be told apart from others, or are not found, in the source;
            they are not in the file.
    """

    path: Path
    records: int
    repaired: int = 0
    unchanged: int = 0
    unprocessed: int = 0
    dropped: int = 0
    held: int = 0
    unknown: int = 0


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
