"""Every setting, its default, and what it may be.

NamedTuples: pydantic would be half of the time until the first frame, and dataclasses a fiftieth.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from zcbulk_tui.domain.commands import DEFAULT_PROFILE

THEMES = ("dark", "light", "high-contrast", "colour-blind")
"""The themes that there are without the user's own."""

COLUMNS = (
    *("added", "job", "profile", "form", "risk", "percent", "ok", "failed", "left"),
    *("rate", "ends", "age", "next", "due"),
)
"""What the list can be sorted by."""


class Rule(NamedTuple):
    """What may be written for a setting, beyond its type; see `_choices` where that says it all.

    Attributes:
        expected: What is to be written there.
        least: The least size; that of a text is its length. None for no bound.
        most: The most.
        private: Whether it is not shown, since parts of it may be secret.
        deep: Of a table whose names the user chooses, how many names lead to a text in it; else 0.
        holds: What is to be written in such a table.
    """

    expected: str
    least: float | None = None
    most: float | None = None
    private: bool = False
    deep: int = 0
    holds: str = ""


_TABLE = Rule("a table: its settings, below its name in square brackets")


class Setting(NamedTuple):
    """A setting, or a table of them.

    Attributes:
        name: Its name.
        type: Its type; that of a group is the group.
        rule: What may be written there.
    """

    name: str
    type: Any
    rule: Rule

    @property
    def group(self) -> type[NamedTuple] | None:
        """The group of settings that it holds; None for a setting."""
        is_group = isinstance(self.type, type) and issubclass(self.type, tuple)
        return self.type if is_group else None

    @property
    def is_free(self) -> bool:
        """Whether it is a table whose names the user chooses."""
        return self.rule.deep > 0


@cache
def entries(group: type[NamedTuple]) -> tuple[Setting, ...]:
    """Returns every setting of a group, and every table, in their order."""
    return tuple(_setting(name, kind) for name, kind in group.__annotations__.items())


def _setting(name: str, kind: Any) -> Setting:
    if hasattr(kind, "__metadata__"):
        return Setting(name, *get_args(kind))
    table = Setting(name, kind, _TABLE)
    return table if table.group else Setting(name, kind, Rule(_choices(kind)))


def _choices(kind: Any) -> str:
    """What may be written for a setting whose type says it all: for a truth, and for a choice."""
    words: list[str] = []
    for part in get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,):
        words += ("true", "false") if part is bool else (f'"{it}"' for it in get_args(part))
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _free(deep: int, holds: str) -> Rule:
    return _TABLE._replace(deep=deep, holds=holds)


def _seconds(least: float) -> Rule:
    return Rule(f"a number of seconds from {least:g} to 86400", least, 86400)


def _whole(least: int, most: int) -> Rule:
    return Rule(f"a whole number from {least} to {most}", least, most)


def _link_name(what: str) -> Rule:
    return Rule(f"{what}, as it stands in URLs: no spaces", 1, 100)


def _private(expected: str) -> Rule:
    return Rule(expected, 1, 4000, private=True)


def _shown(settings: NamedTuple) -> str:
    """Settings as they are in a `repr`: what is private is left out."""
    group = type(settings)
    public = (entry.name for entry in entries(group) if not entry.rule.private)
    values = ", ".join(f"{name}={getattr(settings, name)!r}" for name in public)
    return f"{group.__name__}({values})"


class BudgetSettings(NamedTuple):
    """The account's API calls of a day, and how they are spent."""

    plan: Literal["free", "standard", "professional", "enterprise"] = "free"
    """Zoho's plan, which says how many calls there are; Zoho One is ``enterprise``."""

    users: Annotated[int, _whole(1, 100_000)] = 1
    """Users that the plan is paid for; the free plan's calls do not grow with them."""

    daily_calls: Annotated[int | None, _whole(1, 10_000_000)] = None
    """Replaces the figure of the plan."""

    share: Annotated[float, Rule("a number from 0.01 to 1", 0.01, 1)] = 1.0
    """How much of these calls this program may use."""

    reserve: Annotated[int, _whole(0, 10_000)] = 20
    """Calls that only start and abort may use; at most a quarter of ours is kept back."""

    reset_timezone: Annotated[
        str | None, Rule('the name of a time zone, as in "Asia/Kolkata"', 1, 100)
    ] = None
    """Time zone of the super admin, in which Zoho's day begins; None for this machine's."""

    pace: Literal["frugal", "balanced", "eager"] = "balanced"
    """How willingly calls are spent on polls."""

    frugal_unfocused: bool = True
    """Whether the pace is frugal while the terminal does not have the focus."""


