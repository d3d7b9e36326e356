"""The choice of a pace by itself: each key begins the moment anew, and only the last one counts."""

from collections.abc import Callable
from typing import cast

from textual.screen import Screen

from tests.render.plans import plan, spent
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.planner import DayPlan
from zcbulk_tui.tui.pace_choice import PaceChoice


class Timer:
    """A timer that goes off when it is told to, unless it was stopped."""

    def __init__(self, seconds: float, callback: Callable[[], None]) -> None:
        self.seconds = seconds
        self.runs = True
        self._callback = callback

    def stop(self) -> None:
        self.runs = False

    def go_off(self) -> None:
        assert self.runs
        self.runs = False
        self._callback()


class Desk:
    """A choice, and all that it does."""

    def __init__(self) -> None:
        self.pace = Pace.BALANCED
        self.chosen: list[Pace] = []
        self.shown: list[Pace | None] = []
        self.timers: list[Timer] = []
        self.choice = PaceChoice(cast(Screen[None], self), self.plan, self.choose, self.show)

    def set_timer(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """What the choice needs of a screen."""
        self.timers.append(Timer(seconds, callback))
        return self.timers[-1]

    def plan(self) -> DayPlan:
        return plan(spent(pace=self.pace))

    def choose(self, pace: Pace) -> None:
        self.pace = pace
        self.chosen.append(pace)

    def show(self) -> None:
        self.shown.append(self.choice.pending)

    def running(self) -> list[Timer]:
        return [timer for timer in self.timers if timer.runs]


def test_a_pace_counts_three_seconds_after_the_last_key() -> None:
    desk = Desk()
    desk.choice.step(1)
    (timer,) = desk.running()
    assert timer.seconds == 3
    timer.go_off()
    assert desk.chosen == [Pace.EAGER]
    assert desk.shown == [Pace.EAGER, None]


def test_each_key_begins_the_moment_anew() -> None:
    desk = Desk()
    for by in (1, -1, -1, -1):
        desk.choice.step(by)
        assert len(desk.running()) == (desk.choice.pending is not None)
    assert desk.shown == [Pace.EAGER, None, Pace.FRUGAL, Pace.FRUGAL]
    desk.running()[0].go_off()
    assert desk.chosen == [Pace.FRUGAL]


def test_the_next_choice_begins_at_the_pace_that_counts() -> None:
    desk = Desk()
    desk.choice.step(1)
    desk.running()[0].go_off()
    desk.choice.step(1)
    desk.choice.step(-1)
    assert desk.shown[-2:] == [None, Pace.BALANCED], "there is nothing beyond eager"
    desk.running()[0].go_off()
    assert desk.chosen == [Pace.EAGER, Pace.BALANCED]


def test_what_is_shown_is_the_effect_of_that_pace() -> None:
    desk = Desk()
    desk.choice.step(-1)
    assert desk.choice.effect == desk.plan().effects[0]
