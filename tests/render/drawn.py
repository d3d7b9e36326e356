"""What has been drawn, cell by cell and column by column."""

from typing import NamedTuple

from zcbulk_tui.render import columns as widths
from zcbulk_tui.render.columns import Columns
from zcbulk_tui.render.span import Line, Look, width


class Field(NamedTuple):
    """What stands in a column, with its padding, and how it looks at its end."""

    text: str
    look: Look


def text(line: Line) -> str:
    """The text of all spans."""
    return "".join(span.text for span in line)


def cells(line: Line) -> list[tuple[str, Look]]:
    """The line's cells; a wide character stands in the first of its two."""
    found: list[tuple[str, Look]] = []
    for span in line:
        for character in span.text:
            taken = width(character)
            if taken:
                found += [(character, span.look), *[("", span.look)] * (taken - 1)]
            else:
                before, look = found[-1]
                found[-1] = (before + character, look)
    return found


def fields(numbers: Line, at: Columns) -> dict[str, Field]:
    """The columns of numbers that are there, by name."""
    shown = {"risk": at.risk, "percent": widths.PERCENT}
    if at.done:
        shown |= {"done": widths.DONE}
    if at.failed:
        shown |= {"failed": widths.FAILED}
    shown |= {"left": widths.LEFT}
    if at.rate:
        shown |= {"rate": widths.RATE}
    shown |= {"ends": widths.ENDS}
    if at.due:
        shown |= {"due": widths.DUE}
    shown |= {"age": widths.AGE}
    if at.next:
        shown |= {"next": widths.NEXT}
    all_cells = cells(numbers)
    found: dict[str, Field] = {}
    end = 0
    for name, size in shown.items():
        gap, field = all_cells[end], all_cells[end + 1 : end + 1 + size]
        assert gap[0] == " ", f"no gap before {name}"
        assert len(field) == size, f"{name} is too narrow"
        found[name] = Field("".join(part for part, _ in field), field[-1][1])
        end += 1 + size
    assert all(part == " " for part, _ in all_cells[end:])
    return found


_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def seconds_of(text: str) -> int:
    """The seconds that a duration such as "1h48m" says."""
    total, digits = 0, ""
    for character in text:
        if character.isdigit():
            digits += character
        else:
            total += int(digits) * _UNITS[character]
            digits = ""
    assert not digits, text
    return total
