"""The counts of a reading, with their shares, as a bar and as figures."""

from zcbulk_tui.domain.job import JobReading, JobState
from zcbulk_tui.render.bar import bar
from zcbulk_tui.render.fields import Section
from zcbulk_tui.render.figures import number
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Look, Span, fit, width

_LONG = 15
"""Cells of the largest count, with its digits grouped."""

_LEAST_BAR = 4
"""Cells: one for each of its parts."""

_SHARE = 9


def write_counts(section: Section, last: JobReading, estimate: int, glyphs: Glyphs) -> None:
    """Writes the counts of a reading.

    Args:
        section: Takes them.
        last: The reading.
        estimate: Records that have probably been processed since.
        glyphs: The characters.
    """
    counts = last.counts
    drawn = bar(counts, estimate, max(section.breadth, _LEAST_BAR), glyphs)
    if drawn is not None:
        section.across(drawn)
    rows = [
        ("Success", number(counts.success, _LONG), _share(counts.success, counts.total)),
        ("Failed", number(counts.failed, _LONG), _share(counts.failed, counts.total)),
        ("Left", number(counts.left, _LONG), _share(counts.left, counts.total)),
        ("Total", number(counts.total, _LONG), ""),
    ]
    if last.state is JobState.IN_PROGRESS:
        rough = _roughly(estimate)
        percent = rough * 100 // counts.total if counts.total else 0
        share = f"~{percent} %" if percent else ""
        rows.insert(2, ("Estimated", f"~{number(rough, _LONG)}", share))
    looks = {
        "Success": Look.SUCCESS,
        "Failed": Look.FAILED if counts.failed else Look.TEXT,
        "Estimated": Look.ESTIMATE,
    }
    size = max(width(figure) for _, figure, _ in rows)
    for name, figure, share in rows:
        look = looks.get(name, Look.TEXT)
        of_share = look if look is Look.ESTIMATE else Look.TEXT
        spans = [Span(fit(figure, size, right=True), look)]
        section.row(name, [*spans, Span(fit(share, _SHARE, right=True), of_share)])


def _share(count: int | None, total: int | None) -> str:
    """A part of the total in percent; neither none nor all unless it is so."""
    if count is None or not total:
        return ""
    tenths = count * 1000 // total
    if not count or tenths == 1000:
        return f"{tenths // 10} %"
    return f"{tenths / 10:.1f} %" if tenths else "<0.1 %"


def _roughly(estimate: int) -> int:
    """An estimate in coarse steps, as it grows by itself: its first digit."""
    digits = str(estimate)
    return int(digits[0] + "0" * (len(digits) - 1))
