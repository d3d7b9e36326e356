"""Jobs that are waited for: each as a sentence, or as one line of a block on a terminal."""

from collections.abc import Sequence
from datetime import datetime

from zcbulk_tui.domain.job import JobReading
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.render import words
from zcbulk_tui.render.columns import columns
from zcbulk_tui.render.figures import number, percent
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.order import Order
from zcbulk_tui.render.row import header, row
from zcbulk_tui.render.span import fit, fit_line, plain

_FOR_HEADER = 4
"""Lines from which on the columns have titles."""


def sentence(snapshot: JobSnapshot) -> str:
    """Returns how a job stands by its last reading, as in ``Orders: running, 31 %, …``."""
    last = snapshot.last
    said = "not read yet" if last is None else _figures(last)
    return f"{snapshot.job.label}: {said}"


def _figures(last: JobReading) -> str:
    counts = last.counts
    return (
        f"{words.state(last).text}, {percent(counts.share_done)} %, "
        f"{number(counts.success)} in, {number(counts.failed)} failed"
    )


def block(
    snapshots: Sequence[JobSnapshot],
    now: datetime,
    width: int,
    height: int | None,
    glyphs: Glyphs,
) -> list[str]:
    """Returns the jobs as the dashboard draws them, in as many lines as there is room for.

    Where there are more jobs, those that have ended give way, and the last line counts what is not
    shown. Blanks at the ends of lines are left out.

    Args:
        snapshots: The jobs, in the order of the lines.
        now: Aware.
        width: Cells of each line.
        height: Lines; None for as many as it takes.
        glyphs: The characters.
    """
    at = columns(width)
    lines = []
    room = len(snapshots) + 1 if height is None else max(height, 1)
    if room >= _FOR_HEADER or height is None:
        lines.append(header(at, Order(), glyphs))
        room -= 1
    shown = snapshots
    if len(snapshots) > room:
        by_end = sorted(
            range(len(snapshots)), key=lambda place: snapshots[place].exit_code is not None
        )
        shown = [snapshots[place] for place in sorted(by_end[: room - 1])]
    lines += [row(Listed("", snapshot), now, at, glyphs) for snapshot in shown]
    texts = [plain(fit_line([*it.names, *it.bar, *it.numbers], width)).rstrip() for it in lines]
    hidden = len(snapshots) - len(shown)
    if hidden:
        texts.append(fit(f"  … and {hidden:,} more", width).rstrip())
    return texts
