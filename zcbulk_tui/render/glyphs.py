"""The characters of the screen: those of Unicode, those of ASCII, and any text in ASCII."""

from typing import NamedTuple

from zcbulk_tui.domain.concern import Concern
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.render.span import sequences


class Glyphs(NamedTuple):
    """One set of characters, each one cell wide.

    All parts of a bar, and all states, differ without colour.

    Attributes:
        trace: In a bar: records failed, but fewer than half a cell would say.
        levels: Of a chart: a cell that is filled a little from below, up to the whole cell.
        side: The line beside a chart.
        corner: Where it meets the line below.
        tick: On the line below a chart: a column with a reading of its own.
        notch: On it: where the time is written below.
        here: Points up to the column of the cursor.
        mark: Before a row that is marked.
        sum: Before the heading of a group, and before the total.
        up: Beside the title of a column that is sorted upwards.
        down: Beside one that is sorted downwards.
        folded: Before the name of a chain whose jobs are folded away.
        unfolded: Before that of a chain whose jobs stand below it.
        branch: Before the name of a job below its chain.
        last_branch: Before that of the last one.
        alert: Behind the name of a job whose end raises an alert.
    """

    success: str
    failed: str
    trace: str
    estimate: str
    left: str
    kept: str
    cursor: str
    rule: str
    separator: str
    unread: str
    trouble: str
    levels: str
    side: str
    corner: str
    tick: str
    notch: str
    here: str
    mark: str
    sum: str
    up: str
    down: str
    folded: str
    unfolded: str
    branch: str
    last_branch: str
    alert: str
    states: dict[JobState, str]
    concerns: dict[Concern, str]


UNICODE = Glyphs(
    success="█",
    failed="▚",
    trace="┆",
    estimate="▓",
    left="░",
    kept="▒",
    cursor="▌",
    rule="─",
    separator="·",
    unread="·",
    trouble="!",
    levels="▁▂▃▄▅▆▇█",
    side="│",
    corner="└",
    tick="┴",
    notch="┬",
    here="▲",
    mark="•",
    sum="Σ",
    up="▲",
    down="▼",
    folded="▸",
    unfolded="▾",
    branch="├",
    last_branch="└",
    alert="♪",
    states={
        JobState.CREATED: "◌",
        JobState.READY: "○",
        JobState.IN_PROGRESS: "▶",
        JobState.COMPLETED: "✓",
        JobState.USER_ABORTED: "■",
        JobState.SYSTEM_ABORTED: "▣",
        JobState.ABORTED: "□",
        JobState.FAILED: "✗",
        JobState.EXPIRED: "◷",
        JobState.UNKNOWN: "?",
    },
    concerns={
        Concern.OVER_LIMIT: "◆",
        Concern.MAY_BE_ABORTED: "▲",
        Concern.UNCLEAR: "?",
        Concern.NO_ANSWER: "!",
        Concern.STUCK: "‖",
        Concern.START: "»",
        Concern.SLOW: "↓",
        Concern.ENDED_BADLY: " ",
        Concern.FAILURES: "▚",
        Concern.NONE: " ",
    },
)

ASCII = Glyphs(
    success="#",
    failed="x",
    trace="|",
    estimate="=",
    left=".",
    kept="o",
    cursor=">",
    rule="-",
    separator="-",
    unread=" ",
    trouble="!",
    levels=".:#",
    side="|",
    corner="+",
    tick="|",
    notch="+",
    here="^",
    mark="&",
    sum="=",
    up="^",
    down="v",
    folded=">",
    unfolded="v",
    branch="|",
    last_branch="`",
    alert="~",
    states={
        JobState.CREATED: "c",
        JobState.READY: "o",
        JobState.IN_PROGRESS: "*",
        JobState.COMPLETED: "+",
        JobState.USER_ABORTED: "a",
        JobState.SYSTEM_ABORTED: "X",
        JobState.ABORTED: "A",
        JobState.FAILED: "F",
        JobState.EXPIRED: "e",
        JobState.UNKNOWN: "?",
    },
    concerns={
        Concern.OVER_LIMIT: "X",
        Concern.MAY_BE_ABORTED: "^",
        Concern.UNCLEAR: "?",
        Concern.NO_ANSWER: "!",
        Concern.STUCK: "=",
        Concern.START: "@",
        Concern.SLOW: "v",
        Concern.ENDED_BADLY: " ",
        Concern.FAILURES: "x",
        Concern.NONE: " ",
    },
)


_LOOKS_LIKE = str.maketrans(
    {
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("–—─━▔▁▂▄▀╌", "-"),
        **dict.fromkeys("│┃▏▎▍▌▐▕", "|"),
        **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼", "+"),
        **dict.fromkeys("·•", "-"),
        "…": ".",
        "␣": "_",
        "↓": "v",
        "↑": "^",
        "▼": "v",
        "▶": ">",
        "▸": ">",
        "▾": "v",
        "→": ">",
        "♪": "~",
        "▲": "^",
        "\xa0": " ",
    }
)


def to_ascii(text: str) -> str:
    """Returns `text` in ASCII, as many cells wide; what has no likeness becomes question marks."""
    if text.isascii():
        return text
    likeness = text.translate(_LOOKS_LIKE)
    return "".join(_plain(sequence, cells) for sequence, cells in sequences(likeness))


def _plain(sequence: str, cells: int) -> str:
    return sequence[0].ljust(cells)[:cells] if sequence[0].isascii() else "?" * cells
