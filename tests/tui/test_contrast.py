"""What is on the screen can be read: the contrast of every cell, by WCAG 2.2, in every theme.

Left out, as WCAG leaves out what cannot be used at the moment: what lies darkened around a dialog.
Keys that cannot be pressed now, buttons that are disabled and placeholders count like all text.
"""

from collections.abc import Iterator, Mapping
from contextlib import aclosing
from functools import cache, reduce
from itertools import cycle, product
from typing import Any, NamedTuple

import pytest
from rich._palettes import EIGHT_BIT_PALETTE, STANDARD_PALETTE
from rich.color import Color, ColorSystem
from rich.segment import Segment
from textual.geometry import Region
from textual.screen import ModalScreen, Screen
from textual.theme import Theme
from textual.widgets import Button, Input

from tests.tui.profiles import Cast
from tests.tui.screenshots import Shown, in_the_history, in_the_log, on_the_dashboard
from tests.tui.stage import Stage
from zcbulk_tui.tui import ansi_palettes
from zcbulk_tui.tui.keys import KEYS
from zcbulk_tui.tui.palettes import PALETTES, Palette
from zcbulk_tui.tui.question import Question
from zcbulk_tui.tui.screens.dialogs import ConfirmScreen
from zcbulk_tui.tui.screens.profiles import ProfilesScreen
from zcbulk_tui.tui.themes import _in_sixteen_colours, textual_theme

TEXT, GRAPHIC = 4.5, 3.0

GRAPHICS = frozenset("█▓▒░▚▁▂▃▄▅▆▇▔▌▐▎▊─━│┃╭╮╰╯┌┐└┘├┤┬┴▲")
"""Bars, charts, lines and frames."""

EDGES = frozenset("▔▁▊▎▌▐▄▀")
"""Of a ground: of one colour with it, they are no more than blank."""

Rgb = tuple[int, int, int]


class Cell(NamedTuple):
    """How a piece of the screen is drawn."""

    text: str
    colour: Color
    ground: Color


def luminance(rgb: Rgb) -> float:
    """As WCAG defines it."""
    parts = [level / 255 for level in rgb]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@cache
