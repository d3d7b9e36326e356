"""The daily call quota: its size, its uses, what is left [LIM][RLY].

Every call on the account counts: those of this program, of other programs and of Creator's own
scripts (Deluge). No answer reports how many are left, so they are counted here.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple


class Plan(StrEnum):
    """Zoho's plans, by their daily quota; Zoho One allows what Enterprise does [LIM]."""

    FREE = "free"
    STANDARD = "standard"
    PROFESSIONAL = "professional"
    ENTERPRISE = "enterprise"


_FREE_CALLS = 250
_CALLS_PER_USER = {Plan.STANDARD: 250, Plan.PROFESSIONAL: 500, Plan.ENTERPRISE: 1000}


def daily_calls(plan: Plan, users: int) -> int:
    """Returns the calls a day of a whole account: a quota per user [LIM].

    The Free plan's quota is per account, whatever the number of users [RLY].
    """
    return _FREE_CALLS if plan is Plan.FREE else _CALLS_PER_USER[plan] * users


class Cause(StrEnum):
    """Why a call was made."""

    PLAN = "plan"
    """A scheduled poll."""

    KEY = "key"
    """A poll requested by a key."""

    COMMAND = "command"
    """A start or an abort, or a poll that verifies its outcome."""

    SCRIPT = "script"
    """A headless command, such as ``zcbulk-tui status``."""


_PLACES = {cause: place for place, cause in enumerate(Cause)}


class QuotaPlan(NamedTuple):
    """What this program may use of the daily quota.

    Attributes:
        daily_calls: Calls a day of the whole account.
        share: The fraction of these that this program may use, above 0 and up to 1.
        reserve: The last calls of a day, which are for starts and aborts alone; capped at a quarter
            of `ours`.
        zone: Time zone of the super admin's account, whose day Zoho counts by, from 00:00 to 23:59
            [LIM]; None for the local zone.
    """

    daily_calls: int
    share: float
    reserve: int
    zone: tzinfo | None

    @property
    def ours(self) -> int:
        """Calls a day that this program may make; at least 1."""
        # The float 0.29 * 100 is just below 29: round first, so that the share counts as written.
        return max(int(round(self.daily_calls * self.share, 6)), 1)

    @property
    def kept_back(self) -> int:
        """The last calls of a day, out of `ours`, that are reserved for commands."""
        return min(self.reserve, self.ours // 4)

    def day(self, now: datetime) -> date:
        """Returns the quota day of an aware datetime."""
        return now.astimezone(self.zone).date()

    def resets_at(self, now: datetime) -> datetime:
        """Returns when the day after that of `now` begins, in UTC; `now` is aware."""
        tomorrow = self.day(now) + timedelta(days=1)
        # A midnight skipped by a clock change is the moment of the change. One that occurs twice,
        # since the clock went back into the day before, begins the next day twice. Computed through
        # timestamps, since astimezone() maps a skipped local midnight to an hour before.
        first, second = (
            datetime.fromtimestamp(
                datetime.combine(tomorrow, time(fold=fold), self.zone).timestamp(), UTC
            )
            for fold in (0, 1)
        )
        return first if first > now else second


class DayCalls(NamedTuple):
    """The calls counted on one day.

    Attributes:
        date: The day.
        calls: Our calls per cause, in the order of `Cause`.
        elsewhere: Calls made by others on the same account, as far as reported.
        spent: Whether Zoho reported that no call is left (code 4000).
    """

    date: date
    calls: tuple[int, ...] = (0,) * len(Cause)
    elsewhere: int = 0
    spent: bool = False

    @property
    def total(self) -> int:
        """Our calls, for all causes."""
        return sum(self.calls)

    def of(self, cause: Cause) -> int:
        """Returns our calls for `cause`."""
        return self.calls[_PLACES[cause]]

    def plus(self, cause: Cause, n: int = 1) -> "DayCalls":
        """Returns a copy with `n` more calls for `cause`."""
        calls = list(self.calls)
        calls[_PLACES[cause]] += n
        return self._replace(calls=tuple(calls))

    def with_calls_of(self, other: "DayCalls") -> "DayCalls":
        """Returns a copy with another day's calls added, for a day that may be the same at Zoho."""
        calls = tuple(map(sum, zip(self.calls, other.calls, strict=True)))
        elsewhere = max(self.elsewhere, other.elsewhere)
        return self._replace(calls=calls, elsewhere=elsewhere, spent=self.spent or other.spent)

    def with_true_figure(self, used: int) -> "DayCalls":
        """Returns a copy where the account made `used` calls, as the billing page shows [LIM]."""
        return self._replace(elsewhere=max(used - self.total, 0), spent=False)


class Budget(NamedTuple):
    """What is left of a day's quota.

    The reserve is the last of it. Commands too take what anybody may use first, so it stays whole
    for as long as that lasts, and a day's polls never exceed `ours` less the reserve.
    """

    quota_plan: QuotaPlan
    day: DayCalls

    @property
    def left(self) -> int:
        """Calls that we may still make, for any cause."""
        if self.day.spent:
            return 0
        ours = self.quota_plan.ours - self.day.total
        everybodys = self.quota_plan.daily_calls - self.day.total - self.day.elsewhere
        return max(min(ours, everybodys), 0)

    @property
    def reserve_left(self) -> int:
        """Calls out of `left` that are reserved for commands."""
        return min(self.quota_plan.kept_back, self.left)

    @property
    def left_for_polls(self) -> int:
        """Calls out of `left` for any cause but commands."""
        return self.left - self.reserve_left

    def left_for(self, cause: Cause) -> int:
        """Returns the calls out of `left` for `cause`."""
        return self.left if cause is Cause.COMMAND else self.left_for_polls


class Pace(StrEnum):
    """How much waiting a call is worth."""

    FRUGAL = "frugal"
    BALANCED = "balanced"
    EAGER = "eager"

    @property
    def price(self) -> float:
        """Least seconds of waiting that a call must save."""
        return _PRICES[self]


_PRICES = {Pace.FRUGAL: 5.0, Pace.BALANCED: 0.8, Pace.EAGER: 0.25}


class Reason(StrEnum):
    """Why a poll is scheduled."""

    UNREAD = "unread"
    """The job has no reading yet."""

    UNSTARTED = "unstarted"
    """The job is ready, and may be started elsewhere."""

    UNMOVED = "unmoved"
    """Its counts have stopped moving."""

    FINISH = "finish"
    """Its forecast finish is near."""

    FAILURES = "failures"
    """Zoho may abort it for its failures."""

    ANY_TIME = "any time"
    """It may end without warning."""

    DEADLINE = "deadline"
    """Its start deadline is near or past."""


class Spent(NamedTuple):
    """Today's quota and pace.

    Attributes:
        budget: What is left of the quota.
        resets_at: When the next day begins; aware.
        pace: The configured pace.
        pace_in_force: The pace in force: frugal while no window has the focus.
        trouble: Why calls are counted in memory only; None while they are stored.
    """

    budget: Budget
    resets_at: datetime
    pace: Pace
    pace_in_force: Pace
    trouble: str | None = None

    @property
    def goes_as_usual(self) -> bool:
        """Whether the default pace is in force, which needs no mention."""
        return self.pace_in_force is Pace.BALANCED

    @property
    def allows_polls(self) -> bool:
        """Whether polls have calls left."""
        return self.budget.left_for_polls > 0
