"""Which columns a row has at a width, and how wide each is."""

from dataclasses import dataclass

NAME, FORM, PERCENT, DONE, FAILED, LEFT = 18, 14, 4, 9, 8, 9
RATE, ENDS, READ, NEXT = 5, 12, 6, 5

LEAD = 3
"""Cells before the name: the cursor, the state's glyph, a space."""

_MIN_BAR = 20


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns at one width.

    Attributes:
        bar: Cells of the bar.
        form: Whether the form and the environment are shown.
        counts: Whether the success and failed counts are shown.
        rate: Whether the records a second are shown.
        next: Whether the time of the next poll is shown.
        name: Cells of the name.
    """

    bar: int
    form: bool
    counts: bool
    rate: bool
    next: bool
    name: int = NAME

    @property
    def names_width(self) -> int:
        """Cells of what stands before the bar."""
        return LEAD + self.name + 1 + (FORM + 1 if self.form else 0)

    @property
    def numbers_width(self) -> int:
        """Cells of what stands behind the bar, with one at the edge."""
        wide = 1 + PERCENT + 1 + LEFT + 1 + ENDS + 1 + READ + 1
        wide += DONE + 1 + FAILED + 1 if self.counts else 0
        wide += RATE + 1 if self.rate else 0
        return wide + (NEXT + 1 if self.next else 0)


# What leaves first comes first: the next poll, the form, the counts, the rate.
_CHOICES = (
    Columns(0, form=True, counts=True, rate=True, next=True),
    Columns(0, form=True, counts=True, rate=True, next=False),
    Columns(0, form=False, counts=True, rate=True, next=False),
    Columns(0, form=False, counts=False, rate=True, next=False),
    Columns(0, form=False, counts=False, rate=False, next=False),
)


def columns(width: int) -> Columns:
    """Returns the most columns that leave room for a bar; the name and the bar always stay."""
    for choice in _CHOICES:
        bar = width - choice.names_width - choice.numbers_width
        if bar >= _MIN_BAR:
            break
    name = max(NAME + min(bar - 8, 0), 6)
    return Columns(max(bar, 8), choice.form, choice.counts, choice.rate, choice.next, name)
