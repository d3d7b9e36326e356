"""Every setting, its default, and what it may be.

Plain dataclasses, so that the screen can be up before pydantic is: only a configuration file needs
it, to be checked against the types and the bounds that stand in the fields' metadata.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

_CLOSED = {"extra": "forbid"}
_TABLE = {"description": "a table: its settings, below its name in square brackets"}


def _setting(default: Any, expected: str, **rules: float) -> Any:
    """A field with what is to be written there, for the error message, and pydantic's rules."""
    return field(default=default, metadata={"description": expected, **rules})


def _seconds(default: float, least: float) -> Any:
    return _setting(
        default, f"a number of seconds from {least:g} to 86400", strict=True, ge=least, le=86400
    )


@dataclass(frozen=True, slots=True)
class PollingSettings:
    """Seconds between two polls of a job."""

    __pydantic_config__: ClassVar = _CLOSED

    in_progress: float = _seconds(15.0, 5)
    """While it runs."""

    waiting: float = _seconds(120.0, 5)
    """While it waits for its file or its start."""

    unknown: float = _seconds(60.0, 5)
    """While it is in a state that this program does not know."""


@dataclass(frozen=True, slots=True)
class TimeoutSettings:
    """Seconds to wait for the server."""

    __pydantic_config__: ClassVar = _CLOSED

    connect: float = _seconds(10.0, 0.1)
    """For a connection."""

    read: float = _seconds(30.0, 0.1)
    """For the next bytes."""

    total: float = _seconds(60.0, 0.1)
    """For a whole call."""


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """How start and abort are put at first; what works is then remembered."""

    __pydantic_config__: ClassVar = _CLOSED

    method: Literal["PATCH", "PUT", "POST"] = _setting("PATCH", '"PATCH", "PUT" or "POST"')
    """HTTP method."""

    body: Literal["wrapped", "flat"] = _setting("wrapped", '"wrapped" or "flat"')
    """``wrapped`` is ``{"data": {"action": …}}``, ``flat`` is ``{"action": …}``."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings."""

    __pydantic_config__: ClassVar = _CLOSED

    profile: str = _setting(
        "default", "a name of 1 to 30 characters", strict=True, min_length=1, max_length=30
    )
    """What the status line calls this account."""

    base_url: str | None = _setting(
        None, 'scheme and host, as in "https://www.zohoapis.eu"', strict=True
    )
    """Replaces the host of every job URL."""

    api_version: Literal["v2.1", "v2"] = _setting("v2.1", '"v2.1" or "v2"')
    """The version in the path of every call."""

    environment: Literal["production", "stage", "development"] = _setting(
        "production", '"production", "stage" or "development"'
    )
    """Where jobs live whose environment is not named."""

    read_only: bool = _setting(False, "true or false", strict=True)
    """Whether start and abort are left out."""

    polling: PollingSettings = field(default_factory=PollingSettings, metadata=_TABLE)
    timeouts: TimeoutSettings = field(default_factory=TimeoutSettings, metadata=_TABLE)
    control: ControlSettings = field(default_factory=ControlSettings, metadata=_TABLE)
