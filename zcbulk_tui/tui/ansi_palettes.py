"""The palettes of our themes for terminals of 16 colours, made of those 16 (ANSI) colours."""

from collections.abc import Mapping

from zcbulk_tui.tui.palettes import Palette

# The values that Rich maps to the 16; how each looks is up to the terminal.
_BLACK, _GREY, _SILVER, _WHITE = "#000000", "#555555", "#aaaaaa", "#ffffff"
_RED, _LIGHT_RED = "#aa0000", "#ff5555"
_GREEN, _LIGHT_GREEN = "#00aa00", "#55ff55"
_BROWN, _YELLOW = "#aa5500", "#ffff55"
_BLUE, _LIGHT_BLUE = "#0000aa", "#5555ff"
_MAGENTA, _PINK = "#aa00aa", "#ff55ff"
_CYAN, _LIGHT_CYAN = "#00aaaa", "#55ffff"

ON_CURSOR = _BLACK
"""The colour of the text of the selected row."""

_DARK = Palette(
    ground=_BLACK,
    surface=_BLACK,
    field=_BLUE,
    text=_WHITE,
    dim=_SILVER,
    running=_LIGHT_CYAN,
    success=_LIGHT_GREEN,
    failed=_LIGHT_RED,
    estimate=_GREEN,
    left=_SILVER,
    warning=_YELLOW,
    error=_LIGHT_RED,
    badge=_LIGHT_CYAN,
    production=_RED,
    cursor=_CYAN,
    accent=_LIGHT_CYAN,
)

PALETTES: Mapping[str, Palette] = {
    "dark": _DARK,
    # No green of the 16 can be read on white.
    "light": Palette(
        ground=_WHITE,
        surface=_WHITE,
        field=_LIGHT_CYAN,
        text=_BLACK,
        dim=_GREY,
        running=_MAGENTA,
        success=_BLUE,
        failed=_RED,
        estimate=_LIGHT_BLUE,
        left=_GREY,
        warning=_BROWN,
        error=_RED,
        badge=_BLUE,
        production=_RED,
        cursor=_CYAN,
        accent=_BLUE,
    ),
    "high-contrast": _DARK._replace(
        dim=_WHITE, left=_WHITE, badge=_WHITE, cursor=_WHITE, accent=_WHITE
    ),
    "colour-blind": _DARK._replace(
        success=_CYAN, failed=_YELLOW, estimate=_CYAN, warning=_PINK, error=_YELLOW
    ),
}
"""By the names of `palettes.PALETTES`."""