class TimeoutSettings(NamedTuple):
    """Seconds to wait for the server."""

    connect: Annotated[float, _seconds(0.1)] = 10.0
    """For a connection."""

    read: Annotated[float, _seconds(0.1)] = 30.0
    """For the next bytes."""

    total: Annotated[float, _seconds(0.1)] = 60.0
    """For a whole call."""


class ControlSettings(NamedTuple):
    """How start and abort are put at first; what works is then remembered."""

    method: Literal["PATCH", "PUT", "POST"] | None = None
    """HTTP method; None for what a probe found, else PATCH."""

    body: Literal["wrapped", "flat"] | None = None
    """``wrapped`` is ``{"data": {"action": …}}``, ``flat`` is ``{"action": …}``; None for what a
    probe found, else wrapped."""

    report: Annotated[str | None, _link_name("a report's link name")] = None
    """A report of the jobs' form, whose URL is tried last."""


class ResultSettings(NamedTuple):
    """What becomes of the results of jobs that have ended."""

    fetch: bool = True
    """Whether the dashboard fetches what failed, and what was not reached, by itself."""

    days: Annotated[int, _whole(1, 3650)] = 30
    """For how many days results are kept on this disk; Zoho keeps them for 3."""


class AlertSettings(NamedTuple):
    """When alerts are raised, and which way they take."""

    toast: Literal["off", "info", "warning", "critical"] = "info"
    """In the dashboard."""

    bell: Literal["off", "info", "warning", "critical"] = "critical"
    """The terminal's bell."""

    notification: Literal["off", "info", "warning", "critical"] = "warning"
    """The notification of a terminal that has them."""

    command: Annotated[str | None, _private('a command, as in "notify-send zcbulk-tui"')] = None
    """Run for each alert, which it gets as JSON; without a shell."""

    command_from: Literal["off", "info", "warning", "critical"] = "warning"
    """For the command."""

    webhook: Annotated[str | None, _private('a URL, as in "https://alerts.example.com/zoho"')] = (
        None
    )
    """Takes each alert as JSON, by POST."""

    webhook_from: Literal["off", "info", "warning", "critical"] = "warning"
    """For the webhook."""

    quiet_hours: Annotated[str | None, Rule('two times of day, as in "22:00-07:00"', 1, 20)] = None
    """When only critical alerts leave the dashboard; in the zone of this machine."""

    no_progress: Annotated[float, _seconds(60)] = 600
    """For how long the counts of a running job may stay the same."""

    failed_share: Annotated[float, Rule("a number from 0 to 1", 0, 1)] = 0.05
    """The share of a job's records that may fail."""

    deadline: Annotated[float, _seconds(60)] = 1800
    """How long before a job expires it is said."""

    result: Annotated[float, _seconds(60)] = 43200
    """How long before Zoho deletes a result that is not fetched it is said."""

    quota_left: Annotated[float, Rule("a number from 0 to 1", 0, 1)] = 0.1
    """The share of the day's calls below which it is said."""

    stale: Annotated[float, _seconds(60)] = 900
    """For how long nothing may be read that should be."""

    off: Annotated[str, Rule('kinds of alerts, as in "started ended-well"', 0, 400)] = ""
    """The kinds that are never raised."""

    def __repr__(self) -> str:
        return _shown(self)


class HeartbeatSettings(NamedTuple):
    """A sign of life while polling works and nothing is red: its absence is the alarm."""

    url: Annotated[str | None, _private('a URL, as in "https://hc.example.com/ping/1234"')] = None
    """Called by GET; without it, the time of `file` is set."""

    file: Annotated[str | None, Rule("the path of a file", 1, 4000)] = None
    """The file whose time is set; None for neither."""

    period: Annotated[float, _seconds(10)] = 60
    """Between two of them."""

    def __repr__(self) -> str:
        return _shown(self)


class PublishSettings(NamedTuple):
    """What the window that polls writes for a web server to serve."""

    directory: Annotated[str | None, Rule("the path of a folder", 1, 4000)] = None
    """Where the page, its JSON and its metrics go; None for nowhere."""


class NightSettings(NamedTuple):
    """What a night does that is armed without saying it."""

    stop_failed: Annotated[int | None, _whole(1, 1_000_000_000)] = 500
    """The queue is stopped after so many failed records."""

    stop_share: Annotated[float | None, Rule("a number from 0.0001 to 1", 0.0001, 1)] = 0.03
    """The queue is stopped above this share of failed records."""

    reports: Annotated[str | None, Rule("the path of a folder", 1, 4000)] = None
    """Where reports go; None for ``reports`` in the state folder."""


