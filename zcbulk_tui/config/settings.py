"""Every setting, its default, and what it may be.

Plain dataclasses: pydantic would be half of the time until the first frame.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from zcbulk_tui.domain.commands import DEFAULT_PROFILE

_TABLE = {"expected": "a table: its settings, below its name in square brackets"}

THEMES = ("dark", "light", "high-contrast", "colour-blind")
"""The themes that there are without the user's own."""

COLUMNS = (
    *("added", "job", "profile", "form", "risk", "percent", "ok", "failed", "left"),
    *("rate", "ends", "age", "next", "due"),
)
"""What the list can be sorted by."""


def _setting(default: Any, expected: str, **bounds: float) -> Any:
    """A field, with what is to be written there and the bounds `least` and `most` of its size.

    The size of a text is its length.
    """
    return field(default=default, metadata={"expected": expected, **bounds})


def _free(deep: int, expected: str) -> Any:
    """A table whose names the user chooses.

    Args:
        deep: How many names lead to a text in it.
        expected: What is to be written there.
    """
    return field(default_factory=dict, metadata={**_TABLE, "deep": deep, "holds": expected})


def _seconds(default: float, least: float) -> Any:
    return _setting(
        default, f"a number of seconds from {least:g} to 86400", least=least, most=86400
    )


def _whole(default: int | None, least: int, most: int) -> Any:
    return _setting(default, f"a whole number from {least} to {most}", least=least, most=most)


def _link_name(what: str) -> Any:
    return _setting(None, f"{what}, as it stands in URLs: no spaces", least=1, most=100)


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

    method: Literal["PATCH", "PUT", "POST"] | None = _setting(None, '"PATCH", "PUT" or "POST"')
    """HTTP method; None for what a probe found, else PATCH."""

    body: Literal["wrapped", "flat"] | None = _setting(None, '"wrapped" or "flat"')
    """``wrapped`` is ``{"data": {"action": …}}``, ``flat`` is ``{"action": …}``; None for what a
    probe found, else wrapped."""

    report: str | None = _link_name("a report's link name")
    """A report of the jobs' form, whose URL is tried last."""


@dataclass(frozen=True, slots=True)
class ResultSettings:
    """What becomes of the results of jobs that have ended."""

    fetch: bool = _setting(True, "true or false")
    """Whether the dashboard fetches what failed, and what was not reached, by itself."""

    days: int = _whole(30, 1, 3650)
    """For how many days results are kept on this disk; Zoho keeps them for 3."""


_LOUDNESS = '"off", "info", "warning" or "critical"'


def _private(expected: str) -> Any:
    """A text that is not shown, for parts of it may be secret."""
    return field(
        default=None,
        repr=False,
        metadata={"expected": expected, "least": 1, "most": 4000, "private": True},
    )


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """When alerts are raised, and which way they take."""

    toast: Literal["off", "info", "warning", "critical"] = _setting("info", _LOUDNESS)
    """In the dashboard."""

    bell: Literal["off", "info", "warning", "critical"] = _setting("critical", _LOUDNESS)
    """The terminal's bell."""

    notification: Literal["off", "info", "warning", "critical"] = _setting("warning", _LOUDNESS)
    """The notification of a terminal that has them."""

    command: str | None = _private('a command, as in "notify-send zcbulk-tui"')
    """Run for each alert, which it gets as JSON; without a shell."""

    command_from: Literal["off", "info", "warning", "critical"] = _setting("warning", _LOUDNESS)
    """For the command."""

    webhook: str | None = _private('a URL, as in "https://alerts.example.com/zoho"')
    """Takes each alert as JSON, by POST."""

    webhook_from: Literal["off", "info", "warning", "critical"] = _setting("warning", _LOUDNESS)
    """For the webhook."""

    quiet_hours: str | None = _setting(
        None, 'two times of day, as in "22:00-07:00"', least=1, most=20
    )
    """When only critical alerts leave the dashboard; in the zone of this machine."""

    no_progress: float = _seconds(600, 60)
    """For how long the counts of a running job may stay the same."""

    failed_share: float = _setting(0.05, "a number from 0 to 1", least=0, most=1)
    """The share of a job's records that may fail."""

    deadline: float = _seconds(1800, 60)
    """How long before a job expires it is said."""

    result: float = _seconds(43200, 60)
    """How long before Zoho deletes a result that is not fetched it is said."""

    quota_left: float = _setting(0.1, "a number from 0 to 1", least=0, most=1)
    """The share of the day's calls below which it is said."""

    stale: float = _seconds(900, 60)
    """For how long nothing may be read that should be."""

    off: str = _setting("", 'kinds of alerts, as in "started ended-well"', least=0, most=400)
    """The kinds that are never raised."""


@dataclass(frozen=True, slots=True)
class HeartbeatSettings:
    """A sign of life while polling works and nothing is red: its absence is the alarm."""

    url: str | None = _private('a URL, as in "https://hc.example.com/ping/1234"')
    """Called by GET; without it, the time of `file` is set."""

    file: str | None = _setting(None, "the path of a file", least=1, most=4000)
    """The file whose time is set; None for neither."""

    period: float = _seconds(60, 10)
    """Between two of them."""


@dataclass(frozen=True, slots=True)
class PublishSettings:
    """What the window that polls writes for a web server to serve."""

    directory: str | None = _setting(None, "the path of a folder", least=1, most=4000)
    """Where the page, its JSON and its metrics go; None for nowhere."""


