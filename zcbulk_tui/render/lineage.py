"""Chains of jobs in words and figures: the attempts, and what they have brought in together."""

from datetime import datetime, tzinfo
from enum import Enum

from zcbulk_tui.domain.concern import Concern
from zcbulk_tui.domain.lineage import Attempt, Chain
from zcbulk_tui.domain.snapshot import JobKey
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.render import words
from zcbulk_tui.render.figures import clock, number
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, wrap


class Branch(Enum):
    """How a line of the list belongs to a chain."""

    NONE = "not at all"
    FOLDED = "it stands for the chain"
    UNFOLDED = "it heads the chain"
    ONE = "it is a job of the chain"
    LAST = "it is the last job of the chain"

    @property
    def is_below(self) -> bool:
        """Whether it is the line of a job below that of its chain."""
        return self in (Branch.ONE, Branch.LAST)

    def glyph(self, glyphs: Glyphs) -> str:
        """Returns what stands before the name; empty for nothing."""
        return {
            Branch.NONE: "",
            Branch.FOLDED: glyphs.folded,
            Branch.UNFOLDED: glyphs.unfolded,
            Branch.ONE: glyphs.branch,
            Branch.LAST: glyphs.last_branch,
        }[self]


def net(chain: Chain) -> str:
    """Returns the net result, without a full stop.

    As in ``100,000: 99,412 in, 588 left after 2 attempts, 1 of them unclear``.
    """
    count = len(chain.attempts)
    after = f"after {counted(count, 'attempt')}"
    if chain.left is None:
        said = f"{chain.inserted:,} in {after}; how many there are is not known"
    elif chain.surplus:
        more = f"{chain.surplus:,} more than the first one has"
        said = f"{chain.total:,}: {chain.inserted:,} in, {more}, {after}"
    else:
        said = f"{chain.total:,}: {chain.inserted:,} in, {chain.left:,} left {after}"
    if chain.unclear:
        said += f", {chain.unclear:,} of them unclear"
    if chain.sent:
        said += f", {chain.sent:,} under way"
    if chain.waiting:
        said += f", {counted(chain.waiting, 'file')} waiting"
    return said


def place(chain: Chain, key: JobKey) -> str:
    """Returns which attempt a job of the chain is, as in ``Attempt 2 of 3 of “Customers”``."""
    at = next(at for at, it in enumerate(chain.attempts, 1) if it.key == key)
    return f"Attempt {at:,} of {len(chain.attempts):,} of “{one_line(chain.root.label)}”."


def lines(
    chain: Chain,
    now: datetime,
    width: int,
    glyphs: Glyphs,
    *,
    most: int = 1000,
    zone: tzinfo | None = None,
) -> list[Line]:
    """Returns a chain as a table, a line for each attempt, and the net result below.

    Args:
        chain: The chain.
        now: Aware.
        width: Cells of each line.
        glyphs: The characters.
        most: How many lines there may be; the first attempts are left out then, the result never.
        zone: Where the reader is; None for the zone of this machine.
    """
    result = [
        fit_line([Span(part, Look.STRONG)], width)
        for part in wrap(f"{net(chain)}.", width, max(min(most, _NET_LINES), 1))
    ]
    room = most - len(result) - 1
    if room < 1:
        return result
    name = max(min(width - _FIXED, _MOST_NAME), _LEAST_NAME)
    titles = ("SINCE", "IN", "FAILED", "LEFT")
    head = fit_line([Span(f"{fit('ATTEMPT', name + 2)}{_columns(*titles)}", Look.DIM)], width)
    rows = [_row(it, chain, now, name, glyphs, zone) for it in chain.attempts[-room:]]
    return [head, *(fit_line(row, width) for row in rows), *result]


def short_label(label: str, chain: Chain) -> str:
    """Returns what an attempt is called, without what all of the chain are called."""
    return one_line(label).removeprefix(f"{one_line(chain.root.label)}, ") or one_line(label)


_NET_LINES = 3
"""Lines that the net result may take."""

_SINCE, _COUNT = 6, 9

_LEAST_NAME, _MOST_NAME = 6, 40

_FIXED = 2 + 1 + _SINCE + 3 * (1 + _COUNT)
"""Cells beside the name: the state before it, the other columns behind it."""


def _columns(since: str, *counts: str) -> str:
    figures = "".join(f" {fit(it, _COUNT, right=True)}" for it in counts)
    return f" {fit(since, _SINCE, right=True)}{figures}"


def _row(
    attempt: Attempt, chain: Chain, now: datetime, name: int, glyphs: Glyphs, zone: tzinfo | None
) -> Line:
    last, counts = attempt.reading, attempt.counts
    if attempt.is_unclear:
        sign = Span(f"{glyphs.concerns[Concern.UNCLEAR]} ", Look.WARNING)
    elif last is None:
        sign = Span(f"{glyphs.unread} ", Look.DIM)
    else:
        sign = Span(f"{glyphs.states[last.state]} ", words.LOOK[last.state])
    figures = (number(it, _COUNT) for it in (counts.success, counts.failed, counts.left))
    text = _columns(clock(attempt.at, now, zone), *figures)
    return (sign, Span(fit(short_label(attempt.label, chain), name) + text))
