"""Secrets in wrong places: refused, and never repeated."""

import pytest

from tests.config.conftest import Write, refusal
from zcbulk_tui.config.layers import settings_of, variable
from zcbulk_tui.config.load import read
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.config.values import SettingValue, masked, shown

PARTS = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210")
CANARY = f"1000.{PARTS[0]}.{PARTS[1]}"
CLIENT_SECRET = "122c324d3496d5d777ceeebc129470715fbb856b7c"


def reveals(text: str) -> bool:
    """Whether a text has a piece of a secret."""
    return any(secret[:8] in text or secret[-8:] in text for secret in (*PARTS, CLIENT_SECRET))


@pytest.mark.parametrize("secret", [CANARY, CLIENT_SECRET], ids=["token", "client secret"])
@pytest.mark.parametrize("name", ["client_secret", "refresh_token", "access_token", "Zoho-Token"])
@pytest.mark.parametrize("table", ["", "[budget]", "[profiles.a]", "[profiles.a.budget]"])
def test_the_file_takes_no_secrets(write: Write, table: str, name: str, secret: str) -> None:
    environ = write(f"{table}\n{name} = '{secret}'")
    error = refusal(environ)
    assert error.title.startswith(f"{environ['ZCBULK_CONFIG']}, line 2: “")
    assert f"{name}” does not belong" in error.title
    profile = "a" if "profiles" in table else "NAME"  # which whoever reads the file puts in
    assert error.next_step == f"Take it out, and write: zcbulk-tui login --profile {profile}"
    assert not reveals(str(error))


@pytest.mark.parametrize(
    "content",
    [
        "read_only = '{}'",
        "budget.users = '{}'",
        'read_only = """\nx\n{}x\n{}"""',
        "timeouts.read = ['{}']",
        "budget = '{}'",
        "budget = ['{}']",
        "profile = '{}'",
        "[profile]\nx = '{}'",
        "profiles = '{}'",
        "profiles.a = '{}'",
        "[profiles.'{}']",
        "[profiles.a]\nread_only = '{}'",
        "owner = 'x {}'",
        "data_center = '{}'",
        "budget.reset_timezone = '{}'",
        "base_url = '{}'",
        "base_url = 'https://me:{}@zoho.eu'",
        "base_url = 'https://zoho.eu/{}'",
        "accounts_url = 'http://{}'",
        "token_command = ['echo', '{}']",
        "token_command = '''echo \t{}'''",
        "alerts.command = '\"{}'",
        "alerts.off = 'stuck {}'",
        "alerts.quiet_hours = '{}'",
        "alerts.webhook = 'http://example.com/{}'",
        "alerts.webhook = 'https://me:{}@example.com/'",
        "heartbeat.url = 'https://example.com:x{}/'",
        "heartbeat.url = 'ftp://example.com/{}'",
        "colour = '{}'",
        "'{}' = 5",
        "{} = 5",
        "[{}]",
        "[budget]\n'{}' = 5",
        "read_only = {}",
        "read_only = '{}",
        "{}",
        "[{}]\n[{}]",
        "a = {{x = '{}', x = '{}'}}",
        "'{}' = 1\n'{}' = 1",
    ],
)
@pytest.mark.parametrize("secret", [CANARY, CLIENT_SECRET], ids=["token", "client secret"])
def test_no_answer_repeats_one_that_stands_in_the_file(
    write: Write, content: str, secret: str
) -> None:
    assert not reveals(str(refusal(write(content.replace("{}", secret)))))


def test_the_secret_of_a_webhook_has_a_command_of_its_own(write: Write) -> None:
    error = refusal(write(f"[alerts]\nwebhook_secret = '{CANARY}'"))
    assert error.next_step == "Take it out, and write: zcbulk-tui alerts secret set --profile NAME"
    assert not reveals(str(error))


# Whatever these are, they can be.
FREE = {
    *("client_id", "token_command", "ca_bundle", "owner", "app", "form", "control.report"),
    *("alerts.command", "heartbeat.file", "publish.directory", "night.reports"),
}


@pytest.mark.parametrize("key", [key for key, _ in settings_of(Settings) if key not in FREE])
def test_no_answer_repeats_one_from_a_variable(write: Write, key: str) -> None:
    error = refusal(write("") | {variable(key): CANARY})
    assert variable(key) in error.title
    assert not reveals(str(error))


def test_the_command_that_prints_a_token_is_in_no_representation(write: Write) -> None:
    configuration = read(write("token_command = 'echo hunter2'"))
    assert configuration.settings.token_command == "echo hunter2"
    assert "hunter2" not in repr(configuration)
    assert "hunter2" not in repr(SettingValue("echo hunter2", "--token-command"))


def test_a_command_that_cannot_be_is_not_repeated(write: Write) -> None:
    error = refusal(write("token_command = ['echo', 'hunter2']"))
    assert "line 1: token_command cannot be what it is set to" in error.title
    assert "hunter2" not in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "1000.GMB0YULZHJK411248S8I5GZ4CHUEX0",
        "3888833000000114027",
        "https://www.zohoapis.eu",
        "America/Argentina/Buenos_Aires",
        "a" * 40,
        "",
    ],
)
def test_what_is_no_secret_is_shown(text: str) -> None:
    assert masked(text) == text


def test_a_secret_is_hidden_before_the_text_is_cut() -> None:
    for before in range(60):
        assert not reveals(shown("x" * before + " " + CANARY))


@pytest.mark.parametrize("name", ["ACCESS_TOKEN", "CLIENT_SECRET", "REFRESH_TOKEN"])
def test_the_variables_of_secrets_are_no_settings(name: str) -> None:
    assert f"ZCBULK_{name}" not in {variable(key) for key, _ in settings_of(Settings)}
