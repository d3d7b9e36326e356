"""A concern as a sign and a few words: they fit, and they do not depend on colour."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.strategies import SETS, listed, moments
from tests.support.jobs import NOW, reading, watched
from zcbulk_tui.domain.concern import Assessment, Concern, assess
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.render import columns, concerns
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Look, width

READY = JobSnapshot(watched(), (reading(0, 0, state=JobState.READY),))


@given(listed(), moments, SETS)
def test_what_is_said_fits_and_begins_with_its_words(
    job: Listed, now: datetime, glyphs: Glyphs
) -> None:
    snapshot = job.snapshot
    assessment = assess(snapshot)
    sign = concerns.sign(assessment, snapshot, now, glyphs)
    said = concerns.in_words(assessment, snapshot, now)
    assert sign.text == glyphs.concerns[assessment.concern]
    assert width(sign.text) == columns.SIGN
    assert width(said.text) <= 14 == columns.RISK - columns.SIGN - 1
    assert said.text.startswith(concerns.WORDS[assessment.concern])
    assert sign.look is said.look
    assert (sign.text == " ") is (not said.text)


@pytest.mark.parametrize("concern", Concern)
@given(st.floats(0, 1) | st.floats(0, 1e8), moments)
def test_no_weight_makes_the_words_too_long(concern: Concern, weight: float, now: datetime) -> None:
    if concern is Concern.FAILURES:
        weight = min(weight, 1)
    assert width(concerns.in_words(Assessment(concern, weight), READY, now).text) <= 14


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (1e-9, "<0.1 %"),
        (0.00099, "<0.1 %"),
        (0.001, "0.1 %"),
        (0.0123, "1.2 %"),
        (0.05, "5.0 %"),
        (0.29, "29.0 %"),
        (0.99999, "99.9 %"),
        (1.0, "100 %"),
    ],
)
def test_a_share(part: float, expected: str) -> None:
    assert concerns.share(part) == expected


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_a_share_is_none_or_all_only_if_it_is(failed: int, total: int) -> None:
    failed = min(failed, total)
    said = concerns.share(failed / total)
    assert (said == "100 %") is (failed == total) or failed > 0.999 * total
    assert said != "0.0 %"


@pytest.mark.parametrize(
    ("created", "now", "text", "look"),
    [
        (NOW, NOW, "start by {:%H:%M}", Look.TEXT),
        (NOW, NOW + timedelta(hours=2, minutes=30), "start by {:%H:%M}", Look.WARNING),
        (NOW, NOW + timedelta(hours=2, minutes=50), "start by {:%H:%M}", Look.ERROR),
        (NOW, NOW + timedelta(hours=3), "start overdue", Look.ERROR),
        (None, NOW, "start <{:%H:%M}", Look.TEXT),
    ],
)
@pytest.mark.parametrize("of_the_day", range(0, 24, 3))
def test_a_start_has_the_time_of_day_also_across_midnight(
    created: datetime | None, now: datetime, text: str, look: Look, of_the_day: int
) -> None:
    later = timedelta(hours=of_the_day)
    job = watched()._replace(
        added_at=NOW + later, created_at=None if created is None else created + later
    )
    snapshot = replace(READY, job=job)
    deadline = (NOW + later + timedelta(hours=3)).astimezone()
    said = concerns.in_words(assess(snapshot), snapshot, now + later)
    assert said == (text.format(deadline), look)
