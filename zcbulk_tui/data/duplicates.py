"""Values that occur twice in a column, found in bounded memory.

Kept are 8 bytes of each value's hash and 4 of its record's line, in arrays: no set of 1.3 million
strings. Two different values have the same hash in one of ten million files of that size. At the
end the hashes are compared a share at a time, so that no more than a share is ever in a set.
"""

from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_BUDGET = 40_000_000
"""Bytes of the arrays, all columns together."""

_HASH_BYTES, _LINE_BYTES = 8, 4
_LAST_LINE = 2 ** (8 * _LINE_BYTES) - 1

_SHARE = 150_000
"""Hashes that are compared at a time."""


class Duplicate(NamedTuple):
    """A record whose value an earlier one has.

    Attributes:
        record: Its number, from 1.
        line: Where it begins, from 1.
        first_line: Where the first record with that value begins.
    """

    record: int
    line: int
    first_line: int


class DuplicateFinder:
    """Finds values that occur twice, in some columns of the same records.

    Args:
        columns: How many columns.
        budget: Bytes that may be kept.
    """

    def __init__(self, columns: int, *, budget: int = _BUDGET) -> None:
        # Signed, as hashes are.
        self._hashes = [array("q") for _ in range(columns)]
        self._lines = array("I")
        self._most = budget // (columns * _HASH_BYTES + _LINE_BYTES) if columns else 0
        self.stopped_at: int | None = None
        """The first record, from 1, that was not looked at; None where all were."""

    def add(self, lines: Sequence[int], columns: Sequence[Sequence[str]]) -> None:
        """Takes the next records.

        Args:
            lines: Where they begin, from 1.
            columns: The values of each column; empty ones are no duplicates of each other.
        """
        if self.stopped_at is not None:
            return
        room = min(len(lines), self._most - len(self._lines))
        if lines and lines[-1] > _LAST_LINE:
            room = sum(line <= _LAST_LINE for line in lines[:room])
        if room < len(lines):
            self.stopped_at = len(self._lines) + room + 1
        self._lines.extend(lines[:room])
        for hashes, values in zip(self._hashes, columns, strict=True):
            hashes.extend(map(hash, values[:room]))

    def duplicates(self, column: int) -> Iterator[Duplicate]:
        """Yields the later records of each value, a share of the values after the other."""
        hashes = self._hashes[column]
        empty = hash("")
        shares = -(-len(hashes) // _SHARE)
        for share in range(shares):
            part = [value for value in hashes if value % shares == share and value != empty]
            if len(part) == len(set(part)):
                continue
            del part
            yield from self._of_share(hashes, share, shares, empty)

    def _of_share(
        self, hashes: "array[int]", share: int, shares: int, empty: int
    ) -> Iterator[Duplicate]:
        first: dict[int, int] = {}
        lines = self._lines
        for record, value in enumerate(hashes):
            if value % shares == share and value != empty:
                before = first.setdefault(value, record)
                if before != record:
                    yield Duplicate(record + 1, lines[record], lines[before])
