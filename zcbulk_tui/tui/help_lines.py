"""The lines of the help: the keys by their groups, then what the signs of the list mean."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zcbulk_tui.domain.concern import Concern
from zcbulk_tui.render import concerns, words
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, wrap
from zcbulk_tui.render.span import width as cells
from zcbulk_tui.tui.key_names import shown
from zcbulk_tui.tui.keys import Key

_BEFORE, _BETWEEN = 2, 2
"""Blank cells before a sign, and after it."""

_NO_KEY = "none"


class Entry(NamedTuple):
    """One thing that is explained.

    Attributes:
        sign: What it looks like, or the keys that do it.
        text: A sentence.
        price: What it costs, in calls; empty for nothing.
        found_by: Words beside these that find it.
    """

    sign: Span
    text: str
    price: str = ""
    found_by: str = ""


class HelpGroup(NamedTuple):
    """What belongs together, and its heading."""

    title: str
    entries: tuple[Entry, ...]


def help_groups(keys: Iterable[Key], glyphs: Glyphs) -> list[HelpGroup]:
    """Returns all there is to explain.

    Args:
        keys: What can be done.
        glyphs: The characters that the list is drawn with.
    """
    groups: dict[str, list[Entry]] = {}
    for key in keys:
        written = shown(key.keys)
        sign = Span(written, Look.STRONG) if written else Span(_NO_KEY, Look.DIM)
        entry = Entry(sign, key.help, key.price, f"{key.label} {key.action}")
        groups.setdefault(key.group, []).append(entry)
    return [
        *(HelpGroup(title, tuple(entries)) for title, entries in groups.items()),
        HelpGroup("Bar", _bar(glyphs)),
        HelpGroup("State", _states(glyphs)),
        HelpGroup("Risk, the worst first", _risks(glyphs)),
        HelpGroup("Signs", _signs(glyphs)),
    ]


def matching(among: Sequence[HelpGroup], text: str) -> list[HelpGroup]:
    """Returns what has all words of `text`, whatever their case, with its headings."""
    wanted = text.casefold().split()
    kept = []
    for group in among:
        entries = tuple(entry for entry in group.entries if _has(entry, group.title, wanted))
        if entries:
            kept.append(HelpGroup(group.title, entries))
    return kept


def sign_cells(among: Sequence[HelpGroup], width: int) -> int:
    """Returns the cells of the column of signs; a longer sign has a line of its own."""
    longest = max(cells(entry.sign.text) for group in among for entry in group.entries)
    return min(longest, max(width // 4, 8))


def lines(among: Sequence[HelpGroup], sign_column: int, width: int) -> list[Line]:
    """Returns the lines of what is explained.

    Args:
        among: What that is.
        sign_column: Cells of the column of signs.
        width: Cells of a line.
    """
    made: list[Line] = []
    for group in among:
        if made:
            made.append(())
        made.append((Span(f" {group.title}", Look.STRONG),))
        for entry in group.entries:
            made += _entry(entry, sign_column, width)
    return made


def _entry(entry: Entry, sign_column: int, width: int) -> list[Line]:
    start = _BEFORE + sign_column + _BETWEEN
    room = max(width - start - 1, 1)
    texts = wrap(entry.text, room, max(len(entry.text), 1))
    price = f" ({entry.price})" if entry.price else ""
    made: list[Line] = [(Span(" " * start + text),) for text in texts]
    if price and cells(texts[-1]) + cells(price) <= room:
        made[-1] = (*made[-1], Span(price, Look.DIM))
    elif price:
        made.append((Span(" " * start + price.lstrip(), Look.DIM),))
    taken = _BEFORE + cells(entry.sign.text)
    head: Line = (Span(" " * _BEFORE), entry.sign)
    if taken + _BETWEEN > start:
        return [head, *made]
    (text, *more), *below = made
    return [(*head, Span(text.text[taken:]), *more), *below]


def _has(entry: Entry, title: str, wanted: Iterable[str]) -> bool:
    said = f"{entry.sign.text} {entry.text} {entry.price} {entry.found_by} {title}".casefold()
    return all(word in said for word in wanted)


def _bar(glyphs: Glyphs) -> tuple[Entry, ...]:
    return (
        Entry(Span(glyphs.success * 4, Look.SUCCESS), "Records that went in, by the last poll."),
        Entry(Span(glyphs.failed * 4, Look.FAILED), "Records that failed, by the last poll."),
        Entry(
            Span(glyphs.estimate * 4, Look.ESTIMATE),
            "An estimate of what has been processed since.",
        ),
        Entry(
            Span(glyphs.trace, Look.FAILED),
            "Some records failed, too few to be drawn as a share of the bar.",
        ),
        Entry(Span(glyphs.left * 4, Look.LEFT), "Records that are left."),
    )


_RISKS = {
    Concern.OVER_LIMIT: "more batches failed than Zoho allows; it may abort at any moment.",
    Concern.MAY_BE_ABORTED: "if failures go on like this, Zoho may abort the job before its end.",
    Concern.UNCLEAR: "what became of a start or an abort is not known yet.",
    Concern.NO_ANSWER: "the last poll failed; the lines below the list say why.",
    Concern.STUCK: "it runs, and its counts have not moved for ten minutes.",
    Concern.START: "it expires unless it is started by then; < means at most.",
    Concern.SLOW: "it lost two thirds of its speed, or 9 of 10 jobs of its form were faster.",
    Concern.FAILURES: "some of its records failed, and no abort is expected.",
}


def _risks(glyphs: Glyphs) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            Span(glyphs.concerns[concern], concerns.LOOK[concern]),
            f"{concerns.WORDS[concern].capitalize()}: {text}",
        )
        for concern, text in _RISKS.items()
    )


def _states(glyphs: Glyphs) -> tuple[Entry, ...]:
    return tuple(
        Entry(Span(glyphs.states[state], words.LOOK[state]), f"{word.capitalize()}.")
        for state, word in words.STATE.items()
    )


def _signs(glyphs: Glyphs) -> tuple[Entry, ...]:
    entries = (
        Entry(Span(glyphs.cursor, Look.STRONG), "The selected job."),
        Entry(Span(glyphs.mark, Look.STRONG), "A marked job."),
        Entry(Span(glyphs.alert), "Behind a name: you are alerted when the job ends."),
        Entry(
            Span("P", Look.PRODUCTION),
            "A job in production, in a list where others are not.",
        ),
        Entry(Span(glyphs.trouble, Look.WARNING), "the last poll failed; the row says why."),
        Entry(Span(glyphs.unread, Look.DIM), "Not polled yet."),
        Entry(
            Span(f"{glyphs.up} {glyphs.down}", Look.STRONG),
            "The column that the list is sorted by, upwards or downwards.",
        ),
        Entry(Span(glyphs.sum, Look.STRONG), "The sum of a group, or of the whole list."),
        Entry(Span("AGE", Look.DIM), "Of the last poll; in another colour when stale."),
    )
    return tuple(entry for entry in entries if entry.sign.text.strip())
