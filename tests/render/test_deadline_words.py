"""Deadlines in words: the moment with its zone, and what is left."""

from datetime import timedelta

import pytest

from tests.render.plans import CET
from tests.support.jobs import NOW
from zcbulk_tui.domain.deadlines import Deadline, Kind, Urgency
from zcbulk_tui.render.deadline_words import LOOK, NAME, describe, explain, moment


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
