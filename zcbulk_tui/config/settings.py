"""Every setting, its default, and what it may be.

Plain dataclasses: pydantic would be half of the time until the first frame.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

_TABLE = {"expected": "a table: its settings, below its name in square brackets"}


def _setting(default: Any, expected: str, **bounds: float) -> Any:
    """A field, with what is to be written there and the bounds `least` and `most` of its size.

    The size of a text is its length.
    """
    return field(default=default, metadata={"expected": expected, **bounds})


def _seconds(default: float, least: float) -> Any:
    return _setting(
        default, f"a number of seconds from {least:g} to 86400", least=least, most=86400
    )


def _whole(default: int | None, least: int, most: int) -> Any:
    return _setting(default, f"a whole number from {least} to {most}", least=least, most=most)


@dataclass(frozen=True, slots=True)
class BudgetSettings:
    """The account's API calls of a day, and how they are spent."""

    plan: Literal["free", "standard", "professional", "enterprise"] = _setting(
        "free", '"free", "standard", "professional" or "enterprise"'
    )
    """Zoho's plan, which says how many calls there are; Zoho One is ``enterprise``."""

    users: int = _whole(1, 1, 100_000)
    """Users that the plan is paid for; the free plan's calls do not grow with them."""

    daily_calls: int | None = _whole(None, 1, 10_000_000)
    """Replaces the figure of the plan."""

    share: float = _setting(1.0, "a number from 0.01 to 1", least=0.01, most=1)
    """How much of these calls this program may use."""

    reserve: int = _whole(20, 0, 10_000)
    """Calls that only start and abort may use; at most a quarter of ours is kept back."""

    reset_timezone: str | None = _setting(
        None, 'the name of a time zone, as in "Asia/Kolkata"', least=1, most=100
    )
    """Time zone of the super admin, in which Zoho's day begins; None for this machine's."""

    pace: Literal["frugal", "balanced", "eager"] = _setting(
        "balanced", '"frugal", "balanced" or "eager"'
    )
    """How willingly calls are spent on polls."""

    frugal_unfocused: bool = _setting(True, "true or false")
    """Whether the pace is frugal while the terminal does not have the focus."""


@dataclass(frozen=True, slots=True)
class TimeoutSettings:
    """Seconds to wait for the server."""

    connect: float = _seconds(10.0, 0.1)
    """For a connection."""

    read: float = _seconds(30.0, 0.1)
    """For the next bytes."""

    total: float = _seconds(60.0, 0.1)
    """For a whole call."""


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """How start and abort are put at first; what works is then remembered."""

    method: Literal["PATCH", "PUT", "POST"] = _setting("PATCH", '"PATCH", "PUT" or "POST"')
    """HTTP method."""

    body: Literal["wrapped", "flat"] = _setting("wrapped", '"wrapped" or "flat"')
    """``wrapped`` is ``{"data": {"action": …}}``, ``flat`` is ``{"action": …}``."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings."""

    profile: str = _setting("default", "a name of 1 to 30 characters", least=1, most=30)
    """What the status line calls this account."""

    base_url: str | None = _setting(None, 'scheme and host, as in "https://www.zohoapis.eu"')
    """Replaces the host of every job URL."""

    api_version: Literal["v2.1", "v2"] = _setting("v2.1", '"v2.1" or "v2"')
    """The version in the path of every call."""

    environment: Literal["production", "stage", "development"] = _setting(
        "production", '"production", "stage" or "development"'
    )
    """Where jobs live whose environment is not named."""

    read_only: bool = _setting(False, "true or false")
    """Whether start and abort are left out."""

    budget: BudgetSettings = field(default_factory=BudgetSettings, metadata=_TABLE)
    timeouts: TimeoutSettings = field(default_factory=TimeoutSettings, metadata=_TABLE)
    control: ControlSettings = field(default_factory=ControlSettings, metadata=_TABLE)
