"""Chains of jobs in words and figures: the attempts, and what they have brought in together."""

from enum import Enum

from zcbulk_tui.domain.lineage import Attempt, Chain
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render import words
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Look, Span


class Branch(Enum):
    """How a line of the list belongs to a chain."""

    NONE = "not at all"
    FOLDED = "it stands for the chain"
    UNFOLDED = "it heads the chain"
    ONE = "it is a job of the chain"
    LAST = "it is the last job of the chain"

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
    after = f"after {count:,} {'attempt' if count == 1 else 'attempts'}"
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
        said += f", {chain.waiting:,} {'file' if chain.waiting == 1 else 'files'} waiting"
    return said


def ordinal(chain: Chain, attempt: Attempt) -> str:
    """Returns which of the attempts one is, as in ``attempt 2 of 3 of “Customers”``."""
    place = chain.attempts.index(attempt) + 1
    return f"attempt {place:,} of {len(chain.attempts):,} of “{one_line(chain.root.label)}”"


def state(attempt: Attempt) -> Span:
    """Returns how an attempt stands, in a word."""
    if attempt.is_unclear:
        return Span("unclear", Look.WARNING)
    last = attempt.reading
    return Span("not read", Look.DIM) if last is None else Span(words.STATE[last.state])
