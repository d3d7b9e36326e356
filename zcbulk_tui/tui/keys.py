"""Every key of the watch screen, once: bindings, key line, help and palette are made from it.

Lower case never changes anything at Zoho; upper case may, and asks first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from textual.binding import Binding, BindingType

from zcbulk_tui.render.span import Line, Look, Span, fit_line, line_width


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that can be done.

    Attributes:
        action: Name of the action; the id of its binding.
        keys: Textual's names of the keys, separated by commas; the first is the one shown.
        shown: How people write the keys.
        label: One or two words for the key line.
        help: A sentence for the help and the palette.
        price: What it costs, in calls; empty for nothing.
        group: Heading in the help.
        rank: How long it stays in the key line as the screen narrows; 0 is never there.
        controls: Whether it can change something at Zoho; read-only mode has no such keys.
    """

    action: str
    keys: str
    shown: str
    label: str
    help: str
    price: str = ""
    group: str = "Move"
    rank: int = 0
    controls: bool = False


_JOB, _LIST, _CALLS, _PROGRAM = "Selected job", "List", "Calls", "Program"

KEYS = (
    Key("down", "j,down", "j ↓", "down", "Select the next job."),
    Key("up", "k,up", "k ↑", "up", "Select the job before."),
    Key("top", "g,home", "g Home", "top", "Select the first job."),
    Key("bottom", "G,end", "G End", "bottom", "Select the last job."),
    Key("page_down", "pagedown", "PgDn", "page down", "Move a page down."),
    Key("page_up", "pageup", "PgUp", "page up", "Move a page up."),
    Key("half_down", "ctrl+d", "ctrl+d", "half down", "Move half a page down."),
    Key("half_up", "ctrl+u", "ctrl+u", "half up", "Move half a page up."),
    Key(
        "start",
        "S",
        "S",
        "start",
        "Start the job, after a question.",
        "2 calls",
        _JOB,
        rank=3,
        controls=True,
    ),
    Key(
        "abort",
        "X",
        "X",
        "abort",
        "Abort the job, after a question.",
        "2 calls",
        _JOB,
        rank=3,
        controls=True,
    ),
    Key("poll", "r", "r", "poll", "Ask for the job's status now.", "1 call", _JOB, rank=3),
    Key(
        "history",
        "h",
        "h",
        "history",
        "Show the job's readings as a chart, and what happened to it.",
        group=_JOB,
        rank=1,
    ),
    Key(
        "edit",
        "e",
        "e",
        "edit",
        "Change the job's label, tags and note.",
        group=_JOB,
    ),
    Key(
        "unwatch",
        "x",
        "x",
        "stop watching",
        "Take the job off the list; nothing changes at Zoho.",
        group=_JOB,
        rank=1,
    ),
    Key(
        "add",
        "a",
        "a",
        "add",
        "Watch a job: paste its URL, or give its names and id.",
        group=_LIST,
        rank=2,
    ),
    Key(
        "poll_all",
        "R",
        "R",
        "poll all",
        "Ask for every unfinished job's status.",
        "1 call each",
        _LIST,
    ),
    Key(
        "pause",
        "p",
        "p",
        "pause",
        "Pause the polls of all jobs, or resume them.",
        group=_LIST,
        rank=1,
    ),
    Key(
        "log",
        "l",
        "l",
        "log",
        "Show all that has happened: changes, calls, start and abort.",
        group=_LIST,
        rank=1,
    ),
    Key(
        "budget",
        "b",
        "b",
        "budget",
        "Show the day's calls and the plan; tell the true figure.",
        group=_CALLS,
        rank=2,
    ),
    Key(
        "eager",
        "plus,equals_sign",
        "+",
        "more eager",
        "Poll more eagerly; first says what that brings.",
        group=_CALLS,
    ),
    Key(
        "frugal",
        "minus",
        "-",
        "more frugal",
        "Poll more frugally; first says what that brings.",
        group=_CALLS,
    ),
    Key("profile", "P", "P", "profile", "Switch to another profile.", group=_PROGRAM),
    Key("help", "question_mark", "?", "help", "Show this help.", group=_PROGRAM, rank=3),
    Key("palette", "colon", ": ctrl+p", "palette", "Find a command by its name.", group=_PROGRAM),
    Key("redraw", "ctrl+l", "ctrl+l", "redraw", "Draw the screen anew.", group=_PROGRAM),
    Key("leave", "q", "q", "quit", "Quit; the watch list stays.", group=_PROGRAM, rank=3),
)


def bindings() -> list[BindingType]:
    """Returns the bindings of the watch screen."""
    return [
        Binding(key.keys, key.action, key.label, tooltip=key.help, id=f"watch.{key.action}")
        for key in KEYS
    ]


def key_line(state_of: Callable[[str], bool | None], width: int) -> Line:
    """The keys worth knowing, in one line; those that make no sense now are greyed.

    Args:
        state_of: Of an action: True if it can be done, None if not now, False if never.
        width: Cells.
    """
    shown = [key for key in KEYS if key.rank and state_of(key.action) is not False]
    spans = {key: _on_key_line(key, able=bool(state_of(key.action))) for key in shown}
    for rank in range(1, max(key.rank for key in shown)):
        if sum(map(line_width, spans.values())) > width:
            spans = {key: pair for key, pair in spans.items() if key.rank > rank}
    return fit_line([span for pair in spans.values() for span in pair], width)


def _on_key_line(key: Key, *, able: bool) -> tuple[Span, Span]:
    price = f" ({key.price.split()[0]})" if key.price else ""
    return (
        Span(f" {key.shown} ", Look.STRONG if able else Look.DIM),
        Span(f"{key.label}{price} ", Look.TEXT if able else Look.DIM),
    )
