"""Themes: which colours mean what, and how Textual gets them.

Terminals of 16 colours have a palette of each theme of their own (`ansi_palettes`). The others are
made of colours that terminals of 256 colours show as well.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from textual.app import App
from textual.theme import Theme

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.tui import ansi_palettes
from zcbulk_tui.tui.palettes import PALETTES, Palette

_DEFAULT = next(iter(PALETTES))


class Themes:
    """All themes that can be chosen, and the one that is shown.

    Attributes:
        shown: The name of the theme that is shown.

    Args:
        shown: The first one.
        palettes: The colours of each.
        bases: The theme of ours that each of the user's own is made from.
    """

    def __init__(
        self, shown: str, palettes: Mapping[str, Palette], bases: Mapping[str, str]
    ) -> None:
        self.shown = shown
        self._palettes = palettes
        self._bases = bases

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, in the order of `step`."""
        return tuple(self._palettes)

    def install(self, app: App[Any]) -> None:
        """Gives an app its first theme, in its ``__init__``; nothing is drawn or read again."""
        app.register_theme(self._made(self.shown, app))
        app.set_reactive(App.theme, self.shown)
        app.stylesheet.set_variables(app.get_css_variables())

    def step(self, app: App[Any]) -> str:
        """Shows the next theme, the first after the last; returns its name."""
        names = self.names
        self.shown = names[(names.index(self.shown) + 1) % len(names)]
        app.register_theme(self._made(self.shown, app))
        app.theme = self.shown
        return self.shown

    def _made(self, name: str, app: App[Any]) -> Theme:
        if app.console.color_system not in ("standard", "windows"):
            return textual_theme(name, self._palettes[name])
        # The user's own colours are not among the 16: the theme that they change stands for them.
        return _in_sixteen_colours(name, self._bases.get(name, name))


def make(chosen: str = _DEFAULT, own: Mapping[str, Mapping[str, str]] | None = None) -> Themes:
    """Returns the themes of ours and the user's own.

    Args:
        chosen: The name of the one to show.
        own: The user's own by name: colours by name, and as ``base`` the theme of ours that has
            the other ones, or else the first of ours.

    Raises:
        ConfigError: There is no such theme or colour, or a value is no colour.
    """
    palettes, bases = dict(PALETTES), {}
    for name, colours in (own or {}).items():
        if name in PALETTES:
            raise ConfigError(
                f"There is a theme {name} already",
                next_step=f'Give [themes.{name}] another name, and say base = "{name}" in it.',
            )
        bases[name] = base = colours.get("base", _DEFAULT)
        if base not in PALETTES:
            raise _unknown(
                f"themes.{name}: There is no theme {one_line(base)} of ours", base, PALETTES
            )
        palettes[name] = _painted(PALETTES[base], name, colours)
    if chosen not in palettes:
        raise _unknown(f"There is no theme {one_line(chosen)}", chosen, palettes)
    return Themes(chosen, palettes, bases)


def _painted(palette: Palette, name: str, colours: Mapping[str, str]) -> Palette:
    """A palette with some colours of the user's."""
    changed = {colour: value for colour, value in colours.items() if colour != "base"}
    for colour, value in changed.items():
        if colour not in Palette._fields:
            raise _unknown(
                f"themes.{name}: There is no colour {one_line(colour)}",
                colour,
                dict.fromkeys(Palette._fields),
            )
        if not re.fullmatch("#[0-9a-fA-F]{6}", value):
            raise ConfigError(
                f"themes.{name}: {colour} cannot be {one_line(value)}",
                next_step='Write a colour as "#rrggbb", such as "#1f6feb".',
            )
    return palette._replace(**changed)


def _unknown(title: str, asked: str, there: Mapping[str, object]) -> ConfigError:
    close = get_close_matches(asked.lower(), there, n=1)
    return ConfigError(
        title,
        f"There are {', '.join(there)}.",
        f"Did you mean {close[0]}?" if close else "Use one of these.",
    )


def textual_theme(name: str, palette: Palette, **others: str) -> Theme:
    """Returns a theme as Textual takes it.

    Nothing that is read is half transparent, so that its contrast is that of two colours here.

    Args:
        name: Of the theme.
        palette: Its colours.
        others: Further variables of the style sheets.
    """
    on_accent = _readable_on(palette.accent, palette)
    on_production = _readable_on(palette.production, palette)
    p = palette
    return Theme(
        name,
        primary=p.accent,
        warning=p.warning,
        error=p.error,
        success=p.success,
        foreground=p.text,
        background=p.ground,
        surface=p.surface,
        panel=p.surface,
        dark=_light(p.ground) < _light(p.text),
        luminosity_spread=0.0,  # no shades: each would be another colour to hold against its ground
        variables={
            **p._asdict(),
            "cursor-text": "transparent",  # each word in a row keeps its colour
            "on-accent": on_accent,
            "on-production": on_production,
            "on-badge": _readable_on(p.badge, p),
            "behind": f"{p.ground} 60%",
            "text-muted": p.dim,
            "text-disabled": p.dim,
            "text-success": p.success,
            "text-warning": p.warning,
            "text-error": p.error,
            "foreground-muted": p.dim,
            "foreground-disabled": p.dim,
            "block-cursor-foreground": on_accent,
            "block-cursor-background": p.accent,
            "block-cursor-blurred-foreground": on_accent,
            "block-cursor-blurred-background": p.accent,
            "block-hover-background": p.cursor,
            "border-blurred": p.left,
            "scrollbar": p.left,
            "scrollbar-hover": p.left,
            "scrollbar-active": p.accent,
            "scrollbar-background": p.surface,
            "input-selection-background": p.accent,
            "input-selection-foreground": on_accent,
            "screen-selection-background": p.accent,
            "screen-selection-foreground": on_accent,
            "button-color-foreground": on_accent,
            **others,
        },
    )


def _in_sixteen_colours(name: str, rendition: str) -> Theme:
    """Returns a theme as Textual takes it.

    Args:
        name: Of the theme.
        rendition: Which of `PALETTES` shows it.
    """
    # A row has one colour of text where the cursor is, since few of the 16 go together; and nothing
    # shows through a dialog's surroundings darkened, since that takes colours in between.
    more = {"cursor-text": ansi_palettes.ON_CURSOR, "behind": "transparent"}
    return textual_theme(name, ansi_palettes.PALETTES[rendition], **more)


def _readable_on(colour: str, palette: Palette) -> str:
    """The colour of words on a colour that is not the ground."""
    at = _light(colour)

    def contrast(other: str) -> float:
        high, low = sorted((at, _light(other)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    return max(palette.ground, palette.text, key=contrast)


def _light(colour: str) -> float:
    """The relative luminance of WCAG 2.2, from 0 to 1."""
    levels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
