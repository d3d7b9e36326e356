"""The failed records of a group, read page by page, and the search in them."""

import csv
import io
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

from zcbulk_tui.domain.failures import FailedRow, FailureGroup
from zcbulk_tui.tui.failing import FailureRows

PAGE = 200
"""Records that are read at once."""

_MOST_PAGES = 24
"""Pages that are held; a cell may have a million characters, but few have."""


class FailedRows:
    """The failed records of a group, or all.

    `read` and the searches take long, and belong into a thread; all else is for the screen.

    Attributes:
        reason: The masked reason that names the group; None for all.
        group: The group; None for all.
        count: How many records there are.
        columns: Names of their columns.

    Args:
        rows: Reads them.
        reason: See above.
    """

    def __init__(self, rows: FailureRows, reason: str | None) -> None:
        self._rows = rows
        self.reason = reason
        report = rows.report
        groups = (group for group in report.groups if group.reason == reason)
        self.group: FailureGroup | None = next(groups, None)
        self.count = report.records if self.group is None else self.group.records
        self.columns = report.columns
        self._pages: OrderedDict[int, Sequence[FailedRow]] = OrderedDict()

    # Pages.

    def row(self, place: int) -> FailedRow | None:
        """Returns the record at a place, from 0; None where it has not been read."""
        page = self._pages.get(place // PAGE)
        at = place % PAGE
        return page[at] if page is not None and at < len(page) else None

    def missing(self, first: int, count: int) -> list[int]:
        """Returns the pages that are to be read for records from `first` on."""
        last = min(first + count, self.count) - 1
        pages = range(max(first, 0) // PAGE, last // PAGE + 1) if last >= 0 else ()
        return [page for page in pages if page not in self._pages]

    def read(self, page: int) -> Sequence[FailedRow]:
        """Reads a page.

        Raises:
            DataError: It cannot be read.
        """
        return self._rows.rows(self.reason, page * PAGE, PAGE)

    def put(self, page: int, rows: Sequence[FailedRow]) -> None:
        """Takes a page; one that was taken long ago goes."""
        self._pages[page] = rows
        self._pages.move_to_end(page)
        while len(self._pages) > _MOST_PAGES:
            self._pages.popitem(last=False)

    def export(self, path: Path) -> int:
        """Writes them to a new CSV; returns how many.

        Raises:
            DataError: It cannot be written, or is there already.
        """
        return self._rows.export(self.reason, path)

    # The search.

    def next_match(self, text: str, place: int) -> int | None:
        """Returns where the next record behind a place holds a text, the first after the last.

        None where no record holds it.
        """
        found = self._find(text, place + 1)
        return self._find(text, 0) if found is None else found

    def previous_match(self, text: str, place: int) -> int | None:
        """Returns where the last record before a place holds a text, the last after the first.

        None where no record holds it.
        """
        found = last_before(lambda start: self._find(text, start), place)
        if found is None:
            found = last_before(lambda start: self._find(text, start), self.count)
        return found

    def _find(self, text: str, start: int) -> int | None:
        return self._rows.search(self.reason, text, start) if start < self.count else None


def last_before(find: Callable[[int], int | None], end: int) -> int | None:
    """Returns the last match before `end`, of a search that goes forwards only.

    It looks into pieces before the end, each as long as all that come after it.

    Args:
        find: Returns the next match from a place on; None for none.
        end: The first place that does not count.
    """
    size, until = 1, end
    while until > 0:
        begin = max(end - size, 0)
        found = find(begin)
        if found is not None and found < until:
            while True:
                following = find(found + 1)
                if following is None or following >= until:
                    return found
                found = following
        size, until = size * 2, begin
    return None


def as_csv(cells: Sequence[str]) -> str:
    """Returns cells as one record of a CSV, without the end of its line."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells)
    return written.getvalue()[:-1]