@dataclass(frozen=True, slots=True)
class NightSettings:
    """What a night does that is armed without saying it."""

    stop_failed: int | None = _whole(500, 1, 1_000_000_000)
    """The queue is stopped after so many failed records."""

    stop_share: float | None = _setting(0.03, "a number from 0.0001 to 1", least=0.0001, most=1)
    """The queue is stopped above this share of failed records."""

    reports: str | None = _setting(None, "the path of a folder", least=1, most=4000)
    """Where reports go; None for ``reports`` in the state folder."""


@dataclass(frozen=True, slots=True)
class MemorySettings:
    """For how many days things are remembered."""

    full_days: int = _whole(7, 1, 3650)
    """Every reading and call of them is kept; of older ones, some."""

    days: int = _whole(90, 1, 3650)
    """Readings, events and calls before them are forgotten; at least `full_days`."""

    control_days: int = _whole(1100, 1, 36_500)
    """Records of start and abort before them are forgotten."""


@dataclass(frozen=True, slots=True)
class ListSettings:
    """How the list is at first."""

    sort: str = _setting(COLUMNS[0], 'the name of a column, as in "left" or "-left"')
    """The column that the list is sorted by; a hyphen before it: descending."""

    group: Literal["none", "profile", "app", "form", "tag"] = _setting(
        "none", '"none", "profile", "app", "form" or "tag"'
    )
    """What the list is grouped by."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one profile."""

    profile: str = _setting(
        DEFAULT_PROFILE, "a name of 1 to 30 letters, digits, dots, hyphens and underscores"
    )
    """Which profile: what its sign-in, its watch list and its calls are kept under."""

    data_center: (
        Literal["us", "eu", "in", "au", "jp", "ca", "sa", "cn", "uk", "ae", "sg"] | None
    ) = _setting(None, '"us", "eu", "in", "au", "jp", "ca", "sa", "cn", "uk", "ae" or "sg"')
    """Zoho's data centre, which says where to sign in."""

    base_url: str | None = _setting(None, 'scheme and host, as in "https://www.zohoapis.eu"')
    """Replaces the host of every job URL."""

    accounts_url: str | None = _setting(None, 'scheme and host, as in "https://accounts.zoho.eu"')
    """Replaces the data centre's accounts server."""

    api_version: Literal["v2.1", "v2"] = _setting("v2.1", '"v2.1" or "v2"')
    """The version in the path of every call."""

    owner: str | None = _link_name("the account owner's user name")
    """Whose application a job is in that is named by its id alone."""

    app: str | None = _link_name("an application's link name")
    """The application of such a job."""

    form: str | None = _link_name("a form's link name")
    """The form of such a job."""

    environment: Literal["production", "stage", "development"] = _setting(
        "production", '"production", "stage" or "development"'
    )
    """Where jobs live whose environment is not named."""

    read_only: bool = _setting(False, "true or false")
    """Whether start and abort are left out."""

    client_id: str | None = _setting(
        None, 'the id of a client in Zoho\'s API console, as in "1000.ABC"', least=1, most=200
    )
    """The client that `login` uses; without it, `login` prompts."""

    secrets: Literal["auto", "keyring", "file"] = _setting("auto", '"auto", "keyring" or "file"')
    """Where `login` keeps what it was given; ``auto`` is the system's keyring, else a file."""

    token_command: str | None = field(
        default=None,
        repr=False,
        metadata={
            "expected": 'a command that prints an access token, as in "pass show zoho"',
            "least": 1,
            "most": 4000,
            "private": True,
        },
    )
    """Run instead of signing in; not shown, for its arguments may be secret."""

    ca_bundle: str | None = _setting(None, "the path of a PEM file", least=1, most=4000)
    """Certificates that are trusted beside the system's."""

    theme: str = _setting(THEMES[0], "the name of a theme", least=1, most=30)
    """Which colours: one of `THEMES`, or one of `themes`."""

    low_bandwidth: bool = _setting(False, "true or false")
    """Whether the screen is drawn less often, for a slow line."""

    ascii: bool | Literal["auto"] = _setting("auto", 'true, false or "auto"')
    """Whether a terminal is shown ASCII only; ``auto`` goes by the locale."""

    list: ListSettings = field(default_factory=ListSettings, metadata=_TABLE)
    budget: BudgetSettings = field(default_factory=BudgetSettings, metadata=_TABLE)
    timeouts: TimeoutSettings = field(default_factory=TimeoutSettings, metadata=_TABLE)
    control: ControlSettings = field(default_factory=ControlSettings, metadata=_TABLE)
    results: ResultSettings = field(default_factory=ResultSettings, metadata=_TABLE)
    alerts: AlertSettings = field(default_factory=AlertSettings, metadata=_TABLE)
    heartbeat: HeartbeatSettings = field(default_factory=HeartbeatSettings, metadata=_TABLE)
    publish: PublishSettings = field(default_factory=PublishSettings, metadata=_TABLE)
    night: NightSettings = field(default_factory=NightSettings, metadata=_TABLE)
    memory: MemorySettings = field(default_factory=MemorySettings, metadata=_TABLE)

    keys: Mapping[str, str] = _free(1, 'keys as a text, as in "ctrl+x" or "j down"; "" is for none')
    """The keys of actions that the user has changed, as they are written there."""

    themes: Mapping[str, Mapping[str, str]] = _free(2, 'a text: a colour as in "#1f6feb"')
    """The user's own themes by name: colours by name, and which theme has the other ones."""
