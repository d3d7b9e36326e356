"""The themes: ours, the user's own, what cannot be used, and stepping through them."""

import re
from itertools import pairwise

import pytest
from rich.color import Color as RichColor
from textual.color import Color

from tests.tui.stage import Stage
from zcbulk_tui.config.settings import THEMES
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.render.span import Look, Span
from zcbulk_tui.tui import ansi_palettes
from zcbulk_tui.tui.palettes import PALETTES, Palette
from zcbulk_tui.tui.themes import Themes, make, textual_theme
from zcbulk_tui.tui.widgets import painter
from zcbulk_tui.tui.widgets.lines import Lines


@pytest.fixture(autouse=True)
def _all_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that shows them all."""
    monkeypatch.setenv("COLORTERM", "truecolor")


OWN = {"mine": {"base": "light", "success": "#0000FF"}, "other": {"ground": "#000001"}}


def palette(themes: Themes, name: str) -> Palette:
    return themes._palettes[name]


def test_the_configuration_knows_the_same_themes() -> None:
    assert tuple(PALETTES) == tuple(ansi_palettes.PALETTES) == THEMES


@pytest.mark.parametrize("palettes", [PALETTES, ansi_palettes.PALETTES], ids=["256", "16"])
@pytest.mark.parametrize("name", list(PALETTES))
def test_all_colours_are_written_alike(name: str, palettes: dict[str, Palette]) -> None:
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in palettes[name])


def test_own_themes_change_what_they_name_and_keep_the_rest() -> None:
    themes = make("mine", OWN)
    assert themes.shown == "mine"
    assert themes.names == (*PALETTES, "mine", "other")
    assert palette(themes, "mine") == PALETTES["light"]._replace(success="#0000FF")
    assert palette(themes, "other") == PALETTES["dark"]._replace(ground="#000001")


@pytest.mark.parametrize(
    ("chosen", "own", "words"),
    [
        ("drak", {}, ["There is no theme drak", "high-contrast", "Did you mean dark?"]),
        ("zzz", OWN, ["There is no theme zzz", "mine", "Use one of these"]),
        ("dark", {"dark": {}}, ["There is a theme dark already", "[themes.dark]", "base"]),
        ("dark", {"a": {"base": "b"}}, ["themes.a", "no theme b of ours", "colour-blind"]),
        ("dark", {"a": {"base": "a"}}, ["no theme a of ours"]),
        ("dark", {"a": {"sucess": "#000000"}}, ["no colour sucess", "Did you mean success?"]),
        ("dark", {"a": {"text": "red"}}, ["themes.a", "text cannot be red", "#rrggbb"]),
        ("dark", {"a": {"text": "#fff"}}, ["text cannot be #fff"]),
        ("dark", {"a": {"text": "#1234567"}}, ["text cannot be #1234567"]),
        ("dark", {"a": {"text": "#12345\n"}}, ["text cannot be #12345"]),
        ("dark", {"a": {"count": "#000000"}}, ["no colour count"]),
        ("dark", {"a": {"te\x1bxt": "#000000"}}, ["no colour te"]),
    ],
)
def test_what_cannot_be_used_is_told(
    chosen: str, own: dict[str, dict[str, str]], words: list[str]
) -> None:
    with pytest.raises(ConfigError) as raised:
        make(chosen, own)
    said = str(raised.value)
    assert all(word in said for word in words), said
    assert said.isprintable()
    assert not raised.value.title.endswith(".")


@pytest.mark.parametrize(
    ("ground", "words"),
    [("#ffff00", "#000000"), ("#000080", "#ffffff"), ("#0087d7", "#000000")],
)
def test_words_on_a_ground_of_their_own_can_be_read(ground: str, words: str) -> None:
    high = PALETTES["high-contrast"]._replace(badge=ground, accent=ground, production=ground)
    variables = textual_theme("x", high).variables
    assert variables["on-badge"] == variables["on-accent"] == variables["on-production"] == words


@pytest.mark.parametrize("name", list(PALETTES))
def test_textual_knows_whether_a_theme_is_dark(name: str) -> None:
    assert textual_theme(name, PALETTES[name]).dark is (name != "light")


def ground(stage: Stage) -> str:
    """The colour of the ground that the screen is drawn on."""
    strip = stage.screen._compositor.render_strips()[-3]
    return shown(next(iter(strip)).style.bgcolor)  # type: ignore[union-attr]  # it has a style


def shown(colour: RichColor | None) -> str:
    """A colour of Rich as the user writes it."""
    return Color.from_rich_color(colour).hex.lower()


def start_with(stage: Stage, themes: Themes) -> None:
    """Gives the app on stage other themes before it starts."""
    stage.app.themes = themes
    themes.install(stage.app)


@pytest.mark.usefixtures("every_frame")
async def test_the_first_frame_has_the_chosen_theme_and_a_step_draws_one() -> None:
    stage = Stage()
    start_with(stage, make("mine", OWN))
    seen: list[str] = []
    stage.app.post_display_hook = lambda: seen.append(ground(stage))  # type: ignore[method-assign]  # looks only
    async with stage.open(80, 24):
        assert set(seen) == {PALETTES["light"].ground}
        assert stage.app.theme == "mine"
        seen.clear()
        stage.app.themes.step(stage.app)
        await stage.pilot.pause()
        changes = [two for two in pairwise(seen) if two[0] != two[1]]
        assert len(changes) <= 1, "nothing flashes"
        assert seen[-1] == OWN["other"]["ground"]


async def test_each_step_shows_another_theme_and_the_last_leads_to_the_first() -> None:
    stage = Stage()
    start_with(stage, make("dark", {"mine": {"ground": "#123456"}}))
    async with stage.open(80, 24):
        before = stage.app._css_update_count
        order = []
        for _ in range(5):
            name = stage.app.themes.step(stage.app)
            await stage.pilot.pause()
            assert stage.app.theme == name
            order.append(ground(stage))
        light, high, blind = (
            PALETTES[n].ground for n in ("light", "high-contrast", "colour-blind")
        )
        assert order == [light, high, blind, "#123456", PALETTES["dark"].ground]
        assert stage.app._css_update_count == before + 5, "each is drawn once"

        await stage.press("X")
        dialog = stage.app.screen.query_one(".dialog")
        stage.app.themes.step(stage.app)
        await stage.pilot.pause()
        assert dialog.styles.background.hex.lower() == PALETTES["light"].surface


@pytest.mark.parametrize("term", ["linux", "xterm", "screen", "xterm-16color"])
def test_terminals_of_16_colours_have_renditions(
    term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLORTERM")
    monkeypatch.setenv("TERM", term)
    stage = Stage()
    start_with(stage, make("other", OWN))
    shown_first = stage.app.available_themes["other"]
    assert shown_first.background == ansi_palettes.PALETTES["dark"].ground


async def test_16_colours_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLORTERM")
    monkeypatch.setenv("TERM", "linux")
    stage = Stage()
    start_with(stage, make("mine", OWN))
    async with stage.open(80, 24):
        assert ground(stage) == ansi_palettes.PALETTES["light"].ground
        stage.app.themes.step(stage.app)
        await stage.pilot.pause()
        assert ground(stage) == ansi_palettes.PALETTES["dark"].ground


async def test_the_cursor_leaves_a_word_with_its_own_ground_as_it_is() -> None:
    async with Stage().open(80, 24) as stage:
        widget = stage.screen.query_one("#foot", Lines)
        for look in (Look.BADGE, Look.PRODUCTION):
            spans = [Span("word", look), Span(" row")]
            off = list(painter.strip(widget, spans))
            on = list(painter.strip(widget, spans, on_cursor=True))
            assert on[0].style == off[0].style
            assert on[1].style != off[1].style
