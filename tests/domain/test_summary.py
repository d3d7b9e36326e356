"""What of several troubles is named, and how many things need a person."""

from itertools import permutations

import pytest

from zcbulk_tui.domain.alerts import AlertKind
from zcbulk_tui.domain.summary import WORST_FIRST, Summary, Trouble, in_need, worst


def test_every_kind_of_alert_that_warns_has_its_place() -> None:
    never_warn = {AlertKind.STARTED, AlertKind.ENDED_WELL}
    assert {kind.value for kind in set(AlertKind) - never_warn} <= set(WORST_FIRST)
    assert len(set(WORST_FIRST)) == len(WORST_FIRST)


def test_the_worst_is_named_in_whatever_order() -> None:
    in_order = [
        Trouble("slow", is_critical=True),
        Trouble("over-limit"),
        Trouble("stuck"),
        Trouble("ended-badly"),
        Trouble("of a later version"),
    ]
    for troubles in permutations(in_order):
        assert worst(troubles) == in_order[0]
    for place in range(len(in_order)):
        assert worst(reversed(in_order[place:])) == in_order[place]
    assert worst([]) is None


@pytest.mark.parametrize(
    ("troubles", "count"),
    [
        ([], 0),
        ([Trouble("slow", job=1), Trouble("stuck", job=1), Trouble("slow", job=2)], 2),
        ([Trouble("quota"), Trouble("sign-in"), Trouble("slow", job=2)], 3),
    ],
)
def test_a_job_needs_a_person_once(troubles: list[Trouble], count: int) -> None:
    assert in_need(troubles) == count


def test_what_is_unread_may_change() -> None:
    assert Summary(completed=3, ended=1).is_over
    assert not Summary(completed=3, unread=1).is_over
    assert Summary(1, 2, 3, 4, 5).jobs == 15