def contrast(one: Rgb, other: Rgb) -> float:
    """As WCAG defines it, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@cache
def on_terminal(colour: Color, system: ColorSystem) -> Rgb:
    """How a terminal shows a colour that it is sent."""
    sent = colour.downgrade(system)
    if sent.number is None:
        return colour.get_truecolor()
    palette = STANDARD_PALETTE if system is ColorSystem.STANDARD else EIGHT_BIT_PALETTE
    return palette[sent.number]


def cells(screen: Screen[Any]) -> set[Cell]:
    """All that is drawn, on the whole screen or in the dialog that is open."""
    strips = screen._compositor.render_strips()
    if isinstance(screen, ModalScreen):
        first, *rest = (widget.region for widget in screen.query(".dialog, #--input, CommandList"))
        dialog = reduce(Region.union, rest, first)
        strips = [s.crop(dialog.x, dialog.right) for s in strips[dialog.y : dialog.bottom]]
    return {cell for strip in strips for segment in strip for cell in _of(segment)}


def _of(segment: Segment) -> Iterator[Cell]:
    style = segment.style
    if not segment.text.strip():
        return
    assert style is not None, segment
    assert style.color, segment
    assert style.bgcolor, segment
    assert not style.dim, segment
    pair = (style.color, style.bgcolor)
    colour, ground = reversed(pair) if style.reverse else pair
    graphic = "".join(sorted(GRAPHICS.intersection(segment.text)))
    if graphic and not (colour == ground and EDGES.issuperset(segment.text.replace(" ", ""))):
        yield Cell(graphic[0], colour, ground)
    if words := "".join(c for c in segment.text if c not in GRAPHICS).strip():
        yield Cell(words, colour, ground)


def _least(cell: Cell) -> float:
    """The least contrast that it needs."""
    return GRAPHIC if cell.text[0] in GRAPHICS else TEXT


def unreadable(drawn: set[Cell], system: ColorSystem) -> list[str]:
    """The cells that cannot be read."""
    said = []
    for cell in drawn:
        pair = (on_terminal(cell.colour, system), on_terminal(cell.ground, system))
        least = _least(cell)
        if contrast(*pair) < least:
            said.append(f"{contrast(*pair):.2f} < {least}: {cell.text!r}, {pair[0]} on {pair[1]}")
    return sorted(said)


async def in_dialogs() -> Shown:
    """What the pictures do not show, with toasts at last."""
    async with Stage().open(toasts=True) as stage:
        stage.app.clear_notifications()
        await stage.press("a", "x", "enter")
        yield "add", stage
        await stage.press("escape", "escape", "ctrl+p", *"poll")
        await stage.pilot.pause(0.2)
        yield "palette", stage
        await stage.press("escape")
        await stage.app.push_screen(ProfilesScreen(["one", "two"], ["one"], KEYS))
        yield "profiles", stage
        await stage.press("escape")
        question = Question("Sure?", ["It cannot be undone."], yes="Yes")
        await stage.app.push_screen(ConfirmScreen(question))
        yield "confirm", stage
        await stage.press("escape")
        await stage.select("Orders EU")
        await stage.press("X", *"Order", "shift+left", "shift+left")
        asked = stage.app.screen
        assert asked.query_one(Input).selected_text
        assert asked.query_one("#yes", Button).disabled
        yield "typed", stage
        await stage.press("escape", "l", "slash")
        yield "log filter", stage
        await stage.press("escape", "escape")
        for severity in ("information", "warning", "error"):
            stage.app.notify("Something happened.", title="A title", severity=severity)
        await stage.pilot.pause()
        yield "toasts", stage


SYSTEMS = {
    ColorSystem.TRUECOLOR: [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT],
    ColorSystem.STANDARD: [ColorSystem.STANDARD],
}
"""By how many colours are sent: how many a terminal may have that shows them."""

READABLE_ON = (
    *("on-accent", "on-production", "on-badge", "button-color-foreground"),
    *("block-cursor-foreground", "block-cursor-blurred-foreground"),
    *("input-selection-foreground", "screen-selection-foreground"),
)
"""Colours of a theme besides those of its palette."""


def _told_apart(place: int) -> tuple[Theme, Mapping[Rgb, str]]:
    """A theme in which each colour is another one, and what each of them is for.

    It has the name of one of ours, in a place: the app has no variables for others.
    """
    names = (*Palette._fields, *READABLE_ON)
    named = {
        name: f"#{16 + 8 * at:02x}{16 + 8 * at:02x}{40 + place:02x}"
        for at, name in enumerate(names)
    }
    palette = Palette(**{name: named[name] for name in Palette._fields})
    others = {name: named[name] for name in READABLE_ON}
    theme = textual_theme(list(PALETTES)[place], palette, **others)
    return theme, {_rgb(colour): name for name, colour in named.items()}


KEEP_THEIR_THEME = ("insert", "palette")
"""Whose words have the colours in which they came; no key changes the theme there."""


async def test_all_on_the_screen_can_be_read() -> None:
    turns = cycle(map(_told_apart, (1, 2)))
    theme, named = next(turns)
    drawn: dict[tuple[str, str, float], str] = {}
    for show in (on_the_dashboard, in_the_history, in_the_log, in_dialogs):
        async with aclosing(show()) as shown:
            async for name, stage in shown:
                if name not in KEEP_THEIR_THEME:
                    theme, named = next(turns)
                    await _show(stage, theme)
                shown_cells = cells(stage.app.screen)
                assert len(shown_cells) > 2, name
                for cell in shown_cells:
                    pair = (cell.colour.get_truecolor(), cell.ground.get_truecolor())
                    assert named.keys() >= {*pair}, f"{name}: {cell} is not of the theme"
                    drawn[named[pair[0]], named[pair[1]], _least(cell)] = f"{name}: {cell.text!r}"
    assert len(drawn) > 40
    said = []
    for theme_name, (sent, systems) in product(PALETTES, SYSTEMS.items()):
        colours = _colours(theme_name, sent)
        for system, ((one, other, least), where) in product(systems, drawn.items()):
            if system is ColorSystem.STANDARD and other == "cursor" and "cursor" not in one:
                one = "cursor-text"
            met = [on_terminal(Color.parse(colours[it]), system) for it in (one, other)]
            if contrast(*met) < least:
                said.append(f"{theme_name}, {system.name}: {where}, {one} on {other}")
    assert not said, "\n" + "\n".join(said)


def _colours(name: str, sent: ColorSystem) -> Mapping[str, str]:
    if sent is ColorSystem.STANDARD:
        return _in_sixteen_colours(name, name).variables
    return textual_theme(name, PALETTES[name]).variables


async def _show(stage: Stage | Cast, theme: Theme) -> None:
    stage.app.register_theme(theme)
    stage.app.theme = theme.name
    await stage.pilot.pause()


async def test_every_theme_is_shown_in_its_colours() -> None:
    """What is read in each theme, as it comes to the terminal."""
    said: list[str] = []
    async with Stage().open() as stage:
        app = stage.app
        for keys in ((), ("X",)):
            await stage.press(*keys)
            for sent, shown_on in SYSTEMS.items():
                app.console._color_system = sent
                for _ in app.themes.names:
                    theme = app.themes.step(app)
                    await stage.pilot.pause()
                    drawn = cells(app.screen)
                    assert len(drawn) > 10
                    for system in shown_on:
                        said += [f"{theme}, {system.name}: {x}" for x in unreadable(drawn, system)]
    assert not said, "\n" + "\n".join(said)


ON_GROUND = ("text", "dim", "running", "success", "failed", "warning", "error")
"""What is read, on the screen and in rows."""

IN_DIALOGS = ("text", "dim", "warning", "error", "success")

LEVELS = [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT]


def _pairs(*, whole_row: bool) -> Iterator[tuple[str, str, float]]:
    """Which colours meet, and the least contrast of each pair.

    Args:
        whole_row: Whether the cursor gives one colour to a whole row.
    """
    yield from ((name, "ground", TEXT) for name in ON_GROUND)
    yield from ((name, "ground", GRAPHIC) for name in ("estimate", "left", "accent"))
    yield from ((name, "surface", TEXT) for name in IN_DIALOGS)
    yield from ((name, "surface", GRAPHIC) for name in ("left", "accent"))
    yield from ((name, "field", TEXT) for name in ("text", "dim"))
    if not whole_row:
        yield from ((name, "cursor", TEXT) for name in ON_GROUND)
        yield from ((name, "cursor", GRAPHIC) for name in ("estimate", "left"))


@pytest.mark.parametrize(("name", "system"), list(product(PALETTES, LEVELS)))
def test_every_pair_of_a_theme(name: str, system: ColorSystem) -> None:
    _check(PALETTES[name], system, whole_row=False)


@pytest.mark.parametrize("name", list(PALETTES))
def test_every_pair_on_16_colours(name: str) -> None:
    palette = ansi_palettes.PALETTES[name]
    _check(palette, ColorSystem.STANDARD, whole_row=True)
    words = _rgb(ansi_palettes.ON_CURSOR)
    assert contrast(words, _rgb(palette.cursor)) >= TEXT


def _check(palette: Palette, system: ColorSystem, *, whole_row: bool) -> None:
    colours = {
        name: on_terminal(Color.parse(value), system) for name, value in palette._asdict().items()
    }
    for one, other, least in _pairs(whole_row=whole_row):
        assert contrast(colours[one], colours[other]) >= least, (one, other)
    for ground in ("badge", "production", "accent"):
        best = max(contrast(colours[ground], colours[words]) for words in ("ground", "text"))
        assert best >= TEXT, ground


def _rgb(colour: str) -> Rgb:
    return Color.parse(colour).get_truecolor()


@pytest.mark.parametrize("name", list(PALETTES))
def test_256_colours_show_the_same_colours(name: str) -> None:
    for colour, value in PALETTES[name]._asdict().items():
        shown = on_terminal(Color.parse(value), ColorSystem.EIGHT_BIT)
        worst = max(abs(a - b) for a, b in zip(shown, _rgb(value), strict=True))
        assert worst <= 10, colour


@pytest.mark.parametrize("name", list(PALETTES))
def test_16_colours_are_sent_as_they_are(name: str) -> None:
    for colour, value in ansi_palettes.PALETTES[name]._asdict().items():
        assert on_terminal(Color.parse(value), ColorSystem.STANDARD) == _rgb(value), colour


@pytest.mark.parametrize("palettes", [PALETTES, ansi_palettes.PALETTES], ids=["256", "16"])
def test_outcomes_differ_in_lightness_for_the_colour_blind(palettes: Mapping[str, Palette]) -> None:
    palette = palettes["colour-blind"]
    success, failed, warning = (
        _rgb(colour) for colour in (palette.success, palette.failed, palette.warning)
    )
    assert contrast(success, failed) >= 1.5
    assert contrast(failed, warning) >= 1.5
