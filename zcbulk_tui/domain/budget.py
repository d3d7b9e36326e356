"""The calls of a day: how many there are, what they are made for, how many are left [LIM][RLY].

A call of anybody on the account comes out of the same day: this program's, other programs', and
those of Creator's own scripts (Deluge). No answer tells how many are left, so they are counted.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum


class Plan(StrEnum):
    """Zoho's plans by what they allow; Zoho One allows what Enterprise does [LIM]."""

    FREE = "free"
    STANDARD = "standard"
    PROFESSIONAL = "professional"
    ENTERPRISE = "enterprise"


_FREE_CALLS = 250
_CALLS_PER_USER = {Plan.STANDARD: 250, Plan.PROFESSIONAL: 500, Plan.ENTERPRISE: 1000}


def daily_calls(plan: Plan, users: int) -> int:
    """Returns the calls of a day for a whole account: a figure per user [LIM].

    The Free plan's figure is that of the account, however many users there are [RLY].
    """
    return _FREE_CALLS if plan is Plan.FREE else _CALLS_PER_USER[plan] * users


class Cause(StrEnum):
    """Why a call was made."""

    PLAN = "plan"
    """The schedule's own polls."""

    KEY = "key"
    """A status that a key asked for."""

    COMMAND = "command"
    """A start or an abort, and the statuses that settle what became of it."""

    SCRIPT = "script"
    """A command without a screen, as ``zcbulk-tui status``."""


_PLACES = {cause: place for place, cause in enumerate(Cause)}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What this program may use of a day.

    Attributes:
        daily_calls: Calls of a day for the whole account.
        share: The part of these that this program may use, above 0 and up to 1.
        reserve: Calls that only commands may use; no more than a quarter of ours is kept back.
        zone: Time zone of the super admin's account, whose day Zoho counts by, from 00:00 to 23:59
            [LIM]; None for that of this machine.
    """

    daily_calls: int
    share: float
    reserve: int
    zone: tzinfo | None

    @property
    def ours(self) -> int:
        """Calls of a day that this program may make; at least 1."""
        # 0.29 * 100 is a hair less than 29: what counts is the share as it was written.
        return max(int(round(self.daily_calls * self.share, 6)), 1)

    @property
    def kept_back(self) -> int:
        """Calls of a day, out of ours, that only commands may use."""
        return min(self.reserve, self.ours // 4)

    def day(self, now: datetime) -> date:
        """Returns the day that an aware moment belongs to."""
        return now.astimezone(self.zone).date()

    def resets_at(self, now: datetime) -> datetime:
        """Returns the moment after `now`, an aware one, at which the next day begins; in UTC."""
        tomorrow = self.day(now) + timedelta(days=1)
        # A midnight that the clocks skip is the moment at which they skip it. One that they pass
        # twice, since they went back to the day before, begins the next day twice. Through the
        # timestamp, since astimezone() takes a skipped midnight of this machine for an hour before.
        first, second = (
            datetime.fromtimestamp(
                datetime.combine(tomorrow, time(fold=fold), self.zone).timestamp(), UTC
            )
            for fold in (0, 1)
        )
        return first if first > now else second


@dataclass(frozen=True, slots=True)
class DayCalls:
    """The calls of a day, as far as they are known.

    Attributes:
        date: Which day.
        calls: Our calls for each cause, in the order of `Cause`.
        elsewhere: Calls that others made on the same account.
        spent: Whether Zoho said that no call is left (code 4000).
    """

    date: date
    calls: tuple[int, ...] = (0,) * len(Cause)
    elsewhere: int = 0
    spent: bool = False

    @property
    def total(self) -> int:
        """Our calls, whatever they were made for."""
        return sum(self.calls)

    def of(self, cause: Cause) -> int:
        """Our calls that were made for `cause`."""
        return self.calls[_PLACES[cause]]

    def plus(self, cause: Cause, n: int = 1) -> "DayCalls":
        """Returns the day with `n` more calls."""
        calls = list(self.calls)
        calls[_PLACES[cause]] += n
        return replace(self, calls=tuple(calls))

    def with_calls_of(self, other: "DayCalls") -> "DayCalls":
        """Returns the day where the calls of another one may belong to it, too."""
        calls = tuple(map(sum, zip(self.calls, other.calls, strict=True)))
        elsewhere = max(self.elsewhere, other.elsewhere)
        return replace(self, calls=calls, elsewhere=elsewhere, spent=self.spent or other.spent)

    def with_true_figure(self, used: int) -> "DayCalls":
        """Returns the day with `used` calls by everybody, as Zoho's billing page tells [LIM]."""
        return replace(self, elsewhere=max(used - self.total, 0), spent=False)


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of a day.

    Commands use the reserve first, and then what the polls could have used. So the polls of a day
    are never more than ours without the reserve, in whatever order the calls are made.
    """

    allowance: Allowance
    day: DayCalls

    @property
    def left(self) -> int:
        """Calls that we may still make, for whatever cause."""
        if self.day.spent:
            return 0
        ours = self.allowance.ours - self.day.total
        everybodys = self.allowance.daily_calls - self.day.total - self.day.elsewhere
        return max(min(ours, everybodys), 0)

    @property
    def reserve_left(self) -> int:
        """Calls of these that only commands may make."""
        kept = max(self.allowance.kept_back - self.day.of(Cause.COMMAND), 0)
        return min(kept, self.left)

    @property
    def left_for_polls(self) -> int:
        """Calls of these for any cause but commands."""
        return self.left - self.reserve_left

    def left_for(self, cause: Cause) -> int:
        """Calls of these for `cause`."""
        return self.left if cause is Cause.COMMAND else self.left_for_polls


class Pace(StrEnum):
    """How much waiting a call is worth."""

    FRUGAL = "frugal"
    BALANCED = "balanced"
    EAGER = "eager"

    @property
    def price(self) -> float:
        """Seconds of waiting that one call must save, at least."""
        return _PRICES[self]


_PRICES = {Pace.FRUGAL: 5.0, Pace.BALANCED: 0.8, Pace.EAGER: 0.25}


class Reason(StrEnum):
    """What a poll is for."""

    UNREAD = "unread"
    """The job has not been read yet."""

    UNSTARTED = "unstarted"
    """Somebody may start it."""

    UNMOVED = "unmoved"
    """Its counts stand still."""

    FINISH = "finish"
    """Its end draws near."""

    FAILURES = "failures"
    """Its failures may end it."""

    ANY_TIME = "any time"
    """It may end at any time."""

    DEADLINE = "deadline"
    """It must be started soon, or has expired."""


@dataclass(frozen=True, slots=True)
class Spent:
    """How today's calls stand.

    Attributes:
        budget: What is left of them.
        resets_at: When the next day begins; aware.
        pace: How much waiting a call is worth.
        pace_in_force: The same now: frugal while nobody looks.
        trouble: Why calls are counted in memory only; None while they are kept.
    """

    budget: Budget
    resets_at: datetime
    pace: Pace
    pace_in_force: Pace
    trouble: str | None = None

    @property
    def goes_as_usual(self) -> bool:
        """Whether the pace is the one that nobody has to be told of."""
        return self.pace_in_force is Pace.BALANCED

    @property
    def allows_polls(self) -> bool:
        """Whether there are calls left that polls may use."""
        return self.budget.left_for_polls > 0
