"""What is spent of the day's calls, and on what terms the next ones are made."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from zcbulk_tui.domain import day_in_force, planner
from zcbulk_tui.domain.budget import Budget, Cause, Pace, QuotaPlan, Spent
from zcbulk_tui.domain.outlook import Outlook
from zcbulk_tui.domain.planner import Effect, Means, Terms
from zcbulk_tui.errors import QuotaSpentError
from zcbulk_tui.store.quota import CallLedger

_CLOCKS_APART = 1800.0
"""Seconds by which Zoho's day may begin later than ours, since clocks differ."""


class QuotaTracker:
    """Counts the calls of the day, and sets their price.

    Args:
        ledger: Keeps the counts.
        quota_plan: What may be spent on a day.
        pace: How much waiting a call is worth, as long as nobody says otherwise.
        frugal_unfocused: Whether to be frugal while nobody looks.
        now: The time of day; aware.
        elapsed: A clock that nobody can set and that goes on while the machine sleeps, the same for
            all processes; None where there is none.
    """

    def __init__(
        self,
        ledger: CallLedger,
        quota_plan: QuotaPlan,
        *,
        pace: Pace = Pace.BALANCED,
        frugal_unfocused: bool = True,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        elapsed: Callable[[], float] | None = None,
    ) -> None:
        self.pace = pace
        self.focused = True
        self._ledger = ledger
        self._quota_plan = quota_plan
        self._frugal_unfocused = frugal_unfocused
        self._now = now
        self._elapsed = elapsed
        self._last, self._passed = now(), 0.0
        self._force = day_in_force.begin(quota_plan, self._last, self._time())
        if elapsed is not None:
            stands = ledger.day_in_force(self._force.shown, elapsed())
            self._force = self._force._replace(day=stands or self._force.day)
        self._day = ledger.day(self._force.day)
        self._carried_out_on = self._day.date if self._day.total else None

    @property
    def budget(self) -> Budget:
        """What is left of today."""
        today = self._today()
        if today != self._day.date:
            self._day = self._ledger.day(today)
        day = self._day
        if self._force.may_be_yesterday:
            day = day.with_calls_of(self._ledger.day(self._force.shown))
        return Budget(self._quota_plan, day)

    @property
    def resets_at(self) -> datetime:
        """When the next day begins."""
        return self._quota_plan.resets_at(self._now())

    @property
    def seconds_to_reset(self) -> float:
        """How long today still lasts, at the most that a clock that was set leaves open."""
        by_the_clock = (self.resets_at - self._now()).total_seconds()
        return max(by_the_clock, self._force.ends - self._time())

    @property
    def pace_in_force(self) -> Pace:
        """The pace, or frugal while nobody looks."""
        eased = self._frugal_unfocused and not self.focused
        return Pace.FRUGAL if eased else self.pace

    @property
    def trouble(self) -> str | None:
        """Why calls are counted in memory only; None while they are kept."""
        return self._ledger.trouble

    def snapshot(self) -> Spent:
        """A copy for others."""
        return Spent(self.budget, self.resets_at, self.pace, self.pace_in_force, self.trouble)

    def count(self, cause: Cause) -> date:
        """Counts a call that is about to be made; returns the day that it is counted to."""
        self._day = self._ledger.count(self._today(), cause)
        return self._day.date

    def take_back(self, day: date, cause: Cause) -> None:
        """Takes a call of a day back, since nothing of it was sent."""
        counted = self._ledger.count(day, cause, -1)
        if day == self._day.date:
            self._day = counted

    def answered(self) -> None:
        """Notes that a call was carried out."""
        self._carried_out_on = self.budget.day.date

    def not_spent(self) -> None:
        """Notes that a call was carried out that was made although the day is said to be spent."""
        if self.budget.day.spent:
            self._day = self._ledger.set_spent(self._day.date, False)

    def refused(self) -> bool:
        """Notes that Zoho says that no call is left (code 4000).

        Returns:
            Whether that holds for today. Where the day has just begun and nothing has been carried
            out yet, it is Zoho's yesterday that is spent: its clock is behind ours.
        """
        begun = self._now() - timedelta(seconds=_CLOCKS_APART)
        just_begun = self._quota_plan.day(begun) < self.budget.day.date
        if just_begun and self._carried_out_on != self._day.date:
            return False
        self._day = self._ledger.set_spent(self._day.date, True)
        return True

    def look(self) -> None:
        """Reads what other processes have counted, and the totals set by users."""
        self._day = self._ledger.day(self._today())

    def enter_true_figure(self, used: int) -> None:
        """Takes the number of calls that everybody made today from Zoho's billing page."""
        self.look()
        day = self._day.with_true_figure(used)
        self._ledger.set_elsewhere(day.date, day.elsewhere)
        self._day = self._ledger.set_spent(day.date, False)

    def check(self, calls: int) -> None:
        """Makes sure that polls may be made for a key.

        Raises:
            QuotaSpentError: There are not as many left today.
        """
        budget = self.budget
        if calls <= budget.left_for_polls:
            return
        reset = self.resets_at.astimezone(self._quota_plan.zone)
        until = f"Polls are possible again at {reset:%H:%M %Z}"
        if budget.day.spent:
            raise QuotaSpentError(
                "Not polled: Zoho says that the day's calls are used up",
                next_step=f"{until}; if that is wrong, correct the count in the dashboard with b.",
            )
        raise QuotaSpentError(
            f"Not asked: it takes {calls:,} of the day's calls, "
            f"and {budget.left_for_polls:,} are left for polls",
            f"{budget.reserve_left:,} more are kept for start and abort.",
            f"{until}; the dashboard shows the whole budget with b.",
        )

    def terms(self, ahead: Sequence[Outlook]) -> Terms:
        """Returns the terms on which jobs with these outlooks are polled from now on."""
        return planner.terms(ahead, self._means(), self.pace_in_force)

    def effects(self, ahead: Sequence[Outlook]) -> tuple[Effect, ...]:
        """Returns what each pace would bring."""
        means = self._means()
        return tuple(planner.effect(ahead, means, pace) for pace in Pace)

    def _today(self) -> date:
        """The day that calls count to; informs other processes where the clock shows another."""
        before, now = self._force, self._now()
        elapsed = self._time()
        self._force = day_in_force.go_on(before, self._quota_plan, now, elapsed)
        day, shown = self._force.day, self._force.shown
        if self._force.has_begun:
            self._ledger.begin_anew(day)
        elif day != shown and shown != before.shown:
            self._ledger.set_day_in_force(shown, day, self._force.ends)
        return day

    def _time(self) -> float:
        """Seconds of a clock that nobody can set; without one, a clock set forward counts."""
        if self._elapsed is not None:
            return self._elapsed()
        now = self._now()
        self._passed += max((now - self._last).total_seconds(), 0.0)
        self._last = now
        return self._passed

    def _means(self) -> Means:
        return Means(self.budget.left_for_polls, self.seconds_to_reset)