class MemorySettings(NamedTuple):
    """For how many days things are remembered."""

    full_days: Annotated[int, _whole(1, 3650)] = 7
    """Every reading and call of them is kept; of older ones, some."""

    days: Annotated[int, _whole(1, 3650)] = 90
    """Readings, events and calls before them are forgotten; at least `full_days`."""

    control_days: Annotated[int, _whole(1, 36_500)] = 1100
    """Records of start and abort before them are forgotten."""


class ListSettings(NamedTuple):
    """How the list is at first."""

    sort: Annotated[str, Rule('the name of a column, as in "left" or "-left"')] = COLUMNS[0]
    """The column that the list is sorted by; a hyphen before it: descending."""

    group: Literal["none", "profile", "app", "form", "tag"] = "none"
    """What the list is grouped by."""


class Settings(NamedTuple):
    """All settings of one profile."""

    profile: Annotated[
        str, Rule("a name of 1 to 30 letters, digits, dots, hyphens and underscores")
    ] = DEFAULT_PROFILE
    """Which profile: what its sign-in, its watch list and its calls are kept under."""

    data_center: (
        Literal["us", "eu", "in", "au", "jp", "ca", "sa", "cn", "uk", "ae", "sg"] | None
    ) = None
    """Zoho's data centre, which says where to sign in."""

    base_url: Annotated[str | None, Rule('scheme and host, as in "https://www.zohoapis.eu"')] = None
    """Replaces the host of every job URL."""

    accounts_url: Annotated[
        str | None, Rule('scheme and host, as in "https://accounts.zoho.eu"')
    ] = None
    """Replaces the data centre's accounts server."""

    api_version: Literal["v2.1", "v2"] = "v2.1"
    """The version in the path of every call."""

    owner: Annotated[str | None, _link_name("the account owner's user name")] = None
    """Whose application a job is in that is named by its id alone."""

    app: Annotated[str | None, _link_name("an application's link name")] = None
    """The application of such a job."""

    form: Annotated[str | None, _link_name("a form's link name")] = None
    """The form of such a job."""

    environment: Literal["production", "stage", "development"] = "production"
    """Where jobs live whose environment is not named."""

    read_only: bool = False
    """Whether start and abort are left out."""

    client_id: Annotated[
        str | None, Rule('the id of a client in Zoho\'s API console, as in "1000.ABC"', 1, 200)
    ] = None
    """The client that `login` uses; without it, `login` prompts."""

    secrets: Literal["auto", "keyring", "file"] = "auto"
    """Where `login` keeps what it was given; ``auto`` is the system's keyring, else a file."""

    token_command: Annotated[
        str | None, _private('a command that prints an access token, as in "pass show zoho"')
    ] = None
    """Run instead of signing in; not shown, for its arguments may be secret."""

    ca_bundle: Annotated[str | None, Rule("the path of a PEM file", 1, 4000)] = None
    """Certificates that are trusted beside the system's."""

    theme: Annotated[str, Rule("the name of a theme", 1, 30)] = THEMES[0]
    """Which colours: one of `THEMES`, or one of `themes`."""

    low_bandwidth: bool = False
    """Whether the screen is drawn less often, for a slow line."""

    ascii: bool | Literal["auto"] = "auto"
    """Whether a terminal is shown ASCII only; ``auto`` goes by the locale."""

    list: ListSettings = ListSettings()
    budget: BudgetSettings = BudgetSettings()
    timeouts: TimeoutSettings = TimeoutSettings()
    control: ControlSettings = ControlSettings()
    results: ResultSettings = ResultSettings()
    alerts: AlertSettings = AlertSettings()
    heartbeat: HeartbeatSettings = HeartbeatSettings()
    publish: PublishSettings = PublishSettings()
    night: NightSettings = NightSettings()
    memory: MemorySettings = MemorySettings()

    keys: Annotated[
        Mapping[str, str], _free(1, 'keys as a text, as in "ctrl+x" or "j down"; "" is for none')
    ] = MappingProxyType({})
    """The keys of actions that the user has changed, as they are written there."""

    themes: Annotated[
        Mapping[str, Mapping[str, str]], _free(2, 'a text: a colour as in "#1f6feb"')
    ] = MappingProxyType({})
    """The user's own themes by name: colours by name, and which theme has the other ones."""

    def __repr__(self) -> str:
        return _shown(self)
