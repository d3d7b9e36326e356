"""What the user is told about the keys, read off the screen and the README."""

import re
from pathlib import Path
from typing import NamedTuple

from textual.command import CommandList

from tests.tui.stage import Stage
from zcbulk_tui.tui.keys import Key

_README = Path(__file__).parents[2] / "README.md"

_HELP_LINE = re.compile(r" *(?P<keys>\S.*?)  +(?P<help>.+?)(?: \((?P<price>[^()]*calls?[^()]*)\))?")
_COMMAND = re.compile(
    r"(?P<label>.+?)(?:  (?P<keys>.*))?\n(?P<help>.+?)(?: Costs (?P<price>.+)\.)?", re.DOTALL
)
_README_ROW = re.compile(r"\| (?P<keys>`.+?) \| (?P<help>.+?) \| ?(?P<price>.*?) ?\|")


class Told(NamedTuple):
    """What is said of one thing that can be done."""

    keys: str
    help: str
    price: str


def of(key: Key) -> Told:
    """What is to be said."""
    return Told(key.shown, key.help, key.price)


async def by_help(stage: Stage) -> list[Told]:
    """What the help says, before it comes to the signs of the list; needs a screen of 110 lines."""
    key = next(key for key in stage.screen.keys if key.action == "help")
    await stage.press(key.keys.split(",")[0])
    lines = stage.text()
    await stage.press("q")
    (end,) = (number for number, line in enumerate(lines) if line == " Bar")
    return [_told(found) for line in lines[:end] if (found := _HELP_LINE.fullmatch(line))]


async def by_palette(stage: Stage) -> dict[str, Told]:
    """What the palette says, by the names of its commands."""
    key = next(key for key in stage.screen.keys if key.action == "palette")
    await stage.press(key.keys.split(",")[0])
    expected = len(list(stage.app.get_system_commands(stage.app.screen_stack[-2])))
    commands = stage.app.screen.query_one(CommandList)
    await stage.until(lambda: commands.option_count == expected)
    said = [str(option.prompt).rstrip() for option in commands.options]
    await stage.press("escape")
    found = [_COMMAND.fullmatch(text) for text in said]
    return {it["label"]: _told(it) for it in found if it}


def by_readme() -> list[Told]:
    """What the table in the README says."""
    text = _README.read_text(encoding="utf-8").partition("\n## Keys\n")[2].partition("\n## ")[0]
    return [_told(found) for line in text.splitlines() if (found := _README_ROW.fullmatch(line))]


def _told(found: re.Match[str]) -> Told:
    return Told((found["keys"] or "").replace("`", ""), found["help"].strip(), found["price"] or "")
