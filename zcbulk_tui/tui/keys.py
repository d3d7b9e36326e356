"""Every key of the watch screen, once: bindings, key line, help and palette are made from it.

Lower case never changes anything at Zoho; upper case may, and asks first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from textual.binding import Binding, BindingType

from zcbulk_tui.render.span import Line, Look, Span, fit_line


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
        on_key_line: Whether it stands in the key line.
        controls: Whether it can change something at Zoho; read-only mode has no such keys.
    """

    action: str
    keys: str
    shown: str
    label: str
    help: str
    price: str = ""
    group: str = "Move"
    on_key_line: bool = False
    controls: bool = False


_JOB, _LIST, _PROGRAM = "Selected job", "List", "Program"

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
        on_key_line=True,
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
        on_key_line=True,
        controls=True,
    ),
    Key(
        "poll", "r", "r", "poll", "Ask for the job's status now.", "1 call", _JOB, on_key_line=True
    ),
    Key(
        "unwatch",
        "x",
        "x",
        "stop watching",
        "Take the job off the list; nothing changes at Zoho.",
        group=_JOB,
        on_key_line=True,
    ),
    Key(
        "add",
        "a",
        "a",
        "add",
        "Watch a job: paste its URL, or give its names and id.",
        group=_LIST,
        on_key_line=True,
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
        on_key_line=True,
    ),
    Key("help", "question_mark", "?", "help", "Show this help.", group=_PROGRAM, on_key_line=True),
    Key("palette", "colon", ": ctrl+p", "palette", "Find a command by its name.", group=_PROGRAM),
    Key("redraw", "ctrl+l", "ctrl+l", "redraw", "Draw the screen anew.", group=_PROGRAM),
    Key("leave", "q", "q", "quit", "Quit; the watch list stays.", group=_PROGRAM, on_key_line=True),
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
    spans: list[Span] = []
    for key in KEYS:
        state = state_of(key.action)
        if not key.on_key_line or state is False:
            continue
        price = " (1)" if key.action == "poll" else ""
        spans += [
            Span(f" {key.shown} ", Look.STRONG if state else Look.DIM),
            Span(f"{key.label}{price} ", Look.TEXT if state else Look.DIM),
        ]
    return fit_line(spans, width)
