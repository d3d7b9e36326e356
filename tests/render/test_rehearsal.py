"""What rehearsals show, as lines."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text
from zcbulk_tui.domain.form_past import FormPast, Quantity
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.rehearsal import Outcome, Range, Rehearsal
from zcbulk_tui.render.rehearsal import lines
from zcbulk_tui.render.span import Look, line_width

PAST = FormPast(
    5,
    Quantity(100.0, 0.2),
    Quantity(30.0, 0.4),
    0.1,
    0.004,
    {JobState.COMPLETED: 4, JobState.USER_ABORTED: 1},
    5_000.0,
)

FINE = Outcome(False, 0.0, Range(242.0, 354.0), None, Range(4.25, 7.0))
"""Nothing of it fails."""

BAD = Outcome(True, 1.0, None, Range(60.0, 95.0), Range(3.0, 5.5))
"""It surely ends too early."""

KNOWN = Rehearsal(1, False, 12, None, True, PAST, (BAD, FINE))
GUESSED = Rehearsal(
    3, True, 0, 0.004, False, PAST, (replace(BAD, abort_chance=0.225, finish=FINE.finish), FINE)
)
NO_PAST = Rehearsal(1, False, 0, None, True, None, (Outcome(True, 0.0), Outcome(False, 0.0)))


def said(found: Rehearsal | None) -> str:
    """The lines as one text."""
    return " ".join(" ".join(text(line) for line in lines(found, 80)).split())


def test_each_reading_of_the_rule_has_its_finish_and_its_calls() -> None:
    shown = said(KNOWN)
    assert "by the last 5 jobs of this form (4 completed, 1 user aborted)" in shown
    assert "The range of check and --dry-run is calculated, not drawn: it may differ." in shown
    assert "Taken to fail: the 12 suspect records, and no other; in those jobs 0.4 % did." in shown
    assert (
        "If one bad record fails its batch: a system abort, 1m to 1m35s after the start, seen by "
        "3 to 6 status readings."
    ) in shown
    assert (
        "If a bad record fails alone: no system abort. It ends 4m02s to 5m54s after the start, "
        "seen by 4 to 7 status readings."
    ) in shown


def test_a_chance_is_said_as_so_many_rehearsals() -> None:
    shown = said(GUESSED)
    assert "fields are not known, so taken to fail: 0.4 % of all records" in shown
    assert (
        "a system abort in 9 of 40 rehearsals, 1m to 1m35s after the first start. Else job 3 ends "
        "4m02s to 5m54s after the first start. Either is seen by 3 to 6 status readings."
    ) in shown
    assert "a system abort in none of 40 rehearsals. Job 3 ends" in shown
    assert "the next job waits for your word" in shown
    assert "Its bytes make 3 jobs, if all records have as many." in shown


def test_without_a_past_only_the_rule_is_spoken_of() -> None:
    shown = said(NO_PAST)
    assert (
        "No past job of this form was read while it ran, so no finish and no calls are estimated."
        in shown
    )
    assert (
        "No matter whether one bad record fails its batch or fails alone: no system abort." in shown
    )
    assert "Taken to fail: no record." in shown
    assert "estimate " not in shown
    nothing = replace(NO_PAST, knows_fields=False, outcomes=(Outcome(True, None),))
    assert "As one bad record fails its batch: whether Zoho would abort it is not known." in said(
        nothing
    )


def test_a_rule_that_is_known_is_no_if() -> None:
    shown = said(replace(KNOWN, outcomes=(BAD,)))
    assert "As one bad record fails its batch: a system abort" in shown
    assert "fails alone" not in shown


def test_a_past_without_a_rate_shows_no_finish() -> None:
    known = replace(KNOWN, past=PAST._replace(jobs=1, rate=None), outcomes=NO_PAST.outcomes)
    assert "None of them shows a rate and a lag, so no finish is estimated." in said(known)
    assert "Not in it" not in said(known)


def test_a_header_that_is_refused_lets_nothing_run() -> None:
    assert said(None) == "Rehearsal The header would be refused: no job would run."


@given(st.sampled_from([None, KNOWN, GUESSED, NO_PAST]), st.integers(40, 200))
def test_every_line_fits(found: Rehearsal | None, cells: int) -> None:
    assert all(line_width(line) <= cells for line in lines(found, cells))


@pytest.mark.parametrize(("found", "is_red"), [(KNOWN, True), (NO_PAST, False)])
def test_a_system_abort_is_red(found: Rehearsal, is_red: bool) -> None:
    looks = {span.look for line in lines(found, 80) for span in line}
    assert (Look.ERROR in looks) == is_red
