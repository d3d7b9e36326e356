"""The stacked bar: success, failed, estimated since the last poll, not processed."""

from typing import NamedTuple

from zcbulk_tui.domain.job import Counts
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span


class Cells(NamedTuple):
    """How many cells each part of a bar has.

    Attributes:
        success: Records that went in.
        failed: Records that failed, by their share.
        trace: 1 where some failed, but fewer than half a cell would say; else 0.
        estimate: Records that have probably been processed since.
        left: The rest.
    """

    success: int
    failed: int
    trace: int
    estimate: int
    left: int


def layout(success: int, failed: int, estimate: int, total: int, width: int) -> Cells:
    """Shares `width` cells out among the parts of a bar.

    What was read depends on no estimate, so that it stands still between two readings. It is full
    only when everything is processed. What was read and what is left can be seen where they are not
    zero; an estimate of less than a cell cannot.

    Args:
        success: Records that went in.
        failed: Records that failed.
        estimate: Records that have probably been processed since; at most the rest.
        total: At least the sum of these; above 0.
        width: At least 4.
    """
    read = success + failed
    kinds = (success > 0) + (failed > 0)
    solid = max(read * width // total, kinds)
    if read < total:
        solid = min(solid, width - 1)
    share = (2 * failed * width + total) // (2 * total)  # to the nearest cell
    lost = min(share, solid - (success > 0))
    trace = int(failed > 0 and not lost)
    guessed = max((read + estimate) * width // total - solid, 0)
    if read + estimate < total:
        guessed = min(guessed, width - solid - 1)
    return Cells(solid - lost - trace, lost, trace, guessed, width - solid - guessed)


def bar(counts: Counts, estimate: int, width: int, glyphs: Glyphs) -> Line | None:
    """Draws the bar of a reading.

    Args:
        counts: What the reading says.
        estimate: Records that have probably been processed since.
        width: Cells; at least 4.
        glyphs: The characters.

    Returns:
        Spans of `width` cells; None where the counts are too incomplete for a bar.
    """
    total, success, failed, left = counts.total, counts.success, counts.failed, counts.left
    if not total or success is None or failed is None or left is None:
        return None
    # Where the server's counts do not add up to its total, the rest is not processed either.
    of = layout(success, failed, min(estimate, left), max(total, success + failed), width)
    parts = (
        Span(glyphs.success * of.success, Look.SUCCESS),
        Span(glyphs.failed * of.failed, Look.FAILED),
        Span(glyphs.trace * of.trace, Look.FAILED),
        Span(glyphs.estimate * of.estimate, Look.ESTIMATE),
        Span(glyphs.left * of.left, Look.LEFT),
    )
    return tuple(part for part in parts if part.text)
