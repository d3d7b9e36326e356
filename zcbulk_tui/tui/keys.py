"""Every action and its keys, once: bindings, key lines, help and palette are made from it.

Lower case never changes anything at Zoho; upper case may, and asks first.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from textual.binding import Binding, BindingType

from zcbulk_tui.tui.key_names import shown


class Context(StrEnum):
    """A screen with keys of its own; each value but the first is the action that opens it."""

    JOBS = "jobs"
    HISTORY = "history"
    LOG = "log"
    BUDGET = "budget"
    PROFILES = "profile"
    QUEUE = "queue"
    RESULTS = "results"
    FAILURES = "failures"
    ROWS = "rows"
    REPAIR = "repair"
    HELP = "help"


_JOBS = frozenset({Context.JOBS})
_EVERYWHERE = frozenset(Context)
_OVER_JOBS = _EVERYWHERE - _JOBS
"""The screens that are opened over the jobs, and closed again."""


class Key(NamedTuple):
    """One action.

    Attributes:
        action: Name of the action, of its bindings, and of its keys in the configuration.
        keys: Textual's names of the keys, separated by commas; the first is the one shown.
        label: One or two words for the key line.
        help: A sentence for the help and the palette.
        price: What it costs, in calls; empty for nothing.
        group: Heading in the help.
        rank: How long it stays in the key line as the screen narrows; 0 is never there.
        controls: Whether it can change something at Zoho; read-only mode has no such keys.
        contexts: The screens that have it. The key that opens one of them closes it, too, where
            that screen is among them.
    """

    action: str
    keys: str
    label: str
    help: str
    price: str = ""
    group: str = "Move"
    rank: int = 0
    controls: bool = False
    contexts: frozenset[Context] = _JOBS

    @property
    def shown(self) -> str:
        """How people write its keys."""
        return shown(self.keys)


_JOB, _LIST, _VIEW, _CALLS = "Selected or marked jobs", "List", "View", "Calls"
_OTHERS, _PROGRAM = "Other screens", "Program"

_MOVE = "let the file change places with the one {} it for the same form."


def _of_screen(context: Context, screen: str, *keys: tuple[str, ...]) -> tuple[Key, ...]:
    """Keys that one screen has alone: action, keys, label, help, and the price where there is one.

    Args:
        context: The screen.
        screen: What it is called before each help.
        keys: See above.
    """
    made = []
    for key in keys:
        action, names, label, help, price = (*key, "")[:5]
        of, alone = f"{screen}: {help}", frozenset({context})
        made.append(Key(action, names, label, of, price, _OTHERS, contexts=alone))
    return tuple(made)


_PLACES = _of_screen(
    Context.QUEUE,
    "Queue",
    ("queue_up", "K", "earlier", _MOVE.format("before")),
    ("queue_down", "J", "later", _MOVE.format("after")),
)

_HISTORY = _of_screen(
    Context.HISTORY,
    "History",
    ("step_back", "comma,left", "step back", "go to the previous reading."),
    ("step_forward", "full_stop,right", "step forward", "go to the next reading."),
    ("change_back", "less_than_sign", "change before", "go to the previous change."),
    ("change_forward", "greater_than_sign", "next change", "go to the next change."),
)

_RESULTS = _of_screen(
    Context.RESULTS,
    "Results",
    ("fetch", "enter", "fetch", "fetch those that are not here yet.", "1 call each"),
    ("with_success", "s", "with success", "fetch the records that went in, too, or do not."),
)

_FAILURES = _of_screen(
    Context.FAILURES,
    "Failures",
    ("rows", "enter", "records", "show the records of the group."),
    ("all_rows", "a", "all records", "show all records that failed."),
    ("copy_reason", "y", "copy reason", "copy the reason of the group."),
)

_ROWS = _of_screen(
    Context.ROWS,
    "Failed records",
    ("cell_left", "h,left", "cell left", "go to the column on the left."),
    ("cell_right", "l,right", "cell right", "go to the column on the right."),
    ("search", "slash", "search", "search for a text."),
    ("next_match", "n", "next match", "go to the next record that holds the text."),
    ("previous_match", "N", "match before", "go to the record before that holds the text."),
    ("copy_cell", "y", "copy cell", "copy the cell."),
    ("copy_row", "Y", "copy record", "copy the record, as a line of a CSV."),
    ("export", "w", "export", "write them to a CSV file."),
)

_REPAIR = _of_screen(
    Context.REPAIR,
    "Repair",
    ("edit_rule", "enter", "change", "change the rule, or make one for the group."),
    ("add_rule", "a", "add rule", "make one more rule for the group."),
    ("switch_rule", "space", "on, off", "switch the rule on or off."),
    ("unchanged", "u", "unchanged too", "send, or hold back, records that no rule changes."),
    ("load_rules", "o", "open rules", "take the rules of a file."),
    ("save_rules", "w", "save rules", "write the rules to a file."),
)

KEYS = (
    Key(
        "down",
        "j,down",
        "down",
        "Select the next job; elsewhere go a line down.",
        contexts=_EVERYWHERE,
    ),
    Key(
        "up", "k,up", "up", "Select the previous job; elsewhere go a line up.", contexts=_EVERYWHERE
    ),
    Key(
        "top",
        "g,home",
        "top",
        "Select the first job; elsewhere go to the first line.",
        contexts=_EVERYWHERE,
    ),
    Key(
        "bottom",
        "G,end",
        "bottom",
        "Select the last job; elsewhere go to the last line.",
        contexts=_EVERYWHERE,
    ),
    Key("page_down", "pagedown", "page down", "Move a page down.", contexts=_EVERYWHERE),
    Key("page_up", "pageup", "page up", "Move a page up.", contexts=_EVERYWHERE),
    Key("half_down", "ctrl+d", "half down", "Move half a page down.", contexts=_EVERYWHERE),
    Key("half_up", "ctrl+u", "half up", "Move half a page up.", contexts=_EVERYWHERE),
    Key(
        "start",
        "S",
        "start",
        "Start the job, after a question.",
        "2 to 5 calls",
        _JOB,
        rank=4,
        controls=True,
    ),
    Key(
        "abort",
        "X",
        "abort",
        "Abort the job, after a question.",
        "2 to 5 calls",
        _JOB,
        rank=4,
        controls=True,
    ),
    Key("poll", "r", "poll", "Poll the job now.", "1 call", _JOB, rank=4),
    Key("details", "enter", "details", "Show the job's details.", group=_JOB, rank=3),
    Key(
        "history",
        "h",
        "history",
        "Show the job's history: a chart of its readings, and its events.",
        group=_JOB,
        rank=1,
        contexts=frozenset({Context.JOBS, Context.HISTORY}),
    ),
    Key(
        "results",
        "d",
        "results",
        "Show what is here of the job's results, and fetch what is missing.",
        "1 call each",
        _JOB,
        contexts=frozenset({Context.JOBS, Context.RESULTS}),
    ),
    Key(
        "failures",
        "f",
        "failures",
        "Show why records of the job failed: the reasons in groups, and the records.",
        group=_JOB,
        rank=3,
        contexts=frozenset({Context.JOBS, Context.RESULTS, Context.FAILURES}),
    ),
    Key(
        "repair",
        "F",
        "repair",
        "Repair what failed, and insert it anew with what was not reached; asks first.",
        "3 calls",
        _JOB,
        rank=3,
        controls=True,
        contexts=frozenset({Context.JOBS, Context.RESULTS, Context.FAILURES}),
    ),
    Key(
        "edit",
        "e",
        "edit",
        "Change the job's label, tags, note, environment, time of creation.",
        group=_JOB,
    ),
    Key(
        "alert_on_end",
        "w",
        "alert at end",
        "Be alerted when the job ends, however it does; or not.",
        group=_JOB,
    ),
    Key("copy", "y", "copy id", "Copy the job's id to the clipboard.", group=_JOB),
    Key(
        "copy_command",
        "Y",
        "copy command",
        "Copy the command that prints the job's status.",
        group=_JOB,
    ),
    Key(
        "unwatch",
        "x",
        "stop watching",
        "Stop watching the job; nothing changes at Zoho.",
        group=_JOB,
    ),
    Key(
        "mark",
        "space",
        "mark",
        "Mark or unmark the job.",
        group=_LIST,
        contexts=frozenset({Context.JOBS, Context.PROFILES}),
    ),
    Key("mark_all", "asterisk", "mark all", "Mark or unmark all jobs that are shown.", group=_LIST),
    Key(
        "unfold",
        "c",
        "unfold",
        "Unfold the chain of a job and those that repair it, or fold it.",
        group=_LIST,
    ),
    Key(
        "add",
        "a",
        "add",
        "Watch jobs: paste a text with their URLs, or give names and id.",
        group=_LIST,
        rank=2,
    ),
    Key(
        "insert",
        "N",
        "insert",
        "Insert a file: check it, create its job, upload, start; asks first.",
        "3 calls",
        _LIST,
        rank=2,
        controls=True,
    ),
    Key(
        "queue",
        "n",
        "queue",
        "Show the files that are on their way into a form.",
        group=_LIST,
        contexts=frozenset({Context.JOBS, Context.QUEUE}),
    ),
    Key(
        "night",
        "W",
        "night",
        "Arm a night: a limit for failures, a report at its end; or show or disarm it. Asks first.",
        group=_LIST,
    ),
    Key("undo", "u", "undo", "Bring back the jobs that were taken off last.", group=_LIST),
    Key(
        "poll_all",
        "R",
        "poll all",
        "Poll every unfinished job that is shown.",
        "1 call each",
        _LIST,
    ),
    Key("pause", "p", "pause", "Pause the polls of all jobs, or resume them.", group=_LIST),
    Key(
        "log",
        "l",
        "log",
        "Show the log: changes, calls, start and abort.",
        group=_LIST,
        rank=1,
        contexts=frozenset({Context.JOBS, Context.LOG}),
    ),
    Key(
        "filter",
        "slash",
        "filter",
        "Filter: words, !without, risk: state: form: env: app: profile: tag: job: failed:>0",
        group=_VIEW,
        rank=3,
        contexts=frozenset({Context.JOBS, Context.LOG, Context.HELP}),
    ),
    Key("sort", "o", "sort", "Sort by the next column.", group=_VIEW, rank=1),
    Key("reverse", "O", "reverse", "Reverse the sort.", group=_VIEW),
    Key("group", "v", "group", "Group by profile, application, form or tag.", group=_VIEW),
    Key("zoom", "z", "zoom", "Show the details on the whole screen.", group=_VIEW),
    Key("theme", "t", "theme", "Switch the theme.", group=_VIEW),
    Key(
        "back",
        "escape",
        "back",
        "Clear the filter or the marks, or close the details; elsewhere close.",
        group=_VIEW,
        contexts=_EVERYWHERE,
    ),
    Key(
        "budget",
        "b",
        "budget",
        "Show the day's calls and the plan; correct today's count.",
        group=_CALLS,
        rank=2,
        contexts=frozenset({Context.JOBS, Context.BUDGET}),
    ),
    Key(
        "eager",
        "plus,equals_sign",
        "more eager",
        "Poll more often; shows the effect first.",
        group=_CALLS,
        contexts=frozenset({Context.JOBS, Context.BUDGET}),
    ),
    Key(
        "frugal",
        "minus",
        "more frugal",
        "Poll less often; shows the effect first.",
        group=_CALLS,
        contexts=frozenset({Context.JOBS, Context.BUDGET}),
    ),
    Key(
        "true_figure",
        "t",
        "true figure",
        "Budget: type today's count, as Zoho's billing page shows it.",
        group=_CALLS,
        contexts=frozenset({Context.BUDGET}),
    ),
    *_PLACES,
    Key(
        "go_on",
        "S",
        "go on",
        "Queue: let the stopped queue go on, or a file that waits for you, after a question.",
        "1 to 3 calls",
        _OTHERS,
        controls=True,
        contexts=frozenset({Context.QUEUE}),
    ),
    Key(
        "drop",
        "x",
        "take off",
        "Queue: take the file off, or cancel its upload; a job that it has stays on the list.",
        group=_OTHERS,
        contexts=frozenset({Context.QUEUE}),
    ),
    Key(
        "close",
        "q",
        "close",
        "Close the screen.",
        group=_OTHERS,
        contexts=_OVER_JOBS,
    ),
    Key(
        "calls",
        "c",
        "calls",
        "Log: hide or show the calls.",
        group=_OTHERS,
        contexts=frozenset({Context.LOG}),
    ),
    *(*_HISTORY, *_RESULTS, *_FAILURES, *_ROWS, *_REPAIR),
    Key(
        "send_repair",
        "F",
        "go on",
        "Repair: write the repaired file, check it, and insert it after a question.",
        "3 calls",
        _OTHERS,
        controls=True,
        contexts=frozenset({Context.REPAIR}),
    ),
    Key(
        "profile",
        "P",
        "profile",
        "Show another profile, or several at once.",
        group=_PROGRAM,
        contexts=frozenset({Context.JOBS, Context.PROFILES}),
    ),
    Key(
        "help",
        "question_mark",
        "help",
        "Show this help.",
        group=_PROGRAM,
        rank=4,
        contexts=_EVERYWHERE,
    ),
    Key(
        "palette",
        "colon,ctrl+p",
        "palette",
        "Find a command by its name.",
        group=_PROGRAM,
        contexts=_EVERYWHERE,
    ),
    Key("redraw", "ctrl+l", "redraw", "Redraw the screen.", group=_PROGRAM, contexts=_EVERYWHERE),
    Key(
        "suspend",
        "ctrl+z",
        "suspend",
        "Suspend; fg resumes.",
        group=_PROGRAM,
        contexts=_EVERYWHERE,
    ),
    Key(
        "leave",
        "q",
        "quit",
        "Close the details, or else quit; the watch list stays.",
        group=_PROGRAM,
        rank=4,
    ),
)


_NO_KEY = "no_key"
"""What no terminal sends: with an empty text in the keymap a binding keeps its own keys."""


def bindings(context: Context) -> list[BindingType]:
    """Returns the bindings of a screen, with the keys that the actions have by default."""
    return [
        Binding(
            key.keys, "close" if key.action == context else key.action, key.label, id=key.action
        )
        for key in KEYS
        if context in key.contexts
    ]


def keymap(keys: Sequence[Key]) -> dict[str, str]:
    """Returns what `App.set_keymap` takes: by action the keys that differ from the default ones."""
    return {
        key.action: key.keys or _NO_KEY
        for key, default in zip(keys, KEYS, strict=True)
        if key.keys != default.keys
    }
