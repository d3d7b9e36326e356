"""How the user wants the screen to be."""

from collections.abc import Sequence
from typing import NamedTuple

from zcbulk_tui.render.order import GroupBy, Order
from zcbulk_tui.tui.keys import KEYS, Key
from zcbulk_tui.tui.themes import Themes


class Preferences(NamedTuple):
    """How the screen is to be.

    Attributes:
        ascii_only: Whether the terminal shows ASCII only.
        sparing: Whether to draw less often, for a slow line.
        keys: What can be done, and by which keys.
        order: What the list is sorted by at first.
        group_by: What it is grouped by at first; None for nothing.
        themes: The colours to choose from; None for ours only.
    """

    ascii_only: bool = False
    sparing: bool = False
    keys: Sequence[Key] = KEYS
    order: Order = Order()
    group_by: GroupBy | None = None
    themes: Themes | None = None


UNCHANGED = Preferences()
"""How it is where nobody wants anything else."""
