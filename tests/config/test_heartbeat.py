"""The URL of the heartbeat: which can be called, and that none is repeated."""

import pytest

from tests.config.conftest import Write, refusal
from zcbulk_tui.config.load import load

SECRET = "f1b2canary"


@pytest.mark.parametrize(
    "url",
    [
        "https://hc-ping.com/f1b2c3d4-0000-4000-8000-a1b2c3d4e5f6",
        "https://uptime.example:8443/api/push/abc?status=up&msg=OK",
        "http://127.0.0.1:8080/ping",
        "http://localhost/ping",
    ],
)
def test_https_is_taken_and_http_to_this_machine(write: Write, url: str) -> None:
    assert load(write(f'[heartbeat]\nurl = "{url}"')).heartbeat.url == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (f"http://hc.example.com/{SECRET}", "plain http is for this machine only"),
        (f"ftp://hc.example.com/{SECRET}", "does not begin with https://"),
        (f"hc.example.com/{SECRET}", "does not begin with https://"),
        (f"https:///{SECRET}", "does not begin with https:// and a host"),
        (f"https://me:{SECRET}@hc.example.com/", "names a user"),
        (f"https://hc.example.com:x/{SECRET}", "It is no URL"),
        (f"https://[hc.example.com/{SECRET}", "It is no URL"),
        (f"https://hc.example.com/{SECRET} x", "percent sign"),
        (f"https://hc.example.com/{SECRET}ä", "percent sign"),
    ],
)
def test_others_are_refused_and_not_repeated(write: Write, url: str, why: str) -> None:
    environ = write(f"[heartbeat]\nurl = '{url}'")
    error = refusal(environ)
    assert error.title == f"{environ['ZCBULK_CONFIG']}, line 2: heartbeat.url cannot be called"
    assert why in error.cause
    assert SECRET not in str(error)
