"""What rehearsals of a file show, as lines: what is known first, then each reading of the rule."""

from collections.abc import Iterator
from math import ceil, floor

from zcbulk_tui.domain.form_past import FormPast
from zcbulk_tui.domain.rehearsal import RUNS, Outcome, Range, Rehearsal
from zcbulk_tui.domain.text import counted
from zcbulk_tui.render.figures import spread
from zcbulk_tui.render.forecast_words import last_jobs
from zcbulk_tui.render.preflight import share
from zcbulk_tui.render.span import Line, Look, Span, wrap

NO_JOB = "The header would be refused: no job would run."
"""What stands in the place of a forecast where nothing of a file would go in."""

_INDENT = 2

_MOST_LINES = 6
"""Lines that a sentence may take."""


def lines(found: Rehearsal | None, cells: int) -> list[Line]:
    """Returns what rehearsals show, in lines of at most so many cells.

    Args:
        found: What they show; None where the header would be refused.
        cells: The width, at least 40.
    """
    said = [*_sentences(found)]
    rows = [(text, look) for sentence, look in said for text in _wrapped(sentence, cells)]
    heading = (Span("Rehearsal", Look.STRONG),)
    return [heading, *((Span(" " * _INDENT), Span(text, look)) for text, look in rows)]


def _wrapped(sentence: str, cells: int) -> list[str]:
    return wrap(sentence, max(cells - _INDENT, 1), _MOST_LINES)


def _sentences(found: Rehearsal | None) -> Iterator[tuple[str, Look]]:
    if found is None:
        yield NO_JOB, Look.ERROR
        return
    yield _basis(found.past), Look.TEXT
    yield _bad(found), Look.TEXT
    if found.is_cut_by_size:
        yield (
            f"Its bytes make {counted(found.parts, 'job')}, if all records have as many.",
            Look.TEXT,
        )
    same = len({_what(it, found) for it in found.outcomes}) == 1
    for outcome in found.outcomes[:1] if same else found.outcomes:
        is_bad = bool(outcome.abort_chance)
        yield (
            f"{_reading(outcome, found, same=same)}{_what(outcome, found)}",
            (Look.ERROR if is_bad else Look.TEXT),
        )
    if found.parts > 1 and any(it.abort_chance for it in found.outcomes):
        yield "After a system abort the next job waits for your word.", Look.TEXT
    if found.past is not None and any(it.calls for it in found.outcomes):
        yield "Not in it: aborts by users, and the time of create and upload.", Look.DIM
    if found.parts == 1 and any(it.finish for it in found.outcomes):
        yield "The range of check and --dry-run is calculated, not drawn: it may differ.", Look.DIM


def _basis(past: FormPast | None) -> str:
    if past is None:
        none = "No past job of this form was read while it ran"
        return f"{none}, so no finish and no calls are estimated."
    ended = ", ".join(
        f"{count} {state.value.replace('_', ' ')}" for state, count in past.endings.items()
    )
    by = f"by {last_jobs(past.jobs)} of this form ({ended})"
    if past.rate is None or past.lag is None:
        return f"An estimate {by}. None of them shows a rate and a lag, so no finish is estimated."
    return f"An estimate {by}: 8 of 10 rehearsals lie within each range."


def _bad(found: Rehearsal) -> str:
    suspects = counted(found.suspects, "suspect record")
    if found.share is not None:
        besides = f"the {suspects}, and " if found.suspects else ""
        return (
            f"The form's fields are not known, so taken to fail: {besides}{share(found.share)} of "
            "all records, as in those jobs."
        )
    if found.knows_fields or found.suspects:
        who = f"the {suspects}, and no other" if found.suspects else "no record"
        past = found.past
        failed = past.failed_share if past is not None else None
        then = f"; in those jobs {share(failed)} did" if failed is not None else ""
        return f"Taken to fail: {who}{then}."
    return "The form's fields are not known: so neither is which records fail."


def _reading(outcome: Outcome, found: Rehearsal, *, same: bool) -> str:
    if same and len(found.outcomes) > 1:
        return "No matter whether one bad record fails its batch or fails alone: "
    word = "If" if len(found.outcomes) > 1 else "As"
    if outcome.one_fails_its_batch:
        return f"{word} one bad record fails its batch: "
    return f"{word} a bad record fails alone: "


def _what(outcome: Outcome, found: Rehearsal) -> str:
    """What becomes of the file, but for the reading that it holds under."""
    chance, is_sure = outcome.abort_chance, found.share is None
    if chance is None:
        return "whether Zoho would abort it is not known."
    if is_sure:
        said = "a system abort" if chance else "no system abort"
    else:
        aborted = round(chance * RUNS)
        said = f"a system abort in {aborted or 'none'} of {RUNS} rehearsals"
    start = "start" if found.parts == 1 else "first start"
    if outcome.abort is not None:
        said += f", {spread(*outcome.abort)} after the {start}"
    if outcome.finish is not None:
        who = "it ends" if found.parts == 1 else f"job {found.parts} ends"
        who = f"Else {who}" if chance else f"{who[0].upper()}{who[1:]}"
        said += f". {who} {spread(*outcome.finish)} after the {start}"
    if outcome.calls is not None:
        is_either = outcome.abort is not None and outcome.finish is not None
        said += f"{'. Either is' if is_either else ','} seen by {_calls(outcome.calls)}"
    return f"{said}."


def _calls(calls: Range) -> str:
    least, most = floor(calls.least), ceil(calls.most)
    return (
        counted(most, "status reading")
        if least == most
        else f"{least:,} to {most:,} status readings"
    )
