"""A trial: a few records of a file that are sent first, since they show most of what may fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from zcbulk_tui.domain.record_set import RecordSet

MOST = 10_000
"""Records that a trial has at most."""


class Stratum(StrEnum):
    """Why a record was chosen; the values say it in words, behind a number of records."""

    FINDING = "with findings"
    """The check has found something in it."""

    EDGE = "at the ends"
    """It is the first or the last of the file."""

    LONGEST = "longest"
    """It has one of the longest values of a column."""

    EMPTY = "with empty values"
    """It has no value in a column in which others have one."""

    NON_ASCII = "beyond ASCII"
    """It has a value with characters beyond ASCII."""

    RARE = "rare values"
    """It has a value, or a value of a shape, that few records have in that column."""

    VALUE = "other values"
    """It has a value that many have, so that each value is there once."""

    RANDOM = "at random"


@dataclass(frozen=True, slots=True)
class Trial:
    """The records of a trial.

    Attributes:
        records: Their numbers, from 1 without the header.
        strata: How many were chosen for which reason: each record is counted once, for the first.
    """

    records: RecordSet
    strata: Mapping[Stratum, int]

    def __str__(self) -> str:
        return ", ".join(f"{count:,} {it}" for it in Stratum if (count := self.strata.get(it)))


@dataclass(frozen=True, slots=True)
class Selection:
    """The records of a trial, or all others of its file.

    Attributes:
        records: The numbers of those that are, or were, sent first.
        rest_of: The id of the trial's job, where all others are meant; empty for the trial itself.
    """

    records: RecordSet
    rest_of: str = ""

    @property
    def is_trial(self) -> bool:
        """Whether the trial's own records are meant."""
        return not self.rest_of

    @property
    def name(self) -> str:
        """What it is called in names of files."""
        return "trial" if self.is_trial else "rest"

    def __contains__(self, record: object) -> bool:
        """Whether the record with a number is meant."""
        return (record in self.records) is self.is_trial
