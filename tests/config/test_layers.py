"""The layers of settings: of those that set a value the nearest counts, and is named."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.config.conftest import Write, refusal
from zcbulk_tui.config.layers import settings_of, variable
from zcbulk_tui.config.load import Configuration, load, read
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.errors import ConfigError

LAYERS = ("top level", "profile", "environment", "flag")
"""From the farthest to the nearest."""

VALUES: Mapping[str, tuple[Any, Any, Any, Any]] = {
    "owner": ("a", "b", "c", "d"),
    "data_center": ("us", "eu", "in", "au"),
    "read_only": (True, False, True, False),
    "base_url": (
        "https://a.example",
        "https://b.example",
        "https://c.example",
        "https://d.example",
    ),
    "budget.users": (2, 3, 4, 5),
    "budget.share": (0.1, 0.2, 0.3, 1),
    "budget.pace": ("eager", "frugal", "eager", "frugal"),
    "budget.reset_timezone": ("Asia/Kolkata", "UTC", "Europe/Berlin", "Asia/Tokyo"),
    "budget.frugal_unfocused": (False, True, False, True),
    "timeouts.read": (1.5, 2, 3.5, 4),
    "theme": ("light", "dark", "high-contrast", "colour-blind"),
    "list.sort": ("job", "-job", "left", "due"),
}
"""What each layer sets, by setting; neighbours differ."""


def toml(value: object) -> str:
    """A value as TOML spells it."""
    return str(value).lower() if isinstance(value, bool) else repr(value)


def value_of(settings: Settings, key: str) -> Any:
    """A setting by its dotted name."""
    value: Any = settings
    for name in key.split("."):
        value = getattr(value, name)
    return value


def configured(folder: Path, key: str, layers: set[str]) -> tuple[Configuration, dict[str, str]]:
    """Reads what these layers set; returns it, and the source that each layer is named as."""
    first, second, third, fourth = VALUES[key]
    path = folder / "config.toml"
    lines = [
        f"{key} = {toml(first)}" if "top level" in layers else "",
        "[profiles.p]",
        f"{key} = {toml(second)}" if "profile" in layers else "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    environ = {"ZCBULK_CONFIG": str(path)}
    if "environment" in layers:
        environ[variable(key)] = toml(third).strip("'")
    flags = {key: fourth if "flag" in layers else None}
    sources = (f"{path}, line 1", f"{path}, line 3", variable(key), f"--{key.replace('_', '-')}")
    return read(environ, flags=flags), dict(zip(LAYERS, sources, strict=True))


@pytest.mark.parametrize("nearest", range(4), ids=LAYERS)
@pytest.mark.parametrize("key", VALUES)
def test_a_layer_counts_before_all_farther_ones(tmp_path: Path, key: str, nearest: int) -> None:
    found, sources = configured(tmp_path, key, set(LAYERS[: nearest + 1]))
    assert value_of(found.settings, key) == VALUES[key][nearest]
    assert found.sources[key] == sources[LAYERS[nearest]]


@given(key=st.sampled_from(sorted(VALUES)), layers=st.sets(st.sampled_from(LAYERS)))
def test_of_any_layers_the_nearest_counts(key: str, layers: set[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found, sources = configured(Path(folder), key, layers)
    nearest = max(map(LAYERS.index, layers), default=None)
    if nearest is None:
        assert value_of(found.settings, key) == value_of(Settings(), key)
        assert key not in found.sources
    else:
        assert value_of(found.settings, key) == VALUES[key][nearest]
        assert found.sources[key] == sources[LAYERS[nearest]]


EXAMPLES: Mapping[str, tuple[str, Any]] = {
    "profile": ("orders", "orders"),
    "data_center": ("eu", "eu"),
    "base_url": ("https://www.zohoapis.eu/", "https://www.zohoapis.eu"),
    "accounts_url": ("https://accounts.zoho.eu", "https://accounts.zoho.eu"),
    "api_version": ("v2", "v2"),
    "owner": ("1234", "1234"),
    "app": ("zylker-store", "zylker-store"),
    "form": ("Orders", "Orders"),
    "environment": ("stage", "stage"),
    "read_only": ("true", True),
    "client_id": ("1000.ABC", "1000.ABC"),
    "secrets": ("file", "file"),
    "token_command": ("pass show 'zoho'", "pass show 'zoho'"),
    "ca_bundle": ("/etc/ca.pem", "/etc/ca.pem"),
    "theme": ("high-contrast", "high-contrast"),
    "low_bandwidth": ("true", True),
    "ascii": ("true", True),
    "list.sort": ("-percent", "-percent"),
    "list.group": ("app", "app"),
    "budget.plan": ("standard", "standard"),
    "budget.users": ("3", 3),
    "budget.daily_calls": ("5_000", 5000),
    "budget.share": ("0.5", 0.5),
    "budget.reserve": (" 0 ", 0),
    "budget.reset_timezone": ("Asia/Kolkata", "Asia/Kolkata"),
    "budget.pace": ("eager", "eager"),
    "budget.frugal_unfocused": ("false", False),
    "timeouts.connect": ("1", 1),
    "timeouts.read": ("1.5", 1.5),
    "timeouts.total": ("1e2", 100),
    "control.method": ("POST", "POST"),
    "control.body": ("flat", "flat"),
    "control.report": ("All_Orders", "All_Orders"),
    "results.fetch": ("false", False),
    "results.days": ("90", 90),
    "alerts.toast": ("off", "off"),
    "alerts.bell": ("warning", "warning"),
    "alerts.notification": ("info", "info"),
    "alerts.command": ("notify-send 'a b'", "notify-send 'a b'"),
    "alerts.command_from": ("critical", "critical"),
    "alerts.webhook": ("https://A.example?k=1", "https://a.example/?k=1"),
    "alerts.webhook_from": ("off", "off"),
    "alerts.quiet_hours": ("22:00-07:00", "22:00-07:00"),
    "alerts.no_progress": ("300", 300),
    "alerts.failed_share": ("0.5", 0.5),
    "alerts.deadline": ("60", 60),
    "alerts.result": ("86400", 86400),
    "alerts.quota_left": ("0", 0),
    "alerts.stale": ("1e3", 1000),
    "alerts.off": ("started ended-well", "started ended-well"),
    "heartbeat.url": ("http://127.0.0.1:8000/ping", "http://127.0.0.1:8000/ping"),
    "heartbeat.file": ("~/beat", "~/beat"),
    "heartbeat.period": ("10", 10),
    "publish.directory": ("/srv/www", "/srv/www"),
    "night.stop_failed": ("1", 1),
    "night.stop_share": ("0.5", 0.5),
    "night.reports": ("~/reports", "~/reports"),
    "memory.full_days": ("14", 14),
    "memory.days": ("365", 365),
    "memory.control_days": ("36500", 36500),
}
"""What a variable may say, and what that is."""


@pytest.mark.parametrize("key", [key for key, _ in settings_of(Settings)])
def test_every_setting_has_its_variable(write: Write, key: str) -> None:
    text, value = EXAMPLES[key]
    name = f"ZCBULK_{key.upper().replace('.', '_')}"
    found = read(write("[profiles.orders]" if key == "profile" else "") | {name: text})
    assert value_of(found.settings, key) == value
    assert found.sources == {key: name}


def test_no_two_settings_share_a_variable() -> None:
    keys = [key for key, _ in settings_of(Settings)]
    assert len({variable(key) for key in keys}) == len(keys)


@pytest.mark.parametrize("key", VALUES)
def test_an_empty_variable_sets_nothing(write: Write, key: str) -> None:
    assert load(write("") | {variable(key): ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("ZCBULK_READ_ONLY", "True", "read_only cannot be 'True'"),
        ("ZCBULK_READ_ONLY", "1", "read_only cannot be 1"),
        ("ZCBULK_READ_ONLY", "false\nx = 1", r"read_only cannot be 'false\nx = 1'"),
        ("ZCBULK_BUDGET_USERS", "many", "budget.users cannot be 'many'"),
        ("ZCBULK_BUDGET_USERS", "'3'", "budget.users cannot be '3'"),
        pytest.param("ZCBULK_BUDGET_USERS", "[" * 5000, "budget.users cannot be '[[", id="deep"),
        pytest.param("ZCBULK_BUDGET_USERS", "1" * 5000, "budget.users cannot be '", id="long"),
        ("ZCBULK_BUDGET_SHARE", "50 %", "budget.share cannot be '50 %'"),
        ("ZCBULK_DATA_CENTER", "EU", "data_center cannot be 'EU'"),
        ("ZCBULK_OWNER", "a b", "owner cannot be 'a b'"),
        ("ZCBULK_OWNER", "a\x1b[2J", r"owner cannot be 'a\x1b[2J'"),
        ("ZCBULK_BUDGET_RESET_TIMEZONE", "IST", "budget.reset_timezone cannot be 'IST'"),
    ],
)
def test_a_variable_that_cannot_be_is_named(write: Write, name: str, text: str, title: str) -> None:
    error = refusal(write("") | {name: text})
    assert error.title.startswith(f"{name}: {title}")
    assert error.next_step


def test_a_flag_that_cannot_be_is_named(write: Write) -> None:
    with pytest.raises(ConfigError, match="--data-center: data_center cannot be 'x'"):
        read(write(""), flags={"data_center": "x"})


def test_a_fault_in_a_profile_is_named_with_its_line(write: Write) -> None:
    environ = write("[profiles.p]\n\n[profiles.p.budget]\nusers = 0")
    assert refusal(environ).title == f"{environ['ZCBULK_CONFIG']}, line 4: budget.users cannot be 0"
