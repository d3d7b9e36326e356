"""The results of jobs as lines: what is here, what the others cost, until when they exist."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from zcbulk_tui.domain.deadlines import Kind, deadlines
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.result import BY_THEMSELVES, Result, ResultKind, ResultStage, wanted
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.render import deadline_words
from zcbulk_tui.render.figures import clock, countdown, number
from zcbulk_tui.render.preflight import size
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line

_NAME, _COUNT, _KEPT, _GAP = 11, 11, 7, 2
"""Cells of the columns, and between them."""

_LABEL_LEAST, _LABEL_MOST = 10, 28

_PHRASE = 30
"""Cells for where a result stands, as long as labels have more than they need."""

_ROOMY = 64
"""Cells from which on the count has a column."""


def stands(
    result: Result | None, now: datetime, *, got: int | None = None, zone: tzinfo | None = None
) -> Span:
    """Returns where a result stands, as a phrase.

    Args:
        result: What is known of it; None for nothing.
        now: Aware.
        got: Bytes that have come of it; None where none is on its way.
        zone: Where the reader is; None for the zone of this machine.
    """
    if result is None:
        return Span("1 call")
    match result.stage:
        case ResultStage.ON_DISK if result.file is not None:
            at = clock(result.file.fetched_at, now, zone)
            if result.is_short:
                records = counted(result.file.records, "record")
                return Span(f"here since {at}: {records}", Look.WARNING)
            return Span(f"here since {at}, {size(result.file.size)}", Look.SUCCESS)
        case ResultStage.FETCHING:
            came = f": {size(got)} so far" if got else ""
            return Span(f"on its way{came}", Look.RUNNING)
        case ResultStage.GONE:
            return Span("Zoho has none, or none any more", Look.WARNING)
        case ResultStage.REMOVED:
            return Span("removed here; 1 call")
        case ResultStage.REFUSED:
            why = result.error.title if result.error is not None else "refused"
            return Span(f"{one_line(why, 60)}; 1 call", Look.WARNING)
    if result.next_try is not None:
        why = "being prepared at Zoho" if result.error is None else one_line(result.error.title, 50)
        return Span(f"{why}; next try {clock(result.next_try, now, zone)}, 1 call")
    return Span("is fetched next, 1 call" if result.tries or result.error else "1 call")


def until(snapshot: JobSnapshot, now: datetime) -> Span:
    """Returns how long Zoho still has the results of a job."""
    found = next((it for it in deadlines(snapshot) if it.kind is Kind.RESULT), None)
    if found is None:
        return Span("–", Look.DIM)
    left = (found.at - now).total_seconds()
    look = deadline_words.LOOK[found.urgency(now)]
    return Span(f"{'' if found.exact else '<'}{countdown(left)}" if left > 0 else "past", look)


def heading(cells: int) -> Line:
    """Returns the titles over `row`."""
    count = [fit("COUNT", _COUNT, right=True)] if cells >= _ROOMY else []
    kept = fit("AT ZOHO", _KEPT, right=True)
    texts = (fit("JOB", _label_width(cells)), fit("RECORDS", _NAME), *count, kept, "RESULT")
    return fit_line([Span(" " + (" " * _GAP).join(texts), Look.DIM)], cells)


def row(
    snapshot: JobSnapshot,
    kind: ResultKind,
    result: Result | None,
    now: datetime,
    cells: int,
    *,
    got: int | None = None,
    is_first: bool = True,
) -> Line:
    """Returns a result of a job as a line; its first cell is for the cursor.

    Args:
        snapshot: The job.
        kind: Which result.
        result: What is known of it; None for nothing.
        now: Aware.
        cells: The width.
        got: Bytes that have come of it; None where none is on its way.
        is_first: Whether the name of the job stands before it.
    """
    records = kind.records_of(snapshot)
    is_empty = records == 0
    kept = until(snapshot, now)
    last = Span("nothing to fetch", Look.DIM) if is_empty else stands(result, now, got=got)
    look = Look.FAILED if kind is ResultKind.FAILURE and records else Look.TEXT
    count = [Span(fit(number(records, _COUNT), _COUNT, right=True), look)]
    parts = [
        Span(fit(one_line(snapshot.job.label) if is_first else "", _label_width(cells))),
        Span(fit(kind.word, _NAME)),
        *(count if cells >= _ROOMY else []),
        Span(fit("" if is_empty else kept.text, _KEPT, right=True), kept.look),
        last,
    ]
    gap = Span(" " * _GAP)
    spans = [span for part in parts for span in (gap, part)]
    return fit_line([Span(" "), *spans[1:]], cells)


def _label_width(cells: int) -> int:
    count = _COUNT + _GAP if cells >= _ROOMY else 0
    room = cells - 1 - _NAME - count - _KEPT - 3 * _GAP - _PHRASE
    return max(min(room, _LABEL_MOST), _LABEL_LEAST)


_SUMMED = {ResultKind.FAILURE: "Failed", ResultKind.UNPROCESSED: "Left"}
"""Names of the results among the details, where the counts have them as well."""


def summary(
    snapshot: JobSnapshot, results: Sequence[Result], now: datetime, zone: tzinfo | None = None
) -> list[tuple[str, Span]]:
    """Returns the results of a job by their names, where each stands; for its details.

    Of a job that runs it is what they will cost at most.
    """
    if snapshot.state is JobState.IN_PROGRESS:
        return [("At its end", Span(f"at most {BY_THEMSELVES} calls, none if all goes in"))]
    if not wanted(snapshot):
        return []
    known = {it.kind: it for it in results}
    lines = []
    for kind, name in _SUMMED.items():
        if kind.records_of(snapshot) != 0:
            lines.append((name, stands(known.get(kind), now, zone=zone)))
    return lines
