"""Which proxies an environment names, and what of it cannot be used."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.proxies import parse, read
from zcbulk_tui.errors import ConfigError

URL = "http://proxy.example:3128"
SECRET = "5ecre7"


def way(environ: dict[str, str], host: str = "www.zohoapis.com", port: int = 443) -> str | None:
    proxy = read(environ).of("https", host, port)
    return proxy.url if proxy else None


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"HTTPS_PROXY": URL}, URL),
        ({"https_proxy": URL, "HTTPS_PROXY": "ftp://x"}, URL),
        ({"https_proxy": "", "HTTPS_PROXY": URL}, None),
        ({"ALL_PROXY": URL}, URL),
        ({"HTTPS_PROXY": URL, "HTTP_PROXY": "http://b", "ALL_PROXY": "socks://other"}, URL),
        ({"HTTPS_PROXY": " proxy.example:3128 "}, URL),
        ({"HTTPS_PROXY": "HTTP://proxy.example:3128/"}, URL),
        ({"HTTPS_PROXY": "socks5h://127.1:1080"}, "socks5h://127.1:1080"),
        ({"HTTPS_PROXY": "https://[::1]:3128"}, "https://[::1]:3128"),
        ({"HTTP_PROXY": URL}, None),
        ({"HTTPS_PROXY": "ftp://x", "NO_PROXY": "a,*"}, None),
        ({"REQUEST_METHOD": "GET", "HTTP_PROXY": "ftp://x"}, None),
    ],
)
def test_which_variable_counts(environ: dict[str, str], expected: str | None) -> None:
    assert way(environ) == expected


@pytest.mark.parametrize(
    ("entry", "host", "port", "is_direct"),
    [
        ("zohoapis.com", "www.zohoapis.com", 443, True),
        (".zohoapis.com", "www.zohoapis.com", 443, True),
        ("*.zohoapis.com", "WWW.ZohoAPIs.com.", 443, True),
        ("apis.com", "www.zohoapis.com", 443, False),
        ("zohoapis.com:443", "www.zohoapis.com", 443, True),
        ("zohoapis.com:8443", "www.zohoapis.com", 443, False),
        ("https://www.zohoapis.com/", "www.zohoapis.com", 443, True),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("10.9.9.9/8", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "11.1.2.3", 443, False),
        ("10.0.0.0/8", "www.zohoapis.com", 443, False),
        ("10.1.2.3:8443", "10.1.2.3", 8443, True),
        ("2001:db8::/32", "[2001:db8::7]", 443, True),
        ("[2001:db8::7]", "2001:db8::7", 443, True),
        ("[2001:db8::7]:8443", "[2001:db8::7]", 443, False),
        ("[2001:db8::7]:8443", "[2001:db8::7]", 8443, True),
        ("[2001:db8::]/32", "[2001:db8::7]", 443, True),
        ("a, b  zohoapis.com", "www.zohoapis.com", 443, True),
        ("", "127.0.0.1", 443, True),
        ("", "127.0.0.9", 443, True),
        ("", "[::1]", 443, True),
        ("", "localhost", 443, True),
    ],
)
def test_what_goes_without(entry: str, host: str, port: int, is_direct: bool) -> None:
    environ = {"HTTPS_PROXY": URL, "NO_PROXY": entry}
    assert (way(environ, host, port) is None) is is_direct
    assert read(environ).warnings == ()


@pytest.mark.parametrize(
    "entry",
    [
        *("::1/129", "10.0.0.0/33", "10.0.0", "10.*", "192.168.1", "a:b", "a:99999", "a:0", "[::1"),
        *("[::1]x", "<local>", "häuser.example", "-a-", "a..b", "a/b", "[]", "://", "\x1b[31m"),
    ],
)
def test_an_entry_that_means_nothing_is_left_out_with_a_warning(entry: str) -> None:
    found = read({"HTTPS_PROXY": URL, "no_proxy": f"{entry},zohoapis.com"})
    (warning,) = found.warnings
    assert warning.startswith("no_proxy: “")
    assert is_one_safe_line(warning)
    assert found.of("https", "www.zohoapis.com", 443) is None
    assert found.of("https", "accounts.zoho.com", 443) is not None


BAD = (
    *("http://127.0.0.1:99999", "http://127.0.0.1:0", "http://h:x", "http://h:-1", "h:99999"),
    *("ftp://h:1", "socks://h", "socks4://h", "file:///x", "://h", "//h", "http://", ":1", "http:"),
    *("http://[::1", "http://::1", "http://a b", "http://\x01", "http://h/proxy.pac", "http://h?x"),
    *("http://pröxy", "http://a..b", "http://-a", f"http://u:{SECRET}#@h:1", f"u:{SECRET}"),
    *(
        f"http://u:{SECRET}/x@h:1",
        f"http://u:{SECRET}@",
        f"ftp://u:{SECRET}@h",
        "http://u:\udcff@h",
    ),
)


@pytest.mark.parametrize("value", BAD)
def test_what_cannot_be_used_is_named_and_not_repeated(value: str) -> None:
    for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "http_proxy"):
        with pytest.raises(ConfigError) as caught:
            read({variable: value})
        assert variable in caught.value.title
        assert caught.value.next_step, variable
        assert SECRET not in str(caught.value), variable
        assert is_one_safe_line(str(caught.value)), variable


@given(st.text())
def test_whatever_stands_there_is_read_or_refused(text: str) -> None:
    with suppress(ConfigError):
        assert is_one_safe_line(parse("HTTPS_PROXY", text).shown)
    assert all(map(is_one_safe_line, read({"NO_PROXY": text}).warnings))


def test_nothing_shows_the_password() -> None:
    proxy = parse("HTTPS_PROXY", f"http://user:{SECRET}@proxy.example:3128")
    assert proxy.shown == URL
    assert SECRET in proxy.url
    assert SECRET not in repr(proxy) + repr(read({"HTTPS_PROXY": proxy.url}))
