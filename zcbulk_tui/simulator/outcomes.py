"""What becomes of a record, as results list it [RESULT]."""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple, Protocol

from zcbulk_tui.simulator.cells import Flaw


class Outcome(Enum):
    """What a job did with a record; the values are those of the parameter ``filter`` [RESULT]."""

    SUCCESS = "success"
    FAILURE = "failure"
    UNPROCESSED = "unprocessed"


class Record(NamedTuple):
    """A record of a job."""

    number: int
    """Its place in the file, from 1."""
    cells: list[str]
    """As many as there are columns."""
    flaws: tuple[Flaw, ...] = ()
    """Why it failed; empty where it did not."""


class Records(Protocol):
    """The records of a job, wherever they come from."""

    @property
    def columns(self) -> Sequence[str]:
        """The first row of its file."""

    def of(self, outcome: Outcome, batches: int) -> Iterator[Record]:
        """Those that its first so many batches leave with an outcome, in the order of the file."""
