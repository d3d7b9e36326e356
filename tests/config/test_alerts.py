"""Settings of alerts: what cannot be is refused where it stands, without what may be secret."""

import pytest

from tests.config.conftest import Write, refusal
from zcbulk_tui.config.load import load, read

HUNTER = "hunter2"


@pytest.mark.parametrize("key", ["alerts.webhook", "heartbeat.url"])
@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://Example.com", "https://example.com/"),
        ("https://example.com?token=hunter2", "https://example.com/?token=hunter2"),
        ("https://example.com:8443/A/b?c=d#e", "https://example.com:8443/A/b?c=d"),
        ("http://127.0.0.1:9000/x", "http://127.0.0.1:9000/x"),
        ("http://localhost/x", "http://localhost/x"),
        ("http://[::1]:9/x", "http://[::1]:9/x"),
    ],
)
def test_a_url_may_have_a_path_and_a_query(write: Write, key: str, url: str, normal: str) -> None:
    settings = load(write(f"{key} = '{url}'"))
    group, _, name = key.partition(".")
    assert getattr(getattr(settings, group), name) == normal


@pytest.mark.parametrize("key", ["alerts.webhook", "heartbeat.url"])
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com/hunter2", "Plain http is for this machine only."),
        ("http://127.0.0.1.example.com/hunter2", "Plain http is for this machine only."),
        ("ftp://example.com/hunter2", "no URL that can be called."),
        ("hunter2", "no URL that can be called."),
        ("https:///hunter2", "no URL that can be called."),
        ("https://example.com:hunter2/", "no URL that can be called."),
        ("https://hunter2:pass@example.com/", "Leave out user and password."),
        ("https://example.com/a hunter2", "no URL that can be called."),
        ("https://example.com/hunter2ä", "no URL that can be called."),
        ("https://[hunter2]/", "no URL that can be called."),
        ("5 hunter2", "no URL that can be called."),
    ],
)
def test_a_url_that_cannot_be_is_not_repeated(write: Write, key: str, url: str, words: str) -> None:
    environ = write(f"\n{key} = '{url}'")
    error = refusal(environ)
    assert error.title == f"{environ['ZCBULK_CONFIG']}, line 2: {key} cannot be what it is set to"
    assert words in str(error)
    assert HUNTER not in str(error)
    # Nor where it was raised from.
    assert error.__cause__ is None
    assert error.__suppress_context__


@pytest.mark.parametrize("hours", ["22:00-07:00", "0:00 - 6:30", "12:00–13:00"])
def test_quiet_hours(write: Write, hours: str) -> None:
    assert load(write(f"alerts.quiet_hours = '{hours}'")).alerts.quiet_hours == hours


@pytest.mark.parametrize(
    "hours", ["22-7", "22:00", "24:00-07:00", "22:60-07:00", "7:00-07:00", "x"]
)
def test_what_are_no_quiet_hours(write: Write, hours: str) -> None:
    environ = write(f"alerts.quiet_hours = '{hours}'")
    error = refusal(environ)
    where = f"{environ['ZCBULK_CONFIG']}, line 1"
    assert error.title == f"{where}: alerts.quiet_hours cannot be '{hours}'"
    assert '"22:00-07:00"' in error.next_step


@pytest.mark.parametrize(
    ("off", "name", "hint"),
    [
        ("stuk", "stuk", "Did you mean stuck?"),
        ("started  ENDED_WELL", "ENDED_WELL", "Did you mean ended-well?"),
        ("queue, stale", "queue,", "Did you mean queue?"),
        ("xyzzy", "xyzzy", "Use some of these."),
    ],
)
def test_a_kind_that_is_none(write: Write, off: str, name: str, hint: str) -> None:
    error = refusal(write("") | {"ZCBULK_ALERTS_OFF": off})
    assert error.title == f"ZCBULK_ALERTS_OFF: alerts.off cannot have '{name}'"
    assert error.cause.startswith("There are: started, ended-well,")
    assert error.next_step == hint


@pytest.mark.parametrize("command", ["notify 'hunter2", '"', "'' x", "' '' '' \\\\"])
def test_a_command_that_cannot_be_taken_apart(write: Write, command: str) -> None:
    error = refusal(write("") | {"ZCBULK_ALERTS_COMMAND": command})
    assert error.title.startswith("ZCBULK_ALERTS_COMMAND: alerts.command cannot be what it is")
    assert HUNTER not in str(error)


def test_nothing_of_it_is_in_a_representation(write: Write) -> None:
    content = (
        "alerts.command = 'x hunter2'\nalerts.webhook = 'https://a.example/hunter2'\n"
        "heartbeat.url = 'https://a.example/hunter2'"
    )
    assert HUNTER not in repr(read(write(content)))
