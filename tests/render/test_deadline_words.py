"""Deadlines in words: the moment with its zone, and what is left."""

from datetime import timedelta

import pytest

from tests.render.plans import CET
from tests.support.jobs import NOW
from zcbulk_tui.domain.deadlines import KEPT, Deadline, Kind, Urgency
from zcbulk_tui.render.deadline_words import LOOK, NAME, describe, explain, moment

HOUR = timedelta(hours=1)


def test_a_moment_has_its_day_and_its_zone() -> None:
    assert moment(NOW, CET) == "Wed 11 Mar 11:30 CET"


@pytest.mark.parametrize(
    ("left", "exact", "text"),
    [
        (timedelta(hours=1, minutes=48, seconds=50), True, "1h48m left, Wed 11 Mar 13:18 CET"),
        (
            timedelta(hours=1, minutes=48),
            False,
            "unknown, at most 1h48m left, Wed 11 Mar 13:18 CET",
        ),
        (timedelta(days=2, hours=23), False, "unknown, at most 2d23h left, Sat 14 Mar 10:30 CET"),
        (timedelta(seconds=25), True, "20s left, Wed 11 Mar 11:30 CET"),
        (-timedelta(hours=1), True, "passed, Wed 11 Mar 10:30 CET"),
        (-timedelta(hours=1), False, "passed, Wed 11 Mar 10:30 CET at the latest"),
    ],
)
def test_what_is_left(left: timedelta, exact: bool, text: str) -> None:
    assert describe(Deadline(NOW + left, exact), NOW, CET) == text


@pytest.mark.parametrize("kind", Kind)
def test_every_deadline_has_a_name_and_a_reason(kind: Kind) -> None:
    assert NAME[kind]
    exact, bound = (explain(Deadline(NOW, exact, kind)) for exact in (True, False))
    assert exact != bound
    assert "not seen" in bound


def test_only_a_calm_deadline_does_not_warn() -> None:
    looks = [LOOK[urgency] for urgency in Urgency]
    assert looks.count(LOOK[Urgency.CALM]) == 1


def test_a_deadline_between_two_readings_says_so() -> None:
    end = Deadline(NOW + KEPT, exact=False, kind=Kind.RESULT, earliest=NOW + KEPT - HOUR)
    assert describe(end, NOW, CET) == "2d23h to 3d left, Sat 14 Mar 11:30 CET at the latest"
    assert explain(end, CET) == "3 days from its end, which was between 10:30:00 and 11:30:00."
    close = end._replace(earliest=NOW + KEPT - timedelta(seconds=2))
    assert describe(close, NOW - HOUR / 2, CET).startswith("3d left, ")
    days = explain(end._replace(earliest=NOW), CET)
    assert days.endswith("between 08 Mar 11:30:00 and 11 Mar 11:30:00.")
