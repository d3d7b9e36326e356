"""Whatever bytes an accounts server sends, they become sane values or one error of the tree."""

import json

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretBytes

from tests.creator.test_wire_properties import json_values, read
from tests.support.text import is_one_safe_line
from zcbulk_tui.creator import grants
from zcbulk_tui.errors import UnreadableError

PAGE = "https://accounts.zoho.com/oauth/v3/device"

figures = st.floats() | st.integers() | json_values
bodies = st.fixed_dictionaries(
    {
        "access_token": st.just("1000.a") | json_values,
        "device_code": st.just("1000.d") | json_values,
        "user_code": st.text(),
        "verification_url": st.just(PAGE) | json_values,
    },
    optional={
        "refresh_token": json_values,
        "expires_in": figures,
        "expires_in_sec": figures,
        "interval": figures,
        "scope": json_values,
        "verification_uri_complete": st.just(PAGE) | json_values,
        "error": json_values,
        "error_description": json_values,
        "user_location": json_values,
        "locations": json_values,
    },
).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60)


@given(bodies.map(SecretBytes))
def test_tokens_are_read_or_refused(body: SecretBytes) -> None:
    found = read(lambda: grants.read_grant(body, 200))
    if isinstance(found, UnreadableError):
        assert is_one_safe_line(str(found))
    else:
        assert 0 < found.life <= 86400
        assert found.access_token.get_secret_value().isascii()


@given(bodies.map(SecretBytes))
def test_a_device_code_is_read_or_refused(body: SecretBytes) -> None:
    found = read(lambda: grants.read_device_code(body, 200))
    if isinstance(found, UnreadableError):
        assert is_one_safe_line(str(found))
    else:
        assert found.interval >= 30
        assert 0 < found.life <= 3600
        assert is_one_safe_line(found.user_code + found.url + (found.complete_url or ""))


@given(bodies.map(SecretBytes))
def test_a_complaint_is_read_or_there_is_none(body: SecretBytes) -> None:
    found = grants.read_complaint(body, 200)
    assert found is None or (found.error and is_one_safe_line(found.error + found.said))
