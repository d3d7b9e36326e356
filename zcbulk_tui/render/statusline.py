"""A summary in at most 40 cells, for the status line of a terminal or for a prompt.

Loads in milliseconds, see `domain.summary`: so it has the few glyphs that it needs itself.
"""

from typing import NamedTuple

from zcbulk_tui.domain.summary import Summary, in_need, worst

CELLS = 40
"""The most that a line takes."""

_FRESH = 60.0
"""Seconds up to which readings count as new where no window polls."""

_DUE = 900.0
"""The same where one does: it polls a job rarely that has long to go."""


class Signs(NamedTuple):
    """The glyphs of a line, those of the dashboard."""

    running: str
    waiting: str
    completed: str


UNICODE = Signs("▶", "○", "✓")
ASCII = Signs("*", "o", "+")

WORDS = {
    "over-limit": "over the limit",
    "abort-risk": "may be aborted",
    "unclear": "unclear",
    "sign-in": "sign in",
    "queue": "queue stopped",
    "no-answer": "no answer",
    "stuck": "stuck",
    "deadline": "start soon",
    "result": "fetch results",
    "quota": "few calls",
    "stale": "stale",
    "failed-share": "failures",
    "slow": "slow",
    "ended-badly": "ended badly",
}
"""What each kind of trouble is called."""

_ANSI = {"error": "31", "warning": "33", "running": "36", "dim": "2"}
_TMUX = {"error": "fg=red", "warning": "fg=yellow", "running": "fg=cyan", "dim": "dim"}


class Piece(NamedTuple):
    """A part of the line.

    Attributes:
        text: What it says.
        look: "error", "warning", "running", "dim", or empty for none of them.
    """

    text: str
    look: str = ""


def line(summary: Summary, signs: Signs) -> list[Piece]:
    """Returns the parts of the line; what does not fit is left out, the calls that are left first.

    Every figure is measured; where it is old, the line says how old.
    """
    if not summary.jobs:
        return [Piece("no jobs", "dim")]
    calls = [] if summary.calls_left is None else [Piece(f"{summary.calls_left:,} left")]
    pieces = [*_jobs(summary, signs), *_trouble(summary), *calls, *_age(summary)]
    if width(pieces) > CELLS and calls:
        pieces.remove(calls[0])
    while width(pieces) > CELLS and len(pieces) > 1:
        pieces.pop()
    return pieces


def width(pieces: list[Piece]) -> int:
    """Returns how many cells a line takes."""
    return len(plain(pieces))


def plain(pieces: list[Piece]) -> str:
    """Returns a line without colours."""
    return " ".join(piece.text for piece in pieces)


def ansi(pieces: list[Piece]) -> str:
    """Returns a line in the colours of a terminal."""
    return " ".join(
        f"\x1b[{_ANSI[piece.look]}m{piece.text}\x1b[0m" if piece.look else piece.text
        for piece in pieces
    )


def tmux(pieces: list[Piece]) -> str:
    """Returns a line in the colours of tmux, by its own marks."""
    return " ".join(
        f"#[{_TMUX[piece.look]}]{piece.text}#[default]" if piece.look else piece.text
        for piece in pieces
    )


def _jobs(summary: Summary, signs: Signs) -> list[Piece]:
    pieces = []
    if summary.running:
        part = "" if summary.share is None else f" {_percent(summary.share)}%"
        pieces.append(Piece(f"{_count(summary.running)}{signs.running}{part}", "running"))
    if summary.waiting:
        pieces.append(Piece(f"{_count(summary.waiting)}{signs.waiting}"))
    if summary.unread:
        pieces.append(Piece(f"{_count(summary.unread)}?", "dim"))
    if summary.is_over and (summary.completed or not summary.troubles):
        pieces.append(Piece(f"{_count(summary.completed)}{signs.completed}"))
    return pieces


def _trouble(summary: Summary) -> list[Piece]:
    found = worst(summary.troubles)
    if found is None:
        return []
    count = _count(in_need(summary.troubles))
    # A later version may know of more kinds.
    words = f"{count}! {WORDS.get(found.kind, '')}".rstrip()
    return [Piece(words, "error" if found.is_critical else "warning")]


def _age(summary: Summary) -> list[Piece]:
    """Says that what is shown is old, and why."""
    if summary.is_over:
        return []
    age = summary.age or 0.0
    old = f" {_span(age)}" if age >= _FRESH else ""
    if not summary.is_polled:
        return [Piece(f"unpolled{old}", "warning")] if old or summary.age is None else []
    if summary.is_paused:
        return [Piece(f"paused{old}", "warning")]
    return [Piece(f"{_span(age)} old", "dim")] if age >= _DUE else []


def _count(count: int) -> str:
    return str(count) if count < 1000 else "999+"


def _percent(share: float) -> int:
    """Whole percent; 100 only when nothing is missing."""
    return min(int(share * 100 + 1e-9), 99) if share < 1 else 100


def _span(seconds: float) -> str:
    """A time in its largest unit: an age is not the more exact the longer it is."""
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes}m"
    return f"{minutes // 60}h" if minutes < 48 * 60 else f"{minutes // 1440}d"
