"""The stacked bar: success, failed, estimated since the last poll, not processed."""

from collections.abc import Sequence

from zcbulk_tui.domain.job import Counts
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span


def cells(parts: Sequence[int], width: int) -> list[int]:
    """Shares `width` cells out among `parts`.

    A part that is not zero gets at least one cell, the cells add up to the width, and what remains
    after whole cells goes to the largest remainders.

    Args:
        parts: Whole numbers from 0 up; not all of them 0.
        width: At least as many cells as there are parts.
    """
    total = sum(parts)
    exact = [part * width / total for part in parts]
    given = [max(int(share), 1) if part else 0 for part, share in zip(parts, exact, strict=True)]
    while (spare := width - sum(given)) != 0:
        step = 1 if spare > 0 else -1
        # The part furthest from its exact share; a single cell is never taken away.
        able = [i for i, part in enumerate(parts) if part and (step > 0 or given[i] > 1)]
        chosen = max(able, key=lambda i: step * (exact[i] - given[i]))
        given[chosen] += step
    return given


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
    guessed = min(estimate, left)
    # Where the server's counts do not add up to its total, the rest is not processed either.
    parts = (success, failed, guessed, total - success - failed - guessed)
    looks = (
        (glyphs.success, Look.SUCCESS),
        (glyphs.failed, Look.FAILED),
        (glyphs.estimate, Look.ESTIMATE),
        (glyphs.left, Look.LEFT),
    )
    return tuple(
        Span(glyph * count, look)
        for count, (glyph, look) in zip(cells(parts, width), looks, strict=True)
        if count
    )
