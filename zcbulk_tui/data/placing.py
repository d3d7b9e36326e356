"""Which records of a source the records of results are, as far as that is certain.

A content that stands in as many lines as the results have records with it is no riddle: all of them
are meant. Of fewer, it matters only whether the lines hold the same record, or become the same.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from zcbulk_tui.data.matching import HashTable, SourceIndex, key_of, loose_key_of

NOTHING = 0
"""The status of a record of the upload that the results do not name."""

ReadRows = Callable[[], Iterator[tuple[int, Sequence[str]]]]
"""Yields the status, from 1 to 65,535, and the cells of each record of a result; each time anew."""


class Placed(NamedTuple):
    """What became of the records of results.

    Attributes:
        unknown: Records whose place is not certain.
        missing: Records that the source has not.
        loosely: Records that the source has but for white space.
        is_loose: Whether white space did not count.
    """

    unknown: int = 0
    missing: int = 0
    loosely: int = 0
    is_loose: bool = False

    def is_missing(self, index: SourceIndex, cells: Sequence[str]) -> bool:
        """Whether a record is one of `missing`."""
        key = loose_key_of(cells) if self.is_loose else key_of(cells)
        return not index.records(key, loosely=self.is_loose)


def place(
    index: SourceIndex,
    read_rows: ReadRows,
    statuses: "array[int]",
    action: Callable[[int], object],
) -> Placed:
    """Gives the records of an upload the status that results say they have.

    Args:
        index: Where records stand, by the columns that the results have.
        read_rows: Reads the results: once, or up to three times where white space may make a
            difference.
        statuses: The status of each record of the upload, by its number from 1; those that have
            one are taken.
        action: What is done for a status: what is equal needs not be told apart.
    """
    places = _Places(index, statuses, action)
    if not index.has_rivals:
        table = HashTable()
        for status, cells in read_rows():
            table.add(key_of(cells), status)
        if all(len(each) <= len(places.free(key)) for key, each in table.groups()):
            for key, each in table.groups():
                places.take(key, each)
            return places.placed
    # The server may have changed white space: then no record is certain by it.
    table, loosely = HashTable(), 0
    for status, cells in read_rows():
        key = loose_key_of(cells)
        table.add(key, status)
        loosely += not index.has(cells) and bool(index.records(key, loosely=True))
    places.is_loose = index.has_rivals or bool(loosely)
    if not places.is_loose:
        table = HashTable()
        for status, cells in read_rows():
            table.add(key_of(cells), status)
    for key, each in table.groups():
        places.take(key, each)
    return places.placed._replace(loosely=loosely)


class _Places:
    def __init__(
        self, index: SourceIndex, statuses: "array[int]", action: Callable[[int], object]
    ) -> None:
        self.is_loose = False
        self._index = index
        self._statuses = statuses
        self._action = action
        self._unknown = 0
        self._missing = 0

    @property
    def placed(self) -> Placed:
        """What became of the records so far."""
        return Placed(self._unknown, self._missing, is_loose=self.is_loose)

    def free(self, key: int) -> list[int]:
        """Returns the records of the upload with a content that have no status yet."""
        statuses = self._statuses
        records = self._index.records(key, loosely=self.is_loose)
        return [record for record in records if statuses[record] == NOTHING]

    def take(self, key: int, found: Sequence[int]) -> None:
        """Gives the records with a content their statuses, as far as it is certain which is which.

        Args:
            key: Of the content.
            found: The statuses of the results' records with it.
        """
        free = self.free(key)
        if not free:
            is_missing = not self._index.records(key, loosely=self.is_loose)
            self._missing += len(found) * is_missing
            self._unknown += len(found) * (not is_missing)
            return
        are_same = self._index.are_same(free)
        are_all = len(found) >= len(free) and len({self._action(each) for each in found}) == 1
        if not are_same and not are_all:
            self._unknown += len(found)
            return
        for record, status in zip(free, found, strict=False):
            self._statuses[record] = status
        self._unknown += max(len(found) - len(free), 0)
