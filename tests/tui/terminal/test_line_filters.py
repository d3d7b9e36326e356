"""With NO_COLOR no colour is sent and nothing is lost; a terminal for ASCII gets nothing else."""

import re
from collections.abc import Iterator
from io import StringIO

import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.widgets import Button, Input, OptionList

from tests.tui.stage import Stage
from zcbulk_tui.tui import keys
from zcbulk_tui.tui.screens.profiles import ProfilesScreen
from zcbulk_tui.tui.terminal.line_filters import NoColourFilter

_ESCAPE = re.compile(r"\x1b\[([\d;]*)m")

_STYLES = {"0", "1", "2", "4", "7", ""}
"""Reset, bold, dim, underlined, reversed."""


@pytest.fixture(autouse=True)
def _all_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that shows them all."""
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture
def no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


def wire(stage: Stage) -> str:
    """What a terminal of all colours is sent for the whole screen."""
    app = stage.app
    console = Console(
        file=StringIO(), force_terminal=True, color_system="truecolor", width=app.size.width
    )
    console.no_color = False
    console.print(app.screen._compositor.render_update(full=True))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def styles(strip: Strip) -> Iterator[tuple[str, Style]]:
    """The words of a line, and how they are drawn."""
    for text, style, _ in strip:
        if text.strip():
            yield text, style or Style.null()


@pytest.mark.usefixtures("no_color")
async def test_no_colour_is_sent() -> None:
    async with Stage().open(100, 30, toasts=True) as stage:
        stage.app.notify("Something happened.", severity="error")
        for key in ("", "X", "a", "question_mark", "ctrl+p", "b", "l", "h"):
            await stage.press(*filter(None, [key]))
            assert (stage.app.screen is stage.screen) is (not key), key
            sent = wire(stage)
            assert len(sent) > 1000, key
            codes = {code for found in _ESCAPE.findall(sent) for code in found.split(";")}
            assert codes <= _STYLES, key
            await stage.press("escape")


@pytest.mark.parametrize("value", [None, ""])
async def test_without_it_there_are_colours(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if value is not None:
        monkeypatch.setenv("NO_COLOR", value)
    async with Stage().open(80, 24) as stage:
        palette = stage.app.themes._palettes["dark"]
        red, green, blue = Color.parse(palette.success).rgb
        assert f"38;2;{red};{green};{blue}" in wire(stage)


@pytest.mark.usefixtures("no_color")
async def test_the_selected_row_is_bold_what_is_dim_dim_and_production_reversed() -> None:
    async with Stage().open(120, 30) as stage:
        lines = stage.screen._compositor.render_strips()
        (cursor,) = (line for line in lines if line.text.startswith("▌"))
        assert all(style.bold and not style.dim for _, style in styles(cursor))
        (other,) = (line for line in lines if "Orders EU" in line.text)
        assert other is not cursor
        assert not any(style.bold for _, style in styles(other))
        header = next(line for line in lines if "PROGRESS" in line.text)
        assert all(style.dim for _, style in styles(header))
        style = stage.screen.get_component_rich_style("look--production")
        assert style.reverse
        assert style.bold


def drawn_at(stage: Stage, x: int, y: int) -> Style:
    """How a cell of the screen is drawn."""
    strip = stage.app.screen._compositor.render_strips()[y].crop(x, x + 1)
    return next(iter(strip)).style or Style.null()


@pytest.mark.usefixtures("no_color")
async def test_a_dialog_shows_its_focus_its_field_and_what_cannot_be_pressed() -> None:
    async with Stage().open(80, 24) as stage:
        await stage.select("Orders EU")
        await stage.press("X")
        dialog = stage.app.screen
        no, yes = (dialog.query_one(f"#{name}", Button).region for name in ("no", "yes"))
        at = (no.width - 2) // 2
        assert drawn_at(stage, yes.x + at, yes.y + 1).dim, "disabled"
        field = dialog.query_one(Input).region
        assert drawn_at(stage, field.x, field.y).reverse, "where one types"
        await stage.press("O")
        assert drawn_at(stage, field.x + 1, field.y).reverse, "where one types"
        assert drawn_at(stage, field.right - 2, field.y).underline, "the field"
        assert not drawn_at(stage, no.x + at, no.y + 1).reverse
        await stage.press("tab")
        assert drawn_at(stage, no.x + at, no.y + 1).reverse, "the focus"
        frame = dialog.query_one(".dialog").region
        top = stage.app.screen._compositor.render_strips()[frame.y].crop(frame.x, frame.right)
        assert top.text == "╭" + "─" * (frame.width - 2) + "╮"


@pytest.mark.usefixtures("no_color")
async def test_the_chosen_option_is_underlined() -> None:
    async with Stage().open(80, 24) as stage:
        await stage.app.push_screen(ProfilesScreen(["one", "two"], ["two"], keys.KEYS))
        await stage.pilot.pause()
        region = stage.app.screen.query_one(OptionList).region
        assert not drawn_at(stage, region.x + 1, region.y).underline
        assert drawn_at(stage, region.x + 1, region.y + 1).underline


def test_the_filter_keeps_words_and_meaning() -> None:
    style = Style.parse("bold dim underline reverse #ff0000 on #00ff00 link https://a.example")
    before = [Segment("a", style), Segment("b"), Segment("\x07", None, [(1,)])]  # type: ignore[list-item]  # some control
    after = NoColourFilter().apply(before, Color(0, 0, 0))
    assert [segment.text for segment in after] == ["a", "b", "\x07"]
    assert after[1:] == before[1:]
    kept = after[0].style
    assert kept is not None
    assert kept.color is kept.bgcolor is None
    assert (kept.bold, kept.dim, kept.underline, kept.reverse) == (True,) * 4
    assert kept.link == "https://a.example"


async def test_ascii_only_is_ascii_only() -> None:
    async with Stage(ascii_only=True).open(80, 24) as stage:
        _check_ascii(stage)
        for key in ("X", "a", "question_mark", "ctrl+p", "b"):
            await stage.press(key)
            assert stage.app.screen is not stage.screen, key
            _check_ascii(stage, key)
            await stage.press("escape")
            assert stage.app.screen is stage.screen, key
        await stage.press("plus")
        _check_ascii(stage, "plus")


def _check_ascii(stage: Stage, key: str = "") -> None:
    drawn = "".join(stage.text())
    assert len(drawn) > 500, key
    assert drawn.isascii(), key
