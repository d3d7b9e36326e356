"""Which base URLs are taken, and what a refused one is answered with."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.address import is_loopback, parse_base_url
from zcbulk_tui.errors import UsageError


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://www.zohoapis.eu", "https://www.zohoapis.eu"),
        (" https://www.zohoapis.eu/ ", "https://www.zohoapis.eu"),
        ("HTTPS://WWW.ZohoAPIs.EU", "https://www.zohoapis.eu"),
        ("https://gateway.example:8443", "https://gateway.example:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://10.0.0.1", "https://10.0.0.1"),
    ],
)
def test_scheme_and_host_are_taken(text: str, url: str) -> None:
    assert parse_base_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(" ", id="blank"),
        pytest.param("www.zohoapis.eu", id="no scheme"),
        pytest.param("ftp://www.zohoapis.eu", id="other scheme"),
        pytest.param("https://", id="no host"),
        pytest.param("https://:443", id="port alone"),
        pytest.param("https://www.zohoapis.eu:x", id="port no number"),
        pytest.param("https://www.zohoapis.eu:65536", id="port too large"),
        pytest.param("https://[::1", id="broken IPv6"),
        pytest.param("https://[v1.x]", id="address of the future"),
        pytest.param("https://zoho apis.eu", id="space in the host"),
        pytest.param("https://zoho\x01apis.eu", id="control character in the host"),
        pytest.param("https://zoho%20apis.eu", id="encoded space in the host"),
        pytest.param("https://zoho<apis.eu", id="bracket in the host"),
        pytest.param("https://zohoapis.eu\\x", id="backslash in the host"),
        pytest.param("https://www.zohoapis.eu/creator", id="path"),
        pytest.param("https://www.zohoapis.eu?x=1", id="query"),
        pytest.param("https://www.zohoapis.eu#x", id="fragment"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_base_url(text)
    assert caught.value.next_step
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", ["www.zohoapis.eu", "https://", "https://a:x", "https://a/b"])
def test_the_answer_shows_one_that_is_taken(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_base_url(text)
    example = caught.value.next_step.split()[-1].rstrip(".")
    assert parse_base_url(example) == example


@pytest.mark.parametrize("host", ["www.zohoapis.eu", "10.0.0.1", "0.0.0.0", "localhost.example"])
def test_clear_text_is_for_this_machine_only(host: str) -> None:
    with pytest.raises(UsageError, match="clear text") as caught:
        parse_base_url(f"http://{host}")
    assert "https://" in caught.value.next_step


@pytest.mark.parametrize("user", ["me@", "me:pw@", "@"])
def test_a_user_does_not_belong_there(user: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_base_url(f"https://{user}www.zohoapis.eu")
    assert "Leave out user" in caught.value.next_step


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("template", ["{}", "https://a/{}"])
def test_a_message_shows_no_harmful_characters(template: str, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_base_url(template.format(text))
    assert is_one_safe_line(str(caught.value))


@given(st.text() | st.builds("{}://{}".format, st.sampled_from(["http", "https"]), st.text()))
def test_what_is_taken_is_taken_again_and_keeps_the_token_safe(text: str) -> None:
    try:
        url = parse_base_url(text)
    except UsageError:
        return
    assert parse_base_url(url) == url
    parts = urlsplit(url)
    assert parts.scheme == "https" or is_loopback(parts.hostname or "")
