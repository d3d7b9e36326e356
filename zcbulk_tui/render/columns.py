"""Which columns a row has at a width, how wide each is, and what it is sorted by."""

from typing import NamedTuple

from zcbulk_tui.render.order import SortBy

NAME, PROFILE, FORM = 18, 8, 14
SIGN, RISK = 1, 16
PERCENT, DONE, FAILED, LEFT = 4, 9, 8, 9
RATE, ENDS, DUE, AGE, NEXT = 5, 12, 7, 6, 5

LEAD = 4
"""Cells before the name: the cursor, the mark, the state's glyph, a space."""

BADGE = 2
"""Cells of the production badge before the name, where a list has both."""

_MIN_BAR = 18
_SHORTEST_BAR, _SHORTEST_NAME = 8, 6

_LEAST_FOR_FAILED = 24
"""Cells of name and bar together that the failed count must leave."""


class Column(NamedTuple):
    """A column that the list can be sorted by."""

    by: SortBy
    title: str
    cells: int


class Columns(NamedTuple):
    """The columns at one width.

    Attributes:
        bar: Cells of the bar.
        profile: Whether the profile is shown.
        form: Whether the form and the environment are shown.
        words: Whether the risk is shown in words; else by its sign alone.
        done: Whether the success count is shown.
        failed: Whether the failed count is shown.
        rate: Whether the records a second are shown.
        due: Whether the next deadline is shown.
        next: Whether the time of the next poll is shown.
        name: Cells of the name.
        mixed: Whether a badge before the name marks production.
    """

    bar: int = 0
    profile: bool = False
    form: bool = False
    words: bool = False
    done: bool = False
    failed: bool = False
    rate: bool = False
    due: bool = False
    next: bool = False
    name: int = NAME
    mixed: bool = False

    @property
    def badge(self) -> int:
        """Cells of the badge before the name."""
        return BADGE if self.mixed else 0

    @property
    def risk(self) -> int:
        """Cells of the risk."""
        return RISK if self.words else SIGN

    @property
    def names_width(self) -> int:
        """Cells of what stands before the bar."""
        wide = LEAD + self.badge + self.name + 1
        wide += PROFILE + 1 if self.profile else 0
        return wide + (FORM + 1 if self.form else 0)

    @property
    def numbers_width(self) -> int:
        """Cells of what stands behind the bar, with one at the edge."""
        wide = 1 + self.risk + 1 + PERCENT + 1 + LEFT + 1 + ENDS + 1 + AGE + 1
        wide += DONE + 1 if self.done else 0
        wide += FAILED + 1 if self.failed else 0
        wide += RATE + 1 if self.rate else 0
        wide += DUE + 1 if self.due else 0
        return wide + (NEXT + 1 if self.next else 0)

    @property
    def ages_width(self) -> int:
        """Cells of the age, and of the next poll behind it: what is known of every row."""
        return 1 + AGE + 1 + (NEXT + 1 if self.next else 0)

    @property
    def names(self) -> list[Column]:
        """The columns before the bar, each with a gap behind it."""
        found = [Column(SortBy.JOB, "JOB", self.badge + self.name)]
        if self.profile:
            found.append(Column(SortBy.PROFILE, "PROFILE", PROFILE))
        if self.form:
            found.append(Column(SortBy.FORM, "FORM", FORM))
        return found

    @property
    def numbers(self) -> list[Column]:
        """The columns behind the bar, each with a gap before it."""
        found = [
            Column(SortBy.RISK, "RISK" if self.words else "", self.risk),
            Column(SortBy.PERCENT, "%", PERCENT),
        ]
        if self.done:
            found.append(Column(SortBy.OK, "OK", DONE))
        if self.failed:
            found.append(Column(SortBy.FAILED, "FAILED", FAILED))
        found.append(Column(SortBy.LEFT, "LEFT", LEFT))
        if self.rate:
            found.append(Column(SortBy.RATE, "/s", RATE))
        found.append(Column(SortBy.ENDS, "ENDS IN", ENDS))
        if self.due:
            found.append(Column(SortBy.DUE, "DUE IN", DUE))
        found.append(Column(SortBy.AGE, "AGE", AGE))
        if self.next:
            found.append(Column(SortBy.NEXT, "NEXT", NEXT))
        return found


# What leaves first comes first: the next poll, the deadline, the form, the rate, the records that
# went in, the words of the risk, the profile; and the failed records where a bar has no room left.
_ALL = Columns(
    profile=True, form=True, words=True, done=True, failed=True, rate=True, due=True, next=True
)
_CHOICES = (
    _ALL,
    _ALL._replace(next=False),
    _ALL._replace(next=False, due=False),
    Columns(profile=True, words=True, done=True, failed=True, rate=True),
    Columns(profile=True, words=True, done=True, failed=True),
    Columns(profile=True, words=True, failed=True),
    Columns(profile=True, failed=True),
)


def columns(width: int, *, profiles: bool = False, mixed: bool = False) -> Columns:
    """Returns the most columns that leave room for a bar; the name and the bar always stay.

    Args:
        width: Cells.
        profiles: Whether the list is of several profiles.
        mixed: Whether some of its jobs are in production and others are not. The badge takes its
            cells from the name.
    """
    longest = NAME - (BADGE if mixed else 0)
    for choice in _CHOICES:
        at = choice._replace(profile=profiles and choice.profile, name=longest, mixed=mixed)
        bar = width - at.names_width - at.numbers_width
        if bar >= _MIN_BAR:
            return at._replace(bar=bar)
    at = Columns(failed=True, mixed=mixed)
    if _room(at, width) < _LEAST_FOR_FAILED:
        at = Columns(mixed=mixed)
    room = _room(at, width)
    bar = max(room * 6 // 13, _SHORTEST_BAR)
    name = max(min(room - bar, longest), _SHORTEST_NAME)
    return at._replace(bar=max(room - name, _SHORTEST_BAR), name=name)


def _room(at: Columns, width: int) -> int:
    """Cells that the other columns leave to the name and the bar."""
    return width - at.numbers_width - at.names_width + at.name


def shown(at: Columns) -> tuple[SortBy, ...]:
    """Returns what can be sorted by: the order of adding, then the columns from the left."""
    return (SortBy.ADDED, *(column.by for column in (*at.names, *at.numbers)))


def column_at(at: Columns, part: int, x: int) -> SortBy | None:
    """Returns the column whose title is at a cell of the header; None beside all of them.

    Args:
        at: The columns.
        part: Which part of a row: 0 for the names, 1 for the bar, 2 for the numbers.
        x: The cell of that part. What stands before the names is the order of adding; a gap belongs
            to the column that it parts from the bar.
    """
    if part == 1:
        return SortBy.PERCENT if 0 <= x < at.bar else None
    end = 0 if part else LEAD
    if x < end:
        return SortBy.ADDED if x >= 0 else None
    for column in at.numbers if part else at.names:
        end += column.cells + 1
        if 0 <= x < end:
            return column.by
    return None
