"""The colours of our own themes, each of which 256 colours show as well."""

from collections.abc import Mapping
from typing import NamedTuple


class Palette(NamedTuple):
    """The colours of a theme, as "#rrggbb"; the names are those that the user writes.

    Attributes:
        ground: Of the screen.
        surface: The ground of dialogs and notices.
        field: The ground of what is typed into.
        text: What is read.
        dim: What is read second; keys that cannot be pressed now.
        running: A job that runs.
        success: Records that went in; what is well.
        failed: Records that failed.
        estimate: Records that went in since the last poll, by the estimate.
        left: Records not processed yet; lines and scrollbars.
        warning: What is stale, or needs a look.
        error: What went wrong.
        badge: The ground of the name of a profile.
        production: The ground of a word that warns of production, and of a button that aborts.
        cursor: The ground of the selected row.
        accent: What has the focus: borders, buttons, the chosen option.
    """

    ground: str
    surface: str
    field: str
    text: str
    dim: str
    running: str
    success: str
    failed: str
    estimate: str
    left: str
    warning: str
    error: str
    badge: str
    production: str
    cursor: str
    accent: str


PALETTES: Mapping[str, Palette] = {
    "dark": Palette(
        ground="#121212",
        surface="#1c1c1c",
        field="#303030",
        text="#e4e4e4",
        dim="#a8a8a8",
        running="#5fafff",
        success="#5faf5f",
        failed="#ff5f87",
        estimate="#5f875f",
        left="#878787",
        warning="#ffaf00",
        error="#ff5f87",
        badge="#5fafff",
        production="#af0000",
        cursor="#303030",
        accent="#0087d7",
    ),
    "light": Palette(
        ground="#ffffff",
        surface="#f8f8f8",
        field="#e4e4e4",
        text="#121212",
        dim="#585858",
        running="#005faf",
        success="#005f00",
        failed="#af0000",
        estimate="#008700",
        left="#767676",
        warning="#875f00",
        error="#af0000",
        badge="#005faf",
        production="#af0000",
        cursor="#d7ffff",
        accent="#005faf",
    ),
    "high-contrast": Palette(
        ground="#000000",
        surface="#000000",
        field="#303030",
        text="#ffffff",
        dim="#d0d0d0",
        running="#5fd7ff",
        success="#5fff5f",
        failed="#ff8787",
        estimate="#5faf5f",
        left="#a8a8a8",
        warning="#ffff00",
        error="#ff8787",
        badge="#5fd7ff",
        production="#af0000",
        cursor="#00005f",
        accent="#ffffff",
    ),
    # Blue, orange and pale yellow: apart in hue for every eye, and in lightness for none.
    "colour-blind": Palette(
        ground="#121212",
        surface="#1c1c1c",
        field="#303030",
        text="#e4e4e4",
        dim="#a8a8a8",
        running="#87d7ff",
        success="#5f87ff",
        failed="#ffaf00",
        estimate="#5f87af",
        left="#878787",
        warning="#ffffaf",
        error="#ffaf00",
        badge="#87d7ff",
        production="#d75f00",
        cursor="#262626",
        accent="#87d7ff",
    ),
}
"""The themes that there are without the user's own."""
