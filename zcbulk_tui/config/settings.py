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


@dataclass(frozen=True, slots=True)
class PollingSettings:
    """Seconds between two polls of a job."""

    in_progress: float = _seconds(15.0, 5)
    """While it runs."""

    waiting: float = _seconds(120.0, 5)
    """While it waits for its file or its start."""

    unknown: float = _seconds(60.0, 5)
    """While it is in a state that this program does not know."""


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

    polling: PollingSettings = field(default_factory=PollingSettings, metadata=_TABLE)
    timeouts: TimeoutSettings = field(default_factory=TimeoutSettings, metadata=_TABLE)
    control: ControlSettings = field(default_factory=ControlSettings, metadata=_TABLE)
