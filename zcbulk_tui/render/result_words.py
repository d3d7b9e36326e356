"""The results of one job as sentences: what is here, why the rest is not, how long Zoho has it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from zcbulk_tui.domain.deadlines import Kind, Urgency, deadlines
from zcbulk_tui.domain.result import BY_THEMSELVES, Result, ResultStage, on_disk, wanted
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ResultNotReadyError
from zcbulk_tui.render import deadline_words
from zcbulk_tui.render.figures import clock, countdown, duration
from zcbulk_tui.render.span import Look, Span


def price_ahead(snapshot: JobSnapshot, *, by_itself: bool) -> str:
    """Returns what the results of a job will cost, as a sentence; empty where it is over.

    Args:
        snapshot: The job.
        by_itself: Whether results are fetched that nobody asks for.
    """
    if snapshot.is_final:
        return ""
    if by_itself:
        return f"Results: at most {BY_THEMSELVES} calls, fetched by themselves when it ends."
    return "Results: 1 call each, fetched on demand once it has ended."


def said(
    results: Sequence[Result],
    snapshot: JobSnapshot,
    now: datetime,
    *,
    by_itself: bool = True,
    zone: tzinfo | None = None,
) -> list[Span]:
    """Returns what there is to say of the results of a job, a sentence each.

    Args:
        results: What is known of them.
        snapshot: The job.
        now: Aware.
        by_itself: Whether results are fetched that nobody asks for.
        zone: Where the reader is; None for the zone of this machine.
    """
    if ahead := price_ahead(snapshot, by_itself=by_itself):
        return [Span(ahead)]
    spans = []
    if here := on_disk(snapshot, results):
        is_short = any(it.is_short for it in results)
        spans.append(Span(f"On this disk: {here}.", Look.WARNING if is_short else Look.SUCCESS))
    spans += [_stands(it, now) for it in results if it.stage is not ResultStage.ON_DISK]
    known = {it.kind: it for it in results}
    missing = [kind for kind in wanted(snapshot) if kind not in known or known[kind].stage.is_open]
    untried = [kind.word for kind in missing if kind not in known]
    if untried:
        calls = "1 call" if len(untried) == 1 else f"{len(untried)} calls"
        spans.append(Span(f"Not fetched: {' and '.join(untried)}, {calls}."))
    if missing:
        spans += _until(snapshot, now, zone)
    return spans


def _stands(result: Result, now: datetime) -> Span:
    name = f"{result.kind.word.capitalize()} records"
    why = f": {one_line(result.error.title, 80)}" if result.error is not None else ""
    match result.stage:
        case ResultStage.FETCHING:
            return Span(f"{name} are being fetched.", Look.RUNNING)
        case ResultStage.GONE:
            return Span(f"{name}: Zoho has no such file, or none any more.", Look.WARNING)
        case ResultStage.REMOVED:
            return Span(f"{name} were removed from this disk.", Look.DIM)
        case ResultStage.REFUSED:
            return Span(f"{name} were not fetched{why}.", Look.ERROR)
    if isinstance(result.error, ResultNotReadyError):
        why = ": Zoho still makes the file"
    tries = "1 call" if result.tries == 1 else f"{result.tries:,} calls"
    again = ""
    if result.next_try is not None and result.next_try > now:
        wait = duration((result.next_try - now).total_seconds())
        again = f"; the next try, 1 call, is in {wait}"
    so_far = f" ({tries} so far)" if result.tries else ""
    return Span(f"{name} are not here yet{why}{again}{so_far}.", Look.WARNING if why else Look.TEXT)


def _until(snapshot: JobSnapshot, now: datetime, zone: tzinfo | None) -> Iterator[Span]:
    """How long Zoho has what is not here."""
    for deadline in deadlines(snapshot):
        if deadline.kind is not Kind.RESULT:
            continue
        urgency = deadline.urgency(now)
        at = clock(deadline.at, now, zone)
        bound = "" if deadline.exact else " (at most)"
        if urgency is Urgency.PAST:
            yield Span(f"Zoho had the result until {at}{bound}.", Look.ERROR)
        else:
            left = countdown((deadline.at - now).total_seconds())
            text = f"Result available until {at}{bound}, {left} left."
            yield Span(text, deadline_words.LOOK[urgency])
